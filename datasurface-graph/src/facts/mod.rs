//! What the graph knows of a node, as one value that a platform can read, and another program too.

pub(crate) mod build;
mod detail;
mod difference;

pub use detail::{
    CaptureFacts, Consumer, DatasetFacts, ExportFacts, IngestFacts, IngestSource, NodeDetail, TransformFacts,
    TriggerFacts,
};
pub use difference::FieldDifference;

use crate::{fingerprint::Fingerprint, key::NodeKey, obligation::Obligation};
use serde::{Deserialize, Serialize};

/// What the graph knows of a node: its key, what it owes, and the details of its kind. Nothing else of the model is in
/// here, so a node whose facts are the same has not changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct NodeFacts {
    /// The identity of the node.
    pub key: NodeKey,
    /// What it owes to those behind it.
    pub obligation: Obligation,
    /// The details of its kind.
    pub detail: NodeDetail,
}

impl NodeFacts {
    pub(crate) fn new(key: NodeKey, obligation: Obligation, detail: NodeDetail) -> Self {
        Self { key, obligation, detail }
    }

    /// The datasets that can be placed on their own: those of an ingest.
    #[must_use]
    pub fn datasets(&self) -> &[DatasetFacts] {
        match &self.detail {
            NodeDetail::Ingest(ingest) => &ingest.datasets,
            _ => &[],
        }
    }

    /// The hash of all of this.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(self)
    }

    /// In which fields newer facts are not as these, ordered by path. Of lists, it is said what was added and what is gone.
    #[must_use]
    pub fn differences(&self, newer: &Self) -> Vec<FieldDifference> {
        let value = |facts: &Self| serde_json::to_value(facts).unwrap_or_default();
        difference::between(value(self), value(newer))
    }

    /// The same facts, with each dataset of an ingest replaced by what `change` makes of it, or left out.
    #[must_use]
    pub fn map_datasets(mut self, change: impl FnMut(DatasetFacts) -> Option<DatasetFacts>) -> Self {
        if let NodeDetail::Ingest(ingest) = self.detail {
            self.detail = NodeDetail::Ingest(ingest.map_datasets(change));
        }
        self
    }
}
