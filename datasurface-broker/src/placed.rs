//! Placed: an ecosystem whose every group is served and whose every datastore is captured.

use crate::{configured_platform::ConfiguredPlatform, sharding::PlacedShards};
use chrono::NaiveDate;
use datasurface_choice::Chosen;
use datasurface_document::ModelHasher;
use datasurface_graph::{
    Custody, Fingerprint, GraphDiff, IntentionGraph, IntentionGraphs, Node, Placement, StorageOf,
};
use datasurface_model::{DatasetKey, Ecosystem, Entity, Findings, Place, PlatformName, Set, Valid};
use datasurface_platform::{PlatformInstance, Revision};
use datasurface_state::{
    ForeignOrigins, Lock, Owed, PlacedLock,
    storage::{Allocated, StorageRecord},
};
use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

/// A valid ecosystem, the decisions about it, and the graph of each platform.
/// Everything that only platforms can judge was judged. Cheap to clone: versions share what did not change.
#[derive(Clone, Debug)]
pub struct Placed {
    pub(crate) ecosystem: Valid<Ecosystem>,
    /// What data derives from besides its own zone.
    pub(crate) foreign_origins: ForeignOrigins,
    /// The same where rows of before have their origins; `None` if there are none that matter.
    pub(crate) origins_of_before: Option<ForeignOrigins>,
    /// The choice of platforms, on which a later placing may build.
    pub(crate) chosen: Chosen,
    pub(crate) lock: Lock,
    /// The lock before the decisions were taken, as it was given.
    pub(crate) given: Lock,
    /// The storage names, on which a later placing may build.
    pub(crate) allocated: Arc<Allocated>,
    /// The placement of the nodes of each platform before the decisions were taken.
    pub(crate) placements_before: BTreeMap<PlatformName, Placement>,
    pub(crate) graphs: Arc<IntentionGraphs>,
    /// The shards of each platform, on which a later placing may build.
    pub(crate) shards: BTreeMap<PlatformName, Arc<PlacedShards>>,
    pub(crate) platforms: BTreeMap<PlatformName, Arc<ConfiguredPlatform>>,
    pub(crate) findings: Findings,
    pub(crate) waived: Findings,
    /// Computed when somebody asks, or by a session.
    pub(crate) revision: OnceLock<Revision>,
    /// What consumers ask to be kept, by platform: computed when somebody asks.
    pub(crate) owed: OnceLock<BTreeMap<PlatformName, Owed>>,
}

impl Placed {
    /// The ecosystem.
    #[must_use]
    pub fn ecosystem(&self) -> &Valid<Ecosystem> {
        &self.ecosystem
    }

    /// The lock with the decisions that were taken now.
    #[must_use]
    pub fn lock(&self) -> &Lock {
        &self.lock
    }

    /// Returns what placing made of the lock that was given, for a [`LockChange`](crate::LockChange) from the lock of the live model.
    #[must_use]
    pub fn placed_lock(&self, live: &Lock, on: NaiveDate) -> PlacedLock<'_> {
        let (lock, names) = (&self.lock, self.lock.storage_names());
        let platforms = self.graphs.iter().map(IntentionGraph::platform);
        let owed = platforms.map(|name| (names.platform(name), self.owed_today(name))).collect();
        PlacedLock { lock, owed, unaccounted_origins: self.unaccounted_origins(live, on) }
    }

    /// What the consumers of a platform ask to be kept of each dataset, by its storage name; what is held for others is no part of it.
    pub(crate) fn owed_today(&self, platform: &PlatformName) -> Owed {
        let owed = self.owed.get_or_init(|| self.compute_owed(None));
        owed.get(platform).cloned().unwrap_or_default()
    }

    /// Computes what consumers ask to be kept. An earlier outcome, whatever it is of, saves work.
    pub(crate) fn compute_owed(&self, earlier: Option<&Self>) -> BTreeMap<PlatformName, Owed> {
        let names = self.lock.storage_names();
        let known = earlier.and_then(|earlier| {
            let names_before = earlier.lock.storage_names();
            Some((earlier, names_before, names.renamed_since(names_before)?.0))
        });
        let of_graph = |graph: &IntentionGraph| {
            let known =
                known.as_ref().and_then(|known| Some((known.0.graphs.graph(graph.platform())?, known)));
            let Some((before, (earlier, names_before, renamed))) = known else {
                return graph.nodes().flat_map(|node| custodies(node, names)).collect();
            };
            let mut owed = earlier.owed_today(graph.platform());
            let GraphDiff { added, removed, changed, .. } = GraphDiff::between(before, graph);
            // A capture that is divided otherwise than before is another node, of the same datasets: so what is gone goes first.
            let gone = removed.iter().chain(&changed).filter_map(|key| before.node(key));
            let gone = gone.chain(renamed.iter().flat_map(|store| before.captures(store)));
            for (dataset, _) in gone.flat_map(|node| custodies(node, names_before)) {
                owed.remove(&dataset);
            }
            let here = added.iter().chain(&changed).filter_map(|key| graph.node(key));
            let here = here.chain(renamed.iter().flat_map(|store| graph.captures(store)));
            owed.extend(here.flat_map(|node| custodies(node, names)));
            owed
        };
        self.graphs.iter().map(|graph| (graph.platform().clone(), of_graph(graph))).collect()
    }

    /// The intention graphs of all platforms.
    #[must_use]
    pub fn graphs(&self) -> &IntentionGraphs {
        &self.graphs
    }

    /// Returns the declared platform of this name.
    #[must_use]
    pub fn platform(&self, name: &PlatformName) -> Option<&ConfiguredPlatform> {
        self.platforms.get(name).map(|configured| &**configured)
    }

    /// The instances of the declared platforms.
    pub(crate) fn instances(&self) -> impl Iterator<Item = &PlatformInstance> {
        self.platforms.values().map(|configured| &**configured.instance())
    }

    /// Returns the places of each declared platform.
    /// They are the places in its declaration, and those where the platform keeps data on its way.
    pub fn platform_places(&self) -> impl Iterator<Item = (PlatformName, Set<Place>)> {
        let declared = self.ecosystem.platforms().iter();
        declared.filter_map(|one| Some((one.name().clone(), self.platform(one.name())?.places(one))))
    }

    /// The findings of placing; none of them is an error.
    #[must_use]
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// The findings of placing that a waiver accepts for a while.
    #[must_use]
    pub fn waived(&self) -> &Findings {
        &self.waived
    }

    /// Returns the hash of the model, its assignments, and its storage names where they differ from the names of now.
    #[must_use]
    pub fn revision(&self) -> Revision {
        self.revision.get_or_init(|| self.compute_revision(&mut ModelHasher::default())).clone()
    }

    /// Computes the revision with a hasher that may know parts of the model.
    pub(crate) fn compute_revision(&self, hasher: &mut ModelHasher) -> Revision {
        let (model, names) = (hasher.hash(&self.ecosystem), self.lock.storage_names().differing());
        let decided = self.lock.assignments();
        Revision::new(match names.is_empty() {
            true => Fingerprint::of(&(model, decided)),
            false => Fingerprint::of(&(model, decided, names)),
        })
    }

    /// Whether a revision is the one of the model and its decisions, also as earlier versions computed it.
    #[must_use]
    pub fn is_revision(&self, revision: &Revision) -> bool {
        self.revision() == *revision || self.revision_of_text() == *revision
    }

    /// Computes the revision as versions did that hashed the text of the whole model: what a lock of such a version names.
    fn revision_of_text(&self) -> Revision {
        let (model, names) =
            (datasurface_document::to_json(&self.ecosystem), self.lock.storage_names().differing());
        let decided = self.lock.assignments();
        Revision::new(match names.is_empty() {
            true => Fingerprint::of(&(model, decided)),
            false => Fingerprint::of(&(model, decided, names)),
        })
    }
}

/// What is asked of the datasets of a capture, by their storage names.
fn custodies(node: Node<'_>, names: &StorageRecord) -> impl Iterator<Item = (DatasetKey, Custody)> {
    node.custodies().map(|(dataset, custody)| (names.dataset(&dataset), custody))
}
