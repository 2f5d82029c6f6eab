//! `advance` takes some platforms forward; `revisions` shows where each one is.

use crate::run::{Fixture, Said};
use datasurface_model::{
    Capture, DataContainer, Dataset, DatasetGroup, DatasetKey, Datastore, Ecosystem, GovernanceZone,
    InfrastructureVendor, PlatformDeclaration, Team, Workspace,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// `Near` captures; `Far` takes from it what somebody reads there, if somebody does.
fn model(reads: &[&str]) -> Ecosystem {
    let dataset = |name: &str| Dataset::new(name, "id Integer key, name VarChar(40)");
    let store = Datastore::new("S").captured(Capture::sql_snapshot("Z/T/Source"));
    let reader = |name: &str, sinks: &[&str]| {
        let group = DatasetGroup::new("g").with_sinks(sinks.iter().map(|name| DatasetKey::new("S", *name)));
        Workspace::new(name).with_container(format!("Z/T/{name}").as_str()).group(group)
    };
    let team = ["Source", "Here", "There"].into_iter().fold(Team::new(), |team, name| {
        team.container(DataContainer::sqlite(name, format!("{name}.db")).located("V/L"))
    });
    let team =
        team.datastore(store.dataset(dataset("a")).dataset(dataset("b"))).workspace(reader("Here", &["a"]));
    let team = if reads.is_empty() { team } else { team.workspace(reader("There", reads)) };
    let platform =
        |name: &str| PlatformDeclaration::new(name, "local").setting("database", format!("{name}.db"));
    let ecosystem = Ecosystem::new("E", "github:o/model@main", "github:o/live@main")
        .vendor(InfrastructureVendor::new("V").location("L"))
        .platform(platform("Near"))
        .platform(platform("Far"))
        .primary_pin("S", "Near")
        .group_pin("Here/g", ["Near"])
        .zone("Z", "github:o/zone@main", GovernanceZone::new().team("T", "github:o/team@main", team));
    if reads.is_empty() { ecosystem } else { ecosystem.group_pin("There/g", ["Far"]) }
}

#[test]
fn one_platform_stays_and_comes_later() {
    let fixture = Fixture::new(&model(&["a"]));
    fixture.run("render model.json --target out").good();
    let shown = |fixture: &Fixture| {
        let said = fixture.run("revisions model.json --target out --format json").good().json();
        let one = |of: &serde_json::Value| {
            (of["is_behind"] == true, of["pending"] != 0, of["waits_for"].to_string())
        };
        [0, 1].map(|at| one(&said["platforms"][at]))
    };
    let none = || "[]".to_owned();
    assert_eq!(shown(&fixture), [(false, false, none()), (false, false, none())]);
    fixture.model(&model(&["a", "b"]));
    assert_eq!(shown(&fixture), [(false, true, none()), (false, true, none())]);
    let said = fixture.run("advance model.json --target out Far").good();
    assert!(said.err.contains("warning[revision/waits]: "), "{said:?}");
    assert!(said.err.contains("`S` on `Far` waits for `S/b` of `Near`"), "{said:?}");
    assert_eq!(shown(&fixture), [(false, true, "[\"Near\"]".to_owned()), (true, true, none())]);
    let said = fixture.run("revisions model.json --target out").good();
    assert!(said.out.contains("parts of it wait for `Near`"), "{said:?}");
    assert!(said.out.contains("it stayed when others went forward"), "{said:?}");
    fixture.run("advance model.json --target out Nobody").bad().complains("revision/unknown", "`Nobody`");
    fixture.run("advance model.json --target out").good();
    assert_eq!(shown(&fixture), [(false, false, none()), (false, false, none())]);
}

/// The model in which `Far`, which has consumers in production, stays as it is until a day, for a reason.
fn frozen(reads: &[&str], until: &str, reason: &str) -> String {
    advancing(reads, json!({ "frozen": { "until": until, "reason": reason } }))
}

/// The model in which `Far` goes forward by a policy.
fn advancing(reads: &[&str], policy: Value) -> String {
    let mut model: Value = serde_json::from_str(&datasurface_document::to_json(&model(reads))).unwrap();
    for platform in model["platforms"].as_array_mut().unwrap() {
        if platform["name"] == "Far" {
            platform["advances"] = policy.clone();
        }
    }
    model.to_string()
}

#[test]
fn production_advances_at_the_long_weekend_and_before_it_for_a_reason_alone() {
    let fixture = Fixture::new(&model(&["a"]));
    let run = |verb: &str, on: &str, more: &str| {
        fixture.run(&format!("{verb} model.json --target out --on {on} {more}"))
    };
    let far = |on: &str| run("revisions", on, "--format json").good().json()["platforms"][0].clone();
    run("render", "2026-11-02", "").good();
    let first = far("2026-11-02")["revision"].clone();

    fixture.write("model.json", frozen(&["a", "b"], "2026-11-26", "until the long weekend"));
    let said = run("plan", "2026-11-25", "").good();
    assert!(said.err.contains("note[revision/frozen]: `Far` stays at `"), "{said:?}");
    assert!(said.err.contains("until 2026-11-26: until the long weekend"), "{said:?}");
    run("advance", "2026-11-25", "Far").bad().complains("revision/too-early", "until the long weekend");
    run("render", "2026-11-25", "").good();
    let waits = far("2026-11-25");
    assert_eq!(waits["revision"], first, "development went on alone");
    assert_eq!((&waits["may_advance"], &waits["is_frozen"]), (&json!("2026-11-26T00:00:00Z"), &json!(true)));
    assert!(waits["pending"].as_u64().unwrap() > 0, "{waits}");
    let said = run("revisions", "2026-11-25", "").good();
    assert!(
        said.out.contains("2026-11-26") && said.out.contains("frozen: until the long weekend"),
        "{said:?}"
    );
    assert_eq!(run("plan", "2026-11-25", "--detailed-exitcode").code, 0, "nobody else has anything to do");
    run("render", "2026-11-26", "").good();
    let now = far("2026-11-26");
    assert_eq!(
        (&now["pending"], &now["is_behind"], &now["is_frozen"]),
        (&json!(0), &json!(false), &json!(false))
    );

    fixture.write("model.json", frozen(&["b"], "2027-01-04", "Christmas"));
    run("render", "2026-12-23", "").good();
    assert_eq!(far("2026-12-23")["is_behind"], true);
    let refused = run("advance", "2026-12-24", "Far --now");
    assert!(refused.code == 2 && refused.err.contains("--reason"), "{refused:?}");
    run("advance", "2026-12-24", "Far --now --reason outage").good();
    assert_eq!(far("2026-12-24")["is_behind"], false);
    let lock: Value = serde_json::from_str(&fixture.read("datasurface.lock")).unwrap();
    let early = &lock["platforms"]["Far"]["early"];
    assert_eq!((&early["on"], &early["reason"]), (&json!("2026-12-24"), &json!("outage")), "{lock}");
    assert_eq!(early["to"], far("2026-12-24")["revision"]);
}

fn run(fixture: &Fixture, verb: &str, on: &str, more: &str) -> Said {
    fixture.run(&format!("{verb} model.json --target out --on {on} {more}"))
}

/// Where `Far` is.
fn far(fixture: &Fixture, on: &str) -> Value {
    run(fixture, "revisions", on, "--format json").good().json()["platforms"][0].clone()
}

#[test]
fn a_platform_with_windows_goes_forward_while_one_is_open() {
    let fixture = Fixture::new(&model(&["a"]));
    let nights = |reads: &[&str]| {
        let window = json!({ "opens": "0 22 * * thu,fri Europe/Berlin", "lasts": "8 h" });
        fixture.write("model.json", advancing(reads, json!({ "windows": [window] })));
    };
    nights(&["a"]);
    run(&fixture, "render", "2026-11-26T21:00Z", "").good();
    nights(&["a", "b"]);
    let said = run(&fixture, "plan", "2026-11-27T05:00Z", "").good();
    assert!(said.err.contains("note[revision/scheduled]: `Far` stays at `"), "{said:?}");
    assert!(said.err.contains("until 2026-11-27 21:00 UTC: its windows open at `0 22"), "{said:?}");
    run(&fixture, "advance", "2026-11-27T20:59Z", "Far").bad().complains("revision/too-early", "21:00 UTC");
    run(&fixture, "render", "2026-11-27T20:59Z", "").good();
    let waits = far(&fixture, "2026-11-27T20:59Z");
    assert_eq!((&waits["may_advance"], &waits["is_frozen"]), (&json!("2026-11-27T21:00:00Z"), &json!(false)));
    assert_eq!(waits["is_behind"], true);
    let shown = run(&fixture, "revisions", "2026-11-27T20:59Z", "").good();
    assert!(
        shown.out.contains("2026-11-27 21:00 UTC") && shown.out.contains("its windows open"),
        "{shown:?}"
    );

    // What was planned in the night is rendered as of then.
    run(&fixture, "plan", "2026-11-28T04:59:59Z", "--out saved.json").good();
    let saved: Value = serde_json::from_str(&fixture.read("saved.json")).unwrap();
    assert_eq!(saved["made_from"]["at"], "04:59:00", "{saved}");
    assert!(saved["plans"]["Far"].is_object(), "{saved}");
    fixture.run("render model.json --target out --proposal saved.json").good();
    assert_eq!(far(&fixture, "2026-11-28T05:00Z")["is_behind"], false);
    assert!(!fixture.read("datasurface.lock").contains("advanced"), "a window needs no memory");
}

#[test]
fn a_platform_with_a_timetable_goes_forward_once_for_each_start() {
    let fixture = Fixture::new(&model(&["a"]));
    let mondays = |reads: &[&str]| {
        fixture.write("model.json", advancing(reads, json!({ "cron": "0 6 * * mon Europe/Berlin" })));
    };
    let advanced = || {
        let lock: Value = serde_json::from_str(&fixture.read("datasurface.lock")).unwrap();
        lock["platforms"]["Far"]["advanced"].clone()
    };
    run(&fixture, "render", "2026-11-17", "").good();
    assert_eq!(advanced(), Value::Null);
    // It was rendered before it had the timetable, of which starts count from now on.
    mondays(&["a", "b"]);
    run(&fixture, "render", "2026-11-18", "").good();
    assert_eq!(
        (far(&fixture, "2026-11-18")["is_behind"].clone(), advanced()),
        (json!(true), json!("2026-11-18T00:00:00Z"))
    );
    let waits = far(&fixture, "2026-11-23T04:59Z");
    assert_eq!(waits["may_advance"], "2026-11-23T05:00:00Z", "{waits}");
    run(&fixture, "advance", "2026-11-23T04:59Z", "Far").bad().complains("revision/too-early", "0 6 * * mon");
    // Nobody rendered on Monday.
    run(&fixture, "render", "2026-11-25T12:34Z", "").good();
    assert_eq!(
        (far(&fixture, "2026-11-25")["is_behind"].clone(), advanced()),
        (json!(false), json!("2026-11-25T12:34:00Z"))
    );
    mondays(&["b"]);
    run(&fixture, "render", "2026-11-29", "").good();
    assert_eq!(
        (far(&fixture, "2026-11-29")["is_behind"].clone(), advanced()),
        (json!(true), json!("2026-11-25T12:34:00Z"))
    );
    run(&fixture, "advance", "2026-11-29T23:00Z", "Far --now --reason outage").good();
    assert_eq!(advanced(), json!("2026-11-29T23:00:00Z"));
    // Without a timetable, nothing is remembered.
    fixture.model(&model(&["a", "b"]));
    run(&fixture, "render", "2026-11-30", "").good();
    assert_eq!((far(&fixture, "2026-11-30")["is_behind"].clone(), advanced()), (json!(false), Value::Null));
}

#[test]
fn a_reason_with_a_password_in_it_is_refused() {
    let fixture = Fixture::new(&model(&["a"]));
    run(&fixture, "render", "2026-11-17", "").good();
    let reason = "postgres://admin:hunter2hunter2@db.example/x";
    for verb in ["advance model.json --now", "release model.json x", "accept x"] {
        let said = fixture.run(&format!("{verb} --target out --reason {reason}"));
        assert_eq!(said.code, 2, "{said:?}");
        assert!(!said.err.contains("hunter2"), "{said:?}");
    }
    fixture.write("model.json", frozen(&["a"], "2027-01-04", reason));
    let said = run(&fixture, "plan", "2026-11-17", "").bad();
    assert!(said.err.contains("platform/secret") && !said.err.contains("hunter2"), "{said:?}");
}

#[test]
fn a_saved_proposal_takes_those_forward_that_it_was_made_for() {
    let fixture = Fixture::new(&model(&["a"]));
    run(&fixture, "render", "2026-11-20", "").good();
    let (first, files) = (far(&fixture, "2026-11-20")["revision"].clone(), fixture.rendered());
    fixture.write("model.json", frozen(&["a", "b"], "2026-11-26", "until the long weekend"));
    run(&fixture, "plan", "2026-11-25", "--out saved.json").good();
    let saved: Value = serde_json::from_str(&fixture.read("saved.json")).unwrap();
    assert!(saved["plans"]["Near"].is_object() && saved["plans"]["Far"].is_null(), "{saved}");
    // It is rendered as of its day, though the freeze is over by now.
    fixture.run("render model.json --target out --proposal saved.json").good();
    let far_now = far(&fixture, "2026-11-25");
    assert_eq!((&far_now["revision"], &far_now["is_behind"]), (&first, &json!(true)));
    let of_far = |files: &BTreeMap<String, Vec<u8>>| {
        let mut files = files.clone();
        files.retain(|path, _| path.starts_with("Far/"));
        files
    };
    assert!(!of_far(&files).is_empty());
    assert_eq!(of_far(&files), of_far(&fixture.rendered()));

    // Somebody took it forward in between.
    run(&fixture, "plan", "2026-11-26", "--out saved.json").good();
    run(&fixture, "advance", "2026-11-25", "Far --now --reason outage").good();
    let said = fixture.run("render model.json --target out --proposal saved.json");
    said.bad().complains("plan/proposal-moved", "the lock is another one");
}
