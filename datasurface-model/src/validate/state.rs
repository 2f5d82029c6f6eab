//! The state of a validation, kept for the next one.

use super::{
    PersistentMap,
    dependents::Dependents,
    each_unit,
    facts::Facts,
    origins::KeptOrigins,
    reader::Fact,
    rules::{self, CODES},
    unit::{Content, UnitKey},
    unit_diff::{self, UnitChange},
    waivers::{self, WaiverOutcome},
};
use chrono::NaiveDate;
use datasurface_ecosystem::{Diagnostic, Ecosystem, FormerNames, Reference, Severity};
use datasurface_schema::CredentialKey;
use rustc_hash::FxHashSet;
use std::sync::{Arc, OnceLock};

/// An ecosystem in units, each with its verdict, and the facts under which the verdicts were reached. Persistent: the
/// state after an edit shares with the state before it all that did not change.
#[derive(Clone, Debug)]
pub struct State {
    /// With every reference by the name that the thing has now.
    ecosystem: Ecosystem,
    spelling: FormerNames,
    units: PersistentMap<UnitKey, Unit>,
    facts: Facts,
    /// Made when the first validation builds on this one.
    readers: OnceLock<Dependents>,
    /// The units with findings.
    reported: PersistentMap<UnitKey, Arc<UnitResult>>,
    /// The count of errors.
    errors: usize,
    /// The units that declare waivers.
    waiving: PersistentMap<UnitKey, ()>,
}

#[derive(Clone, Debug)]
struct Unit {
    content: Content,
    verdict: Arc<UnitResult>,
}

/// The findings of the rules about a unit, and the facts that they read.
#[derive(Debug)]
pub(super) struct UnitResult {
    pub(super) imports: Box<[Fact]>,
    pub(super) findings: Box<[Diagnostic]>,
}

impl UnitResult {
    fn errors(&self) -> usize {
        self.findings.iter().filter(|finding| finding.severity() == Severity::Error).count()
    }
}

impl State {
    /// Checks every unit. Those whose content and imports are the same as before keep their results. Returns the
    /// units that were checked.
    pub(super) fn build(
        written: &Ecosystem,
        today: NaiveDate,
        before: Option<&Self>,
    ) -> (Self, Vec<UnitKey>) {
        Self::build_with(written, today, before, KeptOrigins::default())
    }

    /// The same from nothing, where datasets have more origins than the ecosystem tells.
    pub(super) fn of_kept(written: &Ecosystem, today: NaiveDate, kept: KeptOrigins) -> Self {
        Self::build_with(written, today, None, kept).0
    }

    fn build_with(
        written: &Ecosystem,
        today: NaiveDate,
        before: Option<&Self>,
        kept: KeptOrigins,
    ) -> (Self, Vec<UnitKey>) {
        let (spelling, respelled) = FormerNames::read(before.map(|before| &before.spelling), written);
        let ecosystem = &respelled;
        let mut state = before.cloned().unwrap_or_else(|| Self::empty(spelling.clone(), kept));
        state.spelling = spelling;
        let older = before.map(|before| &before.ecosystem);
        let changes = unit_diff::differences(older, ecosystem, state.facts.directory());
        let touched = state.facts.update(&changes, today);
        state.ecosystem = ecosystem.clone();

        let verdicts = each_unit::map(&changes, |change| {
            change.new.as_ref().map(|content| rules::check_unit(&change.key, content, &state.facts))
        });
        let mut checked = Vec::new();
        let mut readers = before.map(|before| before.readers().clone());
        for (UnitChange { key, new, .. }, verdict) in changes.into_iter().zip(verdicts) {
            if new.as_ref().is_some_and(Content::has_waivers) {
                state.waiving.insert(key.clone(), ());
            } else if !state.waiving.is_empty() {
                state.waiving.remove(&key);
            }
            match new.zip(verdict) {
                Some((content, verdict)) => {
                    state.keep(&key, content, verdict, &mut readers);
                    checked.push(key);
                }
                None => state.forget(&key, &mut readers),
            }
        }
        if let Some(before) = before {
            let known: FxHashSet<UnitKey> = checked.iter().cloned().collect();
            let invalidated = touched
                .iter()
                .flat_map(|subject| before.readers().invalidated(subject, &before.facts, &state.facts));
            let invalidated: FxHashSet<UnitKey> =
                invalidated.filter(|unit| !known.contains(unit)).cloned().collect();
            for unit in invalidated {
                if let Some(content) = state.units.get(&unit).map(|unit| unit.content.clone()) {
                    let verdict = rules::check_unit(&unit, &content, &state.facts);
                    state.keep(&unit, content, verdict, &mut readers);
                    checked.push(unit);
                }
            }
        }
        state.readers = readers.map(OnceLock::from).unwrap_or_default();
        (state, checked)
    }

    /// Creates the state before there is an ecosystem.
    fn empty(spelling: FormerNames, kept: KeptOrigins) -> Self {
        Self {
            ecosystem: Ecosystem::new("", "", ""),
            spelling,
            units: PersistentMap::default(),
            facts: Facts::empty(kept),
            readers: OnceLock::new(),
            reported: PersistentMap::default(),
            errors: 0,
            waiving: PersistentMap::default(),
        }
    }

    fn readers(&self) -> &Dependents {
        self.readers.get_or_init(|| {
            Dependents::new(self.units.iter().map(|(unit, known)| (unit, &*known.verdict.imports)))
        })
    }

    fn keep(
        &mut self,
        unit: &UnitKey,
        content: Content,
        verdict: UnitResult,
        readers: &mut Option<Dependents>,
    ) {
        let verdict = Arc::new(verdict);
        let before = self.verdict(unit);
        if let Some(readers) = readers {
            readers.update(unit, before.as_ref().map_or(&[], |before| &before.imports), &verdict.imports);
        }
        self.report(unit, before.as_deref(), Some(&verdict));
        self.units.insert(unit.clone(), Unit { content, verdict });
    }

    fn forget(&mut self, unit: &UnitKey, readers: &mut Option<Dependents>) {
        let before = self.verdict(unit);
        if let (Some(readers), Some(before)) = (readers, &before) {
            readers.update(unit, &before.imports, &[]);
        }
        self.report(unit, before.as_deref(), None);
        self.units.remove(unit);
    }

    fn verdict(&self, unit: &UnitKey) -> Option<Arc<UnitResult>> {
        self.units.get(unit).map(|known| Arc::clone(&known.verdict))
    }

    fn report(&mut self, unit: &UnitKey, before: Option<&UnitResult>, now: Option<&Arc<UnitResult>>) {
        self.errors -= before.map_or(0, UnitResult::errors);
        self.errors += now.map_or(0, |now| now.errors());
        match now.filter(|now| !now.findings.is_empty()) {
            Some(now) => {
                self.reported.insert(unit.clone(), Arc::clone(now));
            }
            None if before.is_some_and(|before| !before.findings.is_empty()) => {
                self.reported.remove(unit);
            }
            None => {}
        }
    }

    pub(super) fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The ecosystem, with every reference by the name that the thing has now.
    pub(super) fn ecosystem(&self) -> &Ecosystem {
        &self.ecosystem
    }

    pub(super) fn spelling(&self) -> &FormerNames {
        &self.spelling
    }

    pub(super) fn units(&self) -> usize {
        self.units.len()
    }

    pub(super) fn has_errors(&self) -> bool {
        // With waivers, it takes all of the findings to know.
        if self.waiving.is_empty() {
            return self.errors > 0 || !self.former_credentials().is_empty();
        }
        self.judged().findings.has_errors()
    }

    /// Returns the findings, with waivers applied.
    pub(super) fn judged(&self) -> WaiverOutcome {
        let found = self.reported.values().flat_map(|verdict| verdict.findings.iter().cloned());
        let place = |reference: &Reference| self.facts.directory().path_of(reference);
        let found = found
            .chain(waivers::check(&self.ecosystem))
            .chain(rules::former::findings(&self.spelling, place))
            .chain(self.former_credentials())
            .collect();
        WaiverOutcome::apply(found, CODES, &self.ecosystem, self.facts.today())
    }

    fn former_credentials(&self) -> Vec<Diagnostic> {
        let exists = |key: &CredentialKey| self.facts.credential(key).is_some();
        rules::platform_credential::by_former_names(&self.spelling, exists)
    }
}
