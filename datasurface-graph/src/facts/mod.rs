//! Facts about a node, as one value that a platform can read, and another program, too.

pub(crate) mod build;
mod detail;
mod difference;
mod divide;
mod honoured;

pub use detail::{
    CaptureFacts, Consumer, DatasetFacts, ExportFacts, IngestFacts, IngestSource, NodeDetail, TransformFacts,
    TriggerFacts,
};
pub use difference::FieldDifference;
pub use honoured::HonouredFact;

use crate::{fingerprint::Fingerprint, key::NodeKey, obligation::Obligation, storage::StorageNames};
use serde::{Deserialize, Serialize};

/// The facts about a node: its key, its obligation, and the details of its kind.
/// They contain nothing else of the model, so a node whose facts are the same has not changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct NodeFacts {
    /// The identity of the node.
    pub key: NodeKey,
    /// The obligation of the node to its consumers.
    pub obligation: Obligation,
    /// The details of the node, by kind.
    pub detail: NodeDetail,
    /// The storage names of what the facts name, where they differ from the names of now.
    #[serde(default, skip_serializing_if = "StorageNames::is_empty")]
    pub storage: StorageNames,
    /// The names of now by storage names, of facts that are [written in storage names](Self::in_storage_names).
    #[serde(default, skip_serializing_if = "StorageNames::is_empty")]
    pub called: StorageNames,
}

impl NodeFacts {
    pub(crate) fn new(key: NodeKey, obligation: Obligation, detail: NodeDetail) -> Self {
        Self { key, obligation, detail, storage: StorageNames::default(), called: StorageNames::default() }
    }

    /// The datasets that can be placed on their own: those of an ingest.
    #[must_use]
    pub fn datasets(&self) -> &[DatasetFacts] {
        match &self.detail {
            NodeDetail::Ingest(ingest) => &ingest.datasets,
            _ => &[],
        }
    }

    /// Returns the facts of the capture from a producer's container; none for any other node, also for a capture from a transformer or
    /// from another platform.
    #[must_use]
    pub fn capture(&self) -> Option<&CaptureFacts> {
        match &self.detail {
            NodeDetail::Ingest(IngestFacts { source: IngestSource::Container(capture), .. }) => Some(capture),
            _ => None,
        }
    }

    /// Returns the hash of all facts.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(self)
    }

    /// Returns the fields in which `newer` differs from these facts, ordered by path.
    /// For a list, the difference says which elements were added and removed.
    #[must_use]
    pub fn differences(&self, newer: &Self) -> Vec<FieldDifference> {
        let value = |facts: &Self| serde_json::to_value(facts).unwrap_or_default();
        difference::between(value(self), value(newer))
    }

    /// Replaces each dataset of an ingest by the result of `change`, or removes it where that is `None`.
    /// Facts of other kinds stay as they are.
    #[must_use]
    pub fn map_datasets(mut self, change: impl FnMut(DatasetFacts) -> Option<DatasetFacts>) -> Self {
        if let NodeDetail::Ingest(ingest) = self.detail {
            self.detail = NodeDetail::Ingest(ingest.map_datasets(change));
        }
        self
    }
}
