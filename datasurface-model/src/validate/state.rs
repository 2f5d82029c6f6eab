//! What is remembered of a validation, for the next one.

use super::{
    facts::{Difference, Facts},
    reader::Fact,
    rules,
    unit::{Content, UnitKey, Units},
};
use crate::{
    diagnostic::{Diagnostic, Findings},
    ecosystem::Ecosystem,
};
use chrono::NaiveDate;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Every unit with its verdict, and the facts under which the verdicts were reached.
#[derive(Debug)]
pub struct State {
    units: FxHashMap<UnitKey, Unit>,
    facts: Facts,
}

#[derive(Debug)]
struct Unit {
    content: Content,
    verdict: Arc<Verdict>,
}

/// What the rules say of a unit, and what they had to know to say it.
#[derive(Debug)]
pub(super) struct Verdict {
    pub(super) imports: Box<[Fact]>,
    pub(super) findings: Box<[Diagnostic]>,
}

impl State {
    /// Judges every unit; those whose content and imports are the same as before keep their verdicts. Gives the
    /// units back that were really checked.
    pub(super) fn of(ecosystem: &Ecosystem, today: NaiveDate, before: Option<&Self>) -> (Self, Vec<UnitKey>) {
        let units = Units::of(ecosystem);
        let facts = Facts::of(&units, today);
        let before = before.map(|before| (before, Difference::between(&before.facts, &facts)));
        let mut checked = Vec::new();
        let judged = units.into_vec().into_iter().map(|(key, content)| {
            let remembered =
                before.as_ref().and_then(|(before, difference)| before.verdict(&key, &content, difference));
            let verdict = remembered.unwrap_or_else(|| {
                checked.push(key.clone());
                Arc::new(rules::verdict(&key, &content, &facts))
            });
            (key, Unit { content, verdict })
        });
        let units = judged.collect();
        (Self { units, facts }, checked)
    }

    /// The verdict that still holds, if there is one.
    fn verdict(&self, key: &UnitKey, content: &Content, since: &Difference<'_>) -> Option<Arc<Verdict>> {
        let unit = self.units.get(key).filter(|unit| unit.content == *content)?;
        let mut imports = unit.verdict.imports.iter();
        imports.all(|import| import.is_same(since)).then(|| Arc::clone(&unit.verdict))
    }

    pub(super) fn units(&self) -> usize {
        self.units.len()
    }

    pub(super) fn findings(&self) -> Findings {
        let verdicts = self.units.values().map(|unit| &unit.verdict);
        verdicts.flat_map(|verdict| verdict.findings.iter().cloned()).collect()
    }
}
