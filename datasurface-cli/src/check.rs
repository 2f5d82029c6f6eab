//! `check`: judges a model, and whether platforms can do what it asks for.

use crate::{
    answer::Answer,
    arguments::{Check, Format},
    credentials::{CredentialSummary, credentials, unused},
    hook_notes::annotated,
    input::JudgedInput,
    shown::MAX_FINDINGS,
};
use chrono::NaiveDate;
use datasurface_broker::Broker;
use datasurface_model::{Diagnostic, Findings, Printable, shortened};
use serde::Serialize;
use std::fmt;

/// The bytes of a reason that are shown: one waiver may be about all findings.
const MAX_REASON_BYTES: usize = 1000;

#[derive(Serialize)]
struct CheckJson<'a> {
    findings: &'a Findings,
    /// The count of findings that are not shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    omitted: Option<usize>,
    waived: &'a [Waived],
    is_valid: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    credentials: Option<&'a [CredentialSummary]>,
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

/// Checks a model; without a broker, as far as no platform is asked.
pub(crate) fn check(arguments: &Check, broker: Option<&Broker>) -> Answer<'static> {
    let mut judged = JudgedInput::read(&arguments.model, broker);
    let sound = judged.sound.take().filter(|_| arguments.credentials);
    let credentials = sound.as_ref().map(|sound| credentials(sound.ecosystem()));
    if let (Some(sound), Some(credentials)) = (&sound, &credentials)
        && sound.is_whole()
    {
        judged.findings.extend(unused(sound.ecosystem(), credentials));
    }
    let summary = judged.findings.summary();
    let waived = waived(&judged);
    let (findings, omitted) = judged.findings.gravest(MAX_FINDINGS);
    let findings = match broker {
        Some(broker) => annotated(findings, broker.hooks()),
        None => findings,
    };
    let is_valid = !findings.has_errors() && broker.is_some();
    let findings = judged.documents.located(findings).abridged();
    match arguments.format {
        Format::Text => {
            let mut last = String::new();
            if omitted > 0 {
                last += &format!("and {omitted} more findings\n\n");
            }
            for credential in credentials.iter().flatten() {
                last += &format!("{credential}\n\n");
            }
            for waived in &waived {
                last += &format!("{waived}\n");
            }
            Answer::report(&findings, &(last + &summary), is_valid)
        }
        Format::Json => {
            let omitted = (omitted > 0).then_some(omitted);
            let credentials = credentials.as_deref();
            Answer::json(
                &CheckJson { findings: &findings, omitted, waived: &waived, is_valid, credentials },
                is_valid,
            )
        }
    }
}

/// What was waived, with the waivers.
fn waived(judged: &JudgedInput) -> Vec<Waived> {
    let (findings, _) = judged.waived.clone().gravest(MAX_FINDINGS);
    let abridged = findings.clone().abridged();
    let shown = |(finding, abridged): (&Diagnostic, &Diagnostic)| {
        let waiver = judged.ecosystem.waivers_of(finding, judged.on).next()?;
        Some(Waived {
            code: finding.code().to_owned(),
            message: abridged.message().to_owned(),
            reason: shortened(waiver.reason(), MAX_REASON_BYTES).into_owned(),
            expires: waiver.expires(),
            path: abridged.path().to_string(),
        })
    };
    findings.iter().zip(&abridged).filter_map(shown).collect()
}

impl fmt::Display for Waived {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [code, path, message, reason] =
            [&self.code, &self.path, &self.message, &self.reason].map(Printable);
        let expires = self.expires;
        write!(f, "waived[{code}] until {expires}: {message}\n  at {path}\n  reason: {reason}")
    }
}
