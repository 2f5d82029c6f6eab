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
        let mut location = location(&related.path, related.position.as_deref());
        location.insert("message".to_owned(), message(&related.message));
        location
    });
    let mut result = Map::new();
    result.insert("ruleId".to_owned(), finding.code().into());
    result.insert("level".to_owned(), level(finding.severity()).into());
    result.insert("message".to_owned(), message(finding.message()));
    result.insert("locations".to_owned(), json!([location(finding.path(), finding.position())]));
    result.insert("relatedLocations".to_owned(), related.map(Value::from).collect());
    result
}

/// A message of plain text. Brackets would begin a link (section 3.11.6), which a model must not put there; backslashes in front of one would
/// escape the escape.
fn message(text: &str) -> Value {
    let (mut escaped, mut backslashes) = (String::new(), 0);
    for character in Printable(text).to_string().chars() {
        if matches!(character, '[' | ']') {
            escaped.extend(std::iter::repeat_n('\\', backslashes + 1));
        }
        backslashes = if character == '\\' { backslashes + 1 } else { 0 };
        escaped.push(character);
    }
    json!({ "text": escaped })
}

/// A place in the model, and where that is written, if it is known.
fn location(path: &ModelPath, position: Option<&Position>) -> Map<String, Value> {
    let mut location = Map::new();
    location
        .insert("logicalLocations".to_owned(), json!([{"fullyQualifiedName": Printable(path).to_string()}]));
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
