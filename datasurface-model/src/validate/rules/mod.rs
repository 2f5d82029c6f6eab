//! The rules, one file for each area. A rule is a pure function of one unit's content and of the facts that it reads
//! through its [`RuleContext`].
//!
//! A finding at one place hides none at another place: a test adds the faults of many rules to every fixture, and misses none. Each code
//! that an edit can bring about has a mutation that breaks its rule and no other one (`datasurface-strategies`, `mutation/`); a test asks
//! a new rule for its own.

mod access;
mod capture;
mod classification;
mod container;
mod credential;
mod datastore;
pub(super) mod former;
mod governance;
mod label;
mod latency;
mod lifecycle;
mod name;
mod pin;
mod platform;
pub(super) mod platform_credential;
mod quality;
mod reference;
mod rename;
mod repository;
mod schema;
mod transformer;
mod workspace;

use super::{
    facts::Facts,
    reader::FactReader,
    state::UnitResult,
    unit::{Content, UnitKey},
    waivers,
};
use crate::governance as of_policies;
use datasurface_ecosystem::{CodeInfo, Cron, Diagnostic, ModelPath, Suggestion};
use datasurface_schema::{Schema, is_time_zone, nearest_time_zone, segment};
pub(super) use reference::UNKNOWN_POLICY;
pub(super) use rename::STILL_THERE;

/// Every code that validation reports, in order.
pub static CODES: &[&CodeInfo] = &[
    &access::NOT_APPROVED,
    &access::UNKNOWN_GROUP,
    &capture::CONSISTENCY,
    &capture::CONTAINER_KIND,
    &capture::CRON,
    &capture::source::FORMER,
    &capture::keyless::KEYLESS,
    &capture::MISSING,
    &capture::source::MISSING_SOURCE,
    &capture::source::OTHER_DATABASE,
    &capture::source::SHARED_SOURCE,
    &capture::source::SYNTAX,
    &capture::TIME_ZONE,
    &capture::recaptured::UNDER_CLASSIFIED,
    &capture::UNEXPECTED,
    &capture::source::UNKNOWN_TABLE,
    &capture::WATERMARK,
    &classification::BOTH,
    &classification::INCOMPLETE,
    &label::SIMILAR,
    &label::UNDECLARED,
    &container::ADDRESS,
    &container::NO_LOCATION,
    &container::users::NOT_USABLE,
    &container::same_place::OTHER_CLAIM,
    &container::same_place::SAME_PLACE,
    &container::UNEXPECTED_LOCATION,
    &container::users::UNEXPECTED_USERS,
    &credential::DOES_NOT_OPEN,
    &credential::KIND,
    &credential::NOT_USABLE,
    &datastore::NO_DATASETS,
    &of_policies::CLASSIFICATION,
    &of_policies::CLASSIFICATION_LIMIT,
    &of_policies::HARD_VENDOR,
    &of_policies::LOCATION,
    &of_policies::NO_EFFECT,
    &of_policies::PLATFORM,
    &of_policies::PRODUCTION,
    &of_policies::PRODUCTION_MIX,
    &of_policies::STORAGE,
    &of_policies::UNCLASSIFIED,
    &of_policies::UNKNOWN_CLOUD,
    &of_policies::UNKNOWN_TECHNOLOGY,
    &of_policies::VENDOR,
    &latency::TIMETABLE,
    &lifecycle::consent::AFTER_SUNSET,
    &lifecycle::consent::CONSENT_EXPIRED,
    &lifecycle::DEPRECATED_PLATFORM,
    &lifecycle::DEPRECATED_REPLACEMENT,
    &lifecycle::consent::NO_CONSENT,
    &lifecycle::NO_REASON,
    &lifecycle::OWN_REPLACEMENT,
    &lifecycle::PLATFORM_GONE,
    &lifecycle::SUNSET,
    &name::DUPLICATE,
    &name::look_alike::LOOK_ALIKE,
    &name::RESERVED_WORD,
    &name::SYNTAX,
    &pin::AGAINST_WISH,
    &pin::DUPLICATE,
    &pin::DUPLICATE_PLATFORM,
    &pin::NO_PLATFORM,
    &pin::TRANSFORMER_WORKSPACE,
    &platform::TIMETABLE,
    &platform::DUPLICATE_HINT,
    &platform::NO_REASON,
    &platform::NO_TRANSFORMER,
    &platform::NO_WINDOW,
    &platform::SECRET,
    &platform_credential::TEAM_CREDENTIAL,
    &platform::VERSION,
    &quality::FRESH_TYPE,
    &quality::PARAMETER,
    &quality::UNKNOWN_COLUMN,
    &former::FORMER_NAME,
    &reference::UNKNOWN_CONTAINER,
    &reference::UNKNOWN_CREDENTIAL,
    &reference::UNKNOWN_DATASET,
    &reference::UNKNOWN_DATASTORE,
    &reference::UNKNOWN_LOCATION,
    &waivers::UNKNOWN_PATH,
    &reference::UNKNOWN_PLATFORM,
    &reference::UNKNOWN_POLICY,
    &reference::UNKNOWN_TARGET,
    &reference::UNKNOWN_TEAM,
    &reference::UNKNOWN_VENDOR,
    &reference::UNKNOWN_ZONE,
    &rename::CONTINUES_DECLARED,
    &rename::FROM_ITSELF,
    &rename::STILL_THERE,
    &rename::TWICE,
    &repository::CREDENTIAL_KIND,
    &repository::LIVE_IS_OWNER,
    &repository::PASSWORD,
    &repository::SYNTAX,
    &schema::DUPLICATE_KEY_COLUMN,
    &schema::DUPLICATE_PARTITION_COLUMN,
    &schema::NESTED_KEY,
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
    &transformer::statement::AMBIGUOUS_COLUMN,
    &transformer::artifact::ARTIFACT,
    &transformer::statement::COLUMN_COUNTS,
    &transformer::statement::COLUMN_TYPE,
    &transformer::release::CONSENT_OUTDATED,
    &transformer::CRON,
    &transformer::statement::DUPLICATE_COLUMN,
    &transformer::DUPLICATE_SELECT,
    &transformer::cycle::ENDLESS_CYCLE,
    &transformer::statement::MISSING_COLUMN,
    &transformer::MISSING_SELECT,
    &transformer::release::MOVABLE_CODE,
    &transformer::release::NO_CONSENT,
    &transformer::removal::NO_REASON,
    &transformer::statement::NOT_ONE_SELECT,
    &transformer::OTHER_TEAM,
    &transformer::removal::REMOVAL_NOT_DONE,
    &transformer::removal::REMOVAL_TARGET,
    &transformer::SHARED_OUTPUT,
    &transformer::statement::SURPLUS_COLUMN,
    &transformer::TIME_ZONE,
    &transformer::unclassified::UNCLASSIFIED_INPUT,
    &transformer::classified::UNDER_CLASSIFIED,
    &transformer::UNEXPECTED_SELECT,
    &transformer::statement::UNKNOWN_COLUMN,
    &transformer::UNKNOWN_OUTPUT,
    &transformer::release::UNKNOWN_RELEASE,
    &transformer::statement::UNKNOWN_TABLE,
    &transformer::removal::UNNEEDED_REMOVAL,
    &transformer::statement::UNREAD_SQL,
    &transformer::release::UNUSED_CONSENT,
    &transformer::artifact::VERSION,
    &waivers::DUPLICATE,
    &waivers::EXPIRED,
    &waivers::NO_REASON,
    &waivers::NOT_WAIVABLE,
    &waivers::OTHER_OWNER,
    &waivers::SEVERAL_POLICIES,
    &waivers::UNUSED,
    &waivers::UNWAIVABLE,
    &workspace::DEADLINE_ZONE,
    &workspace::DUPLICATE_SINK,
    &workspace::EMPTY_REQUIREMENT,
    &workspace::KEYLESS_HISTORY,
    &workspace::NO_CONTAINER,
    &workspace::NO_GROUPS,
    &workspace::NO_SINKS,
    &workspace::PRODUCER_FILE,
    &workspace::READ_ONLY,
    &workspace::TRANSFORMER_REQUIREMENTS,
    &workspace::UNSEEN_VERSIONS,
];

/// What to do about a timetable that cannot be read.
const CRON_HELP: &str =
    "give minute, hour, day of month, month and day of week, as in `*/10 8-18 * * mon-fri`";

/// Reports a time zone that does not exist. `correct` says how to put another one there.
fn time_zone(
    zone: Option<&str>,
    code: &'static CodeInfo,
    scope: &mut RuleContext<'_>,
    at: impl FnOnce(ModelPath) -> ModelPath,
    correct: impl FnOnce(ModelPath, &str) -> Suggestion,
) {
    if let Some(zone) = zone.filter(|zone| !is_time_zone(zone)) {
        let message = format!("there is no time zone `{zone}`");
        let (path, nearest) = (at(scope.path()), nearest_time_zone(zone));
        let finding = Diagnostic::new(code, path.clone(), message)
            .with_help("name a time zone of the IANA database, such as `Europe/Berlin`")
            .did_you_mean(nearest)
            .with_suggestion(nearest.map(|nearest| correct(path, nearest)));
        scope.report(finding);
    }
}

/// Reports a timetable in a time zone that does not exist.
fn cron_zone(
    cron: &Cron,
    code: &'static CodeInfo,
    scope: &mut RuleContext<'_>,
    at: impl FnOnce(ModelPath) -> ModelPath,
) {
    time_zone(cron.zone(), code, scope, at, |trigger, nearest| {
        Suggestion::put(trigger.attribute(segment::CRON), cron.in_zone(nearest).as_str())
    });
}

/// Judges one unit by every rule that is about such a unit.
pub(super) fn check_unit<'a>(unit: &'a UnitKey, content: &'a Content, facts: &'a Facts) -> UnitResult {
    let mut scope = RuleContext { unit, facts: FactReader::new(facts), findings: Vec::new() };
    let at = &mut scope;
    label::check(content, at);
    match content {
        Content::Ecosystem(ecosystem) => {
            name::check_ecosystem(ecosystem, at);
            label::check_vocabulary(ecosystem, at);
            repository::check_ecosystem(ecosystem, at);
            rename::check_ecosystem(ecosystem, at);
            lifecycle::check_ecosystem(ecosystem, at);
            platform::check(ecosystem, at);
            pin::check(ecosystem, at);
            governance::check_pins(ecosystem, at);
        }
        Content::Transformers => transformer::cycle::check(at),
        Content::Zone(zone) => {
            name::check_zone(zone, at);
            repository::check_zone(zone, at);
            rename::check_zone(zone, at);
            governance::check_zone(zone, at);
            transformer::release::check_consents(zone, at);
        }
        Content::Team(team) => {
            name::check_team(team, at);
            rename::check_team(team, at);
            container::check(team, at);
            credential::check(team, at);
        }
        Content::Datastore(datastore) => {
            name::check_datastore(datastore, at);
            rename::check_datastore(datastore, at);
            access::check_datastore(datastore, at);
            lifecycle::check_datastore(datastore, at);
            quality::check(datastore, at);
            governance::check_datastore(datastore, at);
            datastore::check(datastore, at);
            capture::check(datastore, at);
            classification::check(datastore, at);
            schema::check(datastore, at);
        }
        Content::Workspace(workspace) => {
            name::check_workspace(workspace, at);
            rename::check_workspace(workspace, at);
            let received = workspace::check(workspace, at);
            governance::check_workspace(workspace, &received, at);
            transformer::check(workspace, &received, at);
        }
    }
    UnitResult { imports: scope.facts.into_imports(), findings: scope.findings.into() }
}

/// Judges by rules that are about a table alone. Of most tables it is known that those find nothing, and nobody has to look;
/// debug builds look, so that tests see whether it is true.
fn check_table<'a>(schema: &Schema, scope: &mut RuleContext<'a>, rules: impl FnOnce(&mut RuleContext<'a>)) {
    if cfg!(debug_assertions) || !schema.is_known_valid() {
        rules(scope);
    }
}

/// Where a rule stands: its unit, what it can ask, and where its findings go.
struct RuleContext<'a> {
    unit: &'a UnitKey,
    facts: FactReader<'a>,
    findings: Vec<Diagnostic>,
}

impl RuleContext<'_> {
    /// The path of the unit. Made when there is a finding to report, not before.
    fn path(&self) -> ModelPath {
        self.unit.path()
    }

    fn report(&mut self, finding: Diagnostic) {
        self.findings.push(finding);
    }
}
