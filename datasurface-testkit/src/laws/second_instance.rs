//! Law 22: two instances do not occupy one place.

use super::{OnPlatform, ReportBuilder, lone_node::LoneNode, rendered_node::RenderedNode};
use crate::{
    harness::{Harness, HarnessRun},
    law::Law,
};
use datasurface_graph::{NodeFacts, NodeKey};
use datasurface_model::PlatformName;
use datasurface_platform::{PlatformInstance, ScopeView, ScopedNode};
use std::{borrow::Cow, sync::Arc};

/// The name of the second instance.
const SECOND_INSTANCE: &str = "Another instance";

/// Renders each capture by a second instance with the same settings. Where a resource that holds data is the same, both would
/// write to one place, unless the broker is told and refuses that.
pub(super) fn check(report: &mut ReportBuilder, harness: &Harness, stage: &HarnessRun) {
    for lone in LoneNode::all(stage) {
        let mut instance = lone.call.view.platform().clone();
        (instance.name, instance.storage) = (SECOND_INSTANCE.into(), None);
        let Some(second) = harness.second_instance(&instance) else {
            continue;
        };
        let others: Vec<&str> = second.descriptor().stores().collect();
        if lone.platform.descriptor().stores().any(|store| others.contains(&store)) {
            continue;
        }
        let first = lone.render(lone.view().facts().clone());
        let instance = Arc::new(instance);
        let shard = view_of_second(lone, &instance);
        let node = shard.nodes().first().map_or_else(|| lone.view(), ScopedNode::view);
        let rendering = second.render(&shard);
        let rendering = rendering
            .and_then(|rendering| RenderedNode::new(&*second, &instance, node, Cow::Owned(rendering)));
        if let (Ok(first), Ok(second)) = (first, rendering) {
            compare(report, lone, &first, &second);
        }
    }
}

fn view_of_second(lone: LoneNode<'_>, instance: &Arc<PlatformInstance>) -> ScopeView {
    let view = lone.view();
    let facts = renamed(view.facts(), &instance.name);
    let datasets = lone.node.datasets().map(|dataset| dataset.key.dataset.clone()).collect();
    let view = view.with_facts(facts);
    let nodes = vec![ScopedNode::new(view, lone.node.is_whole(), datasets)];
    ScopeView::shard(Arc::clone(instance), "main".into(), nodes, Vec::new())
}

fn renamed(facts: &NodeFacts, name: &PlatformName) -> NodeFacts {
    let mut facts = facts.clone();
    match &mut facts.key {
        NodeKey::Export { platform, .. }
        | NodeKey::Ingest { platform, .. }
        | NodeKey::Transform { platform, .. }
        | NodeKey::Trigger { platform, .. } => *platform = name.clone(),
    }
    facts
}

fn compare(
    report: &mut ReportBuilder,
    lone: LoneNode<'_>,
    first: &RenderedNode<'_>,
    second: &RenderedNode<'_>,
) {
    for holder in first.resources().filter(|resource| resource.held_data().is_some()) {
        let Some(other) = second.resource(holder.address()) else {
            continue;
        };
        let is_same = holder.attributes() == other.attributes()
            && first.text(holder.address()) == second.text(other.address());
        if is_same && !holder.occupied_places().iter().any(|place| other.occupied_places().contains(place)) {
            let difference = "another instance with the same settings renders the same, and neither of them states the place that \
                              it occupies, or its store";
            let place = OnPlatform(&lone.call.platform, format!("`{}`", holder.address()));
            report.report(Law::PlacesAreDistinct, place, difference);
        }
    }
}
