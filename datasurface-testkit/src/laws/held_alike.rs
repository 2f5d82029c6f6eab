//! Law 19: what is held has the attributes that it had while it was fed, and nothing feeds it any more.

use super::{
    OnPlatform, ReportBuilder,
    alteration::{self, Alteration},
    essence::Essence,
    lone_node::LoneNode,
    shown_node::is_shown,
};
use crate::{harness::HarnessRun, law::Law};
use datasurface_platform::{HeldState, Rendering, Resource, Scope, ScopedNode};

/// Renders each dataset of a capture alone, fed and then held. Those that are held are compared with what they were.
pub(super) fn check(report: &mut ReportBuilder, stage: &HarnessRun) {
    for lone in LoneNode::all(stage) {
        for dataset in lone.node.datasets() {
            let name = &dataset.key.dataset;
            let view = lone.view().restricted_to(name);
            let node = ScopedNode::new(view, lone.node.is_whole(), [name.clone()].into());
            if let Ok(fed) = lone.platform.render(&lone.shard(vec![node.clone()], Vec::new())) {
                compare(report, lone, &node, &fed);
                still_fed(report, lone, &node, &fed);
            }
        }
    }
}

fn compare(report: &mut ReportBuilder, lone: LoneNode<'_>, node: &ScopedNode, fed: &Rendering) {
    let Scope::Shard(shard) = lone.call.view.scope() else {
        return;
    };
    let holders = fed.resources().filter_map(|resource| Some((resource, resource.held_data()?)));
    for (holder, data) in holders {
        let view = node.view().clone();
        let held = HeldState::new(holder.address().clone(), shard.clone(), data.clone(), view, None);
        let Ok(rendering) = lone.platform.render(&lone.shard(Vec::new(), vec![held])) else {
            continue;
        };
        // What is not rendered at all is told by law 7.
        let now: Option<&Resource> = rendering.resource(holder.address());
        let difference = now.and_then(|now| Essence::new(holder).difference(&Essence::new(now)));
        if let Some(difference) = difference {
            let place = OnPlatform(&lone.call.platform, format!("`{}`", holder.address()));
            report.report(Law::HeldIsUnchanged, place, format!("once nothing feeds it, {difference}"));
        }
    }
}

/// Renders what is held as if it had been captured from another address, or with another credential: whatever shows that still reads from
/// there. What nodes share is left out, since a platform cannot tell there whether they are fed.
fn still_fed(report: &mut ReportBuilder, lone: LoneNode<'_>, node: &ScopedNode, fed: &Rendering) {
    let Scope::Shard(shard) = lone.call.view.scope() else {
        return;
    };
    for (Alteration { fact, facts, .. }, text) in alteration::sources(node) {
        let view = node.view().with_facts(facts);
        let holders = fed.resources().filter_map(|resource| Some((resource, resource.held_data()?)));
        let held = holders.map(|(holder, data)| {
            HeldState::new(holder.address().clone(), shard.clone(), data.clone(), view.clone(), None)
        });
        let held: Vec<HeldState> = held.collect();
        if !held.is_empty()
            && let Ok(rendering) = lone.platform.render(&lone.shard(Vec::new(), held))
            && is_shown(&rendering, text)
        {
            let place = OnPlatform(&lone.call.platform, format!("`{}`", node.view().key()));
            let difference =
                format!("nothing feeds it any more, and the {fact} that it was captured from is still shown");
            report.report(Law::HeldIsUnchanged, place, difference);
        }
    }
}
