//! Copies in databases of consumers: brought up to date by what changed. How a server is, `server_copies.rs` says.

use super::{
    container::Container,
    context::{Batch, RunContext, number},
    database::Database,
    history::CopyResult,
    server_copies::CopyFailures,
};
use crate::{prelude::*, sql::script::Script};
use std::collections::BTreeMap;

/// What a consumer's database has of a datastore.
pub(super) type CopyGroup<'a> = Vec<(DatasetKey, &'a Script)>;

/// A copy that is not at the last batch of its dataset.
pub(super) struct StaleCopy<'s> {
    pub(super) dataset: &'s DatasetKey,
    pub(super) script: &'s Script,
    /// The last batch that arrived.
    pub(super) applied: u64,
    /// The last batch that there is.
    pub(super) last: u64,
}

impl<'a> RunContext<'a> {
    /// The copies of datasets that these are about, by database and datastore: what belongs together, so that a batch is
    /// visible in a database as a whole, but for copies that drifted and stay as they are.
    pub(super) fn copy_groups(&self, of: Option<&DatastoreName>) -> Vec<CopyGroup<'_>> {
        let mut copy_groups: BTreeMap<(&str, DatastoreName), CopyGroup<'_>> = BTreeMap::new();
        let copies: Vec<(&DatasetKey, &Script)> = match of {
            Some(datastore) => self.rendered.copies_of(datastore).collect(),
            None => self.rendered.copies().collect(),
        };
        for (dataset, script) in copies {
            let copy_group = (script.database(), dataset.datastore.clone());
            copy_groups.entry(copy_group).or_default().push((dataset.clone(), script));
        }
        for copy_group in copy_groups.values_mut() {
            copy_group.sort_by_key(|(_, script)| script.resource());
        }
        copy_groups.into_values().collect()
    }

    /// Brings copies that belong together up to the last batch, if they are not there, and lets go of what nobody is owed.
    /// Returns those that a server refuses to change.
    pub(super) fn update_copies(&self, copy_group: &CopyGroup<'_>) -> Result<CopyFailures, PlatformError> {
        let mut refused = self.follow(copy_group)?;
        for (copy, reason) in self.purge(copy_group)? {
            // What was refused before says more.
            refused.entry(copy).or_insert(reason);
        }
        Ok(refused)
    }

    /// Makes copies that belong together again, from what is kept here. Whoever reads them sees them as they were until all of
    /// it is there. Versions from before the first batch that is known here stay: nothing could bring them again.
    pub(super) fn rebuild_copies(&self, copy_group: &CopyGroup<'_>) -> Result<CopyFailures, PlatformError> {
        let Some(job) = self.job_of(copy_group) else {
            return Ok(CopyFailures::new());
        };
        let database = copy_group.first().map_or("", |(_, script)| script.database());
        let again = self.logged(job, || {
            let container = self.container(database)?;
            // Where the copy knows more than is known here, nothing could bring that again.
            self.behind(copy_group, &container)?;
            let mut all = Vec::new();
            for (dataset, script) in copy_group {
                if let Some(last) = self.last_batch(dataset)? {
                    all.push(StaleCopy { dataset, script, applied: 0, last: last.number });
                }
            }
            let records = self.records(&all)?;
            let first = |copy: &StaleCopy<'_>| -> Result<_, PlatformError> {
                Ok([(":first", number(self.first_batch(copy.dataset)?)?)])
            };
            let refused = match (&*container, all.first()) {
                (_, None) => Ok(CopyFailures::new()),
                (Container::Server(server), _) => {
                    self.send(server, &all, |copy| server.execute(copy.script, "restart", &first(copy)?))
                }
                (Container::File(file), Some(any)) => {
                    file.attach_for(&self.site, any.script)?;
                    file.in_deferred_transaction(|| {
                        all.iter().try_for_each(|copy| {
                            file.execute(copy.script, "restart", &first(copy)?)?;
                            self.apply_one(file, copy)
                        })
                    })?;
                    Ok(CopyFailures::new())
                }
            }?;
            Ok(CopyResult { records, refused })
        });
        again.map(|result| result.refused)
    }

    /// Lets go of what nobody is owed. Returns those copies that a server refuses to change.
    fn purge(&self, copy_group: &CopyGroup<'_>) -> Result<CopyFailures, PlatformError> {
        let nothing = CopyFailures::new();
        if !self.may_purge {
            return Ok(nothing);
        }
        let scripts = copy_group.iter().map(|(_, script)| *script);
        let purged: Vec<&Script> = scripts.filter(|script| script.section("purge").is_some()).collect();
        let Some(first) = purged.first() else {
            return Ok(nothing);
        };
        let container = self.container(first.database())?;
        let file = match &*container {
            Container::File(file) => file,
            Container::Server(server) => return self.purge_on_server(server, &purged),
        };
        file.attach_for(&self.site, first)?;
        let purge = |script: &&Script| file.execute(script, "purge", &[(":now", self.now())]);
        file.in_deferred_transaction(|| purged.iter().try_for_each(purge)).map(|()| nothing)
    }

    fn follow(&self, copy_group: &CopyGroup<'_>) -> Result<CopyFailures, PlatformError> {
        let Some(job) = self.job_of(copy_group) else {
            return Ok(CopyFailures::new());
        };
        let database = copy_group.first().map_or("", |(_, script)| script.database());
        let container = self.container(database);
        match container.and_then(|container| Ok((self.behind(copy_group, &container)?, container))) {
            Ok((behind, _)) if behind.is_empty() => Ok(CopyFailures::new()),
            found => {
                let result = self.logged(job, || {
                    let (behind, container) = found?;
                    let refused = match &*container {
                        Container::File(file) => self.apply(file, &behind).map(|()| CopyFailures::new()),
                        Container::Server(server) => self.send(server, &behind, |_| Ok(())),
                    }?;
                    Ok(CopyResult { records: self.records(&behind)?, refused })
                });
                result.map(|result| result.refused)
            }
        }
    }

    /// How many records change in the batches that these copies are brought.
    pub(super) fn records<'s>(
        &self,
        copies: impl IntoIterator<Item = &'s StaleCopy<'s>>,
    ) -> Result<u64, PlatformError> {
        let moved = |copy: &StaleCopy<'_>| self.moved_since(copy.dataset, copy.applied, copy.last);
        copies.into_iter().map(moved).sum()
    }

    /// The last batch that arrived in a copy; none in one that is not there.
    pub(super) fn arrived_in(&self, copy: &Script) -> Result<Option<Batch>, PlatformError> {
        match self.container_if_there(copy.database())? {
            Some(container) if container.has_table("datasurface_applied")? => container.applied(copy),
            _ => Ok(None),
        }
    }

    /// The name in the metadata tables for bringing these up to date: the first copy of what belongs together, which need not be
    /// one of these.
    pub(super) fn job_of(&self, copy_group: &CopyGroup<'_>) -> Option<&str> {
        let (dataset, script) = copy_group.first()?;
        let together = self.rendered.copies_of(&dataset.datastore).map(|(_, copy)| copy);
        together.filter(|copy| copy.database() == script.database()).map(Script::resource).min()
    }

    /// How many live versions are set aside for a copy, since its database cannot have them.
    pub(super) fn unfit(&self, copy: &Script) -> Result<u64, PlatformError> {
        let Some(_) = copy.section("count_aside") else {
            return Ok(0);
        };
        match self.container_if_there(copy.database())?.as_deref() {
            Some(Container::Server(server)) if server.has_table("datasurface_aside")? => {
                Ok(u64::try_from(server.count(copy, "count_aside")?).unwrap_or_default())
            }
            _ => Ok(0),
        }
    }

    /// The last batch of a datastore that arrived anywhere: more than the platform knows of where its own database was
    /// lost. What cannot be looked into says so when it is to be brought up to date.
    pub(super) fn last_arrived(&self, datastore: &DatastoreName) -> u64 {
        let copies = self.rendered.copies_of(datastore);
        let arrived = copies.filter_map(|(_, copy)| self.arrived_in(copy).ok().flatten());
        let published = self.rendered.captures.iter().filter(|job| job.datastore == *datastore);
        let published = published.filter_map(|job| self.last_published(job).ok().flatten());
        arrived.map(|batch| batch.number).chain(published).max().unwrap_or_default()
    }

    /// The copies that are not at the last batch of their dataset.
    pub(super) fn behind<'s>(
        &self,
        copy_group: &'s CopyGroup<'s>,
        database: &Container<'_>,
    ) -> Result<Vec<StaleCopy<'s>>, PlatformError> {
        let mut behind = Vec::new();
        for (dataset, script) in copy_group {
            let applied = database.applied(script)?.map_or(0, |batch| batch.number);
            match self.last_batch(dataset)? {
                Some(last) if last.number > applied => {
                    behind.push(StaleCopy { dataset, script, applied, last: last.number });
                }
                Some(last) if last.number == applied => {}
                // The platform's database was lost: its next batch has a number after this one, and brings everything.
                None => {}
                last => return Err(ahead(dataset, script, applied, last)),
            }
        }
        Ok(behind)
    }

    fn apply(&self, file: &Database<'_>, behind: &[StaleCopy<'_>]) -> Result<(), PlatformError> {
        if let Some(first) = behind.first() {
            file.attach_for(&self.site, first.script)?;
        }
        file.in_deferred_transaction(|| behind.iter().try_for_each(|copy| self.apply_one(file, copy)))
    }

    pub(super) fn apply_one(&self, file: &Database<'_>, copy: &StaleCopy<'_>) -> Result<(), PlatformError> {
        let values = [(":batch", number(copy.last)?), (":now", self.now())];
        file.execute(copy.script, "apply", &values)
    }
}

fn ahead(dataset: &DatasetKey, script: &Script, applied: u64, last: Option<Batch>) -> PlatformError {
    let context = format!(
        "the copy of `{dataset}` in `{}` is at batch {applied}, but the platform's database is at {}: it was lost or \
         replaced; move the consumer's database away to have it made again",
        script.database(),
        last.map_or(0, |last| last.number)
    );
    PlatformError::new(PlatformErrorKind::External, context)
}
