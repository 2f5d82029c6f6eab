//! `explain`: why a platform serves a group or captures a datastore, and what each other one lacks.

use crate::{answer::Answer, arguments, input::Input, text::count};
use datasurface_broker::{Broker, Candidate, Explanation, PlatformTask};

pub(crate) fn explain(arguments: &arguments::Explain, broker: &Broker) -> Answer<'static> {
    let explained = Input::read(&arguments.model).and_then(|input| {
        let explanation = broker.explain(&input.ecosystem, &input.lock, &arguments.task);
        match explanation {
            Ok(explanation) => Ok((input.findings, explanation)),
            Err(unknown) => {
                let mut findings = input.findings.clone();
                findings.extend(input.located(unknown.findings().clone()));
                Err(findings)
            }
        }
    });
    let (findings, explanation) = match &explained {
        Ok((findings, explanation)) => (findings, Some(explanation)),
        Err(findings) => (findings, None),
    };
    let text = explanation.map(|explanation| text(&arguments.task, explanation));
    Answer::of(arguments.format, findings, text, &explanation)
}

/// For people.
fn text(asked: &PlatformTask, explanation: &Explanation) -> String {
    let task = &explanation.task;
    let mut text = match task == asked {
        true => format!("{task}\n"),
        false => format!("{asked} feeds a transformer, which runs where its output {task} is captured\n"),
    };
    if explanation.candidates.is_empty() {
        text += "  no platform is declared\n";
    }
    let verb = match task {
        PlatformTask::Group(_) => "serve",
        PlatformTask::Datastore(_) => "capture",
    };
    for candidate in &explanation.candidates {
        text += &format!("  {}\n", sentence(candidate, verb));
        if !candidate.change.is_empty() {
            let change: Vec<String> = candidate.change.iter().map(ToString::to_string).collect();
            text += &format!("    what the group could do: {}\n", change.join("; "));
        }
    }
    text
}

fn sentence(candidate: &Candidate, verb: &str) -> String {
    let Candidate { platform, stage, because, lacks, .. } = candidate;
    let lack = lacks.first().map(|first| match lacks.len() - 1 {
        0 => first.to_string(),
        more => format!("{first} (and {} more)", count(more, "reason")),
    });
    match (stage, because, lack) {
        (Some(_), Some(criterion), None) => format!("{platform} {verb}s it: {}", criterion.advantage()),
        (Some(_), Some(criterion), Some(lack)) => {
            format!("{platform} {verb}s it: {}, but {lack}", criterion.advantage())
        }
        (_, Some(criterion), _) => format!("{platform} could {verb} it: {}", criterion.disadvantage()),
        (_, None, Some(lack)) => format!("{platform} cannot {verb} it: {lack}"),
        // Nobody asks for it, so nothing was decided.
        (_, None, None) => format!("{platform} could {verb} it"),
    }
}
