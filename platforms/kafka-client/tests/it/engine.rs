//! Brokers, where tests find them.

use datasurface_kafka_client::{
    KafkaClient, KafkaError, Limits, NewTopic, Security,
    testing::{Engines, Kafka, KafkaOptions},
};
use std::{
    io::Write as _,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// The engines. Without them, the test is skipped.
pub(crate) fn engines() -> Option<Engines> {
    Engines::find().inspect_err(|why| skipped(why)).ok()
}

/// Says that a test did nothing, past the harness, which would swallow what a test that passes prints. Where
/// `DATASURFACE_TEST_REQUIRE=1` demands that everything is there, the test fails.
pub(crate) fn skipped(why: &str) {
    let required = std::env::var("DATASURFACE_TEST_REQUIRE").is_ok_and(|value| value == "1");
    assert!(!required, "{why}");
    std::io::stderr().write_all(format!("skipped: {why}\n").as_bytes()).unwrap();
}

/// A client of the broker that the tests of this process share.
pub(crate) fn shared() -> Option<KafkaClient> {
    static KAFKA: OnceLock<Option<Kafka>> = OnceLock::new();
    let start = || Some(Kafka::start(&engines()?, &KafkaOptions::new()).unwrap());
    Some(client(KAFKA.get_or_init(start).as_ref()?))
}

pub(crate) fn client(kafka: &Kafka) -> KafkaClient {
    connect(kafka, Security::none()).unwrap()
}

pub(crate) fn connect(kafka: &Kafka, security: Security) -> Result<KafkaClient, KafkaError> {
    let limits = Limits::default().with_retrying(Duration::from_secs(40));
    KafkaClient::connect(&kafka.bootstrap_servers(), security, limits)
}

/// Waits for what brokers and connectors see a moment after it was done.
#[track_caller]
pub(crate) fn eventually(mut is_so: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(90);
    while !is_so() {
        assert!(Instant::now() < until, "it does not come to pass");
        thread::sleep(Duration::from_millis(100));
    }
}

/// A name that no other test has.
pub(crate) fn unique(name: &str) -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    format!("{name}-{}", NUMBER.fetch_add(1, Ordering::Relaxed))
}

/// A new topic of one partition.
pub(crate) fn new_topic(client: &mut KafkaClient, name: &str) -> String {
    let name = unique(name);
    assert!(client.create_topic(&NewTopic::new(&name).with_partitions(1)).unwrap());
    name
}
