//! Edits: small changes of an ecosystem, which may break it or mend it.

mod dataset;
mod find;
mod key;
mod workspace;

use super::{
    adjustment::{Adjustment, adjustments},
    avro::to_avro,
    names::{CLASSIFICATIONS, CRONS, word},
    plan::{Choice, columns},
    workspaces::priority,
};
use chrono::NaiveDate;
use datasurface_model::{
    Capture, Classification, Column, DatasetKey, DatasetName, Deprecation, Ecosystem, Entity, Priority,
    Schema, TableSchema,
};
use find::EditTargets;
use proptest::{collection::vec, option::weighted as sometimes, prelude::*};

/// A small change of an ecosystem. What it changes is chosen by numbers, modulo what there is: every edit can be
/// applied to every ecosystem. Where there is nothing of the kind, nothing changes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Edit {
    /// Adds a dataset to a datastore; there may be one of this name.
    AddDataset(u16, DatasetName, Schema),
    /// Removes a dataset.
    RemoveDataset(u16),
    /// Renames a dataset.
    RenameDataset(u16, DatasetName),
    /// Gives a dataset another schema.
    ChangeSchema(u16, Schema),
    /// Makes a column of a dataset nullable, or not null.
    ToggleNullable(u16, u16),
    /// Takes its key from a captured dataset, together with what its capture says about keys, or gives it one.
    ToggleKey(u16),
    /// Takes the classification from a dataset, or gives it.
    ToggleClassification(u16, Classification),
    /// Takes the classification from a column of a dataset, or gives it.
    ToggleColumnClassification(u16, u16, Classification),
    /// Deprecates a dataset, or takes that back.
    Deprecate(u16, Option<NaiveDate>),
    /// Adds a dataset to a datastore, with the name of another one in upper case.
    DuplicateDataset(u16),
    /// Adds a datastore, with the name of another one in upper case.
    DuplicateDatastore(u16),
    /// Adds a workspace, with the name of another one in upper case.
    DuplicateWorkspace(u16),
    /// Removes a datastore.
    RemoveDatastore(u16),
    /// Removes a workspace.
    RemoveWorkspace(u16),
    /// Removes a container.
    RemoveContainer(u16),
    /// Removes a zone.
    RemoveZone(u16),
    /// Captures a datastore on a timetable, which may be none.
    ChangeCron(u16, &'static str),
    /// Lets a transformer run on a timetable, which may be none, or when one of its inputs has moved.
    ChangeTransformerTrigger(u16, Option<&'static str>),
    /// Adds a sink to a group.
    AddSink(u16, u16),
    /// Adds a sink for a dataset that may not be there to a group.
    AddUnknownSink(u16, DatasetKey),
    /// Removes a sink from a group.
    RemoveSink(u16, u16),
    /// Changes the priority of a workspace.
    ChangePriority(u16, Option<Priority>),
    /// Pins a group to a platform.
    AddPin(u16, u16),
    /// Takes a pin of a group away.
    RemovePin(u16),
    /// Removes a platform.
    RemovePlatform(u16),
    /// Changes what is asked for.
    Adjust(Adjustment),
}

/// Generates edits that leave most valid ecosystems valid: what somebody does to a model that runs.
pub fn valid_edits() -> impl Strategy<Value = Edit> {
    let target = any::<Choice>;
    prop_oneof![
        6 => adjustments().prop_map(Edit::Adjust),
        1 => prop_oneof![
            target().prop_map(Edit::RemoveWorkspace),
            (target(), target()).prop_map(|(at, sink)| Edit::RemoveSink(at, sink)),
            target().prop_map(Edit::ToggleKey),
            target().prop_map(Edit::RemovePin),
        ],
    ]
}

/// Generates edits of every kind.
pub fn edits() -> impl Strategy<Value = Edit> {
    let target = any::<Choice>;
    let cron =
        || any::<Choice>().prop_map(|choice| if choice % 5 == 4 { "at noon" } else { word(&CRONS, choice) });
    prop_oneof![
        (target(), dataset_names(), schemas())
            .prop_map(|(at, name, schema)| Edit::AddDataset(at, name, schema)),
        target().prop_map(Edit::RemoveDataset),
        (target(), dataset_names()).prop_map(|(at, name)| Edit::RenameDataset(at, name)),
        (target(), schemas()).prop_map(|(at, schema)| Edit::ChangeSchema(at, schema)),
        prop_oneof![
            3 => (target(), target()).prop_map(|(at, column)| Edit::ToggleNullable(at, column)),
            2 => target().prop_map(Edit::ToggleKey),
        ],
        (target(), classifications()).prop_map(|(at, label)| Edit::ToggleClassification(at, label)),
        (target(), target(), classifications())
            .prop_map(|(at, column, label)| Edit::ToggleColumnClassification(at, column, label)),
        (target(), sometimes(0.7, days())).prop_map(|(at, since)| Edit::Deprecate(at, since)),
        prop_oneof![
            target().prop_map(Edit::DuplicateDataset),
            target().prop_map(Edit::DuplicateDatastore),
            target().prop_map(Edit::DuplicateWorkspace),
        ],
        prop_oneof![
            target().prop_map(Edit::RemoveDatastore),
            target().prop_map(Edit::RemoveWorkspace),
            target().prop_map(Edit::RemoveContainer),
            target().prop_map(Edit::RemoveZone),
            target().prop_map(Edit::RemovePlatform),
        ],
        prop_oneof![
            (target(), cron()).prop_map(|(at, cron)| Edit::ChangeCron(at, cron)),
            (target(), sometimes(0.5, cron()))
                .prop_map(|(at, cron)| Edit::ChangeTransformerTrigger(at, cron)),
        ],
        (target(), target()).prop_map(|(at, dataset)| Edit::AddSink(at, dataset)),
        (target(), dataset_names())
            .prop_map(|(at, name)| Edit::AddUnknownSink(at, DatasetKey::new("Store1", name))),
        (target(), target()).prop_map(|(at, sink)| Edit::RemoveSink(at, sink)),
        (target(), sometimes(0.8, target()))
            .prop_map(|(at, choice)| Edit::ChangePriority(at, choice.map(priority))),
        (target(), target()).prop_map(|(at, platform)| Edit::AddPin(at, platform)),
        target().prop_map(Edit::RemovePin),
    ]
}

fn dataset_names() -> impl Strategy<Value = DatasetName> {
    let names = ["customers", "orders", "stock_2", "Returns", "ORDERS", "2nd try", ""];
    prop::sample::select(names.map(DatasetName::from).to_vec())
}

fn classifications() -> impl Strategy<Value = Classification> {
    prop::sample::select(CLASSIFICATIONS.map(Classification::from).to_vec())
}

fn days() -> impl Strategy<Value = NaiveDate> {
    // Around the dates at which tests usually judge.
    (2019_i32..2030, 1_u32..=12)
        .prop_map(|(year, month)| NaiveDate::from_ymd_opt(year, month, 15).unwrap_or_default())
}

/// Schemas that are often not valid: without a key, with a key that may be null or is not there, not readable.
fn schemas() -> impl Strategy<Value = Schema> {
    let tables = (vec(columns(false), 0..4), 0_usize..5).prop_map(|(plans, shape)| -> Schema {
        let columns = plans.iter().zip(1..).map(|(plan, number)| {
            let column = Column::new(format!("column_{number}"), plan.data_type());
            if plan.is_nullable { column } else { column.not_null() }
        });
        let table = TableSchema::new(columns);
        match shape {
            0 => table.into(),
            1 => table.keyed(["absent"]).into(),
            2 => to_avro(&table).keyed(["column_1"]).into(),
            _ => table.keyed(["column_1"]).into(),
        }
    });
    let text = |text: &'static str| Just(text).prop_map(Schema::from);
    prop_oneof![
        5 => tables,
        3 => text("id Integer key, city VarChar(15)"),
        1 => text("id Intger key"),
    ]
}

impl Edit {
    /// Whether the edit changes nothing but a name, and states the name that there was.
    #[must_use]
    pub fn is_rename(&self) -> bool {
        matches!(self, Self::Adjust(adjustment) if adjustment.kind.is_rename())
    }

    /// Applies the edit. Zones, teams, datastores and workspaces that it does not touch are shared with the original,
    /// in memory.
    #[must_use]
    pub fn apply(&self, ecosystem: Ecosystem) -> Ecosystem {
        let found = EditTargets::new(&ecosystem);
        match self {
            Self::AddDataset(at, name, schema) => found.edit_datastore(ecosystem, *at, |datastore| {
                datastore.dataset(datasurface_model::Dataset::new(name, schema))
            }),
            Self::RemoveDataset(at) => found.edit_dataset(ecosystem, *at, |_| Vec::new()),
            Self::RenameDataset(at, name) => {
                found.edit_dataset(ecosystem, *at, |old| vec![dataset::renamed(&old, name)])
            }
            Self::ChangeSchema(at, schema) => {
                found.edit_dataset(ecosystem, *at, |old| vec![dataset::reshaped(&old, schema)])
            }
            Self::ToggleNullable(at, column) => {
                found.edit_dataset(ecosystem, *at, |old| vec![dataset::nullable_toggled(&old, *column)])
            }
            Self::ToggleKey(at) => key::toggled(&found, ecosystem, *at),
            Self::ToggleClassification(at, label) => {
                found.edit_dataset(ecosystem, *at, |old| vec![dataset::classification_toggled(&old, label)])
            }
            Self::ToggleColumnClassification(at, column, label) => {
                found.edit_dataset(ecosystem, *at, |old| {
                    vec![dataset::column_classification_toggled(&old, *column, label)]
                })
            }
            Self::Deprecate(at, Some(since)) => found.edit_dataset(ecosystem, *at, |old| {
                vec![old.deprecated(Deprecation::new(*since, "there is a better one"))]
            }),
            Self::Deprecate(at, None) => {
                found.edit_dataset(ecosystem, *at, |old| vec![dataset::not_deprecated(&old)])
            }
            Self::DuplicateDataset(at) => found.edit_dataset(ecosystem, *at, |old| {
                let shouted = dataset::renamed(&old, &old.name().as_str().to_ascii_uppercase().into());
                vec![old, shouted]
            }),
            Self::DuplicateDatastore(at) => found.edit_team_of_datastore(ecosystem, *at, |team, old| {
                team.datastore(dataset::datastore_shouted(old))
            }),
            Self::DuplicateWorkspace(at) => found.edit_team_of_workspace(ecosystem, *at, |team, old| {
                team.workspace(workspace::with_upper_case_name(old))
            }),
            Self::RemoveDatastore(at) => {
                found.edit_team_of_datastore(ecosystem, *at, |team, old| team.without_datastore(old.name()))
            }
            Self::RemoveWorkspace(at) => {
                found.edit_team_of_workspace(ecosystem, *at, |team, old| team.without_workspace(old.name()))
            }
            Self::RemoveContainer(at) => found.without_container(ecosystem, *at),
            Self::RemoveZone(at) => found.without_zone(ecosystem, *at),
            Self::ChangeCron(at, cron) => found.edit_datastore(ecosystem, *at, |datastore| {
                let capture = datastore.capture().cloned().map(|capture: Capture| capture.with_cron(*cron));
                capture.into_iter().fold(datastore, datasurface_model::Datastore::captured)
            }),
            Self::ChangeTransformerTrigger(at, cron) => {
                found.edit_transformer(ecosystem, *at, |old| workspace::triggered(&old, *cron))
            }
            Self::AddSink(at, choice) => {
                let sink = found.dataset_key(*choice);
                found.edit_group(ecosystem, *at, |group| {
                    sink.into_iter().fold(group, |group, sink| group.sink(sink))
                })
            }
            Self::AddUnknownSink(at, key) => {
                found.edit_group(ecosystem, *at, |group| group.sink(key.clone()))
            }
            Self::RemoveSink(at, sink) => {
                found.edit_group(ecosystem, *at, |old| workspace::without_sink(&old, *sink))
            }
            Self::ChangePriority(at, priority) => {
                found.edit_workspace(ecosystem, *at, |old| workspace::prioritised(&old, *priority))
            }
            Self::AddPin(at, platform) => found.pinned(ecosystem, *at, *platform),
            Self::RemovePin(at) => find::without_pin(ecosystem, *at),
            Self::RemovePlatform(at) => find::without_platform(ecosystem, *at),
            Self::Adjust(adjustment) => adjustment.apply(ecosystem),
        }
    }
}
