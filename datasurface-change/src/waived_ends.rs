//! Waivers in force, and what the finding that they accept leads to: a waiver is about data of one owner in one place, and the attribute
//! that says where it goes may be given another value by somebody else.

use super::{approval::RequiredApproval, changed_model::ChangedModel};
use datasurface_model::{Diagnostic, Ecosystem, Findings, ModelPath, Waiver, ownership::OwnedPart, segment};
use std::collections::{BTreeMap, BTreeSet};

/// The findings of both sides that waivers accept, as far as validation tells them.
#[derive(Clone, Debug, Default)]
pub(super) struct WaivedFindings {
    pub(super) old: Findings,
    pub(super) new: Findings,
}

/// Whoever accepted that data is in one container, at one location or on one platform has to approve another one.
pub(super) fn of_other_ends(change: &ChangedModel<'_>, required: &mut Vec<RequiredApproval>) {
    let mut before = BTreeMap::<(&str, String), Vec<BTreeSet<String>>>::new();
    for finding in &change.waived.old {
        let key = (finding.code(), finding.path().to_string());
        before.entry(key).or_default().push(ends(change.old, finding, ModelPath::to_string));
    }
    for finding in &change.waived.new {
        let key = (finding.code(), finding.path().to_string());
        let is_same = |ends: &BTreeSet<String>, key| before.get(key).is_some_and(|all| all.contains(ends));
        // Most often nothing differs, and nobody asks for renames.
        if is_same(&ends(change.new, finding, ModelPath::to_string), &key) {
            continue;
        }
        let former_key = (finding.code(), change.former_place(finding.path()));
        let former_ends = ends(change.new, finding, |path| change.former_place(path));
        if !before.contains_key(&former_key) || is_same(&former_ends, &former_key) {
            continue;
        }
        for (by, waiver) in accepting(change.new, finding) {
            let was_there = accepting_at(change, &by, waiver, &former_key.1);
            if by == OwnedPart::from_path(finding.path()) || !was_there {
                continue;
            }
            required.push(RequiredApproval {
                path: finding.path().clone(),
                part: OwnedPart::from_path(finding.path()),
                owner: change.owner_before(&by).clone(),
                reason: format!(
                    "the waiver of `{}` at {} was about another container, location or platform",
                    waiver.code(),
                    waiver.path()
                ),
                related: waiver.model_path(&by),
            });
        }
    }
}

/// The containers, locations and platforms that a finding leads to.
fn ends(
    ecosystem: &Ecosystem,
    finding: &Diagnostic,
    named: impl Fn(&ModelPath) -> String,
) -> BTreeSet<String> {
    let is_end = |path: &&ModelPath| {
        let mut segments = path.segments();
        matches!(segments.next(), Some(segment::VENDORS | segment::PLATFORMS))
            || segments.any(|segment| segment == segment::CONTAINERS)
    };
    let related = finding.related_places().iter().map(|place| &place.path);
    let mut ends: BTreeSet<String> = related.filter(is_end).map(named).collect();
    let segments: Vec<&str> = finding.path().segments().collect();
    if let [segment::PRIMARY_PINS, datastore, ..] = segments.as_slice() {
        ends.extend(ecosystem.primary_pins().get(*datastore).map(|pin| pin.platform().to_string()));
    }
    ends
}

/// The waivers that accept a finding, each with whoever waives.
fn accepting<'e>(
    ecosystem: &'e Ecosystem,
    finding: &Diagnostic,
) -> impl Iterator<Item = (OwnedPart, &'e Waiver)> {
    let path = finding.path().to_string();
    let code = finding.code();
    let policies: BTreeSet<String> =
        finding.related_places().iter().map(|place| place.path.to_string()).collect();
    ecosystem.all_waivers().filter(move |(by, waiver)| {
        let policy = waiver.policy_of(by).map(|policy| {
            let zone = ModelPath::root().child(segment::ZONES, &policy.zone);
            zone.child(segment::POLICIES, &policy.policy).to_string()
        });
        waiver.code() == code
            && waiver.path() == path
            && policy.is_none_or(|policy| policies.contains(&policy))
    })
}

/// Whether the same waiver was there before, about a thing at this place.
fn accepting_at(change: &ChangedModel<'_>, by: &OwnedPart, waiver: &Waiver, place: &str) -> bool {
    let before = change.old.waivers_by(&change.former.part(by));
    let is_same =
        |old: &Waiver| old.path() == place && old.code() == waiver.code() && old.policy() == waiver.policy();
    before.is_some_and(|waivers| waivers.iter().any(is_same))
}
