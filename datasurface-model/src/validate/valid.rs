//! The proof that a value was validated.

use super::{
    changes::Changes,
    unit_diff,
    unit_index::{Located, UnitIndex},
    waivers::WaiverOutcome,
};
use crate::{
    diagnostic::{CodeInfo, Findings},
    ecosystem::{DataContainer, Dataset, DatasetGroup, Datastore, Ecosystem, Workspace},
};
use chrono::NaiveDate;
use datasurface_schema::{ContainerKey, DatasetKey, DatastoreName, Entity, GroupKey, Name, WorkspaceName};
use rustc_hash::FxHashSet;
use std::{fmt, ops::Deref, sync::Arc};

/// A value that was validated, and did not change since: every name is good, every reference resolves. A cheap
/// handle: clones share the value. To edit, take the value out, change it, and validate again.
pub struct Valid<T> {
    inner: Arc<Inner<T>>,
}

struct Inner<T> {
    value: T,
    directory: UnitIndex,
    /// As of when it was validated, if that is known.
    on: Option<NaiveDate>,
}

impl Valid<Ecosystem> {
    /// Takes an ecosystem for valid without looking: for one that was validated before it was stored, in a storage
    /// that is trusted. What is wrong in it is not found later either; nothing panics, but a graph may lack what a
    /// broken reference stood for.
    #[must_use]
    pub fn assume_valid(ecosystem: Ecosystem) -> Self {
        let mut directory = UnitIndex::default();
        let mut touched = FxHashSet::default();
        for unit in unit_diff::differences(None, &ecosystem, &directory) {
            directory.update(&unit, &mut touched);
        }
        Self { inner: Arc::new(Inner { value: ecosystem, directory, on: None }) }
    }

    /// An ecosystem that was found to be valid as of a date, and its directory.
    pub(super) fn new(ecosystem: Ecosystem, directory: UnitIndex, on: NaiveDate) -> Self {
        Self { inner: Arc::new(Inner { value: ecosystem, directory, on: Some(on) }) }
    }

    /// Applies the waivers of the ecosystem to what somebody else than validation has found of it: gives back what is
    /// left, and what was waived. `codes` are all that could have been found; a waiver of one of them that is expired,
    /// or about nothing, is a finding as well. Waivers count as of the date of the validation; without one, none does.
    #[must_use]
    pub fn apply_waivers(&self, found: Findings, codes: &[&'static CodeInfo]) -> (Findings, Findings) {
        let Some(on) = self.inner.on else { return (found, Findings::default()) };
        let WaiverOutcome { findings, waived } = WaiverOutcome::apply(found, codes, self, on);
        (findings, waived)
    }

    /// The day as of which it was validated; nothing if it was taken for valid.
    #[must_use]
    pub fn validated_on(&self) -> Option<NaiveDate> {
        self.inner.on
    }

    /// The ecosystem, to edit it.
    #[must_use]
    pub fn into_inner(self) -> Ecosystem {
        match Arc::try_unwrap(self.inner) {
            Ok(inner) => inner.value,
            Err(shared) => shared.value.clone(),
        }
    }

    /// The datastore of this name, wherever it is.
    #[must_use]
    pub fn datastore(&self, name: &DatastoreName) -> Option<&Located<Datastore>> {
        self.inner.directory.datastores().get(name).map(|(_, member)| member.located())
    }

    /// The dataset of this key, wherever its datastore is.
    #[must_use]
    pub fn dataset(&self, key: &DatasetKey) -> Option<&Dataset> {
        self.datastore(&key.datastore)?.entity.datasets().get(&key.dataset)
    }

    /// The dataset group of this key, wherever its workspace is.
    #[must_use]
    pub fn group(&self, key: &GroupKey) -> Option<&DatasetGroup> {
        self.workspace(&key.workspace)?.entity.groups().get(&key.group)
    }

    /// The workspace of this name, wherever it is.
    #[must_use]
    pub fn workspace(&self, name: &WorkspaceName) -> Option<&Located<Workspace>> {
        self.inner.directory.workspaces().get(name).map(|(_, member)| member.located())
    }

    /// The container of this key.
    #[must_use]
    pub fn container(&self, key: &ContainerKey) -> Option<&DataContainer> {
        self.inner.directory.containers().get(key)
    }

    /// The workspace whose transformer fills the datastore of this name.
    #[must_use]
    pub fn producer(&self, output: &DatastoreName) -> Option<&Located<Workspace>> {
        self.workspace(self.inner.directory.producers().get(output)?)
    }

    /// Every datastore, by name.
    #[must_use]
    pub fn datastores(&self) -> Vec<&Located<Datastore>> {
        by_name(self.inner.directory.datastores().iter())
    }

    /// Every workspace, by name.
    #[must_use]
    pub fn workspaces(&self) -> Vec<&Located<Workspace>> {
        by_name(self.inner.directory.workspaces().iter())
    }

    /// What is different in this version from an older one: for whoever keeps something that was made of the older one,
    /// and wants to bring it up to date. Of versions that were made by editing, the cost follows the difference.
    #[must_use]
    pub fn changes_since(&self, older: &Self) -> Changes {
        let directory = &older.inner.directory;
        Changes::from_units(&unit_diff::differences(Some(&older.inner.value), &self.inner.value, directory))
    }
}

fn by_name<'a, T: Entity<Name: Name>>(units: impl Iterator<Item = &'a Located<T>>) -> Vec<&'a Located<T>> {
    let mut units: Vec<_> = units.collect();
    units.sort_by(|a, b| a.entity.name().cmp(b.entity.name()));
    units
}

impl<T> Clone for Valid<T> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<T> Deref for Valid<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.inner.value
    }
}

impl<T: PartialEq> PartialEq for Valid<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner) || self.inner.value == other.inner.value
    }
}

impl<T: Eq> Eq for Valid<T> {}

impl<T: fmt::Debug> fmt::Debug for Valid<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Valid").field(&self.inner.value).finish()
    }
}
