//! Assignments: which platform serves whom, and which one captures what. The broker decides them; the graph is built
//! from them.

use datasurface_model::{DatastoreName, GroupKey, PlatformName, WorkspaceName};
use imbl::{OrdMap, ordmap::DiffItem};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The life cycle of a decision. A decision that is not decommissioned is in the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Stage {
    /// A decision that is being set up beside what runs.
    Provisioning,
    /// A decision that is in use.
    Provisioned,
    /// A decision that still runs, although another one is in use.
    Decommissioning,
    /// A decision that is over: nothing in the graph follows from it.
    Decommissioned,
}

/// The decisions on which platform serves each group and which one captures each datastore, with their stages.
///
/// Cheap to clone. Versions that come from each other are compared by what is different.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assignments {
    groups: OrdMap<GroupKey, Stages>,
    primaries: OrdMap<DatastoreName, Stages>,
}

/// The platforms that a decision names, each with its stage.
pub type Stages = BTreeMap<PlatformName, Stage>;

impl Assignments {
    /// Adds the decision that a platform serves a dataset group.
    #[must_use]
    pub fn with_group(
        mut self,
        platform: impl Into<PlatformName>,
        group: impl Into<GroupKey>,
        stage: Stage,
    ) -> Self {
        self.assign_group(group.into(), platform.into(), stage);
        self
    }

    /// Adds the decision that a platform captures a datastore for all platforms.
    #[must_use]
    pub fn with_primary(
        mut self,
        platform: impl Into<PlatformName>,
        datastore: impl Into<DatastoreName>,
        stage: Stage,
    ) -> Self {
        self.assign_primary(datastore.into(), platform.into(), stage);
        self
    }

    /// Records that a platform serves a dataset group.
    pub fn assign_group(&mut self, group: GroupKey, platform: PlatformName, stage: Stage) {
        self.groups.entry(group).or_default().insert(platform, stage);
    }

    /// Records that a platform captures a datastore.
    pub fn assign_primary(&mut self, datastore: DatastoreName, platform: PlatformName, stage: Stage) {
        self.primaries.entry(datastore).or_default().insert(platform, stage);
    }

    /// Replaces all that was decided about a dataset group. Without a platform, there is no decision any more.
    pub fn replace_group(&mut self, group: GroupKey, stages: Stages) {
        replace(&mut self.groups, group, stages);
    }

    /// Replaces all that was decided about the capture of a datastore. Without a platform, there is no decision any more.
    pub fn replace_primary(&mut self, datastore: DatastoreName, stages: Stages) {
        replace(&mut self.primaries, datastore, stages);
    }

    /// Keeps only the decisions about these groups and datastores.
    pub fn retain(
        &mut self,
        mut group: impl FnMut(&GroupKey) -> bool,
        mut datastore: impl FnMut(&DatastoreName) -> bool,
    ) {
        self.groups = self.groups.iter().filter(|(key, _)| group(key)).map(owned).collect();
        self.primaries = self.primaries.iter().filter(|(name, _)| datastore(name)).map(owned).collect();
    }

    /// The decisions about groups, in order.
    pub fn groups(&self) -> impl Iterator<Item = (&GroupKey, &Stages)> {
        self.groups.iter()
    }

    /// Returns the decisions about a group; `None` if there never was one.
    #[must_use]
    pub fn group(&self, group: &GroupKey) -> Option<&Stages> {
        self.groups.get(group)
    }

    /// The decisions about captures, in order.
    pub fn primaries(&self) -> impl Iterator<Item = (&DatastoreName, &Stages)> {
        self.primaries.iter()
    }

    /// Returns the decisions about the capture of a datastore; `None` if there never was one.
    #[must_use]
    pub fn primary_stages(&self, datastore: &DatastoreName) -> Option<&Stages> {
        self.primaries.get(datastore)
    }

    /// Groups and the platforms on which they are in the graph.
    pub fn served_groups(&self) -> impl Iterator<Item = (&GroupKey, &PlatformName)> {
        self.groups
            .iter()
            .flat_map(|(group, platforms)| in_graph(platforms).map(move |platform| (group, platform)))
    }

    /// The groups of a workspace, and the platforms on which they are in the graph.
    pub(crate) fn serving_workspace(
        &self,
        workspace: &WorkspaceName,
    ) -> impl Iterator<Item = (&GroupKey, &PlatformName)> {
        self.groups
            .range(GroupKey::new(workspace, "")..)
            .take_while(move |(group, _)| group.workspace == *workspace)
            .flat_map(|(group, platforms)| in_graph(platforms).map(move |platform| (group, platform)))
    }

    /// Returns the platforms on which a dataset group is in the graph.
    pub fn serving_platforms(&self, group: &GroupKey) -> impl Iterator<Item = &PlatformName> {
        self.groups.get(group).into_iter().flat_map(in_graph)
    }

    /// Groups about which something else was decided later, with both decisions.
    pub fn changed_groups<'a>(&'a self, later: &'a Self) -> impl Iterator<Item = Changed<'a, GroupKey>> {
        self.groups.diff(&later.groups).map(changed)
    }

    /// Datastores about whose capture something else was decided later, with both decisions.
    pub fn changed_primaries<'a>(
        &'a self,
        later: &'a Self,
    ) -> impl Iterator<Item = Changed<'a, DatastoreName>> {
        self.primaries.diff(&later.primaries).map(changed)
    }

    /// Returns the platforms on which the capture of a datastore is in the graph.
    /// They include platforms on which nobody is served.
    pub fn capturing_platforms(&self, datastore: &DatastoreName) -> impl Iterator<Item = &PlatformName> {
        self.primaries.get(datastore).into_iter().flat_map(in_graph)
    }

    /// The platforms on which any capture is in the graph, one for each capture.
    pub(crate) fn capturing_anything(&self) -> impl Iterator<Item = &PlatformName> {
        self.primaries.values().flat_map(in_graph)
    }

    /// Returns the platform that captures a datastore now.
    /// During a move, that is the platform from which the other one takes its data.
    #[must_use]
    pub fn primary(&self, datastore: &DatastoreName) -> Option<&PlatformName> {
        self.primaries.get(datastore).and_then(primary)
    }

    /// Returns the platforms that may be intended to capture a datastore now, by name.
    /// There is one, unless decisions contradict each other. The first of them is the [primary](Self::primary).
    pub fn primary_candidates(&self, datastore: &DatastoreName) -> impl Iterator<Item = &PlatformName> {
        self.primaries.get(datastore).into_iter().flat_map(contenders)
    }
}

/// Returns the platform that captures now, of those that capture.
pub(crate) fn primary(platforms: &Stages) -> Option<&PlatformName> {
    contenders(platforms).next()
}

/// Returns the platforms that are furthest in capturing.
/// A platform that is not used any more still has the data, and one that is being set up has none yet.
fn contenders(platforms: &Stages) -> impl Iterator<Item = &PlatformName> {
    let first = [Stage::Provisioned, Stage::Decommissioning, Stage::Provisioning];
    let furthest = first.into_iter().find(|wanted| platforms.values().any(|stage| stage == wanted));
    platforms.iter().filter(move |(_, stage)| Some(**stage) == furthest).map(|(platform, _)| platform)
}

/// Returns the platforms whose stage is not `Decommissioned`.
pub(crate) fn in_graph(platforms: &Stages) -> impl Iterator<Item = &PlatformName> {
    platforms.iter().filter(|(_, stage)| **stage != Stage::Decommissioned).map(|(platform, _)| platform)
}

/// Two different decisions about the same.
type Changed<'a, K> = (&'a K, Option<&'a Stages>, Option<&'a Stages>);

fn changed<'a, K>(item: DiffItem<'a, 'a, K, Stages>) -> Changed<'a, K> {
    match item {
        DiffItem::Add(key, stages) => (key, None, Some(stages)),
        DiffItem::Update { old: (_, before), new: (key, after) } => (key, Some(before), Some(after)),
        DiffItem::Remove(key, stages) => (key, Some(stages), None),
    }
}

fn replace<K: Clone + Ord>(decided: &mut OrdMap<K, Stages>, key: K, stages: Stages) {
    match stages.is_empty() {
        true => drop(decided.remove(&key)),
        false => drop(decided.insert(key, stages)),
    }
}

fn owned<K: Clone, V: Clone>((key, value): (&K, &V)) -> (K, V) {
    (key.clone(), value.clone())
}
