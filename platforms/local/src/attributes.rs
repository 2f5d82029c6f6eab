//! Attributes of resources: typed while they are made and compared, JSON while they are remembered.

use crate::{
    prelude::*,
    sql::{
        engine::Engine,
        milestoned::{Milestoned, StoredColumn},
    },
};
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;

/// The table of a dataset, or a copy of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TableAttributes {
    pub(crate) database: String,
    pub(crate) table: String,
    pub(crate) columns: Vec<StoredColumn>,
    pub(crate) key: Vec<String>,
    pub(crate) history: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) retention_days: Option<u32>,
    /// The table that a copy is a copy of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) copied_from: Option<String>,
    /// The column that its source is read by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) watermark: Option<ColumnName>,
    /// Whether rows that break what the schema says are set aside.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) sets_aside: bool,
    /// What must hold of a batch before it is merged.
    #[serde(default, skip_serializing_if = "Set::is_empty")]
    pub(crate) checks: Set<QualityCheck>,
}

impl TableAttributes {
    pub(crate) fn new(database: &str, table: &Milestoned, retention: Option<Retention>) -> Self {
        let Milestoned { table, columns, key, history } = table.clone();
        Self {
            database: database.to_owned(),
            table,
            columns,
            key,
            history,
            retention_days: retention.map(Retention::as_days),
            copied_from: None,
            watermark: None,
            sets_aside: false,
            checks: Set::new(),
        }
    }

    pub(crate) fn copied_from(mut self, table: &str) -> Self {
        self.copied_from = Some(table.to_owned());
        self
    }

    pub(crate) fn with_watermark(mut self, watermark: Option<&ColumnName>) -> Self {
        self.watermark = watermark.cloned();
        self
    }

    pub(crate) fn with_sets_aside(mut self, sets_aside: bool) -> Self {
        self.sets_aside = sets_aside;
        self
    }

    pub(crate) fn with_checks(mut self, checks: &Set<QualityCheck>) -> Self {
        self.checks.clone_from(checks);
        self
    }

    /// What executes the statements of its database.
    pub(crate) fn engine(&self) -> Engine {
        Engine::from_database(&self.database)
    }

    pub(crate) fn milestoned(&self) -> Milestoned {
        Milestoned {
            table: self.table.clone(),
            columns: self.columns.clone(),
            key: self.key.clone(),
            history: self.history,
        }
    }
}

/// What one group of a consumer sees of a dataset: the latest versions, every version, or both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ViewAttributes {
    pub(crate) database: String,
    pub(crate) table: String,
    pub(crate) columns: Vec<StoredColumn>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) live: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) history: Option<String>,
    pub(crate) consumer: GroupKey,
    /// The roles of the server that may read it, in order; a file knows none.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) readers: BTreeSet<String>,
    /// How late it may be what the group sees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) latency_seconds: Option<Latency>,
}

impl ViewAttributes {
    /// Whether nothing differs but what was promised.
    pub(crate) fn shows_the_same(&self, other: &Self) -> bool {
        Self { latency_seconds: other.latency_seconds, ..self.clone() } == *other
    }
}

/// What a transformer makes, and what it is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OutputAttributes {
    pub(crate) database: String,
    /// The consumer's file that the inputs are in, unless they are in the platform's own database.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) container: Option<String>,
    pub(crate) inputs: Vec<InputAttributes>,
    pub(crate) outputs: Vec<OutputSelect>,
}

/// An input of a transformer: what its SQL calls it, and the table of which it sees the latest versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InputAttributes {
    pub(crate) dataset: DatasetKey,
    pub(crate) name: String,
    /// The names that it had before, by which the SQL calls it, too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) former_names: Vec<String>,
    pub(crate) table: String,
    pub(crate) columns: Vec<String>,
    /// Those that are decimals.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) decimals: BTreeSet<String>,
}

/// A dataset that a transformer makes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OutputSelect {
    pub(crate) dataset: DatasetName,
    /// The table that it was put into before it was captured, by an earlier version of this platform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) table: Option<String>,
    pub(crate) columns: Vec<StoredColumn>,
    pub(crate) select: String,
}

/// A resource with these attributes.
pub(crate) fn with_attributes(
    resource: Resource,
    attributes: &impl Serialize,
) -> Result<Resource, PlatformError> {
    let value = serde_json::to_value(attributes).map_err(|error| {
        PlatformError::new(PlatformErrorKind::Internal, "writing attributes").caused_by(error)
    })?;
    let fields = value.as_object().into_iter().flatten();
    Ok(fields.fold(resource, |resource, (name, value)| resource.attribute(name, value)))
}

/// The attributes of a resource that was rendered before.
pub(crate) fn read_attributes<T: DeserializeOwned>(resource: &Resource) -> Result<T, PlatformError> {
    let fields = resource.attributes().clone().into_iter().collect();
    serde_json::from_value(serde_json::Value::Object(fields)).map_err(|error| {
        let context = format!("reading the attributes of `{}`", resource.address());
        PlatformError::new(PlatformErrorKind::Internal, context).caused_by(error)
    })
}
