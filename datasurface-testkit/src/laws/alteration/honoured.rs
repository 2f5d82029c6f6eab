//! Facts that a platform honours only if it claims to: priorities, deadlines, classifications of datasets.

use super::{Alteration, changed};
use datasurface_graph::{DatasetFacts, HonouredFact, NodeDetail, NodeFacts, NodeKind, Obligation};
use datasurface_model::{Deadline, Priority};
use datasurface_platform::PlatformDescriptor;
use serde_json::{Value, json};

/// Returns other facts of a node, one for each fact that is claimed for nodes of its kind. Of captures, those from containers are meant.
pub(super) fn all(facts: &NodeFacts, descriptor: &PlatformDescriptor) -> Vec<Alteration> {
    let kind = facts.key.kind();
    let is_meant = kind != NodeKind::Ingest || facts.capture().is_some();
    let claimed = descriptor.honoured_facts().iter().filter(|(_, nodes)| is_meant && nodes.contains(&kind));
    let altered = claimed.filter_map(|(fact, _)| match fact {
        HonouredFact::Priority => Some(Alteration::new("priority", with_priority(facts)?)),
        HonouredFact::Deadline => Some(Alteration::new("deadline", with_deadline(facts)?)),
        HonouredFact::Classification => Some(Alteration::new("classification", with_classification(facts))),
        _ => None,
    });
    altered.collect()
}

fn with_priority(facts: &NodeFacts) -> Option<NodeFacts> {
    let other = match facts.obligation.priority() {
        Some(Priority::High) => Priority::Low,
        _ => Priority::High,
    };
    let mut facts = owing(facts, "priority", json!(other))?;
    if let NodeDetail::Export(export) = &mut facts.detail {
        export.consumers.iter_mut().for_each(|consumer| consumer.priority = Some(other));
    }
    Some(facts)
}

fn with_deadline(facts: &NodeFacts) -> Option<NodeFacts> {
    let deadlines =
        ["03:17 Europe/Berlin", "04:29 Europe/Berlin"].into_iter().filter_map(Deadline::from_text);
    let other = deadlines.into_iter().find(|deadline| !facts.obligation.deadlines().contains(deadline))?;
    let mut facts = owing(facts, "deadlines", json!([other]))?;
    if let NodeDetail::Export(export) = &mut facts.detail {
        export.consumers.iter_mut().for_each(|consumer| consumer.deadline = Some(other.clone()));
    }
    Some(facts)
}

/// The facts with another part of the obligation, whose parts can only be joined.
fn owing(facts: &NodeFacts, part: &str, value: Value) -> Option<NodeFacts> {
    let mut document = serde_json::to_value(&facts.obligation).ok()?;
    document.as_object_mut()?.insert(part.to_owned(), value);
    let obligation: Obligation = serde_json::from_value(document).ok()?;
    Some(changed(facts, |facts| facts.obligation = obligation))
}

fn with_classification(facts: &NodeFacts) -> NodeFacts {
    let classify = |mut dataset: DatasetFacts| {
        dataset.classifications.insert("another class".into());
        dataset
    };
    let mut facts = facts.clone().map_datasets(|dataset| Some(classify(dataset)));
    match &mut facts.detail {
        NodeDetail::Export(export) => export.dataset = classify(export.dataset.clone()),
        NodeDetail::Transform(transform) => {
            transform.outputs.iter_mut().for_each(|output| *output = classify(output.clone()));
        }
        NodeDetail::Ingest(_) | NodeDetail::Trigger(_) => {}
    }
    facts
}
