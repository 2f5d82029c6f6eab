//! Topics and their partitions.

use crate::{
    ErrorCode, KafkaClient, KafkaError,
    client::{Receiver, check, incomplete},
    wire::messages::{
        cluster::{PartitionMetadata, TopicMetadata},
        topics::{CreatePartitions, CreateTopics, CreatedConfig, CreatedTopic, DeleteTopics, GrownTopic},
    },
};
use std::collections::BTreeMap;

/// A topic that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Topic {
    /// The name.
    pub name: String,
    /// Whether Kafka made it for itself.
    pub is_internal: bool,
    /// The partitions, by number.
    pub partitions: Vec<Partition>,
}

/// A partition of a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Partition {
    /// The number, from 0.
    pub index: i32,
    /// The broker that leads it; `None` if there is none for now.
    pub leader: Option<i32>,
    /// The brokers that have a replica.
    pub replicas: Vec<i32>,
    /// The brokers whose replica has all that was acknowledged.
    pub in_sync_replicas: Vec<i32>,
}

/// A topic that is to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTopic {
    name: String,
    partitions: i32,
    replication: i16,
    configs: BTreeMap<String, String>,
}

impl NewTopic {
    /// Builds a topic with as many partitions and replicas as the brokers' defaults say.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), partitions: -1, replication: -1, configs: BTreeMap::new() }
    }

    /// Sets the number of partitions.
    #[must_use]
    pub fn with_partitions(mut self, partitions: i32) -> Self {
        self.partitions = partitions;
        self
    }

    /// Sets the number of replicas of each partition.
    #[must_use]
    pub fn with_replication(mut self, replication: i16) -> Self {
        self.replication = replication;
        self
    }

    /// Adds a configuration, as `cleanup.policy`.
    #[must_use]
    pub fn config(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.configs.insert(name.into(), value.into());
        self
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl KafkaClient {
    /// Returns the topics that the user may see, by name, those of Kafka itself included.
    ///
    /// # Errors
    ///
    /// If no broker answers.
    pub fn topics(&mut self) -> Result<Vec<Topic>, KafkaError> {
        let answer = self.with_retries(|client| client.refresh(None))?;
        let mut topics: Vec<Topic> =
            answer.topics.into_iter().filter(|topic| topic.error == 0).map(topic).collect();
        topics.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(topics)
    }

    /// Returns a topic; `None` if there is none of that name.
    ///
    /// # Errors
    ///
    /// If no broker answers, or the user may not see the topic.
    pub fn topic(&mut self, name: &str) -> Result<Option<Topic>, KafkaError> {
        let found = self.with_retries(|client| client.topic_metadata(name));
        unless(found.map(topic), ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)
    }

    /// Creates a topic. Returns whether it was created: one of that name is left as it is, whatever its partitions and configurations are.
    ///
    /// # Errors
    ///
    /// If the brokers refuse the name, the numbers or a configuration, or an access rule is missing.
    pub fn create_topic(&mut self, topic: &NewTopic) -> Result<bool, KafkaError> {
        let created = self.with_retries(|client| {
            let request = CreateTopics {
                topics: vec![created_topic(topic)],
                timeout: client.timeout(),
                only_validates: false,
            };
            let answer = client.call(Receiver::Controller, &request)?;
            let outcome = answer.topics.into_iter().next();
            let outcome = outcome.ok_or_else(|| incomplete::<CreateTopics>(&topic.name))?;
            check::<CreateTopics>(&topic.name, outcome.error, outcome.message)
        });
        let is_new = unless(created, ErrorCode::TOPIC_ALREADY_EXISTS)?.is_some();
        self.wait_for_brokers(&topic.name, |found| found.error == 0 && has_leaders(found))?;
        Ok(is_new)
    }

    /// Adds partitions to a topic until it has so many. Records stay where they are, and keys may go to other partitions from now on.
    ///
    /// # Errors
    ///
    /// If the topic is missing, or has as many already.
    pub fn add_partitions(&mut self, name: &str, count: i32) -> Result<(), KafkaError> {
        self.with_retries(|client| {
            let topics = vec![GrownTopic { name: name.to_owned(), count, assignments: None }];
            let request = CreatePartitions { topics, timeout: client.timeout(), only_validates: false };
            let answer = client.call(Receiver::Controller, &request)?;
            let outcome = answer.topics.into_iter().next();
            let outcome = outcome.ok_or_else(|| incomplete::<CreatePartitions>(name))?;
            check::<CreatePartitions>(name, outcome.error, outcome.message)
        })?;
        let count = usize::try_from(count).unwrap_or_default();
        self.wait_for_brokers(name, |found| found.partitions.len() >= count && has_leaders(found))
    }

    /// Deletes a topic with its records. Returns whether there was one.
    ///
    /// # Errors
    ///
    /// If the brokers allow no deletion, or an access rule is missing.
    pub fn delete_topic(&mut self, name: &str) -> Result<bool, KafkaError> {
        let deleted = self.with_retries(|client| {
            let request = DeleteTopics { names: vec![name.to_owned()], timeout: client.timeout() };
            let answer = client.call(Receiver::Controller, &request)?;
            let outcome = answer.topics.into_iter().next();
            let outcome = outcome.ok_or_else(|| incomplete::<DeleteTopics>(name))?;
            check::<DeleteTopics>(name, outcome.error, None)
        });
        let was_there = unless(deleted, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)?.is_some();
        let unknown = Some(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
        self.wait_for_brokers(name, |found| ErrorCode::new(found.error) == unknown)?;
        Ok(was_there)
    }

    /// The time that brokers may take for a change, in milliseconds: shorter than this client waits.
    pub(crate) fn timeout(&self) -> i32 {
        i32::try_from(self.limits().answering.as_millis() / 2).unwrap_or(i32::MAX)
    }
}

/// Makes nothing of an error that only says that nothing was to be done.
pub(super) fn unless<T>(outcome: Result<T, KafkaError>, code: ErrorCode) -> Result<Option<T>, KafkaError> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.code() == Some(code) => Ok(None),
        Err(error) => Err(error),
    }
}

fn has_leaders(topic: &TopicMetadata) -> bool {
    topic.partitions.iter().all(|partition| partition.error == 0)
}

fn created_topic(topic: &NewTopic) -> CreatedTopic {
    let config =
        |(name, value): (&String, &String)| CreatedConfig { name: name.clone(), value: Some(value.clone()) };
    CreatedTopic {
        name: topic.name.clone(),
        partitions: topic.partitions,
        replication: topic.replication,
        assignments: Vec::new(),
        configs: topic.configs.iter().map(config).collect(),
    }
}

fn topic(found: TopicMetadata) -> Topic {
    let mut partitions: Vec<Partition> = found.partitions.into_iter().map(partition).collect();
    partitions.sort_by_key(|partition| partition.index);
    Topic { name: found.name, is_internal: found.is_internal, partitions }
}

fn partition(found: PartitionMetadata) -> Partition {
    let PartitionMetadata { index, leader, replicas, in_sync_replicas, .. } = found;
    Partition { index, leader: (leader >= 0).then_some(leader), replicas, in_sync_replicas }
}
