//! Making databases: whatever is rendered in a file that we never made comes into it at once.

use super::{
    breakpoint::Breakpoint, container::Container, context::now, database::text, metadata::PlatformMetadata,
    rendered::Rendered, transition::Transitions,
};
use crate::prelude::*;
use datasurface_platform::RuntimeContext;
use std::collections::BTreeSet;

/// The plan that stands for making a database.
const MADE: &str = "";

/// What was done in a database of the plan that is at hand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct StepsDone {
    /// Whether everything that is rendered was made here, at some time.
    pub(super) is_made: bool,
    /// The steps of the plan.
    pub(super) steps: BTreeSet<String>,
}

/// Keeps the metadata tables of a plan in the databases that it touches.
#[derive(Clone, Copy, Debug)]
pub(super) struct Provisioner<'a> {
    pub(super) site: RuntimeContext<'a>,
    pub(super) breakpoint: &'a Breakpoint,
    pub(super) rendered: &'a Rendered,
}

impl<'a> Provisioner<'a> {
    /// What was done here.
    pub(super) fn done(&self, database: &Container<'_>, plan: &str) -> Result<StepsDone, PlatformError> {
        if !database.has_table("datasurface_steps")? {
            return Ok(StepsDone::default());
        }
        let mut done = StepsDone::default();
        for (of, step) in database.pairs(&self.rendered.metadata, "steps_done")? {
            done.is_made |= of == MADE;
            if of == plan {
                done.steps.insert(step);
            }
        }
        Ok(done)
    }

    /// Makes everything that is rendered in a database, at once. Of the steps of a plan, nothing is left to do there.
    pub(super) fn make<'s>(
        &self,
        database: &Container<'_>,
        file: &str,
        plan: &str,
        steps: impl IntoIterator<Item = &'s str>,
    ) -> Result<(), PlatformError> {
        database.in_transaction(|| {
            let scripts = self.rendered.scripts_in(file);
            database.create_all(scripts.filter(|script| script.section("create").is_some()))?;
            if file == self.rendered.metadata.database() {
                PlatformMetadata::begin(self, database)?;
            }
            self.step_done(database, MADE, "made")?;
            for step in steps {
                self.step_done(database, plan, step)?;
            }
            Ok(())
        })
    }

    /// Remembers that a step was done, in the transaction that does it.
    pub(super) fn step_done(
        &self,
        database: &Container<'_>,
        plan: &str,
        step: &str,
    ) -> Result<(), PlatformError> {
        let values = [(":plan", text(plan)), (":step", text(step)), (":now", now(&self.site))];
        database.execute(&self.rendered.metadata, "step_done", &values)
    }

    /// Adds those metadata tables of the platform's own database, and what is new in them, that came after it was made, with a later
    /// revision of the software.
    pub(super) fn complete_metadata(&self, own: &Container<'_>) -> Result<(), PlatformError> {
        own.in_transaction(|| {
            own.execute(&self.rendered.metadata, "create", &[])?;
            if let Container::File(file) = own
                && !file.has_column("datasurface_runs", "records")?
            {
                file.execute(&self.rendered.metadata, "upgrade_to_2", &[])?;
            }
            PlatformMetadata::begin(self, own)
        })
    }

    /// Forgets what was done of other plans.
    pub(super) fn new_plan(&self, database: &Container<'_>, plan: &str) -> Result<(), PlatformError> {
        database.execute(&self.rendered.metadata, "new_plan", &[(":plan", text(plan))])
    }

    /// Opens a database to work on it.
    pub(super) fn open(&self, database: &str) -> Result<Container<'a>, PlatformError> {
        let container = Container::open(&self.site, database, self.breakpoint)?;
        container.alone(self.rendered.metadata.database())
    }

    /// Opens a database to work on it, if it is there.
    pub(super) fn open_if_there(&self, database: &str) -> Result<Option<Container<'a>>, PlatformError> {
        let container = Container::open_if_there(&self.site, database, self.breakpoint)?;
        container.map(|container| container.alone(self.rendered.metadata.database())).transpose()
    }

    /// Opens a database of a consumer. If it was lost, everything that is rendered in it is made again.
    pub(super) fn open_made(
        &self,
        database: &str,
        transitions: &Transitions,
    ) -> Result<Container<'a>, PlatformError> {
        let container = self.open(database)?;
        if !self.done(&container, &transitions.plan)?.is_made {
            let here = transitions.files.iter().filter(|transition| transition.script.database() == database);
            let names = here.map(|transition| transition.name.as_str());
            self.make(&container, database, &transitions.plan, names)?;
        }
        Ok(container)
    }
}
