//! Hashes of the parts of a model, each by its own JSON.

use super::{
    Document,
    dataset::DatastoreObject,
    workspace::WorkspaceObject,
    zone::{TeamDefinition, ZoneObject},
};
use blake3::{Hash, Hasher};
use datasurface_model::{Datastore, Ecosystem, Team, Workspace, ZoneDeclaration};
use serde::Serialize;
use std::io::{BufWriter, Write};

/// Hashes what an ecosystem declares itself, without the definitions of its zones.
pub(crate) fn ecosystem(ecosystem: &Ecosystem) -> Hash {
    hash(&Document::from(&ecosystem.shallow()))
}

/// Hashes the declaration of a zone, without the definitions of its teams.
pub(crate) fn zone(zone: &ZoneDeclaration) -> Hash {
    let shallow = zone.definition().map(|definition| zone.clone().defined(definition.shallow()));
    hash(&ZoneObject::from(shallow.as_ref().unwrap_or(zone)))
}

/// Hashes what a team defines beside datastores and workspaces.
pub(crate) fn team(team: &Team) -> Hash {
    hash(&TeamDefinition::from(&team.shallow()))
}

/// Hashes a datastore.
pub(crate) fn datastore(datastore: &Datastore) -> Hash {
    hash(&DatastoreObject::from(datastore))
}

/// Hashes a workspace.
pub(crate) fn workspace(workspace: &Workspace) -> Hash {
    hash(&WorkspaceObject::from(workspace))
}

fn hash(part: &impl Serialize) -> Hash {
    // As in a document, nothing of it can fail; and a hasher takes everything.
    let mut writer = BufWriter::new(Hasher::new());
    let _ = serde_json::to_writer(&mut writer, part);
    let _ = writer.flush();
    writer.get_ref().finalize()
}
