//! Plans: what a change costs.

use super::Bug;
use datasurface_platform::prelude::*;

pub(super) fn diff(bug: Option<Bug>, change: &RenderingChange<'_>) -> Result<Plan, PlatformError> {
    change.structural(|change| judge(bug, change))
}

pub(super) fn judge(bug: Option<Bug>, change: &ResourceChange<'_>) -> Judgement {
    let changed = change.attributes();
    let is_topic = change.after.kind() == "topic";
    let has_other_key = changed.contains("key");
    match bug {
        Some(Bug::Harmless) => Judgement::update(Effect::None, "").with_meaning(Meaning::Metadata),
        Some(Bug::Replaced) if is_topic => Judgement::replace(Effect::InPlace, "a new topic"),
        Some(Bug::KeyInPlace) if has_other_key => Judgement::update(Effect::InPlace, "another key"),
        _ if has_other_key || changed.contains("partitions") => {
            Judgement::update(Effect::Backfill, "records are written again, to the partitions of their keys")
        }
        _ => match change.after.kind() {
            "topic" => Judgement::update(Effect::InPlace, "another configuration of the topic"),
            "subject" => Judgement::update(Effect::InPlace, "another version of the subject"),
            "connector" if changed.contains("slot") => {
                Judgement::update(Effect::Backfill, "a new slot begins with a snapshot")
            }
            "role" => Judgement::update(Effect::None, "other members").with_meaning(Meaning::Metadata),
            _ => Judgement::update(Effect::Pause, "it is started again"),
        },
    }
}
