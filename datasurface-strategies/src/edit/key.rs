//! Keys of captured datasets, taken away and given.

use super::{dataset, find::EditTargets};
use crate::{names::choose, plan::Choice};
use datasurface_model::{
    Capture, CaptureKind, CaptureTrigger, Column, DataType, Dataset, DatasetGroup, DatasetKey, Datastore,
    Ecosystem, Entity, Set, TableSchema,
};

/// Takes its key from a dataset, and says so in `keyless` of the capture, or gives one to a dataset that has none. Nobody who
/// asks for versions of a dataset loses them: such a dataset keeps its key.
pub(super) fn toggled(found: &EditTargets, ecosystem: Ecosystem, at: Choice) -> Ecosystem {
    let datastores = (0..=Choice::MAX).zip(found.datastores());
    let candidates: Vec<(Choice, Dataset)> = datastores
        .flat_map(|(store, datastore)| {
            let datasets =
                datastore.datasets().iter().filter(|dataset| can_be_toggled(found, datastore, dataset));
            datasets.map(move |dataset| (store, dataset.clone())).collect::<Vec<_>>()
        })
        .collect();
    let Some((store, chosen)) = choose(&candidates, at) else {
        return ecosystem;
    };
    found.edit_datastore(ecosystem, *store, |datastore| {
        let Some(capture) = datastore.capture().cloned() else {
            return datastore;
        };
        let is_keyless = capture.is_keyless(chosen.name());
        let changed = dataset::reshaped(chosen, &table(chosen, is_keyless).into());
        let datasets = datastore.datasets().iter().map(|dataset| match dataset.name() == chosen.name() {
            true => changed.clone(),
            false => dataset.clone(),
        });
        let datasets: Vec<Dataset> = datasets.collect();
        let capture = match is_keyless {
            true => keyed(&capture, chosen),
            false => capture.keyless_dataset(chosen.name()),
        };
        datastore.with_datasets(datasets).captured(capture)
    })
}

fn can_be_toggled(found: &EditTargets, datastore: &Datastore, dataset: &Dataset) -> bool {
    let Some(capture) = datastore.capture() else {
        return false;
    };
    let (table, is_keyless) = (dataset.schema().table(), capture.is_keyless(dataset.name()));
    matches!(capture.kind(), CaptureKind::SqlSnapshot { .. })
        && !table.columns().is_empty()
        && table.key().is_empty() == is_keyless
        && (is_keyless || !has_versions(found, &DatasetKey::new(datastore.name(), dataset.name())))
}

/// Whether some group asks for versions of a dataset.
fn has_versions(found: &EditTargets, dataset: &DatasetKey) -> bool {
    let asks = |group: &DatasetGroup| {
        let requirements = group.requirements();
        let asks = requirements.milestoning.has_history() || requirements.retention.is_some();
        asks && group.sinks().get(dataset).is_some()
    };
    found.workspaces().any(|workspace| workspace.groups().iter().any(asks))
}

/// The same columns: without a key, or with the first column as the key, of a type that every key may have.
fn table(dataset: &Dataset, is_keyed: bool) -> TableSchema {
    let table = dataset.schema().table();
    let mut columns = table.columns().to_vec();
    let mut key = Vec::new();
    if let Some(first) = columns.first_mut().filter(|_| is_keyed) {
        let column = Column::new(first.name(), DataType::Integer).not_null();
        *first = first.classifications().iter().cloned().fold(column, Column::classified);
        key.push(first.name().clone());
    }
    TableSchema::new(columns).keyed(key).partitioned(table.partition().iter().cloned())
}

/// The same capture, which does not say any more that a dataset has no key.
fn keyed(old: &Capture, dataset: &Dataset) -> Capture {
    let mut kind = old.kind().clone();
    if let CaptureKind::SqlSnapshot { keyless, .. } = &mut kind {
        let others: Set<_> = keyless.iter().filter(|name| *name != dataset.name()).cloned().collect();
        *keyless = others;
    }
    let capture = Capture::new(old.container(), kind).with_consistency(old.consistency());
    let capture = match old.trigger() {
        CaptureTrigger::Cron(cron) => capture.with_cron(cron.clone()),
        _ => capture,
    };
    old.credential().cloned().into_iter().fold(capture, Capture::with_credential)
}
