//! Parts of an ecosystem that can be left out, each as a whole: what remains is an ecosystem in which references may lead nowhere.

use super::{Ecosystem, Repository, Team};
use crate::diagnostic::ModelPath;
use datasurface_schema::{
    Annotations, ContainerKey, ContainerName, CredentialName, DatasetKey, DatasetName, DatastoreName, Entity,
    GroupKey, PlatformName, Sparse, TeamKey, VendorName, WorkspaceName, ZoneName, segment,
};
use std::collections::{BTreeMap, BTreeSet};

/// A part of an ecosystem.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EcosystemPart {
    /// The ecosystem with all that is in it.
    Whole,
    /// The name of the ecosystem, and its repositories: nothing depends on these.
    Heading,
    /// The waivers of the ecosystem.
    Waivers,
    /// A vendor of infrastructure with its locations.
    Vendor(VendorName),
    /// The declaration of a platform.
    Platform(PlatformName),
    /// The pin of a dataset group.
    GroupPin(GroupKey),
    /// The pin of a datastore.
    PrimaryPin(DatastoreName),
    /// A zone with all that is in it.
    Zone(ZoneName),
    /// A team with all that is in it.
    Team(TeamKey),
    /// A container of a team.
    Container(TeamKey, ContainerName),
    /// A credential of a team.
    Credential(TeamKey, CredentialName),
    /// A datastore with its datasets.
    Datastore(TeamKey, DatastoreName),
    /// A dataset of a datastore.
    Dataset(TeamKey, DatasetKey),
    /// A workspace with its groups and its transformer.
    Workspace(TeamKey, WorkspaceName),
    /// A dataset group of a workspace.
    Group(TeamKey, GroupKey),
}

impl EcosystemPart {
    /// Returns the smallest part that a path leads to or into. A collection without a name is the part around it.
    #[must_use]
    pub fn from_path(path: &ModelPath) -> Self {
        let segments: Vec<&str> = path.segments().take(8).collect();
        match segments.as_slice() {
            [segment::VENDORS, vendor, ..] => Self::Vendor((*vendor).into()),
            [segment::PLATFORMS, platform, ..] => Self::Platform((*platform).into()),
            [segment::GROUP_PINS, group, ..] => Self::GroupPin((*group).into()),
            [segment::PRIMARY_PINS, datastore, ..] => Self::PrimaryPin((*datastore).into()),
            [segment::WAIVERS, ..] => Self::Waivers,
            [segment::ZONES, zone, segment::TEAMS, team, inside @ ..] => {
                Self::in_team(TeamKey::new(*zone, *team), inside)
            }
            [segment::ZONES, zone, ..] => Self::Zone((*zone).into()),
            [
                segment::NAME
                | segment::OWNER
                | segment::LIVE
                | segment::DOCUMENTATION
                | segment::RENAMED_FROM,
                ..,
            ] => Self::Heading,
            _ => Self::Whole,
        }
    }

    fn in_team(team: TeamKey, inside: &[&str]) -> Self {
        match inside {
            [segment::CONTAINERS, name, ..] => Self::Container(team, (*name).into()),
            [segment::CREDENTIALS, name, ..] => Self::Credential(team, (*name).into()),
            [segment::DATASTORES, datastore, segment::DATASETS, dataset, ..] => {
                Self::Dataset(team, DatasetKey::new(*datastore, *dataset))
            }
            [segment::DATASTORES, name, ..] => Self::Datastore(team, (*name).into()),
            [segment::WORKSPACES, workspace, segment::GROUPS, group, ..] => {
                Self::Group(team, GroupKey::new(*workspace, *group))
            }
            [segment::WORKSPACES, name, ..] => Self::Workspace(team, (*name).into()),
            _ => Self::Team(team),
        }
    }
}

impl Ecosystem {
    /// Removes parts. Neither the whole nor anything that depends on a part is removed.
    #[must_use]
    pub fn without_parts(mut self, parts: &BTreeSet<EcosystemPart>) -> Self {
        let mut in_teams: BTreeMap<&TeamKey, Vec<&EcosystemPart>> = BTreeMap::new();
        for part in parts {
            match part {
                EcosystemPart::Whole => {}
                EcosystemPart::Heading => self = self.with_other_heading(),
                EcosystemPart::Waivers => self.waivers = Default::default(),
                EcosystemPart::Vendor(name) => drop(self.vendors.remove(name)),
                EcosystemPart::Platform(name) => drop(self.platforms.remove(name)),
                EcosystemPart::GroupPin(key) => drop(self.group_pins.remove(key)),
                EcosystemPart::PrimaryPin(name) => drop(self.primary_pins.remove(name)),
                EcosystemPart::Zone(name) => drop(self.zones.remove(name)),
                EcosystemPart::Team(team)
                | EcosystemPart::Container(team, _)
                | EcosystemPart::Credential(team, _)
                | EcosystemPart::Datastore(team, _)
                | EcosystemPart::Dataset(team, _)
                | EcosystemPart::Workspace(team, _)
                | EcosystemPart::Group(team, _) => in_teams.entry(team).or_default().push(part),
            }
        }
        for (key, parts) in in_teams {
            self = if parts.iter().any(|part| matches!(part, EcosystemPart::Team(_))) {
                self.edit_zone(key.zone.clone(), |zone| {
                    let others = zone.teams().iter().filter(|team| *team.name() != key.team);
                    let others: Vec<_> = others.cloned().collect();
                    zone.with_teams(others)
                })
            } else {
                self.edit_team(key.zone.clone(), key.team.clone(), |team| {
                    without_datasets(parts.iter().copied().fold(team, without), &parts)
                })
            };
        }
        self
    }

    /// Replaces the name and the repositories by others that nothing is wrong with.
    fn with_other_heading(mut self) -> Self {
        self.name = "Ecosystem".into();
        self.owner = Repository::from("github:ecosystem/model@main");
        self.live = Repository::from("github:ecosystem/live@main");
        self.about = Sparse::<Annotations<_>>::default();
        self
    }

    /// Returns what depends on parts, and is none of them, by its references alone: what reads a datastore, the output of a transformer,
    /// what is captured from a container or kept in it. Parts with what depends on them are returned together.
    #[must_use]
    pub fn with_dependents(&self, parts: BTreeSet<EcosystemPart>) -> BTreeSet<EcosystemPart> {
        let mut all = parts;
        let references = References::new(self);
        let mut open: Vec<EcosystemPart> = all.iter().cloned().collect();
        while let Some(part) = open.pop() {
            for dependent in references.dependents(&part) {
                if all.insert(dependent.clone()) {
                    open.push(dependent);
                }
            }
        }
        all
    }
}

fn without(team: Team, part: &EcosystemPart) -> Team {
    match part {
        EcosystemPart::Container(_, name) => team.without_container(name),
        EcosystemPart::Credential(_, name) => team.without_credential(name),
        EcosystemPart::Datastore(_, name) => team.without_datastore(name),
        EcosystemPart::Workspace(_, name) => team.without_workspace(name),
        EcosystemPart::Group(_, key) => {
            team.edit_workspace(&key.workspace, |workspace| workspace.without_group(&key.group))
        }
        _ => team,
    }
}

/// Datasets are removed all at once: there may be many in one datastore.
fn without_datasets(team: Team, parts: &[&EcosystemPart]) -> Team {
    let mut by_datastore: BTreeMap<&DatastoreName, BTreeSet<&DatasetName>> = BTreeMap::new();
    for part in parts {
        if let EcosystemPart::Dataset(_, key) = part {
            by_datastore.entry(&key.datastore).or_default().insert(&key.dataset);
        }
    }
    by_datastore.into_iter().fold(team, |team, (name, datasets)| {
        team.edit_datastore(name, |datastore| datastore.without_datasets(&datasets))
    })
}

/// What refers to what.
#[derive(Default)]
struct References {
    zones: BTreeMap<ZoneName, Vec<EcosystemPart>>,
    teams: BTreeMap<TeamKey, Vec<EcosystemPart>>,
    containers: BTreeMap<ContainerKey, Vec<EcosystemPart>>,
    /// The readers of datasets by datastore, wherever those are. A transformer reads its inputs all together.
    datasets: BTreeMap<DatastoreName, BTreeMap<DatasetName, BTreeSet<EcosystemPart>>>,
    /// The datastores of these names.
    named: BTreeMap<DatastoreName, Vec<EcosystemPart>>,
    workspaces: BTreeMap<WorkspaceName, Vec<EcosystemPart>>,
    groups: BTreeMap<GroupKey, Vec<EcosystemPart>>,
    /// The outputs of transformers.
    outputs: BTreeMap<WorkspaceName, DatastoreName>,
    /// The workspaces whose transformers make these datastores.
    producers: BTreeMap<DatastoreName, Vec<EcosystemPart>>,
}

impl References {
    fn new(ecosystem: &Ecosystem) -> Self {
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

    fn dependents(&self, part: &EcosystemPart) -> Vec<EcosystemPart> {
        let found = match part {
            EcosystemPart::Zone(zone) => self.zones.get(zone),
            EcosystemPart::Team(team) => self.teams.get(team),
            EcosystemPart::Container(team, name) => {
                self.containers.get(&ContainerKey::new(&team.zone, &team.team, name))
            }
            EcosystemPart::Datastore(_, name) => {
                let of_datastore = self.datasets.get(name);
                return of_datastore.into_iter().flat_map(BTreeMap::values).flatten().cloned().collect();
            }
            EcosystemPart::Dataset(_, key) => {
                let readers = self.datasets.get(&key.datastore).and_then(|all| all.get(&key.dataset));
                let producers = self.producers.get(&key.datastore);
                return readers
                    .into_iter()
                    .flatten()
                    .chain(producers.into_iter().flatten())
                    .cloned()
                    .collect();
            }
            EcosystemPart::Workspace(_, name) => {
                self.outputs.get(name).and_then(|output| self.named.get(output))
            }
            // Of what a transformer reads, nothing can be left out. The choice would be another one without the pin.
            EcosystemPart::Group(_, key) | EcosystemPart::GroupPin(key) => self.groups.get(key),
            EcosystemPart::PrimaryPin(name) => self.named.get(name),
            _ => None,
        };
        found.cloned().unwrap_or_default()
    }
}
