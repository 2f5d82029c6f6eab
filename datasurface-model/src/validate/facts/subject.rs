//! Subjects of facts.

use super::UseKey;
use crate::validate::{reader::Fact, unit_members::folded};
use datasurface_ecosystem::Reference;
use datasurface_schema::{
    Classification, ContainerKey, DatastoreName, TeamKey, Text, WorkspaceName, ZoneName,
};

/// The subject of a fact: as long as no edit touches its subject, a fact stays as it is. After an edit of the
/// subject, the fact is compared again, which need not mean that it has changed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Subject {
    /// The day on which the ecosystem is judged.
    Today,
    /// The frame of the ecosystem: vendors, platforms, and the like.
    Frame,
    /// A container.
    Container(ContainerKey),
    /// The credentials of a team.
    Credentials(TeamKey),
    /// The containers with this address, and whoever is captured from a file that has it.
    Address(Text),
    /// The frame of a zone: its policies.
    Zone(ZoneName),
    /// The frames of all zones.
    Zones,
    /// The names of all containers.
    ContainerNames,
    /// The datastores of this name, in lower case.
    Datastore(Text),
    /// The datastores with this former name.
    FormerDatastore(DatastoreName),
    /// The names of all datastores.
    DatastoreNames,
    /// The workspaces of this name, in lower case.
    Workspace(Text),
    /// The workspaces with this former name.
    FormerWorkspace(WorkspaceName),
    /// The names of all workspaces.
    WorkspaceNames,
    /// The workspace whose transformer fills a datastore.
    Producer(DatastoreName),
    /// All timetables on the way of data, and the ways.
    Delays,
    /// The sources of a datastore, and others that are captured from them.
    Sources(DatastoreName),
    /// A classification: how many units name it, and those that are nearly the same.
    Label(Classification),
    /// All transformers, as a graph.
    Transformers,
    /// Who derives data from what, how, and where that is.
    Lineage,
}

impl Fact {
    /// The subject. Every fact must name it completely: the fact would not be compared after an edit of an unnamed
    /// one.
    pub(crate) fn subject(&self) -> Subject {
        match self {
            Self::Today => Subject::Today,
            Self::Exists(reference) => thing(reference),
            Self::Nearest(reference) => siblings(reference),
            Self::FirstDatastore(folded) => Subject::Datastore(folded.clone()),
            Self::FirstWorkspace(folded) => Subject::Workspace(folded.clone()),
            Self::FirstFormerDatastore(former) => Subject::FormerDatastore(former.clone()),
            Self::FirstFormerWorkspace(former) => Subject::FormerWorkspace(former.clone()),
            Self::DatastoreUnit(name) | Self::Output(name) | Self::Store(name) | Self::Origins(name) => {
                datastore(name)
            }
            Self::Dataset(key) | Self::Classifications(key) | Self::Table(key) | Self::FormerKeys(key) => {
                datastore(&key.datastore)
            }
            Self::WorkspaceUnit(name) => workspace(name),
            Self::Group(key) => workspace(&key.workspace),
            Self::AsksForRelease(key) => workspace(&key.workspace),
            Self::Container(key) | Self::MayUse(UseKey { container: key, .. }) => {
                Subject::Container(key.clone())
            }
            Self::Credential(key) => Subject::Credentials(key.team_key()),
            Self::FirstAt(address) | Self::FirstCaptureAt(address) => Subject::Address(address.clone()),
            Self::Policies(zone) | Self::Consents(zone) => Subject::Zone(zone.clone()),
            Self::RestrictsPlatforms => Subject::Zones,
            Self::Cloud(_) => Subject::Frame,
            Self::Producer(name) => Subject::Producer(name.clone()),
            Self::Delay(_) => Subject::Delays,
            Self::SharedSources(datastore) => Subject::Sources(datastore.clone()),
            Self::Label(label) => Subject::Label(label.clone()),
            Self::Transformers => Subject::Transformers,
            Self::LineagePath(_) | Self::ReleaseFingerprints(_) => Subject::Lineage,
        }
    }
}

/// Returns the subject that a reference names, or the one that contains it.
fn thing(reference: &Reference) -> Subject {
    match reference {
        Reference::Vendor(_) | Reference::Location(_) | Reference::Platform(_) | Reference::Zone(_) => {
            Subject::Frame
        }
        Reference::Team(key) => Subject::Zone(key.zone.clone()),
        Reference::Container(key) => Subject::Container(key.clone()),
        Reference::Credential(key) => Subject::Credentials(key.team_key()),
        Reference::Datastore(name) => datastore(name),
        Reference::Dataset(key) => datastore(&key.datastore),
        Reference::Workspace(name) => workspace(name),
        Reference::Group(key) => workspace(&key.workspace),
        Reference::Policy(key) => Subject::Zone(key.zone.clone()),
    }
}

/// Returns the subject with all possible targets of a reference.
fn siblings(reference: &Reference) -> Subject {
    match reference {
        Reference::Container(_) => Subject::ContainerNames,
        Reference::Datastore(_) => Subject::DatastoreNames,
        Reference::Workspace(_) => Subject::WorkspaceNames,
        Reference::Vendor(_)
        | Reference::Location(_)
        | Reference::Platform(_)
        | Reference::Credential(_)
        | Reference::Dataset(_)
        | Reference::Zone(_)
        | Reference::Team(_)
        | Reference::Policy(_)
        | Reference::Group(_) => thing(reference),
    }
}

fn workspace(name: &WorkspaceName) -> Subject {
    Subject::Workspace(folded(name.as_str()))
}

fn datastore(name: &DatastoreName) -> Subject {
    Subject::Datastore(folded(name.as_str()))
}
