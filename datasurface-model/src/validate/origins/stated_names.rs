//! The names of now, or those before the renames that are stated.

use super::super::unit_index::UnitIndex;
use datasurface_ecosystem::{CodeArtifact, DataTransformer};
use datasurface_schema::{DatasetKey, DatastoreName};

pub(super) struct StatedNames<'d> {
    pub(super) directory: &'d UnitIndex,
    pub(super) are_former: bool,
}

impl StatedNames<'_> {
    /// The key of a dataset, in which both names are the former ones.
    pub(super) fn dataset(&self, key: &DatasetKey) -> DatasetKey {
        let former = self.are_former.then(|| self.directory.former_keys(key).pop()).flatten();
        former.unwrap_or_else(|| key.clone())
    }

    pub(super) fn datastore(&self, name: &DatastoreName) -> DatastoreName {
        let found = self.directory.datastores().get(name).filter(|_| self.are_former);
        found.and_then(|(_, store)| store.entity().former_name()).unwrap_or(name).clone()
    }

    /// The code, which has the names of the datasets that it makes.
    pub(super) fn artifact(&self, transformer: &DataTransformer) -> CodeArtifact {
        let mut artifact = transformer.artifact().clone();
        if let CodeArtifact::Sql { selects } = &mut artifact {
            for select in selects.iter_mut() {
                select.dataset =
                    self.dataset(&DatasetKey::new(transformer.output(), &select.dataset)).dataset;
            }
            selects.sort();
        }
        artifact
    }
}
