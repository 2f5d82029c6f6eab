//! Schemas of captured datasets that no transformer reads: columns and keys.

use super::document::Targets;
use crate::{names::choose, plan::Choice};
use datasurface_model::{Column, DataType, Dataset, DatasetKey, Datastore, Ecosystem, Entity, TableSchema};

pub(super) fn with_column(ecosystem: Ecosystem, at: Choice, to: Choice) -> Ecosystem {
    edited(ecosystem, at, |table| {
        let column = Column::new(format!("new_column_{to}"), DataType::Integer);
        // A dataset that is classified by column needs one in each.
        let like = table.columns().first()?.classifications().iter().cloned();
        let columns = table.columns().iter().cloned().chain([like.fold(column, Column::classified)]);
        Some(TableSchema::new(columns).keyed(table.key().iter().cloned()))
    })
}

pub(super) fn without_column(ecosystem: Ecosystem, at: Choice) -> Ecosystem {
    edited(ecosystem, at, |table| {
        let last = table.columns().iter().rev().find(|column| !table.is_key(column.name()))?;
        let columns: Vec<Column> =
            table.columns().iter().filter(|column| column.name() != last.name()).cloned().collect();
        (!columns.is_empty()).then(|| TableSchema::new(columns).keyed(table.key().iter().cloned()))
    })
}

/// Adds a new column to the key.
pub(super) fn with_key(ecosystem: Ecosystem, at: Choice) -> Ecosystem {
    edited(ecosystem, at, |table| {
        if table.key().is_empty() {
            return None;
        }
        let like = table.columns().first()?.classifications().iter().cloned();
        let column = like.fold(Column::new("part_of_key", DataType::Integer).not_null(), Column::classified);
        let key = table.key().iter().cloned().chain([column.name().clone()]);
        Some(TableSchema::new(table.columns().iter().cloned().chain([column.clone()])).keyed(key))
    })
}

/// Changes the table of a captured dataset; not at all, if there is nothing to change.
fn edited(
    ecosystem: Ecosystem,
    at: Choice,
    change: impl FnOnce(&TableSchema) -> Option<TableSchema>,
) -> Ecosystem {
    let Some(key) = choose(&candidates(&ecosystem), at).cloned() else {
        return ecosystem;
    };
    ecosystem.edit_dataset(key, |dataset| match change(dataset.schema().table()) {
        Some(table) => with_table(&dataset, table),
        None => dataset,
    })
}

fn with_table(old: &Dataset, table: TableSchema) -> Dataset {
    let dataset = Dataset::new(old.name(), table).with_classifications(old.classifications().clone());
    let dataset = dataset.with_invalid_rows(old.invalid_rows());
    old.deprecation().cloned().into_iter().fold(dataset, Dataset::deprecated)
}

/// A transformer names columns in its SQL, and an output has those that it makes.
fn candidates(ecosystem: &Ecosystem) -> Vec<DatasetKey> {
    let read = Targets::new(ecosystem).transformed();
    let teams = ecosystem.zones().iter().filter_map(|zone| zone.definition());
    let teams = teams.flat_map(|zone| zone.teams().iter().filter_map(|team| team.definition()));
    let stores = teams.flat_map(|team| team.datastores().iter());
    let captured = stores.filter(|store| store.capture().is_some());
    let keys = captured.flat_map(|store| keys(store));
    keys.filter(|key| !read.contains(&key.to_string())).collect()
}

fn keys(store: &Datastore) -> Vec<DatasetKey> {
    store.datasets().iter().map(|dataset| DatasetKey::new(store.name(), dataset.name())).collect()
}
