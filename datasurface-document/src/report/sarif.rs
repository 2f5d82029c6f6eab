//! Findings for code review tools: SARIF 2.1.0 (OASIS).

use datasurface_model::{CodeInfo, Diagnostic, Findings, ModelPath, Position, Printable, Severity};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// The log of these findings, and of those that waivers suppress, with what is known of their codes.
pub(super) fn log(
    findings: &Findings,
    waived: &Findings,
    codes: impl IntoIterator<Item = &'static CodeInfo>,
) -> Value {
    let used: BTreeSet<&str> = findings.codes().chain(waived.codes()).collect();
    let suppressed = waived.iter().map(|finding| {
        let mut result = result(finding);
        result.insert("suppressions".to_owned(), json!([{"kind": "external", "status": "accepted"}]));
        result
    });
    let rules = codes.into_iter().filter(|info| used.contains(info.code)).map(rule);
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "datasurface",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": findings.iter().map(result).chain(suppressed).collect::<Vec<_>>(),
        }],
    })
}

fn rule(info: &CodeInfo) -> Value {
    json!({
        "id": info.code,
        "shortDescription": {"text": info.summary},
        "fullDescription": {"text": info.explanation},
        "defaultConfiguration": {"level": level(info.severity)},
    })
}

fn result(finding: &Diagnostic) -> Map<String, Value> {
    let related = finding.related_places().iter().map(|related| {
        let mut location = location(&related.path, related.position.as_ref());
        location.insert("message".to_owned(), json!({"text": Printable(&related.message).to_string()}));
        location
    });
    let mut result = Map::new();
    result.insert("ruleId".to_owned(), finding.code().into());
    result.insert("level".to_owned(), level(finding.severity()).into());
    result.insert("message".to_owned(), json!({"text": Printable(finding.message()).to_string()}));
    result.insert("locations".to_owned(), json!([location(finding.path(), finding.position())]));
    result.insert("relatedLocations".to_owned(), related.map(Value::from).collect());
    result
}

/// A place in the model, and where that is written, if it is known.
fn location(path: &ModelPath, position: Option<&Position>) -> Map<String, Value> {
    let mut location = Map::new();
    location.insert("logicalLocations".to_owned(), json!([{"fullyQualifiedName": path.to_string()}]));
    if let Some(Position { document, line, column, length, .. }) = position {
        let physical = json!({
            "artifactLocation": {"uri": uri(document)},
            "region": {"startLine": line, "startColumn": column, "endColumn": column + length},
        });
        location.insert("physicalLocation".to_owned(), physical);
    }
    location
}

/// The name of a document as a reference (RFC 3986, section 4.1): all that could be mistaken is written in percent.
fn uri(document: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    document.bytes().fold(String::new(), |mut uri, byte| {
        if plain(byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
        uri
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}
