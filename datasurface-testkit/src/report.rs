//! Verdicts: which laws were violated, where, and what differs.

use crate::law::Law;
use datasurface_model::Ecosystem;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// The violation of a law: the place, and what differs there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Violation {
    /// The law that is violated.
    pub law: Law,
    /// The ecosystem, and the change of it after which the law is violated.
    pub ecosystem: String,
    /// The platform, and the node, scope or resource on it.
    pub place: String,
    /// The difference between what was found and what the law requires.
    pub difference: String,
}

impl Violation {
    pub(crate) fn new(law: Law, ecosystem: &str, place: String, difference: String) -> Self {
        Self { law, ecosystem: ecosystem.to_owned(), place, difference }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at {}: {}\n  in {}", self.place, self.difference, self.ecosystem)
    }
}

/// The result of a check: violations of laws, and how much was checked.
#[derive(Clone, Debug, Default)]
#[must_use = "a verdict that nobody asserts proves nothing"]
pub struct LawReport {
    /// Every violation, ordered by law.
    pub violations: BTreeSet<Violation>,
    /// For each law that is violated, an ecosystem in which it is, as small as could be found.
    pub counterexamples: BTreeMap<Law, Counterexample>,
    /// The amount of work that the check was.
    pub counts: CheckCounts,
    /// The reason why too little was checked to say that the laws hold.
    pub insufficiency: Option<String>,
}

/// An ecosystem in which a law is violated.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Counterexample {
    /// The ecosystem, before any change of it.
    pub ecosystem: Ecosystem,
    /// The violation there, with the step after which it is seen.
    pub violation: Violation,
}

/// The amount of work that a check was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CheckCounts {
    /// The number of ecosystems that were rendered.
    pub ecosystems: usize,
    /// The number of changes from one ecosystem to another that were planned: to the edited one, to a time when all promises are over, and
    /// back.
    pub changes: usize,
    /// The number of edits that were rendered, and compared with what was rendered before.
    pub edits: usize,
    /// The number of ecosystems and changes that could not be checked, by the code of the reason: what the platform does not
    /// claim, or edits that make an ecosystem invalid.
    pub skipped: BTreeMap<String, usize>,
}

impl CheckCounts {
    pub(crate) fn skip(&mut self, codes: impl IntoIterator<Item = String>) {
        let codes: BTreeSet<String> = codes.into_iter().collect();
        for code in codes {
            *self.skipped.entry(code).or_default() += 1;
        }
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.ecosystems += other.ecosystems;
        self.changes += other.changes;
        self.edits += other.edits;
        for (code, count) in other.skipped {
            *self.skipped.entry(code).or_default() += count;
        }
    }
}

impl LawReport {
    pub(crate) fn add_violation(&mut self, violation: Violation) {
        self.violations.insert(violation);
    }

    pub(crate) fn add_counterexample(&mut self, law: Law, ecosystem: &Ecosystem, violation: &Violation) {
        self.counterexamples
            .entry(law)
            .or_insert_with(|| Counterexample { ecosystem: ecosystem.clone(), violation: violation.clone() });
    }

    /// The violations of one law, in order.
    pub(crate) fn of_law(&self, law: Law) -> impl Iterator<Item = &Violation> {
        self.violations.iter().filter(move |one| one.law == law)
    }

    pub(crate) fn count(&mut self, counts: CheckCounts) {
        self.counts.add(counts);
    }

    pub(crate) fn mark_insufficient(&mut self, why: String) {
        self.insufficiency = Some(why);
    }

    /// The laws that were violated.
    #[must_use]
    pub fn laws(&self) -> BTreeSet<Law> {
        self.violations.iter().map(|violation| violation.law).collect()
    }

    /// Whether every law was kept, and enough was checked to say so.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.violations.is_empty() && self.insufficiency.is_none()
    }

    /// Fails a test with the report, unless every law [was kept](Self::passed).
    ///
    /// # Panics
    ///
    /// If a law was violated, or too little could be checked.
    #[expect(clippy::panic, reason = "this is how a test fails")]
    #[track_caller]
    pub fn assert(&self) {
        if !self.passed() {
            panic!("{self}");
        }
    }
}

/// The number of violations of one law that are printed.
const SHOWN: usize = 4;

/// Returns those violations of a law that are printed: first one of each difference, since the same difference at another node says
/// nothing new.
fn most_telling<'v>(of_law: &[&'v Violation]) -> Vec<&'v Violation> {
    let mut seen = BTreeSet::new();
    let (first, repeated): (Vec<&Violation>, Vec<&Violation>) =
        of_law.iter().partition(|violation| seen.insert(&violation.difference));
    first.into_iter().chain(repeated).take(SHOWN).collect()
}

impl fmt::Display for LawReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.passed() {
            f.write_str("every law is kept\n")?;
        }
        for law in self.laws() {
            writeln!(f, "{law}, is violated:")?;
            writeln!(f, "Expected: {}", law.check())?;
            let of_law: Vec<&Violation> = self.of_law(law).collect();
            for violation in most_telling(&of_law) {
                writeln!(f, "- {violation}")?;
            }
            if let Some(more) = of_law.len().checked_sub(SHOWN).filter(|more| *more > 0) {
                writeln!(f, "- and {more} more")?;
            }
            if let Some(Counterexample { ecosystem, violation }) = self.counterexamples.get(&law) {
                let model = datasurface_document::to_yaml(ecosystem);
                writeln!(
                    f,
                    "The smallest ecosystem that was found, with the violation\n  {violation}:\n{model}"
                )?;
            }
        }
        if let Some(why) = &self.insufficiency {
            writeln!(f, "too little could be checked: {why}")?;
        }
        let CheckCounts { ecosystems, changes, edits, skipped } = &self.counts;
        write!(f, "{ecosystems} ecosystems rendered, {edits} edits compared, {changes} changes planned")?;
        let skipped: Vec<String> = skipped.iter().map(|(code, count)| format!("{code} ({count})")).collect();
        if !skipped.is_empty() {
            write!(f, "; not checked because of {}", skipped.join(", "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_not_hidden_behind_one_that_many_places_have() {
        let mut report = LawReport::default();
        for place in 0..6 {
            let place = place.to_string();
            report.add_violation(Violation::new(
                Law::FactsAreShown,
                "E",
                place,
                "nobody is named".to_owned(),
            ));
        }
        let last = Violation::new(Law::FactsAreShown, "E", "7".to_owned(), "checks are ignored".to_owned());
        report.add_violation(last);
        let text = report.to_string();
        assert_eq!(text.matches("nobody is named").count(), SHOWN - 1, "{text}");
        assert!(text.contains("checks are ignored") && text.contains("- and 3 more"), "{text}");
    }
}
