//! The allocation of storage names, which are seldom other than they were.

use crate::placed::Placed;
use datasurface_model::{Dataset, Datastore, Ecosystem, Entity, Located, Valid, Workspace};
use datasurface_state::{
    Lock,
    storage::{self, Allocated},
};
use std::sync::Arc;

/// Allocates the storage names of a model. An earlier outcome, whatever it is of, saves work.
pub(crate) fn allocate(
    ecosystem: &Valid<Ecosystem>,
    lock: &Lock,
    earlier: Option<&Placed>,
) -> Arc<Allocated> {
    match earlier.filter(|earlier| is_same(earlier, ecosystem, lock)) {
        Some(earlier) => Arc::clone(&earlier.allocated),
        None => Arc::new(storage::allocate(ecosystem, lock)),
    }
}

/// Whether nothing changed by which names are allocated.
fn is_same(earlier: &Placed, ecosystem: &Valid<Ecosystem>, lock: &Lock) -> bool {
    if !storage::is_allocated_alike(&earlier.given, lock) {
        return false;
    }
    let before = &earlier.ecosystem;
    let changes = ecosystem.changes_since(before);
    if changes.is_ecosystem_changed || !changes.zones.is_empty() || !changes.teams.is_empty() {
        return false;
    }
    // As long as nothing has another storage name than its own, a thing that says nothing of a former one needs none.
    let is_free = earlier.allocated.record.is_empty();
    let is_same_store = |[before, now]: [Option<&Located<Datastore>>; 2]| {
        let is_plain =
            |store: Option<&Located<Datastore>>| store.is_none_or(|store| is_plain_store(&store.entity));
        is_free && is_plain(before) && is_plain(now) || are_stores_alike(before, now)
    };
    let is_same_workspace = |[before, now]: [Option<&Located<Workspace>>; 2]| {
        let is_plain =
            |found: Option<&Located<Workspace>>| found.is_none_or(|found| is_plain_workspace(&found.entity));
        is_free && is_plain(before) && is_plain(now) || are_workspaces_alike(before, now)
    };
    changes.datastores.iter().all(|name| is_same_store([before, ecosystem].map(|side| side.datastore(name))))
        && changes
            .workspaces
            .iter()
            .all(|name| is_same_workspace([before, ecosystem].map(|side| side.workspace(name))))
}

/// Whether a datastore says nothing but names of now.
fn is_plain_store(store: &Datastore) -> bool {
    let is_plain = |dataset: &Dataset| dataset.former_name().is_none() && dataset.continues().is_none();
    store.former_name().is_none() && store.datasets().iter().all(is_plain)
}

/// Whether a workspace says nothing but names of now.
fn is_plain_workspace(workspace: &Workspace) -> bool {
    workspace.former_name().is_none() && workspace.groups().iter().all(|group| group.former_name().is_none())
}

/// Whether the names in two versions of a datastore are the same, present and former ones.
fn are_stores_alike(before: Option<&Located<Datastore>>, now: Option<&Located<Datastore>>) -> bool {
    let names = |dataset: &Dataset| {
        (dataset.name().clone(), dataset.former_name().cloned(), dataset.continues().cloned())
    };
    match (before, now) {
        (Some(before), Some(now)) => {
            let datasets = [before, now].map(|store| store.entity.datasets().iter().map(names));
            let [old, new] = datasets;
            before.team == now.team && before.entity.former_name() == now.entity.former_name() && old.eq(new)
        }
        _ => false,
    }
}

/// Whether the names in two versions of a workspace are the same, present and former ones.
fn are_workspaces_alike(before: Option<&Located<Workspace>>, now: Option<&Located<Workspace>>) -> bool {
    match (before, now) {
        (Some(before), Some(now)) => {
            let groups = [before, now]
                .map(|found| found.entity.groups().iter().map(|group| (group.name(), group.former_name())));
            let [old, new] = groups;
            before.entity.former_name() == now.entity.former_name() && old.eq(new)
        }
        _ => false,
    }
}
