//! Capture: how the data of a datastore is read.

use super::{CaptureTrigger, Cron};
use crate::name::{ContainerKey, CredentialName, DatasetName};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// How a datastore is captured: from where, when, with which credential, and what is read together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capture {
    container: ContainerKey,
    kind: CaptureKind,
    consistency: Consistency,
    trigger: CaptureTrigger,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    credential: Option<CredentialName>,
}

/// By which means the data is read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum CaptureKind {
    /// Every row of every table, by SQL, each time.
    SqlSnapshot {
        /// The source's name for a dataset's table, where it differs from the dataset's.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        tables: BTreeMap<DatasetName, SmolStr>,
    },
}

impl CaptureKind {
    /// What people call this way of capture; also what a platform's descriptor lists.
    #[must_use]
    pub fn technology(&self) -> &'static str {
        match self {
            Self::SqlSnapshot { .. } => "sql_snapshot",
        }
    }
}

/// What is read together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consistency {
    /// Each dataset on its own.
    SingleDataset,
    /// The whole datastore in one transaction.
    MultiDataset,
}

impl Capture {
    /// Reads every row by SQL, the whole datastore in one transaction, whenever something outside says so.
    pub fn sql_snapshot(container: impl Into<ContainerKey>) -> Self {
        Self {
            container: container.into(),
            kind: CaptureKind::SqlSnapshot { tables: BTreeMap::new() },
            consistency: Consistency::MultiDataset,
            trigger: CaptureTrigger::External,
            credential: None,
        }
    }

    /// Reads a dataset from a table of another name.
    #[must_use]
    pub fn table(mut self, dataset: impl Into<DatasetName>, table: impl Into<SmolStr>) -> Self {
        let CaptureKind::SqlSnapshot { tables } = &mut self.kind;
        tables.insert(dataset.into(), table.into());
        self
    }

    /// Reads each dataset on its own.
    #[must_use]
    pub fn dataset_by_dataset(mut self) -> Self {
        self.consistency = Consistency::SingleDataset;
        self
    }

    /// Reads on a timetable.
    #[must_use]
    pub fn cron(mut self, cron: impl Into<Cron>) -> Self {
        self.trigger = CaptureTrigger::Cron(cron.into());
        self
    }

    /// Reads with this credential.
    #[must_use]
    pub fn credential(mut self, credential: impl Into<CredentialName>) -> Self {
        self.credential = Some(credential.into());
        self
    }

    /// The same capture, without what it says of datasets other than these.
    #[must_use]
    pub fn narrowed(&self, datasets: &BTreeSet<&DatasetName>) -> Self {
        let mut narrowed = self.clone();
        let CaptureKind::SqlSnapshot { tables } = &mut narrowed.kind;
        tables.retain(|dataset, _| datasets.contains(dataset));
        narrowed
    }

    /// From where.
    #[must_use]
    pub fn container(&self) -> &ContainerKey {
        &self.container
    }

    /// By which means.
    #[must_use]
    pub fn kind(&self) -> &CaptureKind {
        &self.kind
    }

    /// What is read together.
    #[must_use]
    pub fn consistency(&self) -> Consistency {
        self.consistency
    }

    /// When.
    #[must_use]
    pub fn trigger(&self) -> &CaptureTrigger {
        &self.trigger
    }

    /// With which credential, by name.
    #[must_use]
    pub fn credential_name(&self) -> Option<&CredentialName> {
        self.credential.as_ref()
    }

    /// The source's name for the table of a dataset.
    #[must_use]
    pub fn table_of<'a>(&'a self, dataset: &'a DatasetName) -> &'a str {
        let CaptureKind::SqlSnapshot { tables } = &self.kind;
        tables.get(dataset).map_or(dataset.as_str(), SmolStr::as_str)
    }
}
