//! Brokers with users: connectors log in, services of two teams read what they may, and so does another platform.

use crate::{
    engine::{READER, Registrar, Site, eventually},
    guard::Guard,
    pipeline::{CUSTOMERS, fill},
    postgres,
    two_platforms::{VAULT, deployment, vault},
};
use datasurface_kafka::KafkaPlatform;
use datasurface_kafka_client::{
    Acl, AclFilter, AclOperation, AclResource, KafkaClient, Limits, Login, Mechanism, NewRecord, Password,
    Security, testing::ADMINISTRATOR,
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
    a_user_with_few_rights_receives(&site, &mut administrator);
}

/// The user as which a platform logs in that is no administrator.
const OPERATOR: &str = "operator";

/// The logins of that platform, and of the one that captures.
#[derive(Debug)]
struct Operator;

impl CredentialSource for Operator {
    fn secret(&self, credential: &CredentialKey, _: &str) -> Result<Secret, CredentialError> {
        Ok(Secret::new(match credential.to_string().as_str() {
            "USA/Team/kafka" => format!("{OPERATOR}:{PASSWORD}"),
            _ => format!("{READER}:{}", postgres::PASSWORD),
        }))
    }
}

/// A store that another platform captures and publishes, and a service that reads its topic.
fn received(site: &Site, is_wanted: bool) -> Ecosystem {
    let kind = ContainerKind::Postgres {
        host: "127.0.0.1".into(),
        port: site.server.port,
        database: "source".into(),
    };
    let suppliers = "supplier_id SmallInt key, company_name VarChar(40) not null";
    let team = Team::new()
        .credential(Credential::new("reader", CredentialKind::Password).opening("USA/Team/Source"))
        .container(DataContainer::new("Source", kind).located("Azure/USA").with_credential("reader"))
        .container(DataContainer::platform_managed("Topics"))
        .datastore(
            Datastore::new("NW_Data")
                .captured(Capture::sql_snapshot("USA/Team/Source"))
                .dataset(Dataset::new("suppliers", suppliers).classified("Public")),
        );
    let floor = Workspace::new("Floor")
        .with_container("USA/Team/Topics")
        .granted(Principal::service("helpdesk"))
        .group(DatasetGroup::new("Now").sink("NW_Data/suppliers"));
    let team = if is_wanted { team.workspace(floor) } else { team };
    let platform = PlatformDeclaration::new("Second", KafkaPlatform::KIND)
        .setting("bootstrap_servers", json!([site.kafka.bootstrap_servers()]))
        .setting("connect_url", json!(site.worker.url()))
        .setting("replication_factor", json!(1))
        .setting("security", security("sasl_plaintext", "scram-sha-512"))
        .setting("acls", json!(true));
    let ecosystem = Ecosystem::new("NorthWind", "github:northwind/model@main", "github:northwind/live@main")
        .vendor(InfrastructureVendor::new("Azure").location("USA"))
        .platform(platform)
        .platform(vault().setting("publish", "published"))
        .zone(
            "USA",
            "github:northwind/usa@main",
            GovernanceZone::new().team("Team", "github:northwind/team@main", team),
        );
    if is_wanted { ecosystem.group_pin("Floor/Now", ["Second"]) } else { ecosystem }
}

/// It may make topics and rules, and gives itself what receiving needs: writing in transactions by the name of the reception.
fn a_user_with_few_rights_receives(site: &Site, administrator: &mut KafkaClient) {
    administrator.put_scram_user(OPERATOR, Mechanism::ScramSha512, &Password::new(PASSWORD)).unwrap();
    let allowed = |operation, resource, name: &str| Acl::allow(OPERATOR, operation, resource, name);
    let cluster = [AclOperation::Alter, AclOperation::Describe]
        .map(|operation| allowed(operation, AclResource::Cluster, "kafka-cluster"));
    let topics =
        [AclOperation::Create, AclOperation::Describe, AclOperation::DescribeConfigs, AclOperation::Delete]
            .map(|operation| allowed(operation, AclResource::Topic, "Second.").prefixed());
    administrator.create_acls(&[cluster.to_vec(), topics.to_vec()].concat()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let deployment = deployment(folder.path());
    deployment.render(&received(site, true)).unwrap();
    deployment.apply(&Operator).unwrap();
    let second = PlatformName::from("Second");
    let ran = || match deployment.run(&Operator, &RunRequest::default()) {
        Ok(mut ran) => format!("{:?}", ran.remove(&second).unwrap().failures),
        Err(error) => error.to_string(),
    };
    eventually("it is received", || Some(ran()).filter(|failures| failures != "[]"));
    let records = |site: &Site| {
        let mut helpdesk = client(site, "helpdesk");
        let topic = "Second.NW_Data__suppliers";
        let ends = helpdesk.end_offsets(topic).unwrap();
        let records =
            ends.into_iter().flat_map(|(at, end)| helpdesk.records(topic, at, 0..end).collect::<Vec<_>>());
        records.filter(|record| record.as_ref().unwrap().value.is_some()).count()
    };
    assert_eq!(records(site), 29);

    // Without the right, nothing is written, and `status` says what is missing.
    let name = "Second.reception.NW_Data";
    let right = Acl::allow(OPERATOR, AclOperation::Write, AclResource::TransactionalId, name);
    assert_eq!(administrator.delete_acls(&[right]).unwrap(), 1);
    site.source().batch_execute("INSERT INTO suppliers VALUES (99, 'late', NULL)").unwrap();
    eventually("it is refused", || {
        let failures = ran();
        (!failures.contains("TRANSACTIONAL_ID_AUTHORIZATION_FAILED")).then_some(failures)
    });
    let drifted = &deployment.status(&Operator).unwrap()[&second].drifted;
    let drifted: Vec<String> =
        drifted.iter().map(|one| format!("{}: {}", one.resource, one.problem)).collect();
    assert_eq!(drifted, ["reception.NW_Data: 1 of its rules are not there; apply again"]);
    deployment.apply(&Operator).unwrap();
    eventually("it is received", || Some(ran()).filter(|failures| failures != "[]"));
    assert_eq!(records(site), 30);

    // Who receives nothing any more needs no rights for it.
    deployment.render(&received(site, false)).unwrap();
    deployment.apply(&Operator).unwrap();
    let left = AclFilter { resource: Some(AclResource::TransactionalId), ..AclFilter::default() };
    assert_eq!(administrator.acls(&left).unwrap(), []);
}
