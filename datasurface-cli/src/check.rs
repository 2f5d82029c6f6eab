//! `check`: judges a model, and whether platforms can do what it asks for.

use crate::{
    answer::Answer,
    arguments::{Check, Format},
    input::Input,
    text::count,
};
use datasurface_broker::Broker;
use datasurface_model::{Findings, Severity};
use serde::Serialize;

#[derive(Serialize)]
struct Verdict<'a> {
    findings: &'a Findings,
    is_valid: bool,
}

pub(crate) fn check(arguments: &Check, broker: &Broker) -> Answer<'static> {
    let checked = Input::read(&arguments.model).and_then(|mut input| {
        input.place(broker)?;
        Ok(input.findings)
    });
    let is_valid = checked.is_ok();
    let (Ok(findings) | Err(findings)) = checked;
    match arguments.format {
        Format::Text => Answer::report(&findings, &in_short(&findings), is_valid),
        Format::Json => Answer::json(&Verdict { findings: &findings, is_valid }, is_valid),
    }
}

/// `2 errors, 1 warning`.
fn in_short(findings: &Findings) -> String {
    let severities = [Severity::Error, Severity::Warning, Severity::Note];
    let counts: Vec<String> = severities
        .iter()
        .map(|severity| {
            let of_this = findings.iter().filter(|finding| finding.severity() == *severity);
            (of_this.count(), severity)
        })
        .filter(|(number, _)| *number > 0)
        .map(|(number, severity)| count(number, &severity.to_string()))
        .collect();
    if counts.is_empty() { "nothing to report".to_owned() } else { counts.join(", ") }
}
