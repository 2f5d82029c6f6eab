//! Work in progress: fragments of a graph that are being placed.

use super::{
    NodeWeight, Shards,
    load::{Loads, position},
    pieces::{Piece, Pieces},
    placement::{Home, Placement},
};
use crate::{
    diff::differing,
    estate::{Derivation, Estate, Origin, Supply},
    graph::{IntentionGraph, Node},
    key::NodeKey,
};
use datasurface_model::{DatasetName, DatastoreName, Entity, ShardName, WorkspaceName};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
};

type Weigh<'a> = &'a dyn Fn(&Node<'_>) -> NodeWeight;

pub(super) struct Work<'g> {
    graph: &'g IntentionGraph,
    placement: Placement,
    loads: Loads,
    too_heavy: BTreeSet<(NodeKey, Option<DatasetName>)>,
    weigh: Weigh<'g>,
    /// With their pieces, if some have a place already.
    supplies: BTreeMap<&'g DatastoreName, (&'g Supply, Option<Pieces<'g>>)>,
    derivations: BTreeMap<&'g WorkspaceName, (&'g Derivation, Pieces<'g>)>,
}

impl<'g> Work<'g> {
    /// Everything is to be placed.
    pub(super) fn anew(
        graph: &'g IntentionGraph,
        before: &Placement,
        limits: &[u64],
        weigh: Weigh<'g>,
    ) -> Self {
        let mut work = Self {
            graph,
            weigh,
            placement: Placement::default(),
            loads: Loads::new(limits),
            too_heavy: BTreeSet::new(),
            supplies: BTreeMap::new(),
            derivations: BTreeMap::new(),
        };
        for supply in graph.estate().supplies.values() {
            work.add_supply(supply, before.datastore(supply.name()));
        }
        for derivation in graph.estate().derivations.values() {
            work.add_derivation(derivation, before.transformer(derivation.name()));
        }
        work
    }

    /// What changed is to be placed.
    pub(super) fn since(before: &'g Shards, graph: &'g IntentionGraph, weigh: Weigh<'g>) -> Self {
        if before.graph.estate().platforms != graph.estate().platforms
            || before.graph.platform() != graph.platform()
        {
            return Self::anew(graph, &before.placement, before.loads.limits(), weigh);
        }
        let mut work = Self {
            graph,
            weigh,
            placement: before.placement.clone(),
            loads: before.loads.clone(),
            too_heavy: before.too_heavy.clone(),
            supplies: BTreeMap::new(),
            derivations: BTreeMap::new(),
        };
        let (old, new): (&Estate, &'g Estate) = (before.graph.estate(), graph.estate());
        for (one, other) in differing(&old.supplies, &new.supplies) {
            if let Some(supply) = one {
                let pieces = Pieces::of_supply(&before.graph, supply, weigh);
                work.take_out(pieces, before.placement.datastore(supply.name()));
            }
            let placed = other
                .is_some_and(|supply| work.add_supply(supply, before.placement.datastore(supply.name())));
            if let Some(supply) = one.filter(|_| !placed) {
                work.placement.set_datastore(supply.name(), None);
            }
        }
        for (one, other) in differing(&old.derivations, &new.derivations) {
            if let Some(derivation) = one {
                let pieces = Pieces::of_derivation(&before.graph, derivation, weigh);
                work.take_out(pieces, before.placement.transformer(derivation.name()));
            }
            let placed = other.is_some_and(|derivation| {
                work.add_derivation(derivation, before.placement.transformer(derivation.name()))
            });
            if let Some(derivation) = one.filter(|_| !placed) {
                work.placement.set_transformer(derivation.name(), None);
            }
        }
        let were_overfull = before.loads.overfull();
        if work.loads.overfull().iter().any(|shard| !were_overfull.contains(shard)) {
            // What has to move may be among what did not change.
            return Self::anew(graph, &before.placement, before.loads.limits(), weigh);
        }
        work
    }

    /// Places what has no place, and gives the shards back.
    pub(super) fn carry_out(mut self) -> Shards {
        self.evict();
        self.record_homes();
        for derivation in self.producers_first() {
            for datastore in derivation.sources() {
                self.place_supply(datastore.name());
            }
            self.place_derivation(derivation.name());
            self.place_supply(derivation.output());
        }
        while let Some((name, _)) = self.supplies.first_key_value() {
            self.place_supply(name);
        }
        Shards {
            graph: self.graph.share(),
            placement: self.placement,
            loads: self.loads,
            too_heavy: self.too_heavy,
        }
    }

    /// Says whether the platform does something for it.
    fn add_supply(&mut self, supply: &'g Supply, home: Option<&Home>) -> bool {
        let is_here = supply.part(self.graph.platform_id()).is_some();
        if is_here {
            let pieces = home.map(|home| {
                let mut pieces = self.pieces_of(supply);
                self.put_in(&mut pieces, home);
                pieces
            });
            self.supplies.insert(supply.name(), (supply, pieces));
        }
        is_here
    }

    /// Says whether it runs on the platform.
    fn add_derivation(&mut self, derivation: &'g Derivation, home: Option<&Home>) -> bool {
        let is_here = derivation.on == self.graph.platform_id();
        if is_here {
            let mut pieces = Pieces::of_derivation(self.graph, derivation, self.weigh);
            self.note_heavy(&pieces);
            if let Some(home) = home {
                self.put_in(&mut pieces, home);
            }
            self.derivations.insert(derivation.name(), (derivation, pieces));
        }
        is_here
    }

    fn pieces_of(&mut self, supply: &'g Supply) -> Pieces<'g> {
        let pieces = Pieces::of_supply(self.graph, supply, self.weigh);
        self.note_heavy(&pieces);
        pieces
    }

    fn note_heavy(&mut self, pieces: &Pieces<'_>) {
        let heavy = pieces.pieces.iter().filter(|piece| !self.loads.could_fit(&piece.weight));
        self.too_heavy.extend(heavy.map(Piece::key));
    }

    /// Puts pieces where they were.
    fn put_in(&mut self, pieces: &mut Pieces<'_>, home: &Home) {
        pieces.settle(home);
        for (shard, count, weight) in pieces.by_shard() {
            self.loads.add(shard, count, &weight);
        }
    }

    /// Takes pieces away that are not there any more, or not in this form.
    fn take_out(&mut self, mut pieces: Pieces<'_>, home: Option<&Home>) {
        home.into_iter().for_each(|home| pieces.settle(home));
        for (shard, count, weight) in pieces.by_shard() {
            self.loads.subtract(shard, count, &weight);
        }
        for piece in pieces.pieces.iter().filter(|piece| !self.loads.could_fit(&piece.weight)) {
            self.too_heavy.remove(&piece.key());
        }
    }

    /// Takes pieces out of shards that are over a limit, the heaviest first, so that as few as possible move.
    fn evict(&mut self) {
        let overfull = self.loads.overfull().clone();
        if overfull.is_empty() {
            return;
        }
        let supplies = self.supplies.values_mut().filter_map(|(_, pieces)| pieces.as_mut());
        let derivations = self.derivations.values_mut().map(|(_, pieces)| pieces);
        let pieces = supplies.chain(derivations).flat_map(|pieces| &mut pieces.pieces);
        let mut by_shard: BTreeMap<ShardName, Vec<&mut Piece<'_>>> = BTreeMap::new();
        for piece in pieces {
            if let Some(shard) = piece.shard.clone().filter(|shard| overfull.contains(shard)) {
                by_shard.entry(shard).or_default().push(piece);
            }
        }
        for (shard, pieces) in &mut by_shard {
            while let Some(limit) = self.loads.exceeded(shard) {
                pieces.retain(|piece| piece.shard.is_some());
                pieces.sort_by_key(|piece| Reverse(piece.weight.get(limit).copied()));
                for heaviest in pieces.iter_mut() {
                    if self.loads.exceeded(shard) != Some(limit) {
                        break;
                    }
                    heaviest.shard = None;
                    self.loads.subtract(shard, 1, &heaviest.weight);
                }
            }
        }
    }

    /// Remembers where everything is that has a place; only the rest is still to be done.
    fn record_homes(&mut self) {
        let is_limited = self.loads.is_limited();
        let is_placed = |pieces: &Pieces<'_>| pieces.pieces.iter().all(|piece| piece.shard.is_some());
        self.supplies.retain(|name, (_, pieces)| {
            let Some(pieces) = pieces else { return true };
            self.placement.set_datastore(name, pieces.home(is_limited));
            !is_placed(pieces)
        });
        self.derivations.retain(|name, (_, pieces)| {
            self.placement.set_transformer(name, pieces.home(false));
            !is_placed(pieces)
        });
    }

    /// The transformers that have no place yet, in an order in which data comes to them.
    fn producers_first(&self) -> Vec<&'g Derivation> {
        let transformers = &self.graph.estate().transformers;
        let mut derivations: Vec<&Derivation> =
            self.derivations.values().map(|(derivation, _)| *derivation).collect();
        let group =
            |derivation: &Derivation| transformers.maker_of(derivation.output()).map(|maker| maker.group);
        derivations.sort_by_key(|derivation| Reverse(group(derivation)));
        derivations
    }

    /// Places what is done for a datastore: beside the transformer that makes it, and before those that read it.
    fn place_supply(&mut self, name: &DatastoreName) {
        let Some((name, (supply, pieces))) = self.supplies.remove_entry(name) else {
            return;
        };
        let mut pieces = pieces.unwrap_or_else(|| self.pieces_of(supply));
        let maker = match &supply.origin {
            Origin::Made { by } => self.placement.transformer(by),
            Origin::Captured { .. } => None,
        };
        let part = supply.part(self.graph.platform_id()).into_iter();
        let readers = part.flat_map(|part| part.exports.iter().flat_map(|export| part.readers(export)));
        let readers = readers.filter(|reader| reader.owing.is_some());
        let after = readers.filter_map(|reader| self.placement.transformer(&reader.consumer.group.workspace));
        let after: Vec<&Home> = after.collect();
        let surroundings = Surroundings::of(maker.into_iter(), after.into_iter());
        self.place(&mut pieces, surroundings);
        self.placement.set_datastore(name, pieces.home(self.loads.is_limited()));
    }

    /// Places a transformer beside what it reads, and before what it makes.
    fn place_derivation(&mut self, name: &WorkspaceName) {
        let Some((name, (derivation, mut pieces))) = self.derivations.remove_entry(name) else {
            return;
        };
        let sources = derivation.sources().iter();
        let before = sources.filter_map(|datastore| self.placement.datastore(datastore.name()));
        let after = self.placement.datastore(derivation.output());
        let surroundings = Surroundings::of(before, after.into_iter());
        self.place(&mut pieces, surroundings);
        self.placement.set_transformer(name, pieces.home(false));
    }

    /// Places what has no place: together if they fit, one by one if not.
    fn place(&mut self, pieces: &mut Pieces<'_>, surroundings: Surroundings) {
        let weight = pieces.unplaced_weight();
        let mut candidates: Vec<ShardName> =
            pieces.by_shard().iter().map(|(shard, ..)| (*shard).clone()).collect();
        candidates.extend(surroundings.shards);
        candidates.push(self.loads.last());
        candidates.retain(|shard| self.loads.fits(shard, &weight));
        let in_order = candidates.iter().find(|shard| surroundings.between.contains(&position(shard)));
        // A new shard comes after all others: where it must not, it is no better than any other.
        let anywhere = candidates.first().filter(|_| *surroundings.between.end() < u64::MAX);
        let together = in_order
            .or(anywhere)
            .cloned()
            .or_else(|| self.loads.could_fit(&weight).then(|| self.loads.next()));
        if let Some(shard) = together {
            let count = pieces.place_rest(&shard);
            self.loads.add(&shard, count, &weight);
            return;
        }
        let mut shard = self.loads.last();
        for piece in pieces.pieces.iter_mut().filter(|piece| piece.shard.is_none()) {
            if !self.loads.fits(&shard, &piece.weight) {
                shard = self.loads.next();
            }
            self.loads.add(&shard, 1, &piece.weight);
            piece.shard = Some(shard.clone());
        }
    }
}

/// What is before and after something that is to be placed.
struct Surroundings {
    /// Most links first.
    shards: Vec<ShardName>,
    /// The positions at which no shard has to wait for one that comes later.
    between: RangeInclusive<u64>,
}

impl Surroundings {
    fn of<'h>(before: impl Iterator<Item = &'h Home>, after: impl Iterator<Item = &'h Home>) -> Self {
        let mut links: BTreeMap<&ShardName, usize> = BTreeMap::new();
        let (mut first, mut last) = (0, u64::MAX);
        for home in before {
            first = home.shards().map(position).fold(first, u64::max);
            home.shard.iter().for_each(|shard| *links.entry(shard).or_default() += 1);
        }
        for home in after {
            last = home.shards().map(position).fold(last, u64::min);
            home.shard.iter().for_each(|shard| *links.entry(shard).or_default() += 1);
        }
        let mut shards: Vec<_> = links.into_iter().collect();
        shards.sort_by_key(|(_, links)| Reverse(*links));
        Self { shards: shards.into_iter().map(|(shard, _)| shard.clone()).collect(), between: first..=last }
    }
}
