//! Parts of an ecosystem that can be left out, each as a whole: what remains is an ecosystem in which references may lead nowhere.

use super::{Ecosystem, Repository, Team};
use crate::diagnostic::ModelPath;
use datasurface_schema::{
    Annotations, ContainerKey, ContainerName, CredentialName, DatastoreName, Entity, GroupKey, PlatformName,
    Sparse, TeamKey, VendorName, WorkspaceName, ZoneName, segment,
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
    /// A workspace with its groups and its transformer.
    Workspace(TeamKey, WorkspaceName),
}

impl EcosystemPart {
    /// Returns the smallest part that a path leads to or into. A collection without a name is the part around it.
    #[must_use]
    pub fn from_path(path: &ModelPath) -> Self {
        let segments: Vec<&str> = path.segments().take(6).collect();
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
            [segment::DATASTORES, name, ..] => Self::Datastore(team, (*name).into()),
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
                | EcosystemPart::Workspace(team, _) => in_teams.entry(team).or_default().push(part),
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
                    parts.into_iter().fold(team, without)
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
        _ => team,
    }
}

/// What refers to what.
#[derive(Default)]
struct References {
    zones: BTreeMap<ZoneName, Vec<EcosystemPart>>,
    teams: BTreeMap<TeamKey, Vec<EcosystemPart>>,
    containers: BTreeMap<ContainerKey, Vec<EcosystemPart>>,
    /// The readers of datastores, wherever those are.
    datastores: BTreeMap<DatastoreName, Vec<EcosystemPart>>,
    /// The datastores of these names.
    named: BTreeMap<DatastoreName, Vec<EcosystemPart>>,
    workspaces: BTreeMap<WorkspaceName, Vec<EcosystemPart>>,
    /// The outputs of transformers.
    outputs: BTreeMap<WorkspaceName, DatastoreName>,
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
            let sinks = workspace.groups().iter().flat_map(|group| group.sinks());
            let read: BTreeSet<&DatastoreName> = sinks.map(|sink| &sink.name().datastore).collect();
            for datastore in read {
                self.datastores.entry(datastore.clone()).or_default().push(part.clone());
            }
            if let Some(transformer) = workspace.transformer() {
                self.outputs.insert(workspace.name().clone(), transformer.output().clone());
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
            EcosystemPart::Datastore(_, name) => self.datastores.get(name),
            EcosystemPart::Workspace(_, name) => {
                self.outputs.get(name).and_then(|output| self.named.get(output))
            }
            // The choice would be another one without the pin.
            EcosystemPart::GroupPin(key) => self.workspaces.get(&key.workspace),
            EcosystemPart::PrimaryPin(name) => self.named.get(name),
            _ => None,
        };
        found.cloned().unwrap_or_default()
    }
}
