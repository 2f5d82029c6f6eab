//! Topics: made where they are missing, and configured as they were rendered.

use super::clients::kafka_failed;
use crate::render::{MANAGED_CONFIGS, Topic};
use datasurface_kafka_client::{ConfigSource, ConfigValue, KafkaClient, NewTopic};
use datasurface_platform::prelude::*;
use std::collections::BTreeMap;

/// Makes a topic as it was rendered. Returns whether anything was to be done.
///
/// # Errors
///
/// If the brokers refuse it, or there is one with another count of partitions, which nothing changes without moving records.
pub(super) fn ensure(kafka: &mut KafkaClient, topic: &Topic) -> Result<bool, PlatformError> {
    let context = || format!("making the topic `{}`", topic.name);
    let failed = |error| kafka_failed(context(), error);
    let unfit = |reason: String| PlatformError::new(PlatformErrorKind::External, context()).caused_by(reason);
    let number = |count: u32| {
        i32::try_from(count).map_err(|_| unfit(format!("Kafka has no topic with {count} partitions")))
    };
    let Some(found) = kafka.topic(&topic.name).map_err(failed)? else {
        let replication = i16::try_from(topic.replication_factor)
            .map_err(|_| unfit(format!("Kafka has no {} replicas", topic.replication_factor)))?;
        let new = NewTopic::new(&topic.name)
            .with_partitions(number(topic.partitions)?)
            .with_replication(replication);
        let new = topic.configs.iter().fold(new, |new, (name, value)| new.config(name, value));
        return kafka.create_topic(&new).map_err(failed);
    };
    if let Some(problem) = other_partitions(topic, found.partitions.len()) {
        return Err(unfit(problem));
    }
    let differing = differing(topic, &kafka.topic_configs(&topic.name).map_err(failed)?);
    if differing.is_empty() {
        return Ok(false);
    }
    kafka.alter_topic_configs(&topic.name, &differing).map_err(failed)?;
    Ok(true)
}

/// Returns the problem of a topic that has another count of partitions than was rendered.
pub(super) fn other_partitions(topic: &Topic, found: usize) -> Option<String> {
    let wanted = usize::try_from(topic.partitions).unwrap_or(usize::MAX);
    (found != wanted).then(|| {
        format!(
            "it is there with {found} partitions, and was rendered with {wanted}; \
             name {found} in a hint about its dataset, or let another topic have its records"
        )
    })
}

/// Returns the configuration that a topic is to get: what was rendered and is another value there, and none of what is rendered for other
/// topics only. What else somebody set of a topic stays.
pub(super) fn differing(
    topic: &Topic,
    found: &BTreeMap<String, ConfigValue>,
) -> BTreeMap<String, Option<String>> {
    let value = |name: &str| found.get(name).and_then(|config| config.value.as_deref());
    let wanted = topic.configs.iter().filter(|(name, wanted)| value(name) != Some(wanted.as_str()));
    let mut differing: BTreeMap<String, Option<String>> =
        wanted.map(|(name, value)| (name.clone(), Some(value.clone()))).collect();
    // A topic that kept versions for ever, and does not any more, has configurations that are not rendered for it now.
    let left = found.iter().filter(|(name, config)| {
        config.source == ConfigSource::Topic
            && MANAGED_CONFIGS.contains(&name.as_str())
            && !topic.configs.contains_key(*name)
    });
    differing.extend(left.map(|(name, _)| (name.clone(), None)));
    differing
}
