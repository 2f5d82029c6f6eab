//! `watch`: plans, and plans again whenever the plan, or what is found, is another one.

use super::{PlanJson, ShownChange, Watch, planned};
use crate::{answer::Answer, arguments::Format, hook_notes::annotated};
use datasurface_broker::{Broker, Session};
use datasurface_model::Findings;
use std::{process::ExitCode, thread, time::Duration};

/// Plans until somebody ends it, in one session: so a plan costs what changed since the last one. The exit code is that of the last plan.
pub(crate) fn watch(arguments: &Watch, broker: &Broker) -> ExitCode {
    let mut session = Session::new(broker.clone());
    let mut last: Option<(String, Findings)> = None;
    let (mut code, mut left) = (ExitCode::SUCCESS, arguments.rounds);
    loop {
        let (planned, findings) = planned(&arguments.inputs, &mut session);
        let findings = annotated(findings, broker.hooks());
        let shown = (text(planned.as_ref(), &findings, arguments.inputs.format), findings);
        if last.as_ref() != Some(&shown) {
            let is_well = planned.is_some() && !shown.1.has_errors();
            let answer = match arguments.inputs.format {
                Format::Text => Answer::text(shown.0.clone(), &shown.1, is_well),
                Format::Json => Answer::json_text(shown.0.clone(), &Findings::default(), is_well),
            };
            code = answer.deliver();
            last = Some(shown);
        }
        left = left.map(|left| left.saturating_sub(1));
        // The standard input can be read once.
        if left == Some(0) || arguments.inputs.model.is_stdin() {
            return code;
        }
        thread::sleep(Duration::from_secs(arguments.every));
    }
}

/// The plan as it is printed: for programs, with the findings in it, on one line.
fn text(planned: Option<&ShownChange>, findings: &Findings, format: Format) -> String {
    match format {
        Format::Text => planned.map(ShownChange::to_text).unwrap_or_default(),
        Format::Json => {
            // A plan is written as JSON by `plan`, too: it has text for keys.
            let json = serde_json::to_string(&PlanJson::new(planned, findings)).unwrap_or_default();
            json + "\n"
        }
    }
}
