//! Validation of an ecosystem that has errors, or of which parts are not known: what can be said of it all the same.
//!
//! A finding about an ecosystem of which parts are not known is one that is found as well without these parts and all that depends on them; one
//! about a value that is written, or about one thing that is known with all that is in it; or one that says that something does not exist, and
//! none of these parts may have it (`certainty.rs`).

use super::{
    certainty::{
        OF_A_THING, OF_A_VALUE, OF_NO_USE, is_of_an_unread_thing, is_of_an_unread_waived_thing,
        may_be_declared_in,
    },
    sound::{SoundPart, erroneous, findings, part_of_error, since, with_sound_settings},
    unread_parts,
};
use chrono::NaiveDate;
use datasurface_model::{
    Checked, Diagnostic, Ecosystem, EcosystemPart, Findings, Invalid, ModelPath, Validate, Validation,
};
use std::collections::BTreeSet;

/// The outcome of the validation of an ecosystem, parts of which may be in error, or not known.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PartialValidation {
    /// The findings; none is a consequence of a part that is not known.
    pub findings: Findings,
    /// The findings that a waiver accepts for a while.
    pub waived: Findings,
    /// The part that is valid on its own; none if an error, or what is not known, leaves nothing.
    pub sound: Option<SoundPart>,
}

impl PartialValidation {
    /// Validates an ecosystem as far as it is known. `unread` are the places of parts that are not in it because they could not be
    /// read, or that lack something for that reason, as [`PartialModel::unread`](super::PartialModel::unread) has them.
    #[must_use]
    pub fn new(ecosystem: Ecosystem, with: &Validation<'_>, unread: &[ModelPath]) -> Self {
        let (whole, on) = (ecosystem.clone(), with.date());
        let outcome = ecosystem.validate(with);
        let (found, waived) = match &outcome {
            Ok(checked) => (checked.findings().clone(), checked.waived().clone()),
            Err(invalid) => (invalid.findings().clone(), invalid.waived().clone()),
        };
        if unread.is_empty() && outcome.is_ok() {
            let sound = outcome.ok().map(|checked| SoundPart::whole(whole, checked, on));
            return Self { findings: found, waived, sound };
        }
        let mut left_out: BTreeSet<EcosystemPart> = unread_parts(unread).collect();
        let findings = match unread.is_empty() {
            true => found.clone(),
            false => certain(&found, &whole, (unread, &left_out), on, &outcome),
        };
        left_out.extend(erroneous(&found));
        // Settings, and what they are judged with, have to be read for that.
        let settings = if unread.is_empty() { with_sound_settings(&found) } else { BTreeSet::new() };
        let sound = SoundPart::new(whole, left_out, on, outcome);
        let sound = sound.map(|sound| sound.with_sound_settings(settings));
        Self { findings, waived, sound }
    }
}

/// The findings that do not depend on what is not known.
fn certain(
    found: &Findings,
    whole: &Ecosystem,
    (unread, parts): (&[ModelPath], &BTreeSet<EcosystemPart>),
    on: NaiveDate,
    before: &Result<Checked, Invalid>,
) -> Findings {
    let lacks_heading = parts.contains(&EcosystemPart::Heading) || parts.contains(&EcosystemPart::Whole);
    let known: BTreeSet<Diagnostic> = if parts.contains(&EcosystemPart::Whole) {
        BTreeSet::new()
    } else {
        // No finding depends on what a choice would be.
        let (of_choice, others) = parts.iter().cloned().partition(EcosystemPart::is_of_choice);
        let rest = whole.clone().without_parts(&(&of_choice | &whole.with_dependents(others)));
        findings(&rest.validate(&since(on, before))).iter().cloned().collect()
    };
    let is_certain = |finding: &&Diagnostic| {
        let is_of_heading = part_of_error(finding) == EcosystemPart::Heading;
        let may_change = (OF_NO_USE.contains(&finding.code())
            && !parts.iter().all(EcosystemPart::is_of_choice))
            || is_of_an_unread_thing(finding, unread)
            || is_of_an_unread_waived_thing(finding, unread)
            || parts.iter().any(|part| may_be_declared_in(part, finding))
            || (is_of_heading && lacks_heading);
        let is_supported = || {
            known.contains(finding)
                || OF_A_VALUE.contains(&finding.code())
                || OF_A_THING.contains(&finding.code())
        };
        !may_change && is_supported()
    };
    found.iter().filter(is_certain).cloned().collect()
}
