//! Transition files: what leads from one rendering to the next, each to be executed once.

use super::rendered::script;
use crate::{prelude::*, sql::script::Script};
use datasurface_platform::RuntimeContext;

/// A transition file.
#[derive(Clone, Debug)]
pub(super) struct Transition {
    /// Its file name without the extension: what the books call the step.
    pub(super) name: String,
    pub(super) script: Script,
}

/// The transition files of a plan, and the name of the change that they are for.
#[derive(Clone, Debug)]
pub(super) struct Transitions {
    pub(super) plan: String,
    pub(super) files: Vec<Transition>,
}

impl Transitions {
    /// The transition files that were rendered, in order. They belong to one change, and they stay until another change
    /// has its own: after a plan was written and before it was carried out, they are all that is left of it.
    pub(super) fn read(site: &RuntimeContext<'_>) -> Result<Self, PlatformError> {
        let mut files = Vec::new();
        let mut plan = None;
        for (path, content) in site.rendered.in_folder("transition") {
            // `transition/<plan>/<step>.sql`
            let mut parts: Vec<&str> = path.parts().collect();
            let name = parts.pop().unwrap_or_default();
            plan = plan.or(parts.pop());
            let name = name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned();
            files.push(Transition { name, script: script(path, content)? });
        }
        Ok(Self { plan: plan.unwrap_or(NOTHING).to_owned(), files })
    }

    /// The files of a step, by its position in its plan.
    pub(super) fn for_step(
        &self,
        position: usize,
        resource: &ResourceAddress,
    ) -> impl Iterator<Item = &Transition> {
        self.files.iter().filter(move |transition| {
            // A plan with many steps has more digits before the dash.
            let number = transition.name.split_once('-').and_then(|(number, _)| number.parse().ok());
            number == Some(position + 1) && transition.script.resource() == resource.as_str()
        })
    }
}

/// What a plan is called that changes nothing that is there.
const NOTHING: &str = "no transition";
