//! Views: what each platform is shown. Offers are asked for by name and resolved here, before anything is rendered.

use super::{
    node_views::NodeViews,
    shard_nodes::{self, ShardNodes},
    shared::{self, SharedScope},
    staying::{Kept, Staying, unit_of},
    view_memory::{ViewMemory, ViewsSince},
};
use crate::{configured_platform::ConfiguredPlatform, placed::Placed, sharding::PlacedShards};
use datasurface_graph::{
    DatasetFacts, Fingerprint, IntentionGraphs, Node, NodeDetail, NodeFacts, NodeKey, Placement, StorageOf,
};
use datasurface_model::{DatasetKey, Diagnostic, Ecosystem, PlatformName, ShardName, Valid};
use datasurface_platform::{HeldState, NodeView, Scope, ScopeView, SharedKey};
use datasurface_state::storage::StorageRecord;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

/// What is held on each platform.
pub(super) type Held = BTreeMap<PlatformName, Vec<HeldState>>;

/// What is needed to make views.
pub(super) struct Sources<'a> {
    pub(super) ecosystem: &'a Valid<Ecosystem>,
    pub(super) graphs: &'a Arc<IntentionGraphs>,
    pub(super) platforms: &'a BTreeMap<PlatformName, Arc<ConfiguredPlatform>>,
    pub(super) placements: BTreeMap<PlatformName, Placement>,
    pub(super) names: &'a StorageRecord,
    /// What stays as it was.
    pub(super) kept: Kept<'a>,
}

/// The views of all platforms.
pub(super) type Views = BTreeMap<PlatformName, Arc<PlatformViews>>;

/// What one platform is shown.
#[derive(Debug)]
pub(super) struct PlatformViews {
    /// The hash of the instance, which is part of those of each node and each scope.
    pub(super) instance: Fingerprint,
    pub(super) nodes: NodeViews,
    pub(super) shards: Vec<ShardName>,
    /// What is held and not fed, in whatever scope.
    pub(super) held: Vec<HeldState>,
    pub(super) shared: BTreeMap<SharedKey, SharedScope>,
    /// What is rendered, in the order of scopes.
    pub(super) scopes: Vec<Arc<ViewedScope>>,
    /// The positions of the scopes that are other than before.
    pub(super) fresh_scopes: Vec<usize>,
    /// The nodes of now by storage names, where these are others, once somebody asked.
    renamed: OnceLock<BTreeMap<NodeKey, NodeKey>>,
}

/// The view of a scope, with its hash once somebody asked for it.
#[derive(Debug)]
pub(crate) struct ViewedScope {
    pub(crate) view: ScopeView,
    /// The hash of the instance.
    pub(super) instance: Fingerprint,
    fingerprint: OnceLock<Fingerprint>,
}

impl ViewedScope {
    /// The hash of the view.
    pub(super) fn fingerprint(&self) -> Fingerprint {
        *self.fingerprint.get_or_init(|| self.view.fingerprint(self.instance))
    }
}

impl<'a> Sources<'a> {
    /// Places the nodes of a platform again, from where they were before, when other things are held than were known when it
    /// was placed: what is held makes heavier what still serves somebody.
    pub(super) fn update_placement(&mut self, platform: &PlatformName, held: &[HeldState], placed: &Placed) {
        if let Some(graph) = self.graphs.graph(platform) {
            let configured = self.platforms.get(platform);
            let nowhere = Placement::default();
            let before = placed.placements_before.get(platform).unwrap_or(&nowhere);
            let known = placed.shards.get(platform).map(|known| &**known);
            let shards = PlacedShards::place(graph, configured, held, before, self.names, known);
            self.placements.insert(platform.clone(), shards.placement().clone());
        }
    }

    /// Finds out what stays as it was on platforms that go forward, and where that is placed.
    pub(super) fn keep(
        &mut self,
        staying: &'a Staying<'a>,
        (held, placements): (&Held, &BTreeMap<PlatformName, Placement>),
        found: &mut Vec<Diagnostic>,
    ) {
        // A unit that stayed with less held stays: what it keeps was not asked for otherwise.
        let known = std::mem::take(&mut self.kept).units;
        self.kept = staying.keep((self, held), known, found);
        let nowhere = Placement::default();
        let graphs = self.graphs.iter().filter(|graph| !staying.platforms.contains(graph.platform()));
        for graph in graphs {
            let Some(placement) = self.placements.get_mut(graph.platform()) else { continue };
            let before = placements.get(graph.platform()).unwrap_or(&nowhere);
            let stored = self.names.platform(graph.platform());
            let is_kept = |key: &NodeKey| self.kept.is_old(&unit_of(self.names, key));
            let now = graph.nodes().map(|node| node.key()).filter(is_kept);
            let then = self.kept.views_of(&stored).map(|view| view.key().clone());
            for node in now.chain(then).collect::<Vec<_>>() {
                placement.restore(&node, before);
            }
        }
    }

    /// Makes the views of every platform that goes forward, given what is held. What is held of a dataset that is captured again, or still,
    /// is an obligation of that capture. Views that cannot be other than they were are taken from memory, where all platforms go forward: memory
    /// knows of no unit that stays.
    pub(super) fn views(&self, held: &Held, memory: Option<&ViewMemory>) -> Views {
        let memory = memory.filter(|_| self.kept.staying.is_none());
        let since = memory.and_then(|memory| memory.since(self, held));
        let maker = super::node_views::NodeViewMaker::new(self, held);
        let mut views = BTreeMap::new();
        let stays =
            |name: &PlatformName| self.kept.staying.is_some_and(|staying| staying.platforms.contains(name));
        for (name, configured) in self.platforms.iter().filter(|(name, _)| !stays(name)) {
            let before = since.as_ref().and_then(|since| since.of(name));
            let nodes = maker.views(name, configured, before.as_ref().map(ViewsSince::nodes));
            let held = held.get(name).map_or(&[][..], Vec::as_slice);
            if let Some(made) = self.platform(configured, nodes, held, before.as_ref()) {
                views.insert(name.clone(), Arc::new(made));
            }
        }
        views
    }

    /// The views of one platform; none if it is not declared any more and holds nothing: all of it goes.
    fn platform(
        &self,
        configured: &Arc<ConfiguredPlatform>,
        nodes: NodeViews,
        held: &[HeldState],
        since: Option<&ViewsSince<'_>>,
    ) -> Option<PlatformViews> {
        let name = &configured.instance().name;
        let stores = self.names.stores_of(&held.iter().map(|held| &held.holds.dataset).collect());
        let captures = stores.iter().flat_map(|store| nodes.ingests(name, store));
        let captured = captures.flat_map(|node| node.facts().datasets()).map(DatasetFacts::storage_key);
        let captured: BTreeSet<&DatasetKey> = captured.collect();
        let is_unfed = |held: &&HeldState| !captured.contains(&held.holds.dataset);
        let mut unfed: Vec<HeldState> = held.iter().filter(is_unfed).cloned().collect();
        if nodes.is_empty() && unfed.is_empty() && self.graphs.graph(name).is_none() {
            return None;
        }
        let held_nodes = shared::held_nodes(&unfed);
        shared::place_unshared(configured, &held_nodes, &mut unfed);
        let placement = self.placements.get(name);
        let is_as_before = |since: &&ViewsSince<'_>| {
            since.placement() == placement && since.views().held.is_empty() && unfed.is_empty()
        };
        let shards = match since.filter(is_as_before) {
            // Whether the last node of a shard went is seen in the placement.
            Some(before) => before.views().shards.clone(),
            None => shards(placement, &unfed),
        };
        let mut placed = match (since, placement) {
            (Some(before), Some(placement)) => before.shard_nodes(&nodes, placement),
            (None, Some(placement)) => shard_nodes::by_shard(&nodes, placement),
            (_, None) => BTreeMap::new(),
        };
        let mut held: BTreeMap<&ShardName, Vec<HeldState>> = BTreeMap::new();
        for state in &unfed {
            if let Some(shard) = state.scope.shard() {
                held.entry(shard).or_default().push(state.clone());
            }
        }
        let instance = configured.instance();
        let hash = Fingerprint::of(&**instance);
        let mut scopes = Scopes { instance: hash, before: since.map(ViewsSince::views), scopes: Vec::new() };
        scopes.add(ScopeView::foundation(Arc::clone(instance), shards.clone()));
        for shard in &shards {
            let held = held.remove(shard).unwrap_or_default();
            match placed.remove(shard) {
                Some(ShardNodes::AsBefore(scope)) if scope.view.held() == held => scopes.add_as_before(scope),
                Some(ShardNodes::AsBefore(scope)) => {
                    let here = scope.view.nodes().to_vec();
                    scopes.add(ScopeView::shard(Arc::clone(instance), shard.clone(), here, held));
                }
                Some(ShardNodes::Other(here)) => {
                    scopes.add(ScopeView::shard(Arc::clone(instance), shard.clone(), here, held));
                }
                None => scopes.add(ScopeView::shard(Arc::clone(instance), shard.clone(), Vec::new(), held)),
            }
        }
        let gathered = shared::gather(configured, nodes.iter(), held_nodes.values()).into_iter();
        let shared = gathered.map(|(key, view, shared)| {
            scopes.add(view);
            (key, shared)
        });
        let shared = shared.collect();
        let (scopes, fresh_scopes) = scopes.in_order();
        Some(PlatformViews {
            instance: hash,
            renamed: OnceLock::new(),
            nodes,
            shards,
            held: unfed,
            shared,
            scopes,
            fresh_scopes,
        })
    }
}

/// Scopes that are being gathered. One that is equal to one of before is that one, with what is known of it.
struct Scopes<'v> {
    instance: Fingerprint,
    before: Option<&'v PlatformViews>,
    /// With whether it is other than before.
    scopes: Vec<(Arc<ViewedScope>, bool)>,
}

impl Scopes<'_> {
    fn add(&mut self, view: ScopeView) {
        let before = self.before.and_then(|before| before.scope(view.scope()));
        match before.filter(|before| before.view == view) {
            Some(before) => self.scopes.push((Arc::clone(before), false)),
            None => {
                let scope = ViewedScope { view, instance: self.instance, fingerprint: OnceLock::new() };
                self.scopes.push((Arc::new(scope), true));
            }
        }
    }

    fn add_as_before(&mut self, scope: Arc<ViewedScope>) {
        self.scopes.push((scope, false));
    }

    /// Returns the scopes in order, and the positions of those that are other than before.
    fn in_order(mut self) -> (Vec<Arc<ViewedScope>>, Vec<usize>) {
        self.scopes.sort_by(|(one, _), (other, _)| one.view.scope().cmp(other.view.scope()));
        let fresh = self.scopes.iter().enumerate().filter(|(_, (_, is_fresh))| *is_fresh);
        let fresh = fresh.map(|(position, _)| position).collect();
        (self.scopes.into_iter().map(|(scope, _)| scope).collect(), fresh)
    }
}

impl PlatformViews {
    /// Returns the view of a scope.
    pub(super) fn scope(&self, scope: &Scope) -> Option<&Arc<ViewedScope>> {
        let position = self.scopes.binary_search_by(|one| one.view.scope().cmp(scope)).ok()?;
        self.scopes.get(position)
    }

    /// Returns the view of the node of this storage name.
    pub(super) fn stored_as(&self, key: &NodeKey) -> Option<&NodeView> {
        let renamed = self.renamed.get_or_init(|| {
            let renamed = self.nodes.iter().filter(|node| !node.facts().storage.is_empty());
            renamed.map(|node| (node.facts().storage_key(), node.key().clone())).collect()
        });
        let is_plain = |node: &&NodeView| node.facts().storage.is_empty();
        match renamed.get(key) {
            Some(now) => self.nodes.get(now),
            None => self.nodes.get(key).filter(is_plain),
        }
    }

    /// The views of the scopes that are other than before.
    pub(super) fn fresh_scopes(&self) -> impl Iterator<Item = &ScopeView> {
        let scopes = self.fresh_scopes.iter().filter_map(|position| self.scopes.get(*position));
        scopes.map(|scope| &scope.view)
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
