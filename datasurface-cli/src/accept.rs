//! `accept`: takes the edit of a rendered file into the record of its target, so that the next rendering may replace it.

use crate::{
    answer::Answer,
    arguments::{Accept, Format},
    plan::unfinished,
    shown::Shown,
    target,
};
use datasurface_broker::AcceptedEdit;
use datasurface_model::Findings;
use datasurface_platform::SafePath;
use serde::Serialize;

/// What was accepted, for programs.
#[derive(Serialize)]
struct AcceptJson<'a> {
    #[serde(flatten)]
    findings: Shown<'a>,
    file: &'a SafePath,
    accepted: Option<&'a AcceptedEdit>,
}

pub(crate) fn accept(arguments: &Accept) -> Answer<'static> {
    let file = &arguments.file;
    let attempt = || match record(arguments) {
        Ok(accepted) => (accepted, Findings::default()),
        Err(findings) => (None, findings),
    };
    let (accepted, findings) = target::retried(&arguments.target, attempt, |(_, findings)| findings);
    let is_well = accepted.is_some();
    match arguments.format {
        Format::Text => {
            let text = format!(
                "the edit of `{file}` is accepted: the next rendering replaces it\n\
                 next: `datasurface plan --diff` shows what is lost, `datasurface render` renders it\n"
            );
            Answer::text(accepted.map(|_| text).unwrap_or_default(), &findings, is_well)
        }
        Format::Json => Answer::json(
            &AcceptJson { findings: Shown(&findings), file, accepted: accepted.as_ref() },
            is_well,
        ),
    }
}

fn record(arguments: &Accept) -> Result<Option<AcceptedEdit>, Findings> {
    let mut target = target::rendered_target(&arguments.target)?;
    // What is in the way of an interrupted write is not decided upon before that is finished.
    if let Some(recovery) = target.recovery() {
        return Err([unfinished(recovery, &arguments.target)].into_iter().collect());
    }
    target.accept(&arguments.file, &arguments.reason).map_err(|error| error.findings())?;
    Ok(target.manifest().and_then(|manifest| manifest.accepted().get(&arguments.file)).cloned())
}
