//! A container that others' credentials open gets another address with their approval alone, whatever it is called.

use super::{
    approvals::{missing, needs},
    fixture::*,
};
use datasurface_model::*;

#[test]
fn a_container_that_a_foreign_credential_opens_moves_with_the_approval_of_its_team() {
    let source = |file: &str| {
        DataContainer::sqlite("Source", file)
            .located("Office/Ground")
            .readable_by(ContainerUser::Team(TeamKey::new("USA", "Stock")))
    };
    let with = |container: DataContainer| {
        edit_sales(|team| team.without_container(&"Source".into()).container(container))
    };
    let opened = |ecosystem: Ecosystem| {
        let credential = Credential::new("reader", CredentialKind::Password).opening("USA/Sales/Source");
        ecosystem.edit_team("USA", "Stock", |team| team.credential(credential))
    };
    let (old, moved) = (opened(with(source("sales.db"))), opened(with(source("elsewhere.db"))));
    needs(&old, &moved, SALES, &[STOCK]);
    // Nor does the statement of a rename hide it, whoever follows; nor a new name.
    let called = |name: &str, file: &str, spelled: &str| {
        let container = DataContainer::sqlite(name, file).located("Office/Ground").renamed_from("Source");
        let container = container.readable_by(ContainerUser::Team(TeamKey::new("USA", "Stock")));
        let credential = Credential::new("reader", CredentialKind::Password).opening(spelled);
        edit_sales(|team| {
            let store = team.datastores().get("Store").unwrap().clone();
            let capture = Capture::sql_snapshot(format!("USA/Sales/{name}").as_str());
            let store = Datastore::clone(&store).captured(capture);
            team.without_container(&"Source".into())
                .without_datastore(&"Store".into())
                .container(container)
                .datastore(store)
        })
        .edit_team("USA", "Stock", |team| team.credential(credential))
    };
    let (former, current) = ("USA/Sales/Source", "USA/Sales/Origin");
    assert_eq!(missing(&old, &called("Origin", "sales.db", former), SALES), [] as [&str; 0]);
    needs(&old, &called("Origin", "elsewhere.db", former), SALES, &[STOCK]);
    for spelled in [former, current] {
        let renamed = called("Origin", "sales.db", spelled);
        needs(&renamed, &called("Origin", "elsewhere.db", spelled), SALES, &[STOCK]);
        assert_eq!(missing(&renamed, &renamed.clone().documented("ours"), ECOSYSTEM), [] as [&str; 0]);
    }
    // What is said besides of the container is its team's.
    let documented = opened(with(source("sales.db").documented("ours")));
    assert_eq!(missing(&old, &documented, SALES), [] as [&str; 0]);
    // A credential of its own, or none, is nobody else's.
    let (closed, elsewhere) = (with(source("sales.db")), with(source("elsewhere.db")));
    assert_eq!(missing(&closed, &elsewhere, SALES), [] as [&str; 0]);
}

/// A container of `Sales` that a credential of `Stock` opens.
fn opened(kind: ContainerKind) -> Ecosystem {
    opened_as("USA/Sales/Crate", kind)
}

/// The same where the credential writes this name of the container.
fn opened_as(spelled: &str, kind: ContainerKind) -> Ecosystem {
    let container = DataContainer::new("Crate", kind).located("Office/Ground");
    let container = container.readable_by(ContainerUser::Team(TeamKey::new("USA", "Stock")));
    let credential = Credential::new("reader", CredentialKind::Password).opening(spelled);
    edit_sales(|team| team.container(container)).edit_team("USA", "Stock", |team| team.credential(credential))
}

fn postgres(host: &str, port: u16, database: &str) -> ContainerKind {
    ContainerKind::Postgres { host: host.into(), port, database: database.into() }
}

fn bucket(bucket: &str, prefix: &str, endpoint: Option<&str>) -> ContainerKind {
    let endpoint = endpoint.map(Into::into);
    ContainerKind::ObjectStorage { bucket: bucket.into(), prefix: prefix.into(), endpoint }
}

fn cluster(brokers: &[&str]) -> ContainerKind {
    ContainerKind::Kafka { brokers: brokers.iter().map(|broker| (*broker).into()).collect() }
}

fn snowflake(account: &str, database: &str) -> ContainerKind {
    ContainerKind::Snowflake { account: account.into(), database: database.into() }
}

fn custom(technology: &str, host: &str) -> ContainerKind {
    let properties = serde_json::json!({ "host": host }).into();
    ContainerKind::Custom { technology: technology.into(), properties }
}

#[test]
fn each_part_of_an_address_matters_alone() {
    let server = postgres("a.example", 5432, "sales");
    let objects = bucket("sales", "raw", Some("https://store.example"));
    let file = |file: &str| ContainerKind::Sqlite { file: file.into() };
    let other_technology =
        ContainerKind::MySql { host: "a.example".into(), port: 5432, database: "sales".into() };
    let moves = [
        (server.clone(), postgres("b.example", 5432, "sales")),
        (server.clone(), postgres("a.example", 5433, "sales")),
        (server.clone(), postgres("a.example", 5432, "secrets")),
        (server.clone(), postgres("a.example", 5432, "Sales")),
        (server.clone(), other_technology),
        (postgres("127.0.0.1", 5432, "sales"), postgres("127.0.0.2", 5432, "sales")),
        (file("sales.db"), file("secrets.db")),
        // Many systems tell cases apart.
        (file("sales.db"), file("Sales.db")),
        (snowflake("nw-sales", "a"), snowflake("nw-stock", "a")),
        (snowflake("nw-sales", "a"), snowflake("nw-sales", "b")),
        (cluster(&["a.example:9092"]), cluster(&["a.example:9093"])),
        (cluster(&["a.example:9092"]), cluster(&["a.example:9092", "b.example:9092"])),
        (objects.clone(), bucket("secrets", "raw", Some("https://store.example"))),
        (objects.clone(), bucket("sales", "secret", Some("https://store.example"))),
        (objects.clone(), bucket("sales", "raw", Some("https://other.example"))),
        (objects.clone(), bucket("sales", "raw", Some("http://store.example"))),
        (objects.clone(), bucket("sales", "raw", Some("https://store.example:80"))),
        (objects.clone(), bucket("sales", "raw", Some("https://store.example/inner"))),
        (objects, bucket("sales", "raw", None)),
        // A balancer has a name that its owner chose.
        (
            bucket("sales", "raw", Some("https://s3.eu-west-1.amazonaws.com")),
            bucket("sales", "raw", Some("https://s3-1234.eu-west-1.elb.amazonaws.com")),
        ),
        (custom("shelf", "a.example"), custom("shelf", "b.example")),
        (custom("shelf", "a.example"), custom("drawer", "a.example")),
    ];
    for (old, new) in moves {
        assert_eq!(missing(&opened(old.clone()), &opened(new.clone()), SALES), [STOCK], "{old:?} {new:?}");
        assert_eq!(missing(&opened(new.clone()), &opened(old.clone()), SALES), [STOCK], "{new:?} {old:?}");
    }
}

#[test]
fn an_address_that_is_written_otherwise_is_the_same_one() {
    let same = [
        (postgres("a.example", 5432, "sales"), postgres("A.example.", 5432, "sales")),
        (
            cluster(&["a.example:9092", "b.example:9092"]),
            cluster(&["B.example:9092", "a.example.:9092", "b.example:9092"]),
        ),
        (snowflake("nw-sales", "a"), snowflake("NW-SALES.snowflakecomputing.com", "a")),
        (
            ContainerKind::Sqlite { file: "sales.db".into() },
            ContainerKind::Sqlite { file: "./a/../sales.db".into() },
        ),
        (
            bucket("sales", "raw", Some("https://store.example")),
            bucket("sales", "raw/", Some("HTTPS://Store.example.:443/")),
        ),
        (
            bucket("sales", "raw", Some("http://store.example")),
            bucket("sales", "raw", Some("http://store.example:80")),
        ),
    ];
    for (old, new) in same {
        assert_eq!(missing(&opened(old.clone()), &opened(new.clone()), SALES), [""; 0], "{old:?} {new:?}");
        assert_eq!(missing(&opened(new.clone()), &opened(old.clone()), SALES), [""; 0], "{new:?} {old:?}");
    }
}

/// The zone `USA` and its team `Sales` by names of their own, which say what they were called.
fn renamed(ecosystem: &Ecosystem, zone: &str, team: &str) -> Ecosystem {
    let declared = ecosystem.zones().get("USA").unwrap();
    let definition = GovernanceZone::clone(declared.definition().unwrap());
    let teams = definition.teams().iter().cloned().map(|declared| match declared.name().as_str() {
        "Sales" if team != "Sales" => TeamDeclaration::new(team, SALES)
            .renamed_from("Sales")
            .defined(declared.definition().unwrap().clone()),
        _ => declared,
    });
    let teams: Vec<_> = teams.collect();
    let declared = ZoneDeclaration::new(zone, USA).defined(definition.with_teams(teams));
    let declared = if zone == "USA" { declared } else { declared.renamed_from("USA") };
    ecosystem.clone().without_zone(&"USA".into()).zone_declaration(declared)
}

#[test]
fn no_rename_of_team_or_zone_hides_that_a_container_moves() {
    let (here, there) = (postgres("a.example", 5432, "sales"), postgres("b.example", 5432, "sales"));
    for (zone, team) in [("USA", "Shop"), ("America", "Sales"), ("America", "Shop")] {
        let named =
            |spelled: &str, kind: &ContainerKind| renamed(&opened_as(spelled, kind.clone()), zone, team);
        let (former, current) = ("USA/Sales/Crate", format!("{zone}/{team}/Crate"));
        // Whoever may rename, and the team of the container, cannot do both without those who open it.
        let asked = |kind| missing(&opened(here.clone()), &named(former, kind), "github:else/where@main");
        assert!(!asked(&here).contains(&STOCK.to_owned()), "{zone}/{team}");
        assert!(asked(&there).contains(&STOCK.to_owned()), "{zone}/{team}");
        // Nor can they one after the other, whether the former name is written still or not.
        for spelled in [former, &current] {
            needs(&named(spelled, &here), &named(spelled, &there), SALES, &[STOCK]);
        }
    }
}

/// A container that is taken away, and is back by its name elsewhere, has never moved.
#[test]
fn a_container_that_others_open_is_not_taken_away() {
    let there = opened(postgres("a.example", 5432, "sales"));
    let gone = there.clone().edit_team("USA", "Sales", |team| team.without_container(&"Crate".into()));
    let refused = gone.validate(&Validation::on(day("2026-01-01"))).unwrap_err();
    let errors = refused.findings().iter().filter(|finding| finding.severity() == Severity::Error);
    assert_eq!(errors.map(Diagnostic::code).collect::<Vec<_>>(), ["reference/unknown-container"]);
}
