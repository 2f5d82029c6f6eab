//! Applying a plan: what is new is made, what is there is changed by its transition file, once.

use super::{
    bulk_schema::{is_altering, is_dropping, mentioned_by, named_by},
    container::Container,
    context::{last_batch, now},
    copies::StaleCopy,
    database::Database,
    metadata::PlatformMetadata,
    provisioning::{Provisioner, StepsDone},
    rendered::copied,
    server_copies::send_one,
    transition::{Transition, Transitions},
};
use crate::{
    diff::TEAR_DOWN, names::address, prelude::*, server_address::same_database, sql::script::Script,
};
use datasurface_platform::{ApplyReport, graph::Fingerprint};
use std::collections::BTreeMap;

/// Carries out the steps of a plan that were not carried out before. Without a plan, what is left of the last one: that
/// is in the transition files.
pub(super) fn apply(maker: Provisioner<'_>, plan: &Plan) -> Result<ApplyReport, PlatformError> {
    let transitions = Transitions::read(&maker.site)?;
    let steps = match plan.is_empty() {
        true => transitions.files.iter().map(|file| vec![StepTask::change(file)]).collect(),
        false => tasks(maker, plan, &transitions),
    };
    let mut applying = PlanApplication { maker, plan: &transitions.plan, open: BTreeMap::new() };
    applying.begin(plan, &steps, &transitions)?;
    let mut applied = ApplyReport::default();
    for steps in steps.chunk_by(|step, next| is_together(step, next)) {
        let (now, before): (Vec<_>, Vec<_>) =
            steps.iter().partition(|step| step.iter().any(|task| applying.is_to_do(task)));
        let tasks = steps.iter().flatten();
        match steps.first().map(|step| kind(step)) {
            Some(StepKind::Makes) => applying.make_all(tasks)?,
            Some(StepKind::Drops) => applying.drop_all(tasks)?,
            Some(StepKind::Alters) => applying.alter_all(tasks)?,
            _ => tasks.into_iter().try_for_each(|task| applying.carry_out(task))?,
        }
        applied.done += now.len();
        applied.done_before += before.len();
    }
    applied.identity = applying.identity()?;
    Ok(applied)
}

/// What a step does in its databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StepKind {
    /// Makes something that is new, or does nothing but render.
    Makes,
    /// Drops what is there.
    Drops,
    /// Alters what is there without moving rows.
    Alters,
    /// Changes it in another way, such as by making a table anew.
    Changes,
}

fn kind(step: &[StepTask<'_>]) -> StepKind {
    let mut statements = step.iter().filter_map(|task| task.statements);
    if statements.clone().all(|(_, section)| section == CREATE) {
        StepKind::Makes
    } else if statements.clone().all(|(script, section)| section != CREATE && is_dropping(script, section)) {
        StepKind::Drops
    } else if statements.all(|(script, section)| section != CREATE && is_altering(script, section)) {
        StepKind::Alters
    } else {
        StepKind::Changes
    }
}

/// Whether steps are carried out together: what is made, altered or dropped waits for nothing else that is.
fn is_together(step: &[StepTask<'_>], next: &[StepTask<'_>]) -> bool {
    let kind_of_step = kind(step);
    kind_of_step != StepKind::Changes && kind_of_step == kind(next)
}

/// The section that makes what is rendered.
const CREATE: &str = "create";

/// Something to be done in one database.
struct StepTask<'a> {
    /// The name in the metadata tables.
    name: String,
    database: &'a str,
    /// The statements, if there are any: a step of a job is done by rendering alone.
    statements: Option<(&'a Script, &'static str)>,
}

impl<'a> StepTask<'a> {
    fn change(transition: &'a Transition) -> Self {
        Self {
            name: transition.name.clone(),
            database: transition.script.database(),
            statements: Some((&transition.script, "change")),
        }
    }

    /// The names that it looks for in its database.
    fn names(&self) -> Vec<String> {
        self.statements.map_or_else(Vec::new, |(script, section)| named_by(script, section))
    }

    /// All names in its statements.
    fn mentioned(&self) -> Vec<String> {
        self.statements.map_or_else(Vec::new, |(script, section)| mentioned_by(script, section))
    }
}

/// What is to be done in each step of a plan.
fn tasks<'a>(maker: Provisioner<'a>, plan: &Plan, transitions: &'a Transitions) -> Vec<Vec<StepTask<'a>>> {
    // Plans without transition files have no name of their own.
    let id = Fingerprint::of(plan).short();
    let of_step = |(position, step): (usize, &Step)| {
        let name = format!("{:03} {} {} of {id}", position + 1, step.action, step.resource);
        let created = maker.rendered.find(step.resource.as_str());
        let created =
            created.filter(|script| step.action == Action::Create && script.section(CREATE).is_some());
        if let Some(script) = created {
            return vec![StepTask { name, database: script.database(), statements: Some((script, CREATE)) }];
        }
        let changes: Vec<StepTask<'_>> = match step.action {
            Action::Update | Action::Replace | Action::Retire => {
                transitions.for_step(position, &step.resource).map(StepTask::change).collect()
            }
            Action::Create | Action::Move | Action::Hold => Vec::new(),
        };
        if !changes.is_empty() {
            return changes;
        }
        vec![StepTask { name, database: maker.rendered.metadata.database(), statements: None }]
    };
    plan.steps().iter().enumerate().map(of_step).collect()
}

struct PlanApplication<'a> {
    maker: Provisioner<'a>,
    plan: &'a str,
    /// The databases that are there, and what was done in them of this plan.
    open: BTreeMap<&'a str, (Container<'a>, StepsDone)>,
}

impl<'a> PlanApplication<'a> {
    /// Makes the databases that are not there, and opens the others.
    fn begin(
        &mut self,
        plan: &Plan,
        steps: &[Vec<StepTask<'a>>],
        transitions: &'a Transitions,
    ) -> Result<(), PlatformError> {
        let own = self.maker.rendered.metadata.database();
        for file in self.maker.rendered.databases() {
            let database = self.maker.open(file)?;
            let done = self.maker.done(&database, self.plan)?;
            if done.is_made {
                if file == own {
                    self.maker.complete_metadata(&database)?;
                }
                self.maker.new_plan(&database, self.plan)?;
            } else {
                if file == own {
                    check_same_database(plan)?;
                }
                let here = steps.iter().flatten().filter(|task| task.database == file);
                self.maker.make(&database, file, self.plan, here.map(|task| task.name.as_str()))?;
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
        match self.open.get(self.maker.rendered.metadata.database()) {
            Some((Container::File(own), _)) => {
                Ok(PlatformMetadata::read(&self.maker.rendered.metadata, own)?
                    .map(|metadata| metadata.identity))
            }
            _ => Ok(None),
        }
    }

    /// Whether it was not done by an earlier call. Where there is no database, there is nothing to do.
    fn is_to_do(&self, task: &StepTask<'_>) -> bool {
        self.opened(task.database).is_some_and(|(_, done)| !done.is_made || !done.steps.contains(&task.name))
    }

    /// Does it, unless it was done before. A database that is not there, or that was made just now, has nothing that could be
    /// changed.
    fn carry_out(&self, task: &StepTask<'_>) -> Result<(), PlatformError> {
        match self.opened(task.database) {
            Some((database, done)) if done.is_made && !done.steps.contains(&task.name) => {
                database.in_transaction(|| self.execute(database, task))
            }
            _ => Ok(()),
        }
    }

    /// Makes what was not made before. The platform's own database is first, since copies are filled from it.
    fn make_all<'d>(&self, tasks: impl Iterator<Item = &'d StepTask<'a>>) -> Result<(), PlatformError>
    where
        'a: 'd,
    {
        self.in_each_database(tasks, true, |container, file, tasks| {
            let make = |task: &StepTask<'_>| self.execute(container, task);
            file.make_many("main", tasks, |task| task.names(), make)
        })
    }

    /// Drops what was not dropped before. The platform's own database is last, since copies are made again from it.
    fn drop_all<'d>(&self, tasks: impl Iterator<Item = &'d StepTask<'a>>) -> Result<(), PlatformError>
    where
        'a: 'd,
    {
        self.in_each_database(tasks, false, |container, file, tasks| {
            file.drop_all(&tasks, |task| task.names(), |task| self.execute(container, task))
        })
    }

    /// Alters what was not altered before. The platform's own database is first, since copies are brought from it.
    fn alter_all<'d>(&self, tasks: impl Iterator<Item = &'d StepTask<'a>>) -> Result<(), PlatformError>
    where
        'a: 'd,
    {
        self.in_each_database(tasks, true, |container, file, tasks| {
            file.alter_all(&tasks, |task| task.mentioned(), |task| self.execute(container, task))
        })
    }

    /// Does what was not done before, in one transaction for each file: done one by one, it would take as long as the square of
    /// what is there.
    fn in_each_database<'d>(
        &self,
        tasks: impl Iterator<Item = &'d StepTask<'a>>,
        is_own_first: bool,
        work: impl Fn(&Container<'a>, &Database<'a>, Vec<&'d StepTask<'a>>) -> Result<(), PlatformError>,
    ) -> Result<(), PlatformError>
    where
        'a: 'd,
    {
        let own = self.maker.rendered.metadata.database();
        let mut by_database: BTreeMap<(bool, &str), Vec<&StepTask<'_>>> = BTreeMap::new();
        for task in tasks {
            let is_own = task.database == own;
            by_database.entry((is_own != is_own_first, task.database)).or_default().push(task);
        }
        for ((_, database), mut tasks) in by_database {
            match self.opened(database) {
                Some((Container::File(_), done)) if !done.is_made => {}
                Some((container @ Container::File(file), done)) => {
                    tasks.retain(|task| !done.steps.contains(&task.name));
                    if !tasks.is_empty() {
                        file.in_transaction(|| work(container, file, tasks))?;
                    }
                }
                // Whoever does much at once on a server has locks on all of it, and it has room for a number of them.
                _ => tasks.into_iter().try_for_each(|task| self.carry_out(task))?,
            }
        }
        Ok(())
    }

    fn execute(&self, database: &Container<'_>, task: &StepTask<'_>) -> Result<(), PlatformError> {
        if let Some((script, section)) = task.statements {
            self.maker.site.watcher.job_started(script.resource());
            database.execute(script, section, &[])?;
            self.fill(database, script)?;
        }
        self.maker.step_done(database, self.plan, &task.name)?;
        match task.statements {
            Some((script, _)) if script.section(TEAR_DOWN).is_some() => {
                database.execute(script, TEAR_DOWN, &[])
            }
            _ => Ok(()),
        }
    }
}

impl<'a> PlanApplication<'a> {
    /// A database that is open. How its server is spoken to may be another way than when what retires was rendered.
    fn opened(&self, database: &str) -> Option<&(Container<'a>, StepsDone)> {
        self.open.get(database).or_else(|| {
            let found = self.open.iter().find(|(open, _)| same_database(open, database));
            found.map(|(_, opened)| opened)
        })
    }

    /// Fills a copy on a server that was made anew, or that is to show more: the platform's own database, which was changed
    /// before, has all of it, and whoever reads the copy never sees it empty. Where a value is there that the copy cannot
    /// have, the next run brings what it can.
    fn fill(&self, database: &Container<'_>, changed: &Script) -> Result<(), PlatformError> {
        let Provisioner { site, rendered, .. } = self.maker;
        let script = rendered.find(changed.resource());
        let script = script.filter(|copy| copy.database() == changed.database());
        let own = self.open.get(rendered.metadata.database());
        let (Container::Server(server), Some(dataset), Some(script), Some((Container::File(own), _))) =
            (database, copied(changed.resource()), script, own)
        else {
            return Ok(());
        };
        let Some(last) = last_batch(own, &rendered.metadata, &dataset)? else {
            return Ok(());
        };
        if database.applied(script)?.is_some() {
            return Ok(());
        }
        let all = StaleCopy { dataset: &dataset, script, applied: 0, last: last.number };
        let columns = rendered.columns_of(&dataset);
        server.in_savepoint_if_supported(|| send_one(own, server, &all, columns, now(&site))).map(|_| ())
    }
}

/// A database that is to have another name, and that nobody renamed, must not begin empty.
fn check_same_database(plan: &Plan) -> Result<(), PlatformError> {
    let renamed = |step: &&Step| step.resource.as_str() == address::DATABASE && step.effect == Effect::Pause;
    match plan.steps().iter().find(renamed) {
        None => Ok(()),
        Some(step) => Err(PlatformError::new(
            PlatformErrorKind::External,
            format!("the platform's database is not where it is to be: {}", step.reason),
        )),
    }
}
