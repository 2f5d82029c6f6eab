//! Findings for code review tools: SARIF 2.1.0 (OASIS).

use crate::{
    change::CODES,
    diagnostic::{CodeInfo, Diagnostic, Findings, Severity},
    schema::SCHEMA_RULES,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub(super) fn log(findings: &Findings) -> Value {
    let used: BTreeSet<&str> = findings.codes().collect();
    let rules =
        CODES.iter().chain(SCHEMA_RULES).filter(|info| used.contains(info.code)).map(|info| rule(info));
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "datasurface",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.collect::<Vec<_>>(),
            }},
            "results": findings.iter().map(result).collect::<Vec<_>>(),
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

fn result(finding: &Diagnostic) -> Value {
    let related = finding.related_places().iter().map(|related| {
        json!({
            "message": {"text": related.message},
            "logicalLocations": [{"fullyQualifiedName": related.path.to_string()}],
        })
    });
    json!({
        "ruleId": finding.code(),
        "level": level(finding.severity()),
        "message": {"text": finding.message()},
        "locations": [{"logicalLocations": [{"fullyQualifiedName": finding.path().to_string()}]}],
        "relatedLocations": related.collect::<Vec<_>>(),
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}
