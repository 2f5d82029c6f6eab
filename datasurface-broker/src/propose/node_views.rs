//! The views of the nodes of a platform.

use super::{
    metadata,
    staying::unit_of,
    view_memory::NodesSince,
    views::{Held, Sources, for_datasets, sources, wanted},
};
use crate::{configured_platform::ConfiguredPlatform, sharding::HeldCustody};
use datasurface_graph::{IntentionGraph, Node, NodeFacts, NodeKey, StorageOf};
use datasurface_model::{DatastoreName, PlatformName};
use datasurface_platform::{
    DeclarationReader, FormatClaims, NodeDeclarations, NodeMetadata, NodeView, Offer, PlatformDescriptor,
    ResolvedOffer,
};
use imbl::OrdSet;
use rustc_hash::{FxHashMap, FxHashSet};
use std::{
    borrow::Borrow,
    cell::RefCell,
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    hash::Hash,
    rc::Rc,
    sync::Arc,
};

/// The views of nodes, ordered by key.
#[derive(Debug, Default)]
pub(super) struct NodeViews {
    nodes: OrdSet<ByKey>,
    /// Those that may be other than before, ordered by key; `None` if all of them may.
    fresh: Option<Vec<NodeKey>>,
    /// The nodes of before that may be other now, or are gone.
    pub(super) replaced: Vec<NodeKey>,
}

/// A view that is ordered by its key, which is not there a second time: it is larger than the handle of the view.
#[derive(Clone, Debug)]
struct ByKey(NodeView);

impl Borrow<NodeKey> for ByKey {
    fn borrow(&self) -> &NodeKey {
        self.0.key()
    }
}

impl PartialEq for ByKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.key() == other.0.key()
    }
}

impl Eq for ByKey {}

impl PartialOrd for ByKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ByKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.key().cmp(other.0.key())
    }
}

impl NodeViews {
    /// The views, ordered by key.
    pub(super) fn iter(&self) -> impl Iterator<Item = &NodeView> {
        self.nodes.iter().map(|view| &view.0)
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Returns the view of a node.
    pub(super) fn get(&self, key: &NodeKey) -> Option<&NodeView> {
        self.nodes.get(key).map(|view| &view.0)
    }

    /// The views of the captures of a datastore.
    pub(super) fn ingests(
        &self,
        platform: &PlatformName,
        datastore: &DatastoreName,
    ) -> impl Iterator<Item = &NodeView> {
        let first =
            NodeKey::Ingest { platform: platform.clone(), datastore: datastore.clone(), dataset: None };
        let from = self.nodes.range::<_, NodeKey>(first..).map(|view| &view.0);
        from.take_while(
            move |view| matches!(view.key(), NodeKey::Ingest { datastore: store, .. } if store == datastore),
        )
    }

    /// The views that may be other than before, ordered by key.
    pub(super) fn fresh(&self) -> impl Iterator<Item = &NodeView> {
        let all = self.iter().filter(|_| self.fresh.is_none());
        all.chain(self.fresh.iter().flatten().filter_map(|key| self.get(key)))
    }

    fn add_fresh(&mut self, view: NodeView) {
        if let Some(fresh) = &mut self.fresh {
            fresh.push(view.key().clone());
        }
        self.nodes.insert(ByKey(view));
    }
}

/// The formats of offers that may cross from one platform to another.
pub(super) struct FormatsShown<'a> {
    /// The formats that are offered to others; none where a platform reads its own offers, in any format.
    offered: Option<&'a FormatClaims>,
    /// The formats that can be read.
    read: Option<&'a FormatClaims>,
}

impl FormatsShown<'_> {
    /// Returns the first of the offers of a dataset that can be read. Where none can, the first one that is shown: whoever compares it with
    /// the claims of the reader finds what is lacking.
    pub(super) fn choose<'o>(&self, offers: &[&'o Offer]) -> Option<&'o Offer> {
        let is_in = |claims: Option<&FormatClaims>, offer: &Offer| {
            claims.is_none_or(|claims| claims.contains(offer.format(), offer.address()))
        };
        let shown = || offers.iter().copied().filter(|offer| is_in(self.offered, offer));
        shown().find(|offer| is_in(self.read, offer)).or_else(|| shown().next())
    }
}

/// Makes views of nodes, given what is held.
pub(super) struct NodeViewMaker<'a> {
    sources: &'a Sources<'a>,
    custody: BTreeMap<&'a PlatformName, HeldCustody>,
    asked: RefCell<FxHashMap<NodeKey, Asked>>,
    declarations: Shared<NodeDeclarations>,
    metadata: Shared<NodeMetadata>,
}

/// A node that was asked what it offers.
struct Asked {
    /// The offers, ordered by dataset.
    offers: Rc<[Offer]>,
    /// The facts, unless they are in a view already. There are as many of these as nodes, and few of them have facts at a time.
    facts: Option<Box<NodeFacts>>,
}

/// Values that many nodes have alike, as the exports into a container do: each is there once.
struct Shared<T>(RefCell<FxHashSet<Arc<T>>>);

impl<T: Eq + Hash> Shared<T> {
    fn share(&self, value: T) -> Arc<T> {
        let mut known = self.0.borrow_mut();
        if let Some(known) = known.get(&value) {
            return Arc::clone(known);
        }
        let value = Arc::new(value);
        known.insert(Arc::clone(&value));
        value
    }
}

impl<'a> NodeViewMaker<'a> {
    pub(super) fn new(sources: &'a Sources<'a>, held: &'a Held) -> Self {
        let custody = held.iter().map(|(name, held)| (name, HeldCustody::new(held)));
        Self {
            sources,
            custody: custody.collect(),
            asked: RefCell::default(),
            declarations: Shared(RefCell::default()),
            metadata: Shared(RefCell::default()),
        }
    }

    /// Makes the views of the nodes of a platform; those that cannot be other than before are the ones of before.
    pub(super) fn views(
        &self,
        name: &PlatformName,
        configured: &ConfiguredPlatform,
        before: Option<NodesSince<'_>>,
    ) -> NodeViews {
        let declarations =
            DeclarationReader::new(self.sources.ecosystem, name, configured.platform().descriptor());
        let Some(graph) = self.sources.graphs.graph(name) else { return NodeViews::default() };
        match before {
            None => self.all(graph, &declarations),
            Some(before) => self.since(graph, &declarations, &before),
        }
    }

    fn all(&self, graph: &IntentionGraph, declarations: &DeclarationReader<'_>) -> NodeViews {
        let mut views = NodeViews::default();
        let kept = &self.sources.kept;
        let is_old = |node: &Node<'_>| kept.is_old(&unit_of(self.sources.names, &node.key()));
        for node in graph.nodes().filter(|node| !is_old(node)) {
            let facts = self.facts_of_asked(&node.key());
            views.add_fresh(self.view(node, facts, declarations));
        }
        let stored = self.sources.names.platform(graph.platform());
        kept.views_of(&stored).for_each(|view| views.add_fresh(view.clone()));
        views
    }

    fn since(
        &self,
        graph: &IntentionGraph,
        declarations: &DeclarationReader<'_>,
        before: &NodesSince<'_>,
    ) -> NodeViews {
        let nodes = before.nodes.nodes.clone();
        let mut views = NodeViews { nodes, fresh: Some(Vec::new()), ..NodeViews::default() };
        let now: BTreeSet<&NodeKey> = before.touched.iter().copied().chain(before.added).collect();
        for key in now {
            let (known, node) = (before.nodes.get(key), graph.node(key));
            let view = node.map(|node| {
                let facts = self.asked.borrow_mut().get_mut(key).and_then(|asked| asked.facts.take());
                self.view(node, facts, declarations)
            });
            if view.as_ref() == known && !before.moved.contains(key) {
                continue;
            }
            if known.is_some() {
                views.nodes.remove(key);
                views.replaced.push(key.clone());
            }
            view.into_iter().for_each(|view| views.add_fresh(view));
        }
        views
    }

    /// The facts of a node that is asked what it offers, whether somebody reads that or not: a platform that cannot say it is found here.
    fn facts_of_asked(&self, key: &NodeKey) -> Option<Box<NodeFacts>> {
        if let Some(asked) = self.asked.borrow_mut().get_mut(key) {
            return asked.facts.take();
        }
        let Asked { offers, facts } = self.ask(key);
        // Most nodes offer nothing, and are not asked again.
        if !offers.is_empty() {
            self.asked.borrow_mut().insert(key.clone(), Asked { offers, facts: None });
        }
        facts
    }

    fn view(
        &self,
        node: Node<'_>,
        facts: Option<Box<NodeFacts>>,
        declarations: &DeclarationReader<'_>,
    ) -> NodeView {
        let key = node.key();
        let taken_from = self.sources.graphs.handover_source(&key).map(|node| node.key());
        let sources: Vec<NodeKey> = sources(node).chain(taken_from).collect();
        let facts = facts.map_or_else(|| self.facts(node), |known| *known);
        let facts = facts.with_storage_of(&sources, self.sources.names);
        let inputs = self.resolve(&facts, &sources);
        let declared = self.declarations.share(declarations.of_node(&facts, &inputs));
        let metadata = self.metadata.share(metadata::of_node(self.sources.ecosystem, &facts));
        NodeView::new(facts, inputs).with_declarations(declared).with_metadata(metadata)
    }

    /// The facts of a node, with what is held joined into what is owed.
    pub(super) fn facts(&self, node: Node<'_>) -> NodeFacts {
        let facts = node.facts().with_storage(self.sources.names);
        match self.custody.get(node.graph().platform()) {
            Some(held) => held.join(facts),
            None => facts,
        }
    }

    /// The offers of a node, ordered by dataset.
    pub(super) fn offers(&self, key: &NodeKey) -> Rc<[Offer]> {
        if let Some(asked) = self.asked.borrow().get(key) {
            return Rc::clone(&asked.offers);
        }
        let asked = self.ask(key);
        let offers = Rc::clone(&asked.offers);
        self.asked.borrow_mut().insert(key.clone(), asked);
        offers
    }

    fn ask(&self, key: &NodeKey) -> Asked {
        let mut facts = None;
        let mut offers = Vec::new();
        let configured = self.sources.platforms.get(key.platform());
        if self.sources.kept.is_old(&unit_of(self.sources.names, key)) {
            offers = self.sources.kept.offers(self.sources, key);
        } else if let Some((configured, node)) = configured.zip(self.sources.graphs.node(key)) {
            offers = configured.platform().offer(facts.insert(Box::new(self.facts(node))));
            offers.sort_by(|one, other| one.dataset().cmp(other.dataset()));
        }
        Asked { offers: offers.into(), facts }
    }

    /// The offers of these sources, ordered by dataset, but only for the datasets that the node is about: of each dataset the one offer that
    /// the platform of the node can read.
    fn resolve(&self, facts: &NodeFacts, sources: &[NodeKey]) -> Vec<ResolvedOffer> {
        let wanted = wanted(facts);
        let mut inputs = Vec::new();
        for source in sources {
            let offered = self.offers(source);
            let shown = self.formats_shown(source.platform(), facts.key.platform());
            let matching: Vec<&Offer> = for_datasets(&offered, Offer::dataset, &wanted).collect();
            for of_dataset in matching.chunk_by(|one, other| one.dataset() == other.dataset()) {
                let chosen = shown.choose(of_dataset);
                inputs.extend(chosen.map(|offer| ResolvedOffer::new(source.clone(), offer.clone())));
            }
        }
        inputs
    }

    /// The formats in which a platform shows its offers to another one, or to itself, and those that can be read there.
    pub(super) fn formats_shown(&self, offering: &PlatformName, reading: &PlatformName) -> FormatsShown<'a> {
        let descriptor = |name| self.sources.platforms.get(name).map(|found| found.platform().descriptor());
        FormatsShown {
            offered: descriptor(offering)
                .filter(|_| offering != reading)
                .map(PlatformDescriptor::offered_formats),
            read: descriptor(reading).map(PlatformDescriptor::formats),
        }
    }
}
