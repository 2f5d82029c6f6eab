//! Checks: what an author of a platform calls.

use crate::{
    claims::{shape_within_claims, within_claims},
    harness::Harness,
    law::Law,
    laws::{ReportBuilder, work},
    platform_under_test::PlatformUnderTest,
    report::{CheckCounts, LawReport},
    second_process,
    shrink::shrunk,
    test_case::TestCase,
    variant::Variant,
};
use chrono::NaiveDate;
use datasurface_model::{Ecosystem, PlatformKind};
use datasurface_platform::{PlatformPlugin, Registry};
use datasurface_strategies::{Adjustment, AdjustmentKind, Edit, Shape, ecosystems_with, valid_edits};
use proptest::{
    collection::vec,
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::Value;
use std::collections::BTreeSet;

/// The laws that every platform must keep, and who is held against them.
///
/// A check takes an ecosystem to a rendering and from there, by edits, to others and back, with the broker and in memory:
/// nothing is written. It is the same each time it runs.
///
/// A platform of a kind that the registry does not know, as in generated ecosystems, is taken to be of the kind that is
/// checked.
#[derive(Clone, Debug)]
pub struct Laws {
    fit: PlatformUnderTest,
    shape: Shape,
    on: NaiveDate,
    seed: u64,
    shrinking: usize,
    other_settings: Vec<(String, Value)>,
    stops_at: BTreeSet<Law>,
}

/// The number of edits that are drawn for an ecosystem written by hand, besides one of each kind.
const EDITS: usize = 12;

/// The number of smaller ecosystems that are tried in one check.
const SHRINKING: usize = 300;

/// The number of generated ecosystems that are tried for each one that can be checked.
const MAX_FRUITLESS: usize = 8;

impl Laws {
    /// Checks the platforms of a registry. Those of generated ecosystems are of its first kind.
    #[must_use]
    pub fn new(registry: Registry) -> Self {
        let kind = registry.kinds().next().map(|(kind, _)| kind.clone());
        Self {
            fit: PlatformUnderTest { kind: kind.unwrap_or_else(|| "none".into()), registry, settings: None },
            shape: Shape::default(),
            on: NaiveDate::from_ymd_opt(2026, 11, 21).unwrap_or_default(),
            seed: 0,
            shrinking: SHRINKING,
            other_settings: Vec::new(),
            stops_at: BTreeSet::new(),
        }
    }

    /// Checks one plug-in.
    #[must_use]
    pub fn for_plugin<P: PlatformPlugin>() -> Self {
        Self::new(Registry::new().with_plugin::<P>())
    }

    /// Sets the kind of the platforms in generated ecosystems; the first kind of the registry by default.
    /// Platforms of a kind that the registry does not know become platforms of this kind, too.
    #[must_use]
    pub fn with_kind(mut self, kind: impl Into<PlatformKind>) -> Self {
        self.fit.kind = kind.into();
        self
    }

    /// Sets the settings of every platform of the kind that is checked. By default those that have settings keep them, and others, as
    /// in generated ecosystems, have none.
    #[must_use]
    pub fn with_settings(mut self, settings: impl Into<Value>) -> Self {
        self.fit.settings = Some(settings.into());
        self
    }

    /// Sets values that settings may have instead. Each one is tried alone: something must then be rendered otherwise, and what is there
    /// is taken to it by a plan, and back. None by default: nobody but the author knows which values are right, and which settings
    /// are for the runtime alone.
    #[must_use]
    pub fn with_other_settings(
        mut self,
        settings: impl IntoIterator<Item = (impl Into<String>, impl Into<Value>)>,
    ) -> Self {
        self.other_settings = settings.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        self
    }

    /// Sets the shape of generated ecosystems, which limits their size.
    /// Features that the platform does not claim are left out in any case.
    #[must_use]
    pub fn with_shape(mut self, shape: Shape) -> Self {
        self.shape = shape;
        self
    }

    /// Sets the date as of which everything is validated and planned; 2026-11-21 by default.
    #[must_use]
    pub fn with_date(mut self, date: NaiveDate) -> Self {
        self.on = date;
        self
    }

    /// Sets the seed from which edits and ecosystems are drawn; 0 by default.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets the number of smaller ecosystems that are tried in one check, to find [counterexamples](LawReport::counterexamples) that
    /// are as small as possible; 300 by default.
    #[must_use]
    pub fn with_shrinking(mut self, attempts: usize) -> Self {
        self.shrinking = attempts;
        self
    }

    /// Ends a check of an ecosystem with the first edit, or whatever else is tried of it, by which one of these laws is violated: for who
    /// wants to know that it is, and not where else. None by default.
    #[must_use]
    pub fn stopping_at(mut self, laws: impl IntoIterator<Item = Law>) -> Self {
        self.stops_at = laws.into_iter().collect();
        self
    }

    /// Returns an ecosystem that asks for nothing but what the platform claims: captures, technologies of containers, places, and what
    /// groups want are rewritten. Generated ecosystems are; one that was written for another platform can be.
    #[must_use]
    pub fn adapted(&self, ecosystem: &Ecosystem) -> Ecosystem {
        let configured = self.fit.configured(ecosystem);
        match self.fit.descriptor(&configured) {
            Some(descriptor) => within_claims(&configured, &descriptor),
            None => configured,
        }
    }

    /// Checks on one ecosystem, and on what becomes of it by edits.
    /// For each law that is violated, the report has a [counterexample](LawReport::counterexamples): a part of the ecosystem, as small as
    /// could be found.
    pub fn check(&self, ecosystem: &Ecosystem) -> LawReport {
        let ecosystem = self.fit.configured(ecosystem);
        let harness = Harness::new(&self.fit.registry, self.on);
        let mut runner = self.runner();
        let mut trial = TestCase {
            ecosystem,
            edits: drawn(&vec(valid_edits(), EDITS), &mut runner).unwrap_or_default(),
            variants: self.variants(),
            probed: true,
            rearranged: true,
            seed: self.seed,
            stops_at: self.stops_at.clone(),
        };
        let adjusted = |kind| Edit::Adjust(Adjustment::new(kind, 0, 1));
        trial.edits.extend(AdjustmentKind::ALL.map(adjusted));
        trial.edits.extend((0..4).map(Edit::RemoveWorkspace));
        trial.edits.extend((0..4).map(|group| Edit::RemoveSink(group, 0)));
        let mut verdict = trial.run(&harness);
        if !verdict.laws().is_disjoint(&self.stops_at) {
            // What was not tried any more is no lack.
        } else if verdict.counts.ecosystems == 0 {
            verdict.mark_insufficient(format!("the ecosystem was refused:\n{}", trial.findings(&harness)));
        } else if verdict.counts.changes == 0 {
            verdict.mark_insufficient("no change of it could be planned".to_owned());
        }
        let mut budget = self.shrinking;
        for law in verdict.laws() {
            let (smallest, shrunk) = shrunk(&trial, law, &harness, &mut budget);
            let violation = shrunk.as_ref().unwrap_or(&verdict).of_law(law).next().cloned();
            if let Some(violation) = violation {
                verdict.add_counterexample(law, &smallest.ecosystem, &violation);
            }
        }
        if verdict.laws().is_empty() {
            let [small, large] = [false, true].map(|is_large| self.adapted(&work::ecosystem(is_large)));
            let mut report = ReportBuilder::new("a synthetic ecosystem, and a larger one".to_owned());
            work::check(&mut report, &harness, [&small, &large]);
            let of_work = report.into_verdict();
            verdict.count(of_work.counts);
            of_work.violations.into_iter().for_each(|found| verdict.add_violation(found));
        }
        verdict
    }

    /// Checks that an ecosystem is rendered in the same way by a second process, whose environment and time zone are others.
    /// The program of tests runs itself for that: `test` is the name of the test that calls this function, as the program prints it.
    ///
    /// In the second process the function writes what is rendered, and returns a report without violations.
    pub fn check_in_second_process(&self, ecosystem: &Ecosystem, test: &str) -> LawReport {
        let ecosystem = self.fit.configured(ecosystem);
        let harness = Harness::new(&self.fit.registry, self.on);
        let mut report = ReportBuilder::new(format!("`{}`, in a second process", ecosystem.name()));
        let result = match second_process::folder() {
            Some(folder) => {
                second_process::write(&harness, &ecosystem, &folder).map_err(|error| error.to_string())
            }
            None => second_process::compare(&mut report, &harness, &ecosystem, test),
        };
        report.count(CheckCounts { ecosystems: 1, ..CheckCounts::default() });
        let mut verdict = report.into_verdict();
        if let Err(reason) = result {
            verdict.mark_insufficient(reason);
        }
        verdict
    }

    /// Checks on this many generated ecosystems, and on what becomes of them by edits.
    /// For each law that is violated, the report has a [counterexample](LawReport::counterexamples), made as small as
    /// possible.
    ///
    /// Ecosystems that cannot be placed, because the platform does not claim what they need, are counted and replaced
    /// by others. If there are too many of them, the report has an [insufficiency](LawReport::insufficiency), and does
    /// not pass.
    pub fn check_generated(&self, ecosystems: usize) -> LawReport {
        let harness = Harness::new(&self.fit.registry, self.on);
        let mut runner = self.runner();
        let trials = self.trials();
        let mut verdict = LawReport::default();
        let mut shrinking = self.shrinking;
        for _ in 0..ecosystems.saturating_mul(MAX_FRUITLESS) {
            if verdict.counts.ecosystems >= ecosystems {
                break;
            }
            let Some(trial) = drawn(&trials, &mut runner) else {
                continue;
            };
            let outcome = trial.run(&harness);
            verdict.count(outcome.counts.clone());
            let known = verdict.laws();
            for law in outcome.laws().difference(&known) {
                let (trial, smallest) = shrunk(&trial, *law, &harness, &mut shrinking);
                let smallest = smallest.unwrap_or_else(|| outcome.clone());
                for violation in smallest.of_law(*law) {
                    verdict.add_violation(violation.clone());
                    verdict.add_counterexample(*law, &trial.ecosystem, violation);
                }
            }
        }
        let (rendered, changes) = (verdict.counts.ecosystems, verdict.counts.changes);
        if rendered < ecosystems {
            verdict
                .mark_insufficient(format!("only {rendered} of {ecosystems} ecosystems could be rendered"));
        } else if changes < ecosystems {
            verdict.mark_insufficient(format!("only {changes} changes could be planned"));
        }
        verdict
    }

    fn trials(&self) -> impl Strategy<Value = TestCase> + use<> {
        let mut shape = self.shape.clone();
        let mut runner = self.runner();
        let sample = drawn(&ecosystems_with(shape.clone()), &mut runner);
        let descriptor = sample.and_then(|sample| self.fit.descriptor(&self.fit.configured(&sample)));
        if let Some(descriptor) = &descriptor {
            shape = shape_within_claims(shape, descriptor);
        }
        let (fit, variants, stops_at) = (self.fit.clone(), self.variants(), self.stops_at.clone());
        let removals = (any::<u16>(), any::<u16>(), any::<u16>());
        let ingredients = (ecosystems_with(shape), vec(valid_edits(), 4), removals, any::<u64>());
        ingredients.prop_map(move |(ecosystem, mut edits, (workspace, group, sink), seed)| {
            let configured = fit.configured(&ecosystem);
            edits.extend([Edit::RemoveWorkspace(workspace), Edit::RemoveSink(group, sink)]);
            TestCase {
                ecosystem: match &descriptor {
                    Some(descriptor) => within_claims(&configured, descriptor),
                    None => configured,
                },
                edits,
                variants: variants.clone(),
                probed: true,
                rearranged: true,
                seed,
                stops_at: stops_at.clone(),
            }
        })
    }

    /// Each of the settings that are to be tried, and each earlier version of a plug-in.
    fn variants(&self) -> Vec<Variant> {
        let settings = self.other_settings.iter();
        let settings = settings.map(|(name, value)| Variant::Setting(name.clone(), value.clone()));
        settings.chain(Variant::earlier_versions(&self.fit.registry)).collect()
    }

    fn runner(&self) -> TestRunner {
        let mut seed = [0; 32];
        for (byte, value) in seed.iter_mut().zip(self.seed.to_le_bytes()) {
            *byte = value;
        }
        let config = Config { failure_persistence: None, ..Config::default() };
        TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed))
    }
}

fn drawn<S: Strategy>(strategy: &S, runner: &mut TestRunner) -> Option<S::Value> {
    Some(strategy.new_tree(runner).ok()?.current())
}
