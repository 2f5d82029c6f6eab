//! `run` and `status`, with a real source.

use crate::{models, run::Fixture};
use datasurface_model::Ecosystem;
use datasurface_test_support::skipped;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::{
    fs,
    process::{Command, Stdio},
    time::SystemTime,
};

/// A folder with a model that is rendered, and its source.
pub(crate) fn fixture(model: &Ecosystem) -> Fixture {
    let fixture = Fixture::new(model);
    source(
        &fixture,
        "CREATE TABLE customers (id TEXT PRIMARY KEY, city TEXT);
         CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT);
         INSERT INTO customers VALUES ('ALFKI', 'Berlin'), ('PARIS', NULL);
         INSERT INTO products VALUES (1, 'Chai'), (2, 'Chang');",
    );
    fixture.render();
    fixture
}

pub(crate) fn source(fixture: &Fixture, sql: &str) {
    Connection::open(fixture.path("source.db")).unwrap().execute_batch(sql).unwrap();
}

/// Dataset, inserted, updated, deleted and unchanged records of each move.
fn moves(json: &Value) -> Vec<(String, [u64; 4])> {
    let moves = json["ran"]["Local"]["datasets"].as_array().unwrap().iter();
    let counts = ["inserted", "updated", "deleted", "unchanged"];
    moves
        .map(|run| {
            (run["dataset"].as_str().unwrap().to_owned(), counts.map(|count| run[count].as_u64().unwrap()))
        })
        .collect()
}

fn line(text: &str, start: &str) -> String {
    let line = text.lines().find(|line| line.starts_with(start));
    let line = line.unwrap_or_else(|| panic!("no `{start}`: {text}"));
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn data_arrives_and_then_what_changed_of_it() {
    let fixture = fixture(&models::transformed());
    let said = fixture.run("run --target out --until-idle").good();
    assert_eq!(said.err, "", "there is no terminal: nobody watches");
    assert_eq!(
        line(&said.out, "dataset"),
        "dataset platform batch inserted updated deleted unchanged failure"
    );
    assert_eq!(line(&said.out, "NW_Data/customers"), "NW_Data/customers Local 1 2 0 0 0");
    assert_eq!(line(&said.out, "NW_Data/products"), "NW_Data/products Local 1 2 0 0 0");
    assert_eq!(line(&said.out, "Masked/customers"), "Masked/customers Local 1 2 0 0 0");
    assert!(said.out.ends_with("\n6 records moved\n"), "{said:?}");
    assert!(fixture.path("local.db").exists());

    let said = fixture.run("status --target out").good();
    assert!(
        line(&said.out, "Sales/live").starts_with("Sales/live NW_Data/products Local 1 1 20"),
        "{said:?}"
    );

    source(
        &fixture,
        "UPDATE customers SET city = 'Bonn' WHERE id = 'ALFKI'; DELETE FROM products WHERE id = 1",
    );
    let json = fixture.run("run --target out --until-idle --format json").good().json();
    let members: Vec<&String> = json.as_object().unwrap().keys().collect();
    assert_eq!(members, ["findings", "applied", "ran"]);
    assert_eq!(json["applied"]["Local"]["done"], 0);
    assert_eq!(
        moves(&json),
        [
            ("NW_Data/customers".to_owned(), [0, 1, 0, 1]),
            ("NW_Data/products".to_owned(), [0, 0, 1, 1]),
            ("Masked/customers".to_owned(), [0, 0, 0, 2]),
        ]
    );
    let said = fixture.run("run --target out").good();
    assert!(said.out.ends_with("\n0 records moved\n"), "{said:?}");
}

#[test]
fn what_was_rendered_since_is_applied() {
    let fixture = fixture(&models::first());
    fixture.run("run --target out").good();
    fixture.model(&models::second());
    fixture.render();
    let said = fixture.run("run --target out").good();
    assert!(said.out.contains(" applied, "), "{said:?}");
    let json = fixture.run("status --target out --format json").good().json();
    let groups: Vec<&str> =
        json["sinks"].as_array().unwrap().iter().map(|sink| sink["group"].as_str().unwrap()).collect();
    assert_eq!(groups, ["Research/history", "Sales/live"]);
}

#[test]
fn a_status_says_what_was_promised() {
    let fixture = fixture(&models::promised());
    let said = fixture.run("status --target out").bad();
    assert!(said.err.contains("nothing was applied"), "{said:?}");
    fixture.run("run --target out").good();
    let json = fixture.run("status --target out --format json").good().json();
    let members: Vec<&String> = json.as_object().unwrap().keys().collect();
    assert_eq!(members, ["findings", "at", "sinks", "waiting", "drifted"]);
    let sink = &json["sinks"][0];
    assert_eq!((&sink["promised_seconds"], &sink["is_late"]), (&json!(3600), &json!(false)));
    assert_eq!((&sink["batch"], &sink["last_failure"]), (&json!(1), &Value::Null));
    assert_eq!(sink["schema_version"], 1);
    assert!(sink["lag_seconds"].as_u64().unwrap() < 600);
    let said = fixture.run("status --target out").good();
    assert!(line(&said.out, "Sales/live").ends_with("s 1 h"), "{said:?}");
}

#[test]
fn a_source_that_is_gone_is_told_and_the_rest_goes_on() {
    let fixture = fixture(&models::transformed());
    fixture.run("run --target out --until-idle").good();
    fs::remove_file(fixture.path("source.db")).unwrap();
    let said = fixture.run("run --target out --until-idle").bad();
    assert!(said.out.contains("failed: capture.NW_Data: "), "{said:?}");
    assert!(said.out.contains("source.db"), "{said:?}");
    assert!(said.out.ends_with(", 1 job failed\n"), "{said:?}");
    let json = fixture.run("run --target out --format json").bad().json();
    assert_eq!(json["ran"]["Local"]["failures"][0]["job"], "capture.NW_Data");
    let said = fixture.run("status --target out").bad();
    assert!(line(&said.out, "Sales/live").ends_with(" failed"), "{said:?}");
    // A failure upstream is one of everybody behind.
    assert!(line(&said.out, "Marketing/masked").ends_with(" failed"), "{said:?}");
}

#[test]
fn a_failure_is_told_once_with_all_whom_it_concerns() {
    let fixture = fixture(&models::transformed());
    fixture.run("run --target out --until-idle").good();
    fs::remove_file(fixture.path("source.db")).unwrap();
    fixture.run("run --target out").bad();
    let said = fixture.run("status --target out").bad().out;
    let (_, failures) = said.split_once("failed: ").unwrap();
    assert_eq!(
        failures.lines().collect::<Vec<_>>(),
        [
            "the source `source.db` is not there: no such file in `.`",
            "  Marketing/masked: Masked/customers",
            "  Sales/live: NW_Data/products"
        ]
    );
}

/// The terminal is that of `script`, where there is one.
#[cfg(target_os = "linux")]
#[test]
fn somebody_at_a_terminal_sees_what_is_done() {
    let fixture = fixture(&models::transformed());
    let command = format!("{} run --target out --until-idle", env!("CARGO_BIN_EXE_datasurface"));
    let ran = Command::new("script")
        .args(["--quiet", "--return", "--command", &command, "/dev/null"])
        .current_dir(fixture.path("."))
        .stdin(Stdio::null())
        .output();
    let Ok(ran) = ran else { return skipped("there is no `script`") };
    let said = String::from_utf8(ran.stdout).unwrap().replace("\r\n", "\n");
    assert!(ran.status.success(), "{said}");
    let expected = "applying what was rendered\nrunning jobs\n  capture.NW_Data\n  copy.USA/NorthWind/Lab.NW_Data.customers\n";
    assert!(said.starts_with(expected), "{said}");
    assert!(said.contains("\n  transform.Masking\n  capture.Masked\n"), "{said}");
    assert!(said.ends_with("\n6 records moved\n"), "{said}");
}

#[test]
fn a_platform_that_fails_is_a_finding_and_the_other_goes_on() {
    let fixture = fixture(&models::handed_over());
    fs::create_dir(fixture.path("other.db")).unwrap();
    let said = fixture.run("run --target out").bad();
    said.complains("platform/failed", "other.db");
    assert_eq!(line(&said.out, "NW_Data/products"), "NW_Data/products Local 1 2 0 0 0");
}

#[test]
fn the_root_is_where_paths_begin() {
    let fixture = fixture(&models::first());
    fs::create_dir(fixture.path("elsewhere")).unwrap();
    fs::rename(fixture.path("source.db"), fixture.path("elsewhere/source.db")).unwrap();
    fixture.run("run --target out --root elsewhere").good();
    assert!(fixture.path("elsewhere/local.db").exists());
    assert!(!fixture.path("local.db").exists());
}

/// It takes until the next minute begins: the clock is the real one.
#[test]
fn a_timetable_is_followed_and_nothing_runs_before_its_time() {
    let fixture = fixture(&models::followed());
    let began = SystemTime::now();
    let mut child = fixture.command("run --target out --follow --rounds 2 --format json").spawn().unwrap();
    let mut said = serde_json::Deserializer::from_reader(child.stdout.take().unwrap()).into_iter::<Value>();
    let first = moves(&said.next().unwrap().unwrap());
    assert_eq!(
        first,
        [("NW_Data/products".to_owned(), [2, 0, 0, 0]), ("Seldom/customers".to_owned(), [2, 0, 0, 0])],
        "at first, everything"
    );
    source(&fixture, "DELETE FROM products WHERE id = 1; DELETE FROM customers");
    let second = moves(&said.next().unwrap().unwrap());
    assert_eq!(second, [("NW_Data/products".to_owned(), [0, 0, 1, 1])]);
    let minute = |at: SystemTime| at.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() / 60;
    assert!(minute(SystemTime::now()) > minute(began), "it waited for the next minute");
    assert!(said.next().is_none());
    assert!(child.wait().unwrap().success());
}

#[test]
fn nothing_is_followed_where_there_is_no_timetable() {
    let fixture = fixture(&models::first());
    let said = fixture.run("run --target out --follow --rounds 1").good();
    assert_eq!(said.err, "");
    let said = fixture.run("run --target out --follow --rounds 2").good();
    assert!(said.err.contains("note[run/no-timetable]: "), "{said:?}");
}

#[test]
fn nothing_is_run_where_nothing_was_rendered() {
    let fixture = Fixture::new(&models::first());
    for verb in ["run", "status"] {
        fixture
            .run(&format!("{verb} --target nowhere"))
            .bad()
            .complains("target/nothing-rendered", "`nowhere`");
        let json = fixture.run(&format!("{verb} --target nowhere --format json")).bad();
        assert_eq!(json.codes(), ["target/nothing-rendered"]);
    }
    assert!(!fixture.path("nowhere").exists());
}

#[test]
fn nothing_is_executed_that_was_not_rendered() {
    let fixture = fixture(&models::first());
    fixture.run("run --target out").good();
    let sql = fixture
        .rendered()
        .into_keys()
        .find(|path| path.contains("/shards/") && path.ends_with(".sql"))
        .unwrap();
    let shard = fixture.path("out").join(&sql).parent().unwrap().to_owned();

    // Planted files are not executed.
    let planted = "-- resource: table.Planted.table\n-- database: local.db\n\n-- section: create\n\
                   CREATE TABLE planted (x);\n\n-- section: schema\nDELETE FROM datasurface_batches;\n";
    fs::write(shard.join("planted.sql"), planted).unwrap();
    fs::write(shard.join("jobs.json.bak"), "not a list of jobs").unwrap();
    fs::create_dir(shard.join("deeper")).unwrap();
    fs::write(shard.join("deeper/jobs.json"), "not a list of jobs").unwrap();
    fixture.run("run --target out").good();
    let database = Connection::open(fixture.path("local.db")).unwrap();
    let count = |sql: &str| database.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count("SELECT count(*) FROM sqlite_schema WHERE name = 'planted'"), 0);
    assert!(count("SELECT count(*) FROM datasurface_batches") > 0);

    // Edited files are refused by all who would execute them; so are those that are missing.
    let edited = fixture.path("out").join(&sql);
    let text = fs::read_to_string(&edited).unwrap();
    fs::write(&edited, text.replace("SELECT", "SELECT DISTINCT")).unwrap();
    let runs = count("SELECT count(*) FROM datasurface_runs");
    for verb in ["run", "status", "run --follow --rounds 1"] {
        fixture
            .run(&format!("{verb} --target out"))
            .bad()
            .complains("target/not-rendered", "was edited after");
    }
    fs::remove_file(&edited).unwrap();
    fixture.run("run --target out").bad().complains("target/not-rendered", "is missing");
    assert_eq!(count("SELECT count(*) FROM datasurface_runs"), runs, "nothing ran");
    fixture.render();
    fixture.run("run --target out").good();
}

#[test]
fn values_are_shown_to_who_asks_and_only_what_is_public() {
    let fixture = fixture(&models::transformed());
    // Long enough that no digest of a reply has it by chance.
    let id = "1470258369";
    let name = "a name of a product that is much too long";
    source(
        &fixture,
        &format!(
            "INSERT INTO products VALUES ({id}, '{name}'); INSERT INTO customers VALUES ('LONGI', 'Oslo beyond the fjord')"
        ),
    );
    for command in ["run --target out", "status --target out"] {
        let shown = |more: &str| {
            let said = fixture.run(&format!("{command}{more}"));
            format!("{}{}", said.out, said.err)
        };
        let rule = "`NW_Data/products` fails the rule that `name VarChar(40)` must not be longer than its type: 1 row";
        for format in ["", " --format json"] {
            let hidden = shown(format);
            assert!(hidden.contains(rule) && hidden.contains("`city VarChar(15)`"), "{hidden}");
            for value in [id, name, "Oslo"] {
                assert!(!hidden.contains(value), "{value}: {hidden}");
            }
            let with_values = shown(&format!("{format} --show-values"));
            assert!(with_values.contains(&format!("id: {id}, name: {name}")), "{with_values}");
            assert!(!with_values.contains("Oslo"), "{with_values}");
        }
    }
}

#[test]
fn a_root_is_remembered_and_another_one_is_refused() {
    let fixture = fixture(&models::first());
    fixture.run("run --target out").good();
    fs::create_dir(fixture.path("elsewhere")).unwrap();
    let target = fixture.path("out").display().to_string();
    // From another folder, it is still the same root.
    let from = |folder: &str, arguments: &str| {
        let mut command = fixture.command(arguments);
        let output = command.current_dir(fixture.path(folder)).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    for verb in ["run", "status"] {
        assert_eq!(from("elsewhere", &format!("{verb} --target {target}")), (0, String::new()), "{verb}");
        let (code, said) = from("elsewhere", &format!("{verb} --target {target} --root ."));
        assert_eq!(code, 1);
        assert!(said.contains("that this target was applied to is not in ."), "{said}");
    }
    assert_eq!(
        fs::read_dir(fixture.path("elsewhere")).unwrap().count(),
        0,
        "nothing is made by a slip of the hand"
    );
    let (code, said) = from("elsewhere", &format!("run --target {target} --root nowhere"));
    assert_eq!(code, 1);
    assert!(said.contains("is no folder that is there"), "{said}");
    assert!(!fixture.path("elsewhere/nowhere").exists());

    // Another database in the place of the first is refused, until somebody says that it is meant.
    for file in ["local.db", "local.db-wal", "local.db-shm"] {
        let _ = fs::rename(fixture.path(file), fixture.path("elsewhere").join(file));
    }
    fixture.run("run --target out").bad().complains("platform/failed", "--begin-anew");
    assert!(!fixture.path("local.db").exists());
    fixture.run("run --target out --begin-anew").good();
    fixture.run("run --target out").good();
    // What was moved on purpose is found where it is now.
    for file in ["local.db", "local.db-wal", "local.db-shm", "mart.db", "lab.db", "source.db"] {
        let _ = fs::rename(fixture.path(file), fixture.path("elsewhere").join(file));
    }
    fixture.run("run --target out --root elsewhere").good();
    fixture.run("run --target out").good();
    // Rendering again forgets nothing of it.
    fixture.model(&models::second());
    fixture.render();
    fixture.run("run --target out").good();
    assert!(!fixture.path("local.db").exists());
}

#[test]
fn a_day_to_which_the_clock_is_right_is_a_day() {
    let fixture = fixture(&models::first());
    fixture.run("run --target out --trust-clock 2030-01-01").good();
    let said = fixture.run("run --target out --trust-clock soon");
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.err.contains("2026-01-31"), "{said:?}");
}
