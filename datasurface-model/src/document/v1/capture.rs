//! Captures.

use super::{compact::Compactly, settings::unique};
use crate::{
    ecosystem::{Capture, CaptureKind, CaptureTrigger, Consistency, Cron},
    name::{ContainerKey, CredentialName, DatasetName},
};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::collections::BTreeMap;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a capture, as an object")]
pub(super) struct CaptureObject {
    container: Compactly<ContainerKey>,
    kind: KindObject,
    #[serde(default, skip_serializing_if = "Together::is_default")]
    consistency: Together,
    #[serde(default, skip_serializing_if = "When::is_default")]
    trigger: When,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    credential: Option<CredentialName>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", expecting = "a kind of capture, as an object")]
enum KindObject {
    SqlSnapshot(SqlSnapshotObject),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "the settings of an SQL snapshot, as an object")]
struct SqlSnapshotObject {
    #[serde(default, deserialize_with = "unique", skip_serializing_if = "BTreeMap::is_empty")]
    tables: BTreeMap<DatasetName, SmolStr>,
}

#[derive(Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", expecting = "what is read together, as text")]
enum Together {
    SingleDataset,
    #[default]
    MultiDataset,
}

#[derive(Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", expecting = "a trigger, as `external` or `{\"cron\": …}`")]
enum When {
    Cron(Cron),
    #[default]
    External,
}

impl Together {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl When {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl CaptureObject {
    pub(super) fn into_model(self) -> Capture {
        let KindObject::SqlSnapshot(SqlSnapshotObject { tables }) = self.kind;
        let mut capture = Capture::sql_snapshot(self.container.0);
        for (dataset, table) in tables {
            capture = capture.table(dataset, table);
        }
        capture = match self.consistency {
            Together::SingleDataset => capture.dataset_by_dataset(),
            Together::MultiDataset => capture,
        };
        capture = match self.trigger {
            When::Cron(cron) => capture.cron(cron),
            When::External => capture,
        };
        match self.credential {
            Some(credential) => capture.credential(credential),
            None => capture,
        }
    }
}

impl From<&Capture> for CaptureObject {
    fn from(capture: &Capture) -> Self {
        let CaptureKind::SqlSnapshot { tables } = capture.kind().clone();
        Self {
            container: Compactly(capture.container().clone()),
            kind: KindObject::SqlSnapshot(SqlSnapshotObject { tables }),
            consistency: match capture.consistency() {
                Consistency::SingleDataset => Together::SingleDataset,
                Consistency::MultiDataset => Together::MultiDataset,
            },
            trigger: match capture.trigger().clone() {
                CaptureTrigger::Cron(cron) => When::Cron(cron),
                CaptureTrigger::External => When::External,
            },
            credential: capture.credential_name().cloned(),
        }
    }
}
