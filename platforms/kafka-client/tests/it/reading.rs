//! Records: what was written is read, in whichever way brokers keep it.

use crate::engine::{eventually, new_topic, shared, unique};
use datasurface_kafka_client::{ErrorCode, Header, KafkaClient, NewRecord, NewTopic, Offsets, Record};
use std::{
    thread,
    time::{Duration, UNIX_EPOCH},
};

/// Records of all shapes: with and without a key, a value and headers; short and long, with values that compress and that do not.
pub(crate) fn written(count: i64) -> Vec<NewRecord> {
    let mut random: u64 = 7;
    let record = |number: i64| {
        let header =
            |value: Option<&[u8]>| Header { name: "twice".to_owned(), value: value.map(<[u8]>::to_vec) };
        let length = usize::try_from(number % 97).unwrap();
        let noise: Vec<u8> = (0..length)
            .map(|_| {
                random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                random.to_be_bytes()[0]
            })
            .collect();
        NewRecord {
            key: (number % 3 > 0).then(|| format!("key {number}").into_bytes()),
            value: (number % 7 > 0).then(|| [noise, vec![b'x'; length * 3]].concat()),
            headers: if number % 5 == 0 { vec![header(Some(b"one")), header(None)] } else { Vec::new() },
            timestamp: 1_700_000_000_000 + (number * 7919) % 10_007,
        }
    };
    (0..count).map(record).collect()
}

pub(crate) fn read(client: &mut KafkaClient, topic: &str) -> Vec<Record> {
    let (first, end) = (client.first_offsets(topic).unwrap()[&0], client.end_offsets(topic).unwrap()[&0]);
    client.records(topic, 0, first..end).collect::<Result<_, _>>().unwrap()
}

pub(crate) fn assert_same(read: &[Record], written: &[NewRecord]) {
    assert_eq!(read.len(), written.len());
    for ((offset, read), written) in (0..).zip(read).zip(written) {
        assert_eq!(read.offset, offset);
        assert_eq!(read.timestamp, written.timestamp);
        assert_eq!((&read.key, &read.value), (&written.key, &written.value), "at {offset}");
        assert_eq!(read.headers, written.headers);
    }
}

#[test]
fn ten_thousand_records_are_read_back_with_every_codec_that_brokers_write() {
    let Some(mut client) = shared() else { return };
    let written = written(10_000);
    for codec in ["uncompressed", "gzip", "snappy", "lz4", "zstd"] {
        let topic = unique(codec);
        // The broker compresses anew: by Kafka's own libraries.
        client
            .create_topic(&NewTopic::new(&topic).with_partitions(1).config("compression.type", codec))
            .unwrap();
        for (number, part) in written.chunks(777).enumerate() {
            let offset = client.produce(&topic, 0, part).unwrap();
            assert_eq!(offset, i64::try_from(number * 777).unwrap());
        }
        assert_same(&read(&mut client, &topic), &written);
    }
}

#[test]
fn a_range_has_its_records_and_no_others() {
    let Some(mut client) = shared() else { return };
    let topic = new_topic(&mut client, "range");
    let written = written(1000);
    for part in written.chunks(100) {
        client.produce(&topic, 0, part).unwrap();
    }
    for range in [0..1000, 150..151, 99..101, 250..250, 999..1000] {
        let read: Vec<i64> =
            client.records(&topic, 0, range.clone()).map(|record| record.unwrap().offset).collect();
        assert_eq!(read, range.collect::<Vec<_>>());
    }
    let past = client.records(&topic, 0, 5000..5001).next().unwrap().unwrap_err();
    assert_eq!(past.code(), Some(ErrorCode::OFFSET_OUT_OF_RANGE));
    let last = written.iter().map(|record| record.timestamp).max().unwrap();
    let since = client.offsets_since(&topic, last).unwrap()[&0];
    assert_eq!(written[usize::try_from(since).unwrap()].timestamp, last);
    assert_eq!(client.offsets_since(&topic, last + 1).unwrap(), Offsets::new(), "nothing is newer");
}

#[test]
fn a_range_ends_although_its_last_records_were_compacted() {
    let Some(mut client) = shared() else { return };
    let topic = unique("compacted");
    let config = NewTopic::new(&topic)
        .with_partitions(1)
        .config("cleanup.policy", "compact")
        .config("segment.ms", "100")
        .config("min.cleanable.dirty.ratio", "0.001")
        .config("max.compaction.lag.ms", "100");
    client.create_topic(&config).unwrap();
    // Brokers begin another segment, which they do not compact, by the times of records.
    let one = |key: &str, value: &str| NewRecord {
        key: Some(key.into()),
        value: Some(value.into()),
        timestamp: i64::try_from(UNIX_EPOCH.elapsed().unwrap().as_millis()).unwrap(),
        headers: Vec::new(),
    };
    let same: Vec<NewRecord> = (0..100).map(|number| one("same", &number.to_string())).collect();
    client.produce(&topic, 0, &same).unwrap();
    let end = client.end_offsets(&topic).unwrap()[&0];
    // A later record of the key makes all of them superfluous, also the last one of the range.
    eventually(|| {
        thread::sleep(Duration::from_millis(300));
        client.produce(&topic, 0, &[one("same", "later")]).unwrap();
        let read: Result<Vec<Record>, _> = client.records(&topic, 0, 0..end).collect();
        read.unwrap().is_empty()
    });
}

#[test]
fn records_of_aborted_transactions_are_not_read_and_open_ones_hold_the_end_back() {
    let Some(mut client) = shared() else { return };
    let topic = new_topic(&mut client, "transactions");
    let records = written(50);
    client.produce(&topic, 0, &records[..10]).unwrap();
    let name = unique("writer");
    let mut aborted = client.begin(&name).unwrap();
    aborted.produce(&topic, 0, &records[10..20]).unwrap();
    aborted.produce(&topic, 0, &records[10..20]).unwrap();
    aborted.abort().unwrap();
    let mut committed = client.begin(&name).unwrap();
    committed.produce(&topic, 0, &records[20..30]).unwrap();
    committed.commit().unwrap();
    client.begin(&name).unwrap().produce(&topic, 0, &records[30..40]).unwrap();

    // Ten records, twenty aborted ones with a marker, ten committed ones with a marker.
    eventually(|| client.end_offsets(&topic).unwrap()[&0] == 42);
    let read = read(&mut client, &topic);
    let values: Vec<_> = read.iter().map(|record| &record.value).collect();
    let expected: Vec<_> = records[..10].iter().chain(&records[20..30]).map(|record| &record.value).collect();
    assert_eq!(values, expected);
}

#[test]
fn a_producer_is_fenced_off_between_two_of_its_transactions_too() {
    let (Some(mut client), Some(mut other)) = (shared(), shared()) else { return };
    let topic = new_topic(&mut client, "parts");
    let records = written(50);
    let name = unique("writer");
    let mut first = client.begin(&name).unwrap();
    // Nothing was added: there is nothing to commit.
    first.commit_part().unwrap();
    for part in records[..30].chunks(10) {
        first.produce(&topic, 0, part).unwrap();
        first.commit_part().unwrap();
    }
    // What is written before a commit waits for it, and its producer may read meanwhile.
    first.produce(&topic, 0, &records[30..40]).unwrap();
    assert_eq!(first.client().end_offsets(&topic).unwrap()[&0], 33);
    first.abort_part().unwrap();
    first.produce(&topic, 0, &records[30..40]).unwrap();
    first.commit_part().unwrap();
    let mut second = other.begin(&name).unwrap();
    let refused = first.produce(&topic, 0, &records[..1]).unwrap_err();
    assert!(refused.code().is_some() && !refused.is_transient(), "{refused}");
    second.produce(&topic, 0, &records[40..50]).unwrap();
    second.commit().unwrap();
    eventually(|| client.end_offsets(&topic).unwrap()[&0] == 66);
    let read: Vec<_> = read(&mut client, &topic).into_iter().map(|record| record.value).collect();
    assert_eq!(read, records.iter().map(|record| record.value.clone()).collect::<Vec<_>>());
}
