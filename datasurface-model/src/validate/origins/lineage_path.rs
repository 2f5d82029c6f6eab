//! The way on which data came from another zone, for people to read.

use super::{
    super::unit_index::UnitIndex,
    lineage_graph::{LineageGraph, LineageNode},
};
use datasurface_schema::{DatastoreName, Text, ZoneName};
use rustc_hash::FxHashMap;
use std::collections::{VecDeque, hash_map::Entry};

/// How many nodes are looked at: from further away, no way is told.
const MOST_NODES: usize = 1000;

/// Where data derives, and a zone that it derives from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct LineageKey {
    pub(crate) datastore: DatastoreName,
    pub(crate) zone: ZoneName,
}

/// A shortest way from a datastore of a zone to what derives from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LineagePath {
    pub(crate) source: DatastoreName,
    /// The datastores and containers between both, from the source on.
    pub(crate) through: Vec<Text>,
}

impl LineagePath {
    /// Looks from the datastore backwards. Of ways that are as short, the first by names.
    pub(super) fn find(key: &LineageKey, lineage: &LineageGraph, directory: &UnitIndex) -> Option<Self> {
        let target = LineageNode::Datastore(key.datastore.clone());
        let mut waiting = VecDeque::from([&target]);
        // For each node that was met, the one that derives from it.
        let mut next: FxHashMap<&LineageNode, Option<&LineageNode>> = FxHashMap::from_iter([(&target, None)]);
        while let Some(node) = waiting.pop_front() {
            for input in lineage.inputs(node) {
                if let LineageNode::Datastore(name) = input
                    && is_of_zone(name, &key.zone, directory)
                {
                    let on_the_way =
                        std::iter::successors(Some(node), |node| next.get(node).copied().flatten());
                    let through = on_the_way.filter(|node| **node != target).map(|node| node.name(directory));
                    return Some(Self { source: name.clone(), through: through.collect() });
                }
                if next.len() < MOST_NODES
                    && let Entry::Vacant(entry) = next.entry(input)
                {
                    entry.insert(Some(node));
                    waiting.push_back(input);
                }
            }
        }
        None
    }
}

/// Whether a datastore has data of a zone by itself.
pub(super) fn is_of_zone(datastore: &DatastoreName, zone: &ZoneName, directory: &UnitIndex) -> bool {
    let Some((_, found)) = directory.datastores().get(datastore) else { return false };
    let source = found.entity().capture().map(|capture| &capture.container().zone);
    found.located().team.zone == *zone || source == Some(zone)
}
