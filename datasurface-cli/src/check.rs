//! `check`: judges a model, and whether platforms can do what it asks for.

use crate::{
    answer::Answer,
    arguments::{Check, Format},
    input::JudgedInput,
};
use chrono::NaiveDate;
use datasurface_broker::Broker;
use datasurface_model::{Diagnostic, Findings};
use serde::Serialize;
use std::fmt;

#[derive(Serialize)]
struct CheckJson<'a> {
    findings: &'a Findings,
    waived: &'a [Waived],
    is_valid: bool,
}

/// A finding that somebody decided to live with: which, why, and until when.
#[derive(Serialize)]
struct Waived {
    code: String,
    path: String,
    message: String,
    reason: String,
    expires: NaiveDate,
}

pub(crate) fn check(arguments: &Check, broker: &Broker) -> Answer<'static> {
    let judged = JudgedInput::read(&arguments.model, broker);
    let is_valid = !judged.findings.has_errors();
    let waived = waived(&judged);
    let findings = judged.findings;
    match arguments.format {
        Format::Text => {
            let lines = waived.iter().map(|waived| format!("{waived}\n"));
            Answer::report(&findings, &(lines.collect::<String>() + &findings.summary()), is_valid)
        }
        Format::Json => Answer::json(&CheckJson { findings: &findings, waived: &waived, is_valid }, is_valid),
    }
}

/// What was waived, with the waivers.
fn waived(judged: &JudgedInput) -> Vec<Waived> {
    let shown = |finding: &Diagnostic| {
        let waiver = judged.ecosystem.waivers_of(finding, judged.on).next()?;
        Some(Waived {
            code: finding.code().to_owned(),
            message: finding.message().to_owned(),
            reason: waiver.reason().to_owned(),
            expires: waiver.expires(),
            path: finding.path().to_string(),
        })
    };
    judged.waived.iter().filter_map(shown).collect()
}

impl fmt::Display for Waived {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, path, message, reason, expires } = self;
        write!(f, "waived[{code}] until {expires}: {message}\n  at {path}\n  reason: {reason}")
    }
}
