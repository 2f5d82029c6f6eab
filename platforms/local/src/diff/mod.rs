//! Diff: what a change costs, and the statements that lead from what was rendered to what is rendered now.

mod judge;
mod server_copy;
mod sides;
mod table;
mod transition;

pub(crate) use transition::TEAR_DOWN;

use crate::{prelude::*, server_address::same_database};
use sides::ChangeSides;

/// The plan of a change, with a transition file for every step that has something to execute beyond the rendered files.
/// Such a file is named by the position of its step in the plan, so that their names are in the order of the steps.
pub(crate) fn diff(change: &RenderingChange<'_>) -> Result<Plan, PlatformError> {
    let mut failure = None;
    let plan = change.structural(|resource| match judge::judge(resource) {
        Ok(judgement) => judgement,
        Err(error) => {
            failure = Some(error);
            Judgement::update(Effect::None, String::new())
        }
    })?;
    if let Some(error) = failure {
        return Err(error);
    }
    let sides = ChangeSides::new(change)?;
    let name = change.transition_name()?;
    let digits = digits(plan.steps().len());
    let mut made = Vec::new();
    for (position, step) in plan.steps().iter().enumerate() {
        let before = sides.before.get(&step.resource);
        let after = sides.after.get(&step.resource);
        let views = || sides.views_of(&step.resource);
        let scripts = match (step.action, before, after) {
            (Action::Update | Action::Replace, Some(before), Some(after)) => {
                transition::update(before, after, &views()?, &name)?
            }
            (Action::Retire, Some(before), _) if before.kind() == "database" => {
                vec![transition::leave(before)]
            }
            (Action::Retire, Some(before), _) => {
                transition::retire(before, &views()?, change.release_reason(&step.resource))?
            }
            _ => Vec::new(),
        };
        if scripts.is_empty() {
            continue;
        }
        let folder = change.transition_folder(&step.scope)?;
        for (part, script) in scripts.into_iter().enumerate() {
            let part = match part {
                0 => String::new(),
                _ => format!("-{}", part + 1),
            };
            made.push((format!("{folder}/{:0digits$}-{}{part}.sql", position + 1, file_name(step)), script));
        }
    }
    for database in sides.left() {
        // The last of them: killed before, the next call begins with what is left to do there.
        let last = made.iter_mut().rfind(|(_, script)| same_database(script.database(), &database));
        if let Some((_, script)) = last {
            *script = transition::forgetting(script.clone(), change.platform().storage_name());
        }
    }
    let files = made.into_iter().map(|(path, script)| File::sql(&path, script.to_string()));
    let files = files.collect::<Result<Vec<_>, _>>()?;
    Ok(files.into_iter().fold(plan, Plan::transition_file))
}

/// As many digits as the position of every step fits into.
fn digits(steps: usize) -> usize {
    steps.to_string().len().max(3)
}

/// What is done to what, for people; the position before it makes the name unique.
fn file_name(step: &Step) -> String {
    let words = format!("{}-{}", step.action, step.resource);
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }
    };
    words.chars().map(plain).take(100).collect()
}
