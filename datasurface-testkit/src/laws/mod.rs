//! The laws, each in its place.

mod alteration;
mod altered;
mod claims;
pub(crate) mod cone;
mod dependencies;
mod diff;
mod essence;
mod facts;
mod held;
mod held_alike;
mod lint;
mod lone_node;
mod neighbours;
mod nodes;
mod offers;
mod paths;
pub(crate) mod refused;
pub(crate) mod renames;
pub(crate) mod render;
mod rendered_node;
mod schema_changes;
mod second_instance;
pub(crate) mod settings;
pub(crate) mod shards;
mod shown_node;
mod sources;
mod surroundings;
pub(crate) mod work;

pub(crate) use surroundings::text as rendering_text;

use crate::{
    harness::{Harness, HarnessRun},
    law::Law,
    recording::Panic,
    report::{CheckCounts, LawReport, Violation},
};
use datasurface_model::PlatformName;
use datasurface_platform::{DataPlatform, NodeView, SharedPart};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// Holds what a stage shows against every law that can be judged by it alone.
pub(crate) fn judge(report: &mut ReportBuilder, harness: &Harness, stage: &HarnessRun) {
    report.report_panics(&stage.log.panics);
    let others = others(harness, stage);
    lint::check(report, stage, &others);
    render::check(report, stage, &others);
    claims::check(report, stage);
    nodes::check(report, stage);
    for diffed in &stage.log.diffs {
        let exempt = held::check(report, stage, diffed);
        diff::check_plan(report, diffed, &exempt);
    }
    held::check_rendered(report, stage);
    shards::addresses(report, stage);
    if let Ok(proposal) = &stage.proposal {
        diff::check_identity(report, stage, proposal);
        paths::check(report, proposal);
        dependencies::check(report, stage, proposal);
    }
    report.report_panics(&harness.log().panics);
}

/// Asks further questions about a stage: what would be rendered if something were otherwise. The answers of a platform that does not
/// answer twice in the same way say nothing.
pub(crate) fn probe(report: &mut ReportBuilder, harness: &Harness, stage: &HarnessRun) {
    if report.knows(Law::RenderIsDeterministic) || report.knows(Law::NoPanic) {
        return;
    }
    surroundings::check_date(report, stage, harness.date());
    neighbours::check(report, stage);
    offers::check(report, stage);
    claims::check_offers(report, stage);
    claims::check_types(report, stage);
    sources::check(report, stage);
    held_alike::check(report, stage);
    schema_changes::check(report, stage);
    second_instance::check(report, harness, stage);
    facts::check(report, stage);
    altered::check(report, stage);
    report.report_panics(&harness.log().panics);
}

/// What a node shares, on a platform that claims that nodes share something.
fn shares(platform: &dyn DataPlatform, node: &NodeView) -> Vec<SharedPart> {
    if platform.descriptor().has_shares() { platform.shares(node) } else { Vec::new() }
}

/// Other instances of the same platforms, with the same settings.
type OtherInstances = BTreeMap<PlatformName, Box<dyn DataPlatform>>;

fn others(harness: &Harness, stage: &HarnessRun) -> OtherInstances {
    let lints = stage.log.lints.iter();
    let names: BTreeSet<&PlatformName> = lints.map(|linted| &linted.platform).collect();
    let other = |name: &PlatformName| {
        let configured = stage.placed.platform(name)?;
        Some((name.clone(), harness.second_instance(configured.instance())?))
    };
    names.into_iter().filter_map(other).collect()
}

/// Takes down what is found.
#[derive(Debug)]
pub(crate) struct ReportBuilder {
    ecosystem: String,
    verdict: LawReport,
}

impl ReportBuilder {
    pub(crate) fn new(ecosystem: String) -> Self {
        Self { ecosystem, verdict: LawReport::default() }
    }

    /// Judges something in another ecosystem.
    pub(crate) fn in_ecosystem(&mut self, ecosystem: String, judge: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.ecosystem, ecosystem);
        judge(self);
        self.ecosystem = before;
    }

    pub(crate) fn report(&mut self, law: Law, place: impl fmt::Display, difference: impl Into<String>) {
        let violation = Violation::new(law, &self.ecosystem, place.to_string(), difference.into());
        self.verdict.add_violation(violation);
    }

    pub(crate) fn report_panics(&mut self, panics: &[Panic]) {
        for panicked in panics {
            let place = OnPlatform(&panicked.platform, &panicked.question);
            self.report(Law::NoPanic, place, format!("it panicked: {}", panicked.message));
        }
    }

    /// Whether this law was violated here already.
    pub(crate) fn knows(&self, law: Law) -> bool {
        self.verdict.laws().contains(&law)
    }

    pub(crate) fn count(&mut self, counts: CheckCounts) {
        self.verdict.count(counts);
    }

    pub(crate) fn skip(&mut self, codes: impl IntoIterator<Item = String>) {
        let mut counts = CheckCounts::default();
        counts.skip(codes);
        self.verdict.count(counts);
    }

    pub(crate) fn into_verdict(self) -> LawReport {
        self.verdict
    }
}

/// Something on a platform.
pub(crate) struct OnPlatform<'a, T>(pub(crate) &'a PlatformName, pub(crate) T);

impl<T: fmt::Display> fmt::Display for OnPlatform<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "platform `{}`, {}", self.0, self.1)
    }
}
