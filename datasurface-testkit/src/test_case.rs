//! Trials: one ecosystem, taken through everything that can happen to it.

use crate::{
    harness::{Harness, HarnessError, HarnessRun, codes},
    law::Law,
    laws::{self, ReportBuilder},
    random::Random,
    recording,
    report::{CheckCounts, LawReport},
    step,
    variant::Variant,
};
use chrono::Days;
use datasurface_broker::{Lock, Proposal};
use datasurface_model::{Ecosystem, Entity, Findings};
use datasurface_strategies::{Edit, shuffled};
use std::{
    collections::BTreeSet,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// An ecosystem, what may happen to it, and a number to draw orders and places from.
#[derive(Clone, Debug)]
pub(crate) struct TestCase {
    pub(crate) ecosystem: Ecosystem,
    pub(crate) edits: Vec<Edit>,
    /// What may be otherwise of the platforms.
    pub(crate) variants: Vec<Variant>,
    /// Whether further questions are asked about the ecosystem itself.
    pub(crate) probed: bool,
    /// Whether it is declared in another order, and placed in two shards.
    pub(crate) rearranged: bool,
    pub(crate) seed: u64,
    /// The laws of which one violation is enough.
    pub(crate) stops_at: BTreeSet<Law>,
}

/// A part of a trial that is enough to find what the whole finds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TestCasePart {
    /// The ecosystem as it is.
    Itself,
    /// The ecosystem in another order and in two shards.
    Rearranged,
    /// One edit.
    Edit(usize),
    /// One variant of its platforms.
    Variant(usize),
}

/// More than any retention that is promised.
const LONG: Days = Days::new(400 * 366);

impl TestCase {
    /// The parts of it, those that take least first.
    pub(crate) fn parts(&self) -> impl Iterator<Item = TestCasePart> + use<> {
        let edits = (0..self.edits.len()).map(TestCasePart::Edit);
        let variants = (0..self.variants.len()).map(TestCasePart::Variant);
        [TestCasePart::Itself, TestCasePart::Rearranged].into_iter().chain(edits).chain(variants)
    }

    /// One part of it.
    pub(crate) fn only(mut self, part: TestCasePart) -> Self {
        self.probed = matches!(part, TestCasePart::Itself);
        self.rearranged = matches!(part, TestCasePart::Rearranged);
        self.edits = match part {
            TestCasePart::Edit(position) => self.edits.drain(..).skip(position).take(1).collect(),
            _ => Vec::new(),
        };
        self.variants = match part {
            TestCasePart::Variant(position) => self.variants.drain(..).skip(position).take(1).collect(),
            _ => Vec::new(),
        };
        self
    }

    /// Holds everything that happens against the laws.
    pub(crate) fn run(&self, harness: &Harness) -> LawReport {
        let mut report = ReportBuilder::new(format!("`{}`", self.ecosystem.name()));
        let panic = catch_unwind(AssertUnwindSafe(|| self.proceed(harness, &mut report)));
        if let Err(payload) = panic {
            report.report(Law::NoPanic, "the host", recording::message(&*payload));
        }
        report.report_panics(&harness.log().panics);
        report.into_verdict()
    }

    /// Why the ecosystem itself is refused; empty if it is not.
    pub(crate) fn findings(&self, harness: &Harness) -> Findings {
        let placed = match harness.place(&self.ecosystem, &Lock::default()) {
            Ok(placed) => placed,
            Err(unplaced) => return unplaced.findings().clone(),
        };
        let proposal = harness.propose(placed, None, harness.date()).proposal;
        proposal.map_or_else(|refused| refused.findings().clone(), |_| Findings::default())
    }

    fn proceed(&self, harness: &Harness, report: &mut ReportBuilder) {
        let Some(first) = stage(harness, report, &self.ecosystem, None, &Lock::default()) else {
            return;
        };
        let Ok(proposal) = &first.proposal else {
            return laws::refused::check(report, &first);
        };
        if self.is_decided(report) {
            return;
        }
        if self.probed {
            laws::probe(report, harness, &first);
            laws::settings::check(report, harness, &self.ecosystem);
        }
        report.count(CheckCounts { ecosystems: 1, ..CheckCounts::default() });
        if self.rearranged && !self.is_decided(report) {
            let random = &mut Random::new(self.seed);
            self.in_another_order(harness, report, proposal, random);
            self.in_two_shards(harness, report, &first, proposal, random);
        }
        for edit in &self.edits {
            if self.is_decided(report) {
                return;
            }
            let edited = edit.apply(self.ecosystem.clone());
            if edited != self.ecosystem {
                let step = step::describe(&self.ecosystem, &edited);
                let description = format!("`{}`, of which then {step}", self.ecosystem.name());
                report.in_ecosystem(description, |report| {
                    let there = self.there_and_back(harness, report, &first, &edited, edit.is_rename());
                    let edits = usize::from(there.is_some());
                    report.count(CheckCounts { edits, ..CheckCounts::default() });
                });
            }
        }
        for variant in &self.variants {
            if self.is_decided(report) {
                return;
            }
            let varied = variant.applied(harness, &self.ecosystem);
            let description = format!("`{}`, {variant}", self.ecosystem.name());
            report.in_ecosystem(description, |report| match variant {
                Variant::Setting(name, _) => {
                    let there = self.there_and_back(harness, report, &first, &varied, false);
                    laws::settings::check_effect(report, name, proposal, there.as_ref());
                }
                Variant::Version(..) => self.upgraded(harness, report, &varied),
            });
        }
    }

    /// Whether nothing more is to be tried.
    fn is_decided(&self, report: &ReportBuilder) -> bool {
        self.stops_at.iter().any(|law| report.knows(*law))
    }

    fn in_another_order(
        &self,
        harness: &Harness,
        report: &mut ReportBuilder,
        proposal: &Proposal,
        random: &mut Random,
    ) {
        let Ok(shuffled) = shuffled(&self.ecosystem, random.next()) else {
            return;
        };
        let description = format!("`{}`, declared in another order", self.ecosystem.name());
        report.in_ecosystem(description, |report| {
            let other = stage(harness, report, &shuffled, None, &Lock::default());
            laws::render::in_another_order(report, proposal, other.as_ref());
        });
    }

    fn in_two_shards(
        &self,
        harness: &Harness,
        report: &mut ReportBuilder,
        first: &HarnessRun,
        proposal: &Proposal,
        random: &mut Random,
    ) {
        let lock = laws::shards::scattered(first, proposal, random);
        let description = format!("`{}`, in two shards", self.ecosystem.name());
        report.in_ecosystem(description, |report| {
            if let Some(other) = stage(harness, report, &self.ecosystem, Some(proposal), &lock) {
                laws::shards::check(report, proposal, &other);
                report.count(change());
            }
        });
    }

    /// From an earlier version of a plug-in to the newest one. The way back is promised by nobody.
    fn upgraded(&self, harness: &Harness, report: &mut ReportBuilder, earlier: &Ecosystem) {
        let before = stage(harness, report, earlier, None, &Lock::default());
        if let Some(Ok(before)) = before.map(|before| before.proposal)
            && *earlier != self.ecosystem
        {
            let after = stage(harness, report, &self.ecosystem, Some(&before), before.lock());
            if after.is_some_and(|after| after.proposal.is_ok()) {
                report.count(CheckCounts { edits: 1, changes: 1, ..CheckCounts::default() });
            }
        }
    }

    /// To the edited ecosystem; from there to when nothing is owed any more; and back. Returns what is proposed for the edited one.
    fn there_and_back(
        &self,
        harness: &Harness,
        report: &mut ReportBuilder,
        first: &HarnessRun,
        edited: &Ecosystem,
        is_rename: bool,
    ) -> Option<Proposal> {
        let proposal = first.proposal.as_ref().ok()?;
        let there = stage(harness, report, edited, Some(proposal), proposal.lock())?;
        laws::cone::check(report, first, &there);
        if is_rename {
            laws::renames::check(report, &there);
        }
        let there = there.proposal.ok()?;
        report.count(change());
        let holds = edited.platforms().iter().any(|platform| !there.lock().held(platform.name()).is_empty());
        if holds
            && let Some(later) = harness.date().checked_add_days(LONG)
            && let Ok(placed) = harness.place(edited, there.lock())
        {
            let stage = harness.propose(placed, Some(&there), later);
            laws::judge(report, harness, &stage);
            if stage.proposal.is_ok() {
                report.count(change());
            }
        }
        let back = stage(harness, report, &self.ecosystem, Some(&there), there.lock());
        if back.is_some_and(|back| back.proposal.is_ok()) {
            report.count(change());
        }
        Some(there)
    }
}

fn change() -> CheckCounts {
    CheckCounts { changes: 1, ..CheckCounts::default() }
}

/// Places and proposes an ecosystem, and holds what happens on the way against the laws.
fn stage(
    harness: &Harness,
    report: &mut ReportBuilder,
    ecosystem: &Ecosystem,
    before: Option<&Proposal>,
    lock: &Lock,
) -> Option<HarnessRun> {
    let placed = match harness.place(ecosystem, lock) {
        Ok(placed) => placed,
        Err(unplaced) => {
            report.skip(unplaced.codes());
            if let HarnessError::Refused(_, log) = &unplaced {
                report.report_panics(&log.panics);
            }
            return None;
        }
    };
    let stage = harness.propose(placed, before, harness.date());
    laws::judge(report, harness, &stage);
    if let Err(refused) = &stage.proposal {
        report.skip(codes(refused));
    }
    Some(stage)
}
