//! Copies in databases of consumers: brought up to date by what changed. How a server is, `server_copies.rs` says.

use super::{
    container::Container,
    database::Database,
    work::{Batch, Work, number},
};
use crate::{
    prelude::*,
    sql::{engine::Engine, script::Script},
};
use std::{collections::BTreeMap, rc::Rc};

/// What a consumer's database has of a datastore.
pub(super) type Shelf<'a> = Vec<(DatasetKey, &'a Script)>;

/// A copy that is not at the last batch of its dataset.
pub(super) struct Behind<'s> {
    pub(super) script: &'s Script,
    /// The last batch that arrived.
    pub(super) applied: u64,
    /// The last batch that there is.
    pub(super) last: u64,
}

impl<'a> Work<'a> {
    /// The copies of datasets that these are about, by database and datastore: what belongs together, so that a batch is
    /// visible in a database as a whole.
    pub(super) fn shelves(&self, of: Option<&DatastoreName>) -> Vec<Shelf<'_>> {
        let mut shelves: BTreeMap<(&str, DatastoreName), Shelf<'_>> = BTreeMap::new();
        for (dataset, script) in self.rendered.copies() {
            if of.is_none_or(|datastore| dataset.datastore == *datastore) {
                let shelf = (script.database(), dataset.datastore.clone());
                shelves.entry(shelf).or_default().push((dataset, script));
            }
        }
        shelves.into_values().collect()
    }

    /// Brings copies that belong together up to the last batch, if they are not there, and lets go of what nobody is owed.
    pub(super) fn bring_up_to_date(&self, shelf: &Shelf<'_>) -> Result<(), PlatformError> {
        self.follow(shelf)?;
        self.purge(shelf)
    }

    fn purge(&self, shelf: &Shelf<'_>) -> Result<(), PlatformError> {
        let scripts = shelf.iter().map(|(_, script)| *script);
        let purged: Vec<&Script> = scripts.filter(|script| script.section("purge").is_some()).collect();
        let Some(first) = purged.first() else {
            return Ok(());
        };
        if Engine::of(first.database()) == Engine::Postgres {
            return self.purge_on_server(&purged);
        }
        let file = Database::open_for(&self.site, first, self.breakpoint)?;
        file.together(|| {
            purged.iter().try_for_each(|script| file.execute(script, "purge", &[(":now", self.now())]))
        })
    }

    fn follow(&self, shelf: &Shelf<'_>) -> Result<(), PlatformError> {
        let Some(job) = job_of(shelf) else {
            return Ok(());
        };
        let database = shelf.first().map_or("", |(_, script)| script.database());
        let container = self.container(database);
        match container.and_then(|container| Ok((self.behind(shelf, &container)?, container))) {
            Ok((behind, _)) if behind.is_empty() => Ok(()),
            found => self.remembered(job, || {
                let (behind, container) = found?;
                match &*container {
                    Container::File(_) => self.apply(&behind),
                    Container::Server(server) => self.send(server, &behind),
                }
            }),
        }
    }

    fn container(&self, database: &str) -> Result<Rc<Container<'a>>, PlatformError> {
        match Engine::of(database) {
            Engine::Sqlite => Container::open(&self.site, database, self.breakpoint).map(Rc::new),
            Engine::Postgres => self.server(database),
        }
    }

    /// The last batch that arrived in a copy; none in one that is not there.
    pub(super) fn arrived_in(&self, copy: &Script) -> Result<Option<Batch>, PlatformError> {
        let database = copy.database();
        let open = || Container::open_if_there(&self.site, database, self.breakpoint);
        let container = match Engine::of(database) {
            Engine::Sqlite => open()?.map(Rc::new),
            Engine::Postgres => self.known(database, open)?,
        };
        match container {
            Some(container) if container.has_table("datasurface_applied")? => container.applied(copy),
            _ => Ok(None),
        }
    }

    /// The last batch of a datastore that arrived anywhere: more than the platform knows of where its own database was
    /// lost. What cannot be looked into says so when it is to be brought up to date.
    pub(super) fn last_arrived(&self, datastore: &DatastoreName) -> u64 {
        let copies = self.rendered.copies().filter(|(dataset, _)| dataset.datastore == *datastore);
        let arrived = copies.filter_map(|(_, copy)| self.arrived_in(copy).ok().flatten());
        arrived.map(|batch| batch.number).max().unwrap_or_default()
    }

    /// The copies that are not at the last batch of their dataset.
    fn behind<'s>(
        &self,
        shelf: &Shelf<'s>,
        database: &Container<'_>,
    ) -> Result<Vec<Behind<'s>>, PlatformError> {
        let mut behind = Vec::new();
        for (dataset, script) in shelf {
            let applied = database.applied(script)?.map_or(0, |batch| batch.number);
            match self.last_batch(dataset)? {
                Some(last) if last.number > applied => {
                    behind.push(Behind { script, applied, last: last.number });
                }
                Some(last) if last.number == applied => {}
                // The platform's database was lost: its next batch has a number after this one, and brings everything.
                None => {}
                last => return Err(ahead(dataset, script, applied, last)),
            }
        }
        Ok(behind)
    }

    fn apply(&self, behind: &[Behind<'_>]) -> Result<(), PlatformError> {
        let Some(first) = behind.first() else {
            return Ok(());
        };
        let file = Database::open_for(&self.site, first.script, self.breakpoint)?;
        file.together(|| {
            for Behind { script, last, .. } in behind {
                file.execute(script, "apply", &[(":batch", number(*last)?), (":now", self.now())])?;
            }
            Ok(())
        })
    }
}

/// What the books call bringing these up to date: the first of them.
pub(super) fn job_of<'s>(shelf: &Shelf<'s>) -> Option<&'s str> {
    shelf.first().map(|(_, script)| script.resource())
}

fn ahead(dataset: &DatasetKey, script: &Script, applied: u64, last: Option<Batch>) -> PlatformError {
    let context = format!(
        "the copy of `{dataset}` in `{}` is at batch {applied}, but the platform's database is at {}: it was lost or \
         replaced; move the consumer's database away to have it made again",
        script.database(),
        last.map_or(0, |last| last.number)
    );
    PlatformError::new(PlatformErrorKind::Outside, context)
}
