//! Jobs of Flink where topics are in Avro, brokers ask for a login over TLS, databases have TLS, and the gateway asks for a login: what they make is
//! the same.

use crate::{
    engine::{READER, REGISTRAR, Site, behind_as, eventually, skipped},
    flink::{MASKED, Made, all, difference, ecosystem_on, fewer, fill_forms, jobs},
    guard::Guard,
    pipeline::{change, fill},
    postgres::{PASSWORD as DATABASES, WRITER},
    secured::{Administrator, PASSWORD, security},
    shop::deployment,
    site_model::{PATIENCE, platform},
};
use datasurface_kafka_client::{
    Compatibility, GatewayClient, Limits, RegistryClient, Tls,
    testing::{ADMINISTRATOR, Engines, Flink},
};
use datasurface_platform::prelude::*;
use datasurface_testkit::Deployment;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::{
    env, fs,
    path::Path,
    process::{Command, Stdio},
};

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

/// The environment variable that tells a second process the folder with the authority that it trusts.
const TRUSTED: &str = "DATASURFACE_TEST_TRUSTED";

const TEST: &str = "flink_avro::what_flink_makes_in_avro_over_tls_for_whoever_logs_in_is_the_same";

/// Makes a certificate of an authority, and lets a second process trust it, and all programs in Java that it starts: as the machines of a company do.
fn in_a_process_that_trusts_an_authority() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(["localhost", "127.0.0.1"].map(str::to_owned)).unwrap();
    let certificate = params.signed_by(&key, &authority).unwrap();
    fs::write(file("authority.pem"), authority.pem()).unwrap();
    fs::write(file("server.crt"), certificate.pem()).unwrap();
    fs::write(file("server.key"), key.serialize_pem()).unwrap();
    let imported = Command::new("keytool")
        .args([
            "-importcert",
            "-noprompt",
            "-alias",
            "authority",
            "-storetype",
            "PKCS12",
            "-storepass",
            "changeit",
            "-file",
        ])
        .arg(file("authority.pem"))
        .arg("-keystore")
        .arg(file("trusted.p12"))
        .output()
        .unwrap();
    assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stdout));
    let options = format!(
        "-Djavax.net.ssl.trustStore={} -Djavax.net.ssl.trustStoreType=PKCS12 -Djavax.net.ssl.trustStorePassword=changeit \
         -Djava.security.auth.login.config={}",
        file("trusted.p12").display(),
        file("logins").display()
    );
    // The login of Flink's clients of the registry.
    let login = format!(
        "KafkaClient {{\n  org.apache.kafka.common.security.plain.PlainLoginModule required username=\"{REGISTRAR}\" password=\"{DATABASES}\";\n}};\n"
    );
    fs::write(file("logins"), login).unwrap();
    let second = Command::new(env::current_exe().unwrap())
        .args([TEST, "--exact", "--nocapture"])
        .env(TRUSTED, folder.path())
        .env("SSL_CERT_FILE", file("authority.pem"))
        .env("JAVA_TOOL_OPTIONS", options)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = [second.stdout, second.stderr].concat();
    assert!(second.status.success(), "{}", String::from_utf8_lossy(&said));
}

/// Whether all that connectors have open in databases is encrypted.
fn databases_are_read_and_written_over_tls(site: &Site) {
    let open = "SELECT DISTINCT usename::text, ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
        WHERE usename = ANY ($1) ORDER BY 1";
    let open = site.server.owner("postgres").query(open, &[&[READER, WRITER].as_slice()]).unwrap();
    let open: Vec<(String, bool)> = open.into_iter().map(|row| (row.get(0), row.get(1))).collect();
    assert_eq!(open, [(READER.to_owned(), true), (WRITER.to_owned(), true)]);
}

#[test]
fn what_flink_makes_in_avro_over_tls_for_whoever_logs_in_is_the_same() {
    let Some(engines) = Engines::find().inspect_err(|why| skipped(why)).ok() else { return };
    let Some(_) = engines.flink().inspect_err(|why| skipped(why)).ok() else { return };
    let Some(trusted) = env::var_os(TRUSTED) else { return in_a_process_that_trusts_an_authority() };
    let read = |name: &str| fs::read_to_string(Path::new(&trusted).join(name)).unwrap();
    let site = Site::start_with_tls(PASSWORD, &read("server.crt"), &read("server.key"));
    let Some(site) = site.and_then(Site::with_registry).map(Site::with_registry_guard) else { return };
    let flink = Flink::start(&engines).unwrap();
    let guard = Guard::before(&flink.url(), &format!("{ADMINISTRATOR}:{PASSWORD}"));
    let gateway = GatewayClient::new(&flink.url(), &Tls::new(), None, Limits::default()).unwrap();
    fill(&mut site.source());
    fill_forms(&mut site.source());
    let mut deployment = deployment(site.deployed());
    let guarded = json!({"url": guard.url(), "credential": "USA/Team/gateway", "checkpoint_seconds": 1});
    let platform = platform(&site, "Stream", PATIENCE, true)
        .setting("database_ssl_mode", json!("verify-full"))
        .setting("flink", guarded);
    let by = |mechanism: &str| platform.clone().setting("security", security("sasl_ssl", mechanism));
    let made = all(MASKED);
    deployment.render(&ecosystem_on(by("scram-sha-512"), &site, &made, |team| team)).unwrap();
    deployment.apply(&Administrator).unwrap();
    assert_equal(&site, &flink, &mut deployment, &made);
    (1..3).for_each(|seed| change(&mut site.source(), seed));
    assert_equal(&site, &flink, &mut deployment, &made);
    assert!(!flink.log_end().contains(PASSWORD));
    every_output_has_its_modes(&site);
    databases_are_read_and_written_over_tls(&site);
    guard.assert_passed(&["/v3/sessions"]);
    site.registry_guard.as_ref().unwrap().assert_passed(&[
        "/apis/ccompat/v7/schemas/ids/",
        "/apis/ccompat/v7/subjects/Stream.Masked__customers-value",
    ]);

    // A job begins anew, by another SELECT, and with another mechanism: it finds its output empty.
    let (fewer, expected) = fewer();
    deployment.render(&ecosystem_on(by("plain"), &site, &fewer, |team| team)).unwrap();
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
