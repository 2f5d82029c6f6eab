//! The lines between a host and the program of a platform.

use super::{agreement::agree, fit, kinds, transcript};
use crate::{connectors::Connectors, example_graph, operation, program};
use datasurface_platform::{
    ApplyReport, CopyComparison, DatasetRun, DriftedResource, JobFailure, JobOutcome, JobRemark, JobRun,
    NoObserver, PlatformView, RoundedValues, RunMode, RunNames, RunReport, RunRequest, SinkStatus, Status,
    WaitReason, WaitingJob,
    hook::{
        DatasetLoaded, EventKind, HookOutcome, HookRemark, RemarkKind, TriggerDecision, TriggerDue,
        TriggerInput,
    },
    prelude::*,
    remote::{
        Finding, JudgedAction, Judgements, RemoteContext, RemoteJudgement, Request, RequestLine, Response,
        ResponseLine, answer_schema, request_schema,
    },
};
use serde_json::Value;
use std::{borrow::Cow, collections::BTreeSet};

/// The requests to a platform that makes whole plans, and one for another instance than there is.
fn requests() -> Vec<Vec<u8>> {
    let instance = example_graph::plain_instance();
    let views = example_graph::node_views();
    let mut requests = vec![Request::Create { instance: Cow::Borrowed(&instance) }];
    for view in &views {
        requests.push(Request::Weigh { platform: 0, node: Cow::Borrowed(view.facts()) });
        requests.push(Request::Offer { platform: 0, node: Cow::Borrowed(view.facts()) });
        requests.push(Request::LintNode { platform: 0, node: Cow::Borrowed(view) });
        requests.push(Request::Shares { platform: 0, node: Cow::Borrowed(view) });
    }
    let view = PlatformView::new(instance.clone(), vec!["main".into()]);
    requests.push(Request::LintPlatform { platform: 0, view: Cow::Borrowed(&view) });
    let shard = example_graph::shard(&instance);
    requests.push(Request::Render { platform: 0, scope: Cow::Borrowed(&shard) });
    let factory = TypedFactory::<Connectors>::new();
    let rendered = factory.create(&instance).unwrap().render(&shard).unwrap();
    requests.push(Request::Diff { platform: 0, change: program::change(&rendered) });
    requests.push(Request::Weigh { platform: 9, node: Cow::Borrowed(views[0].facts()) });
    let rendered = operation::rendered();
    let context = || RemoteContext {
        hooks: [EventKind::TriggerDue].into(),
        ..RemoteContext::from(&operation::site(&rendered, &NoObserver))
    };
    let request = RunRequest::from(RunMode::Due).select("A").full_refresh("A/b").resync("C").verify();
    requests.extend([
        Request::Apply { platform: 0, context: context(), plan: operation::plan(1) },
        Request::Run { platform: 0, context: context(), request },
        Request::RunNames { platform: 0, context: context() },
        Request::Status { platform: 0, context: context() },
        Request::History { platform: 0, context: context(), most: 3 },
        Request::NextDue { platform: 0, context: context() },
        Request::Hooks(HookOutcome { decision: Some(TriggerDecision::Skip), remarks: vec![remark()] }),
    ]);
    let lines = (1..).zip(requests).map(|(number, request)| RequestLine { number, request });
    lines.map(|line| serde_json::to_vec(&line).unwrap()).collect()
}

/// The answers of a platform that makes whole plans, and of a program that says all it can.
fn answers() -> Vec<Value> {
    let mut output = Vec::new();
    serve(&TypedFactory::<Connectors>::new(), requests().join(&b'\n').as_slice(), &mut output).unwrap();
    let lines = String::from_utf8(output).unwrap();
    let more = [judged()].into_iter().chain(operated());
    let more = more.map(|response| serde_json::to_value(ResponseLine { number: 1, response }).unwrap());
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).chain(more).collect()
}

fn remark() -> HookRemark {
    HookRemark { hook: "audit".into(), kind: RemarkKind::Failed, text: "no".to_owned() }
}

/// Answers to operations, with everything that they can say.
fn operated() -> Vec<Response> {
    let now = "2026-11-21T10:00:00Z".parse().unwrap();
    let dataset = || DatasetKey::new("Sales", "orders");
    let job = || ResourceAddress::from("load.orders");
    let batch = DatasetRun {
        dataset: dataset(),
        batch: 3,
        inserted: 1,
        updated: 2,
        deleted: 3,
        unchanged: 4,
        rejected: 5,
        failure: Some("why".to_owned()),
    };
    let loaded = DatasetLoaded { platform: Some("Stream".into()), now, batch: batch.clone() };
    let due = TriggerDue {
        platform: Some("Stream".into()),
        now,
        workspace: "Make".into(),
        job: job(),
        trigger: TransformTrigger::AnyInputMoved,
        inputs: vec![TriggerInput { dataset: dataset(), batch: 3, seen_batch: 2, changed_records: 1 }],
        outputs: vec![dataset()],
        last_run: Some(now),
        is_requested: true,
    };
    let waits_for = [
        WaitReason::Repaired(vec![job()]),
        WaitReason::Arrived(vec![dataset()]),
        WaitReason::Moved(vec![dataset()]),
        WaitReason::Hooks,
    ];
    let waiting: Vec<_> = waits_for.map(|waits_for| WaitingJob { job: job(), waits_for }).into();
    let failure = JobFailure { job: job(), reason: "no".to_owned(), examples: vec!["x".to_owned()] };
    let ran = RunReport {
        datasets: vec![batch],
        failures: vec![failure],
        waiting: waiting.clone(),
        rounded: vec![RoundedValues { dataset: dataset(), column: "price".into(), values: 2 }],
        compared: vec![CopyComparison {
            copy: job(),
            dataset: dataset(),
            missing: 1,
            added: 2,
            different: 3,
        }],
        remarks: vec![JobRemark { job: job(), remark: remark() }],
    };
    let sink = SinkStatus {
        group: "Report/all".into(),
        dataset: dataset(),
        stored_as: Some(dataset()),
        last_batch: Some((3, now)),
        schema_version: Some(2),
        confirmed_at: Some(now),
        promised: Some(Latency::minutes(5)),
        undelivered: Some(4),
        rejected: 1,
        unfit: 2,
        last_failure: Some("why".to_owned()),
        examples: vec!["x".to_owned()],
    };
    let drifted = DriftedResource { resource: job(), problem: "gone".to_owned(), is_repaired_by_run: true };
    let history = [JobOutcome::Done, JobOutcome::Failed("no".to_owned()), JobOutcome::Unfinished];
    let history = history.map(|outcome| JobRun {
        job: job(),
        began_at: now,
        milliseconds: Some(5),
        records: Some(6),
        outcome,
    });
    vec![
        Response::Started("load.orders".to_owned()),
        Response::DatasetLoaded(loaded),
        Response::TriggerDue(Box::new(due)),
        Response::Applied(ApplyReport { done: 1, done_before: 2, identity: Some("here".to_owned()) }),
        Response::Ran(ran),
        Response::RunNames(RunNames {
            selectable: ["A".to_owned()].into(),
            datasets: [dataset()].into(),
            consumers: ["C".to_owned()].into(),
        }),
        Response::Status(Status { sinks: vec![sink], waiting, drifted: vec![drifted] }),
        Response::History(history.into()),
        Response::NextDue(Some(now)),
    ]
}

/// Judgements with everything that a judgement can say.
fn judged() -> Response {
    let refused = Finding {
        code: "topics/type".to_owned(),
        severity: Severity::Warning,
        message: "no".to_owned(),
        help: Some("wait".to_owned()),
        about: LintSubject::Column(DatasetKey::new("Sales", "orders"), "id".into()),
    };
    let judgement = RemoteJudgement {
        action: JudgedAction::Replace,
        effect: Effect::Rebuild,
        reason: "another type".to_owned(),
        meaning: Some(Meaning::Compatible),
        carried_by: Some(Carrier::TransitionFile("copy.sql".parse().unwrap())),
        refused: Some(refused),
    };
    Response::Judgements(Judgements {
        changes: vec![judgement],
        transition: vec![File::sql("copy.sql", "select 1").unwrap()],
    })
}

fn recorded_requests() -> Vec<Value> {
    let requests = requests().into_iter().map(|line| serde_json::from_slice(&line).unwrap());
    transcript("protocol.md", "request").into_iter().chain(requests).collect()
}

fn recorded_answers() -> Vec<Value> {
    transcript("protocol.md", "response").into_iter().chain(answers()).collect()
}

#[test]
fn every_request_fits_the_schema() {
    let requests = recorded_requests();
    fit(&request_schema(), &requests);
    let known = [
        "apply",
        "create",
        "diff",
        "hello",
        "history",
        "hooks",
        "judge",
        "lint_node",
        "lint_platform",
        "next_due",
        "offer",
        "render",
        "run",
        "run_names",
        "shares",
        "status",
        "weigh",
    ];
    assert_eq!(kinds("request", &requests), BTreeSet::from(known), "each kind of request is there");
}

#[test]
fn every_answer_fits_the_schema() {
    let answers = recorded_answers();
    fit(&answer_schema(), &answers);
    let known = [
        "applied",
        "created",
        "dataset_loaded",
        "error",
        "findings",
        "hello",
        "history",
        "judgements",
        "next_due",
        "offers",
        "plan",
        "ran",
        "rendering",
        "run_names",
        "shares",
        "started",
        "status",
        "trigger_due",
        "weights",
    ];
    assert_eq!(kinds("response", &answers), BTreeSet::from(known), "each kind of answer is there");
}

#[test]
fn the_schema_and_a_program_agree_about_every_damaged_request() {
    agree::<RequestLine<Request<'_>>>(&request_schema(), "request", &recorded_requests());
}

#[test]
fn the_schema_and_the_host_agree_about_every_damaged_answer() {
    agree::<ResponseLine<Response>>(&answer_schema(), "response", &recorded_answers());
}
