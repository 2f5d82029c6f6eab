//! Stream jobs: one for each transformer.

use super::{Topics, mover, named};
use datasurface_platform::prelude::*;

impl Topics {
    pub(super) fn stream_job(&self, node: &NodeView, transform: &TransformFacts) -> Resource {
        let outputs = transform.outputs.iter();
        let writes =
            outputs.map(|output| json!({ "dataset": output.storage_key(), "schema": output.schema }));
        named(mover(node), node.slug())
            .attribute("code", &transform.artifact)
            .attribute("reads", node.input_addresses())
            .attribute("writes", writes.collect::<Vec<_>>())
            .attribute("priority", node.obligation().priority())
            .with_dependencies(self.needs(node))
    }
}

/// What a job writes, in topics of its own.
pub(super) fn offers(transform: &TransformFacts) -> Vec<Offer> {
    let offer = |output: &DatasetFacts| {
        let address = format!("result.{}", dataset_slug(output.storage_key()));
        Offer::new(&output.key, address, "topic").with_custody(output.custody)
    };
    transform.outputs.iter().map(offer).collect()
}
