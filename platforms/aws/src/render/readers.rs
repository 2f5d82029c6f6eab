//! Who reads what is exported. A transformer reads tables of the lake themselves, so nothing is made for it.

use datasurface_platform::prelude::*;
use datasurface_terraform::Module;
use serde_json::Value;

/// Returns the consumers for which something is made.
pub(crate) fn readers(export: &ExportFacts) -> impl Iterator<Item = &Consumer> {
    export.consumers.iter().filter(|consumer| !consumer.transforms)
}

/// Whether a consumer reads versions of this kind.
pub(super) fn any_reads(export: &ExportFacts, is_read: fn(Milestoning) -> bool) -> bool {
    readers(export).any(|consumer| is_read(consumer.requirements.milestoning))
}

/// Returns who reads an export, and what each of them asked for, for people who look at what was made.
pub(super) fn described(export: &ExportFacts) -> Vec<Value> {
    let described = readers(export)
        .map(|consumer| json!({"group": consumer.group, "requirements": consumer.requirements}));
    described.collect()
}

/// States that an export needs nothing, if only transformers read it.
pub(super) fn add_nothing(module: &mut Module, node: &NodeView) {
    if let NodeDetail::Export(export) = node.detail()
        && readers(export).next().is_none()
    {
        module.nothing_for(node.key(), "the transformer reads the table of the lake");
    }
}
