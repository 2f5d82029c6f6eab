//! Stopped while rows of a schema table are put aside, which happens with many datasets only: the next call goes on, and the
//! databases are those of a run that nobody stopped.

use crate::{
    aborted::{copy_folder, is_aborted, to_be_aborted},
    example::{Example, leaving_plan, plan_between},
    fixture::{Fixture, assert_same},
    wide::Wide,
};
use datasurface_local::testing::Breakpoint;
use datasurface_platform::prelude::*;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

/// How many statements there are from one at which is stopped to the next, where nothing is put aside.
const STRIDE: usize = 251;

/// How many statements after something was put aside, or back, are all stopped at.
const AFTER: usize = 2;

/// What is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    /// A first plan, and its run.
    First,
    /// A plan by which datasets come and others leave, and its run.
    Second,
    /// A plan that adds a column to all datasets, and its run.
    Altered,
    /// What is done when the platform left the model.
    Leaving,
}

fn before() -> Example {
    Wide { datastores: 0..1, datasets: 0..90 }.example()
}

/// The same, with a column more.
fn altered() -> Example {
    Wide { datastores: 0..1, datasets: 0..90 }.example_with("id Integer key, v Integer, w Integer")
}

fn after() -> Example {
    Wide { datastores: 0..1, datasets: 70..160 }.example()
}

impl What {
    fn plan(self) -> Plan {
        match self {
            Self::First => plan_between(None, (&before(), "1"), BTreeMap::new()),
            Self::Second => {
                let over = Guard::Expired("2026-11-20".parse().unwrap());
                let gone =
                    (0..70).map(|number| (format!("table.S0.d0_{number}").as_str().into(), over.clone()));
                plan_between(Some((&before(), "1")), (&after(), "2"), gone.collect())
            }
            Self::Altered => plan_between(Some((&before(), "1")), (&altered(), "2"), BTreeMap::new()),
            Self::Leaving => leaving_plan(&before()),
        }
    }

    /// What is told to the process that is stopped.
    fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Second => "second",
            Self::Altered => "altered",
            Self::Leaving => "leaving",
        }
    }

    fn work(self, fixture: &Fixture) {
        if self == Self::Leaving {
            return fixture.leave();
        }
        fixture.apply_plan(&self.plan()).unwrap();
        fixture.run();
    }

    fn prepared(self) -> Fixture {
        let fixture = Fixture::new();
        let all = Wide { datastores: 0..1, datasets: 0..160 };
        all.fill_source(&fixture);
        fixture.render(&before(), &Self::First.plan());
        if self != Self::First {
            Self::First.work(&fixture);
            fixture.change_source("UPDATE d0_80 SET v = -1; DELETE FROM d0_81");
        }
        match self {
            Self::First => {}
            Self::Second => fixture.render(&after(), &self.plan()),
            Self::Altered => {
                let add = |number| format!("ALTER TABLE d0_{number} ADD COLUMN w INTEGER DEFAULT 7;");
                fixture.change_source(&(0..90).map(add).collect::<String>());
                fixture.render(&altered(), &self.plan());
            }
            Self::Leaving => fixture.render_leaving(&self.plan()),
        }
        fixture
    }
}

/// Not a test of its own: what the others run in a process that does not survive it.
#[test]
fn child() {
    let Some((fixture, name)) = to_be_aborted() else { return };
    for what in [What::First, What::Second, What::Altered, What::Leaving] {
        if what.name() == name {
            what.work(&fixture);
        }
    }
}

/// Where to stop: before all that puts something aside or back, right after that, and here and there.
fn stops(statements: &[String]) -> BTreeSet<usize> {
    let mut stops: BTreeSet<usize> = (1..=statements.len()).step_by(STRIDE).collect();
    for (at, statement) in (1..).zip(statements) {
        if statement.starts_with("put ") {
            stops.extend(at..=(at + AFTER).min(statements.len()));
        }
    }
    stops
}

fn stopped_here_and_there(what: What) {
    let start = what.prepared();
    let again = || {
        let fixture = Fixture::new();
        copy_folder(&start.path(""), &fixture.path(""));
        fixture
    };
    let seen = Arc::new(Mutex::new(Vec::new()));
    let seeing = Arc::clone(&seen);
    let record = Breakpoint::new(move |statement| seeing.lock().unwrap().push(statement.to_owned()));
    let reference = again().stopping_at(record);
    what.work(&reference);
    let expected = everything(&reference, what);
    let statements = seen.lock().unwrap().clone();
    let puts = ["put aside main", "put back main", "put aside temp", "put back temp"];
    // Nothing is staged where all leaves.
    for put in puts.iter().filter(|put| what != What::Leaving || put.ends_with("main")) {
        assert!(statements.iter().any(|statement| statement == put), "{what:?}: nothing is {put}");
    }
    for at in stops(&statements) {
        let fixture = again();
        let when = format!("stopped at {at}, before {:?}", statements.get(at - 1));
        assert!(
            is_aborted("killed_wide::child", &fixture.path(""), at, what.name()),
            "{when}: it was not stopped"
        );
        what.work(&fixture);
        assert_same(&everything(&fixture, what), &expected, &when);
    }
}

/// All that is in the databases, which are sound.
fn everything(fixture: &Fixture, what: What) -> Vec<String> {
    for file in ["northwind.db", "desk.db"] {
        assert_eq!(fixture.rows(file, "PRAGMA integrity_check"), ["ok"]);
    }
    let all = fixture.everything();
    let is_there = all.iter().any(|line| line.contains("Local__Sales__all__S0__d0_89"));
    assert_eq!(is_there, what != What::Leaving, "{all:?}");
    all
}

#[test]
fn a_first_plan_and_run_with_many_datasets() {
    stopped_here_and_there(What::First);
}

#[test]
fn a_plan_by_which_many_datasets_come_and_others_leave() {
    stopped_here_and_there(What::Second);
}

#[test]
fn a_plan_by_which_many_datasets_are_altered() {
    stopped_here_and_there(What::Altered);
}

#[test]
fn a_platform_that_leaves_with_many_datasets() {
    stopped_here_and_there(What::Leaving);
}
