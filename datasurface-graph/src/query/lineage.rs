//! Lineage: which datasets are made of which.

use super::Queries;
use crate::fragments::{Origin, TransformerFragment};
use datasurface_model::{DatasetKey, DatastoreName, Entity};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// The transformers that run, by what they read.
pub(super) type TransformersByInput<'g> = FxHashMap<DatasetKey, Vec<&'g TransformerFragment>>;

impl<'g> Queries<'g> {
    /// Returns the datasets from which a dataset is made directly: all inputs of the transformer that makes it.
    /// Empty if the dataset is captured.
    #[must_use]
    pub fn direct_inputs(&self, dataset: &DatasetKey) -> BTreeSet<DatasetKey> {
        self.maker_of(&dataset.datastore).into_iter().flat_map(inputs).collect()
    }

    /// Returns the datasets that are made of a dataset directly: all outputs of the transformers that read it.
    #[must_use]
    pub fn direct_outputs(&self, dataset: &DatasetKey) -> BTreeSet<DatasetKey> {
        self.readers_of(dataset).iter().flat_map(|reader| outputs(reader)).collect()
    }

    /// Returns the datasets from which a dataset is made in the end.
    /// They are found through all transformers; those in between are included.
    #[must_use]
    pub fn upstream_datasets(&self, dataset: &DatasetKey) -> BTreeSet<DatasetKey> {
        through(dataset, |dataset| self.maker_of(&dataset.datastore).into_iter(), inputs)
    }

    /// Returns the datasets that are made of a dataset in the end.
    /// They are found through all transformers; those in between are included.
    #[must_use]
    pub fn downstream_datasets(&self, dataset: &DatasetKey) -> BTreeSet<DatasetKey> {
        through(dataset, |dataset| self.readers_of(dataset).iter().copied(), outputs)
    }

    /// Returns the transformer that fills a datastore, if one runs that does.
    pub(super) fn maker_of(&self, datastore: &DatastoreName) -> Option<&'g TransformerFragment> {
        let fragments = self.graphs.fragments();
        match &fragments.datastore_fragments.get(datastore)?.origin {
            Origin::Made { by } => fragments.transformer_fragments.get(by).map(|maker| &**maker),
            Origin::Captured { .. } => None,
        }
    }

    /// Returns the transformers that read a dataset.
    fn readers_of(&self, dataset: &DatasetKey) -> &[&'g TransformerFragment] {
        let readers = self.readers.get_or_init(|| {
            let mut readers = TransformersByInput::default();
            for transformer_fragment in self.graphs.fragments().transformer_fragments.values() {
                for input in inputs(transformer_fragment) {
                    readers.entry(input).or_default().push(&**transformer_fragment);
                }
            }
            readers
        });
        readers.get(dataset).map(Vec::as_slice).unwrap_or_default()
    }
}

fn inputs(transformer_fragment: &TransformerFragment) -> impl Iterator<Item = DatasetKey> {
    let inputs = transformer_fragment.inputs();
    inputs.map(|(datastore, dataset)| DatasetKey::new(datastore.name(), dataset.get_in(datastore).name()))
}

fn outputs(transformer_fragment: &TransformerFragment) -> impl Iterator<Item = DatasetKey> {
    transformer_fragment
        .output
        .datasets()
        .names()
        .map(|name| DatasetKey::new(transformer_fragment.output(), name))
}

/// Returns all datasets beyond a dataset, from one transformer to the next.
/// Each transformer is visited once: beyond it is the same, whichever of its datasets led there.
fn through<'g, Next, Beyond>(
    dataset: &DatasetKey,
    next: impl Fn(&DatasetKey) -> Next,
    beyond: impl Fn(&'g TransformerFragment) -> Beyond,
) -> BTreeSet<DatasetKey>
where
    Next: Iterator<Item = &'g TransformerFragment>,
    Beyond: Iterator<Item = DatasetKey>,
{
    let mut found = BTreeSet::new();
    let mut passed = BTreeSet::new();
    let mut waiting = vec![dataset.clone()];
    while let Some(dataset) = waiting.pop() {
        for transformer in next(&dataset).filter(|transformer| passed.insert(transformer.name())) {
            waiting.extend(beyond(transformer).filter(|dataset| found.insert(dataset.clone())));
        }
    }
    found
}
