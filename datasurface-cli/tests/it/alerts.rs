//! `alerts`: rules that Prometheus's own tool reads and tries.

use crate::{flow::source, models, openmetrics, programs, run::Fixture};
use datasurface_model::*;
use datasurface_test_support::skipped;
use serde_json::json;
use std::{collections::BTreeSet, env, ffi::OsString, process::Command};

/// Groups of several priorities, of which one was promised nothing.
fn promised() -> Ecosystem {
    models::promised().edit_team("USA", "NorthWind", |team| {
        let group = |name: &str| DatasetGroup::new(name).sink("NW_Data/products");
        let shelf = |name: &str| Workspace::new(name).with_container("USA/NorthWind/Mart");
        let deadline = Deadline::from_text("06:30 Europe/Berlin").unwrap();
        team.workspace(
            shelf("Board")
                .with_priority(Priority::Critical)
                .with_deadline(deadline)
                .group(group("all").with_latency(Latency::minutes(5))),
        )
        .workspace(shelf("Lab").with_priority(Priority::Low).group(group("few")))
    })
}

/// Runs the tool of Prometheus; `None` if it is not there.
fn promtool(fixture: &Fixture, arguments: &[&str]) -> Option<()> {
    let program = env::var_os("DATASURFACE_PROMTOOL").unwrap_or_else(|| OsString::from("promtool"));
    let Ok(output) = Command::new(program).args(arguments).current_dir(fixture.path("")).output() else {
        skipped("there is no `promtool`, of the package prometheus of Debian; DATASURFACE_PROMTOOL names it");
        return None;
    };
    assert!(output.status.success(), "{output:?}");
    Some(())
}

/// An alert that is expected, of all of a group: its labels, and what it says.
fn alert(severity: &[(&str, &str)], on: &[(&str, &str)], summary: &str) -> serde_json::Value {
    let common = [("zone", "USA"), ("team", "NorthWind"), ("owner", "github:northwind/team@main")];
    let labels =
        severity.iter().chain(&common).chain(on).map(|(label, value)| ((*label).to_owned(), json!(value)));
    json!({"exp_labels": labels.collect::<serde_json::Map<_, _>>(), "exp_annotations": {"summary": summary}})
}

#[test]
fn rules_are_about_what_was_promised_and_whose_it_is() {
    let fixture = Fixture::new(&promised());
    let said = fixture.run("alerts model.json").good();
    let group = said.out.split("- name: ").find(|group| group.starts_with("'Sales/live'")).unwrap();
    assert_eq!(group, include_str!("alerts_of_group.yaml"));
    assert!(
        said.out.contains("\n# not here: 1 deadline, since Prometheus knows no time zones\n"),
        "{said:?}"
    );
    fixture.run("alerts model.json --output rules.yaml").good();
    assert_eq!(fixture.read("rules.yaml"), said.out);
    // Only what was promised can be late.
    let of_lab = said.out.split("- name: ").find(|group| group.starts_with("'Lab/few'")).unwrap();
    assert!(of_lab.contains("DeliveryFails") && !of_lab.contains("DataIsLate"), "{of_lab}");
}

#[test]
fn rules_ask_for_metrics_that_there_are_and_about_groups_that_these_name() {
    for (model, groups) in [
        (promised(), &["Board/all", "Lab/few", "Sales/live"][..]),
        // Nothing is delivered to a group whose only reader is a transformer.
        (models::transformed(), &["Marketing/masked", "Sales/live"]),
    ] {
        let fixture = Fixture::new(&model);
        source(
            &fixture,
            "CREATE TABLE customers (id TEXT PRIMARY KEY, city TEXT);
             CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT)",
        );
        fixture.render();
        fixture.run("run --target out").good();
        let metrics = fixture.run("status --target out --format openmetrics").good().out;
        let samples = openmetrics::read(&metrics).unwrap();
        let rules = fixture.run("alerts model.json").good().out;
        let expressions = || rules.lines().filter(|line| line.contains(" expr: "));
        let is_of_name = |character: char| character.is_ascii_alphanumeric() || character == '_';
        let words = expressions().flat_map(|line| line.split(|other| !is_of_name(other)));
        let asked: BTreeSet<&str> = words.filter(|word| word.starts_with("datasurface_")).collect();
        assert!(asked.len() >= 4, "{asked:?}");
        let known: BTreeSet<&str> = samples.keys().map(|(name, _)| name.as_str()).collect();
        assert!(asked.is_subset(&known), "{asked:?} {known:?}");
        let asked: BTreeSet<&str> =
            expressions().filter_map(|line| line.split("{group=\"").nth(1)?.split('"').next()).collect();
        let labels = samples.keys().flat_map(|(_, labels)| labels);
        let known: BTreeSet<&str> =
            labels.filter(|(label, _)| label == "group").map(|(_, group)| group.as_str()).collect();
        let groups: BTreeSet<&str> = groups.iter().copied().collect();
        assert_eq!((&asked, &known), (&groups, &groups));
    }
}

#[test]
fn prometheus_alarms_when_a_promise_is_broken_and_not_before() {
    let fixture = Fixture::new(&promised());
    fixture.run("alerts model.json --output rules.yaml").good();
    let Some(()) = promtool(&fixture, &["check", "rules", "rules.yaml"]) else { return };
    let board = r#"platform="Local",group="Board/all",dataset="NW_Data/products""#;
    let sales = r#"platform="Local",group="Sales/live",dataset="NW_Data/products""#;
    let lab = r#"platform="Local",group="Lab/few",dataset="NW_Data/products""#;
    let series = |metric: &str, labels: &str, values: &str| json!({"series": format!("{metric}{{{labels}}}"), "values": values});
    let mut input = vec![
        // The status is asked for each minute, until it is not any more.
        series("datasurface_status_timestamp_seconds", "", "0+60x120 7200x60"),
        series("datasurface_status_complete", "", "1x180"),
        // What is an hour late gets later; the board's is 300 seconds old at most, for 10 minutes.
        series("datasurface_sink_lag_seconds", sales, "0+60x180"),
        series("datasurface_sink_lag_seconds", board, "300x10 301x170"),
        series("datasurface_sink_failing", lab, "0x60 1x120"),
        series("datasurface_sink_late", lab, "0x180"),
    ];
    for group in [board, sales] {
        input.push(series("datasurface_sink_late", group, "0x180"));
        input.push(series("datasurface_sink_promised_seconds", group, "1x180"));
        input.push(series("datasurface_sink_confirmed_timestamp_seconds", group, "1x180"));
    }
    let (warning, critical) =
        ([("severity", "warning")], [("severity", "critical"), ("priority", "critical")]);
    let on = |group| [("platform", "Local"), ("group", group), ("dataset", "NW_Data/products")];
    let expect = |minute: u32, name: &str, alerts: &[serde_json::Value]| json!({"eval_time": format!("{minute}m"), "alertname": name, "exp_alerts": alerts});
    let of_sales = |age: &str| {
        alert(
            &warning,
            &on("Sales/live"),
            &format!("`NW_Data/products` for `Sales/live` on `Local` is {age} old, and may be 1 h"),
        )
    };
    let of_board = alert(
        &critical,
        &on("Board/all"),
        "`NW_Data/products` for `Board/all` on `Local` is 5m 1s old, and may be 5 min",
    );
    let of_lab = alert(
        &[("severity", "info"), ("priority", "low")],
        &on("Lab/few"),
        "`NW_Data/products` for `Lab/few` on `Local` is not delivered: something fails",
    );
    let status_is_old = json!({
        "exp_labels": {"severity": "critical"},
        "exp_annotations": {"summary": "the status of data was asked for 16m 0s ago"},
    });
    let expected = [
        expect(11, "DataIsLate", &[]),
        expect(13, "DataIsLate", std::slice::from_ref(&of_board)),
        // An hour is over, and a tenth of it.
        expect(66, "DataIsLate", std::slice::from_ref(&of_board)),
        expect(67, "DataIsLate", &[of_board.clone(), of_sales("1h 7m 0s")]),
        expect(60, "DeliveryFails", &[]),
        expect(70, "DeliveryFails", &[of_lab]),
        expect(120, "DataStatusIsOld", &[]),
        expect(136, "DataStatusIsOld", &[status_is_old]),
        expect(100, "DataIsUnknown", &[]),
        expect(100, "DataIsMissing", &[]),
        expect(100, "DataStatusIsIncomplete", &[]),
        expect(100, "DataStatusIsMissing", &[]),
    ];
    let well = json!({"interval": "1m", "input_series": input, "alert_rule_test": expected});

    // Nothing is there but a group of which nobody knows how old it is.
    let known = [
        series("datasurface_sink_promised_seconds", sales, "3600x180"),
        series("datasurface_sink_late", sales, "1x180"),
    ];
    let missing = |severity: &[(&str, &str)], group| {
        alert(
            severity,
            &[("group", group)],
            &format!("nothing is delivered to `{group}`: what is rendered for it is not applied"),
        )
    };
    let nothing_collected = json!({
        "exp_labels": {"severity": "critical"},
        "exp_annotations": {"summary": "nobody collects what `datasurface status --format openmetrics` says"},
    });
    let expected = [
        expect(59, "DataIsUnknown", &[]),
        expect(
            61,
            "DataIsUnknown",
            &[alert(
                &warning,
                &on("Sales/live"),
                "nobody knows how old `NW_Data/products` for `Sales/live` on `Local` is",
            )],
        ),
        expect(
            16,
            "DataIsMissing",
            &[
                missing(&critical, "Board/all"),
                missing(&[("severity", "info"), ("priority", "low")], "Lab/few"),
            ],
        ),
        expect(16, "DataStatusIsMissing", &[nothing_collected]),
    ];
    let unknown = json!({"interval": "1m", "input_series": known, "alert_rule_test": expected});
    fixture.write(
        "tests.yaml",
        json!({"rule_files": ["rules.yaml"], "evaluation_interval": "1m", "tests": [well, unknown]})
            .to_string(),
    );
    promtool(&fixture, &["test", "rules", "tests.yaml"]).unwrap();
}

#[test]
fn what_another_tool_applies_is_left_out_and_that_is_said() {
    let Some(program) = programs::connectors() else { return };
    let fixture = programs::fixture();
    fixture.write("datasurface.toml", programs::configured("connectors", program.to_str().unwrap()));
    let said = fixture.run("alerts model.json").good().out;
    assert!(said.contains("\n# not here: 1 group on `Local`, whose status another tool knows\n"), "{said}");
    assert!(!said.contains("DataIsMissing"), "{said}");
}
