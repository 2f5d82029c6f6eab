//! The table of `docs/governance.md`: each kind of policy, on each thing that it is checked on, once denied and once
//! permitted.

mod fixture;

use crate::base::validated;
use chrono::NaiveDate;
use datasurface_model::{
    Classification, CloudVendor, CodeInfo, DataContainer, Diagnostic, Ecosystem, Entity, KeyHolder,
    Permitted, Place, PlatformName, PolicyRule, ProductionStatus, StorageRule, VendorName, Waiver,
    governance::*,
};
use datasurface_schema::Text;
use fixture::Fixture;
use std::collections::{BTreeMap, BTreeSet};

const NOT: ProductionStatus = ProductionStatus::NotProduction;
const PRODUCTION_STATUS: ProductionStatus = ProductionStatus::Production;

/// One cell of the table: a way to be denied, and the nearest way to be permitted.
struct Case {
    code: &'static CodeInfo,
    at: &'static str,
    failing: Ecosystem,
    passing: Ecosystem,
}

impl Case {
    fn new(code: &'static CodeInfo, at: &'static str, failing: Ecosystem, passing: Ecosystem) -> Self {
        Self { code, at, failing, passing }
    }
}

/// Every code is reported where it should be, says what to do, and is silent where nothing is wrong.
fn judge(cases: Vec<Case>) {
    for Case { code, at, failing, passing } in cases {
        let code = code.code;
        let findings = validated(failing);
        let finding = findings
            .iter()
            .find(|finding| finding.code() == code && finding.path().to_string().ends_with(at));
        let Some(finding) = finding else {
            panic!("{code} is not reported at {at}, but:\n{findings}");
        };
        let message = finding.message();
        assert!(message.contains('`') && !message.ends_with('.'), "{message}");
        assert!(!message.starts_with(char::is_uppercase), "{message}");
        assert!(finding.help().is_some_and(|help| !help.is_empty()), "{finding}");
        let silent = validated(passing);
        assert!(silent.is_empty(), "{code} has a passing case that is not silent:\n{silent}");
    }
}

/// One cell of the table: the same fixture twice, denied and permitted.
fn cell(
    code: &'static CodeInfo,
    at: &'static str,
    denied: PolicyRule,
    permitted: PolicyRule,
    set: impl Fn(Fixture, PolicyRule) -> Fixture,
) -> Case {
    let fixture = |rule| set(Fixture::new(), rule).build();
    Case::new(code, at, fixture(denied), fixture(permitted))
}

fn home(mut fixture: Fixture, rule: PolicyRule) -> Fixture {
    fixture.home.push(rule);
    fixture
}

fn away(mut fixture: Fixture, rule: PolicyRule) -> Fixture {
    fixture.away.push(rule);
    fixture
}

fn yard(mut fixture: Fixture, rule: PolicyRule) -> Fixture {
    fixture.yard.push(rule);
    fixture
}

const SOURCE: &str = "datastores/S/capture/container";
const TARGET: &str = "workspaces/W/container";
const SINK: &str = "workspaces/W/groups/g/sinks/S/d";
const GROUP_PIN: &str = "group_pins/W/g/platforms/Mill";
const STORE_PIN: &str = "primary_pins/S/platform";
const OUTPUT: &str = "workspaces/W/transformer/output";

fn locations() -> Vec<Case> {
    let only = |places: &[&str]| {
        PolicyRule::Locations(Permitted::only(places.iter().map(|place| Place::from(*place))))
    };
    let but = |place: &str| PolicyRule::Locations(Permitted::all_except([Place::from(place)]));
    let both = || only(&["Blue/Europe", "Orange"]);
    vec![
        cell(&LOCATION, SOURCE, only(&["Orange"]), both(), home),
        cell(&LOCATION, TARGET, only(&["Blue"]), only(&["Orange"]), away),
        cell(&LOCATION, SINK, only(&["Blue"]), both(), home),
        cell(&LOCATION, SINK, but("Orange"), both(), home),
        cell(&LOCATION, SOURCE, only(&["Orange"]), both(), yard),
        cell(&LOCATION, TARGET, only(&["Blue"]), both(), yard),
    ]
}

fn vendors() -> Vec<Case> {
    let only = |names: &[&str]| {
        PolicyRule::Vendors(Permitted::only(names.iter().map(|name| VendorName::from(*name))))
    };
    vec![
        cell(&VENDOR, SOURCE, only(&["Orange"]), only(&["Blue", "Orange"]), home),
        cell(&VENDOR, TARGET, only(&["Blue"]), only(&["Orange"]), away),
        cell(&VENDOR, SINK, only(&["Blue"]), only(&["Blue", "Orange"]), home),
        cell(&VENDOR, SOURCE, only(&["Orange"]), only(&["Blue", "Orange"]), yard),
        cell(&VENDOR, TARGET, only(&["Blue"]), only(&["Blue", "Orange"]), yard),
    ]
}

fn hard_vendors() -> Vec<Case> {
    let only = |clouds: &[CloudVendor]| PolicyRule::HardVendors(Permitted::only(clouds.iter().copied()));
    let (azure, aws) = (CloudVendor::Azure, CloudVendor::Aws);
    vec![
        cell(&HARD_VENDOR, SOURCE, only(&[aws]), only(&[aws, azure]), home),
        cell(&HARD_VENDOR, TARGET, only(&[azure]), only(&[aws]), away),
        cell(&HARD_VENDOR, SINK, only(&[azure]), only(&[aws, azure]), home),
        cell(&HARD_VENDOR, SOURCE, only(&[aws]), only(&[aws, azure]), yard),
        cell(&HARD_VENDOR, TARGET, only(&[azure]), only(&[aws, azure]), yard),
    ]
}

fn storage() -> Vec<Case> {
    let kinds = |rule: StorageRule, denied: &str| {
        PolicyRule::Storage(rule.with_technologies(Permitted::all_except([Text::from(denied)])))
    };
    let keys = |keys| PolicyRule::Storage(StorageRule::mandatory().encrypted(keys));
    let all = StorageRule::mandatory;
    let asked = |fixture, rule| Fixture { asks_for_storage: true, ..home(fixture, rule) };
    let named = StorageRule::opt_in;
    vec![
        cell(&STORAGE, SOURCE, kinds(all(), "postgres"), kinds(all(), "mysql"), home),
        cell(&STORAGE, TARGET, kinds(all(), "sqlite"), kinds(all(), "mysql"), away),
        cell(&STORAGE, SOURCE, kinds(all(), "postgres"), kinds(all(), "mysql"), yard),
        cell(&STORAGE, TARGET, kinds(all(), "sqlite"), kinds(all(), "mysql"), yard),
        cell(&STORAGE, SINK, keys(KeyHolder::Company), keys(KeyHolder::Vendor), home),
        cell(&STORAGE, SOURCE, kinds(named(), "postgres"), kinds(named(), "mysql"), asked),
        cell(&STORAGE, SINK, kinds(named(), "sqlite"), kinds(named(), "mysql"), asked),
    ]
}

fn classifications() -> Vec<Case> {
    let but = |label: &str| PolicyRule::Classifications(Permitted::all_except([Classification::from(label)]));
    let only = |label: &str| PolicyRule::Classifications(Permitted::only([Classification::from(label)]));
    let limited = |limit: &'static str| Fixture { limit: Some(vec![limit]), ..Fixture::new() }.build();
    let unclassified = |rules: &[PolicyRule], classification| {
        Fixture { home: rules.to_vec(), classification, ..Fixture::new() }.build()
    };
    vec![
        cell(&CLASSIFICATION, "datasets/d", but("PII"), but("MNPI"), home),
        cell(&CLASSIFICATION, SINK, only("MNPI"), only("PII"), away),
        cell(&CLASSIFICATION, "datasets/d", but("PII"), but("MNPI"), yard),
        cell(&CLASSIFICATION, SINK, only("MNPI"), only("PII"), yard),
        Case::new(&CLASSIFICATION_LIMIT, SINK, limited("MNPI"), limited("PII")),
        Case::new(
            &CLASSIFICATION,
            "datasets/d",
            unclassified(&[only("PII")], None),
            unclassified(&[only("PII")], Some("PII")),
        ),
        Case::new(
            &UNCLASSIFIED,
            "datasets/d",
            unclassified(&[but("MNPI")], None),
            unclassified(&[but("MNPI")], Some("PII")),
        ),
    ]
}

fn platforms() -> Vec<Case> {
    let but = |name: &str| PolicyRule::Platforms(Permitted::all_except([PlatformName::from(name)]));
    let only = || PolicyRule::Platforms(Permitted::only(["Mill"]));
    vec![
        cell(&PLATFORM, GROUP_PIN, but("Mill"), only(), away),
        cell(&PLATFORM, GROUP_PIN, but("Mill"), only(), home),
        cell(&PLATFORM, STORE_PIN, but("Mill"), only(), home),
        cell(&PLATFORM, GROUP_PIN, but("Mill"), only(), yard),
        cell(&PLATFORM, STORE_PIN, but("Mill"), only(), yard),
    ]
}

fn production() -> Vec<Case> {
    let only = |status| PolicyRule::Production(Permitted::only([status]));
    let fixture = |statuses, home: &[PolicyRule], away: &[PolicyRule]| {
        Fixture { statuses, home: home.to_vec(), away: away.to_vec(), ..Fixture::new() }.build()
    };
    let all = [PRODUCTION_STATUS; 3];
    let (wants, apart) = ([only(PRODUCTION_STATUS)], [PolicyRule::SeparateProduction]);
    let (store_alone, reader_alone, others) = (
        [PRODUCTION_STATUS, NOT, NOT],
        [NOT, PRODUCTION_STATUS, NOT],
        [PRODUCTION_STATUS, PRODUCTION_STATUS, NOT],
    );
    let silent = || fixture(all, &wants, &wants);
    let filling = |status, rule: &PolicyRule| {
        let (fills, away) = (Some(status), vec![rule.clone()]);
        Fixture { away, fills, is_pinned: false, ..Fixture::new() }.build()
    };
    let kept_apart = |at, statuses| {
        let kept = |statuses| Fixture { statuses, yard: apart.to_vec(), ..Fixture::new() }.build();
        Case::new(&PRODUCTION, at, kept(statuses), kept(all))
    };
    let output = |rule: PolicyRule| {
        Case::new(&PRODUCTION, OUTPUT, filling(PRODUCTION_STATUS, &rule), filling(NOT, &rule))
    };
    vec![
        output(only(NOT)),
        output(PolicyRule::SeparateProduction),
        kept_apart(SINK, reader_alone),
        kept_apart(GROUP_PIN, others),
        kept_apart(STORE_PIN, others),
        Case::new(&PRODUCTION, "S/production", fixture([NOT; 3], &wants, &[]), silent()),
        Case::new(&PRODUCTION, "W/production", fixture([NOT; 3], &[], &wants), silent()),
        Case::new(&PRODUCTION, SINK, fixture(reader_alone, &[], &wants), silent()),
        Case::new(&PRODUCTION, SINK, fixture(store_alone, &wants, &[]), silent()),
        Case::new(&PRODUCTION, GROUP_PIN, fixture(others, &[], &wants), silent()),
        Case::new(&PRODUCTION, GROUP_PIN, fixture(others, &wants, &[]), silent()),
        Case::new(&PRODUCTION, GROUP_PIN, fixture(store_alone, &wants, &[]), silent()),
        Case::new(&PRODUCTION, GROUP_PIN, fixture(store_alone, &apart, &[]), fixture(all, &apart, &[])),
        Case::new(&PRODUCTION, STORE_PIN, fixture(others, &wants, &[]), silent()),
        Case::new(&PRODUCTION, SINK, fixture(reader_alone, &apart, &[]), fixture(all, &apart, &[])),
        Case::new(&PRODUCTION, SINK, fixture(reader_alone, &[], &apart), fixture(all, &[], &apart)),
        Case::new(&PRODUCTION, GROUP_PIN, fixture(others, &[], &apart), fixture(all, &[], &apart)),
        Case::new(&PRODUCTION, GROUP_PIN, fixture(others, &apart, &[]), fixture(all, &apart, &[])),
        Case::new(&PRODUCTION, STORE_PIN, fixture(others, &apart, &[]), fixture(all, &apart, &[])),
        Case::new(&PRODUCTION_MIX, SINK, fixture(reader_alone, &[], &[]), fixture(all, &[], &[])),
        Case::new(&PRODUCTION_MIX, GROUP_PIN, fixture(others, &[], &[]), fixture(all, &[], &[])),
        Case::new(&PRODUCTION_MIX, STORE_PIN, fixture(others, &[], &[]), fixture(all, &[], &[])),
    ]
}

fn cases() -> Vec<Case> {
    [locations(), vendors(), hard_vendors(), storage(), classifications(), platforms(), production()]
        .into_iter()
        .flatten()
        .collect()
}

#[test]
fn each_kind_of_policy_on_each_thing_that_it_is_checked_on() {
    judge(cases());
}

/// Where in the table a case belongs: what is met, and the kind of policy.
fn place(case: &Case) -> (&'static str, &'static str) {
    let kind = match case.code.code {
        "governance/location" | "governance/vendor" | "governance/hard-vendor" => {
            "location, vendor, hard vendor"
        }
        "governance/storage" => "storage",
        "governance/classification" | "governance/classification-limit" | "governance/unclassified" => {
            "classification"
        }
        "governance/platform" => "platform",
        "governance/production" | "governance/production-mix" => "production",
        other => panic!("{other} has no column"),
    };
    let met = match (case.at, kind) {
        (SOURCE, _) => "a datastore's source container",
        (TARGET, _) => "a workspace's own container",
        (SINK, "classification") => "a dataset that a workspace receives",
        (SINK, "production") => "a datastore and a workspace that reads it",
        (SINK, _) => "the container that a dataset is brought to",
        ("datasets/d", _) => "a zone's own dataset",
        (GROUP_PIN, _) => "the platform that a group is pinned to",
        (STORE_PIN, _) => "the platform that a datastore is pinned to",
        ("S/production" | "W/production", _) => "a datastore's, a workspace's own status",
        (OUTPUT, _) => "a workspace and the datastore that its transformer fills",
        (other, _) => panic!("{other} has no row"),
    };
    (met, kind)
}

/// Whose policies deny in a case: `S` for the zone of the datastore, `W` for that of the workspace, `C` for that of the container.
fn asked(case: &Case) -> impl Iterator<Item = &'static str> {
    let zones = case.failing.zones().iter();
    zones.filter_map(|zone| match zone.definition().is_some_and(|zone| !zone.policies().is_empty()) {
        true => Some(match zone.name().as_str() {
            "Home" => "S",
            "Away" => "W",
            _ => "C",
        }),
        false => None,
    })
}

#[test]
fn the_zone_that_a_transformer_fills_is_asked_even_if_it_is_another_one() {
    let denials = |home: Vec<PolicyRule>| {
        let fills = Some(PRODUCTION_STATUS);
        let fixture = Fixture { home, fills, fills_elsewhere: true, is_pinned: false, ..Fixture::new() };
        let findings = validated(fixture.build());
        findings
            .iter()
            .filter(|found| found.code() == PRODUCTION.code && found.path().to_string().ends_with(OUTPUT))
            .count()
    };
    assert_eq!(denials(vec![PolicyRule::SeparateProduction]), 1);
    assert_eq!(denials(vec![PolicyRule::Production(Permitted::only([PRODUCTION_STATUS]))]), 1);
    assert_eq!(denials(Vec::new()), 0);
}

#[test]
fn each_zone_judges_a_pinned_platform_by_what_is_its_own() {
    let denials = |statuses, home: &[PolicyRule], away: &[PolicyRule]| {
        let fixture = Fixture { statuses, home: home.to_vec(), away: away.to_vec(), ..Fixture::new() };
        let waiver = Waiver::new(
            PRODUCTION.code,
            format!("zones/Away/teams/Consumers/{SINK}"),
            "is agreed",
            NaiveDate::MAX,
        );
        let waived = ["Home", "Away"].into_iter().fold(fixture.build(), |ecosystem, zone| {
            ecosystem.edit_zone(zone, |definition| definition.waiver(waiver.clone()))
        });
        let findings = validated(waived);
        let is_of_sink =
            |found: &Diagnostic| found.code() == PRODUCTION.code && found.path().to_string().ends_with(SINK);
        assert!(!findings.iter().any(is_of_sink), "{findings}");
        let mut paths: Vec<_> = findings
            .iter()
            .filter(|found| found.code() == PRODUCTION.code)
            .map(|found| found.path().to_string())
            .collect();
        paths.sort();
        paths
    };
    let apart = [PolicyRule::SeparateProduction];
    let (of_store, of_reader) = ([PRODUCTION_STATUS, NOT], [NOT, PRODUCTION_STATUS]);
    for ([store, reader], platform, home, away) in [
        // The platform is of the status of the group, and not of the data.
        (of_store, NOT, &[GROUP_PIN, STORE_PIN][..], &[][..]),
        (of_reader, PRODUCTION_STATUS, &[GROUP_PIN, STORE_PIN], &[]),
        // It is of the status of the data, and not of the group.
        (of_store, PRODUCTION_STATUS, &[], &[GROUP_PIN]),
        (of_reader, NOT, &[], &[GROUP_PIN]),
    ] {
        let statuses = [store, reader, platform];
        assert_eq!(denials(statuses, &apart, &[]), home, "{statuses:?}");
        assert_eq!(denials(statuses, &[], &apart), away, "{statuses:?}");
    }
}

#[test]
fn the_table_has_a_cell_for_each_case_and_a_case_for_each_cell() {
    let page = include_str!("../../../../docs/governance.md");
    let mut rows = page.lines().filter_map(|line| line.strip_prefix("| ")).map(|line| line.split(" |"));
    let kinds: Vec<&str> = rows.next().unwrap().map(str::trim).collect();
    assert_eq!(kinds.first(), Some(&"what is met"));
    let mut written: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    // Rows with a dagger are for the broker; those of the tables further down have fewer columns.
    for cells in rows.map(|cells| cells.map(str::trim).collect::<Vec<_>>()) {
        let [met, cells @ ..] = &cells[..] else { continue };
        if met.starts_with('†') || cells.len() + 1 != kinds.len() {
            continue;
        }
        for (kind, cell) in kinds.iter().skip(1).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
            let words = cell.split(|c: char| !c.is_alphanumeric());
            written.insert((*met, *kind), words.filter(|word| matches!(*word, "S" | "W" | "C")).collect());
        }
    }
    let mut judged: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for case in &cases() {
        judged.entry(place(case)).or_default().extend(asked(case));
    }
    assert_eq!(written, judged);
}

#[test]
fn a_denial_shows_the_shortest_path_and_leaves_no_group_without_data() {
    let home = vec![PolicyRule::Locations(Permitted::only([Place::from("Blue")]))];
    let findings = validated(Fixture { home, ..Fixture::new() }.build());
    let [finding] = &findings.iter().collect::<Vec<_>>()[..] else {
        panic!("{findings}");
    };
    let path: Vec<_> = finding.related_places().iter().map(|place| place.path.to_string()).collect();
    assert_eq!(
        path,
        [
            "zones/Home/teams/Producers/datastores/S/datasets/d",
            "zones/Home/policies/policy 1",
            "zones/Away/teams/Consumers/containers/Target",
            "vendors/Orange/locations/USA",
        ]
    );
    // Without its only dataset, the group would be about nothing.
    assert_eq!(finding.suggestion(), None);
}

#[test]
fn how_a_platform_keeps_what_it_manages_is_for_the_platform_to_say() {
    let managed = |ecosystem: Ecosystem, zone: &str, team: &str, name: &str| {
        ecosystem.edit_team(zone, team, |team| {
            team.without_container(&name.into()).container(DataContainer::platform_managed(name))
        })
    };
    for rule in [StorageRule::mandatory(), StorageRule::opt_in()] {
        let rule = rule.with_technologies(Permitted::only(["mysql"])).encrypted(KeyHolder::Company);
        let rules = || vec![PolicyRule::Storage(rule.clone())];
        let fixture =
            Fixture { home: rules(), away: rules(), asks_for_storage: true, ..Fixture::new() }.build();
        assert!(!validated(fixture.clone()).is_empty());
        let fixture = managed(fixture, "Home", "Producers", "Source");
        let fixture = managed(fixture, "Away", "Consumers", "Target");
        let findings = validated(fixture);
        assert!(findings.is_empty(), "{findings}");
    }
}
