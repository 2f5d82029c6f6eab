//! `docs/protocol.schema.json` and `docs/protocol.requests.schema.json`: what a program may answer, and what it is asked, as JSON Schema.
//! With `DATASURFACE_UPDATE=1` in the environment they are written instead of compared.

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
use jsonschema::Validator;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

fn validator(schema: &Json) -> Validator {
    jsonschema::validator_for(&schema.value()).unwrap()
}

fn docs(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs").join(file)
}

/// The requests, or the answers, of the conversation in the documentation.
fn transcript(side: &str) -> Vec<Value> {
    let text = fs::read_to_string(docs("protocol.md")).unwrap();
    let (_, conversation) = text.split_once("## A conversation").unwrap();
    let blocks = conversation.split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let lines = blocks.map(|block| serde_json::from_str::<Value>(block).unwrap());
    lines.filter(|line| line.get(side).is_some()).collect()
}

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
    transcript("request").into_iter().chain(requests).collect()
}

fn recorded_answers() -> Vec<Value> {
    transcript("response").into_iter().chain(answers()).collect()
}

/// The kinds of the requests, or of the answers.
fn kinds<'a>(side: &str, lines: impl IntoIterator<Item = &'a Value>) -> BTreeSet<&'a str> {
    let kind = |line: &'a Value| line[side].as_object()?.keys().next();
    lines.into_iter().filter_map(kind).map(String::as_str).collect()
}

#[test]
fn the_committed_schemas_are_those_of_the_types() {
    for (name, schema) in
        [("protocol.schema.json", answer_schema()), ("protocol.requests.schema.json", request_schema())]
    {
        let (file, now) = (docs(name), format!("{:#}\n", schema.value()));
        if std::env::var_os("DATASURFACE_UPDATE").is_some() {
            fs::write(&file, now).unwrap();
        } else {
            let written = fs::read_to_string(&file).unwrap();
            assert!(written == now, "`docs/{name}` is stale; DATASURFACE_UPDATE=1 writes it");
        }
    }
}

fn fit(schema: &Json, lines: &[Value]) {
    let schema = validator(schema);
    for line in lines {
        let errors: Vec<String> = schema.iter_errors(line).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?} in {line}");
    }
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

/// What is left of a value if one thing in it is damaged, for each thing and each damage.
fn damaged(value: &Value) -> Vec<Value> {
    let mut all = vec![Value::Null, json!(-1.5), json!(["x", 1]), json!({ "unheard_of": true })];
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let with = |member: Option<Value>| {
                    let mut members = members.clone();
                    match member {
                        Some(member) => members.insert(name.clone(), member),
                        None => members.remove(name),
                    };
                    Value::Object(members)
                };
                all.push(with(None));
                all.extend(damaged(member).into_iter().map(|member| with(Some(member))));
            }
            let mut more = members.clone();
            more.insert("unheard_of".to_owned(), Value::Null);
            all.push(Value::Object(more));
        }
        // One element stands for all.
        Value::Array(elements) => all.extend(elements.first().into_iter().flat_map(damaged).map(|first| {
            Value::Array([first].into_iter().chain(elements.iter().skip(1).cloned()).collect())
        })),
        _ => {}
    }
    all
}

/// What binds several values, which no schema says.
fn binds_several_values(error: &str) -> bool {
    ["declares no resource", "is in no rendered file", "either text or bytes", "what is held is in a `shard`"]
        .iter()
        .any(|rule| error.contains(rule))
}

/// The paths of all members of a value, without the positions in lists.
fn paths(value: &Value, at: &str, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, member)| {
            let path = format!("{at}/{name}");
            paths(member, &path, into);
            into.insert(path);
        }),
        Value::Array(elements) => elements.first().into_iter().for_each(|first| paths(first, at, into)),
        _ => {}
    }
}

/// Whether a schema and the reader of these lines agree about every damage of them. Of each kind, something is refused.
fn agree<T: DeserializeOwned>(schema: &Json, side: &str, lines: &[Value]) {
    let schema = validator(schema);
    let (mut refused, mut disagreements, mut seen) = (BTreeSet::new(), BTreeMap::new(), BTreeSet::new());
    for line in lines {
        // A line without a member that no line before it had says nothing new.
        let known = seen.len();
        paths(line, "", &mut seen);
        if seen.len() == known {
            continue;
        }
        for damaged in damaged(line) {
            let fits = schema.is_valid(&damaged);
            let reason = serde_json::from_value::<T>(damaged.clone()).err().map(|error| error.to_string());
            let may_differ = reason.as_deref().is_some_and(binds_several_values);
            if fits != reason.is_none() && !may_differ {
                disagreements.insert((fits, reason), damaged);
            }
            if !fits {
                refused.extend(kinds(side, [line]));
            }
        }
    }
    assert!(
        disagreements.is_empty(),
        "whether the schema admits it, and why the reader does not: {disagreements:#?}"
    );
    assert_eq!(refused, kinds(side, lines), "of each kind something is refused");
}

#[test]
fn the_schema_and_a_program_agree_about_every_damaged_request() {
    agree::<RequestLine<Request<'_>>>(&request_schema(), "request", &recorded_requests());
}

#[test]
fn the_schema_and_the_host_agree_about_every_damaged_answer() {
    agree::<ResponseLine<Response>>(&answer_schema(), "response", &recorded_answers());
}
