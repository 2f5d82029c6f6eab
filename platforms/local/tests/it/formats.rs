//! What this platform offers is read by somebody else, and what somebody else offers is read by this platform: in every format that it
//! names.

use crate::{
    example::Example,
    fixture::{Fixture, moved},
    flows::{CHANGES, CUSTOMERS},
    handover::{self, KEPT},
    northwind::NorthWind,
};
use datasurface_platform::prelude::*;
use datasurface_testkit::formats::{BatchFiles, FormatReader, FormatWriter, History, SqliteFiles, Version};
use std::fs;

/// A format, with the address at which NorthWind's customers are offered in it.
struct Offered {
    publish: Option<&'static str>,
    address: &'static str,
}

const SQLITE: Offered = Offered { publish: None, address: "northwind.db#NW_Data__customers" };
const BATCHES: Offered = Offered { publish: Some("published"), address: "published/Local/NW_Data#customers" };

impl Offered {
    fn example(&self) -> Example {
        let wind = NorthWind {
            publish: self.publish,
            milestoning: Milestoning::LiveAndForensic,
            ..NorthWind::default()
        };
        let example = handover::of(wind, "Local");
        let reading = example.node("Ingest/Second/NW_Data");
        let offered = reading.inputs().iter().map(|input| input.offer.address().to_owned());
        assert_eq!(offered.collect::<Vec<_>>(), [self.address]);
        example
    }

    fn reader(&self, fixture: &Fixture) -> Box<dyn FormatReader> {
        match self.publish {
            None => Box::new(SqliteFiles::new(fixture.path(""))),
            Some(_) => Box::new(BatchFiles::new(fixture.path(""))),
        }
    }

    fn writer(&self, fixture: &Fixture) -> Box<dyn FormatWriter> {
        match self.publish {
            None => Box::new(SqliteFiles::new(fixture.path(""))),
            Some(_) => Box::new(BatchFiles::new(fixture.path(""))),
        }
    }
}

fn schema() -> TableSchema {
    crate::northwind::CUSTOMERS.parse().unwrap()
}

/// The versions of a history, as the query of what is kept shows them.
fn kept(history: &History) -> Vec<String> {
    let text = |value: Option<&serde_json::Value>| match value {
        Some(serde_json::Value::String(text)) => text.clone(),
        _ => "-".to_owned(),
    };
    let line = |version: &Version| {
        let values = ["customer_id", "company_name", "city"].map(|name| text(version.values.get(name)));
        let end = version.batch_out.map_or("-".to_owned(), |end| end.to_string());
        ((values[0].clone(), version.batch_in), format!("{}|{}|{end}", values.join("|"), version.batch_in))
    };
    let mut lines: Vec<_> = history.versions.iter().map(line).collect();
    lines.sort();
    lines.into_iter().map(|(_, line)| line).collect()
}

#[test]
fn what_is_offered_is_read_by_whoever_knows_the_format() {
    for offered in [SQLITE, BATCHES] {
        let (first, _) = handover::grounds(&offered.example());
        for change in [CUSTOMERS, CHANGES, "UPDATE Customers SET city = NULL WHERE customer_id = 'ALFKI'"] {
            first.change_source(change);
            first.run();
        }
        let reader = offered.reader(&first);
        let read = reader.read(offered.address, &"NW_Data/customers".into(), &schema()).unwrap();
        assert_eq!(read.batches, [1, 2, 3], "{}", reader.format());
        assert_eq!(kept(&read), first.rows("northwind.db", KEPT), "{}", reader.format());
    }
}

#[test]
fn what_anybody_writes_in_a_format_is_taken_into_the_history() {
    let row = |id: &str, name: &str| {
        serde_json::Map::from_iter([
            ("customer_id".to_owned(), json!(id)),
            ("company_name".to_owned(), json!(name)),
            ("city".to_owned(), json!(null)),
        ])
    };
    let version =
        |id: &str, name: &str, batch_in, batch_out| Version { values: row(id, name), batch_in, batch_out };
    let versions = [
        version("A", "stays", 1, None),
        version("B", "changes", 1, Some(3)),
        version("B", "changed", 3, None),
        version("C", "goes", 1, Some(2)),
    ];
    let history = History::new("NW_Data/customers", schema(), [1, 2, 3], versions);
    for offered in [SQLITE, BATCHES] {
        let example = offered.example();
        let first = Fixture::new();
        let second = first.beside("Second");
        second.render(&example, &Plan::default());
        second.apply_plan(&Plan::default()).unwrap();
        let writer = offered.writer(&first);
        fs::create_dir_all(first.path("")).unwrap();
        writer.write(offered.address, &history).unwrap();
        assert_eq!(moved(&second.run()).len(), 1);
        assert_eq!(second.rows("second.db", KEPT), kept(&history), "{}", writer.format());
        assert_eq!(
            second.rows("second.db", "SELECT batch FROM datasurface_batches ORDER BY 1"),
            ["1", "2", "3"]
        );
    }
}
