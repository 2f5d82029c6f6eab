//! `applied`: records that another tool applied what was rendered.

use crate::{
    answer::Answer,
    arguments::{Applied, Format},
    plan::recovered,
};
use datasurface_broker::{Broker, Target};
use datasurface_model::Findings;
use datasurface_platform::Revision;
use serde::Serialize;

/// What was recorded, for programs.
#[derive(Serialize)]
struct AppliedJson<'a> {
    findings: &'a Findings,
    revision: Option<&'a Revision>,
}

pub(crate) fn applied(arguments: &Applied, broker: &Broker) -> Answer<'static> {
    let (revision, findings) = match record(arguments, broker) {
        Ok((revision, findings)) => (Some(revision), findings),
        Err(findings) => (None, findings),
    };
    let is_well = revision.is_some();
    match arguments.format {
        Format::Text => {
            let line = |revision: Revision| format!("revision {} is recorded as applied\n", revision.short());
            Answer::text(revision.map(line).unwrap_or_default(), &findings, is_well)
        }
        Format::Json => {
            Answer::json(&AppliedJson { findings: &findings, revision: revision.as_ref() }, is_well)
        }
    }
}

fn record(arguments: &Applied, broker: &Broker) -> Result<(Revision, Findings), Findings> {
    let mut target = Target::open(&arguments.target).map_err(|error| error.findings())?;
    let recovery = target.finish(None).map_err(|error| error.findings())?;
    let findings = recovery.map(|recovery| recovered(recovery, target.root())).into_iter().collect();
    let recorded = broker.record_applied(&mut target, arguments.revision.as_deref());
    Ok((recorded.map_err(|error| error.findings())?, findings))
}
