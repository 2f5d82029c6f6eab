//! Adjustments: changes of what a model asks for, which leave most valid ecosystems valid.

mod capture;
mod document;
mod rename;
mod schema;

use crate::{
    names::{CRONS, word},
    plan::Choice,
};
use datasurface_model::{Ecosystem, Latency, Retention};
use document::Targets;
use proptest::{prelude::*, sample::select};
use serde_json::{Value, json};

/// The part of a model that an adjustment is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum AdjustmentKind {
    /// The retention of a group.
    Retention,
    /// The versions that a group sees.
    Milestoning,
    /// The latency of a group.
    Latency,
    /// The priority of a workspace.
    Priority,
    /// The principals that may read a workspace.
    Entitlement,
    /// The file, host, bucket or brokers of a container.
    Address,
    /// The place of a container.
    Place,
    /// The credential of a capture.
    Credential,
    /// The consistency of a capture.
    Consistency,
    /// The timetable of a capture.
    Timetable,
    /// The way of a capture.
    Way,
    /// The SQL of a transformer.
    Sql,
    /// A new column of a captured dataset.
    NewColumn,
    /// A column less of a captured dataset that no transformer reads.
    ColumnRemoved,
    /// Another key of a captured dataset.
    Key,
    /// Another name of a dataset.
    DatasetName,
    /// Another name of a datastore that no transformer reads.
    DatastoreName,
    /// Another name of a workspace.
    WorkspaceName,
    /// A new dataset of a datastore.
    NewDataset,
}

impl AdjustmentKind {
    /// Every kind.
    pub const ALL: [Self; 19] = [
        Self::Retention,
        Self::Milestoning,
        Self::Latency,
        Self::Priority,
        Self::Entitlement,
        Self::Address,
        Self::Place,
        Self::Credential,
        Self::Consistency,
        Self::Timetable,
        Self::Way,
        Self::Sql,
        Self::NewColumn,
        Self::ColumnRemoved,
        Self::Key,
        Self::DatasetName,
        Self::DatastoreName,
        Self::WorkspaceName,
        Self::NewDataset,
    ];

    /// Whether nothing but a name changes.
    #[must_use]
    pub fn is_rename(self) -> bool {
        matches!(self, Self::DatasetName | Self::DatastoreName | Self::WorkspaceName)
    }
}

/// A change of what a model asks for. Which part, and what it is afterwards, are chosen by numbers, modulo what there is. Where there is
/// nothing of the kind, nothing changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Adjustment {
    /// The kind of what changes.
    pub kind: AdjustmentKind,
    /// The choice of the part that changes.
    pub at: u16,
    /// The choice of what it is afterwards.
    pub to: u16,
}

/// Generates adjustments of every kind.
pub fn adjustments() -> impl Strategy<Value = Adjustment> {
    let numbers = (select(AdjustmentKind::ALL.to_vec()), any::<Choice>(), any::<Choice>());
    numbers.prop_map(|(kind, at, to)| Adjustment::new(kind, at, to))
}

impl Adjustment {
    /// Creates an adjustment of a part, to something.
    #[must_use]
    pub fn new(kind: AdjustmentKind, at: u16, to: u16) -> Self {
        Self { kind, at, to }
    }

    /// Applies the adjustment.
    #[must_use]
    pub fn apply(&self, ecosystem: Ecosystem) -> Ecosystem {
        let (at, to) = (self.at, self.to);
        let mut targets = Targets::new(&ecosystem);
        match self.kind {
            AdjustmentKind::NewColumn => return schema::with_column(ecosystem, at, to),
            AdjustmentKind::ColumnRemoved => return schema::without_column(ecosystem, at),
            AdjustmentKind::Way => return capture::in_another_way(ecosystem, at, to),
            AdjustmentKind::Key => return schema::with_key(ecosystem, at),
            AdjustmentKind::DatasetName => rename::dataset(&mut targets, at),
            AdjustmentKind::DatastoreName => rename::datastore(&mut targets, at),
            AdjustmentKind::WorkspaceName => rename::workspace(&mut targets, at),
            AdjustmentKind::Retention => targets.set_group(at, "retention", &retention(to)),
            AdjustmentKind::Milestoning => targets.set_group(at, "milestoning", &milestoning(to)),
            // What is captured and transformed twice a year comes no sooner.
            AdjustmentKind::Latency => {
                let latency = Latency::hours((u64::from(to % 24) + 1) * 50_000).to_string();
                targets.set_any_group(at, "latency", &json!(latency));
            }
            AdjustmentKind::Priority => {
                targets.set(
                    "workspaces",
                    at,
                    "priority",
                    &json!(word(&["low", "medium", "high", "critical"], to)),
                );
            }
            AdjustmentKind::Entitlement => {
                let principal = word(&["role:auditors", "group:analysts", "service:dashboard"], to);
                targets.set("workspaces", at, "entitlement", &json!([principal]));
            }
            AdjustmentKind::Address => targets.move_container(at),
            AdjustmentKind::Place => targets.relocate_container(at, to),
            AdjustmentKind::Credential => targets.change_credential(at),
            AdjustmentKind::Consistency => {
                let consistency = word(&["single_dataset", "multi_dataset"], to);
                targets.set_capture(at, "consistency", &json!(consistency));
            }
            AdjustmentKind::Timetable => {
                targets.set_capture(at, "trigger", &json!({ "cron": word(&CRONS, to) }));
            }
            AdjustmentKind::Sql => targets.change_sql(at, to),
            AdjustmentKind::NewDataset => targets.add_dataset(at, to),
        }
        targets.into_ecosystem(ecosystem)
    }
}

fn retention(to: Choice) -> Value {
    json!(Retention::days(u32::from(to % 3000) + 1).to_string())
}

fn milestoning(to: Choice) -> Value {
    json!(word(&["live", "forensic", "live_and_forensic"], to))
}
