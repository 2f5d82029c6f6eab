//! Linting without a target: everything that would prevent rendering, as far as the model and the lock tell.

use super::{
    CODES, judge,
    refused::REFUSED,
    sinks::Sinks,
    views::{Held, PlatformViews, Sources},
};
use crate::{broker::Broker, configured_platform::ConfiguredPlatform, placed::Placed};
use datasurface_model::{CodeInfo, Diagnostic, Findings};
use datasurface_platform::{LintView, PlatformView, Reporter};
use std::sync::Arc;

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
        let locks = || placed.lock.platforms.iter();
        let sources = Sources {
            ecosystem: placed.ecosystem(),
            graphs: &placed.graphs,
            platforms: &placed.platforms,
            names: placed.lock.storage_names(),
            placements: locks().map(|(name, lock)| (name.clone(), lock.placement.clone())).collect(),
        };
        let held: Held = locks().map(|(name, lock)| (name.clone(), lock.held.clone())).collect();
        let views = sources.views(&held);
        let mut found = Vec::new();
        judge(placed, &sources, &views, &mut found);
        // No plan is made here, so a waiver of what a plan refuses is not about nothing.
        let is_of_lint = |info: &&'static CodeInfo| info.code != REFUSED.code;
        let codes: Vec<_> = CODES.iter().copied().filter(is_of_lint).collect();
        let (findings, waived) = placed.ecosystem.apply_waivers(Findings::from_iter(found), &codes);
        LintReport { findings, waived }
    }
}

/// Asks a platform what it finds of itself and of its nodes. What it finds of a node is reported where the model declares that.
///
/// A node that asks for something that the descriptor does not claim is refused here, and the platform never sees it: so no platform has
/// to compare nodes with its descriptor.
pub(super) fn ask(
    configured: &ConfiguredPlatform,
    views: &PlatformViews,
    sinks: &Sinks<'_>,
    found: &mut Vec<Diagnostic>,
) {
    let platform = PlatformView::new(Arc::clone(configured.instance()), views.shards.clone());
    let view = LintView::Platform(&platform);
    configured.platform().lint(view, &mut Reporter::new(&view, found));
    let mut of_node = Vec::new();
    for node in &views.nodes {
        let view = LintView::Node(node);
        Reporter::new(&view, &mut of_node).report_unclaimed(configured.platform().descriptor(), view);
        if of_node.is_empty() {
            configured.platform().lint(view, &mut Reporter::new(&view, &mut of_node));
        }
        found.extend(of_node.drain(..).map(|finding| sinks.declared(node, finding)));
    }
}
