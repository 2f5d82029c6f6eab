//! Assignments: which platform serves whom, and which one captures what. The broker decides them; the graph is built
//! from them.

use datasurface_model::{DatastoreName, GroupKey, PlatformName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The life cycle of a decision. Whatever is not decommissioned is in the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It is being set up beside what runs.
    Provisioning,
    /// It is in use.
    Provisioned,
    /// Something else is in use; it still runs.
    Decommissioning,
    /// It is gone.
    Decommissioned,
}

/// Who serves and who captures, each with the stage of the decision.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assignments {
    groups: BTreeMap<GroupKey, BTreeMap<PlatformName, Stage>>,
    primaries: BTreeMap<DatastoreName, BTreeMap<PlatformName, Stage>>,
}

impl Assignments {
    /// A platform serves a dataset group.
    #[must_use]
    pub fn serves(
        mut self,
        platform: impl Into<PlatformName>,
        group: impl Into<GroupKey>,
        stage: Stage,
    ) -> Self {
        self.assign(group.into(), platform.into(), stage);
        self
    }

    /// A platform captures a datastore for all platforms.
    #[must_use]
    pub fn captures(
        mut self,
        platform: impl Into<PlatformName>,
        datastore: impl Into<DatastoreName>,
        stage: Stage,
    ) -> Self {
        self.make_primary(datastore.into(), platform.into(), stage);
        self
    }

    /// Records that a platform serves a dataset group.
    pub fn assign(&mut self, group: GroupKey, platform: PlatformName, stage: Stage) {
        self.groups.entry(group).or_default().insert(platform, stage);
    }

    /// Records that a platform captures a datastore.
    pub fn make_primary(&mut self, datastore: DatastoreName, platform: PlatformName, stage: Stage) {
        self.primaries.entry(datastore).or_default().insert(platform, stage);
    }

    /// Keeps only the decisions about these groups and datastores.
    pub fn retain(
        &mut self,
        mut group: impl FnMut(&GroupKey) -> bool,
        mut datastore: impl FnMut(&DatastoreName) -> bool,
    ) {
        self.groups.retain(|key, _| group(key));
        self.primaries.retain(|name, _| datastore(name));
    }

    /// The decisions about groups, in order.
    #[must_use]
    pub fn groups(&self) -> &BTreeMap<GroupKey, BTreeMap<PlatformName, Stage>> {
        &self.groups
    }

    /// The decisions about captures, in order.
    #[must_use]
    pub fn primaries(&self) -> &BTreeMap<DatastoreName, BTreeMap<PlatformName, Stage>> {
        &self.primaries
    }

    /// Groups and the platforms on which they are in the graph.
    pub fn serving(&self) -> impl Iterator<Item = (&GroupKey, &PlatformName)> {
        self.groups
            .iter()
            .flat_map(|(group, platforms)| in_graph(platforms).map(move |platform| (group, platform)))
    }

    /// The platforms on which the capture of a datastore is in the graph, whether or not somebody is served there.
    pub fn capturing(&self, datastore: &DatastoreName) -> impl Iterator<Item = &PlatformName> {
        self.primaries.get(datastore).into_iter().flat_map(in_graph)
    }

    /// The one platform that captures a datastore now; during a move, the one from which the other takes its data.
    #[must_use]
    pub fn primary(&self, datastore: &DatastoreName) -> Option<&PlatformName> {
        let platforms = self.primaries.get(datastore)?;
        let at = |wanted: Stage| platforms.iter().find(|(_, stage)| **stage == wanted).map(|(name, _)| name);
        at(Stage::Provisioned).or_else(|| at(Stage::Decommissioning)).or_else(|| at(Stage::Provisioning))
    }
}

fn in_graph(platforms: &BTreeMap<PlatformName, Stage>) -> impl Iterator<Item = &PlatformName> {
    platforms.iter().filter(|(_, stage)| **stage != Stage::Decommissioned).map(|(platform, _)| platform)
}
