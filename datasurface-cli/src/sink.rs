//! How far each consumer is, and which jobs wait: what is shown, in whatever form.

use chrono::{DateTime, Utc};
use datasurface_model::{DatasetKey, GroupKey, PlatformName};
use datasurface_platform::{ResourceAddress, SinkStatus, WaitReason};
use serde::Serialize;

/// A job of a platform that has something to do, and waits.
#[derive(Debug, Serialize)]
pub(crate) struct Waiting {
    pub(crate) platform: PlatformName,
    pub(crate) job: ResourceAddress,
    pub(crate) waits_for: WaitReason,
}

/// How far a dataset of a group is. What is not known is null.
#[derive(Debug, Serialize)]
pub(crate) struct Sink {
    pub(crate) platform: PlatformName,
    pub(crate) group: GroupKey,
    pub(crate) dataset: DatasetKey,
    /// The storage name of the dataset, where it is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) stored_as: Option<DatasetKey>,
    pub(crate) batch: Option<u64>,
    pub(crate) schema_version: Option<u64>,
    pub(crate) arrived_at: Option<DateTime<Utc>>,
    pub(crate) confirmed_at: Option<DateTime<Utc>>,
    /// How long ago its source was last read as a whole.
    pub(crate) lag_seconds: Option<u64>,
    pub(crate) promised_seconds: Option<u64>,
    pub(crate) is_late: bool,
    /// Records that are still to be delivered, where they are counted.
    pub(crate) undelivered: Option<u64>,
    /// Rows that are set aside for all, since they break what the schema says.
    pub(crate) rejected: u64,
    /// Versions that are set aside for this consumer, since its database has no such values.
    pub(crate) unfit: u64,
    pub(crate) last_failure: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) examples: Vec<String>,
}

impl Sink {
    pub(crate) fn from_status(platform: &PlatformName, status: SinkStatus, at: DateTime<Utc>) -> Self {
        let SinkStatus {
            group,
            dataset,
            stored_as,
            last_batch,
            schema_version,
            confirmed_at,
            promised,
            undelivered,
            rejected,
            unfit,
            last_failure,
            examples,
        } = status;
        let lag = |read: DateTime<Utc>| u64::try_from((at - read).num_seconds()).unwrap_or_default();
        let lag_seconds = confirmed_at.map(lag);
        let promised_seconds = promised.map(datasurface_model::Latency::as_seconds);
        Self {
            platform: platform.clone(),
            group,
            dataset,
            stored_as,
            batch: last_batch.map(|(batch, _)| batch),
            schema_version,
            arrived_at: last_batch.map(|(_, at)| at),
            confirmed_at,
            lag_seconds,
            promised_seconds,
            is_late: promised_seconds.is_some_and(|promised| lag_seconds.is_none_or(|lag| lag > promised)),
            undelivered,
            rejected,
            unfit,
            last_failure,
            examples,
        }
    }
}
