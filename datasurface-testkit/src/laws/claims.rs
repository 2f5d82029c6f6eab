//! Law 9: what the descriptor says is true. Here: who keeps captured data says in what, for zones have a say about that.

use super::{OnPlatform, ReportBuilder};
use crate::{harness::HarnessRun, law::Law};
use datasurface_graph::NodeKind;
use datasurface_platform::Resource;

pub(super) fn check(report: &mut ReportBuilder, stage: &HarnessRun) {
    for rendered in &stage.log.renderings {
        let (Ok(rendering), Some(configured)) = (&rendered.result, stage.placed.platform(&rendered.platform))
        else {
            continue;
        };
        if !configured.platform().descriptor().data_technologies().is_empty() {
            continue;
        }
        if let Some(kept) = rendering.resources().find(|resource| keeps_captured(resource)) {
            let place = OnPlatform(&rendered.platform, rendered.view.scope());
            let difference = format!(
                "`{}` holds data, and the descriptor does not say in which storage data is kept",
                kept.address()
            );
            report.report(Law::ClaimsAreTrue, place, difference);
        }
    }
}

/// What is exported is in containers of consumers, which the model tells of.
fn keeps_captured(resource: &Resource) -> bool {
    let is_capture = resource.origins().iter().any(|node| node.kind() == NodeKind::Ingest);
    is_capture && resource.held_data().is_some()
}
