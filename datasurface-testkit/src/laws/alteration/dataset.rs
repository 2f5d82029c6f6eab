//! Datasets with other columns, another key, and other versions that must stay.

use super::{Alteration, changed};
use datasurface_graph::{Custody, DatasetFacts, IngestSource, NodeDetail, NodeFacts, RetentionPeriod};
use datasurface_model::{Column, DataType, DatasetKey, InvalidRows, QualityCheck, Retention, TableSchema};
use datasurface_platform::{PlatformDescriptor, ScopedNode};

/// The storage name of datasets in altered facts.
const STORED_ELSEWHERE: &str = "stored_elsewhere";

/// Returns other facts of every dataset of a capture that is placed here: columns, key, checks, and what must be kept.
pub(super) fn captured(node: &ScopedNode, descriptor: &PlatformDescriptor) -> Vec<Alteration> {
    let facts = node.view().facts();
    let mut altered = Vec::new();
    for dataset in node.datasets() {
        let other = |fact: &str, changed: DatasetFacts| {
            let replace =
                |old: DatasetFacts| Some(if old.key == changed.key { changed.clone() } else { old });
            let kept = (changed.custody != dataset.custody).then(|| dataset.storage_key().clone());
            let fact = format!("{fact} of `{}`", dataset.key);
            Alteration { kept, ..Alteration::new(fact, facts.clone().map_datasets(replace)) }
        };
        altered.push(other("columns", with_column(dataset)).seen());
        altered.extend(with_type(dataset).map(|changed| other("type of a column", changed).seen()));
        let renamed = other("storage name", stored_elsewhere(dataset));
        altered.push(Alteration { facts: with_storage(renamed.facts, dataset), ..renamed });
        let mut add = |fact: &str, change: Option<DatasetFacts>| {
            altered.extend(change.map(|changed| other(fact, changed)));
        };
        add("key", with_key(dataset));
        add("retention", with_retention(dataset));
        add("history", with_history(dataset, descriptor));
        if checks_data(&facts.detail) {
            add("checks", Some(with_check(dataset)));
            add("number of rows in a check", with_other_rows(dataset));
            add("treatment of invalid rows", Some(with_invalid_rows(dataset)));
        }
    }
    altered
}

/// Returns the dataset with another storage name, as after a rename: what keeps its data goes by that.
pub(super) fn stored_elsewhere(dataset: &DatasetFacts) -> DatasetFacts {
    let storage = DatasetKey::new(&dataset.storage_key().datastore, STORED_ELSEWHERE);
    changed(dataset, |dataset| dataset.storage = Some(storage))
}

/// Returns the facts with the storage name of [what is stored elsewhere](stored_elsewhere) among their names.
pub(super) fn with_storage(mut facts: NodeFacts, dataset: &DatasetFacts) -> NodeFacts {
    let storage = DatasetKey::new(&dataset.storage_key().datastore, STORED_ELSEWHERE);
    facts.storage = facts.storage.with_dataset(dataset.key.clone(), storage);
    facts
}

/// What another platform captured passed the checks there.
fn checks_data(detail: &NodeDetail) -> bool {
    matches!(detail, NodeDetail::Ingest(ingest) if !matches!(ingest.source, IngestSource::Platform { .. }))
}

/// Returns the dataset with one more column.
pub(super) fn with_column(dataset: &DatasetFacts) -> DatasetFacts {
    let table = dataset.schema.table();
    let added = Column::new("another_column", DataType::Integer);
    with_table(
        dataset,
        TableSchema::new(table.columns().iter().cloned().chain([added])).keyed(table.key().iter().cloned()),
    )
}

/// Returns the dataset with another type of its last column outside of the key: a text instead of a number, or the other way round, since
/// few systems have all types. None if there is no such column.
fn with_type(dataset: &DatasetFacts) -> Option<DatasetFacts> {
    let table = dataset.schema.table();
    let last = table.columns().iter().rev().find(|column| !table.is_key(column.name()))?.name();
    let columns = table.columns().iter().map(|column| match column.name() == last {
        true => Column::new(last.clone(), other_type(column.data_type())),
        false => column.clone(),
    });
    Some(with_table(dataset, TableSchema::new(columns).keyed(table.key().iter().cloned())))
}

fn other_type(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Boolean
        | DataType::TinyInt
        | DataType::SmallInt
        | DataType::Integer
        | DataType::BigInt
        | DataType::CustomInteger { .. }
        | DataType::Float(_)
        | DataType::Microscaling(_)
        | DataType::Decimal { .. } => DataType::varchar(40),
        _ => DataType::Integer,
    }
}

/// Returns the dataset without its last column outside of the key; none if there is none.
pub(in crate::laws) fn without_column(dataset: &DatasetFacts) -> Option<DatasetFacts> {
    let table = dataset.schema.table();
    let last = table.columns().iter().rev().find(|column| !table.is_key(column.name()))?;
    let kept = table.columns().iter().filter(|column| column.name() != last.name()).cloned();
    Some(with_table(dataset, TableSchema::new(kept).keyed(table.key().iter().cloned())))
}

/// Returns the dataset with one more column in its key; none if it has no key, or all columns are in it.
pub(in crate::laws) fn with_key(dataset: &DatasetFacts) -> Option<DatasetFacts> {
    let table = dataset.schema.table();
    let added = table.columns().iter().find(|column| !table.is_key(column.name()))?.name();
    if table.key().is_empty() {
        return None;
    }
    let columns = table.columns().iter().map(|column| match column.name() == added {
        true => column.clone().not_null(),
        false => column.clone(),
    });
    let key = table.key().iter().chain([added]).cloned();
    Some(with_table(dataset, TableSchema::new(columns).keyed(key)))
}

fn with_table(dataset: &DatasetFacts, table: TableSchema) -> DatasetFacts {
    let mut changed = dataset.clone();
    changed.schema = table.into();
    changed
}

/// Where versions need not stay, there is nothing to be seen of a retention.
fn with_retention(dataset: &DatasetFacts) -> Option<DatasetFacts> {
    let retention = dataset.custody.retention?;
    let [short, shorter] = [5, 3].map(|days| RetentionPeriod::For(Retention::days(days)));
    let mut changed = dataset.clone();
    changed.custody.retention = Some(if retention == short { shorter } else { short });
    Some(changed)
}

/// Between versions that nobody sees and versions that consumers see, there need be no difference where they are kept: so either all
/// versions stay, or none.
fn with_history(dataset: &DatasetFacts, descriptor: &PlatformDescriptor) -> Option<DatasetFacts> {
    let keeps_versions = dataset.custody.history || dataset.custody.retention.is_some();
    let history = !keeps_versions;
    let is_claimed = descriptor.milestonings().iter().any(|shown| shown.has_history() == history);
    let has_key = !dataset.schema.table().key().is_empty();
    let mut changed = dataset.clone();
    let retention = history.then_some(RetentionPeriod::ForEver);
    changed.custody = Custody { live: true, history, retention };
    (has_key && is_claimed).then_some(changed)
}

fn with_check(dataset: &DatasetFacts) -> DatasetFacts {
    let mut changed = dataset.clone();
    changed.checks.insert(QualityCheck::rows(17, None));
    changed
}

/// Returns the dataset with one more row in a check of their number; none if there is no such check.
fn with_other_rows(dataset: &DatasetFacts) -> Option<DatasetFacts> {
    let mut changed = dataset.clone();
    let check = dataset.checks.iter().find(|check| matches!(check, QualityCheck::Rows { .. }))?;
    let other =
        [17, 18].map(|rows| QualityCheck::rows(rows, None)).into_iter().find(|other| other != check)?;
    changed.checks = dataset.checks.iter().filter(|one| *one != check).cloned().chain([other]).collect();
    Some(changed)
}

fn with_invalid_rows(dataset: &DatasetFacts) -> DatasetFacts {
    let mut changed = dataset.clone();
    changed.invalid_rows = match dataset.invalid_rows {
        InvalidRows::Fail => InvalidRows::SetAside,
        InvalidRows::SetAside => InvalidRows::Fail,
    };
    changed
}
