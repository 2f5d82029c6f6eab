//! What the host does around a platform: graphs, offers, views; no more than tests need.

use datasurface_local::LocalPlatform;
use datasurface_platform::{
    ChangeHeader, Revision, ScopeChange, ScopeRecord,
    graph::{Assignments, Fingerprint, IntentionGraphs, Node},
    prelude::*,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

pub(crate) struct Example {
    instances: BTreeMap<PlatformName, (Arc<PlatformInstance>, LocalPlatform)>,
    graphs: IntentionGraphs,
    pub(crate) held: Vec<HeldState>,
}

impl Example {
    pub(crate) fn new(ecosystem: Ecosystem, assignments: &Assignments) -> Self {
        let instances = ecosystem.platforms().iter().map(|declared| {
            let instance = PlatformInstance::new(
                declared.name().clone(),
                declared.kind().clone(),
                LocalPlatform::version(),
                declared.config().clone(),
            );
            let config = serde_json::from_value(declared.config().value().clone()).unwrap();
            let platform = LocalPlatform::configure(&instance, config).unwrap();
            (declared.name().clone(), (Arc::new(instance), platform))
        });
        Self {
            instances: instances.collect(),
            graphs: IntentionGraphs::build(&Valid::assume_valid(ecosystem), assignments).unwrap(),
            held: Vec::new(),
        }
    }

    pub(crate) fn platform(&self) -> &LocalPlatform {
        &self.instances["Local"].1
    }

    pub(crate) fn nodes(&self, platform: &str) -> Vec<NodeView> {
        let graph = self.graphs.graph(&platform.into()).unwrap();
        graph.nodes().map(|node| self.view(node)).collect()
    }

    pub(crate) fn node(&self, key: &str) -> NodeView {
        let key: NodeKey = key.parse().unwrap();
        self.view(self.graphs.node(&key).unwrap())
    }

    fn view(&self, node: Node<'_>) -> NodeView {
        let before = node.predecessors().chain(self.graphs.handover_source(&node.key()));
        let key = node.key();
        let inputs = before.flat_map(|before| {
            let platform = &self.instances[before.key().platform()].1;
            let offered = platform.descriptor().offered_formats();
            let is_shown = |offer: &Offer| {
                before.key().platform() == key.platform() || offered.contains(offer.format(), offer.address())
            };
            let mut shown = BTreeSet::new();
            let offers = platform.offer(&before.facts()).into_iter().filter(is_shown);
            // Of each dataset the first one.
            let offers = offers.filter(|offer| shown.insert(offer.dataset().clone()));
            offers.map(|offer| ResolvedOffer::new(before.key(), offer)).collect::<Vec<_>>()
        });
        NodeView::new(node.facts(), inputs.collect())
    }

    pub(crate) fn rendering_of(&self, platform: &str) -> Rendering {
        let nodes = self.nodes(platform).into_iter().map(|view| {
            let datasets = view.facts().datasets().iter();
            let datasets = datasets.map(|dataset| dataset.key.dataset.clone()).collect();
            ScopedNode::new(view, true, datasets)
        });
        let (instance, local) = &self.instances[platform];
        let scope = ScopeView::shard(Arc::clone(instance), "main".into(), nodes.collect(), self.held.clone());
        local.render(&scope).unwrap()
    }

    pub(crate) fn rendering(&self) -> Rendering {
        self.rendering_of("Local")
    }

    pub(crate) fn foundation(&self) -> Rendering {
        self.foundation_of("Local")
    }

    pub(crate) fn foundation_of(&self, platform: &str) -> Rendering {
        let (instance, local) = &self.instances[platform];
        let scope = ScopeView::foundation(Arc::clone(instance), vec!["main".into()]);
        local.render(&scope).unwrap()
    }

    /// The codes of what is found, in order.
    pub(crate) fn codes(&self) -> Vec<String> {
        let findings: Findings = self.found().into_iter().collect();
        findings.codes().map(str::to_owned).collect()
    }

    /// What is found.
    pub(crate) fn found(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for (name, (_, local)) in &self.instances {
            for view in self.nodes(name.as_str()) {
                let (what, mut of_node) = (LintView::Node(&view), Vec::new());
                Reporter::new(&what, &mut of_node).report_unclaimed(local.descriptor(), what);
                if of_node.is_empty() {
                    local.lint(what, &mut Reporter::new(&what, &mut of_node));
                }
                found.extend(of_node);
            }
        }
        found
    }

    /// What a table of this rendering becomes when its last consumer leaves.
    pub(crate) fn hold(&self, address: &str, node: &str, dataset: &str) -> HeldState {
        let rendering = self.rendering();
        let resource = rendering.resource(&address.into()).unwrap();
        HeldState::new(
            resource.address().clone(),
            ShardName::from("main"),
            resource.held_data().unwrap().clone(),
            self.node(node).restricted_to(&dataset.into()),
            "2027-01-31".parse().ok(),
        )
    }
}

/// The plan from one example to the next.
pub(crate) fn plan(before: &Example, after: &Example) -> Plan {
    plan_with(before, after, BTreeMap::new())
}

pub(crate) fn plan_with(before: &Example, after: &Example, let_go: BTreeMap<ResourceAddress, Guard>) -> Plan {
    plan_between(Some((before, "from")), (after, "to"), let_go)
}

/// The plan from an example to the same one, if it had been rendered otherwise: `earlier` makes of each text what it was.
pub(crate) fn plan_from_other_text(example: &Example, earlier: impl Fn(&str) -> String) -> Plan {
    let frame = ChangeHeader {
        platform: (*example.instances["Local"].0).clone(),
        from: Some(Revision::new(Fingerprint::of(&"from"))),
        to: Revision::new(Fingerprint::of(&"to")),
        newly_held: Vec::new(),
        released: BTreeMap::new(),
        causes: BTreeMap::new(),
        metadata: BTreeSet::new(),
        shared: Vec::new(),
    };
    let new = ScopeRecord::from(example.rendering());
    let old = serde_json::from_str(&earlier(&serde_json::to_string(&new).unwrap())).unwrap();
    let scopes = vec![ScopeChange { scope: Scope::Shard("main".into()), old, new: new.into() }];
    example.platform().diff(&RenderingChange::new(&frame, &scopes)).unwrap()
}

/// The plan from one example to the next, or from nothing, where each is a revision of this name.
pub(crate) fn plan_between(
    before: Option<(&Example, &str)>,
    (after, to): (&Example, &str),
    let_go: BTreeMap<ResourceAddress, Guard>,
) -> Plan {
    let was_held = |held: &&HeldState| !before.is_some_and(|(before, _)| before.held.contains(held));
    let revision = |name: &str| Revision::new(Fingerprint::of(&name));
    let frame = ChangeHeader {
        platform: (*after.instances["Local"].0).clone(),
        from: before.map(|(_, from)| revision(from)),
        to: revision(to),
        newly_held: after.held.iter().filter(was_held).cloned().collect(),
        released: let_go,
        causes: BTreeMap::new(),
        metadata: BTreeSet::new(),
        shared: Vec::new(),
    };
    let shard = |example: &Example| ScopeRecord::from(example.rendering());
    let foundation = |example: &Example| ScopeRecord::from(example.foundation());
    let old = |record: &dyn Fn(&Example) -> ScopeRecord| {
        before.map_or_else(ScopeRecord::default, |(before, _)| record(before))
    };
    let scopes = vec![
        ScopeChange { scope: Scope::Foundation, old: old(&foundation).into(), new: foundation(after).into() },
        ScopeChange { scope: Scope::Shard("main".into()), old: old(&shard).into(), new: shard(after).into() },
    ];
    after.platform().diff(&RenderingChange::new(&frame, &scopes)).unwrap()
}

/// The plan with which a platform leaves that owes nothing any more.
pub(crate) fn leaving_plan(example: &Example) -> Plan {
    let records = [
        (Scope::Foundation, ScopeRecord::from(example.foundation())),
        (Scope::Shard("main".into()), ScopeRecord::from(example.rendering())),
    ];
    let holders = records.iter().flat_map(|(_, record)| record.resources.values());
    let holders = holders.filter(|resource| resource.held_data().is_some());
    let over = Guard::Expired("2026-11-20".parse().unwrap());
    let frame = ChangeHeader {
        platform: (*example.instances["Local"].0).clone(),
        from: Some(Revision::new(Fingerprint::of(&"1"))),
        to: Revision::new(Fingerprint::of(&"2")),
        newly_held: Vec::new(),
        released: holders.map(|resource| (resource.address().clone(), over.clone())).collect(),
        causes: BTreeMap::new(),
        metadata: BTreeSet::new(),
        shared: Vec::new(),
    };
    let gone = |(scope, old)| ScopeChange { scope, old: Arc::new(old), new: Arc::default() };
    let scopes: Vec<ScopeChange> = records.into_iter().map(gone).collect();
    example.platform().diff(&RenderingChange::new(&frame, &scopes)).unwrap()
}
