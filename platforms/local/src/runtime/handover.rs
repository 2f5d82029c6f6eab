//! Hand-overs: a datastore that another local platform captures for all.

use super::{
    capture::{CaptureResult, run},
    context::{Counts, RunContext, named, number},
    database::Database,
    job::CaptureJob,
    source,
};
use crate::{
    prelude::*,
    render::CaptureStart,
    sql::{predecessor::PREDECESSOR_SCHEMA, script::Script},
};

impl RunContext<'_> {
    /// Takes the versions and the batches of the platform that captures for all, in one transaction: then they are here
    /// as they are there. Nothing if the two do not know the same batches, because one of them lost its database or
    /// captured by itself meanwhile, or if values are not the same, because columns came later; then what is there now is
    /// captured like any source.
    pub(super) fn follow_predecessor(
        &self,
        job: &CaptureJob,
    ) -> Result<Option<CaptureResult>, PlatformError> {
        let CaptureStart::Platform(_) = job.trigger else {
            return Ok(None);
        };
        // A topic has no batches that could be followed: it is compared, like any source.
        if job.datasets.iter().any(|captured| captured.topic.is_some()) {
            return Ok(None);
        }
        // It says what is wrong with a file that is not there; attaching would make one.
        source::open(&job.producer()?, &self.site)?;
        let tables = job.datasets.iter().map(|captured| self.rendered.script(&captured.into));
        let tables = tables.collect::<Result<Vec<_>, _>>()?;
        let Some(first) = tables.first() else {
            return Ok(None);
        };
        let database = Database::open_for(&self.site, first, self.breakpoint)?;
        let arrived = [(":arrived", number(self.last_arrived(&job.datastore))?)];
        database.in_deferred_transaction(|| {
            for table in &tables {
                if database.rows(table, "agrees", &arrived, |_| Ok(()))?.is_empty() {
                    return Ok(None);
                }
            }
            let mut followed = CaptureResult::default();
            for (captured, table) in job.datasets.iter().zip(&tables) {
                let (batch, is_new, counts) = self.follow_one(&database, &captured.dataset, table)?;
                followed.is_new |= is_new;
                followed.datasets.push(run(&captured.dataset, batch, counts));
            }
            let differing = tables.iter().map(|table| database.rows(table, "differs", &[], |_| Ok(())));
            let differing = differing.collect::<Result<Vec<_>, _>>()?;
            if !differing.iter().all(Vec::is_empty) {
                return Ok(None);
            }
            for captured in &job.datasets {
                database.execute(&self.rendered.metadata, "dataset_captured", &named(&captured.dataset))?;
            }
            Ok(Some(followed))
        })
    }

    fn follow_one(
        &self,
        database: &Database<'_>,
        dataset: &DatasetKey,
        table: &Script,
    ) -> Result<(u64, bool, Counts), PlatformError> {
        let arrived = self.last_batch(dataset)?.map_or(0, |batch| batch.number);
        let last = database.rows(table, "last", &[], |row| row.get(0))?.into_iter().next().unwrap_or(0);
        let values = [(":arrived", number(arrived)?), (":batch", number(last)?)];
        database.execute(table, "follow", &values)?;
        // An earlier revision of the software may have made that database, and nobody applied anything there since.
        if database.has_table_in(PREDECESSOR_SCHEMA, "datasurface_schemas")? {
            database.execute(table, "follow_schemas", &values)?;
        }
        let counts = database.rows(table, "followed", &values, Counts::from_row)?;
        Ok((last, last > arrived, counts.into_iter().next().unwrap_or_default()))
    }
}
