//! `applied`: records that another tool applied what was rendered.

use crate::{answer::Answer, arguments::Applied, plan::recovered, target};
use datasurface_broker::{Broker, RenderedRevision, RenderingId};
use datasurface_model::Findings;
use datasurface_platform::Revision;
use serde::Serialize;

/// What was recorded, for programs.
#[derive(Serialize)]
struct AppliedJson<'a> {
    revision: Option<&'a Revision>,
    rendering: Option<RenderingId>,
}

pub(crate) fn applied(arguments: &Applied, broker: &Broker) -> Answer<'static> {
    let attempt = || match record(arguments, broker) {
        Ok((rendered, findings)) => (Some(rendered), findings),
        Err(findings) => (None, findings),
    };
    let (rendered, findings) = target::retried(&arguments.target, attempt, |(_, findings)| findings);
    let text = rendered.as_ref().map(|rendered| {
        let (rendering, revision) = (rendered.rendering.short(), rendered.revision.short());
        format!("rendering {rendering} of revision {revision} is recorded as applied\n")
    });
    let revision = rendered.as_ref().map(|rendered| &rendered.revision);
    let rendering = rendered.as_ref().map(|rendered| rendered.rendering);
    Answer::of(arguments.format, &findings, text, &AppliedJson { revision, rendering })
}

fn record(arguments: &Applied, broker: &Broker) -> Result<(RenderedRevision, Findings), Findings> {
    let mut target = target::open_place(&arguments.target).map_err(|error| error.findings())?;
    let recovery = target.finish(None).map_err(|error| error.findings())?;
    let findings = recovery.map(|recovery| recovered(recovery, target.root())).into_iter().collect();
    let recorded = broker.record_applied(&mut target, arguments.rendering.as_deref());
    Ok((recorded.map_err(|error| error.findings())?, findings))
}
