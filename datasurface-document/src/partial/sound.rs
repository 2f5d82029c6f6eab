//! The part of an ecosystem that nothing is wrong with. What asks for a valid ecosystem is asked about it, so that no consequence of an error is
//! reported.

use chrono::NaiveDate;
use datasurface_model::{
    Checked, DatasetGroup, DatastoreName, Diagnostic, Ecosystem, EcosystemPart, Entity, Findings, Invalid,
    ModelPath, PlatformDeclaration, PlatformName, Severity, Valid, Validate, Validation, segment,
};
use std::collections::BTreeSet;

/// The greatest number of times that parts are removed since others were. References are followed before; what is left is found by
/// rules, and seldom takes a second time.
const MAX_ROUNDS: usize = 64;

/// The part of an ecosystem that is valid on its own: without what has an error or is not known, and without all that depends on that.
#[derive(Clone, Debug)]
pub struct SoundPart {
    whole: Ecosystem,
    checked: Checked,
    left_out: BTreeSet<EcosystemPart>,
    with_sound_settings: BTreeSet<PlatformName>,
    on: NaiveDate,
}

impl SoundPart {
    /// An ecosystem in which nothing is wrong.
    pub(super) fn whole(whole: Ecosystem, checked: Checked, on: NaiveDate) -> Self {
        Self { whole, checked, left_out: BTreeSet::new(), with_sound_settings: BTreeSet::new(), on }
    }

    /// Says which platforms were left out although nothing is wrong with their settings.
    pub(super) fn with_sound_settings(self, platforms: BTreeSet<PlatformName>) -> Self {
        Self { with_sound_settings: platforms, ..self }
    }

    /// Leaves parts out until no error remains.
    pub(super) fn new(
        whole: Ecosystem,
        mut left_out: BTreeSet<EcosystemPart>,
        on: NaiveDate,
        before: Result<Checked, Invalid>,
    ) -> Option<Self> {
        let mut before = before;
        for _ in 0..MAX_ROUNDS {
            if left_out.contains(&EcosystemPart::Whole) {
                return None;
            }
            left_out = whole.with_dependents(left_out);
            let rest = whole.clone().without_parts(&left_out);
            match rest.validate(&since(on, &before)) {
                Ok(checked) => {
                    let with_sound_settings = BTreeSet::new();
                    return Some(Self { whole, checked, left_out, with_sound_settings, on });
                }
                Err(invalid) => {
                    let count = left_out.len();
                    left_out.extend(erroneous(invalid.findings()));
                    if left_out.len() == count {
                        return None;
                    }
                    before = Err(invalid);
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

    /// The declarations of platforms that were left out, while their settings may be judged: nothing that was read is wrong with these.
    pub fn platforms_with_sound_settings(&self) -> impl Iterator<Item = &PlatformDeclaration> {
        self.with_sound_settings.iter().filter_map(|name| self.whole.platforms().get(name))
    }

    /// Leaves out the parts that these paths lead to, with all that depends on them. `None` if nothing would be left.
    #[must_use]
    pub fn without<'p>(&self, paths: impl IntoIterator<Item = &'p ModelPath>) -> Option<Self> {
        let parts: BTreeSet<EcosystemPart> = paths.into_iter().map(EcosystemPart::from_path).collect();
        if parts.is_subset(&self.left_out) {
            return Some(self.clone());
        }
        let left_out = self.left_out.union(&parts).cloned().collect();
        Self::new(self.whole.clone(), left_out, self.on, Ok(self.checked.clone()))
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

/// The parts that errors are about. Of two with one name, neither is sound: nobody knows which one references mean.
pub(super) fn erroneous(findings: &Findings) -> BTreeSet<EcosystemPart> {
    let mut parts = BTreeSet::new();
    for finding in findings.iter().filter(|finding| finding.severity() == Severity::Error) {
        parts.insert(part_of_error(finding));
        if finding.code() == "name/duplicate" {
            let others = finding.related_places().iter().map(|related| &related.path);
            parts.extend(others.map(EcosystemPart::from_path));
        }
    }
    parts
}

/// The platforms that errors are about, but for their settings.
pub(super) fn with_sound_settings(findings: &Findings) -> BTreeSet<PlatformName> {
    let (mut sound, mut unsound) = (BTreeSet::new(), BTreeSet::new());
    for finding in findings.iter().filter(|finding| finding.severity() == Severity::Error) {
        if let EcosystemPart::Platform(name) = part_of_error(finding) {
            let is_of_settings = finding.path().segments().nth(2) == Some(segment::CONFIG);
            if is_of_settings { &mut unsound } else { &mut sound }.insert(name);
        }
    }
    sound.difference(&unsound).cloned().collect()
}

/// The part that a finding is about. At the path of the ecosystem itself, that is its name.
pub(super) fn part_of_error(finding: &Diagnostic) -> EcosystemPart {
    if finding.path().segments().len() == 0 {
        EcosystemPart::Heading
    } else {
        EcosystemPart::from_path(finding.path())
    }
}

/// The findings of an outcome.
pub(super) fn findings(outcome: &Result<Checked, Invalid>) -> &Findings {
    match outcome {
        Ok(checked) => checked.findings(),
        Err(invalid) => invalid.findings(),
    }
}

/// A validation that builds on an earlier outcome.
pub(super) fn since(on: NaiveDate, before: &Result<Checked, Invalid>) -> Validation<'_> {
    match before {
        Ok(checked) => Validation::on(on).since(checked),
        Err(invalid) => Validation::on(on).since(invalid),
    }
}
