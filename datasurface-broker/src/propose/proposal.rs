//! A proposal: renderings, plans and lock, before anything is written.

use super::views::ViewedScope;
use crate::configured_platform::ConfiguredPlatform;
use datasurface_model::{Findings, PlatformName};
use datasurface_platform::{
    File, Plan, PlatformError, Rendering, Revision, SafePath, ScopeView, hook::Hooks,
};
use datasurface_state::{AdvanceWait, Lock, Manifest, ScopeEntry};
use std::{collections::BTreeMap, sync::Arc};

/// A proposed change: the new rendering of each platform, the plan to get there, and the lock to go with it.
/// Nothing is written before [`write`](Self::write).
#[derive(Debug)]
pub struct Proposal {
    pub(crate) manifest: Manifest,
    pub(crate) lock: Lock,
    pub(crate) platforms: BTreeMap<PlatformName, Proposed>,
    pub(super) waits: BTreeMap<PlatformName, AdvanceWait>,
    pub(super) findings: Findings,
    pub(super) waived: Findings,
    pub(super) hooks: Arc<Hooks>,
}

/// The proposed rendering of one platform.
#[derive(Debug)]
pub(crate) struct Proposed {
    pub(crate) configured: Arc<ConfiguredPlatform>,
    pub(crate) scopes: Vec<Arc<ViewedScope>>,
    pub(crate) plan: Plan,
    /// What is to be done, for whoever applies it; none if there is nothing to do.
    pub(crate) plan_file: Option<File>,
}

impl Proposed {
    /// Whether another tool applies what the platform renders.
    pub(crate) fn is_applied_by_others(&self) -> bool {
        self.configured.platform().runtime().is_none()
    }

    /// The files that are there for a change only: those of its plan, and the plan file.
    pub(crate) fn transition_files(&self) -> impl Iterator<Item = &File> {
        self.plan.transition_files().iter().chain(&self.plan_file)
    }
}

/// A scope of a proposal, and where it is written.
pub(crate) struct WrittenScope<'p> {
    configured: &'p ConfiguredPlatform,
    view: &'p ScopeView,
    entry: &'p ScopeEntry,
    folder: SafePath,
}

impl<'p> WrittenScope<'p> {
    /// What is recorded of the scope.
    pub(crate) fn entry(&self) -> &'p ScopeEntry {
        self.entry
    }

    /// The folder of the scope in the target.
    pub(crate) fn folder(&self) -> &SafePath {
        &self.folder
    }

    /// A path in the target.
    pub(crate) fn path_of(&self, inside: &SafePath) -> SafePath {
        inside.joined_to(&self.folder)
    }

    /// The paths of its files in the target.
    pub(crate) fn paths(&self) -> impl Iterator<Item = SafePath> {
        self.entry.record.files.keys().map(|path| self.path_of(path))
    }

    /// Renders it once more.
    pub(crate) fn render(&self) -> Result<Rendering, PlatformError> {
        self.configured.platform().render(self.view)
    }
}

impl Proposal {
    /// The scopes of all platforms, as they are written.
    pub(crate) fn written_scopes(&self) -> impl Iterator<Item = WrittenScope<'_>> {
        self.platforms.iter().flat_map(|(name, proposed)| {
            let record = self.manifest.platform(name).into_iter();
            record.flat_map(|record| {
                let scopes = proposed.scopes.iter().zip(&record.scopes);
                scopes.map(|(view, entry)| WrittenScope {
                    configured: &proposed.configured,
                    view: &view.view,
                    entry,
                    folder: entry.folder.joined_to(&record.folder),
                })
            })
        })
    }

    /// The files that are there for a change only, by path in the target: those of plans, and plan files.
    pub(crate) fn transition_files(&self) -> impl Iterator<Item = (SafePath, &File)> {
        self.platforms.iter().flat_map(|(name, proposed)| {
            let record = self.manifest.platform(name).into_iter();
            record.flat_map(|record| {
                proposed.transition_files().map(|file| (file.path().joined_to(&record.folder), file))
            })
        })
    }

    /// The plan of each platform, by name.
    pub fn plans(&self) -> impl Iterator<Item = (&PlatformName, &Plan)> {
        self.platforms.iter().map(|(name, proposed)| (name, &proposed.plan))
    }

    /// Returns the plan of a platform.
    #[must_use]
    pub fn plan(&self, platform: &PlatformName) -> Option<&Plan> {
        self.platforms.get(platform).map(|proposed| &proposed.plan)
    }

    /// Returns what a platform waits for whose policy does not let it go forward yet; `None` if it may. Whether this proposal takes it forward is
    /// up to the [`Advance`](crate::Advance).
    #[must_use]
    pub fn wait(&self, platform: &PlatformName) -> Option<&AdvanceWait> {
        self.waits.get(platform)
    }

    /// The views that each platform renders, by scope.
    pub fn scopes(&self) -> impl Iterator<Item = (&ConfiguredPlatform, &ScopeView)> {
        self.platforms
            .values()
            .flat_map(|proposed| proposed.scopes.iter().map(|scope| (&*proposed.configured, &scope.view)))
    }

    /// The manifest that the target would have.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The lock that would go with the target.
    #[must_use]
    pub fn lock(&self) -> &Lock {
        &self.lock
    }

    /// The revision that would be reached.
    #[must_use]
    pub fn revision(&self) -> &Revision {
        self.manifest.revision()
    }

    /// The findings; none of them is an error.
    #[must_use]
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// The findings that a waiver accepts for a while; those of placing are included.
    #[must_use]
    pub fn waived(&self) -> &Findings {
        &self.waived
    }
}
