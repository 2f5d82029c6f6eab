//! Manifests: what a batch brings of each dataset.

use datasurface_model::{ColumnName, DatasetName, DatastoreName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The manifest of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchManifest {
    /// The version of the format: [`BatchManifest::VERSION`].
    pub version: u32,
    /// The datastore whose datasets these are.
    pub datastore: DatastoreName,
    /// The number of the batch. Numbers only grow.
    pub batch: u64,
    /// The batch after which it brings everything; none if it has all that is kept, so that nothing before it need be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<u64>,
    /// The parts, by dataset. A dataset that is not here stays as it was.
    pub datasets: BTreeMap<DatasetName, BatchPart>,
}

impl BatchManifest {
    /// The version of the format that this crate writes and reads.
    pub const VERSION: u32 = 1;
}

/// The part of a batch that is about one dataset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchPart {
    /// Whether it has all versions that are kept of the dataset: then it takes the place of all parts before it.
    pub whole: bool,
    /// The columns, as the lines have them.
    pub columns: Vec<PartColumn>,
    /// The names of the columns that tell rows apart; none if nothing does. Of two versions of one key, `batch_in` differs.
    pub key: Vec<ColumnName>,
    /// The file with the versions, relative to the folder.
    pub file: String,
    /// The count of its lines.
    pub lines: u64,
    /// The BLAKE3 hash of its bytes.
    pub blake3: String,
    /// The least `batch_out` of the lines, if one has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_end: Option<u64>,
    /// The batches that it brings, in order; with all of the dataset, if it is whole.
    pub batches: Vec<BatchCounts>,
    /// The schemas that begin in these batches.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schemas: Vec<PartSchema>,
}

/// The content of a part, before its file is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartContent {
    /// Whether it has all versions that are kept.
    pub whole: bool,
    /// The columns.
    pub columns: Vec<PartColumn>,
    /// The names of the columns that tell rows apart.
    pub key: Vec<ColumnName>,
    /// The batches that it brings.
    pub batches: Vec<BatchCounts>,
    /// The schemas that begin in these batches.
    pub schemas: Vec<PartSchema>,
}

/// A column of a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartColumn {
    /// The name.
    pub name: ColumnName,
    /// The type, in the words of the model.
    #[serde(rename = "type")]
    pub data_type: String,
}

/// A batch, as the platform that made it remembers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchCounts {
    /// The number.
    pub batch: u64,
    /// The time at which it became visible.
    pub visible_at: String,
    /// The count of records that came.
    pub inserted: u64,
    /// The count of records that changed.
    pub updated: u64,
    /// The count of records that went.
    pub deleted: u64,
    /// The count of records that stayed as they were.
    pub unchanged: u64,
}

/// A version of the schema of a dataset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartSchema {
    /// The number.
    pub version: u64,
    /// The first batch that has it.
    pub first_batch: u64,
    /// The columns, in the words of the model.
    pub columns: String,
    /// The names of the columns of the key.
    pub key: String,
}
