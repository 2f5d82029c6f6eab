//! One word for each technology: in documents, in facts, and in descriptors.

#![expect(clippy::indexing_slicing, reason = "what is not in a document is null")]

use datasurface_model::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The word of a kind in a document, which is its only member.
fn word(kind: &Value) -> &str {
    match kind {
        Value::String(word) => word,
        kind => kind.as_object().unwrap().keys().next().unwrap(),
    }
}

fn team(ecosystem: &Ecosystem) -> Value {
    let document = datasurface_document::to_value(ecosystem);
    document["zones"][0]["definition"]["teams"][0]["definition"].clone()
}

fn ecosystem(team: Team) -> Ecosystem {
    let zone = GovernanceZone::new().team("T", "github:o/team@main", team);
    Ecosystem::new("E", "github:o/model@main", "github:o/live@main").zone("Z", "github:o/zone@main", zone)
}

fn containers() -> Vec<ContainerKind> {
    let text = |text: &str| Text::from(text);
    let server = || (text("db.example"), 1, text("d"));
    let (host, port, database) = server();
    vec![
        ContainerKind::Sqlite { file: text("a.db") },
        ContainerKind::DuckDb { file: text("a.db") },
        ContainerKind::Postgres { host: host.clone(), port, database: database.clone() },
        ContainerKind::MySql { host: host.clone(), port, database: database.clone() },
        ContainerKind::SqlServer { host: host.clone(), port, database: database.clone() },
        ContainerKind::Oracle { host: host.clone(), port, database: database.clone() },
        ContainerKind::Db2 { host, port, database },
        ContainerKind::Snowflake { account: text("o-a"), database: text("d") },
        ContainerKind::ObjectStorage { bucket: text("b"), prefix: text(""), endpoint: None },
        ContainerKind::Kafka { brokers: vec![text("k.example:1")] },
        ContainerKind::PlatformManaged,
    ]
}

#[test]
fn containers_have_one_word() {
    let mut seen = BTreeSet::new();
    for kind in containers() {
        let technology = kind.technology();
        assert_eq!(serde_json::to_value(&kind).unwrap()["kind"], technology.as_str());
        let document = team(&ecosystem(Team::new().container(DataContainer::new("C", kind))));
        assert_eq!(word(&document["containers"][0]["kind"]), technology.as_str());
        seen.insert(technology);
    }
    assert_eq!(seen.len(), ContainerTechnology::WORDS.len());
}

#[test]
fn captures_have_one_word() {
    let captures = [
        Capture::sql_snapshot("Z/T/C"),
        Capture::sql_watermark("Z/T/C", "at"),
        Capture::change_data_capture("Z/T/C"),
        Capture::kafka("Z/T/C"),
        Capture::object_files("Z/T/C", FileFormat::Csv),
    ];
    let mut seen = BTreeSet::new();
    for capture in captures {
        let technology = capture.kind().technology();
        assert_eq!(serde_json::to_value(capture.kind()).unwrap()["kind"], technology.as_str());
        let document = team(&ecosystem(Team::new().datastore(Datastore::new("S").captured(capture))));
        assert_eq!(word(&document["datastores"][0]["capture"]["kind"]), technology.as_str());
        seen.insert(technology);
    }
    assert_eq!(seen.len(), CaptureTechnology::WORDS.len());
}

#[test]
fn code_has_one_word() {
    let codes = [
        CodeArtifact::Sql { selects: Vec::new() },
        CodeArtifact::python("p", "*", "p:main"),
        CodeArtifact::image("i", "*"),
        CodeArtifact::wasm("m", "*"),
        CodeArtifact::dbt("d", "*"),
    ];
    let mut seen = BTreeSet::new();
    for code in codes {
        let technology = code.technology();
        assert_eq!(serde_json::to_value(&code).unwrap()["kind"], technology.as_str());
        let workspace = Workspace::new("W").with_transformer(DataTransformer::new(code, "O"));
        let document = team(&ecosystem(Team::new().workspace(workspace)));
        assert_eq!(word(&document["workspaces"][0]["transformer"]["artifact"]), technology.as_str());
        seen.insert(technology);
    }
    assert_eq!(seen.len(), ArtifactTechnology::WORDS.len());
}

#[test]
fn former_words_of_facts_are_read() {
    let container = json!({ "kind": "duck_db", "file": "a.db" });
    let container: ContainerKind = serde_json::from_value(container).unwrap();
    assert_eq!(container.technology(), ContainerTechnology::DuckDb);
    let server = json!({ "kind": "my_sql", "host": "db.example", "port": 1, "database": "d" });
    let server: ContainerKind = serde_json::from_value(server).unwrap();
    assert_eq!(server.technology(), ContainerTechnology::MySql);
    let capture = json!({ "kind": "change_data_capture" });
    let capture: CaptureKind = serde_json::from_value(capture).unwrap();
    assert_eq!(capture.technology(), CaptureTechnology::ChangeDataCapture);
}
