//! The manifest: what we own in a target, and what it was made from.
//!
//! It is replaced last in a write, and names each file by its hash, so whoever reads it sees one revision and no mixture.

mod wire;

use datasurface_graph::{Custody, Fingerprint, NodeKey};
use datasurface_model::{DatasetKey, PlatformName};
use datasurface_platform::{
    FileRecord, NodeView, PlatformInstance, PreviousTarget, ResourceAddress, Revision, SafePath, Scope,
    ScopeRecord,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What we own in a target, and the revision that it was made from. The same manifest is always the same bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    revision: Revision,
    lock: Fingerprint,
    platforms: BTreeMap<PlatformName, PlatformRecord>,
}

/// What an instance of a platform has in a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlatformRecord {
    /// The instance as it was when this was rendered.
    pub instance: PlatformInstance,
    /// Its folder, relative to the target.
    pub folder: SafePath,
    /// What it rendered, ordered by scope, each scope once.
    pub scopes: Vec<ScopeEntry>,
    /// The files that are there for one change only, by path relative to its folder.
    pub transition: BTreeMap<SafePath, FileRecord>,
    /// How far what runs is behind what is rendered.
    #[serde(default, skip_serializing_if = "ApplyState::is_rendered")]
    pub standing: ApplyState,
    /// What its consumers asked to be kept of each dataset. A rendering cannot tell: it keeps what is held, too.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub owed: BTreeMap<DatasetKey, Custody>,
    /// What it was applied to last, if that has an identity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applied_to: Option<AppliedTarget>,
}

/// What rendered files are applied to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppliedTarget {
    /// What tells it from everything else of its kind.
    pub identity: String,
    /// The root, relative to the target, if there is a way from here to there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
}

/// How far what runs is behind what is rendered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApplyState {
    /// Nobody has said yet that anything runs: what is rendered counts as reached. So it stays for a platform that leaves
    /// it to other tools to apply what it renders.
    #[default]
    Rendered,
    /// What is rendered was applied.
    Applied,
    /// Something earlier was applied, and is what runs.
    Behind(Box<EarlierApplied>),
}

/// What was applied before it was rendered differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EarlierApplied {
    /// The revision that it was rendered from.
    pub revision: Revision,
    /// What was rendered then, ordered by scope.
    pub scopes: Vec<ScopeEntry>,
    /// What its consumers asked to be kept of each dataset then.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub owed: BTreeMap<DatasetKey, Custody>,
}

impl ApplyState {
    fn is_rendered(&self) -> bool {
        *self == Self::Rendered
    }
}

/// What was rendered for a scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScopeEntry {
    /// Which scope.
    pub scope: Scope,
    /// Its folder, relative to that of its platform.
    pub folder: SafePath,
    /// The fingerprint of the view that it was rendered from: while that is the same, so is the rendering.
    pub fingerprint: Fingerprint,
    /// Its files and resources.
    pub record: ScopeRecord,
    /// The nodes of those resources that hold data, as they were when they were rendered.
    pub views: BTreeMap<ResourceAddress, NodeView>,
    /// The nodes that were placed here.
    pub nodes: BTreeMap<NodeKey, Fingerprint>,
}

impl Manifest {
    /// What these instances have in a target, each under its own name, made from this revision and from a lock whose
    /// text has this hash.
    pub fn new(
        revision: Revision,
        lock: Fingerprint,
        platforms: impl IntoIterator<Item = PlatformRecord>,
    ) -> Self {
        let in_order = |mut platform: PlatformRecord| {
            platform.scopes.sort_by(|a, b| a.scope.cmp(&b.scope));
            (platform.instance.name.clone(), platform)
        };
        Self { revision, lock, platforms: platforms.into_iter().map(in_order).collect() }
    }

    /// The revision that it was made from.
    #[must_use]
    pub fn revision(&self) -> &Revision {
        &self.revision
    }

    /// The hash of the text of the lock that goes with it.
    #[must_use]
    pub fn lock(&self) -> Fingerprint {
        self.lock
    }

    /// What each instance has in the target.
    #[must_use]
    pub fn platforms(&self) -> &BTreeMap<PlatformName, PlatformRecord> {
        &self.platforms
    }

    /// What an instance has in the target.
    #[must_use]
    pub fn platform(&self, platform: &PlatformName) -> Option<&PlatformRecord> {
        self.platforms.get(platform)
    }

    /// The revision that an instance reached: the old side of its next plan.
    #[must_use]
    pub fn base_revision(&self, platform: &PlatformName) -> &Revision {
        match self.platforms.get(platform).map(|record| &record.standing) {
            Some(ApplyState::Behind(behind)) => &behind.revision,
            _ => &self.revision,
        }
    }

    /// The same manifest after what is rendered for these instances was applied: what that needed is gone.
    #[must_use]
    pub fn with_applied(mut self, platforms: &BTreeMap<PlatformName, Option<AppliedTarget>>) -> Self {
        for (name, ground) in platforms {
            if let Some(record) = self.platforms.get_mut(name) {
                record.standing = ApplyState::Applied;
                record.transition.clear();
                record.applied_to.clone_from(ground);
            }
        }
        self.platforms.retain(|name, record| !platforms.contains_key(name) || !record.scopes.is_empty());
        self
    }

    /// The same manifest without those transition files that are gone, by path relative to the target: they were written once,
    /// for one change, and nobody can write them again.
    #[must_use]
    pub(crate) fn without_transitions(mut self, is_gone: impl Fn(&SafePath) -> bool) -> Self {
        for record in self.platforms.values_mut() {
            let folder = record.folder.clone();
            record.transition.retain(|path, _| !is_gone(&path.joined_to(&folder)));
        }
        self
    }

    /// What was rendered for a scope of an instance.
    #[must_use]
    pub fn scope(&self, platform: &PlatformName, scope: &Scope) -> Option<&ScopeEntry> {
        let scopes = &self.platforms.get(platform)?.scopes;
        let position = scopes.binary_search_by(|entry| entry.scope.cmp(scope)).ok()?;
        scopes.get(position)
    }

    /// Every file, by path relative to the target.
    #[must_use]
    pub fn files(&self) -> BTreeMap<SafePath, &FileRecord> {
        self.each_file().collect()
    }

    /// Every file, also one that is named twice.
    fn each_file(&self) -> impl Iterator<Item = (SafePath, &FileRecord)> {
        self.platforms.values().flat_map(PlatformRecord::files)
    }

    /// What is wrong with it, in a few words: a scope or a file that is there twice, a file that would be a folder.
    pub(super) fn inconsistency(&self) -> Option<String> {
        for platform in self.platforms.values() {
            let twice = |(entry, next): (&ScopeEntry, &ScopeEntry)| entry.scope == next.scope;
            if platform.scopes.iter().zip(platform.scopes.iter().skip(1)).any(twice) {
                return Some(format!("`{}` has a scope twice", platform.instance.name));
            }
        }
        let mut paths: BTreeMap<String, SafePath> = BTreeMap::new();
        for (path, _) in self.each_file() {
            if let Some(other) = paths.insert(path.case_folded(), path.clone()) {
                return Some(format!("`{other}` and `{path}` are the same file"));
            }
        }
        paths.iter().find_map(|(folded, path)| {
            let folders = folded.match_indices('/').filter_map(|(end, _)| folded.get(..end));
            folders
                .filter_map(|folder| paths.get(folder))
                .map(|file| format!("`{file}` is a file, and the folder of `{path}`"))
                .next()
        })
    }
}

impl PlatformRecord {
    /// What it was applied to, as its runtime is told.
    #[must_use]
    pub fn applied_to(&self) -> PreviousTarget<'_> {
        match (&self.applied_to, &self.standing) {
            (Some(ground), _) => PreviousTarget::This(&ground.identity),
            (None, ApplyState::Applied | ApplyState::Behind(_)) => PreviousTarget::Something,
            (None, ApplyState::Rendered) => PreviousTarget::Nothing,
        }
    }

    /// What was reached: the old side of its next plan.
    #[must_use]
    pub fn base_scopes(&self) -> &[ScopeEntry] {
        match &self.standing {
            ApplyState::Behind(behind) => &behind.scopes,
            ApplyState::Rendered | ApplyState::Applied => &self.scopes,
        }
    }

    /// What its consumers asked to be kept of each dataset when that was reached.
    #[must_use]
    pub fn base_owed(&self) -> &BTreeMap<DatasetKey, Custody> {
        match &self.standing {
            ApplyState::Behind(behind) => &behind.owed,
            ApplyState::Rendered | ApplyState::Applied => &self.owed,
        }
    }

    /// Its files, by path relative to the target: those of its scopes, then those of its transition.
    pub fn files(&self) -> impl Iterator<Item = (SafePath, &FileRecord)> {
        self.files_inside().map(|(path, file)| (path.joined_to(&self.folder), file))
    }

    /// Its files, by path relative to its folder.
    pub(super) fn files_inside(&self) -> impl Iterator<Item = (SafePath, &FileRecord)> {
        let of_scopes = self.scopes.iter().flat_map(|entry| {
            entry.record.files.iter().map(|(path, file)| (path.joined_to(&entry.folder), file))
        });
        of_scopes.chain(self.transition.iter().map(|(path, file)| (path.clone(), file)))
    }
}
