//! Jobs of Flink where topics are in Avro, and brokers ask for a login: what they make is the same.

use crate::{
    engine::{Site, behind_as, eventually, skipped},
    flink::{MASKED, Made, all, difference, ecosystem_on, fewer, fill_forms, jobs},
    pipeline::{change, fill},
    secured::{Administrator, PASSWORD, security},
    shop::deployment,
    site_model::{PATIENCE, platform},
};
use datasurface_kafka_client::{
    Compatibility, GatewayClient, Limits, RegistryClient, Tls,
    testing::{Engines, Flink},
};
use datasurface_platform::prelude::*;
use datasurface_testkit::Deployment;

#[track_caller]
fn assert_equal(site: &Site, flink: &Flink, deployment: &mut Deployment, all: &[Made]) {
    let behind = behind_as(deployment, &Administrator);
    assert!(behind.is_empty(), "{behind:?}\n{}", flink.log_end());
    assert_eq!(difference(site, all), None);
}

/// Jobs register their schemas under the subjects of the topics, which are judged as those of sources.
fn every_output_has_its_modes(site: &Site) {
    let url = format!("{}/apis/ccompat/v7", site.registry.as_ref().unwrap().url());
    let registry = RegistryClient::new(&url, &Tls::new(), None, Limits::default()).unwrap();
    for made in ["Masked__customers", "Bought__online", "Counted__many", "Formed__forms"] {
        let subject = |part: &str| format!("Stream.{made}-{part}");
        assert_eq!(registry.versions(&subject("value")).unwrap().len(), 1, "{made}");
        let modes = ["key", "value"].map(|part| registry.compatibility(&subject(part)).unwrap());
        assert_eq!(modes, [Some(Compatibility::FullTransitive), Some(Compatibility::BackwardTransitive)]);
    }
}

#[test]
fn what_flink_makes_in_avro_of_brokers_that_ask_for_a_login_is_the_same() {
    let Some(engines) = Engines::find().inspect_err(|why| skipped(why)).ok() else { return };
    let Some(_) = engines.flink().inspect_err(|why| skipped(why)).ok() else { return };
    let Some(site) = Site::start_with_users(PASSWORD).and_then(Site::with_registry) else { return };
    let flink = Flink::start(&engines).unwrap();
    let gateway = GatewayClient::new(&flink.url(), &Tls::new(), None, Limits::default()).unwrap();
    fill(&mut site.source());
    fill_forms(&mut site.source());
    let mut deployment = deployment(site.deployed());
    let platform = platform(&site, "Stream", PATIENCE, true).setting("security", security());
    let made = all(MASKED);
    deployment.render(&ecosystem_on(platform.clone(), &site, &flink, &made)).unwrap();
    deployment.apply(&Administrator).unwrap();
    assert_equal(&site, &flink, &mut deployment, &made);
    (1..3).for_each(|seed| change(&mut site.source(), seed));
    assert_equal(&site, &flink, &mut deployment, &made);
    assert!(!flink.log_end().contains(PASSWORD));
    every_output_has_its_modes(&site);

    // A job begins anew, by another SELECT: it finds its output empty.
    let (fewer, expected) = fewer();
    deployment.render(&ecosystem_on(platform, &site, &flink, &fewer)).unwrap();
    deployment.apply(&Administrator).unwrap();
    assert_equal(&site, &flink, &mut deployment, &expected);

    // The source has other digits behind the point: Flink would take 1.25 for 0.0125, and the registry lets it pass.
    site.source()
        .batch_execute(
            "ALTER TABLE products ALTER unit_price TYPE numeric(10,2); UPDATE products SET unit_price = 1.25",
        )
        .unwrap();
    eventually("it is seen", || {
        let behind = behind_as(&mut deployment, &Administrator);
        let is_it = |one: &String| one.starts_with("job.MakeBought: the column `unit_price` of the topic");
        (!behind.iter().any(is_it)).then(|| format!("{behind:?}"))
    });
    assert!(!jobs(&gateway).contains_key("Stream.job.MakeBought"));
    let status = deployment.status(&Administrator).unwrap().remove(&PlatformName::from("Stream")).unwrap();
    assert!(
        status.drifted.iter().any(|one| one.problem.starts_with("the column `unit_price`")),
        "{status:?}"
    );
}
