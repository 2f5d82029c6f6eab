//! Parts of a capture: each has its own datasets, and of everything else only what is about these.

use super::{DatasetFacts, IngestFacts, IngestSource, NodeDetail, NodeFacts};
use datasurface_model::{DatasetKey, DatasetName, Set};
use std::collections::BTreeMap;

impl NodeFacts {
    /// Divides the facts of a capture by dataset. A dataset without a part is left out; the facts of other kinds of nodes have no
    /// parts.
    ///
    /// Attributes of the capture and storage names go with their datasets, so all parts together are hardly larger than the whole, but for
    /// what is said once: the source and its container.
    pub fn divided<K: Ord>(&self, part_of: impl Fn(&DatasetFacts) -> Option<K>) -> BTreeMap<K, Self> {
        let NodeDetail::Ingest(ingest) = &self.detail else {
            return BTreeMap::new();
        };
        let mut parts: BTreeMap<K, Vec<DatasetFacts>> = BTreeMap::new();
        for dataset in &ingest.datasets {
            if let Some(part) = part_of(dataset) {
                parts.entry(part).or_default().push(dataset.clone());
            }
        }
        parts.into_iter().map(|(part, datasets)| (part, self.of_datasets(ingest, datasets))).collect()
    }

    fn of_datasets(&self, ingest: &IngestFacts, datasets: Vec<DatasetFacts>) -> Self {
        let keys = || datasets.iter().map(|dataset| &dataset.key);
        // A capture has the names of now, also among facts that are written in storage names.
        let called: Vec<DatasetKey> = keys().map(|key| self.called.dataset(key)).collect();
        let names: Set<&DatasetName> = called.iter().map(|key| &key.dataset).collect();
        let source = match &ingest.source {
            IngestSource::Container(capture) => {
                IngestSource::Container(Box::new(capture.restricted_to(&names)))
            }
            other => other.clone(),
        };
        Self {
            key: self.key.clone(),
            obligation: self.obligation.clone(),
            storage: self.storage.restricted_to(keys()),
            called: self.called.restricted_to(keys()),
            detail: NodeDetail::Ingest(IngestFacts { datastore: ingest.datastore.clone(), source, datasets }),
        }
    }
}
