//! Topics in Avro, with their schemas in a real registry that asks for a login: NorthWind arrives as it is, and the registry judges by the modes of change control.

use crate::{
    engine::{Registrar, Site, behind_as, eventually},
    pipeline::{CUSTOMERS, Pipeline, change, difference, fill, rows},
    shop::deployment,
};
use datasurface_kafka::KafkaPlatform;
use datasurface_kafka_client::{Compatibility, Limits, RegistryClient, Tls};
use datasurface_platform::{RunRequest, Status, prelude::*};
use datasurface_testkit::Deployment;
use std::collections::BTreeMap;

const FIRST: [&str; 3] = ["NW_Data/customers", "NW_Data/products", "NW_Data/suppliers"];

fn registry(site: &Site) -> RegistryClient {
    let url = format!("{}/apis/ccompat/v7", site.registry.as_ref().unwrap().url());
    RegistryClient::new(&url, &Tls::new(), None, Limits::default()).unwrap()
}

/// The subjects of the registry, each with its mode.
fn modes(registry: &RegistryClient) -> BTreeMap<String, Option<Compatibility>> {
    let subjects = registry.subjects().unwrap().into_iter();
    subjects.map(|subject| (subject.clone(), registry.compatibility(&subject).unwrap())).collect()
}

fn status(deployment: &Deployment) -> Status {
    deployment.status(&Registrar).unwrap().remove(&PlatformName::from("Stream")).unwrap()
}

fn drifted(deployment: &Deployment) -> Vec<String> {
    let drifted = status(deployment).drifted;
    drifted.into_iter().map(|one| format!("{}: {}", one.resource, one.problem)).collect()
}

#[track_caller]
fn assert_equal(site: &Site, deployment: &mut Deployment, datasets: &[&str]) {
    assert_eq!(behind_as(deployment, &Registrar), Vec::<String>::new());
    assert_eq!(difference(&mut site.source(), &mut site.warehouse(), datasets), None);
}

#[test]
fn northwind_arrives_in_avro() {
    let Some(mut site) = Site::start_with_guarded_registry() else { return };
    fill(&mut site.source());
    let mut deployment = deployment(site.deployed());
    let datasets = ["customers", "products", "suppliers"];
    let first = Pipeline { customers: CUSTOMERS, wanted: FIRST.to_vec() };
    deployment.render(&first.ecosystem(&site)).unwrap();
    deployment.apply(&Registrar).unwrap();
    assert_equal(&site, &mut deployment, &datasets);
    every_record_is_in_avro(&site);
    // Connectors and the runtime log in, each to the API that it knows.
    site.registry_guard.as_ref().unwrap().assert_passed(&["/apis/registry/v2/", "/apis/ccompat/v7/"]);
    every_subject_has_its_mode(&site, &datasets);
    the_words_of_a_producer_are_registered(&site, &first);
    assert_eq!(drifted(&deployment), Vec::<String>::new());
    assert!(status(&deployment).sinks.iter().all(|sink| sink.confirmed_at.is_some()));

    // Changes of every kind; then Connect is killed in the middle.
    for seed in 1..4 {
        change(&mut site.source(), seed);
    }
    assert_equal(&site, &mut deployment, &datasets);
    change(&mut site.source(), 4);
    site.worker.kill();
    change(&mut site.source(), 5);
    site.worker.restart().unwrap();
    assert_equal(&site, &mut deployment, &datasets);

    // A table and a column are added by a plan, with rows that were there before, and numbers that JSON has not.
    site.source()
        .batch_execute(
            "INSERT INTO orders VALUES (9001, 'C1', NULL, 'NaN'), (9002, 'C1', NULL, 'Infinity'), (9003, 'C1', NULL, '-Infinity'), (9004, 'C1', NULL, '-0')",
        )
        .unwrap();
    let wider = Pipeline {
        customers: "customer_id VarChar(5) key, company_name VarChar(40) not null, country VarChar(15), phone VarChar(24)",
        wanted: [&FIRST[..], &["NW_Data/orders"]].concat(),
    };
    deployment.render(&wider.ecosystem(&site)).unwrap();
    deployment.apply(&Registrar).unwrap();
    change(&mut site.source(), 7);
    let all = ["customers", "products", "suppliers", "orders"];
    assert_equal(&site, &mut deployment, &all);
    let phones = |database: &mut _, table: &str| rows(database, table, "phone", "customer_id");
    assert_eq!(
        phones(&mut site.warehouse(), "\"NW_Data__customers\""),
        phones(&mut site.source(), "customers")
    );
    every_subject_has_its_mode(&site, &all);
    the_words_of_a_producer_are_registered(&site, &wider);

    words_that_somebody_removed_are_seen(&site, &deployment, &wider);
    a_mode_that_somebody_changed_is_seen(&site, &deployment);
    a_change_that_nobody_planned_is_refused(&site, &mut deployment);
    subjects_go_with_their_topics(&site, &deployment);
}

/// Keys and values begin with a byte of 0 and the ID of a schema that the registry has.
fn every_record_is_in_avro(site: &Site) {
    let (mut kafka, registry) = (site.client(), registry(site));
    for (partition, end) in kafka.end_offsets("Stream.NW_Data__customers").unwrap() {
        for record in kafka.records("Stream.NW_Data__customers", partition, 0..end) {
            let record = record.unwrap();
            for bytes in [record.key, record.value].into_iter().flatten() {
                assert_eq!(bytes[0], 0);
                let id = u32::from_be_bytes(bytes[1..5].try_into().unwrap());
                assert!(registry.schema(id).unwrap().unwrap().contains("customer_id"));
            }
        }
    }
}

fn every_subject_has_its_mode(site: &Site, datasets: &[&str]) {
    let modes = modes(&registry(site));
    for dataset in datasets {
        let mode = |part: &str| modes[&format!("Stream.NW_Data__{dataset}-{part}")];
        assert_eq!(mode("key"), Some(Compatibility::FullTransitive), "{dataset}");
        assert_eq!(mode("value"), Some(Compatibility::BackwardTransitive), "{dataset}");
    }
}

const WORDS: &str = "Stream.NW_Data__suppliers-row";

/// The registry has the schema as the producer wrote it, with all of its words, and judges the next one as it judges values.
fn the_words_of_a_producer_are_registered(site: &Site, pipeline: &Pipeline) {
    let (registry, written) = (registry(site), pipeline.suppliers());
    assert!(registry.has_schema(WORDS, &written.to_string()).unwrap());
    let id = registry.register(WORDS, &written.to_string()).unwrap();
    let found: serde_json::Value = serde_json::from_str(&registry.schema(id).unwrap().unwrap()).unwrap();
    assert_eq!(found, written.value());
    assert_eq!(modes(&registry)[WORDS], Some(Compatibility::BackwardTransitive));
}

/// Somebody removes the subject: that is drift, and a run repairs it.
fn words_that_somebody_removed_are_seen(site: &Site, deployment: &Deployment, pipeline: &Pipeline) {
    assert!(registry(site).delete_subject(WORDS).unwrap());
    let problem = format!(
        "topic.NW_Data-suppliers: the registry does not have the schema of its producer as `{WORDS}`"
    );
    assert_eq!(drifted(deployment), [problem]);
    deployment.run(&Registrar, &RunRequest::default()).unwrap();
    the_words_of_a_producer_are_registered(site, pipeline);
    assert_eq!(drifted(deployment), Vec::<String>::new());
}

/// Somebody lets the registry take every schema: that is drift, and a run repairs it.
fn a_mode_that_somebody_changed_is_seen(site: &Site, deployment: &Deployment) {
    let subject = "Stream.NW_Data__customers-value";
    assert!(registry(site).set_compatibility(subject, Compatibility::None).unwrap());
    let problem =
        format!("topic.NW_Data-customers: the registry judges schemas of `{subject}` by another mode");
    assert_eq!(drifted(deployment), [problem]);
    assert!(status(deployment).drifted[0].is_repaired_by_run);
    deployment.run(&Registrar, &RunRequest::default()).unwrap();
    assert_eq!(drifted(deployment), Vec::<String>::new());
}

/// A producer lets a column have no NULL any more, which change control would not have let through: the registry refuses its schema, and nothing
/// that consumers cannot read gets into the topic. Whoever agrees to it lets the registry take that one.
fn a_change_that_nobody_planned_is_refused(site: &Site, deployment: &mut Deployment) {
    site.source()
        .batch_execute(
            "UPDATE suppliers SET homepage = 'none' WHERE homepage IS NULL;
             ALTER TABLE suppliers ALTER homepage SET NOT NULL;
             INSERT INTO suppliers VALUES (5000, 'late', 'x')",
        )
        .unwrap();
    eventually("the source fails", || {
        let failures: Vec<String> =
            status(deployment).sinks.into_iter().filter_map(|sink| sink.last_failure).collect();
        let is_seen = |why: &String| why.starts_with("its source `Stream.source.USA-Team-Source`");
        (!failures.iter().any(is_seen)).then(|| format!("{failures:?}"))
    });
    let subject = "Stream.NW_Data__suppliers-value";
    assert!(registry(site).set_compatibility(subject, Compatibility::None).unwrap());
    deployment.run(&Registrar, &RunRequest::default()).unwrap();
    assert_eq!(modes(&registry(site))[subject], Some(Compatibility::None), "the source needs it");
    eventually("it goes on", || behind_as(deployment, &Registrar).first().cloned());
    assert_eq!(difference(&mut site.source(), &mut site.warehouse(), &["suppliers"]), None);
    assert_eq!(modes(&registry(site))[subject], Some(Compatibility::BackwardTransitive));
}

/// Nobody wants anything: subjects of the source's own topics go, those of data stay for as long as the data.
fn subjects_go_with_their_topics(site: &Site, deployment: &Deployment) {
    let nothing = Pipeline { customers: CUSTOMERS, wanted: Vec::new() };
    deployment.render(&nothing.ecosystem(site)).unwrap();
    deployment.apply(&Registrar).unwrap();
    let left = modes(&registry(site));
    let held = ["customers", "orders", "products", "suppliers"]
        .map(|name| ["key", "value"].map(|part| format!("Stream.NW_Data__{name}-{part}")));
    let mut every = held.concat();
    every.push(WORDS.to_owned());
    every.sort();
    assert_eq!(left.into_keys().collect::<Vec<_>>(), every);
    assert_eq!(drifted(deployment), Vec::<String>::new());

    // What was promised of products, and of nothing else, is over.
    let platforms = Registry::new().with_plugin::<KafkaPlatform>();
    let later = Deployment::new(platforms, site.deployed(), "2030-01-01".parse().unwrap());
    later.render(&nothing.ecosystem(site)).unwrap();
    later.apply(&Registrar).unwrap();
    let topics = site.client().topics().unwrap().into_iter().map(|topic| topic.name);
    assert!(!topics.into_iter().any(|name| name == "Stream.NW_Data__products"));
    every.retain(|subject| !subject.contains("products"));
    assert_eq!(registry(site).subjects().unwrap(), every);
}
