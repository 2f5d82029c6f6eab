//! Where database files may be.

use crate::{example::plan_between, fixture::Fixture, northwind::NorthWind};
use datasurface_platform::prelude::*;
use std::{collections::BTreeMap, fs, path::PathBuf};

/// A folder with a source where an example is rendered, and nothing applied.
fn rendered(wind: &NorthWind) -> (Fixture, Plan) {
    let fixture = Fixture::new();
    fixture.change_source(
        "CREATE TABLE Customers (customer_id TEXT PRIMARY KEY, company_name TEXT, city TEXT);
         CREATE TABLE products (product_id INTEGER PRIMARY KEY, product_name TEXT, unit_price NUMERIC, weight REAL);",
    );
    let example = wind.example();
    let plan = plan_between(None, (&example, "1"), BTreeMap::new());
    fixture.render(&example, &plan);
    (fixture, plan)
}

fn refused(fixture: &Fixture, plan: &Plan, why: &str) {
    for error in [fixture.apply_plan(plan).unwrap_err(), fixture.try_run().unwrap_err()] {
        assert!(error.report().contains(why), "{}", error.report());
    }
}

#[cfg(unix)]
#[test]
fn no_link_is_followed_to_a_database() {
    use std::os::unix::fs::symlink;
    let wind = || NorthWind { file: "desk/desk.db", ..NorthWind::default() };
    for link in ["northwind.db", "northwind.db.lock", "desk/desk.db", "desk"] {
        let (fixture, plan) = rendered(&wind());
        let outside = tempfile::tempdir().unwrap();
        let at = fixture.path(link);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        let theirs = outside.path().join("theirs");
        match link {
            "desk" => fs::create_dir(&theirs).unwrap(),
            _ => fs::write(&theirs, "").unwrap(),
        }
        symlink(&theirs, &at).unwrap();
        let error = fixture.apply_plan(&plan).unwrap_err().report();
        assert!(error.contains("is a link, and links are not followed"), "{link}: {error}");
        match link {
            "desk" => assert_eq!(fs::read_dir(&theirs).unwrap().count(), 0),
            _ => assert_eq!(fs::read(&theirs).unwrap(), b"", "{link}"),
        }
        // Once it is applied, a file that was replaced by a link is refused as well.
        fs::remove_file(&at).unwrap();
        fixture.apply_plan(&plan).unwrap();
        fixture.run();
        if link != "desk" {
            // The other folder may be on another disk.
            fs::copy(&at, outside.path().join("moved")).unwrap();
            fs::remove_file(&at).unwrap();
            symlink(outside.path().join("moved"), &at).unwrap();
            let report =
                fixture.try_run().map_or_else(|error| error.report(), |report| format!("{report:?}"));
            assert!(report.contains("is a link, and links are not followed"), "{link}: {report}");
        }
    }
}

#[cfg(unix)]
#[test]
fn no_link_is_followed_to_a_file_beside_a_database() {
    use std::os::unix::fs::symlink;
    for database in ["northwind.db", "desk.db"] {
        for side in ["-wal", "-shm", "-journal"] {
            let (fixture, plan) = rendered(&NorthWind::in_a_file());
            fixture.apply_plan(&plan).unwrap();
            fixture.run();
            fs::write(fixture.path("theirs"), "theirs").unwrap();
            let _ = fs::remove_file(fixture.path(&format!("{database}{side}")));
            symlink(fixture.path("theirs"), fixture.path(&format!("{database}{side}"))).unwrap();
            fixture.change_source("INSERT INTO Customers VALUES ('A', 'a', 'x')");
            let told = fixture
                .try_run()
                .map_or_else(|error| error.report(), |report| format!("{:?}", report.failures));
            assert!(told.contains("unable to open database file"), "{database}{side}: {told}");
            assert_eq!(fs::read(fixture.path("theirs")).unwrap(), b"theirs", "{database}{side}");
            fs::remove_file(fixture.path(&format!("{database}{side}"))).unwrap();
            fixture.run();
        }
    }
}

#[test]
fn a_folder_of_that_name_is_in_the_way() {
    let (fixture, plan) = rendered(&NorthWind::default());
    fs::create_dir(fixture.path("northwind.db")).unwrap();
    refused(&fixture, &plan, "northwind.db is in the way");
}

#[test]
fn a_database_is_never_the_file_of_a_producer() {
    let untouched = |fixture: &Fixture| {
        assert_eq!(fixture.rows("source.db", "PRAGMA journal_mode"), ["delete"]);
        let ours = "SELECT count(*) FROM sqlite_schema WHERE name NOT IN ('Customers', 'products')
            AND name NOT LIKE 'sqlite_autoindex%'";
        assert_eq!(fixture.rows("source.db", ours), ["0"]);
    };
    // The consumer's container, written in another way.
    for file in ["source.db", "./source.db"] {
        let (fixture, plan) = rendered(&NorthWind { file, ..NorthWind::default() });
        refused(&fixture, &plan, "nothing is written into a source");
        untouched(&fixture);
        assert!(!fixture.path("northwind.db").exists());
    }
    // The platform's own, by another name of the same file.
    let (fixture, plan) = rendered(&NorthWind::default());
    fs::hard_link(fixture.path("source.db"), fixture.path("northwind.db")).unwrap();
    refused(&fixture, &plan, "is the file `source.db` that `NW_Data` is captured from");
    untouched(&fixture);
}

#[cfg(unix)]
#[test]
fn a_source_that_the_model_names_in_two_ways_is_refused() {
    let (fixture, _) = rendered(&NorthWind::default());
    let absolute = fixture.path("source.db");
    std::os::unix::fs::symlink(&absolute, fixture.path("link.db")).unwrap();
    fs::copy(&absolute, fixture.path("copy.db")).unwrap();
    let with = |file: &str| {
        let other = DataContainer::sqlite("Other", file).located("Azure/USA");
        let again = Capture::sql_snapshot("USA/NorthWindTeam/Other").table("customers", "Customers");
        let again = Datastore::new("Again").captured(again).dataset(Dataset::new(
            "customers",
            "customer_id VarChar(5) key, company_name VarChar(40), city VarChar(15)",
        ));
        let reader = Workspace::new("Board")
            .with_container("USA/NorthWindTeam/Desk")
            .group(DatasetGroup::new("all").sink("Again/customers"));
        let ecosystem = NorthWind::default().ecosystem().edit_team("USA", "NorthWindTeam", |team| {
            team.container(other).datastore(again).workspace(reader)
        });
        let assignments = NorthWind::assignments()
            .with_group("Local", "Board/all", datasurface_platform::graph::Stage::Provisioned)
            .with_primary("Local", "Again", datasurface_platform::graph::Stage::Provisioned);
        let example = crate::example::Example::new(ecosystem, &assignments);
        let plan = plan_between(None, (&example, "1"), BTreeMap::new());
        fixture.render(&example, &plan);
        plan
    };
    for file in ["link.db", absolute.to_str().unwrap()] {
        refused(&fixture, &with(file), "name it in one way in the model");
    }
    for file in ["copy.db", "./source.db"] {
        fixture.apply_plan(&with(file)).unwrap();
    }
}

/// Runs a capture from this file of what is in the root; returns why it failed, if it did.
#[cfg(unix)]
fn captured_from(fixture: &Fixture, file: &str) -> Result<(), String> {
    let wind = NorthWind::default();
    let ecosystem = wind.ecosystem().edit_team("USA", "NorthWindTeam", |team| {
        let source = DataContainer::sqlite("Source", file).located("Azure/USA");
        team.without_container(&"Source".into()).container(source)
    });
    let example = crate::example::Example::new(ecosystem, &NorthWind::assignments());
    assert_eq!(example.codes(), [] as [&str; 0], "{file}");
    let plan = plan_between(None, (&example, "1"), BTreeMap::new());
    fixture.render(&example, &plan);
    fixture.apply_plan(&plan).map_err(|error| error.report())?;
    let report = fixture.try_run().map_err(|error| error.report())?;
    report.failures.first().map_or(Ok(()), |failure| Err(failure.reason.clone()))
}

/// Whoever else keeps data in the root is in another rendering, which this platform does not see.
#[cfg(unix)]
#[test]
fn a_source_is_read_under_its_one_name_alone() {
    use std::os::unix::fs::symlink;
    let outside = tempfile::tempdir().unwrap();
    let theirs = outside.path().canonicalize().unwrap();
    let with_sources = || {
        let fixture = rendered(&NorthWind::default()).0;
        fs::create_dir(fixture.path("other")).unwrap();
        for copy in ["store.db", "other/lake.db"] {
            fs::copy(fixture.path("source.db"), fixture.path(copy)).unwrap();
        }
        fs::copy(fixture.path("source.db"), theirs.join("shop.db")).unwrap();
        let _ = fs::remove_file(theirs.join("link.db"));
        symlink(theirs.join("shop.db"), theirs.join("link.db")).unwrap();
        symlink("store.db", fixture.path("link.db")).unwrap();
        symlink("other", fixture.path("folder")).unwrap();
        symlink(theirs.join("shop.db"), fixture.path("out.db")).unwrap();
        fixture
    };
    let root = |fixture: &Fixture, file: &str| fixture.path(file).to_str().unwrap().to_owned();
    let there = |file: &str| theirs.join(file).to_str().unwrap().to_owned();
    let fixture = with_sources();
    for (file, name) in [
        (root(&fixture, "store.db"), "store.db".to_owned()),
        (root(&fixture, "other/../store.db"), "store.db".to_owned()),
        ("link.db".to_owned(), "store.db".to_owned()),
        ("folder/lake.db".to_owned(), "other/lake.db".to_owned()),
        (there("link.db"), there("shop.db")),
        ("out.db".to_owned(), there("shop.db")),
    ] {
        let why = captured_from(&fixture, &file).unwrap_err();
        assert!(why.contains(&format!("the source `{file}` is the file `{name}`")), "{why}");
        assert_eq!(fixture.rows("northwind.db", "SELECT count(*) FROM datasurface_batches"), ["0"], "{file}");
    }
    for file in ["store.db".to_owned(), "./other/lake.db".to_owned(), there("shop.db")] {
        captured_from(&with_sources(), &file).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn a_source_with_a_second_name_below_the_root_is_refused() {
    let (fixture, _) = rendered(&NorthWind::default());
    fs::create_dir(fixture.path("other")).unwrap();
    fs::copy(fixture.path("source.db"), fixture.path("other/store.db")).unwrap();
    fs::hard_link(fixture.path("other/store.db"), fixture.path("shop.db")).unwrap();
    let why = captured_from(&fixture, "shop.db").unwrap_err();
    assert!(why.contains("is the file `other/store.db` below the root, too"), "{why}");
    // A second name elsewhere is a copy of somebody's, such as a backup.
    fs::remove_file(fixture.path("other/store.db")).unwrap();
    let elsewhere = tempfile::tempdir_in(fixture.path("").parent().unwrap()).unwrap();
    fs::hard_link(fixture.path("shop.db"), elsewhere.path().join("backup.db")).unwrap();
    captured_from(&fixture, "shop.db").unwrap();
}

#[test]
fn a_rendered_name_that_leads_out_of_the_root_is_refused() {
    let outside = tempfile::tempdir().unwrap();
    let absolute = outside.path().join("x.db");
    for name in ["../x.db", absolute.to_str().unwrap(), "a/../../x.db"] {
        let (fixture, plan) = rendered(&NorthWind::default());
        let mut open: Vec<PathBuf> = vec![fixture.path("rendered")];
        while let Some(path) = open.pop() {
            if path.is_dir() {
                open.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            } else {
                let text = fs::read_to_string(&path).unwrap();
                fs::write(path, text.replace("northwind.db", name)).unwrap();
            }
        }
        refused(&fixture, &plan, "leads out of the root");
        assert!(!absolute.exists() && !fixture.path("../x.db").exists());
    }
}

#[test]
fn a_root_is_never_made() {
    let (fixture, plan) = rendered(&NorthWind::default());
    let root = fixture.path("rendered").join("../elsewhere");
    let error = fixture.apply_at(&root, &plan).unwrap_err().report();
    assert!(error.contains("is no folder that is there"), "{error}");
    assert!(!fixture.path("elsewhere").exists());
}
