//! What the statements of transformers may read, and by which names.

use super::unit_index::UnitIndex;
use datasurface_ecosystem::{CodeArtifact, DataTransformer, Dataset, Select, Workspace};
use datasurface_schema::{DatasetKey, Entity};
use datasurface_sql::{Inputs, compile};

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

/// Whether the order of the columns that are read certainly makes no difference to some statements of a workspace. To code of other kinds
/// it may.
pub(super) fn is_by_names(
    workspace: &Workspace,
    transformer: &DataTransformer,
    directory: &UnitIndex,
    is_meant: impl Fn(&Select) -> bool,
) -> bool {
    let CodeArtifact::Sql { selects } = transformer.artifact() else { return false };
    let inputs = inputs(workspace, directory);
    let is_by_names =
        |select: &Select| compile(&select.sql, &inputs).select().is_some_and(|made| made.is_by_names);
    selects.iter().filter(|select| is_meant(select)).all(is_by_names)
}
