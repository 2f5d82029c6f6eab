//! Stopped while rows of a schema table are put aside, which happens with many datasets only: the next call goes on, and the
//! databases are those of a run that nobody stopped.

use crate::{
    aborted::{copy_folder, is_aborted, to_be_aborted},
    ground::{Ground, assert_same},
    scene::{Scene, plan_between},
    wide::Wide,
};
use datasurface_local::Breakpoint;
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
}

fn before() -> Scene {
    Wide { datastores: 0..1, datasets: 0..70 }.scene()
}

fn after() -> Scene {
    Wide { datastores: 0..1, datasets: 20..140 }.scene()
}

impl What {
    fn plan(self) -> Plan {
        match self {
            Self::First => plan_between(None, (&before(), "1"), BTreeMap::new()),
            Self::Second => {
                let over = Guard::Expired("2026-11-20".parse().unwrap());
                let gone =
                    (0..20).map(|number| (format!("table.S0.d0_{number}").as_str().into(), over.clone()));
                plan_between(Some((&before(), "1")), (&after(), "2"), gone.collect())
            }
        }
    }

    fn prepared(self) -> Ground {
        let ground = Ground::new();
        let all = Wide { datastores: 0..1, datasets: 0..140 };
        all.fill_source(&ground);
        ground.render(&before(), &Self::First.plan());
        if self == Self::Second {
            work(&ground, &Self::First.plan());
            ground.change_source("UPDATE d0_30 SET v = -1; DELETE FROM d0_31");
            ground.render(&after(), &self.plan());
        }
        ground
    }
}

fn work(ground: &Ground, plan: &Plan) {
    ground.apply_plan(plan).unwrap();
    ground.run();
}

/// Not a test of its own: what the others run in a process that does not survive it.
#[test]
fn child() {
    let Some((ground, what)) = to_be_aborted() else { return };
    let what = if what == "first" { What::First } else { What::Second };
    work(&ground, &what.plan());
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
        let ground = Ground::new();
        copy_folder(&start.path(""), &ground.path(""));
        ground
    };
    let seen = Arc::new(Mutex::new(Vec::new()));
    let seeing = Arc::clone(&seen);
    let record = Breakpoint::new(move |statement| seeing.lock().unwrap().push(statement.to_owned()));
    let plan = what.plan();
    let reference = again().stopping_at(record);
    work(&reference, &plan);
    let expected = everything(&reference);
    let statements = seen.lock().unwrap().clone();
    for put in ["put aside main", "put back main", "put aside temp", "put back temp"] {
        assert!(statements.iter().any(|statement| statement == put), "{what:?}: nothing is {put}");
    }
    let name = if what == What::First { "first" } else { "second" };
    for at in stops(&statements) {
        let ground = again();
        let when = format!("stopped at {at}, before {:?}", statements.get(at - 1));
        assert!(is_aborted("killed_wide::child", &ground.path(""), at, name), "{when}: it was not stopped");
        work(&ground, &plan);
        assert_same(&everything(&ground), &expected, &when);
    }
}

/// All that is in the databases, which are sound.
fn everything(ground: &Ground) -> Vec<String> {
    for file in ["northwind.db", "desk.db"] {
        assert_eq!(ground.rows(file, "PRAGMA integrity_check"), ["ok"]);
    }
    let all = ground.everything();
    assert!(all.iter().any(|line| line.contains("Local__Sales__all__S0__d0_69")), "{all:?}");
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
