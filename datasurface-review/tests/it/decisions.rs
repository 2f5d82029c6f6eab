//! Decisions in locks: who serves and captures what is as it was, as placing decides, or the next step of a move.

use crate::{
    continued::edited,
    edited_locks::with_an_old_error,
    fixture::*,
    review::{MODEL, judged, refusals},
};
use datasurface_broker::{Lock, MoveStep};
use datasurface_graph::Stage;
use datasurface_model::*;
use serde_json::{Value, json};

/// A state of the live branch: the model, and the lock beside it.
type State = (Ecosystem, Lock);

fn reader(name: &str, datasets: &[&str]) -> Workspace {
    consumer(name, DatasetGroup::new("g").with_sinks(datasets.iter().copied()))
}

fn world(readers: impl IntoIterator<Item = Workspace>) -> Ecosystem {
    fixture([minimal_platform("P"), minimal_platform("Q")], readers)
}

fn readers() -> [Workspace; 2] {
    [reader("W", &["S/a"]), reader("X", &["S/a", "S/b"])]
}

fn of_lock(old: (&Ecosystem, &Lock), new: (&Ecosystem, &Lock)) -> Vec<String> {
    let report = judged([old, new], MODEL, today());
    refusals(&report).into_iter().filter(|code| code.starts_with("lock/")).map(str::to_owned).collect()
}

/// What somebody does to a lock, and how.
type Edit = (&'static str, fn(&mut Value));

fn stages(lock: &mut Value, stages: &Value) {
    for decisions in ["groups", "primaries"] {
        for decided in lock["assignments"][decisions].as_object_mut().unwrap().values_mut() {
            *decided = stages.clone();
        }
    }
}

#[test]
fn a_decision_that_nothing_accounts_for_is_refused() {
    let site = Site::new();
    let model = world(readers());
    site.render(model.clone(), today());
    let lock = site.lock();
    let edits: [Edit; 14] = [
        ("all on another platform", |lock| stages(lock, &json!({"Q": "provisioned"}))),
        ("a group on another platform", |lock| {
            lock["assignments"]["groups"]["W/g"] = json!({"Q": "provisioned"});
        }),
        ("a capture on another platform", |lock| {
            lock["assignments"]["primaries"]["S"] = json!({"Q": "provisioned"});
        }),
        ("all on both", |lock| stages(lock, &json!({"P": "provisioned", "Q": "provisioned"}))),
        ("two steps at once", |lock| stages(lock, &json!({"P": "decommissioning", "Q": "provisioned"}))),
        ("three steps at once", |lock| stages(lock, &json!({"P": "decommissioned", "Q": "provisioned"}))),
        ("nothing in use", |lock| stages(lock, &json!({"P": "decommissioned"}))),
        ("no decisions", |lock| drop(lock.as_object_mut().unwrap().remove("assignments"))),
        ("no decision about a group", |lock| {
            lock["assignments"]["groups"].as_object_mut().unwrap().remove("W/g").unwrap();
        }),
        ("no placement", |lock| lock["platforms"]["P"]["placement"] = json!({})),
        ("no platform", |lock| drop(lock["platforms"].as_object_mut().unwrap().remove("P"))),
        ("a revision that never was", |lock| lock["reached"] = json!("0".repeat(64))),
        ("no revision", |lock| drop(lock.as_object_mut().unwrap().remove("reached"))),
        ("an earlier version", |lock| lock["platforms"]["P"]["version"] = json!("0.0.1")),
    ];
    // An error that was there before hides none of it.
    for model in [&model, &with_an_old_error(&model)] {
        assert_eq!(of_lock((model, &lock), (model, &lock)), [] as [&str; 0]);
        for (what, edit) in &edits {
            let forged = edited(&lock, edit);
            let refused = of_lock((model, &lock), (model, &forged));
            assert!(refused.contains(&"lock/edited".to_owned()), "{what}: {refused:?}");
        }
    }
}

#[test]
fn a_finding_names_the_decision() {
    let site = Site::new();
    let model = world(readers());
    site.render(model.clone(), today());
    let forged = edited(&site.lock(), |lock| {
        lock["assignments"]["groups"]["W/g"] = json!({"Q": "provisioned"});
        lock["assignments"]["primaries"]["S"] = json!({"Q": "provisioned"});
        lock["platforms"]["P"]["placement"] = json!({});
    });
    let report = judged([(&model, &site.lock()), (&model, &forged)], MODEL, today());
    let said: Vec<_> = report.findings.iter().filter(|finding| finding.code() == "lock/edited").collect();
    let begins = |text: &str| said.iter().any(|finding| finding.message().starts_with(text));
    assert_eq!(said.len(), 3, "{said:?}");
    assert!(
        begins("which platform serves `W/g` is neither") && begins("which platform captures `S` is neither")
    );
    assert!(begins("where `P` has what it makes is neither"));
}

/// The lock after a step of a move, which is not rendered yet.
fn moved(lock: &Lock, task: &str, step: &MoveStep) -> Lock {
    let mut lock = lock.clone();
    let decided = step.taken(&task.parse().unwrap(), lock.assignments()).unwrap();
    *lock.assignments_mut() = decided;
    lock
}

/// The states of a live branch: each lock is what rendering or a verb makes of the one before it.
fn history() -> Vec<State> {
    let site = Site::new();
    let mut states: Vec<State> = Vec::new();
    let mut render = |model: Ecosystem| {
        site.render(model.clone(), today());
        states.push((model, site.lock()));
    };
    let one = || [reader("W", &["S/a"])];
    render(world(one()));
    render(world(readers()));
    // A pin starts a move of a group, and another one that of the capture.
    render(world(readers()).group_pin("W/g", ["Q"]));
    render(world(readers()).group_pin("W/g", ["Q"]).primary_pin("S", "Q"));
    let last = states.last().unwrap().clone();
    // Verbs, each of which is rendered before the next one.
    let pinned = || last.0.clone();
    let step = |states: &mut Vec<State>, task: &str, step: MoveStep| {
        let decided = moved(&site.lock(), task, &step);
        std::fs::write(site.lock_path(), decided.to_text()).unwrap();
        states.push((pinned(), decided));
        site.render(pinned(), today());
        states.push((pinned(), site.lock()));
    };
    for task in ["W/g", "S", "S", "W/g"] {
        step(&mut states, task, MoveStep::Complete);
    }
    step(&mut states, "X/g", MoveStep::Start("Q".into()));
    step(&mut states, "X/g", MoveStep::Abandon);
    step(&mut states, "X/g", MoveStep::Start("Q".into()));
    step(&mut states, "X/g", MoveStep::Complete);
    step(&mut states, "X/g", MoveStep::Complete);
    let mut render = |model: Ecosystem| {
        site.render(model.clone(), today());
        states.push((model, site.lock()));
    };
    // Without pins, a platform, a reader; and under other names.
    render(world(readers()));
    render(fixture([minimal_platform("Q")], readers()));
    let renamed = || minimal_platform("R").renamed_from("Q");
    render(fixture([renamed()], readers()));
    render(fixture(
        [renamed(), minimal_platform("P")],
        [reader("V", &["S/a"]).renamed_from("W"), reader("X", &["S/b"])],
    ));
    render(fixture([renamed(), minimal_platform("P")], [reader("X", &["S/b"]), reader("N", &["S/c"])]));
    render(fixture([renamed(), minimal_platform("P")], []));
    states
}

#[test]
fn what_rendering_and_the_verbs_decide_is_accounted_for() {
    let states = history();
    assert!(states.len() > 20);
    let silent = [] as [&str; 0];
    for (at, pair) in states.windows(2).enumerate() {
        let [(was, before), (now, after)] = pair else { unreachable!() };
        assert_eq!(of_lock((was, before), (now, before)), silent, "{at}: the lock follows later");
        assert_eq!(of_lock((was, before), (now, after)), silent, "{at}: together");
        assert_eq!(of_lock((now, before), (now, after)), silent, "{at}: it follows");
    }
    // A lock that is behind comes with the next change of the model, which is rendered later.
    for (at, three) in states.windows(3).enumerate() {
        let [(was, before), (then, between), (now, _)] = three else { unreachable!() };
        if was != then {
            assert_eq!(of_lock((then, before), (now, between)), silent, "{at}: it is behind");
        }
    }
    // The first lock.
    let (model, lock) = &states[0];
    assert_eq!(of_lock((model, &Lock::default()), (model, lock)), silent);
}

#[test]
fn a_step_of_a_move_is_one_at_a_time() {
    let site = Site::new();
    let model = world(readers());
    site.render(model.clone(), today());
    let begun = site.lock();
    let started = moved(&begun, "S", &MoveStep::Start("Q".into()));
    let completed = moved(&started, "S", &MoveStep::Complete);
    let silent = [] as [&str; 0];
    assert_eq!(of_lock((&model, &begun), (&model, &started)), silent);
    assert_eq!(of_lock((&model, &started), (&model, &completed)), silent);
    assert_eq!(of_lock((&model, &begun), (&model, &completed)), ["lock/edited"]);
    let abandoned = moved(&started, "S", &MoveStep::Abandon);
    assert_eq!(of_lock((&model, &begun), (&model, &abandoned)), silent, "it was started, and taken back");
    // The stages alone: a platform that no step begins with.
    let mut other = begun.clone();
    other.assignments_mut().assign_primary("S".into(), "Q".into(), Stage::Decommissioning);
    assert_eq!(of_lock((&model, &begun), (&model, &other)), ["lock/edited"]);
}
