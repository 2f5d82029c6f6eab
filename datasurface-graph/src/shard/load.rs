//! What shards bear.

use datasurface_model::ShardName;
use imbl::{OrdMap, OrdSet};
use std::sync::Arc;

/// A weight by limit, in the order of the limits.
pub(super) type Weight = [u64];

/// How much is in each shard, and how much one can bear.
#[derive(Clone, Debug)]
pub(super) struct Loads {
    limits: Arc<Weight>,
    shards: OrdMap<ShardName, Arc<Load>>,
    /// The shards that bear more than they can.
    overfull: OrdSet<ShardName>,
    /// The highest position of a shard that something is in.
    last: u64,
}

#[derive(Clone, Debug, Default)]
struct Load {
    /// Nodes, and datasets of nodes.
    pieces: usize,
    weight: Vec<u64>,
}

/// The name of the first shard, and the beginning of all others.
const FIRST: &str = "main";

impl Loads {
    pub(super) fn new(limits: &Weight) -> Self {
        Self { limits: limits.into(), shards: OrdMap::new(), overfull: OrdSet::new(), last: 0 }
    }

    pub(super) fn limits(&self) -> &Weight {
        &self.limits
    }

    pub(super) fn add(&mut self, shard: &ShardName, pieces: usize, weight: &Weight) {
        if pieces == 0 {
            return;
        }
        self.last = self.last.max(position(shard));
        let load = Arc::make_mut(self.shards.entry(shard.clone()).or_default());
        load.pieces = load.pieces.saturating_add(pieces);
        add(&mut load.weight, weight);
        if !is_within(&load.weight, &self.limits) {
            self.overfull.insert(shard.clone());
        }
    }

    pub(super) fn subtract(&mut self, shard: &ShardName, pieces: usize, weight: &Weight) {
        let Some(load) = self.shards.get_mut(shard).map(Arc::make_mut) else {
            return;
        };
        load.pieces = load.pieces.saturating_sub(pieces);
        subtract(&mut load.weight, weight);
        if !self.overfull.is_empty() && is_within(&load.weight, &self.limits) {
            self.overfull.remove(shard);
        }
        if load.pieces == 0 {
            self.shards.remove(shard);
            if position(shard) == self.last {
                self.last = self.shards.keys().map(position).max().unwrap_or_default();
            }
        }
    }

    /// Whether a shard can bear this too.
    pub(super) fn fits(&self, shard: &ShardName, weight: &Weight) -> bool {
        let load = self.shards.get(shard).map_or(&[][..], |load| &load.weight);
        let sum = |limit| weight_at(load, limit).saturating_add(weight_at(weight, limit));
        self.limits.iter().enumerate().all(|(limit, most)| sum(limit) <= *most)
    }

    /// Whether a shard could bear this if nothing else were in it.
    pub(super) fn could_fit(&self, weight: &Weight) -> bool {
        is_within(weight, &self.limits)
    }

    /// The shards that bear more than they can.
    pub(super) fn overfull(&self) -> &OrdSet<ShardName> {
        &self.overfull
    }

    /// A limit that a shard is over, unless it cannot be divided.
    pub(super) fn exceeded(&self, shard: &ShardName) -> Option<usize> {
        let load = self.shards.get(shard).filter(|load| load.pieces > 1)?;
        load.weight.iter().zip(&*self.limits).position(|(weight, limit)| weight > limit)
    }

    /// The last shard.
    pub(super) fn last(&self) -> ShardName {
        let numbered = || name(self.last);
        if self.last > 0 {
            return numbered();
        }
        self.shards.keys().next_back().cloned().unwrap_or_else(numbered)
    }

    /// A shard after all others.
    pub(super) fn next(&self) -> ShardName {
        name(self.last.saturating_add(1))
    }
}

/// Shards are numbered in the order in which they were opened. What has another name comes before all of them.
pub(super) fn position(shard: &ShardName) -> u64 {
    match shard.as_str().strip_prefix(FIRST) {
        Some("") => 1,
        Some(rest) => rest.strip_prefix('-').and_then(|number| number.parse().ok()).unwrap_or_default(),
        None => 0,
    }
}

fn name(position: u64) -> ShardName {
    if position <= 1 { FIRST.into() } else { format!("{FIRST}-{position}").into() }
}

fn is_within(weight: &Weight, limits: &Weight) -> bool {
    weight.iter().zip(limits).all(|(weight, limit)| weight <= limit)
}

/// What a weight is by one of the limits; what is missing weighs nothing.
fn weight_at(weight: &Weight, limit: usize) -> u64 {
    weight.get(limit).copied().unwrap_or_default()
}

/// Adds a weight to another.
pub(super) fn add(sum: &mut Vec<u64>, weight: &Weight) {
    sum.resize(sum.len().max(weight.len()), 0);
    sum.iter_mut().zip(weight).for_each(|(sum, weight)| *sum = sum.saturating_add(*weight));
}

/// Takes a weight from another.
fn subtract(rest: &mut [u64], weight: &Weight) {
    rest.iter_mut().zip(weight).for_each(|(rest, weight)| *rest = rest.saturating_sub(*weight));
}
