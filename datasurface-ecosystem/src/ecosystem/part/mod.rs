//! Parts of an ecosystem that can be left out, each as a whole: what remains is an ecosystem in which references may lead nowhere.

mod references;
mod removal;

use super::Ecosystem;
use crate::diagnostic::ModelPath;
use datasurface_schema::{
    ContainerName, CredentialName, DatasetKey, DatastoreName, GroupKey, PlatformName, TeamKey, VendorName,
    WorkspaceName, ZoneName, segment,
};
use references::References;
use std::collections::BTreeSet;

/// A part of an ecosystem. Where the name of a part is empty, it is one whose name is not known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EcosystemPart {
    /// The ecosystem with all that is in it.
    Whole,
    /// The name of the ecosystem, and its repositories: nothing depends on these.
    Heading,
    /// The waivers of the ecosystem.
    Waivers,
    /// The classifications that there are.
    Classifications,
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
    /// The repository that owns a zone.
    ZoneOwner(ZoneName),
    /// The waivers of a zone.
    ZoneWaivers(ZoneName),
    /// The policies of a zone, and its consents.
    Policies(ZoneName),
    /// A team with all that is in it.
    Team(TeamKey),
    /// The repository that owns a team.
    TeamOwner(TeamKey),
    /// The waivers of a team.
    TeamWaivers(TeamKey),
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
    /// The requirements of a dataset group: the choice of a platform depends on them, and no other part.
    Requirements(TeamKey, GroupKey),
}

impl EcosystemPart {
    /// Returns the smallest part that a path leads to or into. A collection is what the part around it has.
    #[must_use]
    pub fn from_path(path: &ModelPath) -> Self {
        let part = Self::of_unread(path);
        let count = path.segments().len();
        match part.is_unnamed() {
            true => Self::of_unread(&ModelPath::from_segments(path.segments().take(count.saturating_sub(1)))),
            false => part,
        }
    }

    /// Returns the smallest part in which a path leads to something that could not be read. In a collection, that is a part whose name is not
    /// known.
    #[must_use]
    pub fn of_unread(path: &ModelPath) -> Self {
        let segments: Vec<&str> = path.segments().take(9).collect();
        let name = |at: usize| segments.get(at).copied().unwrap_or_default();
        match segments.as_slice() {
            [segment::VENDORS, ..] => Self::Vendor(name(1).into()),
            [segment::PLATFORMS, ..] => Self::Platform(name(1).into()),
            [segment::GROUP_PINS, ..] => Self::GroupPin(name(1).into()),
            [segment::PRIMARY_PINS, ..] => Self::PrimaryPin(name(1).into()),
            [segment::WAIVERS, ..] => Self::Waivers,
            [segment::CLASSIFICATIONS, ..] => Self::Classifications,
            [segment::ZONES, zone, segment::TEAMS, team, inside @ ..] => {
                Self::in_team(TeamKey::new(*zone, *team), inside)
            }
            [segment::ZONES, zone, segment::OWNER, ..] => Self::ZoneOwner((*zone).into()),
            [segment::ZONES, zone, segment::WAIVERS, ..] => Self::ZoneWaivers((*zone).into()),
            [segment::ZONES, zone, segment::POLICIES | segment::CONSENTS, ..] => {
                Self::Policies((*zone).into())
            }
            [segment::ZONES, ..] => Self::Zone(name(1).into()),
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

    /// Whether nothing but the choice of a platform depends on the part.
    #[must_use]
    pub fn is_of_choice(&self) -> bool {
        matches!(self, Self::GroupPin(_) | Self::PrimaryPin(_) | Self::Requirements(..))
    }

    fn is_unnamed(&self) -> bool {
        match self {
            Self::Vendor(name) => name.as_str().is_empty(),
            Self::Platform(name) => name.as_str().is_empty(),
            Self::GroupPin(key) => key.workspace.as_str().is_empty(),
            Self::PrimaryPin(name) | Self::Datastore(_, name) => name.as_str().is_empty(),
            Self::Zone(name) => name.as_str().is_empty(),
            Self::Container(_, name) => name.as_str().is_empty(),
            Self::Credential(_, name) => name.as_str().is_empty(),
            Self::Dataset(_, key) => key.dataset.as_str().is_empty(),
            Self::Workspace(_, name) => name.as_str().is_empty(),
            Self::Group(_, key) => key.group.as_str().is_empty(),
            _ => false,
        }
    }

    fn in_team(team: TeamKey, inside: &[&str]) -> Self {
        let name = |at: usize| inside.get(at).copied().unwrap_or_default();
        match inside {
            [segment::OWNER, ..] => Self::TeamOwner(team),
            [segment::WAIVERS, ..] => Self::TeamWaivers(team),
            [segment::CONTAINERS, ..] => Self::Container(team, name(1).into()),
            [segment::CREDENTIALS, ..] => Self::Credential(team, name(1).into()),
            [segment::DATASTORES, datastore, segment::DATASETS, ..] => {
                Self::Dataset(team, DatasetKey::new(*datastore, name(3)))
            }
            [segment::DATASTORES, ..] => Self::Datastore(team, name(1).into()),
            [
                segment::WORKSPACES,
                workspace,
                segment::GROUPS,
                group,
                segment::LATENCY | segment::MILESTONING | segment::RETENTION | segment::REGULATORS,
            ] => Self::Requirements(team, GroupKey::new(*workspace, *group)),
            [segment::WORKSPACES, workspace, segment::GROUPS, ..] => {
                Self::Group(team, GroupKey::new(*workspace, name(3)))
            }
            [segment::WORKSPACES, ..] => Self::Workspace(team, name(1).into()),
            _ => Self::Team(team),
        }
    }
}

impl Ecosystem {
    /// Returns what depends on parts, and is none of them, by its references alone: what reads a dataset, the output of a transformer,
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
