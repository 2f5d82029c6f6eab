//! Brokers with users: connectors log in, a service reads what it may, and so does another platform.

use crate::{
    engine::{Site, eventually},
    pipeline::fill,
    two_platforms::{VAULT, deployment, vault},
};
use datasurface_kafka::KafkaPlatform;
use datasurface_kafka_client::{
    KafkaClient, Limits, Login, Mechanism, Password, Security, testing::ADMINISTRATOR,
};
use datasurface_platform::{CredentialError, CredentialSource, JobFailure, RunRequest, Secret, prelude::*};

/// The password of the administrator, as which connectors log in.
pub(crate) const PASSWORD: &str = "administrator:password";

/// The login of whoever applies.
#[derive(Debug)]
pub(crate) struct Administrator;

impl CredentialSource for Administrator {
    fn secret(&self, credential: &CredentialKey, host: &str) -> Result<Secret, CredentialError> {
        let name = credential.to_string();
        assert!(["USA/Team/kafka", "USA/Team/connect"].contains(&name.as_str()), "{name}");
        assert_eq!(host, "localhost");
        Ok(Secret::new(format!("{ADMINISTRATOR}:{PASSWORD}")))
    }
}

/// How the administrator logs in.
pub(crate) fn security() -> Json {
    json!({"protocol": "sasl_plaintext", "mechanism": "scram-sha-512", "credential": "USA/Team/kafka"}).into()
}

fn ecosystem(site: &Site, readers: &[&str]) -> Ecosystem {
    let kind = ContainerKind::Postgres {
        host: "127.0.0.1".into(),
        port: site.server.port,
        database: "source".into(),
    };
    let source = DataContainer::new("Source", kind).located("Azure/USA").with_credential("reader");
    let suppliers = "supplier_id SmallInt key, company_name VarChar(40) not null";
    let store = Datastore::new("NW_Data")
        .captured(
            Capture::change_data_capture("USA/Team/Source").with_consistency(Consistency::SingleDataset),
        )
        .dataset(Dataset::new("suppliers", suppliers).classified("Public"));
    let group = DatasetGroup::new("Now").sink("NW_Data/suppliers");
    let desk = Workspace::new("Desk").with_container("USA/Team/Topics").group(group);
    let desk = readers.iter().fold(desk, |desk, reader| desk.granted(Principal::service(*reader)));
    let team = Team::new()
        .credential(Credential::new("reader", CredentialKind::Password).opening("USA/Team/Source"))
        .container(source)
        .container(DataContainer::platform_managed("Topics"))
        .datastore(store)
        .container(DataContainer::sqlite("Vault", "vault.db").located("Azure/USA"))
        .workspace(desk)
        .workspace(
            Workspace::new("Historians")
                .with_container("USA/Team/Vault")
                .group(DatasetGroup::new("Ever").sink("NW_Data/suppliers")),
        );
    let platform = PlatformDeclaration::new("Stream", KafkaPlatform::KIND)
        .setting("bootstrap_servers", json!([site.kafka.bootstrap_servers()]))
        .setting("connect_url", json!(site.worker.url()))
        .setting("connect_credential", json!("USA/Team/connect"))
        .setting("replication_factor", json!(1))
        .setting("secrets_directory", json!(site.secrets()))
        .setting("security", security())
        .setting("acls", json!(true))
        .setting("database_ssl_mode", json!("disable"));
    Ecosystem::new("NorthWind", "github:northwind/model@main", "github:northwind/live@main")
        .vendor(InfrastructureVendor::new("Azure").location("USA"))
        .platform(platform)
        .platform(vault())
        .zone(
            "USA",
            "github:northwind/usa@main",
            GovernanceZone::new().team("Team", "github:northwind/team@main", team),
        )
}

fn client(site: &Site, user: &str) -> KafkaClient {
    let login = Login::new(Mechanism::ScramSha512, user, Password::new(PASSWORD));
    let security = Security::none().with_login(login);
    KafkaClient::connect(&site.kafka.bootstrap_servers(), security, Limits::default()).unwrap()
}

#[test]
fn a_service_reads_its_topic_for_as_long_as_it_is_entitled() {
    let Some(site) = Site::start_with_users(PASSWORD) else { return };
    fill(&mut site.source());
    let mut administrator = client(&site, ADMINISTRATOR);
    for user in ["dashboard", "stranger"] {
        administrator.put_scram_user(user, Mechanism::ScramSha512, &Password::new(PASSWORD)).unwrap();
    }
    let deployment = deployment(site.deployed());
    deployment.render(&ecosystem(&site, &["dashboard"])).unwrap();
    deployment.apply(&Administrator).unwrap();
    let topic = "Stream.NW_Data__suppliers";
    eventually("the snapshot is in the topic", || {
        let ends = administrator.end_offsets(topic).unwrap();
        let count: i64 = ends.values().sum();
        (count < 29).then(|| format!("{count} records"))
    });
    let mut read = |user: &str| -> Result<usize, String> {
        let mut client = client(&site, user);
        let mut count = 0;
        for (partition, end) in administrator.end_offsets(topic).unwrap() {
            for record in client.records(topic, partition, 0..end) {
                record.map_err(|error| error.to_string())?;
                count += 1;
            }
        }
        Ok(count)
    };
    assert_eq!(read("dashboard"), Ok(29));
    assert!(read("stranger").is_err());
    eventually("another platform has it", || {
        let ran = deployment.run(&Administrator, &RunRequest::default()).unwrap();
        let vault = &ran[&PlatformName::from(VAULT)];
        let inserted: u64 = vault.datasets.iter().map(|run| run.inserted).sum();
        // Until the first heartbeat, the snapshot may be on its way.
        let is_early = |one: &JobFailure| one.reason.contains("the first snapshot of the topic");
        assert!(vault.failures.iter().all(is_early), "{:?}", vault.failures);
        (inserted != 29).then(|| format!("{vault:?}"))
    });
    let status = deployment.status(&Administrator).unwrap();
    assert!(status[&PlatformName::from("Stream")].drifted.is_empty(), "{status:?}");

    // The entitlement goes to somebody else.
    deployment.render(&ecosystem(&site, &["stranger"])).unwrap();
    deployment.apply(&Administrator).unwrap();
    eventually("the rules are known", || match (read("dashboard"), read("stranger")) {
        (Err(_), Ok(29)) => None,
        other => Some(format!("{other:?}")),
    });
}
