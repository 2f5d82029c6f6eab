//! Plans as text: for each platform, what has to be done, when, and for whom.

use crate::{planned_change::PlannedChange, text::count};
use datasurface_broker::ApplyState;
use datasurface_model::{PlatformName, Repository};
use datasurface_platform::{Action, Phase, Plan, Revision, Step};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

/// When steps are done, and for whom.
type Part<'a> = (Phase, &'a BTreeSet<Repository>);

/// All plans, and the revisions between which they lead.
pub(crate) fn summary(planned_change: &PlannedChange) -> String {
    let mut text = String::new();
    for (platform, plan) in planned_change.proposal.plans() {
        text += &platform_summary(platform, plan, base(planned_change, platform).as_deref());
        text.push('\n');
    }
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

/// The revision that a plan starts from, where nobody recorded that it was applied.
fn base(planned_change: &PlannedChange, platform: &PlatformName) -> Option<String> {
    let manifest = planned_change.target.manifest()?;
    let revision = manifest.base_revision(platform).short();
    let record = manifest.platform(platform)?;
    match record.standing {
        // What was recorded as applied has no plan left.
        ApplyState::Rendered if record.has_transitions() => {
            Some(format!("from what was rendered last, revision {revision}: nothing was recorded as applied"))
        }
        _ => None,
    }
}

/// By phase, and within a phase by who asked for it; numbers show the order in which steps are done.
fn platform_summary(platform: &PlatformName, plan: &Plan, base: Option<&str>) -> String {
    if plan.is_empty() {
        return format!("{platform}: nothing to do\n");
    }
    let mut text = format!("{platform}: {}\n", count(plan.steps().len(), "step"));
    text.extend(base.map(|base| format!("  {base}\n")));
    let mut parts: BTreeMap<Part<'_>, Vec<(usize, &Step)>> = BTreeMap::new();
    for (number, step) in (1..).zip(plan.steps()) {
        let part = (step.phase(), &step.cause.owners);
        parts.entry(part).or_default().push((number, step));
    }
    for ((phase, owners), steps) in parts {
        let _ = writeln!(text, "  {}{}", name(phase), asked_for_by(owners));
        for (number, step) in steps {
            let _ = writeln!(text, "{number:>6}  {step}");
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

fn name(phase: Phase) -> &'static str {
    match phase {
        Phase::Create => "create",
        Phase::Populate => "populate",
        Phase::Switch => "switch",
        Phase::Retire => "retire",
    }
}

fn asked_for_by(owners: &BTreeSet<Repository>) -> String {
    if owners.is_empty() {
        return String::new();
    }
    let owners: Vec<String> = owners.iter().map(Repository::to_string).collect();
    format!(" for {}", owners.join(", "))
}
