//! An apply that is killed goes on when it is called again, and three brokers of which one is killed.

use crate::{
    engine::{Site, until_idle},
    pipeline::{CUSTOMERS, Pipeline, change, difference, fill},
    shop::deployment,
};
use datasurface_kafka_client::Partition;
use datasurface_platform::{EnvironmentCredentials, RunObserver};
use datasurface_testkit::Deployment;
use std::{
    env,
    path::{Path, PathBuf},
    process::{self, Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Duration,
};

/// The environment variables that tell a second process the folder that it applies, and the step at which it ends.
const FOLDER: &str = "DATASURFACE_TEST_FOLDER";
const STEP: &str = "DATASURFACE_TEST_STEP";

const TEST: &str = "resumed::what_is_killed_goes_on";

/// Ends this process at a step, as `kill -9` would: nothing is cleaned up.
#[derive(Debug)]
struct Killer {
    left: AtomicUsize,
}

impl RunObserver for Killer {
    fn job_started(&self, _address: &str) {
        if self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            process::abort();
        }
    }
}

/// The second process: it applies what is in a folder, as far as the step at which it ends.
fn apply_up_to_a_step(folder: &Path) {
    let step = env::var(STEP).unwrap().parse().unwrap();
    let killer = Box::leak(Box::new(Killer { left: AtomicUsize::new(step) }));
    deployment(folder).with_observer(killer).apply(&EnvironmentCredentials).unwrap();
}

fn second_process(folder: &Path, step: usize) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args([TEST, "--exact"]).env(FOLDER, folder).env(STEP, step.to_string());
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Applies in processes of which each is killed one step further than the one before. Returns how many were killed.
fn apply_killed_at_every_step(folder: &Path) -> usize {
    (1..).find(|step| second_process(folder, *step).status().unwrap().success()).unwrap() - 1
}

/// Applies in processes that are killed after some time, wherever they are then.
fn apply_killed_at_any_moment(folder: &Path) {
    for milliseconds in [200, 500, 1000, 2000, 3500] {
        let mut process = second_process(folder, usize::MAX).spawn().unwrap();
        thread::sleep(Duration::from_millis(milliseconds));
        process.kill().unwrap();
        process.wait().unwrap();
    }
    let last =
        second_process(folder, usize::MAX).stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap();
    let said = [last.stdout, last.stderr].concat();
    assert!(last.status.success(), "{}", String::from_utf8_lossy(&said));
}

#[track_caller]
fn assert_equal(site: &Site, deployment: &mut Deployment, tables: &[&str]) {
    until_idle(deployment);
    assert_eq!(difference(&mut site.source(), &mut site.warehouse(), tables), None);
}

fn partitions(site: &Site, topic: &str) -> Vec<Partition> {
    site.client().topic(topic).unwrap().unwrap().partitions
}

#[test]
fn what_is_killed_goes_on() {
    if let Some(folder) = env::var_os(FOLDER) {
        return apply_up_to_a_step(&PathBuf::from(folder));
    }
    let Some(mut site) = Site::start_with_three_brokers() else { return };
    fill(&mut site.source());
    let mut deployment = deployment(site.deployed());
    let few = ["customers", "suppliers"];
    let first = Pipeline { customers: CUSTOMERS, wanted: vec!["NW_Data/customers", "NW_Data/suppliers"] };
    deployment.render(&first.ecosystem(&site)).unwrap();
    // Three topics, four of the source itself, the source and two sinks.
    assert_eq!(apply_killed_at_every_step(site.deployed()), 10);
    assert_equal(&site, &mut deployment, &few);

    // One broker of three is killed, and nobody waits for it.
    let topic = "Stream.NW_Data__customers";
    assert!(
        partitions(&site, topic).iter().any(|partition| partition.leader == Some(1)),
        "it has work to do"
    );
    change(&mut site.source(), 1);
    site.kafka.kill(1);
    change(&mut site.source(), 2);
    assert_equal(&site, &mut deployment, &few);
    // The two others are as many as have to have a change before it is acknowledged.
    assert_eq!(
        site.client().topic_configs(topic).unwrap()["min.insync.replicas"].value.as_deref(),
        Some("2")
    );
    for partition in partitions(&site, topic) {
        assert_eq!((partition.replicas.len(), partition.in_sync_replicas.len()), (3, 2), "{partition:?}");
    }
    site.kafka.restart(1).unwrap();
    change(&mut site.source(), 3);
    assert_equal(&site, &mut deployment, &few);

    // A column and a table are added, with rows that were there before, while applies and Connect are killed.
    let wider = Pipeline {
        customers: "customer_id VarChar(5) key, company_name VarChar(40) not null, country VarChar(15), phone VarChar(24)",
        wanted: vec!["NW_Data/customers", "NW_Data/suppliers", "NW_Data/orders"],
    };
    deployment.render(&wider.ecosystem(&site)).unwrap();
    // The new topic, and the record by which the source is asked for a snapshot, too.
    assert_eq!(apply_killed_at_every_step(site.deployed()), 12);
    site.worker.kill();
    change(&mut site.source(), 4);
    site.worker.restart().unwrap();
    assert_equal(&site, &mut deployment, &["customers", "suppliers", "orders"]);
    let phones = "SELECT count(*) FROM \"NW_Data__customers\" WHERE phone IS NOT NULL";
    let source =
        site.source().query_one("SELECT count(*) FROM customers WHERE phone IS NOT NULL", &[]).unwrap();
    let warehouse = site.warehouse().query_one(phones, &[]).unwrap();
    assert_eq!(warehouse.get::<_, i64>(0), source.get::<_, i64>(0));

    // Nobody wants anything: connectors and the slot go, whenever it is killed.
    let nothing = Pipeline { customers: CUSTOMERS, wanted: Vec::new() };
    deployment.render(&nothing.ecosystem(&site)).unwrap();
    apply_killed_at_any_moment(site.deployed());
    let slots = site.source().query("SELECT slot_name FROM pg_replication_slots", &[]).unwrap();
    assert!(slots.is_empty(), "{slots:?}");
}
