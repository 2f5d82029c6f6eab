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
    let (small, large) = (edit(SMALL), edit(SMALL * TIMES));
    assert!(large <= small * SLACK, "{TIMES} times the size: {small:?} became {large:?}");
}

/// The time of the processor that a plan takes after an edit, the median of some.
fn edit(datastores: usize) -> Duration {
    let settings = Settings { most: Some(40), is_quiet: true, ..Settings::default() };
    let synthetic = Synthetic::new(datastores).with_datasets_per_datastore(4).with_columns_per_dataset(3);
    let mut ecosystem = with_settings(&synthetic.with_transformers(0).ecosystem(), &settings);
    let mut session = Session::new(Broker::new(Registry::new().with_plugin::<Showcase>()));
    let mut edits = Edits::new(&ecosystem, 1);
    let today = NaiveDate::MIN;
    let checked = session.validate(ecosystem.clone(), today).unwrap();
    let placed = session.place(checked.ecosystem(), &Lock::default()).unwrap();
    let mut last = session.propose(&placed, Base::Target(None), today).unwrap();
    let mut proposing = Vec::new();
    for _ in 0..EDITS {
        ecosystem = edits.edit(ecosystem);
        let checked = session.validate(ecosystem.clone(), today).unwrap();
        let placed = session.place(checked.ecosystem(), last.lock()).unwrap();
        let start = ThreadTime::now();
        let next = session.propose(&placed, Base::Target(Some(last.manifest())), today).unwrap();
        proposing.push(start.elapsed());
        // A plan begins at what was rendered last, so that it is about one edit.
        last = next;
    }
    proposing.sort();
    *proposing.get(EDITS / 2).unwrap()
}
