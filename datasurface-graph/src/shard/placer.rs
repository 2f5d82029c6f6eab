//! Work in progress: fragments of a graph that are being placed.

use super::{
    NodeWeight, Shards,
    fragment::Fragment,
    load::{Loads, Weight, position},
    pieces::Pieces,
    placement::{FragmentPlacement, Placement},
};
use crate::{
    fragments::{Fragments, FragmentsDifference, Origin, TransformerFragment},
    graph::{IntentionGraph, Node},
    key::NodeKey,
    query::{Step, in_order},
};
use datasurface_model::{DatasetName, DatastoreName, Entity, ShardName, WorkspaceName};
use rustc_hash::FxHashMap;
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
};

type Weigh<'a> = &'a dyn Fn(&Node<'_>) -> NodeWeight;

pub(super) struct Placer<'g> {
    graph: &'g IntentionGraph,
    /// Where everything else is.
    placement: Placement,
    loads: Loads,
    oversized: BTreeSet<(NodeKey, Option<DatasetName>)>,
    weigh: Weigh<'g>,
    /// What happens for datastores, and then transformers, each by name.
    units: Vec<PlacingFragment<'g>>,
    /// Where the unit of each datastore is.
    datastore_fragments: FxHashMap<DatastoreName, usize>,
    /// Where the unit of each transformer is.
    transformer_fragments: FxHashMap<WorkspaceName, usize>,
}

/// A fragment that is being placed.
struct PlacingFragment<'g> {
    fragment: Fragment<'g>,
    /// None as long as nothing of it has a place, and none once all of it has.
    pieces: Option<Box<Pieces<'g>>>,
    /// Where it is, as far as it has a place.
    placed: Option<FragmentPlacement>,
}

impl<'g> Placer<'g> {
    /// Everything is to be placed.
    pub(super) fn new(
        graph: &'g IntentionGraph,
        before: &Placement,
        limits: &[u64],
        weigh: Weigh<'g>,
    ) -> Self {
        let mut work = Self::with_placement(graph, Placement::default(), Loads::new(limits), weigh);
        let Fragments { datastore_fragments, transformer_fragments, .. } = graph.fragments();
        work.units.reserve(datastore_fragments.len() + transformer_fragments.len());
        work.datastore_fragments.reserve(datastore_fragments.len());
        for datastore_fragment in datastore_fragments.values() {
            work.add(Fragment::Datastore(datastore_fragment), before.datastore(datastore_fragment.name()));
        }
        for transformer_fragment in transformer_fragments.values() {
            work.add(
                Fragment::Transformer(transformer_fragment),
                before.transformer(transformer_fragment.name()),
            );
        }
        work
    }

    /// What changed is to be placed, where everything else is where it was placed in `shards`.
    pub(super) fn incremental(
        (shards, was): (&'g Shards, Weigh<'_>),
        before: &'g Placement,
        (graph, weigh): (&'g IntentionGraph, Weigh<'g>),
        reweighed: &'g BTreeSet<DatastoreName>,
    ) -> Self {
        let limits = shards.loads.limits();
        if shards.graph.platform() != graph.platform() {
            return Self::new(graph, before, limits, weigh);
        }
        let mut work = Self::with_placement(graph, shards.placement.clone(), shards.loads.clone(), weigh);
        work.oversized = shards.oversized.clone();
        let (datastores, transformers) = before.changed_since(&shards.placement);
        let datastores: BTreeSet<&DatastoreName> = datastores.collect();
        let transformers: BTreeSet<&WorkspaceName> = transformers.collect();
        let is_moved = !datastores.is_empty() || !transformers.is_empty();
        let touched = (datastores.into_iter().chain(reweighed).collect(), transformers);
        let FragmentsDifference { datastore_fragments, transformer_fragments } =
            shards.graph.fragments().difference_with(graph.fragments(), touched, graph.platform());
        for (one, other) in datastore_fragments {
            let [old, new] = [one, other].map(|fragment| fragment.map(Fragment::Datastore));
            work.replace((shards, was, old), (before, new));
        }
        for (one, other) in transformer_fragments {
            let [old, new] = [one, other].map(|fragment| fragment.map(Fragment::Transformer));
            work.replace((shards, was, old), (before, new));
        }
        let were_overfull = shards.loads.overfull();
        if work.loads.overfull().iter().any(|shard| is_moved || !were_overfull.contains(shard)) {
            // What has to move may be among what did not change.
            return Self::new(graph, before, limits, weigh);
        }
        work
    }

    fn with_placement(
        graph: &'g IntentionGraph,
        placement: Placement,
        loads: Loads,
        weigh: Weigh<'g>,
    ) -> Self {
        Self {
            graph,
            placement,
            loads,
            weigh,
            oversized: BTreeSet::new(),
            units: Vec::new(),
            datastore_fragments: FxHashMap::default(),
            transformer_fragments: FxHashMap::default(),
        }
    }

    /// Places what has no place, and gives the shards back.
    pub(super) fn run(mut self) -> Shards {
        self.evict();
        self.units.iter_mut().for_each(PlacingFragment::record_placement);
        for (at, transformer_fragment) in self.producers_first() {
            for datastore in transformer_fragment.sources() {
                self.place_datastore(datastore.name());
            }
            self.place_unit(at);
            self.place_datastore(transformer_fragment.output());
        }
        for at in 0..self.units.len() {
            self.place_unit(at);
        }
        for PlacingFragment { fragment, placed, .. } in self.units {
            self.placement.set(fragment, placed);
        }
        Shards {
            graph: self.graph.share(),
            placement: self.placement,
            loads: self.loads,
            oversized: self.oversized,
        }
    }

    /// Adds a fragment that has to be placed, as far as it was not placed, and says whether the platform does anything for it.
    fn add(&mut self, fragment: Fragment<'g>, placed: Option<&FragmentPlacement>) -> bool {
        if !fragment.is_in(self.graph) {
            return false;
        }
        let pieces = placed.map(|placed| {
            let mut pieces = self.pieces_of(fragment);
            pieces.place_from(placed);
            for (shard, count, weight) in pieces.by_shard() {
                self.loads.add(shard, count, &weight);
            }
            Box::new(pieces)
        });
        let at = self.units.len();
        match fragment {
            Fragment::Datastore(datastore_fragment) => {
                self.datastore_fragments.insert(datastore_fragment.name().clone(), at)
            }
            Fragment::Transformer(transformer_fragment) => {
                self.transformer_fragments.insert(transformer_fragment.name().clone(), at)
            }
        };
        self.units.push(PlacingFragment { fragment, pieces, placed: None });
        true
    }

    /// Puts a fragment, where it was placed before, into the place of what it was in shards.
    fn replace(
        &mut self,
        (shards, was, old): (&'g Shards, Weigh<'_>, Option<Fragment<'g>>),
        (before, new): (&Placement, Option<Fragment<'g>>),
    ) {
        if let Some(old) = old {
            self.take_out((&shards.graph, was), old, shards.placement.placement_of(old));
        }
        let is_here = new.is_some_and(|new| self.add(new, before.placement_of(new)));
        if let Some(old) = old.filter(|_| !is_here) {
            self.placement.set(old, None);
        }
    }

    fn pieces_of(&mut self, fragment: Fragment<'g>) -> Pieces<'g> {
        let pieces = Pieces::new(fragment, self.graph, self.loads.limits(), self.weigh);
        self.oversized.extend(pieces.oversized(&self.loads));
        pieces
    }

    /// Takes pieces away that are not there any more, or not in this form.
    fn take_out(
        &mut self,
        (graph, weigh): (&IntentionGraph, Weigh<'_>),
        fragment: Fragment<'_>,
        placed: Option<&FragmentPlacement>,
    ) {
        let mut pieces = Pieces::new(fragment, graph, self.loads.limits(), weigh);
        placed.into_iter().for_each(|placed| pieces.place_from(placed));
        for (shard, count, weight) in pieces.by_shard() {
            self.loads.subtract(shard, count, &weight);
        }
        for piece in pieces.oversized(&self.loads) {
            self.oversized.remove(&piece);
        }
    }

    /// Takes pieces out of shards that are over a limit, the heaviest first, so that as few as possible move.
    fn evict(&mut self) {
        let overfull = self.loads.overfull().clone();
        if overfull.is_empty() {
            return;
        }
        let pieces = self.units.iter_mut().filter_map(|unit| unit.pieces.as_mut());
        let mut by_shard: BTreeMap<ShardName, Vec<(&Weight, &mut Option<ShardName>)>> = BTreeMap::new();
        for (weight, place) in pieces.flat_map(|pieces| pieces.each_mut()) {
            if let Some(shard) = place.clone().filter(|shard| overfull.contains(shard)) {
                by_shard.entry(shard).or_default().push((weight, place));
            }
        }
        for (shard, pieces) in &mut by_shard {
            while let Some(limit) = self.loads.exceeded(shard) {
                pieces.retain(|(_, place)| place.is_some());
                pieces.sort_by_key(|(weight, _)| Reverse(weight.get(limit).copied()));
                for (weight, place) in pieces.iter_mut() {
                    if self.loads.exceeded(shard) != Some(limit) {
                        break;
                    }
                    **place = None;
                    self.loads.subtract(shard, 1, weight);
                }
            }
        }
    }

    /// The transformers that have no place yet, in an order in which data comes to them.
    fn producers_first(&self) -> Vec<(usize, &'g TransformerFragment)> {
        let transformers = &self.graph.fragments().transformers;
        let units = self.units.iter().enumerate().filter(|(_, unit)| !unit.is_placed());
        let mut transformer_fragments: Vec<(usize, &TransformerFragment)> = units
            .filter_map(|(at, unit)| match unit.fragment {
                Fragment::Transformer(transformer_fragment) => Some((at, &**transformer_fragment)),
                Fragment::Datastore(_) => None,
            })
            .collect();
        let group = |transformer_fragment: &TransformerFragment| {
            transformers.maker_of(transformer_fragment.output()).map(|maker| maker.group)
        };
        transformer_fragments
            .sort_by_cached_key(|(_, transformer_fragment)| Reverse(group(transformer_fragment)));
        for alike in transformer_fragments.chunk_by_mut(|(_, one), (_, other)| group(one) == group(other)) {
            in_order_here(alike);
        }
        transformer_fragments
    }

    fn place_datastore(&mut self, name: &DatastoreName) {
        if let Some(at) = self.datastore_fragments.get(name) {
            self.place_unit(*at);
        }
    }

    /// Places what has no place yet.
    fn place_unit(&mut self, at: usize) {
        let Some(unit) = self.units.get_mut(at).filter(|unit| !unit.is_placed()) else {
            return;
        };
        let (fragment, pieces) = (unit.fragment, unit.pieces.take());
        let mut pieces = pieces.map_or_else(|| self.pieces_of(fragment), |pieces| *pieces);
        let surroundings = self.surroundings(fragment);
        self.place(&mut pieces, surroundings);
        if let Some(unit) = self.units.get_mut(at) {
            unit.placed = Some(pieces.placement());
        }
    }

    /// What is done for a datastore is beside the transformer that makes it, and before those that read it; a transformer
    /// is beside what it reads, and before what it makes.
    fn surroundings(&self, fragment: Fragment<'g>) -> Neighbours {
        match fragment {
            Fragment::Datastore(datastore_fragment) => {
                let maker = match &datastore_fragment.origin {
                    Origin::Made { by } => self.placement_of_transformer(by),
                    Origin::Captured { .. } => None,
                };
                let part = datastore_fragment.part(self.graph.platform()).into_iter();
                let readers =
                    part.flat_map(|part| part.all_readers()).filter(|reader| reader.owing.is_some());
                let after = readers
                    .filter_map(|reader| self.placement_of_transformer(&reader.consumer.group.workspace));
                Neighbours::new(maker.into_iter(), after)
            }
            Fragment::Transformer(transformer_fragment) => {
                let sources = transformer_fragment.sources().iter();
                let before = sources.filter_map(|datastore| self.placement_of_datastore(datastore.name()));
                let after = self.placement_of_datastore(transformer_fragment.output());
                Neighbours::new(before, after.into_iter())
            }
        }
    }

    fn placement_of_datastore(&self, name: &DatastoreName) -> Option<&FragmentPlacement> {
        match self.datastore_fragments.get(name) {
            Some(at) => self.units.get(*at)?.placed.as_ref(),
            None => self.placement.datastore(name),
        }
    }

    fn placement_of_transformer(&self, name: &WorkspaceName) -> Option<&FragmentPlacement> {
        match self.transformer_fragments.get(name) {
            Some(at) => self.units.get(*at)?.placed.as_ref(),
            None => self.placement.transformer(name),
        }
    }

    /// Places what has no place: together if they fit, one by one if not.
    fn place(&mut self, pieces: &mut Pieces<'_>, surroundings: Neighbours) {
        let weight = pieces.unplaced_weight();
        let last = self.loads.last();
        let candidates: Vec<&ShardName> = {
            let here = pieces.by_shard().into_iter().map(|(shard, ..)| shard);
            here.chain(&surroundings.shards).chain([&last]).collect()
        };
        let fits = |shard: &&ShardName| self.loads.fits(shard, &weight);
        let is_between = |shard: &&ShardName| surroundings.between.contains(&position(shard));
        let in_order = candidates.iter().copied().filter(is_between).find(fits);
        // A new shard comes after all others: where it must not, it is no better than any other.
        let is_open = *surroundings.between.end() == u64::MAX;
        let anywhere = || candidates.iter().copied().filter(|_| !is_open).find(fits);
        let together = in_order
            .or_else(anywhere)
            .cloned()
            .or_else(|| self.loads.could_fit(&weight).then(|| self.loads.next()));
        if let Some(shard) = together {
            let count = pieces.place_rest(&shard);
            self.loads.add(&shard, count, &weight);
            return;
        }
        let mut shard = last;
        for (weight, place) in pieces.each_mut().filter(|(_, place)| place.is_none()) {
            if !self.loads.fits(&shard, weight) {
                shard = self.loads.next();
            }
            self.loads.add(&shard, 1, weight);
            *place = Some(shard.clone());
        }
    }
}

/// Puts transformers that need each other's output into an order in which data comes to them here: what closes their circle may
/// be on another platform.
fn in_order_here(transformer_fragments: &mut [(usize, &TransformerFragment)]) {
    if transformer_fragments.len() < 2 {
        return;
    }
    let makers: FxHashMap<&DatastoreName, usize> =
        transformer_fragments.iter().enumerate().map(|(at, (_, maker))| (maker.output(), at)).collect();
    let links = transformer_fragments.iter().enumerate().flat_map(|(reader, (_, transformer_fragment))| {
        let sources = transformer_fragment.sources().iter();
        sources.filter_map(|source| makers.get(source.name())).map(move |maker| (*maker, reader))
    });
    let order = in_order((0..transformer_fragments.len()).collect(), &links.collect());
    let places = order.iter().flat_map(Step::members);
    let ordered: Vec<_> = places.filter_map(|at| transformer_fragments.get(*at).copied()).collect();
    transformer_fragments.copy_from_slice(&ordered);
}

impl PlacingFragment<'_> {
    fn is_placed(&self) -> bool {
        self.pieces.is_none() && self.placed.is_some()
    }

    /// Is placed where its pieces are.
    fn record_placement(&mut self) {
        self.placed = self.pieces.as_ref().map(|pieces| pieces.placement());
        self.pieces.take_if(|pieces| pieces.are_placed());
    }
}

/// What is before and after something that is to be placed.
struct Neighbours {
    /// Most links first.
    shards: Vec<ShardName>,
    /// The positions at which no shard has to wait for one that comes later.
    between: RangeInclusive<u64>,
}

impl Neighbours {
    fn new<'h>(
        before: impl Iterator<Item = &'h FragmentPlacement>,
        after: impl Iterator<Item = &'h FragmentPlacement>,
    ) -> Self {
        let mut links: BTreeMap<&ShardName, usize> = BTreeMap::new();
        let (mut first, mut last) = (0, u64::MAX);
        for placed in before {
            first = placed.positions().fold(first, u64::max);
            placed.shard.iter().for_each(|shard| *links.entry(shard).or_default() += 1);
        }
        for placed in after {
            last = placed.positions().fold(last, u64::min);
            placed.shard.iter().for_each(|shard| *links.entry(shard).or_default() += 1);
        }
        let mut shards: Vec<_> = links.into_iter().collect();
        shards.sort_by_key(|(_, links)| Reverse(*links));
        Self { shards: shards.into_iter().map(|(shard, _)| shard.clone()).collect(), between: first..=last }
    }
}
