//! `render`: renders into a target, and writes the lock that goes with it.

use crate::{
    answer::Answer,
    arguments::Format,
    hook_notes::annotated,
    plan::{Lost, PlanInputs, PlanJson, PlannedChange, Render, SavedProposal, ShownChange, recovered},
    target::retried,
};
use datasurface_broker::{Broker, Session};
use datasurface_model::Findings;

pub(crate) fn render(arguments: &Render, broker: &Broker) -> Answer<'static> {
    let lost = match (arguments.remake, arguments.restore_lock) {
        (true, _) => Lost::Target,
        (false, true) => Lost::Lock,
        (false, false) => Lost::Nothing,
    };
    let attempt = || match build(arguments, broker, lost) {
        Ok((mut planned, not_as_planned)) => {
            // Before anything is written: a hook that must be asked and fails is an error like others.
            planned.change.findings.extend(not_as_planned);
            planned.change.findings = annotated(planned.change.findings, broker.hooks());
            let findings = write(&mut planned.change);
            let is_written = !findings.has_errors();
            (Some(planned), findings, is_written)
        }
        Err(findings) => (None, annotated(findings, broker.hooks()), false),
    };
    // The standard input can be read once.
    let (planned, findings, is_written) = match arguments.inputs.model.is_stdin() {
        true => attempt(),
        false => retried(&arguments.inputs.target, attempt, |(_, findings, _)| findings),
    };
    match arguments.inputs.format {
        Format::Text => {
            let mut text = planned.as_ref().map(ShownChange::to_text).unwrap_or_default();
            if let Some(planned) = &planned {
                text += &last_line(arguments, &planned.change, is_written);
            }
            Answer::text(text, &findings, is_written)
        }
        Format::Json => {
            let planned = PlanJson::new(planned.as_ref(), &findings);
            Answer::json(&planned.with_written(is_written), is_written)
        }
    }
}

/// Plans; where somebody approved a plan, as of its day. Also returns how the plan is not the one that was approved.
fn build(arguments: &Render, broker: &Broker, lost: Lost) -> Result<(ShownChange, Findings), Findings> {
    let (inputs, mut session) = (&arguments.inputs, Session::new(broker.clone()));
    let Some(file) = &arguments.proposal else {
        return Ok((ShownChange::build(inputs, &mut session, lost)?, Findings::default()));
    };
    let saved = SavedProposal::read(file)?;
    let model = inputs.model.planned_on(saved.as_of());
    let planned = ShownChange::build(&PlanInputs { model, ..inputs.clone() }, &mut session, lost)?;
    let moved = saved.moved(&planned.change);
    Ok((planned, moved))
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
        let target = arguments.inputs.target.display();
        let (lock, rendering) =
            (planned_change.lock_path.display(), planned_change.proposal.manifest().rendering().short());
        format!(
            "rendering {rendering}, to be named to `applied`\nrendered into `{target}`, with the lock `{lock}`\n"
        )
    } else {
        "nothing was written\n".to_owned()
    }
}
