//! Impact: the consumers that an outage affects.

use super::{Queries, combined::CombinedGraph};
use crate::{
    fragments::{Fragments, KeyedContainer, NodeRef, Origin},
    graph::Node,
    key::NodeKey,
};
use datasurface_model::{
    ContainerKey, DatasetKey, DatastoreName, Deadline, Entity, GroupKey, Latency, Place, PlatformName,
    Priority, Set,
};
use serde::Serialize;
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

/// The part of an ecosystem that is lost.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outage {
    /// A container: nothing can be captured from it, or brought to it.
    Container(ContainerKey),
    /// A location and all that lies in it, with every container and every platform that is there and nowhere else.
    /// [`Queries::with_platform_places`] may know better than the model where platforms are.
    Location(Place),
    /// A platform, with all that it does.
    Platform(PlatformName),
    /// A datastore: nothing new comes from it.
    Datastore(DatastoreName),
    /// One node.
    Node(NodeKey),
}

/// A consumer that an outage affects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AffectedConsumer {
    /// The workspace and the group of the consumer.
    pub group: GroupKey,
    /// The platform that serves the consumer.
    pub platform: PlatformName,
    /// The priority of the workspace, if it has one.
    pub priority: Option<Priority>,
    /// The time that the outage may last before the data is later than was promised.
    /// `None` if no latency was promised.
    pub late_after: Option<Latency>,
    /// The time of day by which the data was promised to be complete.
    /// `None` if that was not promised.
    pub deadline: Option<Deadline>,
    /// The datasets that the consumer does not get any more.
    pub datasets: BTreeSet<DatasetKey>,
    /// Whether the data that the consumer has already is out of reach, too.
    /// It is if the container or the platform of the consumer is what was lost.
    pub is_cut_off: bool,
}

impl AffectedConsumer {
    /// Returns the time from the loss until the first promise is broken at the latest; `None` without a promise.
    /// A deadline comes once a day. The time of the loss is not known, so a deadline counts as 24 hours.
    #[must_use]
    pub fn breaks_within(&self) -> Option<Latency> {
        let a_day = self.deadline.as_ref().map(|_| Latency::hours(24));
        self.late_after.into_iter().chain(a_day).min()
    }
}

impl Queries<'_> {
    /// Returns the consumers that an outage affects, ordered by the time until a promise to them breaks.
    /// Consumers [without a promise](AffectedConsumer::breaks_within) come last; among equals, higher priorities come
    /// first. Transformers pass the loss on and are not named.
    #[must_use]
    pub fn impact(&self, lost: &Outage) -> Vec<AffectedConsumer> {
        let numbers: BTreeSet<usize> = (0..self.whole.len())
            .filter(|number| self.whole.node(*number).is_some_and(|node| self.is_taken(node, lost)))
            .collect();
        let mut hit = self.whole.reached(&numbers, CombinedGraph::after);
        hit.extend(&numbers);
        let mut affected: BTreeMap<(GroupKey, PlatformName), AffectedConsumer> = BTreeMap::new();
        for number in hit {
            let Some(node) = self.whole.node(number) else { continue };
            let NodeKey::Export { platform, dataset, .. } = node.key() else { continue };
            for consumer in node.consumers().filter(|consumer| !consumer.transforms) {
                let key = (consumer.group.clone(), platform.clone());
                let entry = affected.entry(key).or_insert_with_key(|(group, platform)| AffectedConsumer {
                    group: group.clone(),
                    platform: platform.clone(),
                    priority: consumer.priority,
                    late_after: consumer.requirements.latency,
                    deadline: consumer.deadline.as_ref().cloned(),
                    datasets: BTreeSet::new(),
                    is_cut_off: false,
                });
                entry.datasets.insert(dataset.clone());
                // Who only gets nothing new keeps what is there.
                entry.is_cut_off |= !matches!(lost, Outage::Node(_)) && numbers.contains(&number);
            }
        }
        let mut affected: Vec<AffectedConsumer> = affected.into_values().collect();
        affected.sort_by_key(|one| {
            let breaks = one.breaks_within();
            (breaks.is_none(), breaks, Reverse(one.priority))
        });
        affected
    }

    /// Whether a node is part of what is lost.
    fn is_taken(&self, node: Node<'_>, lost: &Outage) -> bool {
        match lost {
            Outage::Container(key) => sites(node).any(|site| *site.key == *key),
            Outage::Location(place) => {
                let containers = sites(node).map(|site| site.container.locations());
                let platform = self.places.get(node.graph().platform());
                containers.chain(platform).any(|locations| are_all_in(locations, place))
            }
            Outage::Platform(platform) => node.graph().platform() == platform,
            Outage::Datastore(name) => match node.node_ref() {
                NodeRef::Ingest { datastore_fragment, .. } => datastore_fragment.name() == name,
                _ => false,
            },
            Outage::Node(key) => node.key() == *key,
        }
    }
}

/// Returns the places of platforms, as far as their declarations say.
pub(super) fn declared_places(fragments: &Fragments) -> BTreeMap<PlatformName, Set<Place>> {
    let platforms = fragments.ecosystem.platforms().iter();
    platforms.map(|platform| (platform.name().clone(), platform.locations().clone())).collect()
}

/// Returns the containers that a node works with.
fn sites(node: Node<'_>) -> impl Iterator<Item = &KeyedContainer> {
    let site = match node.node_ref() {
        NodeRef::Export { export, .. } => Some(&export.site),
        NodeRef::Transform(transformer_fragment) => Some(&transformer_fragment.site),
        NodeRef::Ingest { datastore_fragment, part, .. } if part.platform == datastore_fragment.primary => {
            match &datastore_fragment.origin {
                Origin::Captured { site, .. } => Some(site),
                Origin::Made { .. } => None,
            }
        }
        NodeRef::Ingest { .. } | NodeRef::Trigger(_) => None,
    };
    site.map(|site| &**site).into_iter()
}

/// Whether nothing is left where a place is lost. What does not say where it is, is nowhere in particular.
fn are_all_in(locations: &Set<Place>, place: &Place) -> bool {
    !locations.is_empty() && locations.iter().all(|location| place.covers(location))
}
