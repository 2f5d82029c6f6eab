//! What the statements of transformers may read, and by which names.

use super::unit_index::UnitIndex;
use datasurface_ecosystem::{Dataset, Workspace};
use datasurface_schema::{DatasetKey, Entity};
use datasurface_sql::Inputs;

/// Returns the inputs of the statements of a workspace.
pub(super) fn inputs<'a>(workspace: &'a Workspace, directory: &'a UnitIndex) -> Inputs<'a> {
    let schema_of = |key: &DatasetKey| {
        let (_, store) = directory.datastores().get(&key.datastore)?;
        store.entity().datasets().get(&key.dataset).map(Dataset::schema)
    };
    Inputs::new(sinks(workspace), schema_of).formerly(|key| directory.former_keys(key))
}

/// The datasets that a workspace asks for.
pub(super) fn sinks(workspace: &Workspace) -> impl Iterator<Item = &DatasetKey> {
    workspace.groups().iter().flat_map(|group| group.sinks()).map(Entity::name)
}
