//! Law 15: every node is the origin of a resource, shares some with others, or is stated to need none.

use super::{OnPlatform, ReportBuilder};
use crate::{harness::HarnessRun, law::Law};
use datasurface_graph::NodeKey;
use datasurface_model::PlatformName;
use datasurface_platform::{NodeView, Rendering, Resource};
use std::collections::BTreeSet;

/// Looks for nodes whose job is rendered here, and which no resource is there for.
pub(super) fn check(report: &mut ReportBuilder, stage: &HarnessRun) {
    let rendered = || {
        let all = stage.log.renderings.iter();
        all.filter_map(|call| Some((&call.platform, &call.view, call.result.as_ref().ok()?)))
    };
    let known: BTreeSet<(&PlatformName, &NodeKey)> = rendered()
        .flat_map(|(platform, _, rendering)| nodes(rendering).map(move |node| (platform, node)))
        .collect();
    for (platform, view, _) in rendered() {
        let configured = stage.placed.platform(platform).map(|configured| configured.platform());
        let shares =
            |node: &NodeView| configured.is_some_and(|platform| !super::shares(platform, node).is_empty());
        let is_unknown = |node: &&NodeView| !known.contains(&(platform, node.key())) && !shares(node);
        for node in view.whole_nodes().filter(is_unknown) {
            let difference =
                "no resource is rendered for it, and the rendering does not state that it needs none";
            let place = OnPlatform(platform, format!("`{}`", node.key()));
            report.report(Law::NodesAreRendered, place, difference);
        }
    }
}

/// The nodes that a rendering is about.
fn nodes(rendering: &Rendering) -> impl Iterator<Item = &NodeKey> {
    rendering.resources().flat_map(Resource::origins).chain(rendering.nodes_without_resources().keys())
}
