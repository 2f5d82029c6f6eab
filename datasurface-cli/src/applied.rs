//! `applied`: records that another tool applied what was rendered.

use crate::{
    answer::Answer,
    arguments::{Applied, Format},
    codes::{NOTHING_RENDERED, UNKNOWN_REVISION},
    planned_change::recovered,
};
use datasurface_broker::{Broker, Target};
use datasurface_model::{Diagnostic, Findings, ModelPath, segment};
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
    let name = arguments.target.display().to_string();
    let path = ModelPath::root().child(segment::TARGET, &name);
    let refused = |finding: Diagnostic| Err([finding].into_iter().collect::<Findings>());
    let Some(manifest) = target.manifest() else {
        let message = format!("nothing is rendered in `{name}`");
        let help = "render a model into it first, or name the folder that one was rendered into";
        return refused(Diagnostic::new(&NOTHING_RENDERED, path, message).with_help(help));
    };
    let records = manifest.platforms().values();
    let earlier = records.flat_map(|record| &record.earlier).map(|earlier| &earlier.to);
    let known: Vec<&Revision> = earlier.chain([manifest.revision()]).collect();
    let Some(wanted) = &arguments.revision else {
        let last = manifest.revision().clone();
        broker.record_applied(&mut target, &last).map_err(|error| error.findings())?;
        return Ok((last, findings));
    };
    let mut meant: Vec<&Revision> =
        known.iter().filter(|one| one.to_string().starts_with(wanted.as_str())).copied().collect();
    meant.sort();
    meant.dedup();
    let [revision] = meant.as_slice() else {
        let known: Vec<String> = known.iter().map(|one| format!("`{}`", one.short())).collect();
        let message = match meant.len() {
            0 => format!("the target remembers no revision `{wanted}`"),
            _ => format!("several revisions begin with `{wanted}`"),
        };
        let help = format!("the target remembers {}, in this order", known.join(", "));
        return refused(Diagnostic::new(&UNKNOWN_REVISION, path, message).with_help(help));
    };
    let revision = (*revision).clone();
    broker.record_applied(&mut target, &revision).map_err(|error| error.findings())?;
    Ok((revision, findings))
}
