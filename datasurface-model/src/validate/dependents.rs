//! Dependents: the units that have read each fact.
//!
//! The index is made when the first validation builds on another one: a program that validates once does not pay for it.

use super::{
    PersistentMap,
    facts::{Facts, Subject},
    reader::Fact,
    unit::UnitKey,
};
use datasurface_schema::{Entity, Named};
use rustc_hash::FxHashMap;

/// Imports the other way round: for each subject, the facts that were read, and by which units. Persistent.
#[derive(Clone, Debug)]
pub(super) struct Dependents {
    by_subject: PersistentMap<Subject, Named<Dependency>>,
}

/// A unit has read a fact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Dependency {
    fact: Fact,
    unit: UnitKey,
}

impl Entity for Dependency {
    type Name = Fact;

    fn name(&self) -> &Fact {
        &self.fact
    }
}

impl Dependents {
    /// The readers of everything that these units have read.
    pub(super) fn new<'a>(units: impl Iterator<Item = (&'a UnitKey, &'a [Fact])>) -> Self {
        let mut by_subject: FxHashMap<Subject, Vec<Dependency>> = FxHashMap::default();
        for (unit, imports) in units {
            for fact in imports {
                let reading = Dependency { fact: fact.clone(), unit: unit.clone() };
                by_subject.entry(fact.subject()).or_default().push(reading);
            }
        }
        let mut readers = Self { by_subject: PersistentMap::default() };
        for (subject, mut readings) in by_subject {
            readings.sort();
            readings.dedup();
            readers.by_subject.insert(subject, readings.into_iter().collect());
        }
        readers
    }

    /// Follows what a unit has read before, and reads now.
    pub(super) fn update(&mut self, unit: &UnitKey, before: &[Fact], now: &[Fact]) {
        let (before, now) = (each_once(before), each_once(now));
        let reading = |fact: &&Fact| Dependency { fact: (*fact).clone(), unit: unit.clone() };
        for fact in before.iter().filter(|fact| now.binary_search(fact).is_err()) {
            let subject = fact.subject();
            if let Some(readings) = self.by_subject.get_mut(&subject) {
                readings.take(&reading(fact));
                if readings.is_empty() {
                    self.by_subject.remove(&subject);
                }
            }
        }
        for fact in now.iter().filter(|fact| before.binary_search(fact).is_err()) {
            let subject = fact.subject();
            match self.by_subject.get_mut(&subject) {
                Some(readings) => readings.insert(reading(fact)),
                None => {
                    self.by_subject.insert(subject, [reading(fact)].into_iter().collect());
                }
            }
        }
    }

    /// The units that have read something about a subject that reads differently now.
    pub(super) fn invalidated(&self, subject: &Subject, then: &Facts, now: &Facts) -> Vec<&UnitKey> {
        let mut units = Vec::new();
        let mut last: Option<(&Fact, bool)> = None;
        for Dependency { fact, unit } in self.by_subject.get(subject).into_iter().flatten() {
            let is_same = match last {
                Some((same, is_same)) if same == fact => is_same,
                _ => fact.is_same(then, now),
            };
            last = Some((fact, is_same));
            if !is_same {
                units.push(unit);
            }
        }
        units
    }
}

fn each_once(facts: &[Fact]) -> Vec<&Fact> {
    let mut facts: Vec<_> = facts.iter().collect();
    facts.sort();
    facts.dedup();
    facts
}
