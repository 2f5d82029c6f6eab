//! Placed: an ecosystem whose every group is served and whose every datastore is captured.

use crate::{configured_platform::ConfiguredPlatform, sharding::PlacedShards};
use chrono::NaiveDate;
use datasurface_document::ModelHasher;
use datasurface_graph::{Custody, Fingerprint, IntentionGraph, IntentionGraphs, Placement, StorageOf};
use datasurface_model::{
    CodeInfo, DatasetKey, Diagnostic, Ecosystem, Entity, Findings, ModelPath, Place, PlatformName, Set,
    Valid, segment,
};
use datasurface_platform::{PlatformInstance, Revision};
use datasurface_state::Lock;
use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

pub(crate) static PLATFORM_OVER: CodeInfo = CodeInfo::warning(
    "lock/platform-over",
    "a platform that the lock chose serves or captures after its last day",
    "Whoever operates the platform promised it until its sunset, and may stop it at any time since. What was chosen once stays where it is \
     until somebody moves it: pin groups and datastores to another platform, or agree on a later sunset.",
);

/// A valid ecosystem, the decisions about it, and the graph of each platform.
/// Everything that only platforms can judge was judged. Cheap to clone: versions share what did not change.
#[derive(Clone, Debug)]
pub struct Placed {
    pub(crate) ecosystem: Valid<Ecosystem>,
    pub(crate) lock: Lock,
    /// The placement of the nodes of each platform before the decisions were taken.
    pub(crate) placements_before: BTreeMap<PlatformName, Placement>,
    pub(crate) graphs: Arc<IntentionGraphs>,
    /// The shards of each platform, on which a later placing may build.
    pub(crate) shards: BTreeMap<PlatformName, PlacedShards>,
    pub(crate) platforms: BTreeMap<PlatformName, Arc<ConfiguredPlatform>>,
    pub(crate) findings: Findings,
    pub(crate) waived: Findings,
    /// Computed when somebody asks, or by a session.
    pub(crate) revision: OnceLock<Revision>,
    /// What consumers ask to be kept, by platform: computed when somebody asks.
    pub(crate) owed: OnceLock<BTreeMap<PlatformName, Arc<Owed>>>,
}

/// The custody that consumers ask for, by storage name of the dataset.
pub(crate) type Owed = BTreeMap<DatasetKey, Custody>;

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

    /// What the consumers of a platform ask to be kept of each dataset, by its storage name; what is held for others is no part of it.
    pub(crate) fn owed_today(&self, platform: &PlatformName) -> Arc<Owed> {
        let owed = self.owed.get_or_init(|| {
            let names = self.lock.storage_names();
            let of_graph = |graph: &IntentionGraph| {
                let custodies = graph.nodes().flat_map(|node| node.custodies());
                custodies.map(|(dataset, custody)| (names.dataset(&dataset), custody)).collect()
            };
            self.graphs.iter().map(|graph| (graph.platform().clone(), Arc::new(of_graph(graph)))).collect()
        });
        owed.get(platform).cloned().unwrap_or_default()
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

    /// Returns a finding for each platform that has work to do, and whose last day is over by this day.
    pub fn platforms_over(&self, on: NaiveDate) -> impl Iterator<Item = Diagnostic> {
        self.graphs.iter().filter(|graph| !graph.is_empty()).filter_map(move |graph| {
            let declared = self.ecosystem.platforms().get(graph.platform())?;
            let last = declared.deprecation()?.sunset().filter(|last| *last < on)?;
            let name = declared.name();
            let path = ModelPath::root().child(segment::PLATFORMS, name.as_str());
            let message = format!("`{name}` serves or captures, and its last day, {last}, is over");
            let help = "pin groups and datastores to another platform, or agree on a later sunset";
            Some(Diagnostic::new(&PLATFORM_OVER, path, message).with_help(help))
        })
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

    /// Computes the revision as versions did that hashed the text of the whole model: what a lock of such a version names.
    pub(crate) fn revision_of_text(&self) -> Revision {
        let (model, names) =
            (datasurface_document::to_json(&self.ecosystem), self.lock.storage_names().differing());
        let decided = self.lock.assignments();
        Revision::new(match names.is_empty() {
            true => Fingerprint::of(&(model, decided)),
            false => Fingerprint::of(&(model, decided, names)),
        })
    }
}
