//! What the code of a transformer reads, and by which names.

use super::{DatasetId, TransformerFragment};
use datasurface_model::{CodeArtifact, DatasetKey, Datastore, Entity, Schema, Text};
use datasurface_sql::{Inputs, compile};
use std::collections::BTreeMap;

/// The inputs of a transformer.
pub(crate) struct InputTables<'f>(BTreeMap<DatasetKey, InputTable<'f>>);

struct InputTable<'f> {
    schema: &'f Schema,
    former_keys: Vec<DatasetKey>,
}

impl<'f> InputTables<'f> {
    pub(crate) fn new(fragment: &'f TransformerFragment) -> Self {
        let tables = fragment.inputs().map(|(datastore, input)| {
            let dataset = input.get_in(datastore);
            let former_keys = datastore.former_keys(dataset.name());
            let table = InputTable { schema: dataset.schema(), former_keys };
            (DatasetKey::new(datastore.name(), dataset.name()), table)
        });
        Self(tables.collect())
    }

    /// The inputs, as a statement sees them.
    pub(crate) fn inputs(&self) -> Inputs<'_> {
        let schema_of = |key: &DatasetKey| self.0.get(key).map(|table| table.schema);
        let former_keys =
            |key: &DatasetKey| self.0.get(key).map_or_else(Vec::new, |table| table.former_keys.clone());
        Inputs::new(self.0.keys(), schema_of).formerly(former_keys)
    }
}

/// Returns the former names by which the statements of a transformer call inputs, each with the input. Only where something was renamed,
/// they are compiled for that.
pub(crate) fn former_inputs(fragment: &TransformerFragment) -> BTreeMap<Text, DatasetKey> {
    let is_renamed = |(store, input): (&Datastore, DatasetId)| {
        store.former_name().is_some() || input.get_in(store).former_name().is_some()
    };
    let CodeArtifact::Sql { selects } = fragment.transformer.artifact() else { return BTreeMap::new() };
    if !fragment.inputs().any(is_renamed) {
        return BTreeMap::new();
    }
    let tables = InputTables::new(fragment);
    let inputs = tables.inputs();
    let found =
        selects.iter().flat_map(|select| inputs.former_in(&select.sql, &compile(&select.sql, &inputs)));
    found.map(|input| (input.spelled.input_name().into(), input.meant)).collect()
}
