//! What is written in a format is what is read from it.

use datasurface_model::{DatasetName, TableSchema};
use datasurface_platform::{BatchFolder, IcebergAddress, KafkaTopicAddress, PlatformError};
use datasurface_testkit::formats::{
    BatchFiles, FormatReader, FormatWriter, History, IcebergTables, TableEngine, TopicBroker, TopicRecord,
    Topics, Version,
};
use serde_json::{Map, Value, json};
use std::{cell::RefCell, collections::BTreeMap, fs};

fn schema() -> TableSchema {
    "id Integer key, name VarChar(10), is_open Boolean".parse().unwrap()
}

fn version(values: Value, batch_in: u64, batch_out: Option<u64>) -> Version {
    Version { values: values.as_object().unwrap().clone(), batch_in, batch_out }
}

/// One that stays, one that changes, one that goes and comes back, and a batch that does nothing.
fn history() -> History {
    let row = |id: u32, name: &str| json!({"id": id, "name": name, "is_open": id == 1});
    let versions = [
        version(row(1, "stays"), 1, None),
        version(row(2, "changes"), 1, Some(2)),
        version(row(2, "changed"), 2, None),
        version(row(3, "goes"), 1, Some(2)),
        version(json!({"id": 3, "name": null, "is_open": null}), 4, None),
    ];
    History::new("Shop/things", schema(), [1, 2, 3, 4], versions)
}

#[test]
fn batches_are_read_as_they_were_written() {
    let root = tempfile::tempdir().unwrap();
    let files = BatchFiles::new(root.path());
    let address = "published/Shop#things";
    files.write(address, &history()).unwrap();
    assert_eq!(files.read(address, &"Shop/things".into(), &schema()).unwrap(), history());
    // Nothing that no manifest names is read; and nothing that is not what its manifest says.
    fs::write(root.path().join("published/Shop/5.json.new"), "{").unwrap();
    assert_eq!(files.read(address, &"Shop/things".into(), &schema()).unwrap(), history());
    fs::write(root.path().join("published/Shop/4/data.jsonl"), "{}").unwrap();
    assert!(files.read(address, &"Shop/things".into(), &schema()).is_err());
    assert!(files.write("nowhere", &history()).is_err());
}

/// An engine that is none: snapshots in memory.
#[derive(Debug, Default)]
struct Snapshots(RefCell<BTreeMap<String, Vec<Rows>>>);

type Rows = Vec<Map<String, Value>>;

impl TableEngine for &Snapshots {
    fn overwrite(
        &self,
        address: &IcebergAddress,
        _: &TableSchema,
        rows: Vec<Map<String, Value>>,
    ) -> Result<(), PlatformError> {
        self.0.borrow_mut().entry(address.to_string()).or_default().push(rows);
        Ok(())
    }

    fn rows(&self, address: &IcebergAddress) -> Result<Vec<Map<String, Value>>, PlatformError> {
        let tables = self.0.borrow();
        Ok(tables.get(&address.to_string()).and_then(|table| table.last()).cloned().unwrap_or_default())
    }
}

#[test]
fn iceberg_tables_have_the_versions_that_were_written() {
    let engine = Snapshots::default();
    let tables = IcebergTables::new(&engine);
    let address = "glue://123456789012/eu-central-1/shop/things";
    tables.write(address, &history()).unwrap();
    assert_eq!(engine.0.borrow()[address].len(), 4, "a snapshot for each batch");
    let read = tables.read(address, &"Shop/things".into(), &schema()).unwrap();
    // The third batch changed nothing.
    assert_eq!(read.batches, [1, 2, 3]);
    assert_eq!(read.rows_at(2), history().rows_at(2));
    assert_eq!(read.rows_at(3), history().rows_at(4));
    assert_eq!(read.versions.len(), history().versions.len());
    let mut broken = engine.0.borrow()[address].last().unwrap().clone();
    broken[0].insert("_valid_from".to_owned(), json!("yesterday"));
    (&engine).overwrite(&IcebergAddress::read(address).unwrap(), &schema(), broken).unwrap();
    assert!(tables.read(address, &"Shop/things".into(), &schema()).is_err());
    assert!(tables.write("nowhere", &history()).is_err());
}

/// A broker that is none: topics in memory.
#[derive(Debug, Default)]
struct Memory(RefCell<BTreeMap<String, Vec<TopicRecord>>>);

impl TopicBroker for &Memory {
    fn append(&self, address: &KafkaTopicAddress, records: Vec<TopicRecord>) -> Result<(), PlatformError> {
        self.0.borrow_mut().entry(address.topic.clone()).or_default().extend(records);
        Ok(())
    }

    fn records(&self, address: &KafkaTopicAddress) -> Result<Vec<TopicRecord>, PlatformError> {
        Ok(self.0.borrow().get(&address.topic).cloned().unwrap_or_default())
    }
}

#[test]
fn topics_have_the_rows_that_were_written() {
    for encoding in ["json", "debezium-json"] {
        let broker = Memory::default();
        let topics = Topics::new(&broker);
        let address = format!("kafka://localhost:9092/things?encoding={encoding}");
        topics.write(&address, &history()).unwrap();
        let read = topics.read(&address, &"Shop/things".into(), &schema()).unwrap();
        assert_eq!(read.rows(), history().rows(), "{encoding}");
        // Each version is there, if not with the number of its batch.
        let values = |history: &History| -> Vec<Value> {
            history
                .versions
                .iter()
                .map(|version| json!([version.values, version.batch_out.is_some()]))
                .collect()
        };
        assert_eq!(values(&read), values(&history()), "{encoding}");
    }
    assert!(Topics::new(&Memory::default()).write("kafka://a/t?encoding=debezium-avro", &history()).is_err());
}

/// A pipe would be waited for, by whoever opens it.
#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_no_manifest_and_no_part_of_a_batch() {
    let root = tempfile::tempdir().unwrap();
    BatchFiles::new(root.path()).write("published/Shop#things", &history()).unwrap();
    let path = root.path().join("published/Shop");
    let folder = BatchFolder::new(&path);
    let manifests = folder.manifests().unwrap();
    let part = &manifests[0].datasets[&DatasetName::from("things")];
    let pipe = |file: &str| {
        let _ = fs::remove_file(path.join(file));
        assert!(std::process::Command::new("mkfifo").arg(path.join(file)).status().unwrap().success());
    };
    pipe(&part.file);
    let error = folder.read(part, |_| Ok(())).unwrap_err();
    assert!(error.report().contains("no regular file"), "{}", error.report());
    pipe("9.json");
    let error = folder.manifests().unwrap_err();
    assert!(error.report().contains("no regular file"), "{}", error.report());
}
