//! Linting without a target: everything that would prevent rendering, as far as the model and the lock tell.

use super::{
    CODES, judge,
    refused::REFUSED,
    sinks::Sinks,
    staying::Kept,
    view_memory::ViewMemory,
    views::{Held, PlatformViews, Sources},
};
use crate::{broker::Broker, configured_platform::ConfiguredPlatform, each, placed::Placed};
use datasurface_graph::NodeKey;
use datasurface_model::{CodeInfo, Diagnostic, Findings, PlatformName, Severity};
use datasurface_platform::{LintView, NodeView, PlatformView, Reporter};
use std::{collections::BTreeMap, sync::Arc};

/// The findings about what is placed: of platforms, of the limits of shards, and of links between nodes.
#[derive(Clone, Debug, Default)]
pub struct LintReport {
    /// The findings, errors among them.
    pub findings: Findings,
    /// The findings that a waiver accepts for a while.
    pub waived: Findings,
}

impl Broker {
    /// Asks each platform about its nodes, as [`propose`](Self::propose) does before it renders. Nothing is rendered, and no target is
    /// needed: what is held is known from the lock.
    #[must_use]
    pub fn lint(&self, placed: &Placed) -> LintReport {
        self.lint_since(&mut LintMemory::default(), placed)
    }

    /// The same, where a memory of earlier answers of the same registry saves work, whatever they were of.
    pub(crate) fn lint_since(&self, memory: &mut LintMemory, placed: &Placed) -> LintReport {
        let locks = || placed.lock.platforms.iter();
        let sources = Sources {
            kept: Kept::default(),
            ecosystem: placed.ecosystem(),
            graphs: &placed.graphs,
            platforms: &placed.platforms,
            names: placed.lock.storage_names(),
            placements: locks().map(|(name, lock)| (name.clone(), lock.placement.clone())).collect(),
        };
        let held: Held = locks().map(|(name, lock)| (name.clone(), lock.held.clone())).collect();
        let LintMemory { views: last, findings: before } = std::mem::take(memory);
        let views = sources.views(&held, last.as_ref());
        let mut found = Vec::new();
        let findings = judge(placed, &sources, &views, &before, &mut found);
        let mentions = last.and_then(|last| last.into_mentions(&views));
        // Of what was right once, what is as it was is not judged again.
        if !found.iter().any(|finding| finding.severity() == Severity::Error) {
            *memory =
                LintMemory { views: Some(ViewMemory::new((&sources, &held), views, mentions)), findings };
        }
        // No plan is made here, so a waiver of what a plan refuses is not about nothing.
        let is_of_lint = |info: &&'static CodeInfo| info.code != REFUSED.code;
        let codes: Vec<_> = CODES.iter().copied().filter(is_of_lint).collect();
        let (findings, waived) = placed.ecosystem.apply_waivers(Findings::from_iter(found), &codes);
        LintReport { findings, waived }
    }
}

/// The views that platforms judged last, if they had no errors, and what was found of them.
#[derive(Debug, Default)]
pub(crate) struct LintMemory {
    views: Option<ViewMemory>,
    findings: NodeFindings,
}

/// What platforms found of their nodes, where they look at them. Nodes without a finding have no entry.
pub(super) type NodeFindings = BTreeMap<PlatformName, FoundOfNodes>;

/// What a platform found of its nodes: little of each, so that a list with room for more would be most of it.
type FoundOfNodes = BTreeMap<NodeKey, Box<[Diagnostic]>>;

/// Asks a platform what it finds of itself and of its nodes. What it finds of a node is reported where the model declares that. Returns
/// what it finds of nodes, where the platform looks at them; of nodes that are as before, that is what it found `before`.
///
/// A node that asks for something that the descriptor does not claim is refused here, and the platform never sees it: so no platform has
/// to compare nodes with its descriptor.
pub(super) fn ask(
    configured: &ConfiguredPlatform,
    views: &PlatformViews,
    sinks: &Sinks<'_>,
    before: Option<&FoundOfNodes>,
    found: &mut Vec<Diagnostic>,
) -> FoundOfNodes {
    let platform = PlatformView::new(Arc::clone(configured.instance()), views.shards.clone());
    let view = LintView::Platform(&platform);
    configured.platform().lint(view, &mut Reporter::new(&view, found));
    let mut of_nodes = before.cloned().unwrap_or_default();
    of_nodes.retain(|key, _| views.nodes.get(key).is_some());
    let fresh: Vec<&NodeView> = views.nodes.fresh().collect();
    let asked = each::node(&fresh, |node| {
        let view = LintView::Node(node);
        let mut of_node = Vec::new();
        Reporter::new(&view, &mut of_node).report_unclaimed(configured.platform().descriptor(), view);
        if of_node.is_empty() {
            configured.platform().lint(view, &mut Reporter::new(&view, &mut of_node));
        }
        of_node.into_boxed_slice()
    });
    for (node, of_node) in fresh.into_iter().zip(asked) {
        match of_node.is_empty() {
            true => of_nodes.remove(node.key()),
            false => of_nodes.insert(node.key().clone(), of_node),
        };
    }
    for (key, of_node) in &of_nodes {
        if let Some(node) = views.nodes.get(key) {
            found.extend(of_node.iter().map(|finding| sinks.declared(node, finding.clone())));
        }
    }
    of_nodes
}
