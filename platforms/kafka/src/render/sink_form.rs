//! The forms in which a sink writes records: the latest version of each, or every change.

use super::connector::{Config, config};
use datasurface_platform::prelude::*;

/// A form of the tables of a sink.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SinkForm {
    /// One row for each record, which is the latest version.
    Live,
    /// One row for each change, which is never written again.
    Changes,
}

impl SinkForm {
    /// The forms.
    pub(crate) const ALL: [Self; 2] = [Self::Live, Self::Changes];

    /// Returns the form of a kind of resource; none if it is of no sink.
    pub(crate) fn of_kind(kind: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.kind() == kind)
    }

    /// The kind of the resource, and of what its nodes share.
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Self::Live => "sink",
            Self::Changes => "changes_sink",
        }
    }

    /// Whether a consumer that asks for these versions reads tables of this form.
    pub(crate) fn is_read(self, milestoning: Milestoning) -> bool {
        match self {
            Self::Live => milestoning.has_live(),
            Self::Changes => milestoning.has_history(),
        }
    }

    /// The end of the names of its tables.
    pub(crate) fn suffix(self) -> &'static str {
        match self {
            Self::Live => "",
            Self::Changes => "__changes",
        }
    }

    /// The members of the configuration that make the form. In both, what is written twice is there once.
    pub(super) fn config(self) -> Config {
        match self {
            Self::Live => config([
                ("insert.mode", "upsert".to_owned()),
                ("delete.enabled", "true".to_owned()),
                ("primary.key.mode", "record_key".to_owned()),
                ("transforms", "table".to_owned()),
            ]),
            Self::Changes => config([
                ("insert.mode", "upsert".to_owned()),
                // The key of a row is the place of its record: topic, partition and offset.
                ("primary.key.mode", "kafka".to_owned()),
                ("transforms", "change,table".to_owned()),
                ("transforms.change.type", "io.debezium.transforms.ExtractNewRecordState".to_owned()),
                // A deletion is a row with the values before it, in which `__deleted` is true.
                ("transforms.change.delete.tombstone.handling.mode", "rewrite".to_owned()),
                ("transforms.change.add.fields", "op,source.ts_us,source.lsn".to_owned()),
            ]),
        }
    }
}
