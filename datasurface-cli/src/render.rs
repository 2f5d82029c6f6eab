//! `render`: renders into a target, and writes the lock that goes with it.

use crate::{
    answer::Answer,
    arguments::{Format, Render},
    plan::PlanJson,
    planned_change::{PlannedChange, recovered},
    summary::summary,
};
use datasurface_broker::Broker;
use datasurface_model::Findings;

pub(crate) fn render(arguments: &Render, broker: &Broker) -> Answer<'static> {
    let (prospect, findings, is_written) =
        match PlannedChange::build(&arguments.plan, broker, arguments.remake) {
            Ok(mut prospect) => {
                let findings = write(&mut prospect);
                let is_written = !findings.has_errors();
                (Some(prospect), findings, is_written)
            }
            Err(findings) => (None, findings, false),
        };
    match arguments.plan.format {
        Format::Text => {
            let mut text = prospect.as_ref().map(summary).unwrap_or_default();
            if let Some(prospect) = &prospect {
                text += &last_line(arguments, prospect, is_written);
            }
            Answer::text(text, &findings, is_written)
        }
        Format::Json => {
            let planned = PlanJson::new(prospect.as_ref(), &findings);
            Answer::json(&planned.with_written(is_written), is_written)
        }
    }
}

/// Writes, unless there is something in the target that somebody should look at first. Gives back all that was found.
fn write(prospect: &mut PlannedChange) -> Findings {
    let mut findings = prospect.findings.clone();
    match prospect.target.finish(Some(&prospect.lock_path)) {
        Ok(recovery) => findings.extend(recovery.map(|recovery| recovered(recovery, prospect.target.root()))),
        Err(error) => findings.extend(error.findings()),
    }
    if !findings.has_errors()
        && let Err(error) = prospect.proposal.write(&mut prospect.target, &prospect.lock_path)
    {
        findings.extend(error.findings());
    }
    findings
}

fn last_line(arguments: &Render, prospect: &PlannedChange, is_written: bool) -> String {
    if is_written {
        let target = arguments.plan.target.display();
        format!("rendered into `{target}`, with the lock `{}`\n", prospect.lock_path.display())
    } else {
        "nothing was written\n".to_owned()
    }
}
