//! The record of one platform: what was reached, what was rendered since, and the files of both.

use super::{ApplyState, Owed, PlatformRecord, ScopeEntry};
use datasurface_model::DatasetKey;
use datasurface_platform::{FileRecord, PreviousTarget, SafePath};
use std::{collections::BTreeSet, sync::Arc};

impl PlatformRecord {
    /// The system of the last apply, in the form that a runtime gets.
    #[must_use]
    pub fn applied_to(&self) -> PreviousTarget<'_> {
        match (&self.applied_to, &self.standing) {
            (Some(ground), _) => PreviousTarget::This(&ground.identity),
            (None, ApplyState::Applied | ApplyState::Behind(_)) => PreviousTarget::Something,
            (None, ApplyState::Rendered) => PreviousTarget::Nothing,
        }
    }

    /// The scopes of the base revision, from which the next plan starts.
    #[must_use]
    pub fn base_scopes(&self) -> &[Arc<ScopeEntry>] {
        match &self.standing {
            ApplyState::Behind(behind) => &behind.scopes,
            ApplyState::Rendered | ApplyState::Applied => &self.scopes,
        }
    }

    /// The scopes that were rendered after the base revision, if there is a later rendering. An apply that failed may have made some of
    /// them.
    #[must_use]
    pub fn scopes_since_base(&self) -> &[Arc<ScopeEntry>] {
        match &self.standing {
            ApplyState::Behind(_) => &self.scopes,
            ApplyState::Rendered | ApplyState::Applied => &[],
        }
    }

    /// The storage names of all datasets whose data may be there: at the base revision, and as rendered since.
    #[must_use]
    pub fn stored_datasets(&self) -> BTreeSet<DatasetKey> {
        let entries = self.base_scopes().iter().chain(&self.scopes);
        let holders = entries.flat_map(|entry| entry.record.resources.values());
        let rendered = holders.filter_map(|resource| Some(resource.held_data()?.dataset.clone()));
        rendered.chain(self.left.iter().cloned()).collect()
    }

    /// The custody of each dataset that its consumers asked for at the base revision.
    #[must_use]
    pub fn base_owed(&self) -> &Owed {
        match &self.standing {
            ApplyState::Behind(behind) => &behind.owed,
            ApplyState::Rendered | ApplyState::Applied => &self.owed,
        }
    }

    /// Whether there are files that exist for changes only.
    #[must_use]
    pub fn has_transitions(&self) -> bool {
        !self.transition.is_empty() || !self.earlier.is_empty()
    }

    /// The files, by path relative to the target: those of the scopes, then those of the transition.
    pub fn files(&self) -> impl Iterator<Item = (SafePath, &FileRecord)> {
        self.files_inside().map(|(path, file)| (path.joined_to(&self.folder), file))
    }

    /// The files, by path relative to the folder of the instance.
    pub(in crate::output) fn files_inside(&self) -> impl Iterator<Item = (SafePath, &FileRecord)> {
        let of_scopes = self.scopes.iter().flat_map(|entry| {
            entry.record.files.iter().map(|(path, file)| (path.joined_to(&entry.folder), file))
        });
        of_scopes.chain(self.change_files().map(|(path, file)| (path.clone(), file)))
    }

    /// The files that exist for a change only, by path relative to the folder of the instance.
    pub(in crate::output) fn change_files(&self) -> impl Iterator<Item = (&SafePath, &FileRecord)> {
        self.earlier.iter().flat_map(|earlier| &earlier.files).chain(&self.transition)
    }
}
