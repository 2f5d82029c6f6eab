//! Deprecate, agree, leave, wait, remove; and that nobody loses data on the way.

use super::fixture::*;
use chrono::{Days, NaiveDate};
use datasurface_change::{ChangeControl, ChangeReport, ChangeSource, Retirement, RetirementStage};
use datasurface_model::{SchemaChange, *};
use proptest::{collection::vec, prelude::*, strategy::ValueTree, test_runner::TestRunner};
use std::collections::BTreeMap;

fn judged(old: &Ecosystem, new: &Ecosystem, source: &str, on: &str) -> ChangeReport {
    let control = ChangeControl::new(ChangeSource::new(source), day(on));
    control.judge(&Valid::assume_valid(old.clone()), &Valid::assume_valid(new.clone()))
}

fn stages(report: &ChangeReport) -> Vec<RetirementStage> {
    report.retirements.iter().map(|retirement| retirement.stage).collect()
}

fn retiring(ecosystem: &Ecosystem) -> Ecosystem {
    retiring_until(ecosystem, "2026-06-30")
}

fn retiring_until(ecosystem: &Ecosystem, last: &str) -> Ecosystem {
    let deprecation = Deprecation::new(day("2026-03-01"), "there is a better one").with_sunset(day(last));
    let old = store([customers().deprecated(deprecation), orders()]);
    ecosystem.clone().edit_team("USA", "Sales", |team| team.without_datastore(&"Store".into()).datastore(old))
}

#[test]
fn a_dataset_is_retired_step_by_step() {
    let announced = retiring(&fixture());
    let report = judged(&fixture(), &announced, SALES, "2026-02-01");
    assert!(report.is_allowed(), "{report}");
    assert_eq!(stages(&report), [RetirementStage::Announced]);
    let missing: Vec<_> =
        report.retirements[0].missing_consents().map(|consent| consent.group.clone()).collect();
    assert_eq!(missing, ["Analysis/all".into()]);

    let sink = || DatasetSink::new("Store/customers").with_consent_until(day("2026-05-01"));
    let agreed = stock_wanting(announced.clone(), [sink()]);
    let report = judged(&announced, &agreed, STOCK, "2026-04-01");
    assert!(report.is_allowed(), "{report}");
    assert_eq!(stages(&report), [RetirementStage::Leaving]);
    assert_eq!(report.retirements[0].missing_consents().count(), 0);

    let left = stock_wanting(agreed.clone(), ["Store/orders".into()]);
    let report = judged(&agreed, &left, STOCK, "2026-04-15");
    assert!(report.is_allowed(), "{report}");
    let all = |ecosystem: &Ecosystem, on: &str| -> Vec<RetirementStage> {
        let ecosystem = Valid::assume_valid(ecosystem.clone());
        Retirement::all(&ecosystem, day(on)).iter().map(|retirement| retirement.stage).collect()
    };
    assert_eq!(all(&announced, "2026-02-28"), [RetirementStage::Announced]);
    assert_eq!(all(&announced, "2026-03-01"), [RetirementStage::AwaitingConsent]);
    assert_eq!(all(&agreed, "2026-05-01"), [RetirementStage::Leaving]);
    assert_eq!(all(&agreed, "2026-05-02"), [RetirementStage::AwaitingConsent]);
    assert_eq!(all(&left, "2026-06-30"), [RetirementStage::AwaitingSunset]);
    assert_eq!(all(&left, "2026-07-01"), [RetirementStage::Removable]);

    let removed = left.clone().edit_team("USA", "Sales", |team| {
        team.without_datastore(&"Store".into()).datastore(store([orders()]))
    });
    let early = judged(&left, &removed, SALES, "2026-06-30");
    assert_eq!(early.breaking.len(), 1);
    let report = judged(&left, &removed, SALES, "2026-07-01");
    assert!(report.is_allowed() && report.breaking.is_empty(), "{report}");
    assert_eq!(stages(&report), [RetirementStage::Removed]);
    // Not while somebody is there, whatever day it is.
    let removed_early = retiring(&fixture()).edit_team("USA", "Sales", |team| {
        team.without_datastore(&"Store".into()).datastore(store([orders()]))
    });
    assert!(!judged(&announced, &removed_early, SALES, "2030-01-01").is_allowed());
}

#[test]
fn a_dataset_goes_no_later_than_its_datastore() {
    let whole = Deprecation::new(day("2026-01-01"), "old").with_sunset(day("2026-06-30"));
    let own = Deprecation::new(day("2027-01-01"), "later").with_sunset(day("2027-06-30"));
    let datasets = [customers().deprecated(own), orders()];
    let (kept, new) = (with_store(store(datasets.clone())), with_store(store(datasets).deprecated(whole)));
    let report = judged(&kept, &new, SALES, "2026-02-01");
    assert!(!report.is_allowed(), "nobody agreed to what is so since January: {report}");
}

#[test]
fn nothing_is_deprecated_over_night() {
    let report = judged(&fixture(), &retiring(&fixture()), SALES, "2026-03-01");
    assert!(!report.is_allowed());
    assert_eq!(report.concerns[0].code(), "retirement/no-consent");
    assert!(report.concerns[0].message().ends_with("without consent of `Analysis/all`"));
    let unused = edit_stock(|team| team.without_workspace(&"Analysis".into()));
    let report = judged(&unused, &retiring(&unused), SALES, "2026-07-01");
    assert!(report.is_allowed());
    assert_eq!(report.concerns[0].code(), "retirement/sunset-passed");
}

/// Three workspaces of `Stock` that want the customers: one agreed, one for too short, one not at all; and one of them is
/// a transformer, behind which others are.
fn three_consumers(ecosystem: Ecosystem) -> Ecosystem {
    let wanting = |name: &str, sink: DatasetSink| {
        Workspace::new(name).with_container("USA/Stock/Lake").group(DatasetGroup::new("g").sink(sink))
    };
    let sink = || DatasetSink::new("Store/customers");
    let made = Datastore::new("Derived").dataset(Dataset::new("cities", "city VarChar(15) key"));
    let transformer = DataTransformer::sql("Derived").select("cities", "SELECT city FROM Store_customers");
    ecosystem.edit_team("USA", "Stock", |team| {
        team.without_workspace(&"Analysis".into())
            .workspace(wanting("Agreed", sink().with_consent_until(day("2026-12-31"))))
            .workspace(wanting("Late", sink().with_consent_until(day("2026-03-31"))))
            .workspace(wanting("Making", sink()).with_transformer(transformer))
            .datastore(made)
            .workspace(wanting("Behind", DatasetSink::new("Derived/cities")))
    })
}

#[test]
fn the_report_names_who_has_not_agreed() {
    let before = three_consumers(fixture());
    let report = judged(&before, &retiring(&before), SALES, "2026-04-01");
    assert!(!report.is_allowed());
    let [retirement] = &*report.retirements else { panic!("{report}") };
    let missing: Vec<_> = retirement.missing_consents().map(|consent| consent.group.to_string()).collect();
    assert_eq!(missing, ["Late/g", "Making/g"]);
    assert_eq!(retirement.consents.len(), 3);

    let [concern] = &*report.concerns else { panic!("{report}") };
    assert!(concern.message().ends_with("without consent of `Late/g`, `Making/g`"), "{concern}");
    assert!(report.to_sarif().contains("without consent of `Late/g`, `Making/g`"));
    let text = report.to_string();
    for told in [
        "`Agreed/g` of the team `USA/Stock` agreed until 2026-12-31\n",
        "`Late/g` of the team `USA/Stock` agreed until 2026-03-31, which is over\n",
        "`Making/g` of the team `USA/Stock` did not agree\n",
    ] {
        assert!(text.contains(told), "{text}");
    }
    let json: serde_json::Value = serde_json::from_str(&report.to_json()).unwrap();
    let consents = json["retirements"][0]["consents"].as_array().unwrap().iter();
    let missing: Vec<_> = consents.filter(|consent| consent["is_missing"] == true).collect();
    assert_eq!(missing.len(), 2);
    assert!(missing.iter().all(|consent| consent["team"] == "USA/Stock"));
    // Who is behind a transformer is told, and need not agree: the transformer's owner answers for what it makes.
    let told: Vec<_> = report.notices.iter().flat_map(|notice| notice.groups.keys()).collect();
    assert!(told.contains(&&"Behind/g".into()), "{told:?}");
}

#[test]
fn those_who_have_not_agreed_are_named_while_it_is_only_announced() {
    let before = three_consumers(fixture());
    let report = judged(&before, &retiring_until(&before, "2026-12-31"), SALES, "2026-02-01");
    assert!(report.is_allowed(), "{report}");
    assert_eq!(stages(&report), [RetirementStage::Announced]);
    assert!(report.to_string().contains("`Making/g` of the team `USA/Stock` did not agree\n"), "{report}");
}

#[test]
fn a_datastore_retires_all_its_datasets() {
    let deprecation =
        Deprecation::<DatastoreName>::new(day("2026-03-01"), "old").with_sunset(day("2026-06-30"));
    let whole = with_store(store([customers(), orders()]).deprecated(deprecation));
    let report = judged(&fixture(), &whole, SALES, "2026-02-01");
    assert_eq!(stages(&report), [RetirementStage::Announced, RetirementStage::Announced]);
    let report = judged(&fixture(), &whole, SALES, "2026-03-02");
    assert_eq!(stages(&report), [RetirementStage::AwaitingConsent, RetirementStage::AwaitingSunset]);
    assert!(!report.is_allowed());
}

/// What a team tries next, chosen by numbers.
#[derive(Clone, Debug)]
struct Attempt {
    source: usize,
    what: usize,
    which: usize,
    days: u64,
    waits: u64,
}

fn attempts() -> impl Strategy<Value = Attempt> {
    (0..2_usize, 0..9_usize, 0..3_usize, 0..60_u64, 0..30_u64)
        .prop_map(|(source, what, which, days, waits)| Attempt { source, what, which, days, waits })
}

const SHAPES: [&str; 3] = [
    "id Integer key, name VarChar(40), city VarChar(15)",
    "id Integer key, name VarChar(60), city VarChar(15), since Date",
    "id Integer key, name VarChar(20)",
];

/// The sinks of `Stock`, and the datasets of `Sales`.
#[derive(Clone, Debug, PartialEq)]
struct Situation {
    datasets: BTreeMap<String, Dataset>,
    sinks: BTreeMap<String, DatasetSink>,
}

impl Situation {
    fn ecosystem(&self) -> Ecosystem {
        let store = store(self.datasets.values().cloned().chain([orders()]));
        let new = with_store(store);
        // `orders` is always wanted: a group wants something.
        stock_wanting(new, self.sinks.values().cloned().chain(["Store/orders".into()]))
    }

    /// What `attempt` makes of it, if it is about something that is there.
    fn after(&self, attempt: &Attempt, today: NaiveDate) -> Self {
        let name = format!("d{}", attempt.which);
        let key = DatasetKey::new("Store", name.as_str());
        let later = today + Days::new(attempt.days);
        let mut after = self.clone();
        match attempt.what {
            0 => {
                after.datasets.entry(name.clone()).or_insert_with(|| Dataset::new(name, SHAPES[0]));
            }
            1 => drop(after.datasets.remove(&name)),
            2 | 3 => {
                if let Some(dataset) = after.datasets.get_mut(&name) {
                    let shape = SHAPES[(attempt.days as usize) % 3];
                    let changed = Dataset::new(name, shape);
                    *dataset = dataset.deprecation().cloned().into_iter().fold(changed, Dataset::deprecated);
                }
            }
            4 => {
                if let Some(dataset) = after.datasets.get_mut(&name) {
                    let deprecation = Deprecation::new(later, "x").with_sunset(later + Days::new(10));
                    *dataset = dataset.clone().deprecated(deprecation);
                }
            }
            5 => {
                if let Some(dataset) = after.datasets.get_mut(&name) {
                    *dataset = Dataset::new(name, dataset.schema().clone());
                }
            }
            6 => drop(after.sinks.insert(name, DatasetSink::new(key))),
            7 => {
                let sink = DatasetSink::new(key).with_consent_until(later);
                after.sinks.insert(name, sink);
            }
            _ => drop(after.sinks.remove(&name)),
        }
        after
    }
}

/// How often what was tried came to something.
#[derive(Debug, Default)]
struct Tally {
    refused: usize,
    accepted: usize,
    reshaped: usize,
    agreed: usize,
    removed: usize,
}

/// Lets both teams try what they like, and looks after each change that is accepted whether anybody lost anything.
fn play(attempts: &[Attempt]) -> Result<Tally, TestCaseError> {
    let mut tally = Tally::default();
    let mut today = day("2026-01-01");
    let mut now = Situation { datasets: BTreeMap::new(), sinks: BTreeMap::new() };
    let mut before = now.ecosystem().validate(&Validation::on(today)).unwrap();
    for attempt in attempts {
        today = today + Days::new(attempt.waits);
        let source = [SALES, STOCK][attempt.source];
        let next = now.after(attempt, today);
        let Ok(checked) = next.ecosystem().validate(&Validation::on(today)) else { continue };
        let control = ChangeControl::new(ChangeSource::new(source), today);
        if !control.judge(before.ecosystem(), checked.ecosystem()).is_allowed() {
            tally.refused += 1;
            continue;
        }
        tally.accepted += usize::from(now != next);
        for (name, sink) in &now.sinks {
            let Some(still) = next.sinks.get(name) else {
                // Gone by themselves.
                prop_assert_eq!(source, STOCK);
                continue;
            };
            let (Some(old), Some(new)) = (now.datasets.get(name), next.datasets.get(name)) else {
                return Err(TestCaseError::fail(format!("{name} vanished under {sink:?}")));
            };
            let changes = SchemaChange::between(old.schema(), new.schema());
            prop_assert!(changes.iter().all(|change| change.broken_rule().is_none()), "{:?}", changes);
            tally.reshaped += usize::from(!changes.is_empty());
            if new.deprecation().is_some_and(|deprecation| deprecation.since() <= today) {
                prop_assert!(still.consent_until().is_some_and(|last| today <= last));
                tally.agreed += 1;
            }
        }
        for name in now.datasets.keys().filter(|name| !next.datasets.contains_key(*name)) {
            prop_assert!(!now.sinks.contains_key(name), "{} was removed from under somebody", name);
            tally.removed += 1;
        }
        now = next;
        before = checked;
    }
    Ok(tally)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever two teams try, and whatever of it is accepted: who uses something keeps it, in a shape that fits,
    /// until they go themselves; and who uses something deprecated has agreed.
    #[test]
    fn nobody_loses_data_without_having_agreed(attempts in vec(attempts(), 1..60)) {
        play(&attempts)?;
    }
}

/// A law about changes that are hardly ever accepted, or never refused, would say nothing.
#[test]
fn what_is_tried_is_often_accepted_and_often_refused() {
    let mut runner = TestRunner::deterministic();
    let sequences = (0..100).map(|_| vec(attempts(), 60).new_tree(&mut runner).unwrap().current());
    let mut all = Tally::default();
    for tally in sequences.map(|attempts| play(&attempts).unwrap()) {
        all.refused += tally.refused;
        all.accepted += tally.accepted;
        all.reshaped += tally.reshaped;
        all.agreed += tally.agreed;
        all.removed += tally.removed;
    }
    let Tally { refused, accepted, reshaped, agreed, removed } = all;
    assert!(refused.min(accepted) > 100 && reshaped.min(agreed).min(removed) > 10, "{all:?}");
}
