//! The history of a dataset, whatever format it is in.

use datasurface_model::{DatasetKey, TableSchema};
use serde_json::{Map, Value};

/// The versions of a dataset, with the batches between which they were true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// The dataset.
    pub dataset: DatasetKey,
    /// The columns and the key.
    pub schema: TableSchema,
    /// The numbers of the batches, in order.
    pub batches: Vec<u64>,
    /// The versions, in order.
    pub versions: Vec<Version>,
}

/// A version of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The values by column, as lines of the format `batches` have them.
    pub values: Map<String, Value>,
    /// The batch with which it became true.
    pub batch_in: u64,
    /// The batch with which it ceased to be; none while it is true.
    pub batch_out: Option<u64>,
}

impl History {
    /// Creates a history; batches and versions are put in order.
    pub fn new(
        dataset: impl Into<DatasetKey>,
        schema: TableSchema,
        batches: impl IntoIterator<Item = u64>,
        versions: impl IntoIterator<Item = Version>,
    ) -> Self {
        let mut batches: Vec<u64> = batches.into_iter().collect();
        batches.sort_unstable();
        batches.dedup();
        let mut versions: Vec<Version> = versions.into_iter().collect();
        versions.sort_by_cached_key(|version| {
            (Value::Object(version.values.clone()).to_string(), version.batch_in)
        });
        Self { dataset: dataset.into(), schema, batches, versions }
    }

    /// Returns the rows as they were at a batch.
    #[must_use]
    pub fn rows_at(&self, batch: u64) -> Vec<&Map<String, Value>> {
        let is_true =
            |version: &&Version| version.batch_in <= batch && version.batch_out.is_none_or(|end| end > batch);
        self.versions.iter().filter(is_true).map(|version| &version.values).collect()
    }

    /// Returns the latest rows.
    #[must_use]
    pub fn rows(&self) -> Vec<&Map<String, Value>> {
        self.rows_at(u64::MAX - 1)
    }

    /// The values of the key of a row.
    pub(super) fn key_of(schema: &TableSchema, values: &Map<String, Value>) -> Map<String, Value> {
        let key = schema.key().iter().map(|name| {
            let value = values.get(name.as_str()).cloned().unwrap_or_default();
            (name.to_string(), value)
        });
        key.collect()
    }
}
