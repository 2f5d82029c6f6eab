//! Applying a plan: what is new is made, what is there is changed by its transition file, once.

use super::{
    books::Books,
    container::Container,
    copies::Behind,
    making::{Done, Maker},
    rendered::copied,
    server_copies::send_one,
    transition::{Transition, Transitions},
    work::{last_batch, now},
};
use crate::{diff::LEAVE, names::address, prelude::*, server_address::same_database, sql::script::Script};
use datasurface_platform::{Applied, graph::Fingerprint};
use std::collections::BTreeMap;

/// Carries out the steps of a plan that were not carried out before. Without a plan, what is left of the last one: that
/// is in the transition files.
pub(super) fn apply(maker: Maker<'_>, plan: &Plan) -> Result<Applied, PlatformError> {
    let transitions = Transitions::read(&maker.site)?;
    let steps = match plan.is_empty() {
        true => transitions.files.iter().map(|file| vec![Deed::change(file)]).collect(),
        false => deeds(maker, plan, &transitions),
    };
    let mut applying = Applying { maker, plan: &transitions.plan, open: BTreeMap::new() };
    applying.begin(plan, &steps, &transitions)?;
    let mut applied = Applied::default();
    for step in &steps {
        let mut now = false;
        for deed in step {
            now |= applying.carry_out(deed)?;
        }
        *(if now { &mut applied.done } else { &mut applied.done_before }) += 1;
    }
    applied.identity = applying.identity()?;
    Ok(applied)
}

/// Something to be done in one database.
struct Deed<'a> {
    /// What the books call it.
    name: String,
    database: &'a str,
    /// The statements, if there are any: a step of a job is done by rendering alone.
    statements: Option<(&'a Script, &'static str)>,
}

impl<'a> Deed<'a> {
    fn change(transition: &'a Transition) -> Self {
        Self {
            name: transition.name.clone(),
            database: transition.script.database(),
            statements: Some((&transition.script, "change")),
        }
    }
}

/// What is to be done in each step of a plan.
fn deeds<'a>(maker: Maker<'a>, plan: &Plan, transitions: &'a Transitions) -> Vec<Vec<Deed<'a>>> {
    // Plans without transition files have no name of their own.
    let id = Fingerprint::of(plan).short();
    let of_step = |(position, step): (usize, &Step)| {
        let name = format!("{:03} {} {} of {id}", position + 1, step.action, step.resource);
        let created = maker.rendered.find(step.resource.as_str()).filter(|_| step.action == Action::Create);
        if let Some(script) = created {
            return vec![Deed { name, database: script.database(), statements: Some((script, "create")) }];
        }
        let changes: Vec<Deed<'_>> = match step.action {
            Action::Update | Action::Replace | Action::Retire => {
                transitions.of_step(position, &step.resource).map(Deed::change).collect()
            }
            Action::Create | Action::Move | Action::Hold => Vec::new(),
        };
        if !changes.is_empty() {
            return changes;
        }
        vec![Deed { name, database: maker.rendered.books.database(), statements: None }]
    };
    plan.steps().iter().enumerate().map(of_step).collect()
}

struct Applying<'a> {
    maker: Maker<'a>,
    plan: &'a str,
    /// The databases that are there, and what was done in them of this plan.
    open: BTreeMap<&'a str, (Container<'a>, Done)>,
}

impl<'a> Applying<'a> {
    /// Makes the databases that are not there, and opens the others.
    fn begin(
        &mut self,
        plan: &Plan,
        steps: &[Vec<Deed<'a>>],
        transitions: &'a Transitions,
    ) -> Result<(), PlatformError> {
        let own = self.maker.rendered.books.database();
        for file in self.maker.rendered.databases() {
            let database = self.maker.open(file)?;
            let done = self.maker.done(&database, self.plan)?;
            if done.is_made {
                if file == own {
                    self.maker.complete_books(&database)?;
                }
                self.maker.new_plan(&database, self.plan)?;
            } else {
                if file == own {
                    refuse_to_begin_anew(plan)?;
                }
                let here = steps.iter().flatten().filter(|deed| deed.database == file);
                self.maker.make(&database, file, self.plan, here.map(|deed| deed.name.as_str()))?;
            }
            self.open.insert(file, (database, done));
        }
        // What retires may be in a file that nothing is rendered in any more.
        for file in transitions.files.iter().map(|transition| transition.script.database()) {
            if self.opened(file).is_some() {
                continue;
            }
            if let Some(database) = self.maker.open_if_there(file)? {
                let done = self.maker.done(&database, self.plan)?;
                if done.is_made {
                    self.maker.new_plan(&database, self.plan)?;
                    self.open.insert(file, (database, done));
                }
            }
        }
        Ok(())
    }

    /// What tells the platform's own database from every other one.
    fn identity(&self) -> Result<Option<String>, PlatformError> {
        match self.open.get(self.maker.rendered.books.database()) {
            Some((Container::File(own), _)) => {
                Ok(Books::read(&self.maker.rendered.books, own)?.map(|books| books.identity))
            }
            _ => Ok(None),
        }
    }

    /// Does it, unless it was done before; says whether it was not. A database that is not there, or that was made just
    /// now, has nothing that could be changed.
    fn carry_out(&self, deed: &Deed<'_>) -> Result<bool, PlatformError> {
        let Some((database, done)) = self.opened(deed.database) else {
            return Ok(false);
        };
        if !done.is_made {
            return Ok(true);
        }
        if done.steps.contains(&deed.name) {
            return Ok(false);
        }
        database.at_once(|| {
            if let Some((script, section)) = deed.statements {
                self.maker.site.watcher.begins(script.resource());
                database.execute(script, section, &[])?;
                self.fill(database, script)?;
            }
            self.maker.step_done(database, self.plan, &deed.name)?;
            match deed.statements {
                Some((script, _)) if script.section(LEAVE).is_some() => database.execute(script, LEAVE, &[]),
                _ => Ok(()),
            }
        })?;
        Ok(true)
    }
}

impl<'a> Applying<'a> {
    /// A database that is open. How its server is spoken to may be another way than when what retires was rendered.
    fn opened(&self, database: &str) -> Option<&(Container<'a>, Done)> {
        self.open.get(database).or_else(|| {
            let found = self.open.iter().find(|(open, _)| same_database(open, database));
            found.map(|(_, opened)| opened)
        })
    }

    /// Fills a copy on a server that was made anew, or that is to show more: the platform's own database, which was changed
    /// before, has all of it, and whoever reads the copy never sees it empty. Where a value is there that the copy cannot
    /// have, the next run brings what it can.
    fn fill(&self, database: &Container<'_>, changed: &Script) -> Result<(), PlatformError> {
        let Maker { site, rendered, .. } = self.maker;
        let script = rendered.find(changed.resource());
        let script = script.filter(|copy| copy.database() == changed.database());
        let own = self.open.get(rendered.books.database());
        let (Container::Server(server), Some(dataset), Some(script), Some((Container::File(own), _))) =
            (database, copied(changed.resource()), script, own)
        else {
            return Ok(());
        };
        let Some(last) = last_batch(own, &rendered.books, &dataset)? else {
            return Ok(());
        };
        if database.applied(script)?.is_some() {
            return Ok(());
        }
        let all = Behind { dataset: &dataset, script, applied: 0, last: last.number };
        let columns = rendered.columns_of(&dataset);
        server.if_it_fits(|| send_one(own, server, &all, columns, now(&site))).map(|_| ())
    }
}

/// A database that is to have another name, and that nobody renamed, must not begin empty.
fn refuse_to_begin_anew(plan: &Plan) -> Result<(), PlatformError> {
    let renamed = |step: &&Step| step.resource.as_str() == address::DATABASE && step.effect == Effect::Pause;
    match plan.steps().iter().find(renamed) {
        None => Ok(()),
        Some(step) => Err(PlatformError::new(
            PlatformErrorKind::Outside,
            format!("the platform's database is not where it is to be: {}", step.reason),
        )),
    }
}
