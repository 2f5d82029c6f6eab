//! A platform that publishes batches in files, and one that reads them: what was seen there is seen here.

use crate::{
    aborted::{copy_folder, is_aborted, to_be_aborted},
    example::Example,
    fixture::{Fixture, moved},
    flows::{CHANGES, CUSTOMERS},
    handover::{self, KEPT, assert_equal, grounds},
    keyless,
    northwind::NorthWind,
};
use datasurface_local::{LocalConfig, LocalPlatform, testing::Breakpoint};
use datasurface_platform::{BatchFolder, BatchManifest, prelude::*};
use std::{
    collections::BTreeSet,
    fs,
    sync::{Arc, Mutex},
};

const FOLDER: &str = "published/Local/NW_Data";

fn publishing() -> NorthWind {
    NorthWind {
        publish: Some("published"),
        milestoning: Milestoning::LiveAndForensic,
        ..NorthWind::default()
    }
}

fn example(captures: &str) -> Example {
    handover::of(publishing(), captures)
}

fn manifests(fixture: &Fixture) -> Vec<BatchManifest> {
    BatchFolder::new(fixture.path(FOLDER)).manifests().unwrap()
}

/// The number of each batch that is published, and the one that it comes after.
fn published(fixture: &Fixture) -> Vec<(u64, Option<u64>)> {
    manifests(fixture).iter().map(|manifest| (manifest.batch, manifest.after)).collect()
}

/// The text of all lines of all files that are published.
fn lines(fixture: &Fixture) -> String {
    let folder = fixture.path(FOLDER);
    let batches =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let files = batches.flat_map(|path| fs::read_dir(path).unwrap());
    files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap()).collect()
}

/// Takes the database away from where others could read it, while something is done.
fn without_database<T>(first: &Fixture, work: impl FnOnce() -> T) -> T {
    let names = ["northwind.db", "northwind.db-wal", "northwind.db-shm"];
    let hidden = |name: &str| first.path(&format!("hidden-{name}"));
    names.iter().for_each(|name| _ = fs::rename(first.path(name), hidden(name)));
    let done = work();
    names.iter().for_each(|name| _ = fs::rename(hidden(name), first.path(name)));
    done
}

#[test]
fn a_reader_of_batches_has_all_that_was_captured_row_by_row() {
    handover::assert_followed(&publishing(), |first, second| {
        assert_eq!(published(first), [(1, None), (2, Some(1)), (3, Some(2))]);
        without_database(first, || moved(&second.run()))
    });
}

/// All files below a folder.
fn files_in(folder: std::path::PathBuf) -> Vec<String> {
    let (mut open, mut files) = (vec![folder.clone()], Vec::new());
    while let Some(path) = open.pop() {
        match path.is_dir() {
            true => open.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path())),
            false => files.push(path.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned()),
        }
    }
    files
}

/// A host lets nobody capture from a store, so whatever is written must be in one.
#[test]
fn every_file_that_is_written_is_in_a_store() {
    let (first, second) = grounds(&example("Local"));
    first.change_source(CUSTOMERS);
    first.run();
    second.run();
    let stores = |name: &str, database: &str| {
        let config =
            LocalConfig { publish: publishing().publish.map(str::to_owned), ..LocalConfig::new(database) };
        let settings = Json::object().with_member("database", config.database.as_str());
        let settings = settings.with_member("publish", config.publish.as_deref().unwrap_or_default());
        let instance = PlatformInstance::new(name.into(), "local".into(), Version::new(0, 1, 0), settings);
        let platform = LocalPlatform::configure(&instance, config).unwrap();
        platform.descriptor().stores().map(str::to_owned).collect::<Vec<_>>()
    };
    let mut stores = [stores("Local", "northwind.db"), stores("Second", "second.db")].concat();
    let of_others =
        ["source.db", "desk.db"].map(|file| DataContainer::sqlite("x", file).file_address().unwrap());
    stores.extend(of_others.map(String::from));
    let mut kinds = BTreeSet::new();
    for file in files_in(first.path("")) {
        let side = [".lock", "-wal", "-shm"].iter().find_map(|end| file.strip_suffix(end));
        let address = DataContainer::sqlite("x", side.unwrap_or(&file)).file_address().unwrap();
        let store = stores.iter().find(|store| is_address_within(&address, store));
        assert!(store.is_some() || file.starts_with("rendered/"), "{file} is in none of {stores:?}");
        kinds.extend(store);
    }
    let wanted = ["folder published/local", "folder second.db.received"];
    assert!(wanted.iter().all(|wanted| kinds.iter().any(|kind| kind == wanted)), "{kinds:?}");
    // What others keep in the same folder is theirs.
    for file in ["published/lake.db", "published/local.db", "second.db.received.db"] {
        let address = DataContainer::sqlite("x", file).file_address().unwrap();
        assert!(!stores.iter().any(|store| is_address_within(&address, store)), "{file}");
    }
}

#[test]
fn what_is_received_can_be_removed_and_comes_again() {
    let (first, second) = grounds(&example("Local"));
    for change in [CUSTOMERS, CHANGES] {
        first.change_source(change);
        first.run();
    }
    second.run();
    let kept = second.rows("second.db", KEPT);
    fs::remove_dir_all(second.path("second.db.received")).unwrap();
    assert_eq!(moved(&second.run()), ["NW_Data/customers 2: +0 ~0 -0 =9"]);
    assert_eq!(second.rows("second.db", KEPT), kept);
    // Whoever publishes can begin anew, too.
    fs::remove_dir_all(first.path("published")).unwrap();
    let failed = second.try_run().unwrap();
    assert!(failed.failures[0].reason.contains("no batch of `NW_Data` is published"), "{failed:?}");
    first.run();
    assert_eq!(published(&first), [(2, None)]);
    first.change_source("DELETE FROM Customers WHERE customer_id = 'WOLZA'");
    first.run();
    assert_eq!(moved(&second.run()), ["NW_Data/customers 3: +0 ~0 -1 =8"]);
    assert_equal(&first, &second);
}

#[test]
fn values_and_rows_without_a_key_come_as_they_are() {
    let odd =
        "INSERT INTO products VALUES (1, 'a\n\"b', 1.5, 9e999), (2, NULL, NULL, NULL), (3, 'ø', '0.10', 0.1)";
    let wind = NorthWind { milestoning: Milestoning::Live, publish: Some("published"), ..keyless::wind() };
    let (first, second) = grounds(&handover::of(wind, "Local"));
    first.change_source(keyless::TABLE);
    first.change_source(odd);
    first.run();
    second.run();
    let rows =
        "SELECT customer_id, company_name, city, batch_in, batch_out FROM NW_Data__customers ORDER BY 1, 2";
    assert_eq!(second.rows("second.db", rows), first.rows("northwind.db", rows));
    assert_eq!(second.rows("second.db", rows).len(), 3);
    first.change_source(
        "DELETE FROM Customers WHERE customer_id IS NULL; INSERT INTO Customers VALUES ('A', 'a', 'x')",
    );
    first.run();
    second.run();
    assert_eq!(second.rows("second.db", rows), first.rows("northwind.db", rows));
    assert_eq!(second.rows("second.db", rows).len(), 3);
}

#[test]
fn what_no_manifest_names_is_never_read_and_goes() {
    let (first, second) = grounds(&example("Local"));
    first.change_source(CUSTOMERS);
    first.run();
    let folder = first.path(FOLDER);
    // A batch that somebody was writing when the power failed.
    fs::create_dir(folder.join("2")).unwrap();
    fs::write(folder.join("2/customers.jsonl"), "{\"customer_id\": \"HALF\", \"batch_").unwrap();
    fs::write(folder.join("2.json.new"), "{\"version\": 1,").unwrap();
    assert_eq!(moved(&second.run()), ["NW_Data/customers 1: +8 ~0 -0 =0"]);
    assert_equal(&first, &second);
    first.run();
    let left: BTreeSet<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["1".into(), "1.json".into()].into());
}

#[test]
fn a_file_that_is_not_the_one_of_its_manifest_is_refused_as_a_whole() {
    let (first, second) = grounds(&example("Local"));
    first.change_source(CUSTOMERS);
    first.run();
    second.run();
    first.change_source(CHANGES);
    first.run();
    let file = first.path(FOLDER).join("2/customers.jsonl");
    let whole = fs::read(&file).unwrap();
    for damaged in [&whole[..whole.len() - 2], &[], &[&whole[..], b"{}\n"].concat()] {
        fs::write(&file, damaged).unwrap();
        let report = second.try_run().unwrap();
        assert!(
            report.failures[0].reason.contains("is not the file that its manifest describes"),
            "{report:?}"
        );
        assert_eq!(second.rows("second.db", "SELECT max(batch) FROM datasurface_batches"), ["1"]);
    }
    fs::write(&file, whole).unwrap();
    second.run();
    assert_equal(&first, &second);
}

/// Where the board asks for the versions of a week.
fn kept_for_a_week() -> Example {
    let group = DatasetGroup::new("all")
        .sink("NW_Data/customers")
        .with_milestoning(Milestoning::LiveAndForensic)
        .with_retention(Retention::days(7));
    handover::with_group(NorthWind { retention: Some(Retention::days(7)), ..publishing() }, "Local", group)
}

#[test]
fn what_is_purged_is_published_no_more_and_readers_go_on() {
    let (mut first, mut second) = grounds(&kept_for_a_week());
    for (day, change) in
        [("01", CUSTOMERS), ("02", "UPDATE Customers SET city = 'Ulm' WHERE customer_id = 'ALFKI'")]
    {
        first.now = format!("2026-01-{day}T00:00:00Z");
        first.change_source(change);
        first.run();
    }
    second.now = first.now.clone();
    second.run();
    assert!(lines(&first).contains("\"batch_out\":2"));
    first.now = "2026-01-20T00:00:00Z".to_owned();
    first.run();
    first.run();
    assert_eq!(published(&first), [(2, None)], "nothing is new, and all that is kept is published anew");
    assert!(!lines(&first).contains("\"batch_out\":2"));
    first.change_source("DELETE FROM Customers WHERE customer_id = 'WOLZA'");
    first.run();
    second.now = first.now.clone();
    second.run();
    second.run();
    assert_equal(&first, &second);
}

#[test]
fn what_changes_often_is_published_anew_before_reading_it_takes_long() {
    let (first, second) = grounds(&example("Local"));
    first.change_source(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
         INSERT INTO Customers SELECT 'c' || i, 'name', '0' FROM n",
    );
    first.run();
    for number in 1..=4 {
        first.change_source(&format!("UPDATE Customers SET city = '{number}'"));
        first.run();
    }
    // 300 that are kept, then twice 600 that ended or came: the run after that publishes anew what is there.
    assert_eq!(published(&first), [(3, None), (4, Some(3)), (5, Some(4))]);
    second.run();
    assert_equal(&first, &second);
}

#[test]
fn an_older_database_is_noticed_where_its_batches_are_published() {
    let (first, _) = grounds(&example("Local"));
    first.change_source(CUSTOMERS);
    first.run();
    let older = ["northwind.db", "northwind.db-wal"]
        .map(|name| (name, fs::read(first.path(name)).unwrap_or_default()));
    first.change_source(CHANGES);
    first.run();
    for (name, content) in older {
        fs::write(first.path(name), content).unwrap();
    }
    let _ = fs::remove_file(first.path("northwind.db-shm"));
    let report = first.try_run().unwrap();
    assert!(
        report.failures.iter().any(|failure| failure.reason.contains("replaced by an older one")),
        "{report:?}"
    );
}

/// It goes on with greater numbers, and does not know the rows that were there before: what went meanwhile goes from readers as well.
#[test]
fn a_database_that_was_made_anew_publishes_all_that_it_has() {
    let (first, second) =
        grounds(&handover::of(NorthWind { milestoning: Milestoning::Live, ..publishing() }, "Local"));
    for change in [CUSTOMERS, CHANGES] {
        first.change_source(change);
        first.run();
    }
    second.run();
    for file in ["northwind.db", "northwind.db-wal", "northwind.db-shm"] {
        _ = fs::remove_file(first.path(file));
    }
    first.apply_plan(&Plan::default()).unwrap();
    first.change_source("DELETE FROM Customers WHERE customer_id = 'WOLZA'");
    first.run();
    assert_eq!(published(&first), [(3, None)]);
    assert_eq!(moved(&second.run()), ["NW_Data/customers 3: +0 ~0 -1 =8"]);
}

#[test]
fn a_successor_that_captures_goes_on_where_the_batches_end() {
    let (first, second) = grounds(&example("Local"));
    for change in [CUSTOMERS, CHANGES] {
        first.change_source(change);
        first.run();
    }
    second.run();
    second.render(&example("Second"), &Plan::default());
    second.apply_plan(&Plan::default()).unwrap();
    first.change_source("DELETE FROM Customers WHERE customer_id = 'WOLZA'");
    assert_eq!(moved(&second.run()), ["NW_Data/customers 3: +0 ~0 -1 =8"]);
}

/// What is cut off: a run that publishes, or one that receives.
#[derive(Clone, Copy, Debug)]
enum Cut {
    Publishing,
    Receiving,
}

impl Cut {
    fn work(self, first: &Fixture) {
        match self {
            Self::Publishing => _ = first.run(),
            Self::Receiving => _ = first.beside("Second").run(),
        }
    }
}

/// Not a test of its own: what the others run in a process that does not survive it.
#[test]
fn child() {
    let Some((fixture, said)) = to_be_aborted() else { return };
    match said.as_str() {
        "Publishing" => Cut::Publishing.work(&fixture),
        _ => Cut::Receiving.work(&fixture),
    }
}

/// A folder in which the second batch is to be published, or received.
fn prepared(cut: Cut) -> Fixture {
    let (first, second) = grounds(&example("Local"));
    first.change_source(CUSTOMERS);
    first.run();
    second.run();
    first.change_source(CHANGES);
    if let Cut::Receiving = cut {
        first.run();
    }
    first
}

/// Stops before each step of publishing or receiving. Whoever reads then has the batch as a whole, or nothing of it; and the next runs lead
/// to where an undisturbed one does.
fn every_stop(cut: Cut) {
    let start = prepared(cut);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let seeing = Arc::clone(&seen);
    let again = || {
        let to = Fixture::new();
        copy_folder(&start.path(""), &to.path(""));
        to
    };
    let reference =
        again().stopping_at(Breakpoint::new(move |step| seeing.lock().unwrap().push(step.to_owned())));
    let before = reference.rows("second.db", KEPT);
    cut.work(&reference);
    reference.beside("Second").stopping_at(Breakpoint::default()).run();
    let after = reference.rows("second.db", KEPT);
    assert_ne!(before, after);
    let steps = seen.lock().unwrap().clone();
    let is_ours =
        |step: &str| step.contains("publish") || step.contains("receive") || step.contains("superseded");
    let ours: Vec<(usize, &String)> = (1..).zip(&steps).filter(|(_, step)| is_ours(step)).collect();
    assert!(ours.len() > 10, "{steps:?}");
    for (at, step) in ours {
        let first = again();
        assert!(is_aborted("published::child", &first.path(""), at, &format!("{cut:?}")), "{at} {step}");
        let second = first.beside("Second");
        if let Cut::Publishing = cut {
            let report = second.try_run().unwrap();
            assert_eq!(report.failures, [], "stopped before {step}");
            let kept = second.rows("second.db", KEPT);
            assert!(kept == before || kept == after, "stopped before {step}: {kept:?}");
        }
        first.run();
        second.run();
        assert_eq!(second.rows("second.db", KEPT), after, "stopped before {step}");
        assert_equal(&first, &second);
    }
}

#[test]
fn a_run_that_publishes_is_killed_at_each_step() {
    every_stop(Cut::Publishing);
}

#[test]
fn a_run_that_receives_is_killed_at_each_step() {
    every_stop(Cut::Receiving);
}
