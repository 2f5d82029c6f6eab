//! Consumers of datasets, directly and through transformers.

use datasurface_model::{
    DatasetGroup, DatasetKey, DatasetSink, Ecosystem, Entity, GroupKey, ModelPath, Repository, TeamKey,
    Valid, Workspace, WorkspaceName, segment,
};
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fmt,
    sync::Arc,
};

/// A dataset group that a change reaches.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct AffectedGroup {
    /// The group.
    pub group: GroupKey,
    /// The team whose group it is.
    pub team: TeamKey,
    /// The repository that owns the team.
    pub owner: Repository,
    /// The workspaces of the transformers on the way to the group, in order; none if the group wants the data itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub through: Vec<WorkspaceName>,
}

impl AffectedGroup {
    /// The path of the group.
    pub(super) fn path(&self) -> ModelPath {
        let (team, group) = (&self.team, &self.group);
        let team = ModelPath::root().child(segment::ZONES, &team.zone).child(segment::TEAMS, &team.team);
        team.child(segment::WORKSPACES, &group.workspace).child(segment::GROUPS, &group.group)
    }
}

impl fmt::Display for AffectedGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` of the team `{}`", self.group, self.team)?;
        for (position, workspace) in self.through.iter().enumerate() {
            write!(f, "{} `{workspace}`", if position == 0 { ", through" } else { " and" })?;
        }
        Ok(())
    }
}

/// A group that wants a dataset.
#[derive(Clone)]
pub(super) struct DatasetUse<'e> {
    pub(super) group: GroupKey,
    pub(super) team: TeamKey,
    pub(super) owner: &'e Repository,
    pub(super) workspace: &'e Arc<Workspace>,
    pub(super) sink: &'e DatasetSink,
}

/// The groups that want some datasets, and those that want data made of them.
pub(super) struct DatasetUses<'e> {
    ecosystem: &'e Valid<Ecosystem>,
    by_dataset: BTreeMap<DatasetKey, Vec<DatasetUse<'e>>>,
}

impl<'e> DatasetUses<'e> {
    /// Finds the groups that want these datasets. That takes one look at every group for each step through
    /// transformers, and at each of their sinks only if more datasets are given than a group wants.
    pub(super) fn new(
        ecosystem: &'e Valid<Ecosystem>,
        datasets: impl IntoIterator<Item = DatasetKey>,
    ) -> Self {
        let mut uses = Self { ecosystem, by_dataset: BTreeMap::new() };
        let mut asked: BTreeSet<DatasetKey> = datasets.into_iter().collect();
        while !asked.is_empty() {
            let mut made = BTreeSet::new();
            for used in found(ecosystem, &asked) {
                made.extend(uses.made_by(used.workspace));
                uses.by_dataset.entry(used.sink.name().clone()).or_default().push(used);
            }
            for dataset in asked {
                uses.by_dataset.entry(dataset).or_default();
            }
            asked = made.into_iter().filter(|dataset| !uses.by_dataset.contains_key(dataset)).collect();
        }
        uses
    }

    /// Returns the uses of this dataset itself.
    pub(super) fn direct(&self, dataset: &DatasetKey) -> &[DatasetUse<'e>] {
        self.by_dataset.get(dataset).map_or(&[], Vec::as_slice)
    }

    /// Returns the groups that want these datasets, or data made of them, by the shortest way, along those uses only
    /// for which `counts` is true.
    pub(super) fn consumers(
        &self,
        datasets: impl IntoIterator<Item = DatasetKey>,
        counts: impl Fn(&DatasetUse<'e>) -> bool,
    ) -> BTreeSet<AffectedGroup> {
        let mut consumers = BTreeMap::<GroupKey, AffectedGroup>::new();
        let mut queue: VecDeque<(DatasetKey, Vec<WorkspaceName>)> =
            datasets.into_iter().map(|dataset| (dataset, Vec::new())).collect();
        let mut seen: BTreeSet<DatasetKey> = queue.iter().map(|(dataset, _)| dataset.clone()).collect();
        while let Some((dataset, through)) = queue.pop_front() {
            for used in self.direct(&dataset).iter().filter(|used| counts(used)) {
                consumers.entry(used.group.clone()).or_insert_with(|| used.consumer(through.clone()));
                for made in self.made_by(used.workspace) {
                    if seen.insert(made.clone()) {
                        let mut through = through.clone();
                        through.push(used.workspace.name().clone());
                        queue.push_back((made, through));
                    }
                }
            }
        }
        consumers.into_values().collect()
    }

    fn made_by(&self, workspace: &Workspace) -> Vec<DatasetKey> {
        let output = workspace.transformer().and_then(|made| self.ecosystem.datastore(made.output()));
        let datasets = output.into_iter().flat_map(|store| {
            let store = &store.entity;
            store.datasets().iter().map(|dataset| DatasetKey::new(store.name(), dataset.name()))
        });
        datasets.collect()
    }
}

impl DatasetUse<'_> {
    pub(super) fn consumer(&self, through: Vec<WorkspaceName>) -> AffectedGroup {
        AffectedGroup {
            group: self.group.clone(),
            team: self.team.clone(),
            owner: self.owner.clone(),
            through,
        }
    }
}

/// A workspace, with its team and the owner of that.
pub(super) struct LocatedWorkspace<'e> {
    pub(super) team: TeamKey,
    pub(super) owner: &'e Repository,
    pub(super) workspace: &'e Arc<Workspace>,
}

impl LocatedWorkspace<'_> {
    /// All its groups, as consumers.
    pub(super) fn consumers(&self) -> impl Iterator<Item = AffectedGroup> {
        self.workspace.groups().iter().map(|group| AffectedGroup {
            group: GroupKey::new(self.workspace.name(), group.name()),
            team: self.team.clone(),
            owner: self.owner.clone(),
            through: Vec::new(),
        })
    }
}

/// Every workspace.
pub(super) fn workspaces(ecosystem: &Ecosystem) -> impl Iterator<Item = LocatedWorkspace<'_>> {
    ecosystem.zones().iter().flat_map(|zone| {
        let teams = zone.definition().into_iter().flat_map(|definition| definition.teams().iter());
        teams.flat_map(|declaration| {
            let team = TeamKey::new(zone.name(), declaration.name());
            let workspaces = declaration.definition().into_iter().flat_map(|team| team.workspaces().iter());
            workspaces.map(move |workspace| LocatedWorkspace {
                team: team.clone(),
                owner: declaration.owner(),
                workspace,
            })
        })
    })
}

fn found<'e>(ecosystem: &'e Ecosystem, asked: &BTreeSet<DatasetKey>) -> Vec<DatasetUse<'e>> {
    let mut found = Vec::new();
    for placed in workspaces(ecosystem) {
        for group in placed.workspace.groups() {
            for sink in sinks(group, asked) {
                found.push(DatasetUse {
                    group: GroupKey::new(placed.workspace.name(), group.name()),
                    team: placed.team.clone(),
                    owner: placed.owner,
                    workspace: placed.workspace,
                    sink,
                });
            }
        }
    }
    found
}

fn sinks<'e>(group: &'e DatasetGroup, asked: &BTreeSet<DatasetKey>) -> Vec<&'e DatasetSink> {
    let wanted = group.sinks();
    if asked.len() < wanted.len() {
        asked.iter().filter_map(|dataset| wanted.get(dataset)).collect()
    } else {
        wanted.iter().filter(|sink| asked.contains(sink.name())).collect()
    }
}
