//! The speed of reading a topic, by the codec in which a broker keeps it: records as Debezium writes them, from a broker on this machine.

#![expect(clippy::print_stdout, reason = "it shows what it measures")]

use datasurface_kafka_client::{
    KafkaClient, KafkaError, Limits, NewRecord, NewTopic, Security,
    testing::{Engines, Kafka, KafkaOptions},
};
use std::{error::Error, fs, time::Instant};

const BATCHES: u64 = 500;
const RECORDS_OF_A_BATCH: u64 = 1000;
const TURNS: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let kafka = Kafka::start(&Engines::find()?, &KafkaOptions::new())?;
    let mut client = KafkaClient::connect(&kafka.bootstrap_servers(), Security::none(), Limits::default())?;
    for codec in ["uncompressed", "gzip", "snappy", "lz4", "zstd"] {
        let topic = NewTopic::new(codec).with_partitions(1).config("compression.type", codec);
        client.create_topic(&topic)?;
        for number in 0..BATCHES {
            client.produce(codec, 0, &batch(number))?;
        }
        let mut seconds = Vec::new();
        let mut bytes = 0;
        for _ in 0..TURNS {
            let began = Instant::now();
            bytes = read(&mut client, codec)?;
            seconds.push(began.elapsed().as_secs_f64());
        }
        seconds.sort_by(f64::total_cmp);
        let median = seconds.get(TURNS / 2).copied().unwrap_or_default();
        println!("{codec}: {} MB in {median:.2} s, the median of {TURNS} turns", bytes >> 20);
    }
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    println!("{}", status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default());
    Ok(())
}

/// Reads a topic, and returns the bytes of its keys and values.
fn read(client: &mut KafkaClient, topic: &str) -> Result<usize, KafkaError> {
    let end = client.end_offsets(topic)?.get(&0).copied().unwrap_or_default();
    let mut bytes = 0;
    for record in client.records(topic, 0, 0..end) {
        let record = record?;
        bytes += record.key.map_or(0, |key| key.len()) + record.value.map_or(0, |value| value.len());
    }
    Ok(bytes)
}

fn batch(number: u64) -> Vec<NewRecord> {
    let mut random = fastrand::Rng::with_seed(number);
    let first = number * RECORDS_OF_A_BATCH;
    (first..first + RECORDS_OF_A_BATCH).map(|id| record(id, &mut random)).collect()
}

fn record(id: u64, random: &mut fastrand::Rng) -> NewRecord {
    let (customer, amount) = (random.u64(..), random.u32(..10_000));
    let after = format!(r#"{{"id":{id},"customer":"customer {customer}","amount":"{amount}","note":null}}"#);
    let source = format!(r#"{{"table":"orders","schema":"public","lsn":{id}}}"#);
    let value = format!(r#"{{"before":null,"after":{after},"op":"c","ts_ms":{customer},"source":{source}}}"#);
    NewRecord {
        key: Some(format!(r#"{{"id":{id}}}"#).into_bytes()),
        value: Some(value.into_bytes()),
        headers: Vec::new(),
        timestamp: 1_700_000_000_000,
    }
}
