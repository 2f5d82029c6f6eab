//! Offsets of a topic's partitions.

use crate::{
    KafkaClient, KafkaError,
    client::{Receiver, check},
    wire::messages::records::{ListOffsets, ListedPartition, ListedTopic},
};
use std::collections::BTreeMap;

/// An offset of each partition of a topic, by the number of the partition.
pub type Offsets = BTreeMap<i32, i64>;

const FIRST: i64 = -2;
const END: i64 = -1;
const READ_COMMITTED: i8 = 1;

impl KafkaClient {
    /// Returns the offset of the first record that is still there, for each partition.
    ///
    /// # Errors
    ///
    /// If the topic is missing, or an access rule.
    pub fn first_offsets(&mut self, topic: &str) -> Result<Offsets, KafkaError> {
        self.list_offsets(topic, FIRST)
    }

    /// Returns the offset behind the last record that readers get now, for each partition: an open transaction holds it back.
    ///
    /// All partitions of several topics, asked for after a moment, are a complete batch of what was written before that moment.
    ///
    /// # Errors
    ///
    /// If the topic is missing, or an access rule.
    pub fn end_offsets(&mut self, topic: &str) -> Result<Offsets, KafkaError> {
        self.list_offsets(topic, END)
    }

    /// Returns the offset of the first record that is not older than a time, in milliseconds since 1970, for each partition that has one.
    ///
    /// # Errors
    ///
    /// If the topic is missing, or an access rule.
    pub fn offsets_since(&mut self, topic: &str, timestamp: i64) -> Result<Offsets, KafkaError> {
        let found = self.list_offsets(topic, timestamp.max(0))?;
        Ok(found.into_iter().filter(|(_, offset)| *offset >= 0).collect())
    }

    fn list_offsets(&mut self, topic: &str, timestamp: i64) -> Result<Offsets, KafkaError> {
        self.with_retries(|client| {
            let mut by_leader: BTreeMap<i32, Vec<ListedPartition>> = BTreeMap::new();
            for partition in client.topic_metadata(topic)?.partitions {
                let subject = format!("{topic}, partition {}", partition.index);
                check::<ListOffsets>(&subject, partition.error, None)?;
                let listed = ListedPartition { index: partition.index, timestamp };
                by_leader.entry(partition.leader).or_default().push(listed);
            }
            let mut offsets = Offsets::new();
            for (leader, partitions) in by_leader {
                let topics = vec![ListedTopic { name: topic.to_owned(), partitions }];
                let request = ListOffsets { replica: -1, isolation: READ_COMMITTED, topics };
                let answer = client.call(Receiver::Broker(leader), &request)?;
                for found in answer.topics.into_iter().flat_map(|topic| topic.partitions) {
                    check::<ListOffsets>(&format!("{topic}, partition {}", found.index), found.error, None)?;
                    offsets.insert(found.index, found.offset);
                }
            }
            Ok(offsets)
        })
    }
}
