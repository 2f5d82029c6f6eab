//! What of a target was applied, and what of the transition files has done its work.

use super::{Manifest, Owed, PlatformRecord, ScopeEntry};
use crate::output::{RenderedRevision, RenderingId};
use datasurface_model::PlatformName;
use datasurface_platform::{FileRecord, Revision, SafePath};
use imbl::OrdMap;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The transition files of an earlier rendering that nobody recorded as applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EarlierTransition {
    /// The revision that the files lead to.
    pub to: Revision,
    /// The rendering that the files lead to; none in the text of an earlier version, until it is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rendering: Option<RenderingId>,
    /// The files, by path relative to the folder of the instance.
    pub files: BTreeMap<SafePath, FileRecord>,
}

/// The system, such as a database, that rendered files are applied to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppliedTarget {
    /// The identity, which distinguishes the system from all others of its kind.
    pub identity: String,
    /// The folder that relative paths in the model are relative to, as a path from the target.
    /// `None` if there is no such path, for example from one drive to another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
}

/// The relation of what runs to what is rendered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApplyState {
    /// Rendered, and never recorded as applied. What is rendered counts as reached.
    /// A platform that leaves it to other tools to apply what it renders stays in this state.
    #[default]
    Rendered,
    /// Applied as it is rendered.
    Applied,
    /// Behind: an earlier rendering was applied, and is what runs.
    Behind(Box<EarlierApplied>),
}

/// An earlier rendering, which was applied and is what runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EarlierApplied {
    /// The revision that it was rendered from.
    pub revision: Revision,
    /// The scopes that were rendered then, in order.
    pub scopes: Vec<Arc<ScopeEntry>>,
    /// The custody of each dataset that its consumers asked for then.
    #[serde(default, skip_serializing_if = "OrdMap::is_empty")]
    pub owed: Owed,
}

impl ApplyState {
    pub(super) fn is_rendered(&self) -> bool {
        *self == Self::Rendered
    }
}

impl Manifest {
    /// Records that what is rendered for these instances was applied, each to the system given with it.
    /// Transition files, which have done their work, are removed from the manifest. So is the record of each of these
    /// instances that has no scopes left.
    #[must_use]
    pub fn with_applied(mut self, platforms: &BTreeMap<PlatformName, Option<AppliedTarget>>) -> Self {
        for (name, ground) in platforms {
            if let Some(record) = self.platforms.get_mut(name) {
                record.standing = ApplyState::Applied;
                record.transition.clear();
                record.earlier.clear();
                record.gone.clear();
                record.left.clear();
                record.applied_to.clone_from(ground);
            }
        }
        self.platforms.retain(|name, record| !platforms.contains_key(name) || !record.scopes.is_empty());
        self
    }

    /// The renderings that nobody recorded as applied, in order, and the last one.
    #[must_use]
    pub fn pending_renderings(&self) -> Vec<RenderedRevision> {
        let last = RenderedRevision { rendering: self.rendering, revision: self.revision.clone() };
        self.unapplied.iter().cloned().chain([last]).collect()
    }

    /// Records that another tool applied what was rendered for these instances up to a rendering.
    /// Transition files that lead up to it have done their work, and are removed.
    #[must_use]
    pub fn with_applied_rendering(
        mut self,
        platforms: &BTreeSet<PlatformName>,
        applied: &RenderedRevision,
    ) -> Self {
        if self.applied.as_ref() == Some(applied) {
            return self;
        }
        let is_last = applied.rendering == self.rendering;
        let position = self.unapplied.iter().position(|one| one.rendering == applied.rendering);
        let count = if is_last { self.unapplied.len() } else { position.map_or(0, |position| position + 1) };
        let done: BTreeSet<RenderingId> = self.unapplied.drain(..count).map(|one| one.rendering).collect();
        for name in platforms {
            let Some(record) = self.platforms.get_mut(name) else { continue };
            record.earlier.retain(|one| one.rendering.is_some_and(|rendering| !done.contains(&rendering)));
            if is_last {
                record.transition.clear();
                record.gone.clear();
                record.left.clear();
            }
        }
        self.applied = Some(applied.clone());
        let is_of_use = |record: &PlatformRecord| !record.scopes.is_empty() || record.has_transitions();
        self.platforms.retain(|name, record| !platforms.contains(name) || is_of_use(record));
        self
    }

    /// Removes those transition files that are gone, by path relative to the target.
    /// They were written once, for one change, and nobody can write them again.
    #[must_use]
    pub fn without_transitions(mut self, is_gone: impl Fn(&SafePath) -> bool) -> Self {
        for record in self.platforms.values_mut() {
            let folder = record.folder.clone();
            record.transition.retain(|path, _| !is_gone(&path.joined_to(&folder)));
            for earlier in &mut record.earlier {
                earlier.files.retain(|path, _| !is_gone(&path.joined_to(&folder)));
            }
            record.earlier.retain(|earlier| !earlier.files.is_empty());
        }
        self
    }
}
