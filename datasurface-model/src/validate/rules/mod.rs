//! The rules, one file for each area. A rule is a pure function of one unit's content and of the facts that it reads
//! through its [`Scope`].

mod capture;
mod classification;
mod container;
mod datastore;
mod lifecycle;
mod name;
mod pin;
mod platform;
mod reference;
mod repository;
mod schema;
mod transformer;
mod workspace;

#[cfg(test)]
pub(super) mod fixture;

/// A case at least for each code.
#[cfg(test)]
pub(super) fn cases() -> Vec<fixture::Case> {
    [
        capture::cases(),
        classification::cases(),
        container::cases(),
        datastore::cases(),
        lifecycle::cases(),
        name::tests::cases(),
        pin::cases(),
        platform::cases(),
        reference::cases(),
        repository::cases(),
        schema::cases(),
        transformer::cycle::cases(),
        transformer::tests::cases(),
        workspace::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

use super::{
    facts::Facts,
    reader::Reader,
    state::Verdict,
    unit::{Content, UnitKey},
};
use crate::diagnostic::{CodeInfo, Diagnostic, ModelPath};

/// Every code that validation reports, in order.
pub static CODES: &[&CodeInfo] = &[
    &capture::CRON,
    &capture::MISSING,
    &capture::UNEXPECTED,
    &capture::UNKNOWN_TABLE,
    &classification::BOTH,
    &container::ADDRESS,
    &container::NO_LOCATION,
    &container::UNEXPECTED_LOCATION,
    &datastore::NO_DATASETS,
    &lifecycle::CONSENT_EXPIRED,
    &lifecycle::NO_CONSENT,
    &name::DUPLICATE,
    &name::RESERVED_WORD,
    &name::SYNTAX,
    &pin::DUPLICATE,
    &pin::DUPLICATE_PLATFORM,
    &pin::NO_PLATFORM,
    &pin::TRANSFORMER_WORKSPACE,
    &platform::VERSION,
    &reference::UNKNOWN_CONTAINER,
    &reference::UNKNOWN_DATASET,
    &reference::UNKNOWN_DATASTORE,
    &reference::UNKNOWN_GROUP,
    &reference::UNKNOWN_LOCATION,
    &reference::UNKNOWN_PLATFORM,
    &reference::UNKNOWN_VENDOR,
    &reference::UNKNOWN_WORKSPACE,
    &repository::LIVE_IS_OWNER,
    &repository::SYNTAX,
    &schema::DUPLICATE_KEY_COLUMN,
    &schema::DUPLICATE_PARTITION_COLUMN,
    &schema::NO_COLUMNS,
    &schema::NO_KEY,
    &schema::NULLABLE_KEY,
    &schema::NULLABLE_PARTITION,
    &schema::TYPE_PARAMETER,
    &schema::UNKNOWN_COLLATION,
    &schema::UNKNOWN_KEY_COLUMN,
    &schema::UNKNOWN_PARTITION_COLUMN,
    &schema::UNKNOWN_TIME_ZONE,
    &schema::UNREADABLE,
    &transformer::CRON,
    &transformer::DUPLICATE_SELECT,
    &transformer::cycle::ENDLESS_CYCLE,
    &transformer::MISSING_SELECT,
    &transformer::OTHER_TEAM,
    &transformer::SHARED_OUTPUT,
    &transformer::UNDER_CLASSIFIED,
    &transformer::UNEXPECTED_SELECT,
    &transformer::UNKNOWN_OUTPUT,
    &workspace::DUPLICATE_SINK,
    &workspace::NO_CONTAINER,
    &workspace::NO_GROUPS,
    &workspace::NO_SINKS,
    &workspace::TRANSFORMER_REQUIREMENTS,
];

/// What to do about a timetable that cannot be read.
const CRON_HELP: &str =
    "give minute, hour, day of month, month and day of week, as in `*/10 8-18 * * mon-fri`";

/// Judges one unit by every rule that is about such a unit.
pub(super) fn verdict(unit: &UnitKey, content: &Content, facts: &Facts) -> Verdict {
    let mut scope = Scope { unit, facts: Reader::of(facts), findings: Vec::new() };
    let at = &mut scope;
    match content {
        Content::Ecosystem(ecosystem) => {
            name::of_ecosystem(ecosystem, at);
            repository::of_ecosystem(ecosystem, at);
            platform::check(ecosystem, at);
            pin::check(ecosystem, at);
        }
        Content::Transformers => transformer::cycle::check(at),
        Content::Zone(zone) => {
            name::of_zone(zone, at);
            repository::of_zone(zone, at);
        }
        Content::Team(team) => {
            name::of_team(team, at);
            container::check(team, at);
        }
        Content::Datastore(datastore) => {
            name::of_datastore(datastore, at);
            datastore::check(datastore, at);
            capture::check(datastore, at);
            classification::check(datastore, at);
            schema::check(datastore, at);
        }
        Content::Workspace(workspace) => {
            name::of_workspace(workspace, at);
            workspace::check(workspace, at);
            transformer::check(workspace, at);
        }
    }
    Verdict { imports: scope.facts.into_imports(), findings: scope.findings.into() }
}

/// Where a rule stands: its unit, what it can ask, and where its findings go.
struct Scope<'a> {
    unit: &'a UnitKey,
    facts: Reader<'a>,
    findings: Vec<Diagnostic>,
}

impl Scope<'_> {
    /// The path of the unit. Made when there is a finding to report, not before.
    fn path(&self) -> ModelPath {
        self.unit.path()
    }

    fn report(&mut self, finding: Diagnostic) {
        self.findings.push(finding);
    }
}
