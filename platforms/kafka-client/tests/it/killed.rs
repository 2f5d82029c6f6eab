//! Brokers that are killed while they are read from.

use crate::{
    engine::{client, engines, eventually},
    reading::{assert_same, written},
};
use datasurface_kafka_client::{
    KafkaClient, Limits, NewRecord, NewTopic, Record, Security,
    testing::{Kafka, KafkaOptions},
};

/// A client that gets few records at once: most of them are still to come when a broker is killed.
fn reader(kafka: &Kafka) -> KafkaClient {
    let limits = Limits::default().with_records(20_000);
    KafkaClient::connect(&kafka.bootstrap_servers(), Security::none(), limits).unwrap()
}

fn write(kafka: &Kafka, replication: i16) -> Vec<NewRecord> {
    let mut client = client(kafka);
    let topic = NewTopic::new("killed").with_partitions(1).with_replication(replication);
    client.create_topic(&topic).unwrap();
    let written = written(10_000);
    for part in written.chunks(100) {
        client.produce("killed", 0, part).unwrap();
    }
    written
}

#[test]
fn a_broker_that_is_killed_and_started_again_is_read_to_the_end() {
    let Some(engines) = engines() else { return };
    let mut kafka = Kafka::start(&engines, &KafkaOptions::new()).unwrap();
    let written = write(&kafka, 1);
    let mut client = reader(&kafka);
    let mut records = client.records("killed", 0, 0..10_000);
    let mut read: Vec<Record> = records.by_ref().take(10).map(Result::unwrap).collect();
    kafka.kill(0);
    let starting = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_secs(1));
        kafka.restart(0).unwrap();
        kafka
    });
    read.extend(records.map(Result::unwrap));
    assert_same(&read, &written);
    drop(starting.join().unwrap());
}

#[test]
fn of_three_brokers_the_leader_may_be_killed() {
    let Some(engines) = engines() else { return };
    let mut kafka = Kafka::start(&engines, &KafkaOptions::new().with_nodes(3)).unwrap();
    let written = write(&kafka, 3);
    let mut client = reader(&kafka);
    assert_eq!(client.brokers().unwrap(), [0, 1, 2]);
    let leader = client.topic("killed").unwrap().unwrap().partitions[0].leader.unwrap();
    // Each of them knows a controller, some of them the one that will be killed.
    let mut administrators: Vec<KafkaClient> = (0..6).map(|_| reader(&kafka)).collect();
    let mut writer = reader(&kafka);
    let mut transaction = writer.begin("writer").unwrap();
    transaction.produce("killed", 0, &written[..10]).unwrap();
    let mut records = client.records("killed", 0, 0..10_000);
    let mut read: Vec<Record> = records.by_ref().take(10).map(Result::unwrap).collect();
    kafka.kill(usize::try_from(leader).unwrap());
    read.extend(records.map(Result::unwrap));
    assert_same(&read, &written);
    for (number, administrator) in administrators.iter_mut().enumerate() {
        let name = format!("later-{number}");
        let topic = NewTopic::new(&name).with_partitions(2).with_replication(2);
        assert!(administrator.create_topic(&topic).unwrap());
        administrator.groups().unwrap();
        assert!(administrator.delete_topic(&name).unwrap());
    }
    // A transaction goes on where the broker knew it, too.
    transaction.produce("killed", 0, &written[10..20]).unwrap();
    transaction.commit().unwrap();
    eventually(|| client.end_offsets("killed").unwrap()[&0] == 10_021);
    let read = client.records("killed", 0, 10_000..10_021).map(|record| record.unwrap().value);
    assert_eq!(
        read.collect::<Vec<_>>(),
        written[..20].iter().map(|one| one.value.clone()).collect::<Vec<_>>()
    );
    let other = client.topic("killed").unwrap().unwrap().partitions[0].leader;
    assert_ne!(other, Some(leader));
}
