//! Making databases: whatever is rendered in a file that we never made comes into it at once.

use super::{
    breakpoint::Breakpoint,
    database::{Database, text},
    rendered::Rendered,
};
use crate::prelude::*;
use chrono::SecondsFormat;
use datasurface_platform::Site;
use std::collections::BTreeSet;

/// The plan that stands for making a database.
const MADE: &str = "";

/// What was done in a database of the plan that is at hand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Done {
    /// Whether everything that is rendered was made here, at some time.
    pub(super) is_made: bool,
    /// The steps of the plan.
    pub(super) steps: BTreeSet<String>,
}

/// Keeps the books of a plan in the databases that it touches.
#[derive(Clone, Copy, Debug)]
pub(super) struct Maker<'a> {
    pub(super) site: Site<'a>,
    pub(super) breakpoint: &'a Breakpoint,
    pub(super) rendered: &'a Rendered,
}

impl<'a> Maker<'a> {
    /// What was done here.
    pub(super) fn done(&self, database: &Database<'_>, plan: &str) -> Result<Done, PlatformError> {
        if !database.has_table("datasurface_steps")? {
            return Ok(Done::default());
        }
        let mut done = Done::default();
        let rows = database.rows(&self.rendered.books, "steps_done", &[], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })?;
        for (of, step) in rows {
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
        database: &Database<'_>,
        file: &str,
        plan: &str,
        steps: impl IntoIterator<Item = &'s str>,
    ) -> Result<(), PlatformError> {
        database.at_once(|| {
            for script in self.rendered.scripts_in(file) {
                database.execute(script, "create", &[])?;
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
        database: &Database<'_>,
        plan: &str,
        step: &str,
    ) -> Result<(), PlatformError> {
        let now = self.site.now.to_rfc3339_opts(SecondsFormat::Micros, true);
        let values = [(":plan", text(plan)), (":step", text(step)), (":now", text(now))];
        database.execute(&self.rendered.books, "step_done", &values)
    }

    /// Forgets what was done of other plans.
    pub(super) fn new_plan(&self, database: &Database<'_>, plan: &str) -> Result<(), PlatformError> {
        database.execute(&self.rendered.books, "new_plan", &[(":plan", text(plan))])
    }

    pub(super) fn open(&self, file: &str) -> Result<Database<'a>, PlatformError> {
        Database::open(&self.site, file, self.breakpoint)
    }

    pub(super) fn open_if_there(&self, file: &str) -> Result<Option<Database<'a>>, PlatformError> {
        Database::open_if_there(&self.site, file, self.breakpoint)
    }
}
