//! Where database files may be.

use crate::{ground::Ground, northwind::NorthWind, scene::plan_between};
use datasurface_platform::prelude::*;
use std::{collections::BTreeMap, fs, path::PathBuf};

/// A folder with a source where a scene is rendered, and nothing applied.
fn rendered(wind: &NorthWind) -> (Ground, Plan) {
    let ground = Ground::new();
    ground.change_source(
        "CREATE TABLE Customers (customer_id TEXT PRIMARY KEY, company_name TEXT, city TEXT);
         CREATE TABLE products (product_id INTEGER PRIMARY KEY, product_name TEXT, unit_price NUMERIC, weight REAL);",
    );
    let scene = wind.scene();
    let plan = plan_between(None, (&scene, "1"), BTreeMap::new());
    ground.render(&scene, &plan);
    (ground, plan)
}

fn refused(ground: &Ground, plan: &Plan, why: &str) {
    for error in [ground.apply_plan(plan).unwrap_err(), ground.try_run().unwrap_err()] {
        assert!(error.report().contains(why), "{}", error.report());
    }
}

#[cfg(unix)]
#[test]
fn no_link_is_followed_to_a_database() {
    use std::os::unix::fs::symlink;
    let wind = || NorthWind { file: "desk/desk.db", ..NorthWind::default() };
    for link in ["northwind.db", "northwind.db.lock", "desk/desk.db", "desk"] {
        let (ground, plan) = rendered(&wind());
        let outside = tempfile::tempdir().unwrap();
        let at = ground.path(link);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        let theirs = outside.path().join("theirs");
        match link {
            "desk" => fs::create_dir(&theirs).unwrap(),
            _ => fs::write(&theirs, "").unwrap(),
        }
        symlink(&theirs, &at).unwrap();
        let error = ground.apply_plan(&plan).unwrap_err().report();
        assert!(error.contains("is a link, and links are not followed"), "{link}: {error}");
        match link {
            "desk" => assert_eq!(fs::read_dir(&theirs).unwrap().count(), 0),
            _ => assert_eq!(fs::read(&theirs).unwrap(), b"", "{link}"),
        }
        // Once it is applied, a file that was replaced by a link is refused as well.
        fs::remove_file(&at).unwrap();
        ground.apply_plan(&plan).unwrap();
        ground.run();
        if link != "desk" {
            // The other folder may be on another disk.
            fs::copy(&at, outside.path().join("moved")).unwrap();
            fs::remove_file(&at).unwrap();
            symlink(outside.path().join("moved"), &at).unwrap();
            let report = ground.try_run().map_or_else(|error| error.report(), |report| format!("{report:?}"));
            assert!(report.contains("is a link, and links are not followed"), "{link}: {report}");
        }
    }
}

#[test]
fn a_folder_of_that_name_is_in_the_way() {
    let (ground, plan) = rendered(&NorthWind::default());
    fs::create_dir(ground.path("northwind.db")).unwrap();
    refused(&ground, &plan, "northwind.db is in the way");
}

#[test]
fn a_database_is_never_the_file_of_a_producer() {
    let untouched = |ground: &Ground| {
        assert_eq!(ground.rows("source.db", "PRAGMA journal_mode"), ["delete"]);
        let ours = "SELECT count(*) FROM sqlite_schema WHERE name NOT IN ('Customers', 'products')
            AND name NOT LIKE 'sqlite_autoindex%'";
        assert_eq!(ground.rows("source.db", ours), ["0"]);
    };
    // The consumer's container, written in another way.
    for file in ["source.db", "./source.db"] {
        let (ground, plan) = rendered(&NorthWind { file, ..NorthWind::default() });
        refused(&ground, &plan, "nothing is written into a source");
        untouched(&ground);
        assert!(!ground.path("northwind.db").exists());
    }
    // The platform's own, by another name of the same file.
    let (ground, plan) = rendered(&NorthWind::default());
    fs::hard_link(ground.path("source.db"), ground.path("northwind.db")).unwrap();
    refused(&ground, &plan, "is the file `source.db` that `NW_Data` is captured from");
    untouched(&ground);
}

#[test]
fn a_rendered_name_that_leads_out_of_the_root_is_refused() {
    let outside = tempfile::tempdir().unwrap();
    let absolute = outside.path().join("x.db");
    for name in ["../x.db", absolute.to_str().unwrap(), "a/../../x.db"] {
        let (ground, plan) = rendered(&NorthWind::default());
        let mut open: Vec<PathBuf> = vec![ground.path("rendered")];
        while let Some(path) = open.pop() {
            if path.is_dir() {
                open.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            } else {
                let text = fs::read_to_string(&path).unwrap();
                fs::write(path, text.replace("northwind.db", name)).unwrap();
            }
        }
        refused(&ground, &plan, "leads out of the root");
        assert!(!absolute.exists() && !ground.path("../x.db").exists());
    }
}

#[test]
fn a_root_is_never_made() {
    let (ground, plan) = rendered(&NorthWind::default());
    let root = ground.path("rendered").join("../elsewhere");
    let error = ground.apply_at(&root, &plan).unwrap_err().report();
    assert!(error.contains("is no folder that is there"), "{error}");
    assert!(!ground.path("elsewhere").exists());
}
