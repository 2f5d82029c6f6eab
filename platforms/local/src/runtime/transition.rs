//! Transition files: what leads from one rendering to the next, each to be executed once.

use super::rendered::script;
use crate::{prelude::*, sql::script::Script};
use datasurface_platform::RuntimeContext;
use std::collections::BTreeMap;

/// A transition file.
#[derive(Clone, Debug)]
pub(super) struct Transition {
    /// Its file name without the extension: the name in the metadata tables for the step.
    pub(super) name: String,
    pub(super) script: Script,
}

/// The transition files of a plan, and the name of the change that they are for.
#[derive(Clone, Debug)]
pub(super) struct Transitions {
    pub(super) plan: String,
    pub(super) files: Vec<Transition>,
    /// The positions among them of the files of each step, which counts from one.
    by_step: BTreeMap<usize, Vec<usize>>,
}

impl Transitions {
    /// The transition files that were rendered, in order. They belong to one change, and they stay until another change
    /// has its own: after a plan was written and before it was carried out, they are all that is left of it.
    pub(super) fn read(site: &RuntimeContext<'_>) -> Result<Self, PlatformError> {
        let mut files: Vec<Transition> = Vec::new();
        let mut plan = None;
        for (path, content) in site.rendered.transition_files() {
            // `<scope>/transition/<plan>/<step>.sql`
            let mut parts: Vec<&str> = path.parts().collect();
            let name = parts.pop().unwrap_or_default();
            plan = plan.or(parts.pop());
            let name = name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned();
            files.push(Transition { name, script: script(path, content)? });
        }
        // Their names begin with the positions of their steps, whatever scopes they are in.
        files.sort_by(|one, other| one.name.cmp(&other.name));
        let mut by_step: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (position, file) in files.iter().enumerate() {
            // A plan with many steps has more digits before the dash.
            if let Some(number) = file.name.split_once('-').and_then(|(number, _)| number.parse().ok()) {
                by_step.entry(number).or_default().push(position);
            }
        }
        Ok(Self { plan: plan.unwrap_or(NOTHING).to_owned(), files, by_step })
    }

    /// The files of a step, by its position in its plan.
    pub(super) fn for_step(
        &self,
        position: usize,
        resource: &ResourceAddress,
    ) -> impl Iterator<Item = &Transition> {
        let files = self.by_step.get(&(position + 1)).into_iter().flatten();
        let files = files.filter_map(|position| self.files.get(*position));
        files.filter(move |transition| transition.script.resource() == resource.as_str())
    }
}

/// What a plan is called that changes nothing that is there.
const NOTHING: &str = "no transition";
