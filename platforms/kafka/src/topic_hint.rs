//! Hints about the topics of datasets.

use crate::settings::KafkaSettings;
use datasurface_platform::prelude::*;

/// A hint about a dataset: its topic has other counts than the settings name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TopicHint {
    /// The count of partitions.
    pub partitions: Option<u32>,
    /// The count of brokers that have each partition.
    pub replication_factor: Option<u16>,
}

impl TopicHint {
    /// Reads the hint about a dataset; the default if there is none.
    ///
    /// # Errors
    ///
    /// If it has another form, or a count is 0. Lint reports that.
    pub(crate) fn read(node: &NodeView, dataset: &DatasetKey) -> Result<Self, PlatformError> {
        let hint: Self = node.hint_as(&HintTarget::Dataset(dataset.clone()))?.unwrap_or_default();
        if hint.partitions == Some(0) || hint.replication_factor == Some(0) {
            let context = format!("reading the hint about the dataset `{dataset}`, in which a count is 0");
            return Err(PlatformError::new(PlatformErrorKind::Config, context));
        }
        Ok(hint)
    }

    /// Returns the count of partitions of the topic.
    pub(crate) fn partitions(self, settings: &KafkaSettings) -> u32 {
        self.partitions.unwrap_or(settings.partitions)
    }

    /// Returns the count of brokers that have each partition of the topic.
    pub(crate) fn replication_factor(self, settings: &KafkaSettings) -> u16 {
        self.replication_factor.unwrap_or(settings.replication_factor)
    }
}
