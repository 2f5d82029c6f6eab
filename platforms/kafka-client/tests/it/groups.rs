//! Consumer groups, and partitions that several brokers lead.

use crate::{
    engine::{client, engines, new_topic, shared, unique},
    reading::written,
};
use datasurface_kafka_client::{
    GroupOffsets, NewTopic, Offsets,
    testing::{Kafka, KafkaOptions},
};
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn the_lag_of_a_group_is_what_it_has_not_read() {
    let Some(mut client) = shared() else { return };
    let topic = new_topic(&mut client, "lagging");
    let group = unique("group");
    assert_eq!(client.group_offsets(&group).unwrap(), GroupOffsets::new());
    assert_eq!(client.lag(&group).unwrap(), GroupOffsets::new());
    assert!(!client.delete_group(&group).unwrap());

    client.produce(&topic, 0, &written(100)).unwrap();
    let offsets = |offset: i64| BTreeMap::from([(topic.clone(), BTreeMap::from([(0, offset)]))]);
    client.set_group_offsets(&group, &offsets(30)).unwrap();
    assert_eq!(client.group_offsets(&group).unwrap(), offsets(30));
    assert_eq!(client.lag(&group).unwrap(), offsets(70));
    client.set_group_offsets(&group, &offsets(100)).unwrap();
    assert_eq!(client.lag(&group).unwrap(), offsets(0));
    assert!(client.groups().unwrap().contains(&group));

    assert!(client.delete_group(&group).unwrap());
    assert!(!client.groups().unwrap().contains(&group));
}

#[test]
fn partitions_of_several_leaders_are_one_batch() {
    let Some(engines) = engines() else { return };
    let kafka = Kafka::start(&engines, &KafkaOptions::new().with_nodes(3)).unwrap();
    let mut client = client(&kafka);
    client.create_topic(&NewTopic::new("many").with_partitions(7).with_replication(2)).unwrap();
    let topic = client.topic("many").unwrap().unwrap();
    let leaders: BTreeSet<_> = topic.partitions.iter().map(|partition| partition.leader).collect();
    assert_eq!(leaders.len(), 3, "{topic:?}");
    assert!(topic.partitions.iter().all(|partition| partition.replicas.len() == 2));

    let written = written(70);
    for (partition, part) in (0..).zip(written.chunks(10)) {
        client.produce("many", partition, part).unwrap();
    }
    let ends = client.end_offsets("many").unwrap();
    assert_eq!(ends, (0..7).map(|partition| (partition, 10)).collect::<Offsets>());
    // What is written after the moment is no part of the batch.
    client.produce("many", 3, &written).unwrap();
    let mut read = Vec::new();
    for (partition, end) in ends {
        read.extend(client.records("many", partition, 0..end).map(|record| record.unwrap().value));
    }
    assert_eq!(read, written.into_iter().map(|record| record.value).collect::<Vec<_>>());
    assert_eq!(client.groups().unwrap(), BTreeSet::new());
}
