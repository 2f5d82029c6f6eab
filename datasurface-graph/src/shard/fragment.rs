//! Fragments, piece by piece. A piece is a node, or one dataset of a node.

use super::placed_datasets::Entry;
use crate::{
    fragments::{DatasetId, DatastoreFragment, NodeRef, TransformerFragment},
    graph::{IntentionGraph, Node},
    key::NodeKey,
};
use datasurface_model::{DatasetName, Entity};
use std::sync::Arc;

/// What is placed together if possible: what happens for a datastore on the platform of a graph, or a transformer.
#[derive(Clone, Copy)]
pub(super) enum Fragment<'g> {
    Datastore(&'g Arc<DatastoreFragment>),
    Transformer(&'g Arc<TransformerFragment>),
}

/// A node, or one dataset of a node.
#[derive(Clone, Copy)]
pub(super) struct Piece<'g> {
    pub(super) node: Node<'g>,
    dataset: Option<DatasetId>,
}

impl<'g> Fragment<'g> {
    /// Whether anything of it is in a graph.
    pub(super) fn is_in(self, graph: &IntentionGraph) -> bool {
        match self {
            Self::Datastore(datastore_fragment) => datastore_fragment.part(graph.platform()).is_some(),
            Self::Transformer(transformer_fragment) => transformer_fragment.on == *graph.platform(),
        }
    }

    /// How many pieces there are in a graph.
    pub(super) fn count(self, graph: &IntentionGraph) -> usize {
        match self {
            Self::Datastore(datastore_fragment) => {
                let part = datastore_fragment.part(graph.platform());
                part.map_or(0, |part| part.ingests.len() + part.captured().len() + part.exports.len())
            }
            Self::Transformer(_) => {
                if self.is_in(graph) {
                    2
                } else {
                    0
                }
            }
        }
    }

    /// Shows every piece, each after those that it depends on: every capture, what it captures, and what is exported of
    /// that; a trigger, and what it starts.
    pub(super) fn visit(self, graph: &'g IntentionGraph, mut visit: impl FnMut(Piece<'g>)) {
        let whole = |at| Piece { node: Node::new(graph, at), dataset: None };
        match self {
            Self::Datastore(datastore_fragment) => {
                let Some(part) = datastore_fragment.part(graph.platform()) else { return };
                let mut exports = part.exports.iter().peekable();
                for ingest in &part.ingests {
                    let capture = whole(NodeRef::Ingest { datastore_fragment, part, ingest });
                    visit(capture);
                    for (dataset, _) in part.kept(ingest) {
                        visit(Piece { dataset: Some(*dataset), ..capture });
                        while let Some(export) = exports.next_if(|export| export.dataset == *dataset) {
                            visit(whole(NodeRef::Export { datastore_fragment, part, export }));
                        }
                    }
                }
            }
            Self::Transformer(transformer_fragment) if self.is_in(graph) => {
                visit(whole(NodeRef::Trigger(transformer_fragment)));
                visit(whole(NodeRef::Transform(transformer_fragment)));
            }
            Self::Transformer(_) => {}
        }
    }
}

impl<'g> Piece<'g> {
    /// Whether it is one dataset of its node.
    pub(super) fn is_dataset(&self) -> bool {
        self.dataset.is_some()
    }

    /// Which dataset of its node it is.
    pub(super) fn dataset(&self) -> Option<&'g DatasetName> {
        match self.node.node_ref() {
            NodeRef::Ingest { datastore_fragment, .. } => {
                Some(datastore_fragment.dataset(self.dataset?).name())
            }
            _ => None,
        }
    }

    /// Whether it belongs to a capture of all datasets together, or to that of one; neither, if it captures nothing.
    pub(super) fn is_captured_whole(&self) -> Option<bool> {
        match self.node.node_ref() {
            NodeRef::Ingest { part, .. } => Some(part.whole),
            _ => None,
        }
    }

    /// What has to be known of it: its dataset, and where that is exported to. Nothing, if it is there as long as its
    /// fragment is.
    pub(super) fn known(&self) -> Option<Entry<'g>> {
        match self.node.node_ref() {
            NodeRef::Export { datastore_fragment, export, .. } => {
                Some((datastore_fragment.dataset(export.dataset).name(), Some(&*export.site.key)))
            }
            NodeRef::Ingest { datastore_fragment, part, ingest } => {
                let alone = part.kept(ingest).first().filter(|_| !part.whole).map(|(dataset, _)| *dataset);
                Some((datastore_fragment.dataset(self.dataset.or(alone)?).name(), None))
            }
            NodeRef::Transform(_) | NodeRef::Trigger(_) => None,
        }
    }

    /// The node, and which dataset of it.
    pub(super) fn key(&self) -> (NodeKey, Option<DatasetName>) {
        (self.node.key(), self.dataset().cloned())
    }
}
