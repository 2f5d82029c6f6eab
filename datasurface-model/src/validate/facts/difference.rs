//! What happened between two validations: most facts need not be looked up to know that they are the same.

use super::{Facts, Members};
use crate::{
    name::{DatastoreName, Name, WorkspaceName},
    named::Entity,
};
use rustc_hash::FxHashSet;
use std::sync::Arc;

/// The facts of then and of now, and which names stand for something else now.
#[derive(Debug)]
pub(crate) struct Difference<'a> {
    then: &'a Facts,
    now: &'a Facts,
    datastores: FxHashSet<&'a DatastoreName>,
    workspaces: FxHashSet<&'a WorkspaceName>,
}

/// The unit that alone answers a question.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Subject<'a> {
    Datastore(&'a DatastoreName),
    Workspace(&'a WorkspaceName),
}

impl<'a> Difference<'a> {
    pub(crate) fn between(then: &'a Facts, now: &'a Facts) -> Self {
        Self {
            then,
            now,
            datastores: renewed(&then.datastores, &now.datastores),
            workspaces: renewed(&then.workspaces, &now.workspaces),
        }
    }

    pub(crate) fn then(&self) -> &'a Facts {
        self.then
    }

    pub(crate) fn now(&self) -> &'a Facts {
        self.now
    }

    /// Whether the subject is the very same, so that it answers as it did.
    pub(crate) fn spares(&self, subject: Subject<'_>) -> bool {
        match subject {
            Subject::Datastore(name) => !self.datastores.contains(name),
            Subject::Workspace(name) => !self.workspaces.contains(name),
        }
    }
}

/// The names that stand for another unit, or for a new value of the same.
fn renewed<'a, T: Entity<Name: Name>>(then: &'a Members<T>, now: &'a Members<T>) -> FxHashSet<&'a T::Name> {
    let gone = then.by_name.keys().filter(|name| !now.by_name.contains_key(name));
    let other = now.by_name.iter().filter(|(name, member)| {
        let before = then.by_name.get(name);
        !before
            .is_some_and(|before| before.unit == member.unit && Arc::ptr_eq(&before.entity, &member.entity))
    });
    gone.chain(other.map(|(name, _)| name)).collect()
}
