//! Consumer groups, and how far they have read.

use super::{Offsets, topics::unless};
use crate::{
    ErrorCode, KafkaClient, KafkaError,
    client::{Coordinated, Receiver, check},
    wire::messages::groups::{
        DeleteGroups, ListGroups, OffsetCommit, OffsetFetch, OffsetOfPartition, TopicCommit,
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// The offset that a group reads next, of each partition of each topic by name.
pub type GroupOffsets = BTreeMap<String, Offsets>;

impl KafkaClient {
    /// Returns the names of the consumer groups that all brokers coordinate. Connect has one for each sink: `connect-` and its name.
    ///
    /// # Errors
    ///
    /// If a broker does not answer.
    pub fn groups(&mut self) -> Result<BTreeSet<String>, KafkaError> {
        // Each attempt asks the brokers that run then: of one that went away, others have taken the groups over.
        self.with_retries(|client| {
            let mut groups = BTreeSet::new();
            for broker in client.refresh(Some(Vec::new()))?.brokers {
                let answer = client.call(Receiver::Broker(broker.id), &ListGroups {})?;
                check::<ListGroups>("groups", answer.error, None)?;
                groups.extend(answer.groups.into_iter().map(|group| group.id));
            }
            Ok(groups)
        })
    }

    /// Returns the offsets that a group reads next. A group that does not exist has none.
    ///
    /// # Errors
    ///
    /// If an access rule is missing.
    pub fn group_offsets(&mut self, group: &str) -> Result<GroupOffsets, KafkaError> {
        self.with_retries(|client| {
            let coordinator = client.coordinator(Coordinated::Group, group)?;
            let request = OffsetFetch { group: group.to_owned(), topics: None };
            let answer = client.call(coordinator, &request)?;
            check::<OffsetFetch>(group, answer.error, None)?;
            let mut offsets = GroupOffsets::new();
            for topic in answer.topics {
                for partition in topic.partitions {
                    check::<OffsetFetch>(group, partition.error, None)?;
                    if partition.offset >= 0 {
                        let of_topic = offsets.entry(topic.name.clone()).or_default();
                        of_topic.insert(partition.index, partition.offset);
                    }
                }
            }
            Ok(offsets)
        })
    }

    /// Returns how many offsets a group is behind the end of each partition that it reads, by topic.
    ///
    /// These are at least as many as the records that it has not read: compaction and transactions leave gaps.
    ///
    /// # Errors
    ///
    /// If a topic is missing, or an access rule.
    pub fn lag(&mut self, group: &str) -> Result<GroupOffsets, KafkaError> {
        let mut lag = self.group_offsets(group)?;
        for (topic, partitions) in &mut lag {
            let ends = self.end_offsets(topic)?;
            for (partition, offset) in partitions {
                *offset = ends.get(partition).map_or(0, |end| end.saturating_sub(*offset).max(0));
            }
        }
        Ok(lag)
    }

    /// Sets the offsets that a group reads next. Nobody may be reading as that group.
    ///
    /// # Errors
    ///
    /// If somebody is, or an access rule is missing.
    pub fn set_group_offsets(&mut self, group: &str, offsets: &GroupOffsets) -> Result<(), KafkaError> {
        self.with_retries(|client| {
            let coordinator = client.coordinator(Coordinated::Group, group)?;
            let topics = offsets.iter().map(|(topic, partitions)| TopicCommit {
                name: topic.clone(),
                partitions: partitions.iter().map(commit).collect(),
            });
            let request = OffsetCommit {
                group: group.to_owned(),
                // No member of the group.
                generation: -1,
                member: String::new(),
                topics: topics.collect(),
            };
            let answer = client.call(coordinator, &request)?;
            for partition in answer.topics.into_iter().flat_map(|topic| topic.partitions) {
                check::<OffsetCommit>(group, partition.error, None)?;
            }
            Ok(())
        })
    }

    /// Deletes a group with its offsets. Returns whether there was one.
    ///
    /// # Errors
    ///
    /// If somebody is reading as that group, or an access rule is missing.
    pub fn delete_group(&mut self, group: &str) -> Result<bool, KafkaError> {
        let deleted = self.with_retries(|client| {
            let coordinator = client.coordinator(Coordinated::Group, group)?;
            let answer = client.call(coordinator, &DeleteGroups { groups: vec![group.to_owned()] })?;
            for outcome in answer.groups {
                check::<DeleteGroups>(group, outcome.error, None)?;
            }
            Ok(())
        });
        Ok(unless(deleted, ErrorCode::GROUP_ID_NOT_FOUND)?.is_some())
    }
}

fn commit((index, offset): (&i32, &i64)) -> OffsetOfPartition {
    OffsetOfPartition { index: *index, offset: *offset, metadata: None }
}
