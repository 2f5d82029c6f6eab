//! `move`: a group, or the capture of a datastore, goes from one platform to another one.

mod arguments;
mod readiness;

pub(crate) use arguments::Move;

use crate::{
    answer::Answer,
    codes::{MOVE_OUT_OF_ORDER, MOVE_PINNED},
    lock_update::LockUpdate,
};
use arguments::Subject;
use datasurface_broker::{Broker, MoveStep, PlatformTask};
use datasurface_graph::{Stage, Stages};
use datasurface_model::{CodeInfo, Diagnostic, Findings, ModelPath, PlatformName, nearest, segment};
use serde::Serialize;

/// What is decided now, for programs.
#[derive(Serialize)]
struct MoveJson<'a> {
    task: &'a PlatformTask,
    /// The platforms, and how far each is; null if nothing was written.
    stages: Option<&'a Stages>,
}

/// Takes a step of a move, and writes it into the lock.
pub(crate) fn take(arguments: &Move, broker: &Broker) -> Answer<'static> {
    let subject = arguments.subject();
    let (stages, findings) = match decide(subject, &arguments.step(), broker) {
        Ok((stages, findings)) => (Some(stages), findings),
        Err(findings) => (None, findings),
    };
    let text = stages.as_ref().map(|stages| text(&subject.task, stages));
    Answer::of(subject.format, &findings, text, &MoveJson { task: &subject.task, stages: stages.as_ref() })
}

fn decide(subject: &Subject, step: &MoveStep, broker: &Broker) -> Result<(Stages, Findings), Findings> {
    let mut update = LockUpdate::read(&subject.model, &subject.site)?;
    let task = &subject.task;
    let mut lock = update.input.lock.clone();
    if let MoveStep::Start(to) = step
        && !update.input.ecosystem.platforms().names().any(|declared| declared == to)
    {
        let known = update.input.ecosystem.platforms().names().map(PlatformName::as_str);
        let near = nearest(to.as_str(), known).map(|near| format!("did you mean `{near}`?"));
        let help = near.unwrap_or_else(|| "declare it in the model".to_owned());
        return Err(finding(&MOVE_OUT_OF_ORDER, task, format!("there is no platform `{to}`"), &help));
    }
    let decided = step.taken(task, lock.assignments()).map_err(|error| {
        let help = match step {
            MoveStep::Start(_) => {
                "render the group first; a move that is under way is completed or abandoned"
            }
            MoveStep::Complete | MoveStep::Abandon => "`datasurface move start` begins one",
        };
        finding(&MOVE_OUT_OF_ORDER, task, error.to_string(), help)
    })?;
    if *step == MoveStep::Complete {
        readiness::check(subject, lock.assignments(), &update.target, broker)?;
    }
    let wanted = task.stages(&decided).cloned().unwrap_or_default();
    *lock.assignments_mut() = decided;
    let placed = update.place(broker, lock)?;
    if task.stages(placed.lock().assignments()) != Some(&wanted) {
        let message = format!("a pin of the model wants `{task}` elsewhere, and would undo the step");
        return Err(finding(&MOVE_PINNED, task, message, "change the pin, or take it away, first"));
    }
    update.write()?;
    Ok((wanted, update.input.findings))
}

fn finding(code: &CodeInfo, task: &PlatformTask, message: String, help: &str) -> Findings {
    let path = match task {
        PlatformTask::Group(group) => ModelPath::root()
            .child(segment::WORKSPACES, &group.workspace)
            .child(segment::GROUPS, &group.group),
        PlatformTask::Datastore(datastore) => ModelPath::root().child(segment::DATASTORES, datastore),
    };
    [Diagnostic::new(code, path, message).with_help(help)].into_iter().collect()
}

/// For people: how far each platform is, and what is next.
fn text(task: &PlatformTask, stages: &Stages) -> String {
    let is_any = |wanted: Stage| stages.values().any(|stage| *stage == wanted);
    let next = if is_any(Stage::Provisioning) {
        "render, apply and run it until its data is there; then `datasurface move complete`"
    } else if is_any(Stage::Decommissioning) {
        "render and apply it, let readers change over; then `datasurface move complete`"
    } else {
        "render and apply it"
    };
    let mut text = format!("{task}\n");
    for (platform, stage) in stages.iter().filter(|(_, stage)| **stage != Stage::Decommissioned) {
        text += &format!("  {platform} {}\n", said(*stage));
    }
    text + &format!("next: {next}\n")
}

fn said(stage: Stage) -> &'static str {
    match stage {
        Stage::Provisioning => "is being set up",
        Stage::Provisioned => "is in use",
        Stage::Decommissioning => "goes on until everybody has changed over",
        _ => "is over",
    }
}
