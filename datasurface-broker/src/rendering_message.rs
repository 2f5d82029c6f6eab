//! The message of a rendering, where a target keeps one: the plan, for people who look at the history of a branch.

use crate::propose::Proposal;
use datasurface_platform::{Action, Scope, Step};
use std::{collections::BTreeMap, fmt::Write};

/// The resources of a scope that are named. The others are counted.
const NAMED: usize = 20;

impl Proposal {
    /// Returns what the rendering does, first in a line, then by platform and scope. Nothing in it depends on the day or the machine.
    pub(crate) fn message(&self) -> String {
        let (rendering, revision) = (self.manifest().rendering(), self.revision());
        let steps = || self.plans().flat_map(|(_, plan)| plan.steps());
        let mut text = format!("Render revision {}: {}\n", revision.short(), totals(steps()));
        for (platform, plan) in self.plans().filter(|(_, plan)| !plan.is_empty()) {
            let _ = writeln!(text, "\n{platform}: {}", totals(plan.steps()));
            let mut scopes: BTreeMap<&Scope, Vec<&Step>> = BTreeMap::new();
            for step in plan.steps() {
                scopes.entry(&step.scope).or_default().push(step);
            }
            for (scope, steps) in scopes {
                let _ = writeln!(text, "  {scope}: {}", totals(steps.iter().copied()));
                for step in steps.iter().take(NAMED) {
                    let _ = writeln!(text, "    {} {} {}", step.action, step.kind, step.resource);
                }
                if let Some(more @ 1..) = steps.len().checked_sub(NAMED) {
                    let _ = writeln!(text, "    and {more} more");
                }
            }
            for file in plan.transition_files() {
                let _ = writeln!(text, "  for this change only: {}", file.path());
            }
        }
        text + &format!("\nDatasurface-Revision: {revision}\nDatasurface-Rendering: {rendering}")
    }
}

/// `3 steps: 2 create, 1 update`.
fn totals<'s>(steps: impl IntoIterator<Item = &'s Step>) -> String {
    let mut actions: BTreeMap<Action, usize> = BTreeMap::new();
    for step in steps {
        *actions.entry(step.action).or_default() += 1;
    }
    let number: usize = actions.values().sum();
    let actions: Vec<String> = actions.iter().map(|(action, number)| format!("{number} {action}")).collect();
    match number {
        0 => "no step".to_owned(),
        1 => format!("1 step: {}", actions.join(", ")),
        _ => format!("{number} steps: {}", actions.join(", ")),
    }
}
