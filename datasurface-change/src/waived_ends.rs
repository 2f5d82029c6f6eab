//! Waivers in force, and what the finding that they accept leads to: a waiver is about certain data in one place, made in one way.
//! The attribute that says where it goes, or how it is made, may be given another value by somebody else.

use super::{
    approval::RequiredApproval,
    changed_model::ChangedModel,
    ends::{Comparison, EndsBefore, existing_before},
    inherited_waivers::was_waived,
};
use datasurface_model::{Diagnostic, Ecosystem, Findings, ModelPath, Waiver, ownership::OwnedPart, segment};
use std::collections::HashMap;

/// The findings of both sides that waivers accept.
#[derive(Clone, Debug, Default)]
pub(super) struct WaivedFindings {
    pub(super) old: Findings,
    pub(super) new: Findings,
}

/// Whoever accepted that certain data is in one container, at one location or on one platform, made in one way, has to approve other data,
/// another place and another way. What lies within a place is no other one. So is whoever accepted nothing until now, by a waiver that was left or made in advance.
pub(super) fn of_other_ends(change: &ChangedModel<'_>, required: &mut Vec<RequiredApproval>) {
    let before = EndsBefore::new(change.old, &change.waived.old);
    let mut waivers = None;
    for finding in &change.waived.new {
        let event = match before.compare(change, finding) {
            Comparison::Same => continue,
            Comparison::New => "accepted nothing, and would accept this",
            Comparison::Other => "was about another container, location or platform, or other data",
        };
        let places = existing_before(change, finding);
        let key = (finding.code(), finding.path().to_string());
        let waivers = waivers.get_or_insert_with(|| waivers_by_place(change.new));
        for (by, waiver) in waivers.get(&key).into_iter().flatten() {
            let was_there = places.iter().any(|place| was_waived(change, by, waiver, place));
            if *by == OwnedPart::from_path(finding.path()) || !was_there || !accepts(waiver, by, finding) {
                continue;
            }
            required.push(RequiredApproval {
                path: finding.path().clone(),
                part: OwnedPart::from_path(finding.path()),
                owner: change.owner_before(by).clone(),
                reason: format!("the waiver of `{}` at {} {event}", waiver.code(), waiver.path()),
                related: waiver.model_path(by),
            });
        }
    }
}

/// The waivers of each code at each place, with whoever waives.
fn waivers_by_place(ecosystem: &Ecosystem) -> HashMap<(&str, String), Vec<(OwnedPart, &Waiver)>> {
    let mut waivers = HashMap::<_, Vec<_>>::new();
    for (by, waiver) in ecosystem.all_waivers() {
        waivers.entry((waiver.code(), waiver.path().to_owned())).or_default().push((by, waiver));
    }
    waivers
}

/// Whether a waiver of the code and the place of a finding accepts the policy that denies.
fn accepts(waiver: &Waiver, by: &OwnedPart, finding: &Diagnostic) -> bool {
    waiver.policy_of(by).is_none_or(|policy| {
        let zone = ModelPath::root().child(segment::ZONES, &policy.zone);
        let policy = zone.child(segment::POLICIES, &policy.policy);
        finding.related_places().iter().any(|place| place.path == policy)
    })
}
