//! Brokers with users: connectors log in, services of two teams read what they may, and so does another platform.

use crate::{
    engine::{Registrar, Site, eventually},
    guard::Guard,
    pipeline::{CUSTOMERS, fill},
    two_platforms::{VAULT, deployment, vault},
};
use datasurface_kafka::KafkaPlatform;
use datasurface_kafka_client::{
    KafkaClient, Limits, Login, Mechanism, NewRecord, Password, Security, testing::ADMINISTRATOR,
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
        if name == "USA/Team/registry" {
            return Registrar.secret(credential, host);
        }
        assert!(
            ["USA/Team/kafka", "USA/Team/connect", "USA/Team/gateway"].contains(&name.as_str()),
            "{name}"
        );
        assert_eq!(host, "localhost");
        Ok(Secret::new(format!("{ADMINISTRATOR}:{PASSWORD}")))
    }
}

/// How the administrator logs in.
pub(crate) fn security(protocol: &str, mechanism: &str) -> Json {
    json!({"protocol": protocol, "mechanism": mechanism, "credential": "USA/Team/kafka"}).into()
}

/// Two teams, each with a workspace that one service reads: of suppliers, and of customers.
const TEAMS: [(&str, &str, &str); 2] =
    [("Sales", "Desk", "NW_Data/suppliers"), ("Support", "Floor", "NW_Data/customers")];

fn ecosystem(site: &Site, connect: &Guard, readers: [&str; 2]) -> Ecosystem {
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
        .dataset(Dataset::new("suppliers", suppliers).classified("Public"))
        .dataset(Dataset::new("customers", CUSTOMERS).classified("Public"));
    let team = Team::new()
        .credential(Credential::new("reader", CredentialKind::Password).opening("USA/Team/Source"))
        .container(source)
        .datastore(store)
        .container(DataContainer::sqlite("Vault", "vault.db").located("Azure/USA"))
        .workspace(
            Workspace::new("Historians")
                .with_container("USA/Team/Vault")
                .group(DatasetGroup::new("Ever").sink("NW_Data/suppliers")),
        );
    let zone = GovernanceZone::new().team("Team", "github:northwind/team@main", team);
    let zone = TEAMS.iter().zip(readers).fold(zone, |zone, ((team, workspace, dataset), reader)| {
        let workspace = Workspace::new(*workspace)
            .with_container(format!("USA/{team}/Topics").as_str())
            .granted(Principal::service(reader))
            .group(DatasetGroup::new("Now").sink(*dataset));
        let own = Team::new().container(DataContainer::platform_managed("Topics")).workspace(workspace);
        zone.team(*team, "github:northwind/teams@main", own)
    });
    let platform = PlatformDeclaration::new("Stream", KafkaPlatform::KIND)
        .setting("bootstrap_servers", json!([site.kafka.bootstrap_servers()]))
        .setting("connect_url", json!(connect.url()))
        .setting("connect_credential", json!("USA/Team/connect"))
        .setting("replication_factor", json!(1))
        .setting("secrets_directory", json!(site.secrets()))
        .setting("security", security("sasl_plaintext", "scram-sha-512"))
        .setting("acls", json!(true))
        .setting("database_ssl_mode", json!("disable"));
    Ecosystem::new("NorthWind", "github:northwind/model@main", "github:northwind/live@main")
        .vendor(InfrastructureVendor::new("Azure").location("USA"))
        .platform(platform)
        .platform(vault())
        .zone("USA", "github:northwind/usa@main", zone)
}

fn client(site: &Site, user: &str) -> KafkaClient {
    let login = Login::new(Mechanism::ScramSha512, user, Password::new(PASSWORD));
    let security = Security::none().with_login(login);
    KafkaClient::connect(&site.kafka.bootstrap_servers(), security, Limits::default()).unwrap()
}

/// The topic of a team.
fn topic(at: usize) -> String {
    format!("Stream.{}", TEAMS[at].2.replace('/', "__"))
}

/// What the consumer that comes with Kafka reads as a user, in a group of a workspace: the count of records, and all that it said.
fn consumed(site: &Site, user: &str, topic: &str, workspace: &str, most: usize) -> (usize, String) {
    let login = format!(
        "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"{user}\" password=\"{PASSWORD}\";"
    );
    let properties = [
        ("security.protocol", "SASL_PLAINTEXT"),
        ("sasl.mechanism", "SCRAM-SHA-512"),
        ("sasl.jaas.config", login.as_str()),
    ];
    let properties = properties.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let group = format!("Stream.{workspace}.readers");
    let said = site.kafka.consume(&properties, topic, &group, most).unwrap();
    (said.lines().filter(|line| line.starts_with('{')).count(), said)
}

/// Each team's service reads the topic of its team in a group of its workspace, and nothing else.
fn each_reads_what_its_entitlement_says(site: &Site, counts: [usize; 2]) {
    let services = ["dashboard", "helpdesk"];
    for (at, user) in services.into_iter().enumerate() {
        let other = 1 - at;
        let (count, said) = consumed(site, user, &topic(at), TEAMS[at].1, counts[at]);
        assert_eq!(count, counts[at], "{user}: {said}");
        let (count, said) = consumed(site, user, &topic(other), TEAMS[at].1, 1);
        assert!(count == 0 && said.contains("TopicAuthorizationException"), "{user}: {said}");
        let (count, said) = consumed(site, user, &topic(at), TEAMS[other].1, 1);
        assert!(count == 0 && said.contains("GroupAuthorizationException"), "{user}: {said}");
        let mut client = client(site, user);
        let seen: Vec<String> = client.topics().unwrap().into_iter().map(|topic| topic.name).collect();
        assert_eq!(seen, [topic(at)], "{user}");
        let forged = [NewRecord { value: Some("{}".into()), ..NewRecord::default() }];
        assert!(client.produce(&topic(at), 0, &forged).is_err(), "reading is not writing");
    }
}

#[test]
fn services_of_two_teams_read_what_they_are_entitled_to_and_nothing_else() {
    let Some(site) = Site::start_with_users(PASSWORD) else { return };
    let connect = Guard::before(&site.worker.url(), &format!("{ADMINISTRATOR}:{PASSWORD}"));
    fill(&mut site.source());
    let mut administrator = client(&site, ADMINISTRATOR);
    for user in ["dashboard", "helpdesk", "stranger"] {
        administrator.put_scram_user(user, Mechanism::ScramSha512, &Password::new(PASSWORD)).unwrap();
    }
    let deployment = deployment(site.deployed());
    deployment.render(&ecosystem(&site, &connect, ["dashboard", "helpdesk"])).unwrap();
    deployment.apply(&Administrator).unwrap();
    let counts = [29, 300];
    for (at, expected) in counts.into_iter().enumerate() {
        eventually("the snapshot is in the topic", || {
            let ends = administrator.end_offsets(&topic(at)).unwrap();
            let count: i64 = ends.values().sum();
            (count < i64::try_from(expected).unwrap()).then(|| format!("{count} records"))
        });
    }
    each_reads_what_its_entitlement_says(&site, counts);
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
    let source = "/connectors/Stream%2Esource%2EUSA%2DTeam%2DSource";
    connect.assert_passed(&[&format!("{source}/config"), &format!("{source}/status")]);

    // The entitlement goes to somebody else.
    deployment.render(&ecosystem(&site, &connect, ["stranger", "helpdesk"])).unwrap();
    deployment.apply(&Administrator).unwrap();
    let mut read = |user: &str| -> Result<usize, String> {
        let mut client = client(&site, user);
        let mut count = 0;
        for (partition, end) in administrator.end_offsets(&topic(0)).unwrap() {
            for record in client.records(&topic(0), partition, 0..end) {
                record.map_err(|error| error.to_string())?;
                count += 1;
            }
        }
        Ok(count)
    };
    eventually("the rules are known", || match (read("dashboard"), read("stranger")) {
        (Err(_), Ok(29)) => None,
        other => Some(format!("{other:?}")),
    });
}
