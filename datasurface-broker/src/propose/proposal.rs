//! A proposal: all that would be, before anything is.

use crate::{configured_platform::ConfiguredPlatform, lock::Lock, output::Manifest};
use datasurface_model::{Findings, PlatformName};
use datasurface_platform::{Plan, Revision, ScopeView};
use std::{collections::BTreeMap, sync::Arc};

/// What would be rendered for each platform, the plan to get there, and the lock that would go with it. Nothing is written
/// before [`write`](Self::write).
#[derive(Debug)]
pub struct Proposal {
    pub(crate) manifest: Manifest,
    pub(crate) lock: Lock,
    pub(crate) platforms: BTreeMap<PlatformName, Proposed>,
    pub(super) findings: Findings,
    pub(super) waived: Findings,
}

/// What would be rendered for one platform.
#[derive(Debug)]
pub(crate) struct Proposed {
    pub(crate) configured: Arc<ConfiguredPlatform>,
    pub(crate) scopes: Vec<ScopeView>,
    pub(crate) plan: Plan,
}

impl Proposal {
    /// The plan of each platform, by name.
    pub fn plans(&self) -> impl Iterator<Item = (&PlatformName, &Plan)> {
        self.platforms.iter().map(|(name, proposed)| (name, &proposed.plan))
    }

    /// The plan of a platform.
    #[must_use]
    pub fn plan(&self, platform: &PlatformName) -> Option<&Plan> {
        self.platforms.get(platform).map(|proposed| &proposed.plan)
    }

    /// What each platform is shown, by scope.
    pub fn scopes(&self) -> impl Iterator<Item = (&ConfiguredPlatform, &ScopeView)> {
        self.platforms
            .values()
            .flat_map(|proposed| proposed.scopes.iter().map(|scope| (&*proposed.configured, scope)))
    }

    /// What the target would remember.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The lock that would go with it.
    #[must_use]
    pub fn lock(&self) -> &Lock {
        &self.lock
    }

    /// The revision that would be reached.
    #[must_use]
    pub fn revision(&self) -> &Revision {
        self.manifest.revision()
    }

    /// What was found; no errors.
    #[must_use]
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// What was found, and is accepted for a while by a waiver.
    #[must_use]
    pub fn waived(&self) -> &Findings {
        &self.waived
    }
}
