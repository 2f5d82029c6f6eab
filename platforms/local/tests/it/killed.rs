//! Stopped before every statement and every commit, by number, in a process of its own that is aborted there: the next
//! call goes on, and the databases are those of a run that nobody stopped.

use crate::{
    aborted::{copy_folder, files_left, is_aborted, to_be_aborted},
    example::{Example, leaving_plan, plan_between},
    fixture::{Fixture, assert_same},
    handover, keyless,
    northwind::NorthWind,
    postgres::server_fixture,
    support::postgres::Server,
};
use datasurface_local::testing::Breakpoint;
use datasurface_platform::{RunRequest, prelude::*};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

/// What consumers read: views in the platform's database, copies in a file, or copies on the server at this port.
#[derive(Clone, Copy)]
enum CopyPlace {
    Views,
    File,
    Server(u16),
}

impl CopyPlace {
    fn example(self, what: What, wind: NorthWind) -> Example {
        let milestoning = match what {
            What::Keyless => Milestoning::Live,
            _ => Milestoning::LiveAndForensic,
        };
        let wind = NorthWind { milestoning, ..wind };
        match self {
            Self::Views => wind.example(),
            Self::File => NorthWind { file: "desk.db", ..wind }.example(),
            Self::Server(port) => server_fixture::example(port, what.database(), &wind),
        }
    }

    /// What a commit of what consumers read is called.
    fn commit(self, what: What) -> String {
        match self {
            Self::Views if what == What::HandOver => "COMMIT second.db".to_owned(),
            Self::Views => "COMMIT northwind.db".to_owned(),
            Self::File => "COMMIT desk.db".to_owned(),
            Self::Server(port) => format!("COMMIT `{}` at 127.0.0.1:{port}", what.database()),
        }
    }

    /// Makes the server's database what another one is.
    fn renew(self, database: &str, like: &str) {
        if let Self::Server(_) = self {
            Server::shared().unwrap().renew(database, like);
        }
    }

    /// What is durable after a process was aborted: every file, and what is on the server. From the same, the same follows.
    fn left(self, fixture: &Fixture, what: What) -> (BTreeMap<PathBuf, Vec<u8>>, Vec<String>) {
        let on_server = match self {
            Self::Server(_) => {
                server_fixture::everything(&mut Server::shared().unwrap().owner(what.database()))
            }
            Self::Views | Self::File => Vec::new(),
        };
        (files_left(fixture), on_server)
    }

    /// All that is in the databases.
    fn everything(self, fixture: &Fixture, what: What) -> Vec<String> {
        let mut all = fixture.everything();
        if let Self::Server(_) = self {
            all.extend(server_fixture::everything(&mut Server::shared().unwrap().owner(what.database())));
        }
        all.sort();
        all
    }
}

/// What is stopped: a first plan and its first run; a plan that alters tables and rebuilds some, and a run that brings
/// changes; a plan that takes a key away, and a run that replaces the table; a run that reads only what is new; one that takes
/// what another platform has; one that makes the copies of a consumer again, that makes what somebody dropped again, or that reads
/// everything again; and a platform that leaves.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    First,
    Second,
    Keyless,
    New,
    HandOver,
    Resync,
    Mend,
    Refresh,
    Leave,
}

impl What {
    /// The server's database in which it is done.
    fn database(self) -> &'static str {
        match self {
            Self::First => "killed_first",
            Self::Second => "killed_second",
            Self::Keyless => "killed_keyless",
            Self::New => "killed_new",
            Self::HandOver => "killed_hand_over",
            Self::Resync => "killed_resync",
            Self::Mend => "killed_mend",
            Self::Refresh => "killed_refresh",
            Self::Leave => "killed_leave",
        }
    }

    /// Where that database is as it was before.
    fn before(self) -> &'static str {
        match self {
            Self::First => "killed_first_before",
            Self::Second => "killed_second_before",
            Self::Keyless => "killed_keyless_before",
            Self::New => "killed_new_before",
            Self::HandOver => "killed_hand_over_before",
            Self::Resync => "killed_resync_before",
            Self::Mend => "killed_mend_before",
            Self::Refresh => "killed_refresh_before",
            Self::Leave => "killed_leave_before",
        }
    }

    fn named(name: &str) -> Self {
        match name {
            "first" => Self::First,
            "second" => Self::Second,
            "keyless" => Self::Keyless,
            "new" => Self::New,
            "resync" => Self::Resync,
            "mend" => Self::Mend,
            "refresh" => Self::Refresh,
            "leave" => Self::Leave,
            _ => Self::HandOver,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Second => "second",
            Self::Keyless => "keyless",
            Self::New => "new",
            Self::HandOver => "hand-over",
            Self::Resync => "resync",
            Self::Mend => "mend",
            Self::Refresh => "refresh",
            Self::Leave => "leave",
        }
    }

    fn scenes(self, shelf: CopyPlace) -> (Example, Example) {
        if matches!(self, Self::Resync | Self::Mend | Self::Leave) {
            let example = || shelf.example(self, NorthWind::default());
            return (example(), example());
        }
        if matches!(self, Self::New | Self::Refresh) {
            let example = || shelf.example(self, NorthWind::by_version());
            return (example(), example());
        }
        if self == Self::HandOver {
            let example = || handover::example("Local", Milestoning::LiveAndForensic);
            return (example(), example());
        }
        if self == Self::Keyless {
            return (shelf.example(self, NorthWind::default()), shelf.example(self, keyless::wind()));
        }
        // A column more, one that is kept otherwise, and another SELECT.
        let second = NorthWind {
            customers: "customer_id VarChar(5) key, company_name VarChar(40) not null, city Integer, vat VarChar(9)",
            select: "SELECT customer_id, '##' AS company_name, city FROM NW_Data_customers",
            ..NorthWind::default()
        };
        (shelf.example(self, NorthWind::default()), shelf.example(self, second))
    }
}

/// What somebody does to copies, in words that both engines understand.
const EDITS: &str = "UPDATE Local__NW_Data__customers SET company_name = 'edited' WHERE customer_id = 'A';
    DELETE FROM Local__NW_Data__products; DELETE FROM Local__Masked_NW_Data__customers WHERE batch_out IS NULL";
const DROPS: &str = "DROP VIEW Local__Sales__analysis__NW_Data__customers;
    DROP VIEW Local__Sales__analysis__NW_Data__customers__history; DROP TABLE Local__NW_Data__customers;
    DROP VIEW Local__Marketing__masked__Masked_NW_Data__customers";
const DROPPED_VIEW: &str = "DROP VIEW Sales__analysis__NW_Data__customers";

fn work(fixture: &Fixture, shelf: CopyPlace, what: What) {
    if what == What::HandOver {
        let second = fixture.beside("Second");
        second.apply_plan(&Plan::default()).unwrap();
        second.run();
        return;
    }
    let asked = match what {
        What::Leave => {
            fixture.leave();
            return;
        }
        What::Resync => Some(RunRequest::once().resync("Sales").resync("Marketing")),
        What::Refresh => {
            Some(RunRequest::until_idle().full_refresh("NW_Data/customers").full_refresh("NW_Data/products"))
        }
        What::Mend => Some(RunRequest::until_idle()),
        What::First | What::Second | What::Keyless | What::New | What::HandOver => None,
    };
    if let Some(asked) = asked {
        assert_eq!(fixture.ask(&asked).failures, []);
        return;
    }
    let (first, second) = what.scenes(shelf);
    let plan = match what {
        What::First => plan_between(None, (&first, "1"), BTreeMap::new()),
        _ => plan_between(Some((&first, "1")), (&second, "2"), BTreeMap::new()),
    };
    fixture.apply_plan(&plan).unwrap();
    fixture.run();
}

/// A folder in which `what` is to be done.
fn prepared(shelf: CopyPlace, what: What) -> Fixture {
    let fixture = Fixture::new().knowing(Some(server_fixture::secret()));
    let (first, second) = what.scenes(shelf);
    shelf.renew(what.database(), "template1");
    fixture.change_source(
        "CREATE TABLE Customers (customer_id TEXT PRIMARY KEY, company_name TEXT, city TEXT, vat TEXT, version INTEGER);
         CREATE TABLE products
           (product_id INTEGER PRIMARY KEY, product_name TEXT, unit_price NUMERIC, weight REAL, version INTEGER);
         INSERT INTO Customers VALUES ('A', 'a', '1', 'x', 1), ('B', 'b', '2', NULL, 1);
         INSERT INTO products VALUES (1, 'p', 1.5, 'NaN', 1);",
    );
    let plan = plan_between(None, (&first, "1"), BTreeMap::new());
    fixture.render(&first, &plan);
    if what != What::First {
        fixture.apply_plan(&plan).unwrap();
        fixture.run();
        fixture.change_source(
            "UPDATE Customers SET city = 7, version = 2 WHERE customer_id = 'A';
             DELETE FROM Customers WHERE customer_id = 'B';
             INSERT INTO Customers VALUES ('C', 'c', NULL, 'z', 3); UPDATE products SET weight = 1;",
        );
        fixture.render(&second, &plan_between(Some((&first, "1")), (&second, "2"), BTreeMap::new()));
    }
    match what {
        What::HandOver => {
            fixture.run();
            fixture.beside("Second").render(&first, &Plan::default());
        }
        What::Resync | What::Mend => {
            fixture.run();
            let damage = if what == What::Resync { EDITS } else { DROPS };
            match shelf {
                CopyPlace::Views => fixture.open("northwind.db").execute_batch(DROPPED_VIEW).unwrap(),
                CopyPlace::File => fixture.open("desk.db").execute_batch(damage).unwrap(),
                CopyPlace::Server(_) => {
                    let mut owner = Server::shared().unwrap().owner(what.database());
                    owner.batch_execute(damage).unwrap();
                }
            }
        }
        What::Leave => {
            fixture.run();
            fixture.render_leaving(&leaving_plan(&first));
        }
        What::First | What::Second | What::Keyless | What::New | What::Refresh => {}
    }
    shelf.renew(what.before(), what.database());
    fixture
}

/// Not a test of its own: what the others run in a process that does not survive it.
#[test]
fn child() {
    let Some((fixture, said)) = to_be_aborted() else { return };
    let (shelf, what) = said.split_once(' ').unwrap();
    let shelf = match shelf {
        "views" => CopyPlace::Views,
        "file" => CopyPlace::File,
        port => CopyPlace::Server(port.parse().unwrap()),
    };
    work(&fixture, shelf, What::named(what));
}

fn stopped(folder: &Path, shelf: CopyPlace, what: What, at: usize) -> bool {
    let shelf = match shelf {
        CopyPlace::Views => "views".to_owned(),
        CopyPlace::File => "file".to_owned(),
        CopyPlace::Server(port) => port.to_string(),
    };
    is_aborted("killed::child", folder, at, &format!("{shelf} {}", what.name()))
}

/// What was prepared, once more.
fn again(from: &Fixture, shelf: CopyPlace, what: What) -> Fixture {
    let to = Fixture::new().knowing(from.secret.clone());
    copy_folder(&from.path(""), &to.path(""));
    shelf.renew(what.database(), what.before());
    to
}

/// Stops before each statement, one after the other.
fn every_stop(shelf: CopyPlace, what: What) {
    let start = prepared(shelf, what);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let seeing = Arc::clone(&seen);
    let record = Breakpoint::new(move |statement| seeing.lock().unwrap().push(statement.to_owned()));
    let reference = again(&start, shelf, what).stopping_at(record);
    work(&reference, shelf, what);
    let expected = shelf.everything(&reference, what);
    assert!(!expected.iter().any(|line| line.contains("edited")), "{expected:?}");
    if what == What::Leave {
        assert!(!expected.iter().any(|line| line.to_lowercase().contains("customers")), "{expected:?}");
    }
    let statements = seen.lock().unwrap().clone();
    assert!(statements.contains(&shelf.commit(what)), "{statements:?}");

    let mut gone_on_from = Vec::new();
    for (at, statement) in (1..).zip(&statements) {
        let fixture = again(&start, shelf, what);
        assert!(stopped(&fixture.path(""), shelf, what, at), "{at} {statement}: it was not stopped");
        // Most statements are of a transaction that is not committed, and leave what the one before left.
        let left = shelf.left(&fixture, what);
        if gone_on_from.last() == Some(&left) {
            continue;
        }
        gone_on_from.push(left);
        work(&fixture, shelf, what);
        assert_same(
            &shelf.everything(&fixture, what),
            &expected,
            &format!("stopped at {at}, before {statement}"),
        );
    }
    // Before each end of a transaction, more is done than before the one before.
    let commits = statements.iter().filter(|statement| **statement == shelf.commit(what)).count();
    assert!(gone_on_from.len() >= commits, "{commits} transactions left {}", gone_on_from.len());
    let at = statements.len() + 1;
    let fixture = again(&start, shelf, what);
    assert!(!stopped(&fixture.path(""), shelf, what, at), "there is more to stop at than was counted");
}

#[test]
fn a_first_plan_and_run_with_views() {
    every_stop(CopyPlace::Views, What::First);
}

#[test]
fn a_first_plan_and_run_with_copies_in_a_file() {
    every_stop(CopyPlace::File, What::First);
}

#[test]
fn a_first_plan_and_run_with_copies_on_a_server() {
    let Some(server) = Server::shared() else { return };
    every_stop(CopyPlace::Server(server.port), What::First);
}

#[test]
fn a_second_plan_and_run_with_views() {
    every_stop(CopyPlace::Views, What::Second);
}

#[test]
fn a_second_plan_and_run_with_copies_in_a_file() {
    every_stop(CopyPlace::File, What::Second);
}

#[test]
fn a_second_plan_and_run_with_copies_on_a_server() {
    let Some(server) = Server::shared() else { return };
    every_stop(CopyPlace::Server(server.port), What::Second);
}

#[test]
fn a_plan_that_takes_a_key_away_and_a_run_with_views() {
    every_stop(CopyPlace::Views, What::Keyless);
}

#[test]
fn a_plan_that_takes_a_key_away_and_a_run_with_copies_in_a_file() {
    every_stop(CopyPlace::File, What::Keyless);
}

#[test]
fn a_plan_that_takes_a_key_away_and_a_run_with_copies_on_a_server() {
    let Some(server) = Server::shared() else { return };
    every_stop(CopyPlace::Server(server.port), What::Keyless);
}

#[test]
fn a_run_that_takes_what_another_platform_has() {
    every_stop(CopyPlace::Views, What::HandOver);
}

#[test]
fn a_run_that_reads_what_is_new_with_views() {
    every_stop(CopyPlace::Views, What::New);
}

#[test]
fn a_run_that_reads_what_is_new_with_copies_in_a_file() {
    every_stop(CopyPlace::File, What::New);
}

#[test]
fn a_run_that_reads_what_is_new_with_copies_on_a_server() {
    let Some(server) = Server::shared() else { return };
    every_stop(CopyPlace::Server(server.port), What::New);
}

#[test]
fn copies_in_a_file_that_are_made_again() {
    every_stop(CopyPlace::File, What::Resync);
}

#[test]
fn copies_on_a_server_that_are_made_again() {
    let Some(server) = Server::shared() else { return };
    every_stop(CopyPlace::Server(server.port), What::Resync);
}

#[test]
fn a_view_that_was_dropped() {
    every_stop(CopyPlace::Views, What::Mend);
}

#[test]
fn a_copy_in_a_file_that_was_dropped() {
    every_stop(CopyPlace::File, What::Mend);
}

#[test]
fn a_copy_on_a_server_that_was_dropped() {
    let Some(server) = Server::shared() else { return };
    every_stop(CopyPlace::Server(server.port), What::Mend);
}

#[test]
fn a_run_that_reads_everything_again_with_views() {
    every_stop(CopyPlace::Views, What::Refresh);
}

#[test]
fn a_run_that_reads_everything_again_with_copies_in_a_file() {
    every_stop(CopyPlace::File, What::Refresh);
}

#[test]
fn a_run_that_reads_everything_again_with_copies_on_a_server() {
    let Some(server) = Server::shared() else { return };
    every_stop(CopyPlace::Server(server.port), What::Refresh);
}

#[test]
fn a_platform_that_leaves_with_views() {
    every_stop(CopyPlace::Views, What::Leave);
}

#[test]
fn a_platform_that_leaves_with_copies_in_a_file() {
    every_stop(CopyPlace::File, What::Leave);
}

#[test]
fn a_platform_that_leaves_with_copies_on_a_server() {
    let Some(server) = Server::shared() else { return };
    every_stop(CopyPlace::Server(server.port), What::Leave);
}
