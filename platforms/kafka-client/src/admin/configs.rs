//! Configurations of topics.

use crate::{
    KafkaClient, KafkaError,
    client::{Receiver, check, incomplete},
    wire::messages::configs::{
        AlteredConfig, AlteredResource, Config, DescribeConfigs, DescribedResource, IncrementalAlterConfigs,
    },
};
use std::collections::BTreeMap;

/// A topic, by its number in the protocol.
const TOPIC: i8 = 2;
const SET: i8 = 0;
const DELETE: i8 = 1;

/// The value of a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfigValue {
    /// The value; none if brokers do not show it.
    pub value: Option<String>,
    /// The place where it is set.
    pub source: ConfigSource,
    /// Whether it cannot be altered.
    pub is_read_only: bool,
    /// Whether brokers do not show it.
    pub is_sensitive: bool,
}

/// The place where a configuration is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ConfigSource {
    /// The topic itself.
    Topic,
    /// A broker, or all of them.
    Broker,
    /// Nowhere: it is Kafka's default.
    Default,
    /// A place that this client does not know.
    Unknown,
}

impl KafkaClient {
    /// Returns the configurations of a topic, by name, defaults included.
    ///
    /// # Errors
    ///
    /// If the topic is missing, or an access rule.
    pub fn topic_configs(&mut self, topic: &str) -> Result<BTreeMap<String, ConfigValue>, KafkaError> {
        let mut configs = self.configs_of_topics(&[topic])?;
        configs.remove(topic).ok_or_else(|| incomplete::<DescribeConfigs>(topic))
    }

    /// Returns the configurations of several topics, by their names. One that is missing is an error.
    ///
    /// # Errors
    ///
    /// If a topic is missing, or an access rule.
    pub fn configs_of_topics(
        &mut self,
        topics: &[&str],
    ) -> Result<BTreeMap<String, BTreeMap<String, ConfigValue>>, KafkaError> {
        self.with_retries(|client| {
            let resource =
                |name: &&str| DescribedResource { kind: TOPIC, name: (*name).to_owned(), keys: None };
            let request = DescribeConfigs {
                resources: topics.iter().map(resource).collect(),
                includes_synonyms: false,
            };
            let answer = client.call(Receiver::Any, &request)?;
            let mut configs = BTreeMap::new();
            for resource in answer.resources {
                check::<DescribeConfigs>(&resource.name, resource.error, resource.message)?;
                configs.insert(resource.name, resource.configs.into_iter().map(config_value).collect());
            }
            Ok(configs)
        })
    }

    /// Alters some configurations of a topic, and leaves the others: a value is set, and none goes back to the brokers' default.
    ///
    /// # Errors
    ///
    /// If a name or a value is none of Kafka's, or an access rule is missing. Then nothing is altered.
    pub fn alter_topic_configs(
        &mut self,
        topic: &str,
        changes: &BTreeMap<String, Option<String>>,
    ) -> Result<(), KafkaError> {
        self.with_retries(|client| {
            let configs = changes.iter().map(|(name, value)| AlteredConfig {
                name: name.clone(),
                operation: if value.is_some() { SET } else { DELETE },
                value: value.clone(),
            });
            let resource =
                AlteredResource { kind: TOPIC, name: topic.to_owned(), configs: configs.collect() };
            let request = IncrementalAlterConfigs { resources: vec![resource], only_validates: false };
            let answer = client.call(Receiver::Controller, &request)?;
            let outcome = answer.resources.into_iter().next();
            let outcome = outcome.ok_or_else(|| incomplete::<IncrementalAlterConfigs>(topic))?;
            check::<IncrementalAlterConfigs>(topic, outcome.error, outcome.message)
        })
    }
}

fn config_value(config: Config) -> (String, ConfigValue) {
    let Config { name, value, is_read_only, source, is_sensitive, .. } = config;
    let source = match source {
        1 => ConfigSource::Topic,
        2..=4 => ConfigSource::Broker,
        5 => ConfigSource::Default,
        _ => ConfigSource::Unknown,
    };
    (name, ConfigValue { value, source, is_read_only, is_sensitive })
}
