//! References between parts of an ecosystem.

use super::EcosystemPart;
use crate::ecosystem::{Ecosystem, Team};
use datasurface_schema::{
    ContainerKey, DatasetKey, DatasetName, DatastoreName, Entity, GroupKey, TeamKey, WorkspaceName, ZoneName,
};
use std::collections::{BTreeMap, BTreeSet};

/// What refers to what, and what is there.
#[derive(Default)]
pub(super) struct References {
    zones: BTreeMap<ZoneName, Vec<EcosystemPart>>,
    teams: BTreeMap<TeamKey, Vec<EcosystemPart>>,
    containers: BTreeMap<ContainerKey, Vec<EcosystemPart>>,
    /// The readers of datasets by datastore, wherever those are. A transformer reads its inputs all together.
    datasets: BTreeMap<DatastoreName, BTreeMap<DatasetName, BTreeSet<EcosystemPart>>>,
    /// The datastores of these names.
    named: BTreeMap<DatastoreName, Vec<EcosystemPart>>,
    workspaces: BTreeMap<WorkspaceName, Vec<EcosystemPart>>,
    groups: BTreeMap<GroupKey, Vec<EcosystemPart>>,
    /// The datasets that datastores of these names have.
    declared: BTreeMap<DatastoreName, BTreeSet<DatasetName>>,
    /// The outputs of transformers.
    outputs: BTreeMap<WorkspaceName, DatastoreName>,
    /// The workspaces whose transformers make these datastores.
    producers: BTreeMap<DatastoreName, Vec<EcosystemPart>>,
}

impl References {
    pub(super) fn new(ecosystem: &Ecosystem) -> Self {
        let mut references = Self::default();
        for zone in ecosystem.zones() {
            for team in zone.definition().into_iter().flat_map(|zone| zone.teams()) {
                let key = TeamKey::new(zone.name(), team.name());
                let part = EcosystemPart::Team(key.clone());
                references.zones.entry(zone.name().clone()).or_default().push(part);
                if let Some(team) = team.definition() {
                    references.add(&key, team);
                }
            }
        }
        references
    }

    fn add(&mut self, key: &TeamKey, team: &Team) {
        let mut inside: Vec<EcosystemPart> = team
            .containers()
            .names()
            .map(|name| EcosystemPart::Container(key.clone(), name.clone()))
            .collect();
        for datastore in team.datastores() {
            let part = EcosystemPart::Datastore(key.clone(), datastore.name().clone());
            if let Some(capture) = datastore.capture() {
                self.containers.entry(capture.container().clone()).or_default().push(part.clone());
            }
            self.named.entry(datastore.name().clone()).or_default().push(part.clone());
            let declared = self.declared.entry(datastore.name().clone()).or_default();
            declared.extend(datastore.datasets().names().cloned());
            inside.push(part);
        }
        for workspace in team.workspaces() {
            let part = EcosystemPart::Workspace(key.clone(), workspace.name().clone());
            if let Some(container) = workspace.container() {
                self.containers.entry(container.clone()).or_default().push(part.clone());
            }
            for group in workspace.groups() {
                let group_key = GroupKey::new(workspace.name(), group.name());
                let reader = match workspace.transformer() {
                    Some(_) => part.clone(),
                    None => EcosystemPart::Group(key.clone(), group_key.clone()),
                };
                for DatasetKey { datastore, dataset, .. } in group.sinks().iter().map(Entity::name) {
                    let of_datastore = self.datasets.entry(datastore.clone()).or_default();
                    of_datastore.entry(dataset.clone()).or_default().insert(reader.clone());
                }
                self.groups.entry(group_key).or_default().push(reader);
            }
            if let Some(transformer) = workspace.transformer() {
                self.outputs.insert(workspace.name().clone(), transformer.output().clone());
                self.producers.entry(transformer.output().clone()).or_default().push(part.clone());
            }
            self.workspaces.entry(workspace.name().clone()).or_default().push(part.clone());
            inside.push(part);
        }
        self.teams.insert(key.clone(), inside);
    }

    /// Returns what depends on a part. Of a part whose name is not known, that is what refers to something that is not there.
    pub(super) fn dependents(&self, part: &EcosystemPart) -> Vec<EcosystemPart> {
        fn copied<'p>(parts: impl IntoIterator<Item = &'p Vec<EcosystemPart>>) -> Vec<EcosystemPart> {
            parts.into_iter().flatten().cloned().collect()
        }
        match part {
            EcosystemPart::Zone(zone) => {
                let inside = copied(self.zones.get(zone));
                inside.into_iter().chain(self.without_datasets()).chain(self.without_container()).collect()
            }
            EcosystemPart::Team(team) => {
                let inside = copied(self.teams.get(team));
                inside.into_iter().chain(self.without_datasets()).chain(self.without_container()).collect()
            }
            EcosystemPart::Container(_, name) if name.as_str().is_empty() => {
                self.without_container().collect()
            }
            EcosystemPart::Container(team, name) => {
                copied(self.containers.get(&ContainerKey::new(&team.zone, &team.team, name)))
            }
            EcosystemPart::Datastore(_, name) if name.as_str().is_empty() => {
                self.without_datasets().collect()
            }
            EcosystemPart::Datastore(_, name) => {
                let of_datastore = self.datasets.get(name);
                of_datastore.into_iter().flat_map(BTreeMap::values).flatten().cloned().collect()
            }
            EcosystemPart::Dataset(_, key) => {
                let of_datastore = self.datasets.get(&key.datastore).into_iter().flatten();
                let is_unnamed = key.dataset.as_str().is_empty();
                let is_read = |name: &DatasetName| match is_unnamed {
                    true => !self.declares(&key.datastore, name),
                    false => *name == key.dataset,
                };
                let readers = of_datastore.filter(|(name, _)| is_read(name)).flat_map(|(_, readers)| readers);
                let producers = self.producers.get(&key.datastore).into_iter().flatten();
                readers.chain(producers).cloned().collect()
            }
            EcosystemPart::Workspace(_, name) => {
                copied(self.outputs.get(name).and_then(|output| self.named.get(output)))
            }
            // Of what a transformer reads, nothing can be left out, whether the group is there or not.
            EcosystemPart::Group(_, key) if self.outputs.contains_key(&key.workspace) => {
                copied(self.workspaces.get(&key.workspace))
            }
            // The choice would be another one without them.
            EcosystemPart::Requirements(_, key) => copied(self.groups.get(key)),
            EcosystemPart::GroupPin(key) if key.workspace.as_str().is_empty() => copied(self.groups.values()),
            EcosystemPart::GroupPin(key) => copied(self.groups.get(key)),
            EcosystemPart::PrimaryPin(name) if name.as_str().is_empty() => copied(self.named.values()),
            EcosystemPart::PrimaryPin(name) => copied(self.named.get(name)),
            _ => Vec::new(),
        }
    }

    fn declares(&self, datastore: &DatastoreName, dataset: &DatasetName) -> bool {
        self.declared.get(datastore).is_some_and(|datasets| datasets.contains(dataset))
    }

    /// The readers of datasets that are not there.
    fn without_datasets(&self) -> impl Iterator<Item = EcosystemPart> {
        let read = self.datasets.iter().flat_map(move |(datastore, datasets)| {
            datasets.iter().filter(move |(dataset, _)| !self.declares(datastore, dataset))
        });
        read.flat_map(|(_, readers)| readers).cloned()
    }

    /// What is captured from containers that are not there, or kept in them.
    fn without_container(&self) -> impl Iterator<Item = EcosystemPart> {
        let is_there = |key: &ContainerKey| {
            let container = EcosystemPart::Container(key.team_key(), key.container.clone());
            self.teams.get(&key.team_key()).is_some_and(|inside| inside.contains(&container))
        };
        let unknown = self.containers.iter().filter(move |(key, _)| !is_there(key));
        unknown.flat_map(|(_, users)| users).cloned()
    }
}
