//! Plans as text: for each platform, what has to be done, when, and for whom.

use super::{
    planned_change::PlannedChange,
    totals::{Totals, by_owner},
};
use crate::text::count;
use datasurface_model::{PlatformName, Repository, Set};
use datasurface_platform::{Action, Phase, Plan, Revision, Step};
use std::fmt::Write;

/// The differences of one step that are shown. The others are counted.
const SHOWN_DIFFERENCES: usize = 10;

/// The length at which the text of a difference is cut, in characters.
const SHOWN_LENGTH: usize = 200;

/// All plans, and the revisions between which they lead.
pub(crate) fn summary(planned_change: &PlannedChange) -> String {
    let mut text = String::new();
    for (platform, plan) in planned_change.proposal.plans() {
        let base = planned_change.bases.get(platform).and_then(|base| base.remark.as_deref());
        text += &platform_summary(platform, plan, base);
        text.push('\n');
    }
    text += &by_owner(&planned_change.proposal);
    let to = planned_change.proposal.revision();
    let steps = planned_change.proposal.plans().map(|(_, plan)| plan.steps().len()).sum();
    let steps = count(steps, "step");
    let _ = match &planned_change.reached {
        None => writeln!(text, "{steps} to revision {}", to.short()),
        Some(from) if from == to => writeln!(text, "{steps} at revision {}", to.short()),
        Some(from) => writeln!(text, "{steps} from revision {} to {}", from.short(), Revision::short(to)),
    };
    text
}

/// The steps in the order in which they are done, under the phase and who asks for them.
fn platform_summary(platform: &PlatformName, plan: &Plan, base: Option<&str>) -> String {
    if plan.is_empty() {
        return format!("{platform}: nothing to do\n");
    }
    let mut text = format!("{platform}: {}\n", plan.steps().iter().collect::<Totals>().to_text());
    text.extend(base.map(|base| format!("  {base}\n")));
    let steps: Vec<(usize, &Step)> = (1..).zip(plan.steps()).collect();
    let is_one_part =
        |one: &Step, next: &Step| one.phase() == next.phase() && one.cause.owners == next.cause.owners;
    for steps in steps.chunk_by(|(_, one), (_, next)| is_one_part(one, next)) {
        if let Some((_, first)) = steps.first() {
            let _ = writeln!(text, "  {}{}", name(first.phase()), asked_for_by(&first.cause.owners));
        }
        for (number, step) in steps {
            let _ = writeln!(text, "{number:>6}  {step}");
            text += &differences(step);
        }
    }
    let held = plan.steps().iter().filter(|step| step.action == Action::Hold);
    for step in held {
        let until = match step.owed_until {
            Some(day) => format!("until {day}"),
            None => "until it is released".to_owned(),
        };
        let _ = writeln!(text, "  held: {}, {until}", step.resource);
    }
    for file in plan.transition_files() {
        let _ = writeln!(text, "  for this change only: {}", file.path());
    }
    text
}

/// The attributes that differ, each on a line of its own.
fn differences(step: &Step) -> String {
    let mut text = String::new();
    for difference in step.differences.iter().take(SHOWN_DIFFERENCES) {
        let difference = difference.to_string();
        let shown: String = difference.chars().take(SHOWN_LENGTH).collect();
        let more = if shown.len() < difference.len() { "…" } else { "" };
        let _ = writeln!(text, "{:>16}{shown}{more}", "");
    }
    if let Some(more @ 1..) = step.differences.len().checked_sub(SHOWN_DIFFERENCES) {
        let _ = writeln!(text, "{:>16}and {}", "", count(more, "more difference"));
    }
    text
}

fn name(phase: Phase) -> &'static str {
    match phase {
        Phase::Create => "create",
        Phase::Populate => "populate",
        Phase::Switch => "switch",
        Phase::Retire => "retire",
    }
}

fn asked_for_by(owners: &Set<Repository>) -> String {
    if owners.is_empty() {
        return String::new();
    }
    let owners: Vec<String> = owners.iter().map(Repository::to_string).collect();
    format!(" for {}", owners.join(", "))
}
