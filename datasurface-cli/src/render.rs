//! `render`: renders into a target, and writes the lock that goes with it.

use crate::{
    answer::Answer,
    arguments::{Format, Render},
    hook_notes::annotated,
    plan::PlanJson,
    planned_change::{Lost, PlannedChange, recovered},
    summary::summary,
};
use datasurface_broker::Broker;
use datasurface_model::Findings;

pub(crate) fn render(arguments: &Render, broker: &Broker) -> Answer<'static> {
    let lost = match (arguments.remake, arguments.restore_lock) {
        (true, _) => Lost::Target,
        (false, true) => Lost::Lock,
        (false, false) => Lost::Nothing,
    };
    let (planned_change, findings, is_written) = match PlannedChange::build(&arguments.plan, broker, lost) {
        Ok(mut planned_change) => {
            // Before anything is written: a hook that must be asked and fails is an error like others.
            planned_change.findings = annotated(planned_change.findings, broker.hooks());
            let findings = write(&mut planned_change);
            let is_written = !findings.has_errors();
            (Some(planned_change), findings, is_written)
        }
        Err(findings) => (None, annotated(findings, broker.hooks()), false),
    };
    match arguments.plan.format {
        Format::Text => {
            let mut text = planned_change.as_ref().map(summary).unwrap_or_default();
            if let Some(planned_change) = &planned_change {
                text += &last_line(arguments, planned_change, is_written);
            }
            Answer::text(text, &findings, is_written)
        }
        Format::Json => {
            let planned = PlanJson::new(planned_change.as_ref(), &findings);
            Answer::json(&planned.with_written(is_written), is_written)
        }
    }
}

/// Writes, unless there is something in the target that somebody should look at first. Gives back all that was found.
fn write(planned_change: &mut PlannedChange) -> Findings {
    let mut findings = planned_change.findings.clone();
    match planned_change.target.finish(Some(&planned_change.lock_path)) {
        Ok(recovery) => {
            findings.extend(recovery.map(|recovery| recovered(recovery, planned_change.target.root())))
        }
        Err(error) => findings.extend(error.findings()),
    }
    if !findings.has_errors() {
        match planned_change.proposal.write(&mut planned_change.target, &planned_change.lock_path) {
            Ok(said) => findings.extend(said),
            Err(error) => findings.extend(error.findings()),
        }
    }
    findings
}

fn last_line(arguments: &Render, planned_change: &PlannedChange, is_written: bool) -> String {
    if is_written {
        let target = arguments.plan.target.display();
        format!("rendered into `{target}`, with the lock `{}`\n", planned_change.lock_path.display())
    } else {
        "nothing was written\n".to_owned()
    }
}
