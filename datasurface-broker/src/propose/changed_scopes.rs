//! The scopes of a platform that differ, loaded one by one.

use datasurface_platform::{
    HeldState, PlatformError, PlatformErrorKind, SafePath, Scope, ScopeChange, ScopeChanges, ScopeRecord,
};
use datasurface_state::{PlatformRecord, ScopeEntry};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The scopes of a platform that differ.
#[derive(Debug)]
pub(super) struct ChangedScopes<'a> {
    scopes: Vec<(&'a Scope, Option<&'a ScopeEntry>, Option<&'a ScopeEntry>)>,
    pending: BTreeSet<SafePath>,
}

impl<'a> ChangedScopes<'a> {
    /// Compares the scopes of before and after. What begins to be held in a shared scope does not change that: such a scope differs, too, so
    /// that the plan says it.
    pub(super) fn between(
        before: Option<&'a PlatformRecord>,
        after: Option<&'a Vec<Arc<ScopeEntry>>>,
        newly_held: &[HeldState],
    ) -> Self {
        let holding: BTreeSet<Scope> = newly_held.iter().map(|held| held.scope.clone().into()).collect();
        let old: BTreeMap<&Scope, &ScopeEntry> = before
            .into_iter()
            .flat_map(PlatformRecord::base_scopes)
            .map(|entry| (&entry.scope, &**entry))
            .collect();
        let new: BTreeMap<&Scope, &ScopeEntry> =
            after.into_iter().flatten().map(|entry| (&entry.scope, &**entry)).collect();
        let scopes: BTreeSet<&Scope> = old.keys().chain(new.keys()).copied().collect();
        let fingerprint = |entry: Option<&&ScopeEntry>| entry.map(|entry| entry.fingerprint);
        let differs = |scope: &&Scope| {
            holding.contains(*scope) || fingerprint(old.get(*scope)) != fingerprint(new.get(*scope))
        };
        Self {
            scopes: scopes
                .into_iter()
                .filter(differs)
                .map(|scope| (scope, old.get(scope).copied(), new.get(scope).copied()))
                .collect(),
            pending: BTreeSet::new(),
        }
    }

    /// The scopes as they were, those that are new left out.
    pub(super) fn before(&self) -> impl Iterator<Item = &'a ScopeEntry> {
        self.scopes.iter().filter_map(|(_, old, _)| *old)
    }

    /// Adds the transition files that stay until somebody records that another tool applied them.
    pub(super) fn with_pending_of(mut self, record: &PlatformRecord) -> Self {
        let earlier = record.earlier.iter().flat_map(|earlier| earlier.files.keys());
        self.pending.extend(earlier.chain(record.transition.keys()).cloned());
        self
    }
}

impl ScopeChanges for ChangedScopes<'_> {
    fn count(&self) -> usize {
        self.scopes.len()
    }

    fn load(&self, position: usize) -> Result<ScopeChange, PlatformError> {
        let record = |entry: Option<&ScopeEntry>| -> Arc<ScopeRecord> {
            entry.map(|entry| Arc::clone(&entry.record)).unwrap_or_default()
        };
        match self.scopes.get(position) {
            Some((scope, old, new)) => {
                Ok(ScopeChange { scope: (*scope).clone(), old: record(*old), new: record(*new) })
            }
            None => Err(PlatformError::new(PlatformErrorKind::Internal, "there is no such scope")),
        }
    }

    fn pending_transitions(&self) -> BTreeSet<SafePath> {
        self.pending.clone()
    }
}
