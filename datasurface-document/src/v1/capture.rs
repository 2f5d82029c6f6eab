//! Captures.

use super::{credential::OwnCredential, sets::set, settings::unique, short_form::ShortForm, words::Word};
use crate::shape::Shaped;
use datasurface_model::{
    Capture, CaptureKind, CaptureTrigger, ColumnName, Consistency, ContainerKey, Cron, DatasetName,
    FileFormat, Set, SourceNames, WatermarkColumns,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a capture, as an object")]
pub(super) struct CaptureObject {
    container: ShortForm<ContainerKey>,
    kind: KindObject,
    /// What is read together, unless it is as usual for the kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    consistency: Option<Word<Consistency>>,
    #[serde(default, skip_serializing_if = "When::is_default")]
    trigger: When,
    /// A credential of the team of the datastore, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    credential: Option<OwnCredential>,
}

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", expecting = "a kind of capture, as an object")]
enum KindObject {
    SqlSnapshot(SnapshotObject),
    SqlWatermark(WatermarkObject),
    Cdc(TablesObject),
    Kafka(TopicsObject),
    ObjectFiles(FilesObject),
}

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "the settings of a capture of whole tables, as an object")]
struct SnapshotObject {
    #[serde(default, deserialize_with = "unique", skip_serializing_if = "BTreeMap::is_empty")]
    tables: SourceNames,
    /// The datasets that have no key: each time, all of the table takes the place of what was there before, and there is no
    /// history.
    #[serde(default, deserialize_with = "set", skip_serializing_if = "Set::is_empty")]
    keyless: Set<DatasetName>,
}

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "the settings of a capture of tables, as an object")]
struct TablesObject {
    #[serde(default, deserialize_with = "unique", skip_serializing_if = "BTreeMap::is_empty")]
    tables: SourceNames,
}

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "the settings of a capture by watermark, as an object")]
struct WatermarkObject {
    column: ColumnName,
    #[serde(default, deserialize_with = "unique", skip_serializing_if = "BTreeMap::is_empty")]
    columns: WatermarkColumns,
    #[serde(default, deserialize_with = "unique", skip_serializing_if = "BTreeMap::is_empty")]
    tables: SourceNames,
}

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "the settings of a capture from Kafka, as an object")]
struct TopicsObject {
    #[serde(default, deserialize_with = "unique", skip_serializing_if = "BTreeMap::is_empty")]
    topics: SourceNames,
}

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "the settings of a capture of files, as an object")]
struct FilesObject {
    format: Word<FileFormat>,
    #[serde(default, deserialize_with = "unique", skip_serializing_if = "BTreeMap::is_empty")]
    prefixes: SourceNames,
}

#[derive(Default, PartialEq, Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", expecting = "a trigger, as `external` or `{\"cron\": …}`")]
enum When {
    Cron(Cron),
    #[default]
    External,
}

impl When {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl CaptureObject {
    pub(super) fn into_model(self) -> Capture {
        let mut capture = Capture::new(self.container.0, self.kind.into_model());
        capture = match self.consistency {
            Some(Word(consistency)) => capture.with_consistency(consistency),
            None => capture,
        };
        capture = match self.trigger {
            When::Cron(cron) => capture.with_cron(cron),
            When::External => capture,
        };
        match self.credential {
            Some(OwnCredential(credential)) => capture.with_credential(credential),
            None => capture,
        }
    }
}

impl KindObject {
    fn into_model(self) -> CaptureKind {
        match self {
            Self::SqlSnapshot(SnapshotObject { tables, keyless }) => {
                CaptureKind::SqlSnapshot { tables, keyless }
            }
            Self::SqlWatermark(WatermarkObject { column, columns, tables }) => {
                CaptureKind::SqlWatermark { column, columns, tables }
            }
            Self::Cdc(TablesObject { tables }) => CaptureKind::ChangeDataCapture { tables },
            Self::Kafka(TopicsObject { topics }) => CaptureKind::Kafka { topics },
            Self::ObjectFiles(FilesObject { format, prefixes }) => {
                CaptureKind::ObjectFiles { format: format.0, prefixes }
            }
        }
    }
}

impl From<&CaptureKind> for KindObject {
    fn from(kind: &CaptureKind) -> Self {
        match kind.clone() {
            CaptureKind::SqlSnapshot { tables, keyless } => {
                Self::SqlSnapshot(SnapshotObject { tables, keyless })
            }
            CaptureKind::SqlWatermark { column, columns, tables } => {
                Self::SqlWatermark(WatermarkObject { column, columns, tables })
            }
            CaptureKind::ChangeDataCapture { tables } => Self::Cdc(TablesObject { tables }),
            CaptureKind::Kafka { topics } => Self::Kafka(TopicsObject { topics }),
            CaptureKind::ObjectFiles { format, prefixes } => {
                Self::ObjectFiles(FilesObject { format: Word(format), prefixes })
            }
        }
    }
}

impl From<&Capture> for CaptureObject {
    fn from(capture: &Capture) -> Self {
        let usual = Capture::new(capture.container(), capture.kind().clone()).consistency();
        let consistency = capture.consistency();
        Self {
            container: ShortForm(capture.container().clone()),
            kind: capture.kind().into(),
            consistency: (consistency != usual).then_some(Word(consistency)),
            trigger: match capture.trigger().clone() {
                CaptureTrigger::Cron(cron) => When::Cron(cron),
                CaptureTrigger::External => When::External,
            },
            credential: capture.credential().cloned().map(OwnCredential),
        }
    }
}
