//! The storage names of the lock, against the copy of the lock in the target: nothing that has data gets other storage.

use crate::placed::Placed;
use chrono::NaiveDate;
use datasurface_graph::StorageOf;
use datasurface_model::{CodeInfo, Dataset, DatasetKey, Datastore, Diagnostic, Entity, ModelPath};
use datasurface_state::{
    Manifest, OTHER_OWNER, PlatformRecord,
    storage::{self, Owners},
};
use std::collections::BTreeSet;

pub(crate) static OTHER_STORAGE: CodeInfo = CodeInfo::error(
    "lock/other-storage",
    "the lock names another storage than the target",
    "What was renamed is stored under its first name, and what has a name that is taken is stored under another one. The lock says so, \
     and the target has a copy of that. Where they disagree, an edit or a merge of two branches lost an entry of the lock: something \
     would lose its data, or read that of something else, or what was derived from data of others would be anybody's. Restore the entries that are named.",
)
.not_waivable();

/// Everything that would be stored under another name than what it has in the target.
pub(super) fn check(placed: &Placed, manifest: &Manifest, path: &ModelPath) -> Vec<Diagnostic> {
    let mut found = disagreements(placed, manifest, path);
    found.extend(other_owners(placed, manifest, path));
    found.extend(datasets_with_own_data(placed, manifest));
    found.extend(lost_origins(placed, manifest, path));
    found
}

/// The datasets of whose rows of before the lock knows less than the copy of the lock.
fn lost_origins(placed: &Placed, manifest: &Manifest, path: &ModelPath) -> Vec<Diagnostic> {
    let on = placed.ecosystem.validated_on().unwrap_or(NaiveDate::MIN);
    let lost =
        manifest.recorded_lock().map(|recorded| placed.unaccounted_origins(recorded, on)).unwrap_or_default();
    let finding = |dataset| {
        let message =
            format!("by the target, `{dataset}` keeps rows that were derived from more than the lock says");
        let help =
            "restore the entries under `origins` of `datasurface.lock`, or render with `--restore-lock`";
        Diagnostic::new(&OTHER_STORAGE, path.clone(), message).with_help(help)
    };
    lost.into_iter().map(finding).collect()
}

/// The owners of stored data by the lock, of which the copy of the lock knows nothing.
fn other_owners(placed: &Placed, manifest: &Manifest, path: &ModelPath) -> Vec<Diagnostic> {
    let recorded = manifest.recorded_lock().filter(|recorded| recorded.owners.is_some());
    let unknown = |recorded| placed.lock.unknown_owners(recorded, &Owners::new(), &Owners::new());
    let findings = recorded.map(unknown).unwrap_or_default().into_iter().map(|(stored, team)| {
        let message =
            format!("by the lock, `{stored}` belongs to the team `{team}`, and by the target it does not");
        Diagnostic::new(&OTHER_OWNER, path.clone(), message)
            .with_help("restore `datasurface.lock` from version control, or render with `--restore-lock`")
    });
    findings.collect()
}

/// Everything that is stored under another name than it would be by the copy of the lock.
fn disagreements(placed: &Placed, manifest: &Manifest, path: &ModelPath) -> Vec<Diagnostic> {
    let Some(recorded) = manifest.recorded_lock().filter(|recorded| recorded.storage.is_some()) else {
        return Vec::new();
    };
    if storage::is_allocated_alike(recorded, &placed.given) {
        return Vec::new();
    }
    let expected = storage::allocate(&placed.ecosystem, recorded).record;
    let differing = expected.disagreements(placed.lock.storage_names());
    let findings = differing.into_iter().map(|(kind, name, [expected, actual])| {
        let noun = kind.noun();
        let message = format!(
            "the {noun} `{name}` is stored under `{expected}` in the target, and under `{actual}` by the lock"
        );
        let help =
            "restore the entries under `storage` of `datasurface.lock`, or render with `--restore-lock`";
        Diagnostic::new(&OTHER_STORAGE, path.clone(), message).with_help(help)
    });
    findings.collect()
}

/// The datasets that are to take up the data of another one, and have data of their own in the target.
fn datasets_with_own_data(placed: &Placed, manifest: &Manifest) -> Vec<Diagnostic> {
    let stores = placed.ecosystem.datastores().into_iter();
    let mut continuing = stores
        .flat_map(|store| store.entity.datasets().iter().map(move |dataset| (store, dataset)))
        .filter(|(_, dataset)| dataset.continues().is_some())
        .peekable();
    if continuing.peek().is_none() {
        return Vec::new();
    }
    let scopes = manifest.platforms().values().flat_map(PlatformRecord::base_scopes);
    let holders = scopes.flat_map(|scope| scope.record.resources.values());
    let stored: BTreeSet<&DatasetKey> =
        holders.filter_map(|resource| Some(&resource.held_data()?.dataset)).collect();
    let before = manifest.recorded_lock().unwrap_or(&placed.lock).storage_names();
    let names = placed.lock.storage_names();
    let has_own = |store: &Datastore, dataset: &Dataset| {
        let now = names.dataset(&DatasetKey::new(store.name(), dataset.name()));
        let stores = [Some(store.name()), store.former_name()].into_iter().flatten();
        let mut former = stores.map(|store| DatasetKey::new(store, dataset.name()));
        former.any(|former| {
            let was = before.dataset(&former);
            let is_own = || !before.is_left(&was) && !before.is_of_another(&former, &was);
            was != now && stored.contains(&was) && is_own()
        })
    };
    let old = continuing.filter(|(store, dataset)| has_own(&store.entity, dataset));
    old.map(|(store, dataset)| storage::keeps_its_own(&store.path(), &store.entity, dataset)).collect()
}
