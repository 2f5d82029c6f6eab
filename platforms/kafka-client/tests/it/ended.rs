//! Engines end with the process that has them, however it ends.

use crate::engine::{engines, eventually};
use datasurface_kafka_client::testing::{ConnectWorker, Kafka, KafkaOptions};
use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    io::{BufRead as _, BufReader},
    net::TcpStream,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

/// Set where this test is the process that is killed.
const KILLED: &str = "DATASURFACE_TEST_KILLED";

fn answers(address: &str) -> bool {
    TcpStream::connect(address).is_ok()
}

#[test]
fn nothing_is_left_of_a_process_that_was_killed() {
    let Some(engines) = engines() else { return };
    if env::var_os(KILLED).is_some() {
        let kafka = Kafka::start(&engines, &KafkaOptions::new()).unwrap();
        let servers = kafka.bootstrap_servers();
        let worker = ConnectWorker::start(&engines, &servers, &BTreeMap::new()).unwrap();
        println!("\nengines: {servers} {}", worker.url().trim_start_matches("http://"));
        thread::sleep(Duration::from_secs(600));
        return;
    }
    let mut process = Command::new(env::current_exe().unwrap())
        .args(["--exact", "ended::nothing_is_left_of_a_process_that_was_killed", "--nocapture"])
        .env(KILLED, "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let folder = format!("datasurface-kafka-{}-", process.id());
    let output = BufReader::new(process.stdout.take().unwrap());
    let line = output.lines().map_while(Result::ok).find(|line| line.starts_with("engines: ")).unwrap();
    let addresses: Vec<&str> = line.split(' ').skip(1).collect();
    assert!(addresses.len() == 2 && addresses.iter().all(|address| answers(address)), "{line}");
    let folders = || {
        // They may be one folder.
        let parents = BTreeSet::from([env::temp_dir(), "/dev/shm".into()]);
        let entries = parents.iter().filter_map(|parent| std::fs::read_dir(parent).ok()).flatten().flatten();
        entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(&folder)).count()
    };
    assert_eq!(folders(), 2);
    process.kill().unwrap();
    process.wait().unwrap();
    eventually(|| !addresses.iter().any(|address| answers(address)) && folders() == 0);
}
