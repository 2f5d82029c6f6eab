//! The canonical order of a graph's nodes: that of their keys.

use crate::fragments::NodeRef;
use crate::fragments::{DatastoreFragment, Fragments, TransformerFragment};
use datasurface_model::{DatastoreName, PlatformName};
use std::sync::Arc;

/// Where the nodes are, in the order of their keys: exports, ingests, transforms, triggers. Supplies hold them in that order.
#[derive(Debug)]
pub(super) struct Order {
    /// By name, and the place of the platform's part in each.
    datastore_fragments: Vec<(Arc<DatastoreFragment>, usize)>,
    exports: NodeRange,
    ingests: NodeRange,
    /// By workspace.
    transformer_fragments: Vec<Arc<TransformerFragment>>,
}

/// Nodes of one kind, fragment by fragment.
#[derive(Debug, Default)]
struct NodeRange {
    /// The place of the fragment of each node.
    datastore_fragments: Vec<u32>,
    /// How many nodes come before those of each fragment.
    starts: Vec<u32>,
}

impl Order {
    pub(super) fn new(fragments: &Fragments, platform: &PlatformName) -> Self {
        let transformer_fragments = fragments.transformer_fragments.values();
        let mut order = Self {
            datastore_fragments: Vec::new(),
            exports: NodeRange::default(),
            ingests: NodeRange::default(),
            transformer_fragments: transformer_fragments
                .filter(|transformer_fragment| transformer_fragment.on == *platform)
                .cloned()
                .collect(),
        };
        for datastore_fragment in fragments.datastore_fragments.values() {
            let here =
                datastore_fragment.parts().iter().enumerate().find(|(_, part)| part.platform == *platform);
            let Some((at, part)) = here else { continue };
            order.exports.add(part.exports.len());
            order.ingests.add(part.ingests.len());
            order.datastore_fragments.push((Arc::clone(datastore_fragment), at));
        }
        order
    }

    pub(super) fn len(&self) -> usize {
        self.exports.len() + self.ingests.len() + 2 * self.transformer_fragments.len()
    }

    /// The position of a node.
    pub(super) fn position(&self, at: NodeRef<'_>) -> Option<usize> {
        let ingests = self.exports.len();
        let transforms = ingests + self.ingests.len();
        match at {
            NodeRef::Export { datastore_fragment, part, export } => self
                .exports
                .position(self.datastore_fragment(datastore_fragment.name())?, part.export_position(export)?),
            NodeRef::Ingest { datastore_fragment, part, ingest } => {
                let among = self.ingests.position(
                    self.datastore_fragment(datastore_fragment.name())?,
                    part.ingest_position(ingest)?,
                );
                Some(ingests + among?)
            }
            NodeRef::Transform(transformer_fragment) => {
                Some(transforms + self.transformer_fragment(transformer_fragment)?)
            }
            NodeRef::Trigger(transformer_fragment) => Some(
                transforms
                    + self.transformer_fragments.len()
                    + self.transformer_fragment(transformer_fragment)?,
            ),
        }
    }

    fn datastore_fragment(&self, name: &DatastoreName) -> Option<usize> {
        self.datastore_fragments
            .binary_search_by(|(datastore_fragment, _)| datastore_fragment.name().cmp(name))
            .ok()
    }

    fn transformer_fragment(&self, transformer_fragment: &TransformerFragment) -> Option<usize> {
        self.transformer_fragments
            .binary_search_by(|other| other.name().cmp(transformer_fragment.name()))
            .ok()
    }

    /// The node at a position.
    #[expect(
        clippy::indexing_slicing,
        reason = "positions are below the length, and the order never changes"
    )]
    pub(super) fn get(&self, position: usize) -> NodeRef<'_> {
        let part = |at: usize| {
            let (datastore_fragment, part) = &self.datastore_fragments[at];
            (&**datastore_fragment, &datastore_fragment.parts()[*part])
        };
        if let Some((at, export)) = self.exports.get(position) {
            let (datastore_fragment, part) = part(at);
            return NodeRef::Export { datastore_fragment, part, export: &part.exports[export] };
        }
        let position = position - self.exports.len();
        if let Some((at, ingest)) = self.ingests.get(position) {
            let (datastore_fragment, part) = part(at);
            return NodeRef::Ingest { datastore_fragment, part, ingest: &part.ingests[ingest] };
        }
        let position = position - self.ingests.len();
        match self.transformer_fragments.get(position) {
            Some(transformer_fragment) => NodeRef::Transform(transformer_fragment),
            None => {
                NodeRef::Trigger(&self.transformer_fragments[position - self.transformer_fragments.len()])
            }
        }
    }
}

impl NodeRange {
    /// Adds the nodes of the next fragment.
    fn add(&mut self, nodes: usize) {
        let datastore_fragment = short(self.starts.len());
        self.starts.push(short(self.datastore_fragments.len()));
        self.datastore_fragments.resize(self.datastore_fragments.len() + nodes, datastore_fragment);
    }

    fn len(&self) -> usize {
        self.datastore_fragments.len()
    }

    /// The fragment of the node at a position, and the place of the node among those of its fragment.
    fn get(&self, position: usize) -> Option<(usize, usize)> {
        let datastore_fragment = *self.datastore_fragments.get(position)? as usize;
        Some((datastore_fragment, position - *self.starts.get(datastore_fragment)? as usize))
    }

    /// The position of a node of a fragment.
    fn position(&self, datastore_fragment: usize, among: usize) -> Option<usize> {
        Some(*self.starts.get(datastore_fragment)? as usize + among)
    }
}

/// More than u32::MAX units do not fit in memory.
fn short(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
