//! The cost of a plan in a session follows the edit, and not the size of the ecosystem.

use super::{
    platform::{Settings, Showcase},
    with_settings,
};
use chrono::NaiveDate;
use cpu_time::ThreadTime;
use datasurface_broker::{Base, Broker, Lock, Session};
use datasurface_platform::Registry;
use datasurface_testkit::{Edits, Synthetic};
use std::time::Duration;

const SMALL: usize = 60;
const TIMES: usize = 6;
const EDITS: usize = 9;

/// How much more an edit may cost where everything is larger: caches are smaller then, and what is there once for each scope is more.
const SLACK: u32 = 3;

#[test]
fn a_plan_costs_what_an_edit_changes() {
    let [small, large] = [SMALL, SMALL * TIMES].map(|datastores| edit(datastores, 0));
    check("proposing", small.proposing, large.proposing);
    check("placing", small.placing, large.placing);
}

#[test]
fn placing_with_transformers_costs_what_an_edit_changes() {
    let [small, large] = [SMALL, SMALL * TIMES].map(|datastores| edit(datastores, datastores / 3));
    check("placing", small.placing, large.placing);
}

#[track_caller]
fn check(what: &str, small: Duration, large: Duration) {
    assert!(large <= small * SLACK, "{what}, {TIMES} times the size: {small:?} became {large:?}");
}

/// The time of the processor that an edit takes, the median of some.
struct EditCost {
    placing: Duration,
    proposing: Duration,
}

fn edit(datastores: usize, transformers: usize) -> EditCost {
    let settings = Settings { most: Some(40), is_quiet: true, ..Settings::default() };
    let synthetic = Synthetic::new(datastores).with_datasets_per_datastore(4).with_columns_per_dataset(3);
    let synthetic = synthetic.with_transformers(transformers);
    let mut ecosystem = with_settings(&synthetic.ecosystem(), &settings);
    let mut session = Session::new(Broker::new(Registry::new().with_plugin::<Showcase>()));
    let mut edits = Edits::new(&ecosystem, 1);
    let today = NaiveDate::MIN;
    let checked = session.validate(ecosystem.clone(), today).unwrap();
    let placed = session.place(checked.ecosystem(), &Lock::default()).unwrap();
    let mut last = session.propose(&placed, Base::Target(None), today).unwrap();
    let (mut placing, mut proposing) = (Vec::new(), Vec::new());
    for _ in 0..EDITS {
        ecosystem = edits.edit(ecosystem);
        let checked = session.validate(ecosystem.clone(), today).unwrap();
        let start = ThreadTime::now();
        let placed = session.place(checked.ecosystem(), last.lock()).unwrap();
        placing.push(start.elapsed());
        let start = ThreadTime::now();
        let next = session.propose(&placed, Base::Target(Some(last.manifest())), today).unwrap();
        proposing.push(start.elapsed());
        // A plan begins at what was rendered last, so that it is about one edit.
        last = next;
    }
    EditCost { placing: median(placing), proposing: median(proposing) }
}

fn median(mut all: Vec<Duration>) -> Duration {
    all.sort();
    *all.get(all.len() / 2).unwrap()
}
