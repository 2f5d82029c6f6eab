//! `docs/protocol.schema.json` and `docs/protocol.requests.schema.json`: what a program may answer, and what it is asked, as JSON Schema.
//! With `DATASURFACE_UPDATE=1` in the environment they are written instead of compared.

use crate::{connectors::Connectors, example_graph, program};
use datasurface_platform::{
    PlatformView,
    prelude::*,
    remote::{
        Finding, JudgedAction, Judgements, RemoteJudgement, Request, RequestLine, Response, ResponseLine,
        answer_schema, request_schema,
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
    let lines = (1..).zip(requests).map(|(number, request)| RequestLine { number, request });
    lines.map(|line| serde_json::to_vec(&line).unwrap()).collect()
}

/// The answers of a platform that makes whole plans, and of a program that says all it can.
fn answers() -> Vec<Value> {
    let mut output = Vec::new();
    serve(&TypedFactory::<Connectors>::new(), requests().join(&b'\n').as_slice(), &mut output).unwrap();
    let lines = String::from_utf8(output).unwrap();
    let judgements = serde_json::to_value(ResponseLine { number: 1, response: judged() }).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).chain([judgements]).collect()
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
        "create",
        "diff",
        "hello",
        "judge",
        "lint_node",
        "lint_platform",
        "offer",
        "render",
        "shares",
        "weigh",
    ];
    assert_eq!(kinds("request", &requests), BTreeSet::from(known), "each kind of request is there");
}

#[test]
fn every_answer_fits_the_schema() {
    let answers = recorded_answers();
    fit(&answer_schema(), &answers);
    let known = [
        "created",
        "error",
        "findings",
        "hello",
        "judgements",
        "offers",
        "plan",
        "rendering",
        "shares",
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
