//! Views: what each platform is shown. Offers are asked for by name and resolved here, before anything is rendered.

use super::{
    metadata,
    shared::{self, SharedScope},
};
use crate::{
    configured_platform::ConfiguredPlatform,
    sharding::{self, HeldCustody},
};
use datasurface_graph::{
    DatasetFacts, Fingerprint, IntentionGraph, IntentionGraphs, Node, NodeDetail, NodeFacts, NodeKey,
    Placement,
};
use datasurface_model::{DatasetKey, Ecosystem, PlatformName, ShardName, Valid};
use datasurface_platform::{
    DeclarationReader, HeldState, NodeView, Offer, ResolvedOffer, ScopeView, ScopedNode, SharedKey,
};
use datasurface_state::storage::StorageRecord;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What is held on each platform.
pub(super) type Held = BTreeMap<PlatformName, Vec<HeldState>>;

/// What is needed to make views.
pub(super) struct Sources<'a> {
    pub(super) ecosystem: &'a Valid<Ecosystem>,
    pub(super) graphs: &'a IntentionGraphs,
    pub(super) platforms: &'a BTreeMap<PlatformName, Arc<ConfiguredPlatform>>,
    pub(super) placements: BTreeMap<PlatformName, Placement>,
    pub(super) names: &'a StorageRecord,
}

/// What one platform is shown.
#[derive(Debug)]
pub(super) struct PlatformViews {
    /// The hash of the instance, which is part of each scope.
    instance: Fingerprint,
    pub(super) nodes: Vec<NodeView>,
    pub(super) shards: Vec<ShardName>,
    /// What is held and not fed, in whatever scope.
    pub(super) held: Vec<HeldState>,
    pub(super) shared: BTreeMap<SharedKey, SharedScope>,
    /// What is rendered, in the order of scopes.
    pub(super) scopes: Vec<ScopeView>,
}

impl PlatformViews {
    /// The hash of a node without its metadata, and of the instance that it is rendered by: a change of the instance is one of all its
    /// nodes.
    pub(super) fn fingerprint(&self, node: &NodeView) -> Fingerprint {
        Fingerprint::of(&(self.instance, node.facts(), node.inputs(), node.declarations()))
    }
}

impl Sources<'_> {
    /// Places the nodes of a platform again, from where they were before, when other things are held than were known when it
    /// was placed: what is held makes heavier what still serves somebody.
    pub(super) fn update_placement(
        &mut self,
        platform: &PlatformName,
        held: &[HeldState],
        before: &BTreeMap<PlatformName, Placement>,
    ) {
        if let Some(graph) = self.graphs.graph(platform) {
            let configured = self.platforms.get(platform).map(|configured| &**configured);
            let nowhere = Placement::default();
            let before = before.get(platform).unwrap_or(&nowhere);
            let placement = sharding::place(graph, configured, held, before, self.names).placement().clone();
            self.placements.insert(platform.clone(), placement);
        }
    }

    /// Makes the views of every platform, given what is held. What is held of a dataset that is captured again, or still,
    /// is an obligation of that capture.
    pub(super) fn views(&self, held: &Held) -> BTreeMap<PlatformName, PlatformViews> {
        let facts = self.facts(held);
        let offers: BTreeMap<&NodeKey, Vec<Offer>> = facts
            .iter()
            .filter_map(|(key, facts)| {
                let configured = self.platforms.get(key.platform())?;
                let mut offers = configured.platform().offer(facts);
                offers.sort_by(|one, other| one.dataset().cmp(other.dataset()));
                Some((key, offers))
            })
            .collect();
        let taken_from: BTreeMap<NodeKey, NodeKey> =
            self.graphs.handovers().map(|(from, to)| (to.key(), from.key())).collect();

        let mut views = BTreeMap::new();
        for (name, configured) in self.platforms {
            let descriptor = configured.platform().descriptor();
            let declarations = DeclarationReader::new(self.ecosystem, name, descriptor);
            let nodes: Vec<NodeView> = self
                .graphs
                .graph(name)
                .into_iter()
                .flat_map(|graph| graph.nodes())
                .filter_map(|node| {
                    let key = node.key();
                    let facts = facts.get(&key)?.clone();
                    let sources: Vec<NodeKey> = sources(node).chain(taken_from.get(&key).cloned()).collect();
                    let facts = facts.with_storage_of(&sources, self.names);
                    let inputs = resolve(&facts, sources.into_iter(), &offers);
                    let declared = declarations.of_node(&facts, &inputs);
                    let metadata = metadata::of_node(self.ecosystem, &facts);
                    let view = NodeView::new(facts, inputs).with_declarations(declared);
                    Some(view.with_metadata(metadata))
                })
                .collect();
            let held = held.get(name).map_or(&[][..], Vec::as_slice);
            let captured: BTreeSet<&DatasetKey> = nodes
                .iter()
                .flat_map(|node| node.facts().datasets())
                .map(DatasetFacts::storage_key)
                .collect();
            let is_unfed = |held: &&HeldState| !captured.contains(&held.holds.dataset);
            let mut unfed: Vec<HeldState> = held.iter().filter(is_unfed).cloned().collect();
            if nodes.is_empty() && unfed.is_empty() && self.graphs.graph(name).is_none() {
                continue; // It is not declared any more, and holds nothing: all of it goes.
            }
            let held_nodes = shared::held_nodes(&unfed);
            shared::place_unshared(configured, &held_nodes, &mut unfed);
            let placement = self.placements.get(name);
            let shards = shards(placement, &unfed);
            let mut scopes = vec![ScopeView::foundation(Arc::clone(configured.instance()), shards.clone())];
            let mut placed = placement.map(|placement| by_shard(&nodes, placement)).unwrap_or_default();
            let mut held: BTreeMap<&ShardName, Vec<HeldState>> = BTreeMap::new();
            for state in &unfed {
                if let Some(shard) = state.scope.shard() {
                    held.entry(shard).or_default().push(state.clone());
                }
            }
            scopes.extend(shards.iter().map(|shard| {
                let here = placed.remove(shard).unwrap_or_default();
                let held = held.remove(shard).unwrap_or_default();
                ScopeView::shard(Arc::clone(configured.instance()), shard.clone(), here, held)
            }));
            let shared = shared::gather(configured, nodes.iter(), held_nodes.values());
            scopes.extend(shared.iter().map(|(key, shared)| shared.view(configured, key)));
            scopes.sort_by(|one, other| one.scope().cmp(other.scope()));
            let instance = Fingerprint::of(configured.instance());
            views
                .insert(name.clone(), PlatformViews { instance, nodes, shards, held: unfed, shared, scopes });
        }
        views
    }

    /// The facts of every node, with what is held joined into what is owed.
    fn facts(&self, held: &Held) -> BTreeMap<NodeKey, NodeFacts> {
        let facts = |graph: &IntentionGraph, owing: &HeldCustody<'_>| -> Vec<(NodeKey, NodeFacts)> {
            let facts = |node: Node<'_>| owing.join(node.facts().with_storage(self.names));
            graph.nodes().map(|node| (node.key(), facts(node))).collect()
        };
        let graphs = self.graphs.iter();
        graphs
            .flat_map(|graph| {
                let held = held.get(graph.platform()).map_or(&[][..], Vec::as_slice);
                facts(graph, &HeldCustody::new(held))
            })
            .collect()
    }
}

/// The nodes whose offers a node needs: those directly before it; for a transform, also the exports before its trigger.
pub(super) fn sources(node: Node<'_>) -> impl Iterator<Item = NodeKey> {
    let before: Vec<NodeKey> = match node.kind() {
        datasurface_graph::NodeKind::Transform => node
            .predecessors()
            .flat_map(|trigger| trigger.predecessors().map(|export| export.key()))
            .collect(),
        _ => node.predecessors().map(|source| source.key()).collect(),
    };
    before.into_iter()
}

/// The offers of these sources, ordered by dataset, but only for the datasets that the node is about.
fn resolve(
    facts: &NodeFacts,
    sources: impl Iterator<Item = NodeKey>,
    offers: &BTreeMap<&NodeKey, Vec<Offer>>,
) -> Vec<ResolvedOffer> {
    let wanted = wanted(facts);
    let mut inputs = Vec::new();
    for source in sources {
        let offered = offers.get(&source).map_or(&[][..], Vec::as_slice);
        let matching = for_datasets(offered, Offer::dataset, &wanted);
        inputs.extend(matching.map(|offer| ResolvedOffer::new(source.clone(), offer.clone())));
    }
    inputs
}

/// What is about the datasets that are wanted, of what is ordered by dataset: a wide capture offers much, and each of its exports wants
/// one of that.
pub(super) fn for_datasets<'a, T>(
    ordered: &'a [T],
    dataset: impl Fn(&T) -> &DatasetKey,
    wanted: &BTreeSet<&DatasetKey>,
) -> impl Iterator<Item = &'a T> {
    let from = ordered.partition_point(|one| wanted.first().is_none_or(|first| dataset(one) < *first));
    let to = ordered.partition_point(|one| wanted.last().is_some_and(|last| dataset(one) <= *last));
    let near = ordered.get(from..to).unwrap_or_default();
    near.iter().filter(move |one| wanted.contains(dataset(one)))
}

/// The datasets that a node reads.
pub(super) fn wanted(facts: &NodeFacts) -> BTreeSet<&DatasetKey> {
    match &facts.detail {
        NodeDetail::Ingest(ingest) => ingest.datasets.iter().map(|dataset| &dataset.key).collect(),
        NodeDetail::Export(export) => [&export.dataset.key].into(),
        NodeDetail::Trigger(trigger) => trigger.inputs.iter().collect(),
        NodeDetail::Transform(transform) => transform.inputs.iter().map(|dataset| &dataset.key).collect(),
    }
}

fn shards(placement: Option<&Placement>, held: &[HeldState]) -> Vec<ShardName> {
    let mut shards = placement.map(Placement::shards).unwrap_or_default();
    shards.extend(held.iter().filter_map(|held| held.scope.shard()).cloned());
    shards.into_iter().collect()
}

/// The parts of nodes that are placed in each shard. There can be as many shards as nodes, so each node is looked at once.
fn by_shard<'p>(nodes: &[NodeView], placement: &'p Placement) -> BTreeMap<&'p ShardName, Vec<ScopedNode>> {
    let mut shards: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for node in nodes {
        let whole = placement.shard(node.key());
        let shard_of = |dataset: &DatasetFacts| placement.dataset_shard(node.key(), &dataset.key.dataset);
        // The job of a capture needs all of it; every other shard is shown what is placed there.
        let elsewhere = |dataset: &DatasetFacts| shard_of(dataset).filter(|shard| Some(*shard) != whole);
        if let Some(shard) = whole {
            let datasets = node.facts().datasets().iter().filter(|dataset| shard_of(dataset) == whole);
            let datasets = datasets.map(|dataset| dataset.key.dataset.clone()).collect();
            shards.entry(shard).or_default().push(ScopedNode::new(node.clone(), true, datasets));
        }
        for (shard, part) in node.divided(elsewhere) {
            let datasets = part.facts().datasets().iter();
            let datasets = datasets.map(|dataset| dataset.key.dataset.clone()).collect();
            shards.entry(shard).or_default().push(ScopedNode::new(part, false, datasets));
        }
    }
    shards
}
