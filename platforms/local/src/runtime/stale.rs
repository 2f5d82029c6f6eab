//! Datasets that a capture leaves as they are, while the others of the same datastore go on.
//!
//! The reason is written in the transaction of the batch that leaves the dataset out. It names no value of data; values are among the
//! examples alone, and only those of public columns.

use super::{
    context::{RunContext, named, time},
    database::text,
};
use crate::prelude::*;
use chrono::{DateTime, Utc};
use rusqlite::types::Value;

/// Why a dataset stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DatasetFailure {
    pub(super) dataset: DatasetKey,
    /// Tables, columns, rules and counts; never a value.
    pub(super) reason: String,
    /// Public values of rows that are the reason, for those who ask for values.
    pub(super) examples: Vec<String>,
}

/// A dataset whose last capture failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StaleDataset {
    pub(super) failure: DatasetFailure,
    /// When it was last captured well, if it was.
    pub(super) confirmed_at: Option<DateTime<Utc>>,
}

impl RunContext<'_> {
    /// The datasets whose last capture failed.
    pub(super) fn datasets_behind(&self) -> Result<Vec<StaleDataset>, PlatformError> {
        if !self.own.has_table("datasurface_behind")? {
            return Ok(Vec::new());
        }
        let rows = self.own.rows(&self.rendered.metadata, "datasets_behind", &[], |row| {
            let dataset = (row.get::<_, String>("datastore")?, row.get::<_, String>("dataset")?);
            let texts = (row.get::<_, String>("reason")?, row.get::<_, String>("examples")?);
            Ok((dataset, texts, row.get::<_, Option<String>>("confirmed_at")?))
        })?;
        let read =
            |((datastore, dataset), (reason, examples), confirmed): (_, (String, String), Option<String>)| {
                let dataset = DatasetKey::new(DatastoreName::from(datastore), DatasetName::from(dataset));
                let examples = examples.lines().map(str::to_owned).collect();
                let confirmed_at = confirmed.as_deref().map(time).transpose()?;
                Ok(StaleDataset { failure: DatasetFailure { dataset, reason, examples }, confirmed_at })
            };
        rows.into_iter().map(read).collect()
    }

    /// Remembers that a dataset stays as it is, and since when.
    pub(super) fn stays_behind(&self, failure: &DatasetFailure, job: &str) -> Result<(), PlatformError> {
        let [datastore, dataset] = named(&failure.dataset);
        // One line each: a value may have several.
        let examples: Vec<String> =
            failure.examples.iter().map(|example| example.replace(char::is_control, " ")).collect();
        let confirmed = self.last_success_as_kept(job)?;
        let values = [
            datastore,
            dataset,
            (":now", self.now()),
            (":reason", text(&failure.reason)),
            (":examples", text(examples.join("\n"))),
            (":confirmed_at", confirmed.map_or(Value::Null, Value::Text)),
        ];
        self.own.execute(&self.rendered.metadata, "dataset_failed", &values)
    }

    /// Remembers that a dataset was captured well.
    pub(super) fn is_behind_no_more(&self, dataset: &DatasetKey) -> Result<(), PlatformError> {
        self.own.execute(&self.rendered.metadata, "dataset_captured", &named(dataset))
    }
}
