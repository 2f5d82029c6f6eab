//! `docs/protocol.schema.json`: what a program may answer, as JSON Schema. With `DATASURFACE_UPDATE=1` in the environment it is written
//! instead of compared.

use crate::{connectors::Connectors, example_graph, program};
use datasurface_platform::{
    prelude::*,
    remote::{
        Finding, JudgedAction, Judgements, RemoteJudgement, Request, RequestLine, Response, ResponseLine,
        answer_schema,
    },
};
use jsonschema::Validator;
use serde_json::{Value, json};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

fn validator() -> Validator {
    jsonschema::validator_for(&answer_schema().value()).unwrap()
}

fn docs(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs").join(file)
}

/// The answers of the conversation in the documentation.
fn transcript() -> Vec<Value> {
    let text = fs::read_to_string(docs("protocol.md")).unwrap();
    let (_, conversation) = text.split_once("## A conversation").unwrap();
    let blocks = conversation.split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let lines = blocks.map(|block| serde_json::from_str::<Value>(block).unwrap());
    lines.filter(|line| line.get("response").is_some()).collect()
}

/// The answers of a platform that makes whole plans, and of a program that says all it can.
fn answers() -> Vec<Value> {
    let instance = example_graph::plain_instance();
    let views = example_graph::node_views();
    let mut requests = vec![Request::Create { instance: Cow::Borrowed(&instance) }];
    for view in &views {
        requests.push(Request::Weigh { platform: 0, node: Cow::Borrowed(view.facts()) });
        requests.push(Request::Offer { platform: 0, node: Cow::Borrowed(view.facts()) });
        requests.push(Request::LintNode { platform: 0, node: Cow::Borrowed(view) });
        requests.push(Request::Shares { platform: 0, node: Cow::Borrowed(view) });
    }
    let shard = example_graph::shard(&instance);
    requests.push(Request::Render { platform: 0, scope: Cow::Borrowed(&shard) });
    let factory = TypedFactory::<Connectors>::new();
    let rendered = factory.create(&instance).unwrap().render(&shard).unwrap();
    requests.push(Request::Diff { platform: 0, change: program::change(&rendered) });
    requests.push(Request::Weigh { platform: 9, node: Cow::Borrowed(views[0].facts()) });
    let mut input = Vec::new();
    for (number, request) in (1..).zip(requests) {
        input.extend(serde_json::to_vec(&RequestLine { number, request }).unwrap());
        input.push(b'\n');
    }
    let mut output = Vec::new();
    serve(&factory, input.as_slice(), &mut output).unwrap();
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

fn kinds<'a>(lines: impl IntoIterator<Item = &'a Value>) -> BTreeSet<&'a str> {
    lines
        .into_iter()
        .filter_map(|line| line["response"].as_object()?.keys().next())
        .map(String::as_str)
        .collect()
}

#[test]
fn the_committed_schema_is_that_of_the_types() {
    let now = format!("{:#}\n", answer_schema().value());
    let file = docs("protocol.schema.json");
    if std::env::var_os("DATASURFACE_UPDATE").is_some() {
        fs::write(&file, now).unwrap();
    } else {
        let written = fs::read_to_string(&file).unwrap();
        assert!(written == now, "`docs/protocol.schema.json` is stale; DATASURFACE_UPDATE=1 writes it");
    }
}

#[test]
fn every_answer_fits_the_schema() {
    let (schema, transcript, answers) = (validator(), transcript(), answers());
    for line in transcript.iter().chain(&answers) {
        let errors: Vec<String> = schema.iter_errors(line).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?} in {line}");
    }
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
    assert_eq!(
        kinds(transcript.iter().chain(&answers)),
        BTreeSet::from(known),
        "each kind of answer is there"
    );
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
    ["declares no resource", "is in no rendered file", "either text or bytes"]
        .iter()
        .any(|rule| error.contains(rule))
}

#[test]
fn the_schema_and_the_host_agree_about_every_damaged_answer() {
    let (schema, mut refused, mut disagreements) = (validator(), BTreeSet::new(), BTreeMap::new());
    for line in transcript().iter().chain(&answers()) {
        for damaged in damaged(line) {
            let fits = schema.is_valid(&damaged);
            let reason = match serde_json::from_value::<ResponseLine<Response>>(damaged.clone()) {
                Ok(_) => None,
                Err(error) => Some(error.to_string()),
            };
            let may_differ = reason.as_deref().is_some_and(binds_several_values);
            if fits != reason.is_none() && !may_differ {
                disagreements.insert((fits, reason), damaged);
            }
            if !fits {
                refused.extend(kinds([line]).into_iter().map(str::to_owned));
            }
        }
    }
    assert!(
        disagreements.is_empty(),
        "whether the schema admits it, and why the host does not: {disagreements:#?}"
    );
    assert_eq!(refused.len(), 10, "of each kind something is refused: {refused:?}");
}
