//! The example that judges a change: every form of a model that can be loaded, both verdicts, and misuse.

#[path = "../../examples/review_change/main.rs"]
#[expect(dead_code, reason = "its main is what people run")]
mod example;

use datasurface::model::Ecosystem;
use serde_json::Value;
use std::{ffi::OsString, fs, path::Path};
use tempfile::TempDir;

const ECOSYSTEM: &str = "
format: datasurface/1
name: NorthWind
owner: github:nw/model@main
live: github:nw/live@main
vendors:
- name: Office
  locations: [Ground]
";

const ZONE: &str = "
zones:
- name: USA
  owner: github:nw/usa@main
  definition:
    teams:
    - name: Sales
      owner: github:nw/sales@main
";

const TEAM: &str = "
format: datasurface/1
team: USA/Sales
containers:
- name: Source
  kind: { postgres: { host: shop.example, database: shop } }
  locations: [Office/Ground]
datastores:
- name: Shop
  capture:
    container: USA/Sales/Source
    kind: { sql_snapshot: {} }
  datasets:
  - name: customers
    schema: id Integer key, city VarChar(15)
workspaces:
- name: Analysis
  container: USA/Sales/Source
  groups:
  - name: everything
    sinks: [Shop/customers]
";

/// What came of it.
#[derive(Debug)]
struct Ran {
    code: u8,
    out: String,
    errors: String,
}

fn run(arguments: &[&str]) -> Ran {
    let (mut out, mut errors) = (Vec::new(), Vec::new());
    let arguments = ["review_change"].iter().chain(arguments).map(OsString::from);
    let code = example::run(arguments, &mut out, &mut errors);
    Ran { code, out: String::from_utf8(out).unwrap(), errors: String::from_utf8(errors).unwrap() }
}

/// A folder with a model in many files, and the same in one file of each syntax, before and after a change of the team.
fn models(change: impl Fn(&str) -> String) -> TempDir {
    models_in(tempfile::tempdir().unwrap(), change)
}

fn models_in(folder: TempDir, change: impl Fn(&str) -> String) -> TempDir {
    for (name, team) in [("old", TEAM.to_owned()), ("new", change(TEAM))] {
        let write = |file: &str, text: &str| {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write(&format!("{name}/ecosystem.yaml"), &format!("{ECOSYSTEM}{ZONE}"));
        write(&format!("{name}/teams/sales.yml"), &team);
        write(&format!("{name}/README.md"), "This is no model.");
        let documents = datasurface::document::Documents::new();
        let documents = documents.document("e.yaml", format!("{ECOSYSTEM}{ZONE}")).document("t.yaml", team);
        let ecosystem: Ecosystem = documents.load().unwrap();
        write(&format!("{name}.json"), &datasurface::document::to_json(&ecosystem));
        write(&format!("{name}.yaml"), &datasurface::document::to_yaml(&ecosystem));
    }
    folder
}

fn review(folder: &Path, [old, new]: [&str; 2], more: &[&str]) -> Ran {
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (old, new) = (path(old), path(new));
    let arguments = [&[old.as_str(), new.as_str(), "--on", "2026-01-01"][..], more].concat();
    run(&arguments)
}

fn wider(team: &str) -> String {
    team.replace("VarChar(15)", "VarChar(30)")
}

fn narrower(team: &str) -> String {
    team.replace("VarChar(15)", "VarChar(10)")
}

const OWNER: [&str; 2] = ["--source", "github:nw/sales@main"];
const STRANGER: [&str; 2] = ["--source", "github:n-w/sales@main"];
const FORMS: [&str; 3] = ["", ".json", ".yaml"];

#[test]
fn what_is_allowed_ends_with_0_in_every_form() {
    let folder = models(wider);
    for old in FORMS.map(|form| format!("old{form}")) {
        for new in FORMS.map(|form| format!("new{form}")) {
            let ran = review(folder.path(), [&old, &new], &OWNER);
            assert_eq!((ran.code, ran.errors.as_str()), (0, ""), "{old} {new}: {ran:?}");
            assert!(
                ran.out.contains("allowed: a change from github:nw/sales@main as of 2026-01-01"),
                "{ran:?}"
            );
        }
    }
}

#[test]
fn what_is_refused_ends_with_1_in_every_form() {
    let folder = models(narrower);
    for old in FORMS.map(|form| format!("old{form}")) {
        for new in FORMS.map(|form| format!("new{form}")) {
            let ran = review(folder.path(), [&old, &new], &OWNER);
            assert_eq!((ran.code, ran.errors.as_str()), (1, ""), "{old} {new}: {ran:?}");
            assert!(ran.out.contains("error[schema-change/type-narrowed]"), "{ran:?}");
        }
    }
    let allowed = models(wider);
    let ran = review(allowed.path(), ["old", "new"], &STRANGER);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("error[authorization/not-yours]"), "{ran:?}");
}

#[test]
fn nothing_is_refused_of_nobody_but_the_lock() {
    let folder = models(str::to_owned);
    assert_eq!(review(folder.path(), ["old", "new.json"], &STRANGER).code, 0);
    fs::write(folder.path().join("new/datasurface.lock"), r#"{"format": "datasurface-lock/1"}"#).unwrap();
    assert_eq!(review(folder.path(), ["old", "new"], &STRANGER).code, 1);
}

#[test]
fn what_nobody_uses_is_refused_in_strict_mode_alone() {
    let unread = "  - name: vouchers\n    schema: id Integer key\nworkspaces:";
    let with = models(|team| team.replace("workspaces:", unread));
    let arguments = |more: &[&'static str]| [&OWNER[..], more].concat();
    assert_eq!(review(with.path(), ["new", "old"], &arguments(&[])).code, 0);
    assert_eq!(review(with.path(), ["new", "old"], &arguments(&["--strict"])).code, 1);
}

#[test]
fn programs_read_json_and_sarif() {
    let here = std::env::current_dir().unwrap();
    for (change, code, verdict) in [(wider as fn(&str) -> String, 0, "allowed"), (narrower, 1, "refused")] {
        let inside = models_in(tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap(), change);
        for folder in [models(change), inside] {
            let path = folder.path().strip_prefix(&here).unwrap_or(folder.path());
            let judge = |form| review(path, ["old.yaml", "new"], &[&OWNER[..], &["--format", form]].concat());
            let (json, sarif) = (judge("json"), judge("sarif"));
            let report: Value = serde_json::from_str(&json.out).unwrap();
            assert_eq!((json.code, &report["verdict"]), (code, &Value::from(verdict)));
            let log: Value = serde_json::from_str(&sarif.out).unwrap();
            assert_eq!((sarif.code, &log["version"]), (code, &Value::from("2.1.0")));
            let results = log["runs"][0]["results"].as_array().unwrap();
            assert_eq!(results.len(), usize::from(code));
            for result in results {
                let place = &result["locations"][0]["physicalLocation"];
                // What is elsewhere has no address there.
                let address = place["artifactLocation"]["uri"].as_str();
                let is_inside = path.is_relative();
                assert_eq!(address.is_some_and(|it| it.ends_with("/new/teams/sales.yml")), is_inside);
                assert_eq!(place["region"]["startLine"] == 15, is_inside);
            }
        }
    }
}

#[test]
fn a_model_that_is_not_valid_is_refused_and_says_where() {
    let folder = models(|team| team.replace("id Integer key", "id Integer"));
    let ran = review(folder.path(), ["old", "new"], &OWNER);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("error[schema/no-key]") && ran.out.contains("sales.yml:15:"), "{ran:?}");
    assert!(ran.out.contains("schema-change/key-changed"), "{ran:?}");
}

#[test]
fn who_is_allowed_to_make_a_model_invalid_is_refused_all_the_same() {
    let folder =
        models(|team| team.replace("sinks: [Shop/customers]", "sinks: [Shop/customers, Shop/nothing]"));
    let ran = review(folder.path(), ["old", "new"], &OWNER);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains("error[reference/unknown-dataset]"), "{ran:?}");
}

#[test]
fn what_is_wrong_with_the_live_model_refuses_no_change_of_something_else() {
    let broken = TEAM.replace("sinks: [Shop/customers]", "sinks: [Shop/customers, Shop/nothing]");
    let folder = models(|_| wider(&broken));
    fs::write(folder.path().join("old/teams/sales.yml"), &broken).unwrap();
    let ran = review(folder.path(), ["old", "new"], &OWNER);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("there before: 2 errors"), "{ran:?}");
}

#[test]
fn misuse_ends_with_2() {
    let folder = models(wider);
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (old, new) = (path("old"), path("new"));
    fs::write(path("broken.yaml"), "format: datasurface/1\nname: [").unwrap();
    for (arguments, why) in [
        (vec![old.as_str()], "required"),
        (vec![old.as_str(), new.as_str()], "--source"),
        (vec!["--source", "github:nw/sales@main"], "required"),
        (vec![old.as_str(), new.as_str(), "--source", "x", "--format", "xml"], "xml"),
        (vec![old.as_str(), new.as_str(), "--source", "x", "--on", "yesterday"], "yesterday"),
        (vec![&path("nothing"), new.as_str(), "--source", "x"], "nothing"),
    ] {
        let ran = run(&arguments);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments:?}: {ran:?}");
        assert!(ran.errors.contains(why), "{arguments:?}: {ran:?}");
    }
    for (new, why) in [("nothing", "document/missing-file"), ("broken.yaml", "document/unreadable")] {
        let ran = run(&[old.as_str(), &path(new), "--source", "x"]);
        assert!(ran.code == 1 && ran.out.contains(why), "{ran:?}");
    }
    let help = run(&["--help"]);
    assert_eq!((help.code, help.errors.as_str()), (0, ""));
    assert!(help.out.contains("--approved-by"), "{help:?}");
}

#[test]
fn without_arguments_a_story_is_told() {
    let ran = run(&[]);
    assert_eq!((ran.code, ran.errors.as_str()), (0, ""));
    let told: Vec<_> =
        ran.out.lines().filter_map(|line| line.trim().split_once(": a change from ")).collect();
    let told = told.into_iter().filter(|(verdict, _)| !verdict.contains('['));
    let told: Vec<_> = told.map(|(verdict, rest)| (verdict, rest.split(',').next().unwrap())).collect();
    let northwind = "github:northwind/data@main";
    assert_eq!(
        told,
        [
            ("allowed", northwind),
            ("refused", northwind),
            ("refused", "github:northw1nd/data@main"),
            ("allowed", northwind),
            ("allowed", "github:northwind/reports@main"),
            ("allowed", "github:northwind/reports@main"),
            ("allowed", northwind),
        ]
    );
    for told in ["schema-change/column-removed", "authorization/not-yours", "announced", "is gone"] {
        assert!(ran.out.contains(told), "{told} is missing:\n{}", ran.out);
    }
}
