//! What changed between two renderings of a platform.

mod attribute_difference;
mod comparison;
mod judgement;
mod readers;
mod record;
mod structural;

pub use attribute_difference::AttributeDifference;
pub use comparison::{JudgedChange, PlacedChange, ResourceChange};
pub use judgement::{Judgement, RefusedChange};
pub use readers::{DatasetReaders, ListedReaders};
pub use record::{Attributes, OwnedChange, ScopeChange, ScopeChanges, ScopeRecord};

use crate::{
    error::PlatformError,
    held::{Guard, HeldState},
    instance::PlatformInstance,
    plan::{Cause, Revision},
    rendered_files::TRANSITION_FOLDER,
    rendering::{Resource, ResourceAddress, SafePath},
    shared::SharedKey,
    view::Scope,
};
use datasurface_graph::{Fingerprint, NodeKey};
use datasurface_model::{DatasetKey, GroupKey};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The change from one rendering of a platform to the next: the scopes that differ, lazily; what begins to be held; what may go.
#[derive(Clone, Copy, Debug)]
pub struct RenderingChange<'a> {
    frame: &'a ChangeHeader,
    scopes: &'a dyn ScopeChanges,
    readers: &'a dyn DatasetReaders,
}

/// The part of a change that is about no single scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeHeader {
    /// The instance, as it is rendered now.
    pub platform: PlatformInstance,
    /// The revision that was reached; none if nothing was rendered before.
    pub from: Option<Revision>,
    /// The revision that is rendered now.
    pub to: Revision,
    /// The state that is held from this change on, and was not before.
    #[serde(default)]
    pub newly_held: Vec<HeldState>,
    /// The resources that were held and may go now, each with the guard that lets it go.
    #[serde(default, rename = "let_go")]
    pub released: BTreeMap<ResourceAddress, Guard>,
    /// Nodes that changed, came or went, and who owns what changed.
    #[serde(default)]
    pub causes: BTreeMap<NodeKey, Arc<Cause>>,
    /// The nodes with a cause of which nothing but metadata is other than before.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub metadata: BTreeSet<NodeKey>,
    /// The cause of the change of each shared scope, ordered by key: the nodes whose share came, went or changed, and who owns what
    /// changed of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shared: Vec<SharedCause>,
}

/// The cause of the change of a shared scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SharedCause {
    /// The shared scope.
    pub key: SharedKey,
    /// The cause.
    pub cause: Arc<Cause>,
}

impl ChangeHeader {
    /// Creates the header of a change that nothing is held or released by, and that no node is a cause of.
    #[must_use]
    pub fn new(platform: PlatformInstance, from: Option<Revision>, to: Revision) -> Self {
        let (causes, metadata, shared) = (BTreeMap::new(), BTreeSet::new(), Vec::new());
        Self {
            platform,
            from,
            to,
            newly_held: Vec::new(),
            released: BTreeMap::new(),
            causes,
            metadata,
            shared,
        }
    }
}

impl<'a> RenderingChange<'a> {
    /// Creates a change with these scopes.
    #[must_use]
    pub fn new(frame: &'a ChangeHeader, scopes: &'a dyn ScopeChanges) -> Self {
        Self { frame, scopes, readers: &readers::NO_READERS }
    }

    /// Sets who reads what.
    #[must_use]
    pub fn with_readers(self, readers: &'a dyn DatasetReaders) -> Self {
        Self { readers, ..self }
    }

    /// Returns the groups that read the dataset of this storage name now, directly or through transformers. The host joins those whom a change
    /// of a schema breaks into the [meaning](crate::Step::meaning) of each step by itself.
    #[must_use]
    pub fn readers_of(&self, dataset: &DatasetKey) -> BTreeSet<GroupKey> {
        self.readers.readers_of(dataset)
    }

    /// The instance, as it is rendered now.
    #[must_use]
    pub fn platform(&self) -> &'a PlatformInstance {
        &self.frame.platform
    }

    /// The revision that was reached; none if nothing was rendered before.
    #[must_use]
    pub fn from(&self) -> Option<&'a Revision> {
        self.frame.from.as_ref()
    }

    /// The revision that is rendered now.
    #[must_use]
    pub fn to(&self) -> &'a Revision {
        &self.frame.to
    }

    /// The state that is held from this change on, and was not before.
    #[must_use]
    pub fn newly_held(&self) -> &'a [HeldState] {
        &self.frame.newly_held
    }

    /// Returns the guard that lets a held resource go now; `None` if the resource must stay.
    #[must_use]
    pub fn release_reason(&self, resource: &ResourceAddress) -> Option<&'a Guard> {
        self.frame.released.get(resource)
    }

    /// The scopes whose fingerprint differs, each loaded when it is asked for.
    pub fn scopes(&self) -> impl Iterator<Item = Result<ScopeChange, PlatformError>> + use<'a> {
        let scopes = self.scopes;
        (0..scopes.count()).map(move |position| scopes.load(position))
    }

    /// Returns the pending transition files: those of earlier revisions that nobody recorded as applied, by path relative to the folder of
    /// the platform. There are none where the platform has a runtime.
    #[must_use]
    pub fn pending_transitions(&self) -> BTreeSet<SafePath> {
        self.scopes.pending_transitions()
    }

    /// A name for the folder of transition files: made of both revisions. What leads from a revision to itself (data is let
    /// go, nodes are placed elsewhere, the plug-in is another version) is told apart by what differs.
    ///
    /// # Errors
    ///
    /// If a scope cannot be loaded by which it is told apart.
    pub fn transition_name(&self) -> Result<String, PlatformError> {
        let from = self.from().map_or_else(|| "nothing".to_owned(), Revision::short);
        let name = format!("{from}-to-{}", self.to().short());
        if self.from() != Some(self.to()) {
            return Ok(name);
        }
        let scopes = self.scopes().collect::<Result<Vec<ScopeChange>, _>>()?;
        Ok(format!("{name}-{}", Fingerprint::of(&scopes).short()))
    }

    /// Returns the folder of the transition files of one scope, as a path in that of the platform: `shards/main/transition/1f-to-2e`.
    /// What must be beside the rendered files, such as a block of Terraform, is in the [folder of the scope](Scope::folder) itself, with the
    /// [name of the transition](Self::transition_name) in its own.
    ///
    /// # Errors
    ///
    /// As [`transition_name`](Self::transition_name).
    pub fn transition_folder(&self, scope: &Scope) -> Result<String, PlatformError> {
        Ok(format!("{}/{TRANSITION_FOLDER}/{}", scope.folder(), self.transition_name()?))
    }

    /// Loads every scope, and looks up the readers of what is held there, so that the change can be written as JSON.
    ///
    /// # Errors
    ///
    /// If a scope cannot be loaded.
    pub fn to_owned(&self) -> Result<OwnedChange, PlatformError> {
        let scopes: Vec<ScopeChange> = self.scopes().collect::<Result<_, _>>()?;
        let resources = scopes.iter().flat_map(|scope| [&scope.old, &scope.new]);
        let held = resources.flat_map(|record| record.resources.values()).filter_map(Resource::held_data);
        let datasets: BTreeSet<&DatasetKey> = held.map(|held| &held.dataset).collect();
        let readers = datasets.into_iter().map(|dataset| (dataset.clone(), self.readers_of(dataset)));
        let readers = readers.filter(|(_, groups)| !groups.is_empty()).collect();
        let pending_transitions = self.pending_transitions();
        Ok(OwnedChange { frame: self.frame.clone(), scopes, readers, pending_transitions })
    }
}
