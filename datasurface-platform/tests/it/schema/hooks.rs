//! The lines between a host and a hook.

use super::{agreement::agree, fit, kinds, transcript};
use crate::{hooks, operation};
use datasurface_platform::{
    hook::{
        FindingRaised, HOOK_PROTOCOL, HookAnswer, HookHandshake, HookRequest, HookResponse, MAX_NOTE_LENGTH,
        MAX_NOTES, PlanDecision, PlanReady, TriggerDecision, TriggerDue, hook_answer_schema,
        hook_request_schema,
    },
    prelude::*,
    remote::{RequestLine, ResponseLine},
};
use serde_json::{Value, json};
use std::borrow::Cow;

/// A finding with everything that one can say.
fn finding(patch: &Value) -> FindingRaised {
    let position = json!({
        "document": "model.yaml", "line": 3, "column": 5, "length": 2, "is_inexact": true, "text": "x: yy",
    });
    let finding = json!({
        "path": ["zones", "EU"],
        "code": "topic/name",
        "severity": "warning",
        "message": "a name",
        "help": "choose another one",
        "suggestion": { "path": ["zones", "EU"], "patch": patch, "addressee": "github:shop/eu@main" },
        "related": [{ "path": ["zones"], "message": "here, too", "position": position }],
        "position": position,
        "addressee": "github:shop/eu@main",
    });
    let raised = FindingRaised { finding: serde_json::from_value(finding.clone()).unwrap() };
    assert_eq!(serde_json::to_value(&raised).unwrap()["finding"], finding, "all of it is written again");
    raised
}

/// Requests with every member that an event can have.
fn requests() -> Vec<Value> {
    let settings = || Cow::Owned(Json::from(json!({ "history": "Shop/history" })));
    let loaded = hooks::dataset_loaded();
    let due = TriggerDue { last_run: Some(loaded.now), ..hooks::trigger_due() };
    let ready = hooks::plan_ready();
    let ready = PlanReady { reached: Some(ready.revision.clone()), plan: operation::plan(2), ..ready };
    let patches = [json!({ "put": 1 }), json!({ "add": {} }), json!({ "rename": "US" }), json!("remove")];
    let raised = patches.map(|patch| finding(&patch));
    let mut requests = vec![
        HookRequest::Hello { protocol: HOOK_PROTOCOL, settings: settings() },
        HookRequest::DatasetLoaded { settings: settings(), event: Cow::Borrowed(&loaded) },
        HookRequest::TriggerDue { settings: settings(), event: Cow::Borrowed(&due) },
        HookRequest::PlanReady { settings: settings(), event: Cow::Borrowed(&ready) },
    ];
    let found = |event| HookRequest::FindingRaised { settings: settings(), event: Cow::Borrowed(event) };
    requests.extend(raised.iter().map(found));
    let lines = (1..).zip(requests).map(|(number, request)| RequestLine { number, request });
    lines.map(|line| serde_json::to_value(line).unwrap()).collect()
}

/// Answers with every decision, as many notes as there may be, and one that is as long as it may be.
fn answers() -> Vec<Value> {
    let long = "x".repeat(MAX_NOTE_LENGTH);
    let noted = || HookAnswer { decision: None, notes: vec![long.clone(); MAX_NOTES] };
    let triggered = [
        TriggerDecision::RunInFull,
        TriggerDecision::RunIncrementally,
        TriggerDecision::Skip,
        TriggerDecision::Refuse(long.clone()),
    ];
    let planned = [PlanDecision::Write, PlanDecision::Refuse(long.clone())];
    let triggered = triggered.map(|decision| HookResponse::TriggerDue(HookAnswer::new(decision).note("x")));
    let planned = planned.map(|decision| HookResponse::PlanReady(HookAnswer::new(decision).note("x")));
    let handshake = HookHandshake { protocol: HOOK_PROTOCOL, events: hooks::every_kind() };
    let error = PlatformError::new(PlatformErrorKind::Internal, "lost my way");
    let others = [
        HookResponse::Hello(handshake),
        HookResponse::DatasetLoaded(HookAnswer { decision: None, notes: vec![long.clone()] }),
        HookResponse::FindingRaised(noted()),
        HookResponse::Error(error),
    ];
    let all = triggered.into_iter().chain(planned).chain(others);
    all.map(|response| serde_json::to_value(ResponseLine { number: 1, response }).unwrap()).collect()
}

fn recorded(side: &str, more: Vec<Value>) -> Vec<Value> {
    transcript("hooks.md", side).into_iter().chain(more).collect()
}

/// The kinds of requests, each of which has an answer.
const KINDS: [&str; 5] = ["dataset_loaded", "finding_raised", "hello", "plan_ready", "trigger_due"];

#[test]
fn every_request_to_a_hook_fits_the_schema() {
    let requests = recorded("request", requests());
    fit(&hook_request_schema(), &requests);
    assert_eq!(kinds("request", &requests), KINDS.into(), "each kind of request is there");
}

#[test]
fn every_answer_of_a_hook_fits_the_schema() {
    let answers = recorded("response", answers());
    fit(&hook_answer_schema(), &answers);
    let mut known = kinds("response", &answers);
    assert!(known.remove("error"));
    assert_eq!(known, KINDS.into(), "each kind of answer is there");
}

#[test]
fn the_schema_and_a_hook_agree_about_every_damaged_request() {
    agree::<RequestLine<HookRequest<'_>>>(
        &hook_request_schema(),
        "request",
        &recorded("request", requests()),
    );
}

#[test]
fn the_schema_and_the_host_agree_about_every_damaged_answer_of_a_hook() {
    agree::<ResponseLine<HookResponse>>(&hook_answer_schema(), "response", &recorded("response", answers()));
}

/// The limits of notes are in the schema, too: whoever generates types from it learns of them.
#[test]
fn the_schema_admits_no_answer_that_the_host_takes_for_a_failure() {
    let schema = super::validator(&hook_answer_schema());
    let answered = |answer: Value| json!({ "number": 2, "response": { "trigger_due": answer } });
    let long = "ü".repeat(MAX_NOTE_LENGTH + 1);
    assert!(schema.is_valid(&answered(json!({ "notes": ["x"] }))));
    for answer in [
        json!({ "notes": [long] }),
        json!({ "notes": [""] }),
        json!({ "notes": vec!["x"; MAX_NOTES + 1] }),
        json!({ "decision": { "refuse": long } }),
        json!({ "decision": { "refuse": "" } }),
        json!({ "decision": "write" }),
    ] {
        assert!(!schema.is_valid(&answered(answer.clone())), "{answer}");
    }
}
