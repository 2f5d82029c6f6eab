//! The pieces of a fragment: what they weigh, and where they are placed.

use super::{
    NodeWeight,
    fragment::Fragment,
    load::{Loads, Weight, add},
    placed_datasets::PlacedDatasets,
    placement::{FragmentPlacement, PlacementExceptions},
};
use crate::{
    graph::{IntentionGraph, Node},
    key::{NodeKey, NodeKind},
};
use datasurface_model::{DatasetName, ShardName};
use rustc_hash::FxHashMap;
use std::{iter, sync::Arc};

/// The pieces of a fragment. They have no names as long as nobody asks: most fragments are in one shard.
pub(super) struct Pieces<'g> {
    graph: &'g IntentionGraph,
    fragment: Fragment<'g>,
    count: usize,
    weights: PieceWeights,
    places: PiecePlaces,
}

/// Where pieces are, if they are anywhere yet.
enum PiecePlaces {
    Together(Option<ShardName>),
    Each(Vec<Option<ShardName>>),
}

impl<'g> Pieces<'g> {
    /// Those of a fragment, none of which has a place yet.
    pub(super) fn new(
        fragment: Fragment<'g>,
        graph: &'g IntentionGraph,
        limits: &Weight,
        weigh: &dyn Fn(&Node<'_>) -> NodeWeight,
    ) -> Self {
        let count = fragment.count(graph);
        let mut weights = PieceWeights::with_room_for(count, limits.len());
        let mut captured = Box::default();
        // Where there is no limit, nobody asks what anything weighs.
        if !limits.is_empty() {
            fragment.visit(graph, |piece| {
                if piece.is_dataset() {
                    return weights.push(&captured, limits);
                }
                let weight = weigh(&piece.node);
                weights.push(&weight.whole, limits);
                if piece.node.kind() == NodeKind::Ingest {
                    captured = weight.per_dataset;
                }
            });
        }
        Self { graph, fragment, count, weights, places: PiecePlaces::Together(None) }
    }

    /// Puts every piece where it was.
    pub(super) fn place_from(&mut self, placed: &FragmentPlacement) {
        let knows_all =
            placed.known.as_ref().is_none_or(|known| self.known().is_some_and(|all| known.is_same(&all)));
        if placed.apart.is_none() && knows_all {
            self.places = PiecePlaces::Together(placed.shard.clone());
            return;
        }
        let was_whole = placed.known.as_ref().map(PlacedDatasets::is_whole);
        let mut known = placed.known.as_ref().map(PlacedDatasets::walk);
        let mut places = Vec::with_capacity(self.count);
        self.fragment.visit(self.graph, |piece| {
            // A capture in another form is another node.
            let is_in_form = piece.is_captured_whole().zip(was_whole).is_none_or(|(is, was)| is == was);
            let is_known = match (&mut known, piece.known()) {
                (Some(known), Some(entry)) => is_in_form && known.comes_to(entry),
                _ => is_in_form,
            };
            // No key has to be made where nothing is apart.
            let node = placed.apart.is_some().then(|| piece.node.key());
            let apart = node.as_ref().and_then(|node| placed.apart(node, piece.dataset()));
            let main_shard = || {
                let beside =
                    node.as_ref().and_then(|node| placed.apart(node, None)).or(placed.shard.as_ref());
                beside.filter(|_| is_known)
            };
            places.push(apart.or_else(main_shard).cloned());
        });
        self.places = PiecePlaces::Each(places);
    }

    /// Whether every piece has a place.
    pub(super) fn are_placed(&self) -> bool {
        match &self.places {
            PiecePlaces::Together(shard) => shard.is_some(),
            PiecePlaces::Each(shards) => shards.iter().all(Option::is_some),
        }
    }

    /// What those together weigh that have no place yet.
    pub(super) fn unplaced_weight(&self) -> Vec<u64> {
        self.weight_of(Option::is_none)
    }

    /// Puts those into a shard that have no place yet, and says how many.
    pub(super) fn place_rest(&mut self, at: &ShardName) -> usize {
        match &mut self.places {
            PiecePlaces::Together(Some(_)) => 0,
            PiecePlaces::Together(shard) => {
                *shard = Some(at.clone());
                self.count
            }
            PiecePlaces::Each(shards) => {
                let unplaced = shards.iter_mut().filter(|shard| shard.is_none());
                unplaced.map(|shard| *shard = Some(at.clone())).count()
            }
        }
    }

    /// What each piece weighs, and where it is: for who takes some of them apart.
    pub(super) fn each_mut(&mut self) -> impl Iterator<Item = (&Weight, &mut Option<ShardName>)> {
        if let PiecePlaces::Together(shard) = &self.places {
            self.places = PiecePlaces::Each(vec![shard.clone(); self.count]);
        }
        let shards: &mut [_] = match &mut self.places {
            PiecePlaces::Each(shards) => shards,
            PiecePlaces::Together(_) => &mut [],
        };
        let weights = &self.weights;
        shards.iter_mut().enumerate().map(|(at, shard)| (weights.get(at), shard))
    }

    /// How many pieces are in each shard, and what they weigh there.
    pub(super) fn by_shard(&self) -> Vec<(&ShardName, usize, Vec<u64>)> {
        let each = match &self.places {
            PiecePlaces::Together(shard) => {
                let all = shard.iter().map(|shard| (shard, self.count, self.weight_of(|_| true)));
                return all.collect();
            }
            PiecePlaces::Each(each) => each.iter().enumerate(),
        };
        let mut shards: Vec<(&ShardName, usize, Vec<u64>)> = Vec::new();
        let mut known: FxHashMap<&ShardName, usize> = FxHashMap::default();
        for (at, shard) in each.filter_map(|(at, shard)| Some((at, shard.as_ref()?))) {
            let place = *known.entry(shard).or_insert(shards.len());
            match shards.get_mut(place) {
                Some((_, pieces, weight)) => {
                    *pieces += 1;
                    add(weight, self.weights.get(at));
                }
                None => shards.push((shard, 1, self.weights.get(at).to_vec())),
            }
        }
        shards
    }

    /// The pieces that fit nowhere.
    pub(super) fn oversized(&self, loads: &Loads) -> Vec<(NodeKey, Option<DatasetName>)> {
        let is_heavy: Vec<bool> = self.weights.iter().map(|weight| !loads.could_fit(weight)).collect();
        let mut heavy = Vec::new();
        if is_heavy.contains(&true) {
            let mut is_heavy = is_heavy.into_iter();
            self.fragment.visit(self.graph, |piece| {
                heavy.extend(is_heavy.next().filter(|is| *is).map(|_| piece.key()))
            });
        }
        heavy
    }

    /// The placement that they make: where the first piece is, and what is not there. A dataset is expected where its
    /// capture is.
    pub(super) fn placement(&self) -> FragmentPlacement {
        let each = match &self.places {
            PiecePlaces::Together(shard) => {
                return FragmentPlacement { shard: shard.clone(), apart: None, known: self.known() };
            }
            PiecePlaces::Each(each) => each,
        };
        let first_shard = each.first().and_then(Option::as_ref);
        let mut apart = PlacementExceptions::default();
        let mut captured_at = first_shard;
        let mut each = each.iter().map(Option::as_ref);
        self.fragment.visit(self.graph, |piece| {
            let shard = each.next().flatten();
            match piece.dataset() {
                None => {
                    if piece.node.kind() == NodeKind::Ingest {
                        captured_at = shard;
                    }
                    apart.nodes.extend(
                        shard.filter(|_| shard != first_shard).map(|at| (piece.node.key(), at.clone())),
                    );
                }
                Some(dataset) => {
                    if let Some(at) = shard.filter(|_| shard != captured_at) {
                        let datasets = apart.datasets.entry(piece.node.key()).or_default();
                        datasets.insert(dataset.clone(), at.clone());
                    }
                }
            }
        });
        let apart = (apart != PlacementExceptions::default()).then(|| Arc::new(apart));
        FragmentPlacement { shard: first_shard.cloned(), apart, known: self.known() }
    }

    /// What is known once all of them have a place: only what is limited has to make room for what is new.
    fn known(&self) -> Option<PlacedDatasets> {
        match self.fragment {
            Fragment::Datastore(datastore_fragment) if self.weights.limits > 0 => {
                Some(PlacedDatasets::from_fragment(datastore_fragment, self.graph.platform()))
            }
            _ => None,
        }
    }

    /// What those together weigh of which it is meant, by where they are.
    fn weight_of(&self, is_meant: impl Fn(&Option<ShardName>) -> bool) -> Vec<u64> {
        let mut all = Vec::new();
        for (at, weight) in self.weights.iter().enumerate() {
            let shard = match &self.places {
                PiecePlaces::Together(shard) => Some(shard),
                PiecePlaces::Each(each) => each.get(at),
            };
            if shard.is_some_and(&is_meant) {
                add(&mut all, weight);
            }
        }
        all
    }
}

/// What many weigh, by the same limits: one after the other, without a place in memory for each.
struct PieceWeights {
    limits: usize,
    flat: Vec<u64>,
}

impl PieceWeights {
    fn with_room_for(count: usize, limits: usize) -> Self {
        Self { limits, flat: Vec::with_capacity(count.saturating_mul(limits)) }
    }

    /// What is too heavy for any shard weighs no more than what only just is, whatever it says: so sums stay exact, and
    /// what was added can be taken away.
    fn push(&mut self, weight: &Weight, limits: &Weight) {
        let weight = weight.iter().copied().chain(iter::repeat(0));
        self.flat.extend(weight.zip(limits).map(|(weight, limit)| weight.min(limit.saturating_add(1))));
    }

    fn get(&self, position: usize) -> &Weight {
        let start = position * self.limits;
        self.flat.get(start..start + self.limits).unwrap_or_default()
    }

    /// None where there are no limits.
    fn iter(&self) -> impl Iterator<Item = &Weight> {
        self.flat.chunks_exact(self.limits.max(1))
    }
}
