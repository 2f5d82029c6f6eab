//! Triggers: one for each transformer, which starts its job when its inputs moved, or at certain times.

use super::{Topics, address, mover, named};
use datasurface_platform::prelude::*;

impl Topics {
    pub(super) fn trigger(&self, node: &NodeView, trigger: &TriggerFacts) -> Resource {
        let job = address(&NodeKey::Transform {
            platform: node.key().platform().clone(),
            workspace: trigger.workspace.clone(),
        });
        let trigger = named(mover(node), node.slug())
            .attribute("condition", &trigger.trigger)
            .attribute("inputs", &trigger.inputs)
            .attribute("starts", &job)
            .with_dependencies(self.needs(node));
        match self.has(super::Bug::NoDependencies) {
            true => trigger,
            false => trigger.dependency(job),
        }
    }
}
