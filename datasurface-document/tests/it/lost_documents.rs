//! A document of which nothing can be read brings nothing about that is not so.

use super::partial::judged;
use datasurface_document::{Documents, to_value};
use datasurface_model::{Diagnostic, Ecosystem, Findings};
use serde_json::{Map, Value, json};
use std::{collections::BTreeSet, fs};

/// An ecosystem in documents: one about it, one about each zone, and one about each team.
fn split(ecosystem: &Ecosystem) -> Vec<(String, Map<String, Value>)> {
    let mut documents = Vec::new();
    let mut whole = to_value(ecosystem);
    for zone in elements(&mut whole, "zones") {
        let name = zone["name"].as_str().unwrap().to_owned();
        let Some(mut definition) = zone.as_object_mut().unwrap().remove("definition") else { continue };
        for team in elements(&mut definition, "teams") {
            let team_name = format!("{name}/{}", team["name"].as_str().unwrap());
            if let Some(team) = team.as_object_mut().unwrap().remove("definition") {
                documents.push(headed("team", &team_name, team));
            }
        }
        documents.push(headed("zone", &name, definition));
    }
    documents.push(("ecosystem.json".to_owned(), whole.as_object().unwrap().clone()));
    documents
}

fn elements<'v>(object: &'v mut Value, member: &str) -> impl Iterator<Item = &'v mut Value> {
    object.get_mut(member).and_then(Value::as_array_mut).into_iter().flatten()
}

fn headed(kind: &str, about: &str, definition: Value) -> (String, Map<String, Value>) {
    let head = json!({"format": "datasurface/1", kind: about}).as_object().unwrap().clone();
    let content = head.into_iter().chain(definition.as_object().unwrap().clone()).collect();
    (format!("{kind} {about}.json"), content)
}

fn documents(parts: &[(String, Map<String, Value>)]) -> Documents {
    let text = |content: &Map<String, Value>| serde_json::to_string(content).unwrap();
    parts.iter().fold(Documents::new(), |all, (name, content)| all.document(name.as_str(), text(content)))
}

/// What a finding says. Whom it is addressed to, and what is near, depends on what is not there; and so does whom a waived finding protects.
fn said(finding: &Diagnostic) -> (String, String, String) {
    let message = if finding.code() == "waiver/other-owner" { "" } else { finding.message() };
    (finding.code().to_owned(), finding.path().to_string(), message.to_owned())
}

fn known(findings: &Findings) -> BTreeSet<(String, String, String)> {
    findings.iter().filter(|finding| !finding.code().starts_with("document/")).map(said).collect()
}

/// The models of which something is wrong that the rules find.
fn fixtures() -> Vec<(String, Ecosystem)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../datasurface-model/tests/fixtures");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let yaml = paths.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    let loaded = yaml.filter_map(|path| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&path).unwrap();
        let base = fs::read_to_string(format!("{folder}/base.yaml")).unwrap();
        let documents = Documents::new().document("base.yaml", base).document("model.yaml", text);
        Some((name, documents.load().ok()?))
    });
    loaded.collect()
}

#[test]
#[cfg(feature = "yaml")]
fn a_lost_document_brings_nothing_about() {
    let fixtures = fixtures();
    assert!(fixtures.len() > 300, "{}", fixtures.len());
    let mut wrong = Vec::new();
    for (name, ecosystem) in &fixtures {
        let parts = split(ecosystem);
        let whole = judged(&documents(&parts));
        let expected: BTreeSet<_> = known(&whole.findings).union(&known(&whole.waived)).cloned().collect();
        for (lost, (document, content)) in parts.iter().enumerate() {
            let rest: Vec<_> = parts
                .iter()
                .enumerate()
                .filter(|(place, _)| *place != lost)
                .map(|(_, part)| part.clone())
                .collect();
            let head = match content.get("zone").or(content.get("team")) {
                Some(about) => format!(
                    "format: datasurface/1\n{}: {about}\n",
                    if content.contains_key("zone") { "zone" } else { "team" }
                ),
                None => "format: datasurface/1\n".to_owned(),
            };
            for text in [format!("{head}x: ["), "[".to_owned()] {
                let found = known(&judged(&documents(&rest).document("lost.yaml", text.as_str())).findings);
                for finding in found.difference(&expected) {
                    wrong.push(format!("{name} without {document} as {text:?}: {finding:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}
