//! Lineage: which datasets are made of which.

use super::Questions;
use crate::estate::{Derivation, Origin};
use datasurface_model::{DatasetKey, DatastoreName, Entity};
use std::{collections::BTreeSet, sync::Arc};

impl Questions<'_> {
    /// The datasets that a dataset is made of directly: all inputs of the transformer that makes it.
    #[must_use]
    pub fn made_from(&self, dataset: &DatasetKey) -> BTreeSet<DatasetKey> {
        self.maker_of(&dataset.datastore).map(|maker| inputs(maker)).unwrap_or_default()
    }

    /// The datasets that are made of a dataset directly: all that the transformers make which read it.
    #[must_use]
    pub fn made_into(&self, dataset: &DatasetKey) -> BTreeSet<DatasetKey> {
        let derivations = self.graphs.estate().derivations.values();
        let readers = derivations.filter(|derivation| inputs(derivation).contains(dataset));
        readers.flat_map(|reader| outputs(reader)).collect()
    }

    /// The datasets that a dataset is made of in the end, through all transformers, those in between included.
    #[must_use]
    pub fn sources_of(&self, dataset: &DatasetKey) -> BTreeSet<DatasetKey> {
        through(dataset, |dataset| self.made_from(dataset))
    }

    /// The datasets that are made of a dataset in the end, through all transformers, those in between included.
    #[must_use]
    pub fn derived_from(&self, dataset: &DatasetKey) -> BTreeSet<DatasetKey> {
        through(dataset, |dataset| self.made_into(dataset))
    }

    /// The transformer that fills a datastore, if one runs that does.
    pub(super) fn maker_of(&self, datastore: &DatastoreName) -> Option<&Arc<Derivation>> {
        let estate = self.graphs.estate();
        match &estate.supplies.get(datastore)?.origin {
            Origin::Made { by } => estate.derivations.get(by),
            Origin::Captured { .. } => None,
        }
    }
}

fn inputs(derivation: &Derivation) -> BTreeSet<DatasetKey> {
    derivation
        .inputs()
        .map(|(datastore, dataset)| DatasetKey::new(datastore.name(), dataset.of(datastore).name()))
        .collect()
}

fn outputs(derivation: &Derivation) -> impl Iterator<Item = DatasetKey> {
    derivation.output.datasets().names().map(|name| DatasetKey::new(derivation.output(), name))
}

fn through(dataset: &DatasetKey, step: impl Fn(&DatasetKey) -> BTreeSet<DatasetKey>) -> BTreeSet<DatasetKey> {
    let mut found = BTreeSet::new();
    let mut waiting = vec![dataset.clone()];
    while let Some(dataset) = waiting.pop() {
        waiting.extend(step(&dataset).into_iter().filter(|next| found.insert(next.clone())));
    }
    found
}
