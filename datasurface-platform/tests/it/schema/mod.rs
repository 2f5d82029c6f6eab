//! `docs/*.schema.json` of the protocols: what programs of platforms and hooks may answer, and what they are asked, as JSON Schema. With
//! `DATASURFACE_UPDATE=1` in the environment they are written instead of compared.

mod agreement;
mod hooks;
mod platforms;

use datasurface_platform::{
    hook::{hook_answer_schema, hook_request_schema},
    prelude::*,
    remote::{answer_schema, request_schema},
};
use jsonschema::Validator;
use serde_json::Value;
use std::{collections::BTreeSet, fs, path::PathBuf};

fn validator(schema: &Json) -> Validator {
    jsonschema::validator_for(&schema.value()).unwrap()
}

fn docs(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs").join(file)
}

/// The requests, or the answers, of the conversation in a page of the documentation.
fn transcript(page: &str, side: &str) -> Vec<Value> {
    let text = fs::read_to_string(docs(page)).unwrap();
    let (_, conversation) = text.split_once("## A conversation").unwrap();
    let blocks = conversation.split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let lines = blocks.map(|block| serde_json::from_str::<Value>(block).unwrap());
    let lines: Vec<Value> = lines.filter(|line| line.get(side).is_some()).collect();
    assert!(!lines.is_empty(), "there is no conversation in {page}");
    lines
}

/// The kinds of the requests, or of the answers.
fn kinds<'a>(side: &str, lines: impl IntoIterator<Item = &'a Value>) -> BTreeSet<&'a str> {
    let kind = |line: &'a Value| line[side].as_object()?.keys().next();
    lines.into_iter().filter_map(kind).map(String::as_str).collect()
}

fn fit(schema: &Json, lines: &[Value]) {
    let schema = validator(schema);
    for line in lines {
        let errors: Vec<String> = schema.iter_errors(line).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?} in {line}");
    }
}

#[test]
fn the_committed_schemas_are_those_of_the_types() {
    for (name, schema) in [
        ("protocol.schema.json", answer_schema()),
        ("protocol.requests.schema.json", request_schema()),
        ("hooks.schema.json", hook_answer_schema()),
        ("hooks.requests.schema.json", hook_request_schema()),
    ] {
        let (file, now) = (docs(name), format!("{:#}\n", schema.value()));
        if std::env::var_os("DATASURFACE_UPDATE").is_some() {
            fs::write(&file, now).unwrap();
        } else {
            let written = fs::read_to_string(&file).unwrap_or_default();
            assert!(written == now, "`docs/{name}` is stale; DATASURFACE_UPDATE=1 writes it");
        }
    }
}
