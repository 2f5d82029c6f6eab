//! The format `iceberg`, on Spark itself: the testkit's writer and reader agree with each other, the reader with the rendered merge job, and both
//! with the rendered job that receives.

use crate::{engine::Spark, federation::Federation, site::deployment};
use datasurface_platform::{IcebergAddress, PlatformError, prelude::*};
use datasurface_testkit::formats::{
    FormatReader, FormatWriter, History, IcebergTables, TableEngine, Version,
};
use std::{
    cell::RefCell,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout},
};

/// Spark, which is asked line by line.
struct Engine(RefCell<Process>);

struct Process {
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Engine {
    fn start(spark: &Spark) -> Self {
        let mut child = spark.start("tables.py", &[&spark.jars()]);
        let (requests, answers) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self(RefCell::new(Process { child, requests, answers: BufReader::new(answers) }))
    }

    fn ask(&self, request: &serde_json::Value) -> serde_json::Value {
        let mut process = self.0.borrow_mut();
        writeln!(process.requests, "{request}").unwrap();
        let mut answer = String::new();
        process.answers.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error} in `{answer}`"))
    }

    fn snapshots(&self, address: &str) -> serde_json::Value {
        self.ask(&json!({"snapshots": {"address": place(&IcebergAddress::read(address).unwrap())}}))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn place(address: &IcebergAddress) -> serde_json::Value {
    json!({"catalog": address.catalog, "database": address.database, "table": address.table})
}

/// The columns of the table, as far as the schemas of these tests have types.
fn columns(schema: &TableSchema) -> String {
    let columns = schema.columns().iter().map(|column| {
        let data_type = match column.data_type() {
            DataType::Boolean => "BOOLEAN",
            DataType::Integer => "INT",
            _ => "STRING",
        };
        format!("`{}` {data_type}", column.name())
    });
    let moments = ["_valid_from", "_valid_to"].map(|name| format!("{name} TIMESTAMP"));
    columns.chain(moments).collect::<Vec<_>>().join(", ")
}

impl TableEngine for &Engine {
    fn overwrite(
        &self,
        address: &IcebergAddress,
        schema: &TableSchema,
        rows: Vec<serde_json::Map<String, serde_json::Value>>,
    ) -> Result<(), PlatformError> {
        let arguments = json!({"address": place(address), "columns": columns(schema), "rows": rows});
        self.ask(&json!({"overwrite": arguments}));
        Ok(())
    }

    fn rows(
        &self,
        address: &IcebergAddress,
    ) -> Result<Vec<serde_json::Map<String, serde_json::Value>>, PlatformError> {
        let rows = self.ask(&json!({"rows": {"address": place(address)}}));
        Ok(serde_json::from_value(rows).unwrap())
    }
}

fn version(values: serde_json::Value, batch_in: u64, batch_out: Option<u64>) -> Version {
    Version { values: values.as_object().unwrap().clone(), batch_in, batch_out }
}

#[test]
fn tables_are_read_as_they_were_written_and_as_the_jobs_leave_them() {
    let Some(spark) = Spark::find() else { return };
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::start(&spark);
    let tables = IcebergTables::new(&engine);

    let schema: TableSchema = "id Integer key, name VarChar(10), is_open Boolean".parse().unwrap();
    let row = |id: u32, name: &str| json!({"id": id, "name": name, "is_open": id == 1});
    let versions = [
        version(row(1, "stays"), 1, None),
        version(row(2, "changes"), 1, Some(2)),
        version(row(2, "changed"), 2, None),
        version(json!({"id": 3, "name": null, "is_open": null}), 3, None),
    ];
    let history = History::new("Shop/things", schema.clone(), [1, 2, 3], versions);
    let address = format!("{}/written/shop/things", folder.path().display());
    tables.write(&address, &history).unwrap();
    assert_eq!(engine.snapshots(&address), json!(3));
    assert_eq!(tables.read(&address, &"Shop/things".into(), &schema).unwrap(), history);

    // What something else writes into a lake, in types of its own, is received as what was captured is.
    let orders: TableSchema = "id BigInt key, customer Integer, amount Decimal(12,2)".parse().unwrap();
    let row = |id: u32, customer: u32| json!({"id": id, "customer": customer, "amount": "1.50"});
    let versions = [
        version(row(1, 4), 1, None),
        version(row(2, 4), 1, Some(2)),
        version(row(2, 5), 2, None),
        version(row(3, 6), 2, Some(3)),
    ];
    let written = History::new("Store/orders", orders.clone(), [1, 2, 3], versions);
    let other = folder.path().join("other");
    tables.write(&format!("{}/shop-lake/tables/lake/store__orders", other.display()), &written).unwrap();

    let deployment = deployment(folder.path());
    deployment.render(&Federation::new("states").ecosystem()).unwrap();
    let [lake, reports] = ["Lake", "Reports"].map(|platform| deployment.root().join(platform));
    let buckets = folder.path().join("buckets");
    let folders = [&lake, &buckets, &reports, &other].map(|path| path.to_str().unwrap());
    let printed = spark.run("merge_orders.py", &[&folders[..], &[&spark.jars()]].concat());
    let line = printed.lines().find_map(|line| line.strip_prefix("tables ")).unwrap();
    let addresses: serde_json::Value = serde_json::from_str(line).unwrap();
    let schema: TableSchema = "id BigInt key, customer Integer".parse().unwrap();
    let [merged, received] = ["merged", "received"].map(|table| {
        tables.read(addresses[table].as_str().unwrap(), &"Store/orders".into(), &schema).unwrap()
    });
    let without_amounts = written.versions.iter().cloned().map(|mut version| {
        version.values.remove("amount");
        version
    });
    assert_eq!(received, History::new("Store/orders", schema.clone(), [1, 2, 3], without_amounts));
    let order = |id: u32, customer: u32| json!({"id": id, "customer": customer});
    let versions =
        [version(order(1, 0), 1, Some(2)), version(order(1, 7), 2, None), version(order(2, 0), 1, Some(3))];
    assert_eq!(merged, History::new("Store/orders", schema, [1, 2, 3], versions));
}
