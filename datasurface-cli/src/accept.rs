//! `accept`: takes the edit of a rendered file into the record of its target, so that the next rendering may replace it.

use crate::{answer::Answer, arguments::Accept, plan::unfinished, target};
use datasurface_broker::AcceptedEdit;
use datasurface_model::Findings;
use datasurface_platform::SafePath;
use serde::Serialize;

/// What was accepted, for programs.
#[derive(Serialize)]
struct AcceptJson<'a> {
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
    let text = accepted.is_some().then(|| {
        format!(
            "the edit of `{file}` is accepted: the next rendering replaces it\n\
             next: `datasurface plan --diff` shows what is lost, `datasurface render` renders it\n"
        )
    });
    Answer::of(arguments.format, &findings, text, &AcceptJson { file, accepted: accepted.as_ref() })
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
