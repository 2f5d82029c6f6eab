//! Who is hit when something is lost.

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

/// Something that can be lost.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outage {
    /// A container: nothing can be captured from it, or brought to it.
    Container(ContainerKey),
    /// A location and all that lies in it, with every container and every platform that is there and nowhere else. Where
    /// platforms are, [`Questions::platforms_at`] may know better than the model.
    Location(Place),
    /// A platform, with all that it does.
    Platform(PlatformName),
    /// A datastore: nothing new comes from it.
    Datastore(DatastoreName),
    /// One node.
    Node(NodeKey),
}

/// A consumer that is hit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AffectedConsumer {
    /// The workspace and its group.
    pub group: GroupKey,
    /// The platform that serves it.
    pub platform: PlatformName,
    /// How much it matters to it.
    pub priority: Option<Priority>,
    /// How long the outage may last before its data is later than was promised; none if no latency was.
    pub late_after: Option<Latency>,
    /// By when, every day, its data was promised to be complete; none if that was not promised.
    pub deadline: Option<Deadline>,
    /// What it does not get any more.
    pub datasets: BTreeSet<DatasetKey>,
    /// Whether what it has already is out of reach, too, since its own container or platform is what was lost.
    pub is_cut_off: bool,
}

impl AffectedConsumer {
    /// How long after the loss the first promise is broken at the latest; none if nothing was promised. A deadline comes
    /// once a day: without knowing when something is lost, a day is all that can be told of it.
    #[must_use]
    pub fn breaks_within(&self) -> Option<Latency> {
        let a_day = self.deadline.as_ref().map(|_| Latency::hours(24));
        self.late_after.into_iter().chain(a_day).min()
    }
}

impl Queries<'_> {
    /// Which consumers are hit when something is lost, and how late they may be: those whose promise
    /// [breaks](AffectedConsumer::breaks_within) first come first, and among these those to whom it matters most. Transformers
    /// pass the loss on and are not named.
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

    /// Whether a node cannot do its work any more.
    fn is_taken(&self, node: Node<'_>, lost: &Outage) -> bool {
        match lost {
            Outage::Container(key) => sites(node).any(|site| site.key == *key),
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

/// Where the platforms are, as far as their declarations say.
pub(super) fn declared_places(fragments: &Fragments) -> BTreeMap<PlatformName, Set<Place>> {
    let platforms = fragments.ecosystem.platforms().iter();
    platforms.map(|platform| (platform.name().clone(), platform.locations().clone())).collect()
}

/// The containers that a node works with.
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
