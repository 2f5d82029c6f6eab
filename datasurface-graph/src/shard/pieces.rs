//! Pieces: what is placed. A node, or one dataset of a node.

use super::{
    NodeWeight,
    known::{Known, Walk},
    load::{Weight, add},
    placement::{Apart, Home},
};
use crate::{
    estate::{Derivation, Supply},
    graph::{At, IntentionGraph, Node},
    key::{NodeKey, NodeKind},
};
use datasurface_model::{ContainerKey, DatasetName, Entity, ShardName};
use std::sync::Arc;

/// The pieces of a fragment, each after those that it depends on, and where they are placed.
pub(super) struct Pieces<'g> {
    pub(super) pieces: Vec<Piece<'g>>,
}

/// A node, or one dataset of a node.
pub(super) struct Piece<'g> {
    node: Node<'g>,
    dataset: Option<&'g DatasetName>,
    pub(super) weight: Box<Weight>,
    pub(super) shard: Option<ShardName>,
}

impl<'g> Pieces<'g> {
    /// Those of a datastore: every capture, what it captures, and what is exported of that.
    pub(super) fn of_supply(
        graph: &'g IntentionGraph,
        supply: &'g Supply,
        weigh: &dyn Fn(&Node<'_>) -> NodeWeight,
    ) -> Self {
        let mut pieces = Vec::new();
        if let Some(part) = supply.part(graph.platform_id()) {
            let kept = part.ingests.iter().map(|ingest| part.kept(ingest).len());
            pieces.reserve_exact(part.exports.len() + part.ingests.len() + kept.sum::<usize>());
            for ingest in &part.ingests {
                let node = Node::new(graph, At::Ingest { supply, part, ingest });
                let weight = weigh(&node);
                pieces.push(Piece { node, dataset: None, weight: weight.whole, shard: None });
                for (id, _) in part.kept(ingest) {
                    let dataset = Some(supply.dataset(*id).name());
                    pieces.push(Piece { node, dataset, weight: weight.per_dataset.clone(), shard: None });
                    pieces.extend(part.exports_of(*id).iter().map(|export| {
                        let node = Node::new(graph, At::Export { supply, part, export });
                        Piece { node, dataset: None, weight: weigh(&node).whole, shard: None }
                    }));
                }
            }
        }
        Self { pieces }
    }

    /// Those of a transformer.
    pub(super) fn of_derivation(
        graph: &'g IntentionGraph,
        derivation: &'g Derivation,
        weigh: &dyn Fn(&Node<'_>) -> NodeWeight,
    ) -> Self {
        let nodes = [At::Trigger(derivation), At::Transform(derivation)].map(|at| Node::new(graph, at));
        let here = nodes.into_iter().filter(|_| derivation.on == graph.platform_id());
        let pieces = here.map(|node| Piece { node, dataset: None, weight: weigh(&node).whole, shard: None });
        Self { pieces: pieces.collect() }
    }

    /// Puts every piece where it was.
    pub(super) fn settle(&mut self, home: &Home) {
        let mut known = home.known.as_deref().map(Known::walk);
        for piece in &mut self.pieces {
            let is_known = known.as_mut().is_none_or(|known| piece.is_on(known));
            // No key has to be made where everything is at home.
            let node = home.apart.is_some().then(|| piece.node.key());
            let apart = node.as_ref().and_then(|node| home.apart(node, piece.dataset));
            let at_home = || {
                let beside = node.as_ref().and_then(|node| home.apart(node, None)).or(home.shard.as_ref());
                beside.filter(|_| is_known)
            };
            piece.shard = apart.or_else(at_home).cloned();
        }
    }

    /// What those together weigh that have no place yet.
    pub(super) fn unplaced_weight(&self) -> Vec<u64> {
        let mut all = Vec::new();
        for piece in self.pieces.iter().filter(|piece| piece.shard.is_none()) {
            add(&mut all, &piece.weight);
        }
        all
    }

    /// Puts those into a shard that have no place yet, and says how many.
    pub(super) fn place_rest(&mut self, shard: &ShardName) -> usize {
        let unplaced = self.pieces.iter_mut().filter(|piece| piece.shard.is_none());
        unplaced.map(|piece| piece.shard = Some(shard.clone())).count()
    }

    /// How many pieces are in each shard, and what they weigh there.
    pub(super) fn by_shard(&self) -> Vec<(&ShardName, usize, Vec<u64>)> {
        let mut shards: Vec<(&ShardName, usize, Vec<u64>)> = Vec::new();
        for piece in &self.pieces {
            let Some(shard) = &piece.shard else { continue };
            match shards.iter_mut().find(|(known, ..)| *known == shard) {
                Some((_, pieces, weight)) => {
                    *pieces += 1;
                    add(weight, &piece.weight);
                }
                None => shards.push((shard, 1, piece.weight.to_vec())),
            }
        }
        shards
    }

    /// The home that they make: where the first piece is, and what is not there. A dataset is expected where its
    /// capture is.
    pub(super) fn home(&self, is_limited: bool) -> Option<Home> {
        let home = self.pieces.first()?.shard.as_ref();
        let mut apart = Apart::default();
        let mut captured_at = home;
        for piece in &self.pieces {
            let shard = piece.shard.as_ref();
            match piece.dataset {
                None => {
                    if piece.node.kind() == NodeKind::Ingest {
                        captured_at = shard;
                    }
                    apart
                        .nodes
                        .extend(shard.filter(|_| shard != home).map(|at| (piece.node.key(), at.clone())));
                }
                Some(dataset) => {
                    if let Some(at) = shard.filter(|_| shard != captured_at) {
                        let datasets = apart.datasets.entry(piece.node.key()).or_default();
                        datasets.insert(dataset.clone(), at.clone());
                    }
                }
            }
        }
        let apart = (apart != Apart::default()).then(|| Arc::new(apart));
        let known = is_limited.then(|| Arc::new(self.known()));
        Some(Home { shard: home.cloned(), apart, known })
    }

    /// What has a place.
    fn known(&self) -> Known {
        let placed = self.pieces.iter().filter(|piece| piece.shard.is_some());
        Known::in_order(placed.filter_map(Piece::known), self.pieces.len())
    }
}

impl<'g> Piece<'g> {
    /// What has to be known of it: its dataset, and where that is exported to. Nothing, if it is there as long as its
    /// fragment is.
    fn known(&self) -> Option<(&'g DatasetName, Option<&'g ContainerKey>)> {
        match (self.node.at(), self.dataset) {
            (_, Some(dataset)) => Some((dataset, None)),
            (At::Export { supply, export, .. }, None) => {
                Some((supply.dataset(export.dataset).name(), Some(&export.site.key)))
            }
            (At::Ingest { supply, part, ingest }, None) if !part.whole => {
                let (dataset, _) = part.kept(ingest).first()?;
                Some((supply.dataset(*dataset).name(), None))
            }
            _ => None,
        }
    }

    /// Whether a walk through what was placed comes to it.
    fn is_on(&self, known: &mut Walk<'_>) -> bool {
        self.known().is_none_or(|(dataset, container)| known.comes_to(dataset, container))
    }
}

impl Piece<'_> {
    /// The node, and which dataset of it.
    pub(super) fn key(&self) -> (NodeKey, Option<DatasetName>) {
        (self.node.key(), self.dataset.cloned())
    }
}
