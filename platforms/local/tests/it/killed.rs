//! Stopped before every statement and every commit, by number, in a process of its own that is aborted there: the next
//! call goes on, and the databases are those of a run that nobody stopped.

use crate::{
    ground::{Ground, assert_same},
    northwind::NorthWind,
    scene::{Scene, plan_between},
};
use datasurface_local::Breakpoint;
use datasurface_platform::prelude::*;
use std::{
    collections::BTreeMap,
    env, fs,
    path::Path,
    process::{Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

const FOLDER: &str = "DATASURFACE_TEST_FOLDER";
const STOP_AT: &str = "DATASURFACE_TEST_STOP_AT";
const WHAT: &str = "DATASURFACE_TEST_WHAT";

/// What is stopped: a first plan and its first run, or a plan that alters tables and rebuilds some, and a run that
/// brings changes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    First,
    Second,
}

fn first(file: &'static str) -> Scene {
    let wind = NorthWind { file, milestoning: Milestoning::LiveAndForensic, ..NorthWind::default() };
    wind.scene()
}

/// A column more, one that is kept otherwise, and another SELECT.
fn second(file: &'static str) -> Scene {
    let wind = NorthWind {
        file,
        milestoning: Milestoning::LiveAndForensic,
        customers: "customer_id VarChar(5) key, company_name VarChar(40) not null, city Integer, vat VarChar(9)",
        select: "SELECT customer_id, '##' AS company_name, city FROM NW_Data_customers",
        ..NorthWind::default()
    };
    wind.scene()
}

fn work(ground: &Ground, file: &'static str, what: What) {
    let (first, second) = (first(file), second(file));
    let plan = match what {
        What::First => plan_between(None, (&first, "1"), BTreeMap::new()),
        What::Second => plan_between(Some((&first, "1")), (&second, "2"), BTreeMap::new()),
    };
    ground.apply_plan(&plan).unwrap();
    ground.run();
}

/// A folder in which `what` is to be done.
fn prepared(file: &'static str, what: What) -> Ground {
    let ground = Ground::new();
    let (first, second) = (first(file), second(file));
    ground.change_source(
        "CREATE TABLE Customers (customer_id TEXT PRIMARY KEY, company_name TEXT, city TEXT, vat TEXT);
         CREATE TABLE products (product_id INTEGER PRIMARY KEY, product_name TEXT, unit_price NUMERIC, weight REAL);
         INSERT INTO Customers VALUES ('A', 'a', '1', 'x'), ('B', 'b', '2', NULL);
         INSERT INTO products VALUES (1, 'p', 1.5, 'NaN');",
    );
    let plan = plan_between(None, (&first, "1"), BTreeMap::new());
    ground.render(&first, &plan);
    if what == What::Second {
        work(&ground, file, What::First);
        ground.change_source(
            "UPDATE Customers SET city = 7 WHERE customer_id = 'A'; DELETE FROM Customers WHERE customer_id = 'B';
             INSERT INTO Customers VALUES ('C', 'c', NULL, 'z'); UPDATE products SET weight = 1;",
        );
        ground.render(&second, &plan_between(Some((&first, "1")), (&second, "2"), BTreeMap::new()));
    }
    ground
}

/// Not a test of its own: what the others run in a process that does not survive it.
#[test]
fn child() {
    let Ok(folder) = env::var(FOLDER) else { return };
    let stop_at: u64 = env::var(STOP_AT).unwrap().parse().unwrap();
    let (file, what) = match env::var(WHAT).unwrap().as_str() {
        "northwind.db first" => ("northwind.db", What::First),
        "northwind.db second" => ("northwind.db", What::Second),
        "desk.db first" => ("desk.db", What::First),
        "desk.db second" => ("desk.db", What::Second),
        other => panic!("{other}"),
    };
    let count = AtomicU64::new(0);
    let stop = Breakpoint::new(move |_| {
        if count.fetch_add(1, Ordering::SeqCst) + 1 == stop_at {
            std::process::abort();
        }
    });
    work(&Ground::at(folder.into()).stopping_at(stop), file, what);
}

fn stopped(folder: &Path, file: &str, what: What, at: usize) -> bool {
    let what = if what == What::First { "first" } else { "second" };
    let status = Command::new(env::current_exe().unwrap())
        .args(["--exact", "killed::child", "--test-threads=1"])
        .env(FOLDER, folder)
        .env(STOP_AT, at.to_string())
        .env(WHAT, format!("{file} {what}"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt;
        const ABORTED: i32 = 6;
        assert!(status.success() || status.signal() == Some(ABORTED), "{status}");
    }
    !status.success()
}

fn copy(from: &Ground) -> Ground {
    let to = Ground::new();
    copy_folder(&from.path(""), &to.path(""));
    to
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            fs::copy(&path, target).unwrap();
        }
    }
}

/// Stops before each statement, one after the other.
fn every_stop(file: &'static str, what: What) {
    let start = prepared(file, what);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let seeing = Arc::clone(&seen);
    let record = Breakpoint::new(move |statement| seeing.lock().unwrap().push(statement.to_owned()));
    let reference = copy(&start).stopping_at(record);
    work(&reference, file, what);
    let expected = reference.everything();
    let statements = seen.lock().unwrap().clone();
    assert!(statements.iter().any(|statement| statement == &format!("COMMIT {file}")));

    for (at, statement) in (1..).zip(&statements) {
        let ground = copy(&start);
        assert!(stopped(&ground.path(""), file, what, at), "{at} {statement}: it was not stopped");
        work(&ground, file, what);
        assert_same(&ground.everything(), &expected, &format!("stopped at {at}, before {statement}"));
    }
    let at = statements.len() + 1;
    assert!(!stopped(&copy(&start).path(""), file, what, at), "there is more to stop at than was counted");
}

#[test]
fn a_first_plan_and_run_with_views() {
    every_stop("northwind.db", What::First);
}

#[test]
fn a_first_plan_and_run_with_copies() {
    every_stop("desk.db", What::First);
}

#[test]
fn a_second_plan_and_run_with_views() {
    every_stop("northwind.db", What::Second);
}

#[test]
fn a_second_plan_and_run_with_copies() {
    every_stop("desk.db", What::Second);
}
