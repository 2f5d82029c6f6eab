//! Changes that concern several owners, made of steps of one owner each: there is always a step that can come next.

use super::fixture::*;
use datasurface_change::{ChangeControl, ChangeSource};
use datasurface_model::*;
use proptest::{collection::vec, prelude::*, sample::select};

/// What is to become of a dataset of a closed datastore and of the workspace that reads it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Goal {
    Join,
    Leave,
    Prolong,
    /// The workspace gets another name, and the approval follows.
    Rename,
}

/// What is said of a dataset by its producer, and by its consumer.
#[derive(Clone, Copy, Debug)]
struct Progress {
    goal: Goal,
    is_producer_done: bool,
    is_consumer_done: bool,
}

const SUNSET: &str = "2026-06-30";
const LATER: &str = "2026-12-31";

impl Progress {
    fn dataset(&self, name: &str) -> Dataset {
        let dataset = Dataset::new(name, "id Integer key");
        if self.goal != Goal::Prolong {
            return dataset;
        }
        let last = if self.is_producer_done { LATER } else { SUNSET };
        dataset.deprecated(Deprecation::new(day("2026-03-01"), "old").with_sunset(day(last)))
    }

    fn is_approved(&self) -> bool {
        match self.goal {
            Goal::Join => self.is_producer_done,
            Goal::Leave => !self.is_producer_done,
            Goal::Prolong | Goal::Rename => true,
        }
    }

    fn workspace(&self, number: usize) -> Workspace {
        match self.goal {
            Goal::Rename if self.is_consumer_done => {
                Workspace::new(format!("N{number}")).renamed_from(format!("W{number}"))
            }
            _ => Workspace::new(format!("W{number}")),
        }
    }

    /// The name of the workspace that is approved.
    fn approved(&self, number: usize) -> String {
        let is_new = self.goal == Goal::Rename && self.is_producer_done;
        format!("{}{number}", if is_new { "N" } else { "W" })
    }

    fn sink(&self, name: &str) -> Option<DatasetSink> {
        let sink = DatasetSink::new(DatasetKey::new("Store", name));
        match self.goal {
            Goal::Join => self.is_consumer_done.then_some(sink),
            Goal::Leave => (!self.is_consumer_done).then_some(sink),
            Goal::Rename => Some(sink),
            Goal::Prolong => {
                Some(sink.with_consent_until(day(if self.is_consumer_done { LATER } else { SUNSET })))
            }
        }
    }
}

fn ecosystem(all: &[Progress]) -> Ecosystem {
    let name = |number: usize| format!("d{number}");
    let datasets = all.iter().enumerate().map(|(number, progress)| progress.dataset(&name(number)));
    let mut closed = store(datasets.chain([orders()])).restricted();
    for (number, progress) in all.iter().enumerate().filter(|(_, progress)| progress.is_approved()) {
        let (group, team) = (GroupKey::new(progress.approved(number), "g"), TeamKey::new("USA", "Stock"));
        closed = closed.approval(Approval::new(team, group, name(number)));
    }
    let ecosystem = unserved()
        .edit_team("USA", "Sales", |team| team.without_datastore(&"Store".into()).datastore(closed));
    ecosystem.edit_team("USA", "Stock", |team| {
        let team = team.without_workspace(&"Analysis".into());
        all.iter().enumerate().fold(team, |team, (number, progress)| {
            let Some(sink) = progress.sink(&name(number)) else { return team };
            let group = DatasetGroup::new("g").sink(sink);
            team.workspace(progress.workspace(number).with_container("USA/Stock/Lake").group(group))
        })
    })
}

fn findings(ecosystem: &Ecosystem, on: NaiveDate) -> Findings {
    match ecosystem.clone().validate(&Validation::on(on)) {
        Ok(checked) => checked.findings().clone(),
        Err(invalid) => invalid.findings().clone(),
    }
}

fn is_allowed(old: &Ecosystem, new: &Ecosystem, source: &str, on: NaiveDate) -> bool {
    let control = ChangeControl::new(ChangeSource::new(source), on);
    let control = control.with_findings(&findings(old, on), &findings(new, on));
    control.judge(&Valid::assume_valid(old.clone()), &Valid::assume_valid(new.clone())).is_allowed()
}

fn goals() -> impl Strategy<Value = Goal> {
    select(vec![Goal::Join, Goal::Leave, Goal::Prolong, Goal::Rename])
}

/// Every step of every owner, in any order.
fn steps(count: usize) -> impl Strategy<Value = Vec<(usize, &'static str)>> {
    let all: Vec<_> = (0..count).flat_map(|number| [(number, SALES), (number, STOCK)]).collect();
    Just(all).prop_shuffle()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Joining, leaving, renaming and prolonging, before and after the day that was missed: among the steps that are left there is
    /// always one that its owner may make alone.
    #[test]
    fn there_is_always_a_next_step(
        (goals, steps) in vec(goals(), 1..4).prop_flat_map(|goals| (Just(goals.clone()), steps(goals.len()))),
        today in select(vec!["2026-04-01", SUNSET, "2026-07-01"]),
    ) {
        let today = day(today);
        let begin = |goal: &Goal| Progress { goal: *goal, is_producer_done: false, is_consumer_done: false };
        let mut all: Vec<_> = goals.iter().map(begin).collect();
        let mut waiting = steps;
        while !waiting.is_empty() {
            let now = ecosystem(&all);
            let next = waiting.iter().position(|(number, source)| {
                let mut after = all.clone();
                match *source {
                    SALES => after[*number].is_producer_done = true,
                    _ => after[*number].is_consumer_done = true,
                }
                is_allowed(&now, &ecosystem(&after), source, today)
            });
            prop_assert!(next.is_some(), "{all:?} on {today}: none of {waiting:?}");
            let (number, source) = waiting.remove(next.unwrap_or_default());
            match source {
                SALES => all[number].is_producer_done = true,
                _ => all[number].is_consumer_done = true,
            }
        }
        prop_assert!(!findings(&ecosystem(&all), today).has_errors());
    }
}

#[test]
fn a_consumer_does_not_join_before_it_is_approved() {
    let at = |is_producer_done, is_consumer_done| {
        ecosystem(&[Progress { goal: Goal::Join, is_producer_done, is_consumer_done }])
    };
    let on = day("2026-04-01");
    assert!(!is_allowed(&at(false, false), &at(false, true), STOCK, on));
    assert!(is_allowed(&at(false, false), &at(true, false), SALES, on));
    assert!(is_allowed(&at(true, false), &at(true, true), STOCK, on));
}
