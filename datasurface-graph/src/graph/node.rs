//! A node, seen from outside: its facts, and what is before and after it.

use super::intention_graph::IntentionGraph;
use crate::{
    facts::build,
    facts::{Consumer, NodeFacts},
    fingerprint::Fingerprint,
    fragments::{DatasetId, NodeRef, Origin, TransformerFragment},
    key::{NodeKey, NodeKind},
    obligation::{Custody, Obligation},
};
use datasurface_model::{DatasetKey, Datastore, Entity};
use std::{borrow::Cow, fmt};

/// A node of a graph.
#[derive(Clone, Copy)]
pub struct Node<'g> {
    graph: &'g IntentionGraph,
    at: NodeRef<'g>,
}

impl<'g> Node<'g> {
    pub(crate) fn new(graph: &'g IntentionGraph, at: NodeRef<'g>) -> Self {
        Self { graph, at }
    }

    pub(crate) fn node_ref(&self) -> NodeRef<'g> {
        self.at
    }

    /// The graph that it belongs to.
    #[must_use]
    pub fn graph(&self) -> &'g IntentionGraph {
        self.graph
    }

    /// The key of the node.
    #[must_use]
    pub fn key(&self) -> NodeKey {
        build::key(self.graph.platform(), self.at)
    }

    /// The kind of the node.
    #[must_use]
    pub fn kind(&self) -> NodeKind {
        match self.at {
            NodeRef::Export { .. } => NodeKind::Export,
            NodeRef::Ingest { .. } => NodeKind::Ingest,
            NodeRef::Transform(_) => NodeKind::Transform,
            NodeRef::Trigger(_) => NodeKind::Trigger,
        }
    }

    /// The obligation of the node to its consumers.
    /// It is borrowed where the obligation of one of them covers all others.
    #[must_use]
    pub fn obligation(&self) -> Cow<'g, Obligation> {
        match self.at {
            NodeRef::Export { part, export, .. } => part.owed_by_export(export),
            NodeRef::Ingest { datastore_fragment, part, ingest } => datastore_fragment.owed_by(part, ingest),
            NodeRef::Transform(transformer_fragment) | NodeRef::Trigger(transformer_fragment) => {
                Cow::Borrowed(&*transformer_fragment.owing)
            }
        }
    }

    /// The datasets of an ingest, each with what must be kept of it; none for other kinds of nodes. They are those of its
    /// [facts](crate::NodeFacts::datasets), which take longer to make.
    pub fn custodies(&self) -> impl Iterator<Item = (DatasetKey, Custody)> + use<'g> {
        let ingest = match self.at {
            NodeRef::Ingest { datastore_fragment, part, ingest } => {
                Some((datastore_fragment, part.kept(ingest)))
            }
            _ => None,
        };
        ingest.into_iter().flat_map(|(datastore_fragment, kept)| {
            let dataset = |dataset: DatasetId| datastore_fragment.dataset(dataset).name();
            kept.iter().map(move |(id, custody)| {
                (DatasetKey::new(datastore_fragment.name(), dataset(*id)), *custody)
            })
        })
    }

    /// The consumers of an export, ordered by workspace and group; none for other kinds of nodes.
    pub fn consumers(&self) -> impl Iterator<Item = &'g Consumer> + use<'g> {
        let readers = match self.at {
            NodeRef::Export { part, export, .. } => part.readers(export),
            _ => &[],
        };
        readers.iter().map(|reader| &reader.consumer)
    }

    /// The position of the node among the nodes of its graph.
    pub(crate) fn position(&self) -> Option<usize> {
        self.graph.order().position(self.at)
    }

    /// The facts about the node: its key, its obligation, and the details of its kind.
    #[must_use]
    pub fn facts(&self) -> NodeFacts {
        NodeFacts::new(self.key(), self.obligation().into_owned(), build::detail(self.at))
    }

    /// The hash of the facts of the node. Computed once.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        let cache = match self.at {
            NodeRef::Export { export, .. } => &export.fingerprint,
            NodeRef::Ingest { ingest, .. } => &ingest.fingerprint,
            NodeRef::Transform(transformer_fragment) => &transformer_fragment.transform,
            NodeRef::Trigger(transformer_fragment) => &transformer_fragment.trigger,
        };
        cache.get_or_init(|| self.facts().fingerprint())
    }

    /// The nodes that must come directly before this one, ordered by key.
    pub fn predecessors(&self) -> impl Iterator<Item = Node<'g>> + use<'g> {
        let graph = self.graph;
        let before: Vec<NodeRef<'g>> = match self.at {
            NodeRef::Export { datastore_fragment, part, export } => {
                let ingest = part.ingest_of(export.dataset);
                ingest
                    .map(|ingest| NodeRef::Ingest { datastore_fragment, part, ingest })
                    .into_iter()
                    .collect()
            }
            NodeRef::Ingest { datastore_fragment, part, .. } => match &datastore_fragment.origin {
                Origin::Made { by } if part.platform == datastore_fragment.primary => {
                    graph.transformer_fragment(by).map(NodeRef::Transform).into_iter().collect()
                }
                _ => Vec::new(),
            },
            NodeRef::Transform(transformer_fragment) => vec![NodeRef::Trigger(transformer_fragment)],
            NodeRef::Trigger(transformer_fragment) => {
                let inputs = transformer_fragment.inputs();
                inputs
                    .filter_map(|(datastore, dataset)| graph.input(transformer_fragment, datastore, dataset))
                    .collect()
            }
        };
        before.into_iter().map(move |at| Node::new(graph, at))
    }

    /// The nodes that come directly after this one, ordered by key.
    pub fn successors(&self) -> impl Iterator<Item = Node<'g>> + use<'g> {
        let graph = self.graph;
        let after: Vec<NodeRef<'g>> = match self.at {
            NodeRef::Export { part, export, .. } => {
                let readers = part.readers(export).iter().filter(|reader| reader.owing.is_some());
                let mut workspaces: Vec<_> = readers.map(|reader| &reader.consumer.group.workspace).collect();
                workspaces.dedup();
                let transformers = workspaces.into_iter().filter_map(|name| graph.transformer_fragment(name));
                transformers.map(NodeRef::Trigger).collect()
            }
            NodeRef::Ingest { datastore_fragment, part, ingest } => {
                let exports = part.exports_after(part.kept(ingest)).iter();
                exports.map(|export| NodeRef::Export { datastore_fragment, part, export }).collect()
            }
            NodeRef::Transform(transformer_fragment) => {
                graph.output(transformer_fragment).into_iter().collect()
            }
            NodeRef::Trigger(transformer_fragment) => vec![NodeRef::Transform(transformer_fragment)],
        };
        after.into_iter().map(move |at| Node::new(graph, at))
    }
}

impl IntentionGraph {
    /// The export of a transformer's input.
    fn input(
        &self,
        transformer_fragment: &TransformerFragment,
        datastore: &Datastore,
        dataset: DatasetId,
    ) -> Option<NodeRef<'_>> {
        let datastore_fragment = self.fragments.datastore_fragments.get(datastore.name())?;
        let part = datastore_fragment.part(&self.platform)?;
        Some(NodeRef::Export {
            datastore_fragment,
            part,
            export: part.export_of(dataset, &transformer_fragment.site)?,
        })
    }

    /// The capture of a transformer's output.
    fn output(&self, transformer_fragment: &TransformerFragment) -> Option<NodeRef<'_>> {
        let datastore_fragment = self.fragments.datastore_fragments.get(transformer_fragment.output())?;
        let part = datastore_fragment.part(&self.platform)?;
        Some(NodeRef::Ingest { datastore_fragment, part, ingest: part.ingests.first()? })
    }
}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.key())
    }
}
