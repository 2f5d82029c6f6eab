//! What is rendered runs: NorthWind goes from PostgreSQL through a real broker into another PostgreSQL.

use crate::{
    engine::{Site, eventually},
    pipeline::{CUSTOMERS, Pipeline, change, difference, fill, rows},
    postgres::WRITER,
    shop::deployment,
    statements,
};
use datasurface_kafka_client::{ConnectClient, Limits, Tls};
use datasurface_platform::{ApplyReport, EnvironmentCredentials, RunRequest, SinkStatus, Status, prelude::*};
use datasurface_testkit::Deployment;
use postgres::Client;
use std::time::Instant;

const FIRST: [&str; 3] = ["NW_Data/customers", "NW_Data/products", "NW_Data/suppliers"];

fn applied(deployment: &Deployment) -> ApplyReport {
    deployment.apply(&EnvironmentCredentials).unwrap().remove(&PlatformName::from("Stream")).unwrap()
}

fn status(deployment: &Deployment) -> Status {
    deployment.status(&EnvironmentCredentials).unwrap().remove(&PlatformName::from("Stream")).unwrap()
}

fn drifted(deployment: &Deployment) -> Vec<String> {
    let drifted = status(deployment).drifted;
    drifted.into_iter().map(|one| format!("{}: {}", one.resource, one.problem)).collect()
}

#[test]
fn northwind_arrives_as_it_is() {
    let Some(mut site) = Site::start() else { return };
    let (mut source, mut warehouse) = (site.source(), site.warehouse());
    fill(&mut source);
    let deployment = deployment(site.deployed());
    let first = Pipeline { customers: CUSTOMERS, wanted: FIRST.to_vec() };
    let datasets = ["customers", "products", "suppliers"];

    // The snapshot.
    deployment.render(&first.ecosystem(&site)).unwrap();
    let report = applied(&deployment);
    // Three topics, four of the source itself, the source and the sinks of both forms.
    assert_eq!((report.done, report.done_before), (10, 0));
    eventually("after the snapshot", || difference(&mut source, &mut warehouse, &datasets));
    let hidden = "SELECT count(*) FROM information_schema.columns WHERE column_name = 'phone'";
    assert_eq!(warehouse.query_one(hidden, &[]).unwrap().get::<_, i64>(0), 0, "nobody declared it");
    statements_make_what_sinks_make(&site, &deployment, &mut warehouse);
    let report = applied(&deployment);
    assert_eq!((report.done, report.done_before), (0, 10), "what is there is left alone");
    assert_eq!(drifted(&deployment), Vec::<String>::new());
    assert_eq!(status(&deployment).sinks.len(), 4);

    // Changes, deletions and NULLs, while everything runs.
    for seed in 1..4 {
        change(&mut source, seed);
    }
    let began = Instant::now();
    eventually("after changes", || difference(&mut source, &mut warehouse, &datasets));
    assert!(began.elapsed().as_secs() < 30, "{:?}", began.elapsed());

    every_version_is_there(&mut source, &mut warehouse);

    // Connect is killed in the middle.
    change(&mut source, 4);
    site.worker.kill();
    change(&mut source, 5);
    site.worker.restart().unwrap();
    change(&mut source, 6);
    eventually("after Connect was killed", || difference(&mut source, &mut warehouse, &datasets));

    // A table and a column are added by a plan, with rows that were there before.
    let wider = Pipeline {
        customers: "customer_id VarChar(5) key, company_name VarChar(40) not null, country VarChar(15), phone VarChar(24)",
        wanted: [&FIRST[..], &["NW_Data/orders"]].concat(),
    };
    deployment.render(&wider.ecosystem(&site)).unwrap();
    let report = applied(&deployment);
    assert_eq!(report.done, 3, "the topic, the source and the sink: {report:?}");
    change(&mut source, 7);
    let all = ["customers", "products", "suppliers", "orders"];
    eventually("after a table was added", || difference(&mut source, &mut warehouse, &all));
    eventually("after a column was added", || {
        let wanted = rows(&mut source, "customers", "phone", "customer_id");
        let found = rows(&mut warehouse, "\"NW_Data__customers\"", "phone", "customer_id");
        (wanted != found).then(|| format!("{} and {} phones", wanted.len(), found.len()))
    });

    latest_changes_are_the_table(&mut source, &mut warehouse);
    drift_is_repaired(&site, &deployment);
    change(&mut source, 8);
    eventually("after it was repaired", || difference(&mut source, &mut warehouse, &all));
    nothing_but_data_is_left(&site, &deployment, &mut source);
}

/// A table is the same one, whether a sink made it or the statements that are rendered for its database.
fn statements_make_what_sinks_make(site: &Site, deployment: &Deployment, warehouse: &mut Client) {
    let mut other = site.server.owner("other");
    other.batch_execute(&format!("ALTER SCHEMA public OWNER TO {WRITER}")).unwrap();
    statements::run(site, deployment, "other");
    eventually("all tables are there", || {
        let (made, stated) = (statements::definitions(warehouse), statements::definitions(&mut other));
        (made != stated).then(|| format!("{made:#?} {stated:#?}"))
    });
    statements::run(site, deployment, "warehouse");
}

/// The versions of a record, in the order in which they came to be: each is a row, and so is its deletion.
fn every_version_is_there(source: &mut Client, warehouse: &mut Client) {
    let changes = [
        "INSERT INTO products VALUES (7777, 'first', 1, 1.5, false)",
        "UPDATE products SET product_name = 'second', unit_price = NULL WHERE product_id = 7777",
        "DELETE FROM products WHERE product_id = 7777",
        "INSERT INTO products VALUES (7777, 'third', NULL, 2.25, true)",
    ];
    changes.iter().for_each(|change| source.batch_execute(change).unwrap());
    let expected = ["c|first|1.5000|false", "u|second||false", "d|second||true", "c|third|2.2500|false"];
    let versions = "SELECT concat_ws('|', __op, product_name, coalesce(unit_price::text, ''), __deleted) FROM \"NW_Data__products__changes\" \
        WHERE product_id = 7777 ORDER BY __connect_partition, __connect_offset";
    eventually("every version is there", || {
        let found: Vec<String> =
            warehouse.query(versions, &[]).unwrap_or_default().iter().map(|row| row.get(0)).collect();
        (found != expected).then(|| format!("{found:?}"))
    });
}

/// Of each record, the last change is what the source has, also after a worker was killed and a table was read again.
fn latest_changes_are_the_table(source: &mut Client, warehouse: &mut Client) {
    let columns = "product_id, product_name, supplier_id, unit_price, discontinued";
    let latest = format!(
        "(SELECT DISTINCT ON (product_id) {columns}, __deleted FROM \"NW_Data__products__changes\" \
         ORDER BY product_id, __connect_partition, __connect_offset DESC) latest WHERE __deleted = 'false'"
    );
    eventually("the last changes are what the source has", || {
        let wanted = rows(source, "products", columns, "product_id");
        let found = rows(warehouse, &latest, columns, "product_id");
        (wanted != found).then(|| format!("{} and {} rows", wanted.len(), found.len()))
    });
}

/// Somebody deletes a connector and changes a topic: that is drift, and the next apply makes it again.
fn drift_is_repaired(site: &Site, deployment: &Deployment) {
    let connect = ConnectClient::new(&site.worker.url(), &Tls::new(), None, Limits::default()).unwrap();
    let sink =
        connect.connectors().unwrap().into_iter().find(|name| name.starts_with("Stream.sink.")).unwrap();
    connect.delete(&sink).unwrap();
    let mut kafka = site.client();
    let altered = [("cleanup.policy".to_owned(), Some("delete".to_owned()))].into();
    kafka.alter_topic_configs("Stream.NW_Data__orders", &altered).unwrap();
    eventually("drift is seen", || {
        let found = drifted(deployment);
        let expected = [
            "topic.NW_Data-orders: `cleanup.policy` is another value; apply again".to_owned(),
            format!("{}: it is not there; apply again", sink.replacen("Stream.", "", 1)),
        ];
        (found != expected).then(|| format!("{found:?}"))
    });
    let failing = status(deployment).sinks;
    let is_seen = |one: &SinkStatus| one.last_failure.as_ref().is_some_and(|why| why.contains("not there"));
    // A group that reads changes alone is served by another sink.
    let products = |one: &&SinkStatus| one.dataset.dataset.as_str() == "products";
    assert!(failing.iter().filter(|one| !products(one)).all(is_seen), "{failing:?}");
    assert_eq!(applied(deployment).done, 2);
    eventually("drift is gone", || drifted(deployment).first().cloned());
    let run = deployment.run(&EnvironmentCredentials, &RunRequest::default()).unwrap();
    assert!(run[&PlatformName::from("Stream")].failures.is_empty());
}

/// Nobody wants anything any more: connectors, their own topics and the slot go. Data is kept until it is released.
fn nothing_but_data_is_left(site: &Site, deployment: &Deployment, source: &mut Client) {
    let nothing = Pipeline { customers: CUSTOMERS, wanted: Vec::new() };
    deployment.render(&nothing.ecosystem(site)).unwrap();
    applied(deployment);
    let connect = ConnectClient::new(&site.worker.url(), &Tls::new(), None, Limits::default()).unwrap();
    assert_eq!(connect.connectors().unwrap(), Vec::<String>::new());
    let topics = site.client().topics().unwrap().into_iter().map(|topic| topic.name);
    let own: Vec<String> = topics.filter(|name| name.contains("Stream")).collect();
    let held = ["customers", "orders", "products", "suppliers"].map(|name| format!("Stream.NW_Data__{name}"));
    assert_eq!(own, held);
    assert_eq!(drifted(deployment), Vec::<String>::new());
    eventually("the slot is dropped", || {
        let slots = source.query("SELECT slot_name FROM pg_replication_slots", &[]).unwrap();
        slots.first().map(|row| row.get(0))
    });
}
