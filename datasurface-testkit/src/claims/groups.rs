//! What groups of consumers ask for.

use datasurface_model::Milestoning;
use datasurface_platform::PlatformDescriptor;
use serde_json::{Value, json};

/// Lowers what a group asks for to what is claimed.
pub(super) fn lower(group: &mut Value, descriptor: &PlatformDescriptor) {
    let Some(group) = group.as_object_mut() else {
        return;
    };
    let claimed: Vec<&str> = descriptor.milestonings().iter().copied().map(word).collect();
    let wanted = group.get("milestoning").and_then(Value::as_str).unwrap_or("live");
    let first = claimed.first().filter(|_| !claimed.contains(&wanted));
    let has_versions =
        first.is_some_and(|first| *first != "live") || wanted != "live" || group.contains_key("retention");
    if let Some(first) = first {
        group.insert("milestoning".to_owned(), json!(first));
    }
    if descriptor.best_latency().is_some() {
        group.remove("latency");
    }
    if let Some(most) = descriptor.longest_retention().filter(|_| has_versions) {
        // History without a retention would have to be kept for ever.
        group.insert("retention".to_owned(), json!(most.to_string()));
    }
}

fn word(milestoning: Milestoning) -> &'static str {
    match (milestoning.has_live(), milestoning.has_history()) {
        (true, true) => "live_and_forensic",
        (_, true) => "forensic",
        _ => "live",
    }
}
