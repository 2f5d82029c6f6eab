//! The platform on AWS and the local one, given the same states at the same batches, show the same data: live, and every version.

mod checked;
#[path = "../../../platforms/aws/tests/it/engine.rs"]
#[expect(dead_code, reason = "it is made for the tests of the platform on AWS")]
mod engine;
#[path = "../../../platforms/aws/tests/it/shop.rs"]
mod shop;

use crate::{flows::Fixture, support::skipped};
use datasurface::{model::*, platform::Registry};
use datasurface_aws::AwsPlatform;
use datasurface_testkit::Deployment;
use engine::Spark;
use rusqlite::{Connection, params_from_iter, types::Value as Cell};
use serde_json::Value;
use shop::Shop;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// The folder of this package with programs that run on Spark.
const SPARK_PROGRAMS: &str = "platforms/aws/tests/spark";

const BEFORE: &str = "id BigInt key, customer Integer not null, amount Decimal(12,2), placed Timestamp(UTC)";
const AFTER: &str =
    "id BigInt key, customer BigInt not null, amount Decimal(12,2), placed Timestamp(UTC), note VarChar(20)";

/// A version: the values, the batch that made it, and the one that ended it.
type Version = (Vec<Option<String>>, u64, Option<u64>);

#[test]
fn live_and_history_are_equal_on_both() {
    let Some(spark) = Spark::find() else { return };
    let folder = tempfile::tempdir().unwrap();
    let traced = trace(&spark, folder.path(), "3");
    let on_aws: BTreeSet<Version> = traced["versions"].as_array().unwrap().iter().map(version).collect();
    let here = local_versions(traced["batches"].as_array().unwrap());
    assert_eq!(on_aws, here);
    let live = here.iter().filter(|(_, _, until)| until.is_none()).count();
    assert_eq!(live, traced["batches"][6]["records"].as_array().unwrap().len());
    assert!(here.len() > 2 * live, "there is history: {here:?}");
}

/// What the merge job was given, and what it shows.
fn trace(spark: &Spark, folder: &Path, seed: &str) -> Value {
    let rendered = |name: &str, columns: &str| rendered(&folder.join(name), orders(columns));
    let (before, after) = (rendered("before", BEFORE), rendered("after", AFTER));
    let (buckets, file) = (folder.join("buckets"), folder.join("trace.json"));
    let [before, after, buckets, traced] =
        [&before, &after, &buckets, &file].map(|path| path.to_str().unwrap());
    spark.run("trace.py", &[before, after, buckets, &spark.jars(), seed, traced]);
    serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap()
}

fn orders(columns: &str) -> Dataset {
    Dataset::new("orders", columns).classified("Public")
}

/// Renders the shop with these orders for AWS, and returns the folder of its instance.
fn rendered(folder: &Path, orders: Dataset) -> PathBuf {
    let shop = Shop { datasets: vec![orders, shop::customers()], ..Shop::new("states") };
    let registry = Registry::new().with_plugin::<AwsPlatform>();
    let deployment = Deployment::new(registry, folder, "2026-11-21".parse().unwrap());
    deployment.render(&shop.ecosystem()).unwrap();
    deployment.root().join("Lake")
}

fn version(row: &Value) -> Version {
    let row = row.as_array().unwrap();
    let (values, moments) = row.split_at(row.len() - 2);
    let values = values.iter().map(|value| value.as_str().map(str::to_owned)).collect();
    (values, moments[0].as_u64().unwrap(), moments[1].as_u64())
}

fn texts(list: &Value) -> Vec<Option<String>> {
    list.as_array().unwrap().iter().map(|text| text.as_str().map(str::to_owned)).collect()
}

/// Makes the source what it is at a batch, and returns whether it has got its new column.
fn fill_source(fixture: &Fixture, batch: &Value) -> bool {
    let has_note = batch["columns"].as_array().unwrap().contains(&"note".into());
    let source = Connection::open(fixture.path("source.db")).unwrap();
    let note = if has_note { ", note TEXT" } else { "" };
    let table = format!("(id INTEGER PRIMARY KEY, customer INTEGER, amount NUMERIC, placed TEXT{note})");
    source.execute_batch(&format!("DROP TABLE IF EXISTS orders; CREATE TABLE orders {table}")).unwrap();
    for record in batch["records"].as_array().unwrap() {
        let places = vec!["?"; batch["columns"].as_array().unwrap().len()].join(", ");
        let cells = texts(record).into_iter().map(|text| text.map_or(Cell::Null, Cell::Text));
        source.execute(&format!("INSERT INTO orders VALUES ({places})"), params_from_iter(cells)).unwrap();
    }
    has_note
}

/// The versions that the local platform shows after it captured each of these states.
fn local_versions(batches: &[Value]) -> BTreeSet<Version> {
    let fixture = Fixture::new();
    for (day, batch) in (1..).zip(batches) {
        let has_note = fill_source(&fixture, batch);
        let on = format!("2026-01-{day:02}");
        fixture.render_and_apply(ecosystem(orders(if has_note { AFTER } else { BEFORE })), &on);
        fixture.run(&on);
    }
    let shown = Connection::open(fixture.path("desk.db")).unwrap();
    let view = "Local__Sales__all__Store__orders__history";
    let columns = ["id", "customer", "amount", "placed", "note", "batch_in", "batch_out"];
    let columns = columns.map(|column| format!("CAST({column} AS TEXT)")).join(", ");
    let mut statement = shown.prepare(&format!("SELECT {columns} FROM {view}")).unwrap();
    let rows = statement.query_map([], |row| {
        let texts: Vec<Option<String>> = (0..7).map(|column| row.get(column)).collect::<Result<_, _>>()?;
        let batch = |text: &Option<String>| text.as_ref().map(|text| text.parse().unwrap());
        Ok((texts[..5].to_vec(), batch(&texts[5]).unwrap(), batch(&texts[6])))
    });
    rows.unwrap().map(Result::unwrap).collect()
}

/// The orders of the shop, from a file.
fn ecosystem(orders: Dataset) -> Ecosystem {
    let store = Datastore::new("Store")
        .captured(Capture::sql_snapshot("Z/T/Source").with_cron("*/10 * * * *"))
        .dataset(orders);
    let group = DatasetGroup::new("all")
        .sink("Store/orders")
        .with_milestoning(Milestoning::LiveAndForensic)
        .with_retention(Retention::years(1));
    let team = Team::new()
        .container(DataContainer::sqlite("Source", "source.db").located("V/L"))
        .container(DataContainer::sqlite("Desk", "desk.db").located("V/L"))
        .datastore(store)
        .workspace(Workspace::new("Sales").with_container("Z/T/Desk").group(group));
    Ecosystem::new("E", "github:o/model@main", "github:o/live@main")
        .vendor(InfrastructureVendor::new("V").location("L"))
        .platform(PlatformDeclaration::new("Local", "local").setting("database", "platform.db"))
        .zone("Z", "github:o/zone@main", GovernanceZone::new().team("T", "github:o/team@main", team))
}
