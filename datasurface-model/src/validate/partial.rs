//! Validation of an ecosystem that has errors, or of which parts are not known: what can be said of it all the same, and the part of
//! it that nothing is wrong with.
//!
//! Two rules keep consequences of an error from being reported. A finding about an ecosystem of which parts are not known is one that is
//! found as well without these parts and all that depends on them, or one about a single value that is written. And what asks for a
//! valid ecosystem is asked about the sound part: without what has an error, and without all that depends on that.

use super::{
    Checked, Invalid, Validate, Validation,
    outcome::sealed::HasState,
    rules::{WRITTEN_VALUE_CODES, may_be_declared_in},
    state::State,
    valid::Valid,
};
use chrono::NaiveDate;
use datasurface_ecosystem::{
    DatasetGroup, Diagnostic, Ecosystem, EcosystemPart, Findings, ModelPath, Severity,
};
use datasurface_schema::{DatastoreName, Entity};
use std::collections::BTreeSet;

/// The greatest number of times that parts are removed since others were. References are followed before; what is left is found by
/// rules, and seldom takes a second time.
const MAX_ROUNDS: usize = 32;

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

/// The part of an ecosystem that is valid on its own: without what has an error or is not known, and without all that depends on that.
#[derive(Clone, Debug)]
pub struct SoundPart {
    whole: Ecosystem,
    checked: Checked,
    left_out: BTreeSet<EcosystemPart>,
    on: NaiveDate,
}

impl PartialValidation {
    /// Validates an ecosystem as far as it is known.
    pub(super) fn build(ecosystem: Ecosystem, with: &Validation<'_>, unread: &[ModelPath]) -> Self {
        let whole = ecosystem.clone();
        let outcome = ecosystem.validate(with);
        let (found, waived) = match &outcome {
            Ok(checked) => (checked.findings().clone(), checked.waived().clone()),
            Err(invalid) => (invalid.findings().clone(), invalid.waived().clone()),
        };
        let unread: BTreeSet<EcosystemPart> = unread.iter().map(EcosystemPart::from_path).collect();
        if unread.is_empty()
            && let Ok(checked) = outcome
        {
            let sound = SoundPart { whole, checked, left_out: BTreeSet::new(), on: with.date };
            return Self { findings: found, waived, sound: Some(sound) };
        }
        let findings = if unread.is_empty() {
            found.clone()
        } else {
            certain(&found, &whole, &unread, with.date, state(&outcome))
        };
        let mut left_out = unread;
        left_out.extend(erroneous(&found));
        let sound = SoundPart::build(whole, left_out, with.date, state(&outcome));
        Self { findings, waived, sound }
    }
}

impl SoundPart {
    /// Leaves parts out until no error remains.
    fn build(
        whole: Ecosystem,
        mut left_out: BTreeSet<EcosystemPart>,
        on: NaiveDate,
        before: &State,
    ) -> Option<Self> {
        let mut last: Option<Result<Checked, Invalid>> = None;
        for _ in 0..MAX_ROUNDS {
            if left_out.contains(&EcosystemPart::Whole) {
                return None;
            }
            left_out = whole.with_dependents(left_out);
            let rest = whole.clone().without_parts(&left_out);
            let before = last.as_ref().map_or(before, state);
            match rest.validate(&Validation { date: on, previous: Some(before) }) {
                Ok(checked) => return Some(Self { whole, checked, left_out, on }),
                Err(invalid) => {
                    let count = left_out.len();
                    left_out.extend(erroneous(invalid.findings()));
                    if left_out.len() == count {
                        return None;
                    }
                    last = Some(Err(invalid));
                }
            }
        }
        None
    }

    /// The valid part.
    #[must_use]
    pub fn ecosystem(&self) -> &Valid<Ecosystem> {
        self.checked.ecosystem()
    }

    /// Whether nothing was left out.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.left_out.is_empty()
    }

    /// Whether a declaration of a platform was left out.
    #[must_use]
    pub fn lacks_platforms(&self) -> bool {
        self.left_out.iter().any(|part| matches!(part, EcosystemPart::Platform(_)))
    }

    /// Leaves out the parts that these paths lead to, with all that depends on them. `None` if nothing would be left.
    #[must_use]
    pub fn without<'p>(&self, paths: impl IntoIterator<Item = &'p ModelPath>) -> Option<Self> {
        let parts: BTreeSet<EcosystemPart> = paths.into_iter().map(EcosystemPart::from_path).collect();
        if parts.is_subset(&self.left_out) {
            return Some(self.clone());
        }
        let left_out = self.left_out.union(&parts).cloned().collect();
        Self::build(self.whole.clone(), left_out, self.on, self.checked.state())
    }

    /// Returns the names of the datastores that workspaces read which were left out.
    #[must_use]
    pub fn unread_datastores(&self) -> BTreeSet<DatastoreName> {
        let mut read = BTreeSet::new();
        if self.is_whole() {
            return read;
        }
        let rest = self.ecosystem();
        for zone in self.whole.zones() {
            for team in zone.definition().into_iter().flat_map(|zone| zone.teams()) {
                for workspace in team.definition().into_iter().flat_map(|team| team.workspaces()) {
                    let sound = rest.workspace(workspace.name());
                    let is_left_out = |group: &&DatasetGroup| {
                        sound.is_none_or(|sound| sound.entity.groups().get(group.name()).is_none())
                    };
                    let groups = workspace.groups().iter().filter(is_left_out);
                    let sinks = groups.flat_map(|group| group.sinks());
                    read.extend(sinks.map(|sink| sink.name().datastore.clone()));
                }
            }
        }
        read
    }

    /// Whether a waiver of the whole ecosystem accepts a finding: one that is in error itself may be left out here.
    #[must_use]
    pub fn is_waived(&self, finding: &Diagnostic) -> bool {
        self.whole.waivers_of(finding, self.on).next().is_some()
    }
}

/// The findings that do not depend on what is not known.
fn certain(
    found: &Findings,
    whole: &Ecosystem,
    unread: &BTreeSet<EcosystemPart>,
    on: NaiveDate,
    before: &State,
) -> Findings {
    let lacks_heading = unread.contains(&EcosystemPart::Heading) || unread.contains(&EcosystemPart::Whole);
    let known: BTreeSet<Diagnostic> = if unread.contains(&EcosystemPart::Whole) {
        BTreeSet::new()
    } else {
        let rest = whole.clone().without_parts(&whole.with_dependents(unread.clone()));
        let outcome = rest.validate(&Validation { date: on, previous: Some(before) });
        let findings = match outcome {
            Ok(checked) => checked.findings().clone(),
            Err(invalid) => invalid.findings().clone(),
        };
        findings.into_iter().collect()
    };
    let is_of_written_value =
        |finding: &Diagnostic| WRITTEN_VALUE_CODES.iter().any(|info| info.code == finding.code());
    let is_certain = |finding: &&Diagnostic| {
        let is_of_heading = part_of_error(finding) == EcosystemPart::Heading;
        if unread.iter().any(|part| may_be_declared_in(part, finding)) || (is_of_heading && lacks_heading) {
            return false;
        }
        known.contains(finding) || is_of_written_value(finding)
    };
    found.iter().filter(is_certain).cloned().collect()
}

/// The parts that errors are about. Of two with one name, neither is sound: nobody knows which one references mean.
fn erroneous(findings: &Findings) -> BTreeSet<EcosystemPart> {
    let mut parts = BTreeSet::new();
    for finding in findings.iter().filter(|finding| finding.severity() == Severity::Error) {
        parts.insert(part_of_error(finding));
        if finding.code() == super::rules::DUPLICATE_NAME.code {
            let others = finding.related_places().iter().map(|related| &related.path);
            parts.extend(others.map(EcosystemPart::from_path));
        }
    }
    parts
}

/// The part that a finding is about. At the path of the ecosystem itself, that is its name.
fn part_of_error(finding: &Diagnostic) -> EcosystemPart {
    if finding.path().segments().len() == 0 {
        EcosystemPart::Heading
    } else {
        EcosystemPart::from_path(finding.path())
    }
}

fn state(outcome: &Result<Checked, Invalid>) -> &State {
    match outcome {
        Ok(checked) => checked.state(),
        Err(invalid) => invalid.state(),
    }
}
