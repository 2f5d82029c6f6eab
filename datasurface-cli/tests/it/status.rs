//! `status`: for monitoring.

use crate::{models, openmetrics, run::Fixture};
use rusqlite::Connection;
use serde_json::json;
use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

/// A folder where a consumer was served, who was promised to be served within the hour.
fn served() -> Fixture {
    let fixture = Fixture::new(&models::promised());
    let source = Connection::open(fixture.path("source.db")).unwrap();
    source
        .execute_batch(
            "CREATE TABLE customers (id TEXT PRIMARY KEY, city TEXT);
             CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT);",
        )
        .unwrap();
    fixture.render();
    fixture.run("run --target out").good();
    fixture
}

fn make_late(fixture: &Fixture) {
    let books = Connection::open(fixture.path("local.db")).unwrap();
    books.execute("UPDATE datasurface_runs SET ended_at = '2026-01-01T00:00:00Z'", []).unwrap();
}

/// The value of a metric of the only sink.
fn value(text: &str, name: &str) -> f64 {
    let samples = openmetrics::read(text).unwrap_or_else(|wrong| panic!("{wrong}\n{text}"));
    let of_sink = |label: &str| match label {
        "platform" => "Local",
        "group" => "Sales/live",
        _ => "NW_Data/products",
    };
    let labels = ["platform", "group", "dataset"].map(|label| (label.to_owned(), of_sink(label).to_owned()));
    samples[&(name.to_owned(), labels.to_vec())]
}

#[test]
fn who_is_late_or_failing_ends_the_command_with_one_unless_nobody_minds() {
    let fixture = served();
    fixture.run("status --target out").good();
    make_late(&fixture);
    let said = fixture.run("status --target out").bad();
    assert!(said.out.contains(" late\n"), "{said:?}");
    fixture.run("status --target out --format json").bad();
    fixture.run("status --target out --exit-zero").good();
    fs::remove_file(fixture.path("source.db")).unwrap();
    fixture.run("run --target out").bad();
    fixture.run("status --target out").bad();
    fixture.run("status --target out --exit-zero").good();
    // What could not be asked is not known to be well.
    fs::write(fixture.path("local.db"), "no database").unwrap();
    fixture.run("status --target out --exit-zero").bad();
}

#[test]
fn metrics_are_open_metrics() {
    let fixture = served();
    let well = fixture.run("status --target out --format openmetrics").good().out;
    assert_eq!(value(&well, "datasurface_sink_batch"), 1.0);
    assert_eq!(value(&well, "datasurface_sink_rejected"), 0.0);
    assert_eq!(value(&well, "datasurface_sink_unfit"), 0.0);
    assert_eq!(value(&well, "datasurface_sink_promised_seconds"), 3600.0);
    assert_eq!(value(&well, "datasurface_sink_late"), 0.0);
    assert!(value(&well, "datasurface_sink_lag_seconds") < 600.0);
    make_late(&fixture);
    let late = fixture.run("status --target out --format openmetrics").bad().out;
    assert_eq!(value(&late, "datasurface_sink_late"), 1.0);
    assert_eq!(value(&late, "datasurface_sink_confirmed_timestamp_seconds"), 1_767_225_600.0);
    assert_eq!(value(&late, "datasurface_sink_failing"), 0.0);
    let complete = |text: &str| {
        openmetrics::read(text).unwrap()[&("datasurface_status_complete".to_owned(), Vec::new())]
    };
    assert_eq!(complete(&late), 1.0);
    let nothing = fixture.run("status --target nowhere --format openmetrics").bad();
    assert_eq!(complete(&nothing.out), 0.0);
    nothing.complains("target/nothing-rendered", "`nowhere`");
}

#[test]
fn what_is_not_as_it_was_rendered_is_told_and_counts_as_failing() {
    let fixture = served();
    let view = "Local__Sales__live__NW_Data__products";
    for (sql, resource, problem, is_made_again) in [
        (
            format!("DROP VIEW {view}"),
            "view.Sales.live.NW_Data.products",
            format!("the view `{view}` of `mart.db` was dropped: the next run makes it again"),
            true,
        ),
        (
            "DROP TABLE Local__NW_Data__products".to_owned(),
            "copy.USA/NorthWind/Mart.NW_Data.products",
            "the table `Local__NW_Data__products` of `mart.db` was dropped: the next run makes it again, from the platform's own \
             database"
                .to_owned(),
            true,
        ),
        (
            "ALTER TABLE Local__NW_Data__products ADD COLUMN note".to_owned(),
            "copy.USA/NorthWind/Mart.NW_Data.products",
            "the table `Local__NW_Data__products` of `mart.db` is not the one that was rendered: columns that are missing: none; \
             columns that nobody rendered: note; it stays"
                .to_owned(),
            false,
        ),
        (
            format!("ALTER TABLE Local__NW_Data__products DROP COLUMN note; DROP VIEW {view}; CREATE TABLE {view} (x)"),
            "view.Sales.live.NW_Data.products",
            format!(
                "where the view `{view}` of `mart.db` was, there is a table of somebody else: it stays; give it another name, and \
                 run again"
            ),
            false,
        ),
    ] {
        Connection::open(fixture.path("mart.db")).unwrap().execute_batch(&sql).unwrap();
        let said = fixture.run("status --target out").bad();
        let line = format!("drifted: `{resource}` of Local: {problem}\n");
        assert!(said.out.contains(&line), "{said:?}");
        assert!(said.out.contains(" failed\n"), "{said:?}");
        let json = fixture.run("status --target out --format json").bad().json();
        let drifted = json!([{"platform": "Local", "resource": resource, "problem": problem, "is_made_again": is_made_again}]);
        assert_eq!(json["drifted"], drifted);
        assert_eq!(json["sinks"][0]["last_failure"], json!(problem));
        let metrics = fixture.run("status --target out --format openmetrics --exit-zero").good().out;
        let labels = [("platform", "Local"), ("resource", resource)];
        let labels = labels.map(|(label, value)| (label.to_owned(), value.to_owned())).to_vec();
        let known = openmetrics::read(&metrics).unwrap();
        assert_eq!(known.get(&("datasurface_drifted".to_owned(), labels)), Some(&1.0));
        if is_made_again {
            fixture.run("run --target out").good();
            let json = fixture.run("status --target out --format json").good().json();
            assert_eq!(json["drifted"], json!([]));
        }
    }
}

#[test]
fn what_nobody_but_a_transformer_reads_is_looked_at_too() {
    let fixture = Fixture::new(&models::transformed());
    Connection::open(fixture.path("source.db"))
        .unwrap()
        .execute_batch(
            "CREATE TABLE customers (id TEXT PRIMARY KEY, city TEXT);
             CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT);",
        )
        .unwrap();
    fixture.render();
    fixture.run("run --target out --until-idle").good();
    fixture.run("status --target out").good();
    let lab = Connection::open(fixture.path("lab.db")).unwrap();
    lab.execute_batch("DROP TABLE Local__NW_Data__customers").unwrap();
    let said = fixture.run("status --target out").bad();
    assert!(
        said.out.contains("drifted: `copy.USA/NorthWind/Lab.NW_Data.customers` of Local: the table"),
        "{said:?}"
    );
    fixture.run("run --target out").good();
    fixture.run("status --target out").good();
}

#[test]
fn a_file_of_metrics_is_replaced_at_once() {
    let fixture = served();
    fs::create_dir(fixture.path("metrics")).unwrap();
    fs::write(fixture.path("metrics/datasurface.prom"), "old").unwrap();
    let held = fs::File::open(fixture.path("metrics/datasurface.prom")).unwrap();
    let command = "status --target out --format openmetrics --output metrics/datasurface.prom";
    let said = fixture.run(command).good();
    assert_eq!((said.out.as_str(), said.err.as_str()), ("", ""));
    let text = fixture.read("metrics/datasurface.prom");
    assert_eq!(value(&text, "datasurface_sink_batch"), 1.0);
    // Whoever reads the old one reads it to its end: it was not written over.
    assert_eq!(std::io::read_to_string(held).unwrap(), "old");
    let files = fs::read_dir(fixture.path("metrics")).unwrap().map(|file| file.unwrap().file_name());
    assert_eq!(files.collect::<Vec<_>>(), ["datasurface.prom"]);

    let said = fixture.run("status --target out --output nowhere/file").bad();
    assert!(said.err.contains("the file `nowhere/file` cannot be written"), "{said:?}");
    // A pipe is written to, and stays one.
    let pipe = fixture.path("metrics/pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = Command::new("cat").arg(&pipe).stdout(Stdio::piped()).spawn().unwrap();
    fixture.run("status --target out --format openmetrics --output metrics/pipe").good();
    let read = String::from_utf8(reader.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!(value(&read, "datasurface_sink_batch"), 1.0);
    assert!(!fs::metadata(&pipe).unwrap().is_file());
    fs::remove_file(&pipe).unwrap();
    fs::create_dir(fixture.path("metrics/folder")).unwrap();
    fixture.run("status --target out --output metrics/folder").bad();
    assert_eq!(fs::read_dir(fixture.path("metrics")).unwrap().count(), 2, "nothing is left of it");
}

/// Takes the right to write to everything in a folder from everybody, or gives it back.
#[cfg(unix)]
fn set_writable(folder: &Path, is_writable: bool) {
    use std::os::unix::fs::PermissionsExt;
    let (for_folders, for_files) = if is_writable { (0o755, 0o644) } else { (0o555, 0o444) };
    let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    set(folder, 0o755);
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { set_writable(&path, is_writable) } else { set(&path, for_files) }
    }
    set(folder, for_folders);
}

/// Root writes everywhere, so nobody asks in its place.
#[cfg(unix)]
#[test]
fn a_status_needs_no_right_to_write() {
    use std::os::unix::process::CommandExt;
    let fixture = served();
    set_writable(&fixture.path("."), false);
    let mut command = fixture.command("status --target out --format openmetrics");
    if fs::write(fixture.path("planted"), "").is_ok() {
        fs::remove_file(fixture.path("planted")).unwrap();
        command.uid(65_534).gid(65_534);
    }
    let asked = command.output().unwrap();
    set_writable(&fixture.path("."), true);
    assert!(asked.status.success(), "{asked:?}");
    assert_eq!(value(&String::from_utf8(asked.stdout).unwrap(), "datasurface_sink_batch"), 1.0);
}

#[test]
fn a_status_makes_nothing() {
    let fixture = Fixture::new(&models::promised());
    fixture.render();
    let before = fixture.listing();
    fixture.run("status --target out").bad();
    assert_eq!(fixture.listing(), before);
}

#[test]
fn a_history_tells_what_each_job_did() {
    let fixture = served();
    let source = Connection::open(fixture.path("source.db")).unwrap();
    source.execute_batch("INSERT INTO products VALUES (1, 'a'), (2, 'b')").unwrap();
    fixture.run("run --target out").good();
    let said = fixture.run("status --target out").good();
    assert!(!said.out.contains("records"), "nobody asked: {said:?}");

    let said = fixture.run("status --target out --history 9").good().out;
    let line = |said: &str| {
        let lines: Vec<String> =
            said.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        let jobs: Vec<String> = lines.into_iter().filter(|line| line.starts_with("capture.")).collect();
        jobs
    };
    let jobs = line(&said);
    let [second, first] = &jobs[..] else { panic!("{said}") };
    assert!(first.starts_with("capture.NW_Data Local 20") && first.ends_with(" 0"), "{said}");
    assert!(second.ends_with(" 2"), "{said}");
    assert_eq!(line(&fixture.run("status --target out --history 1").good().out), [second.as_str()]);

    let said = fixture.run("status --target out --history 1 --format json").good().out;
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    let job = &said["history"][0];
    assert_eq!((&job["platform"], &job["job"]), (&"Local".into(), &"capture.NW_Data".into()));
    assert_eq!((&job["records"], &job["outcome"]), (&2.into(), &"done".into()));
    assert!(job["milliseconds"].is_u64() && job["began_at"].is_string(), "{said}");

    let of_job = |text: &str, name: &str| {
        let labels = [("platform", "Local"), ("job", "capture.NW_Data")];
        let labels = labels.map(|(label, value)| (label.to_owned(), value.to_owned())).to_vec();
        openmetrics::read(text).unwrap().get(&(name.to_owned(), labels)).copied()
    };
    let metrics = fixture.run("status --target out --format openmetrics").good().out;
    assert_eq!(of_job(&metrics, "datasurface_job_records"), Some(2.0));
    assert_eq!(of_job(&metrics, "datasurface_job_failed"), Some(0.0));
    assert!(of_job(&metrics, "datasurface_job_duration_seconds").is_some_and(|seconds| seconds < 60.0));
    fs::remove_file(fixture.path("source.db")).unwrap();
    fixture.run("run --target out").bad();
    let metrics = fixture.run("status --target out --format openmetrics").bad().out;
    assert_eq!(of_job(&metrics, "datasurface_job_failed"), Some(1.0));
}
