//! Subjects: what a fact is about.

use super::super::reference::Reference;
use crate::validate::{reader::Fact, unit_index::folded};
use datasurface_schema::{ContainerKey, DatastoreName, Text, WorkspaceName, ZoneName};

/// What a fact is about: as long as nothing touches its subject, a fact stays as it is. When something does, it is
/// looked at again, which need not mean that it has changed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Subject {
    /// The day on which the ecosystem is judged.
    Today,
    /// What the ecosystem says itself: vendors, platforms, and the like.
    Frame,
    /// A container.
    Container(ContainerKey),
    /// The containers with this address.
    Address(Text),
    /// What a zone says itself: its policies.
    Zone(ZoneName),
    /// What any zone says itself.
    Zones,
    /// Which containers there are.
    ContainerNames,
    /// The datastores of this name, in lower case.
    Datastore(Text),
    /// Who says that it was a datastore of this name.
    FormerDatastore(DatastoreName),
    /// Which datastores there are.
    DatastoreNames,
    /// The workspaces of this name, in lower case.
    Workspace(Text),
    /// Who says that it was a workspace of this name.
    FormerWorkspace(WorkspaceName),
    /// Which workspaces there are.
    WorkspaceNames,
    /// Who fills a datastore.
    Producer(DatastoreName),
    /// All transformers, as a graph.
    Transformers,
}

impl Fact {
    /// What it is about. Every fact must say this: one that is about more would be missed when it changes.
    pub(crate) fn subject(&self) -> Subject {
        match self {
            Self::Today => Subject::Today,
            Self::Exists(reference) => thing(reference),
            Self::Nearest(reference) => siblings(reference),
            Self::FirstDatastore(folded) => Subject::Datastore(folded.clone()),
            Self::FirstWorkspace(folded) => Subject::Workspace(folded.clone()),
            Self::FirstFormerDatastore(former) => Subject::FormerDatastore(former.clone()),
            Self::FirstFormerWorkspace(former) => Subject::FormerWorkspace(former.clone()),
            Self::DatastoreUnit(name) | Self::Output(name) | Self::Store(name) => datastore(name),
            Self::Dataset(key) | Self::Classifications(key) => datastore(&key.datastore),
            Self::WorkspaceUnit(name) => workspace(name),
            Self::Group(key) => workspace(&key.workspace),
            Self::Container(key) => Subject::Container(key.clone()),
            Self::FirstAt(address) => Subject::Address(address.clone()),
            Self::Policies(zone) => Subject::Zone(zone.clone()),
            Self::RestrictsPlatforms => Subject::Zones,
            Self::Cloud(_) => Subject::Frame,
            Self::Producer(name) => Subject::Producer(name.clone()),
            Self::Transformers => Subject::Transformers,
        }
    }
}

/// What a reference speaks of, or what it is in.
fn thing(reference: &Reference) -> Subject {
    match reference {
        Reference::Vendor(_) | Reference::Location(_) | Reference::Platform(_) => Subject::Frame,
        Reference::Container(key) => Subject::Container(key.clone()),
        Reference::Datastore(name) => datastore(name),
        Reference::Dataset(key) => datastore(&key.datastore),
        Reference::Workspace(name) => workspace(name),
        Reference::Group(key) => workspace(&key.workspace),
        Reference::Policy(key) => Subject::Zone(key.zone.clone()),
    }
}

/// Everything that a reference might have spoken of.
fn siblings(reference: &Reference) -> Subject {
    match reference {
        Reference::Container(_) => Subject::ContainerNames,
        Reference::Datastore(_) => Subject::DatastoreNames,
        Reference::Workspace(_) => Subject::WorkspaceNames,
        Reference::Vendor(_)
        | Reference::Location(_)
        | Reference::Platform(_)
        | Reference::Dataset(_)
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
