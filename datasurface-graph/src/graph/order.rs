//! The canonical order of a graph's nodes: that of their keys.

use crate::fragments::NodeRef;
use crate::fragments::{DatastoreFragment, Fragments, TransformerFragment};
use datasurface_model::{DatastoreName, PlatformName};
use std::sync::Arc;

/// Where the nodes are, in the order of their keys: exports, ingests, transforms, triggers. Supplies hold them in that order.
#[derive(Debug)]
pub(super) struct Order {
    /// By name, and the place of the platform's part in each.
    supplies: Vec<(Arc<DatastoreFragment>, usize)>,
    exports: NodeRange,
    ingests: NodeRange,
    /// By workspace.
    derivations: Vec<Arc<TransformerFragment>>,
}

/// Nodes of one kind, supply by supply.
#[derive(Debug, Default)]
struct NodeRange {
    /// The place of each node's supply.
    supplies: Vec<u32>,
    /// How many nodes come before those of each supply.
    starts: Vec<u32>,
}

impl Order {
    pub(super) fn new(estate: &Fragments, platform: &PlatformName) -> Self {
        let derivations = estate.derivations.values();
        let mut order = Self {
            supplies: Vec::new(),
            exports: NodeRange::default(),
            ingests: NodeRange::default(),
            derivations: derivations.filter(|derivation| derivation.on == *platform).cloned().collect(),
        };
        for supply in estate.supplies.values() {
            let here = supply.parts().iter().enumerate().find(|(_, part)| part.platform == *platform);
            let Some((at, part)) = here else { continue };
            order.exports.add(part.exports.len());
            order.ingests.add(part.ingests.len());
            order.supplies.push((Arc::clone(supply), at));
        }
        order
    }

    pub(super) fn len(&self) -> usize {
        self.exports.len() + self.ingests.len() + 2 * self.derivations.len()
    }

    /// The position of a node.
    pub(super) fn position(&self, at: NodeRef<'_>) -> Option<usize> {
        let ingests = self.exports.len();
        let transforms = ingests + self.ingests.len();
        match at {
            NodeRef::Export { supply, part, export } => {
                self.exports.position(self.supply(supply.name())?, part.export_position(export)?)
            }
            NodeRef::Ingest { supply, part, ingest } => {
                let among = self.ingests.position(self.supply(supply.name())?, part.ingest_position(ingest)?);
                Some(ingests + among?)
            }
            NodeRef::Transform(derivation) => Some(transforms + self.derivation(derivation)?),
            NodeRef::Trigger(derivation) => {
                Some(transforms + self.derivations.len() + self.derivation(derivation)?)
            }
        }
    }

    fn supply(&self, name: &DatastoreName) -> Option<usize> {
        self.supplies.binary_search_by(|(supply, _)| supply.name().cmp(name)).ok()
    }

    fn derivation(&self, derivation: &TransformerFragment) -> Option<usize> {
        self.derivations.binary_search_by(|other| other.name().cmp(derivation.name())).ok()
    }

    /// The node at a position.
    #[expect(
        clippy::indexing_slicing,
        reason = "positions are below the length, and the order never changes"
    )]
    pub(super) fn get(&self, position: usize) -> NodeRef<'_> {
        let part = |at: usize| {
            let (supply, part) = &self.supplies[at];
            (&**supply, &supply.parts()[*part])
        };
        if let Some((at, export)) = self.exports.get(position) {
            let (supply, part) = part(at);
            return NodeRef::Export { supply, part, export: &part.exports[export] };
        }
        let position = position - self.exports.len();
        if let Some((at, ingest)) = self.ingests.get(position) {
            let (supply, part) = part(at);
            return NodeRef::Ingest { supply, part, ingest: &part.ingests[ingest] };
        }
        let position = position - self.ingests.len();
        match self.derivations.get(position) {
            Some(derivation) => NodeRef::Transform(derivation),
            None => NodeRef::Trigger(&self.derivations[position - self.derivations.len()]),
        }
    }
}

impl NodeRange {
    /// Adds the nodes of the next supply.
    fn add(&mut self, nodes: usize) {
        let supply = short(self.starts.len());
        self.starts.push(short(self.supplies.len()));
        self.supplies.resize(self.supplies.len() + nodes, supply);
    }

    fn len(&self) -> usize {
        self.supplies.len()
    }

    /// The supply of the node at a position, and the place of the node among those of its supply.
    fn get(&self, position: usize) -> Option<(usize, usize)> {
        let supply = *self.supplies.get(position)? as usize;
        Some((supply, position - *self.starts.get(supply)? as usize))
    }

    /// The position of a node of a supply.
    fn position(&self, supply: usize, among: usize) -> Option<usize> {
        Some(*self.starts.get(supply)? as usize + among)
    }
}

/// More than u32::MAX units do not fit in memory.
fn short(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
