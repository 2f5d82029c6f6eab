//! One source, captured twice: into topics in JSON and into topics in Avro. A local platform has the same history of both, batch by batch.

use crate::{
    dump::{self, Table},
    engine::Site,
    pipeline::rows,
    random_changes::RandomChanges,
    site_model::{PATIENCE, model_on, platform},
    two_platforms::{VAULT, deployment, vault},
};
use datasurface_kafka_client::{KafkaClient, NewRecord};
use datasurface_platform::{EnvironmentCredentials, RunReport, RunRequest, prelude::*};
use rusqlite::{Connection, OpenFlags, types::Value};
use std::path::Path;

/// The platform that writes topics, in one ecosystem and in the other one.
const WRITERS: [(&str, bool); 2] = [("Stream", false), ("Binary", true)];

/// A store that is captured into topics, a reader of these, and historians who want all that there was of it.
fn ecosystem(site: &Site, tables: &[Table], (writer, has_registry): (&str, bool)) -> Ecosystem {
    let sinks = || tables.iter().map(|table| DatasetKey::new("NW_Data", table.name.as_str()));
    let ever = DatasetGroup::new("Ever")
        .with_sinks(sinks())
        .with_milestoning(Milestoning::LiveAndForensic)
        .with_retention(Retention::years(5))
        .with_latency(Latency::minutes(10));
    let capture =
        Capture::change_data_capture("USA/Team/Source").with_consistency(Consistency::SingleDataset);
    let dataset = |table: &Table| Dataset::new(&*table.name, table.schema().as_str()).classified("Public");
    let store =
        tables.iter().map(dataset).fold(Datastore::new("NW_Data").captured(capture), Datastore::dataset);
    let with = |team: Team| {
        team.container(DataContainer::sqlite("Vault", "vault.db").located("Azure/USA"))
            .datastore(store)
            .workspace(Workspace::new("Historians").with_container("USA/Team/Vault").group(ever))
            .workspace(
                Workspace::new("Desk")
                    .with_container("USA/Team/Topics")
                    .group(DatasetGroup::new("Now").with_sinks(sinks())),
            )
    };
    model_on(platform(site, writer, PATIENCE, has_registry), site, with)
        .platform(vault())
        .group_pin("Desk/Now", [writer])
}

/// Runs both platforms of an ecosystem until nothing moves. Returns what the reader did.
fn run(folder: &Path, writer: &str) -> RunReport {
    let mut reports = deployment(folder).run(&EnvironmentCredentials, &RunRequest::until_idle()).unwrap();
    assert_eq!(reports[&PlatformName::from(writer)].failures, []);
    reports.remove(&PlatformName::from(VAULT)).unwrap()
}

/// The versions of a table, each with the batches in which it came and went.
fn history(folder: &Path, table: &Table) -> Vec<Vec<Value>> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let vault = Connection::open_with_flags(folder.join("vault.db"), flags).unwrap();
    let query = format!(
        "SELECT batch_in, batch_out, {} FROM Historians__Ever__NW_Data__{}__history ORDER BY {}, batch_in",
        table.all(),
        table.name,
        table.key()
    );
    let mut statement = vault.prepare(&query).unwrap();
    let count = table.columns.len() + 2;
    let rows = statement.query_map([], |row| (0..count).map(|at| row.get(at)).collect());
    rows.unwrap().map(Result::unwrap).collect()
}

fn assert_same(site: &Site, folders: &[tempfile::TempDir; 2], tables: &[Table]) {
    for table in tables {
        let [json, avro] = folders.each_ref().map(|folder| history(folder.path(), table));
        let first = json.iter().zip(&avro).find(|(json, avro)| json != avro);
        assert!(json == avro, "{}: {} versions, and {}: {first:?}", table.name, json.len(), avro.len());
        let live = avro.iter().filter(|version| version[1] == Value::Null).count();
        assert_eq!(live, rows(&mut site.source(), &table.name, &table.all(), &table.key()).len());
    }
}

#[test]
fn the_history_of_topics_in_avro_is_that_of_topics_in_json() {
    let Some(site) = Site::start_with_registry() else { return };
    let Some(tables) = dump::load(&mut site.source()) else { return };
    let folders = [(); 2].map(|()| tempfile::tempdir().unwrap());
    for (folder, writer) in folders.iter().zip(WRITERS) {
        deployment(folder.path()).render(&ecosystem(&site, &tables, writer)).unwrap();
        deployment(folder.path()).apply(&EnvironmentCredentials).unwrap();
    }
    let run_both = || {
        for (folder, (writer, _)) in folders.iter().zip(WRITERS) {
            assert_eq!(run(folder.path(), writer).failures, [], "{writer}");
        }
    };
    run_both();
    assert_same(&site, &folders, &tables);

    // Numbers, texts and days of every kind; rows that get another key, and rows that go.
    let mut changes = RandomChanges::new(&tables, 26);
    for _ in 0..2 {
        changes.make(&mut site.source(), 1000);
        run_both();
        assert_same(&site, &folders, &tables);
    }
    let versions: usize = tables.iter().map(|table| history(folders[1].path(), table).len()).sum();
    assert!(versions > 4000, "{versions}");
    hostile_records_are_findings(&site, folders[1].path(), &tables);
}

/// Somebody writes what is no record of the writer: no row of these tables changes, and a run says why, without any value.
fn hostile_records_are_findings(site: &Site, folder: &Path, tables: &[Table]) {
    let topic = "Binary.NW_Data__region";
    let mut kafka = site.client();
    let [id @ .., _] = &value_of(&mut kafka, topic)[..6] else { panic!("it is shorter than an ID") };
    let huge = [id, &[2, 0xfe, 0xff, 0xff, 0xff, 0x0f]].concat();
    let before = tables.iter().map(|table| history(folder, table)).collect::<Vec<_>>();
    let mut expected = Vec::new();
    for (value, reason) in [
        (huge, "its bytes are not what its schema says"),
        (b"\0\x7f\xff\xff\xffsecret".to_vec(), "does not have its schema 2147483647"),
        (br#"{"payload": {"op": "d", "after": "secret"}}"#.to_vec(), "a byte of 0 and the ID of a schema"),
    ] {
        let name = ["region", "territories", "us_states"][expected.len()];
        let record = NewRecord { key: Some(value.clone()), value: Some(value), ..NewRecord::default() };
        kafka.produce(&format!("Binary.NW_Data__{name}"), 0, &[record]).unwrap();
        expected.push((name, reason));
    }
    let failures: Vec<String> = run(folder, "Binary")
        .failures
        .into_iter()
        .map(|one| format!("{}: {}", one.job, one.reason))
        .collect();
    assert_eq!(failures.len(), expected.len(), "{failures:?}");
    for (name, reason) in expected {
        let is_said = |failure: &&String| failure.contains(&format!("NW_Data__{name}`"));
        let failure = failures.iter().find(is_said).unwrap_or_else(|| panic!("{name}: {failures:?}"));
        assert!(failure.contains(reason) && !failure.contains("secret"), "{failure}");
    }
    assert_eq!(tables.iter().map(|table| history(folder, table)).collect::<Vec<_>>(), before);
}

/// The value of the first record of a topic.
fn value_of(kafka: &mut KafkaClient, topic: &str) -> Vec<u8> {
    let ends = kafka.end_offsets(topic).unwrap();
    let (partition, end) = ends.into_iter().find(|(_, end)| *end > 0).unwrap();
    let mut records = kafka.records(topic, partition, 0..end);
    records.find_map(|record| record.unwrap().value).unwrap()
}
