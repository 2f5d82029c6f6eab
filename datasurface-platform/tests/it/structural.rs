//! Programs that judge changes, and leave the plan to the host.

use crate::{
    connectors::Connectors,
    example_graph,
    program::{change, findings},
};
use datasurface_platform::{PlatformView, ScopeChange, prelude::*, remote::ConnectionLimits};
use serde_json::{Value, json};
use std::{
    io::{self, BufRead as _, BufReader, Write, pipe},
    sync::{Arc, mpsc},
    thread,
};

/// The connectors as a program that answers some requests by itself: what `answer` leaves out, [`serve`] answers.
fn program(mut answer: impl FnMut(&Value) -> Option<Value> + Send + 'static) -> Box<dyn DataPlatform> {
    let (asked, ask) = pipe().unwrap();
    let (answers, mut answered) = pipe().unwrap();
    let (served, mut to_serve) = pipe().unwrap();
    let (from_serve, serving) = pipe().unwrap();
    thread::spawn(move || serve(&TypedFactory::<Connectors>::new(), BufReader::new(served), serving));
    thread::spawn(move || -> io::Result<()> {
        let mut from_serve = BufReader::new(from_serve);
        for line in BufReader::new(asked).lines() {
            let line: Value = serde_json::from_str(&line?)?;
            let response = match answer(&line["request"]) {
                Some(response) => json!({ "number": line["number"], "response": response }),
                None => {
                    writeln!(to_serve, "{line}")?;
                    let mut response = String::new();
                    from_serve.read_line(&mut response)?;
                    serde_json::from_str(&response)?
                }
            };
            writeln!(answered, "{response}")?;
        }
        Ok(())
    });
    let factory = RemoteFactory::connect(answers, ask, ConnectionLimits::default()).unwrap();
    factory.create(&example_graph::plain_instance()).unwrap()
}

fn hello() -> Value {
    json!({ "hello": {
        "protocol": 1, "kind": "connectors", "version": "1.0.0", "contract": PlatformDescriptor::CONTRACT,
        "config_schema": {}, "plan": "structural",
    } })
}

/// A program that judges in this way.
fn judging(mut judge: impl FnMut(&Value) -> Value + Send + 'static) -> Box<dyn DataPlatform> {
    program(move |request| {
        if request.get("hello").is_some() {
            return Some(hello());
        }
        assert!(request.get("diff").is_none(), "no whole plan is asked for");
        Some(json!({ "judgements": judge(request.get("judge")?) }))
    })
}

fn here() -> Box<dyn DataPlatform> {
    TypedFactory::<Connectors>::new().create(&example_graph::plain_instance()).unwrap()
}

/// A change by which resources come, go and stay otherwise.
fn mixed_change() -> datasurface_platform::OwnedChange {
    let rendered = here().render(&example_graph::shard(&example_graph::plain_instance())).unwrap();
    let mut change = change(&rendered);
    let ScopeChange { old, new, .. } = &mut change.scopes[0];
    let retained = new.resources.values().take(3).cloned();
    Arc::make_mut(old)
        .resources
        .extend(retained.map(|resource| (resource.address().clone(), resource.attribute("schema", "older"))));
    change
}

#[test]
fn the_host_derives_the_plan_that_the_program_would() {
    let there = judging(|asked| {
        let judged = asked["changes"].as_array().unwrap().iter().map(|change| {
            assert!(change["scope"].is_object(), "{change}");
            match (change.get("before"), change.get("after")) {
                (Some(_), Some(_)) => {
                    assert_eq!(change["differences"][0]["path"], "schema", "{change}");
                    json!({ "effect": "backfill", "reason": "it starts again from the first record" })
                }
                _ => json!({ "effect": "none" }),
            }
        });
        json!({ "changes": judged.collect::<Vec<_>>() })
    });
    let change = mixed_change();
    let plan = there.diff(&change.as_change()).unwrap();
    assert_eq!(plan, here().diff(&change.as_change()).unwrap());
    for action in [Action::Create, Action::Update, Action::Retire, Action::Hold] {
        assert!(plan.steps().iter().any(|step| step.action == action), "{action}: {plan}");
    }
}

/// A program may warn those whom it names, as a platform here can.
#[test]
fn all_changes_are_asked_about_at_once_with_the_readers_of_what_is_held() {
    let (asks, asked) = mpsc::channel();
    let there = judging(move |judge| {
        asks.send(judge.clone()).unwrap();
        let changes = judge["changes"].as_array().unwrap();
        json!({ "changes": changes.iter().map(|_| json!({ "effect": "none" })).collect::<Vec<_>>() })
    });
    let mut change = mixed_change();
    change.readers = [("Sales/orders".into(), ["Report/daily".into()].into())].into();
    there.diff(&change.as_change()).unwrap();
    drop(there);
    let asked: Vec<Value> = asked.iter().collect();
    assert_eq!(asked.len(), 1, "one question for all of it");
    let changes = asked[0]["changes"].as_array().unwrap();
    let holds = |change: &&Value| change.to_string().contains(r#""dataset":"Sales/orders""#);
    let (about_orders, others): (Vec<_>, Vec<_>) = changes.iter().partition(holds);
    assert!(!about_orders.is_empty() && !others.is_empty(), "{changes:?}");
    assert!(
        about_orders.iter().all(|change| change["readers"] == json!(["Report/daily"])),
        "{about_orders:?}"
    );
    assert!(others.iter().all(|change| change.get("readers").is_none()), "{others:?}");
}

#[test]
fn nothing_is_asked_where_nothing_changed() {
    let there = judging(|_| panic!("there is nothing to judge"));
    let mut change = mixed_change();
    change.scopes = vec![ScopeChange { scope: Scope::Foundation, old: Arc::default(), new: Arc::default() }];
    assert!(there.diff(&change.as_change()).unwrap().is_empty());
}

#[test]
fn a_judgement_says_all_that_one_in_process_can() {
    let there = judging(|asked| {
        let folder = asked["changes"][0]["folder"].as_str().unwrap();
        assert!(folder.ends_with(asked["transition"].as_str().unwrap()));
        let file = format!("{folder}/copy.sh");
        let judged = asked["changes"].as_array().unwrap().iter().map(|change| {
            if change.get("before").is_none() || change.get("after").is_none() {
                return json!({ "effect": "none" });
            }
            json!({
                "action": "replace", "effect": "rebuild", "reason": "a key is for ever",
                "meaning": { "breaking": ["Zone/Team/Desk/g"] },
                "carried_by": { "transition_file": file },
                "refused": { "code": "connectors/key", "message": "the key changes", "help": "make another topic" },
            })
        });
        let judged: Vec<Value> = judged.collect();
        json!({ "changes": judged, "transition": [{ "path": file, "media_type": "text/x-shellscript", "text": "#!/bin/sh\n" }] })
    });
    let change = mixed_change();
    let plan = there.diff(&change.as_change()).unwrap();
    let [file] = plan.transition_files() else { panic!("{plan:?}") };
    let (file, name) = (file.path().clone(), change.as_change().transition_name().unwrap());
    assert!(file.as_str().ends_with(&format!("/transition/{name}/copy.sh")), "{file}");
    let replaced: Vec<&Step> = plan.steps().iter().filter(|step| step.action == Action::Replace).collect();
    assert!(!replaced.is_empty(), "{plan}");
    for step in replaced {
        assert_eq!((step.effect, step.reason.as_str()), (Effect::Rebuild, "a key is for ever"));
        assert!(matches!(step.meaning, Meaning::Breaking(_)));
        assert_eq!(step.carried_by, Some(Carrier::TransitionFile(file.clone())));
        let refused = step.refused.as_ref().unwrap();
        assert_eq!((refused.code(), refused.severity()), ("connectors/key", Severity::Error));
        assert!(refused.path().to_string().starts_with("platforms/Stream/nodes/"), "{}", refused.path());
    }
}

#[test]
fn judgements_that_fit_no_changes_are_an_error() {
    let error =
        |judge: fn(&Value) -> Value| judging(judge).diff(&mixed_change().as_change()).unwrap_err().report();
    assert!(error(|_| json!({ "changes": [] })).contains("changes were to be judged, and 0 were"));
    let with_each = |judgement: fn() -> Value| {
        move |asked: &Value| {
            let changes = asked["changes"].as_array().unwrap();
            json!({ "changes": changes.iter().map(|_| judgement()).collect::<Vec<_>>() })
        }
    };
    let refused = |judgement: fn() -> Value| {
        judging(with_each(judgement)).diff(&mixed_change().as_change()).unwrap_err().report()
    };
    let said = refused(|| json!({ "action": "retire", "effect": "none" }));
    assert!(said.contains("unknown variant `retire`, expected `update` or `replace`"), "{said}");
    assert!(refused(|| json!({ "reason": "" })).contains("missing field `effect`"));
    assert!(refused(|| json!({ "effect": "none", "cost": 1 })).contains("unknown field `cost`"));
}

#[test]
fn findings_are_short_and_the_host_adds_the_place() {
    let there = program(|request| {
        let findings = if request.get("lint_platform").is_some() {
            json!([{ "code": "connectors/old", "severity": "note", "message": "it is an old cluster" }])
        } else if request.get("lint_node").is_some() {
            json!([{ "code": "connectors/name", "message": "`a` is too short", "help": "call it `aa`",
                     "about": { "column": ["Sales/orders", "a"] } }])
        } else {
            return None;
        };
        Some(json!({ "findings": findings }))
    });
    let instance = example_graph::plain_instance();
    let view = PlatformView::new(instance.clone(), Vec::new());
    let found = findings(&*there, LintView::Platform(&view));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].severity(), found[0].help()), (Severity::Note, None));
    assert_eq!(found[0].path(), &LintView::Platform(&view).path());

    let node = &example_graph::node_views()[0];
    let found = findings(&*there, LintView::Node(node));
    let mut expected = Vec::new();
    let view = LintView::Node(node);
    static NAME: CodeInfo =
        CodeInfo::error("connectors/name", "a name is too short", "Names have two letters.");
    let mut reporter = Reporter::new(&view, &mut expected);
    let column = LintSubject::Column("Sales/orders".into(), "a".into());
    reporter.report_about(&column, &NAME, "`a` is too short", "call it `aa`");
    assert_eq!(found, expected, "as if it was reported in process");
}
