//! Verifying: copies are compared with what is kept here, and nothing is changed.

use super::{
    container::Container,
    context::{Batch, RunContext, number},
    copy_filter::CopyFilter,
    database::Database,
    run::without_copies,
    server::Server,
};
use crate::{names::address, prelude::*, sql::script::Script};
use datasurface_platform::{CopyComparison, JobFailure, RunReport};
use rusqlite::types::Value;
use std::collections::BTreeSet;

/// How many versions are missing, were added, and read otherwise.
type Counts = [u64; 3];

impl RunContext<'_> {
    /// Compares the copies of consumers.
    pub(super) fn verify(&self, consumers: &BTreeSet<String>) -> RunReport {
        let mut report = RunReport::default();
        let mut named = BTreeSet::new();
        for consumer in consumers {
            let copies = self.rendered.copies_called(consumer);
            if copies.is_empty() {
                let (job, reason) = (address::DATABASE.into(), without_copies(consumer));
                report.failures.push(JobFailure { job, reason, examples: Vec::new() });
            }
            named.extend(copies);
        }
        for (dataset, copy) in self.rendered.copies().filter(|(_, copy)| named.contains(copy.resource())) {
            self.site.watcher.job_started(copy.resource());
            match self.verify_one(dataset, copy) {
                Ok([missing, added, different]) => report.compared.push(CopyComparison {
                    copy: copy.resource().into(),
                    dataset: dataset.clone(),
                    missing,
                    added,
                    different,
                }),
                Err(error) => report.failures.push(JobFailure {
                    job: copy.resource().into(),
                    reason: error.report(),
                    examples: Vec::new(),
                }),
            }
        }
        report
    }

    fn verify_one(&self, dataset: &DatasetKey, copy: &Script) -> Result<Counts, PlatformError> {
        let number_of = |batch: &Option<Batch>| batch.as_ref().map_or(0, |batch| batch.number);
        let (arrived, last) = (self.arrived_in(copy)?, self.last_batch(dataset)?);
        let (arrived, last) = (number_of(&arrived), number_of(&last));
        let Some(container) = self.container_if_there(copy.database())?.filter(|_| arrived == last) else {
            let context = format!(
                "the copy of `{dataset}` in `{}` is at batch {arrived}, and what is kept here at {last}: run first",
                copy.database()
            );
            return Err(PlatformError::new(PlatformErrorKind::External, context));
        };
        let first = (":first", number(self.first_batch(dataset)?)?);
        match &*container {
            Container::File(file) => self.verify_in_file(file, copy, first),
            Container::Server(server) => self.verify_on_server(server, dataset, copy, first, last),
        }
    }

    fn verify_in_file(
        &self,
        file: &Database<'_>,
        copy: &Script,
        first: (&str, Value),
    ) -> Result<Counts, PlatformError> {
        file.attach_for(&self.site, copy)?;
        let values = [first, (":now", self.now())];
        let counted = file.in_deferred_transaction(|| {
            file.rows(copy, "verify", &values, |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?]))
        })?;
        Ok(counted.into_iter().next().unwrap_or_default())
    }

    /// All of it is sent, as it would be for a new copy, compared there, and undone.
    fn verify_on_server(
        &self,
        server: &Server<'_>,
        dataset: &DatasetKey,
        copy: &Script,
        first: (&str, Value),
        last: u64,
    ) -> Result<Counts, PlatformError> {
        let all = [(":batch", number(last)?), (":applied", number(0)?), (":now", self.now())];
        let last_old = match copy.section("last_old") {
            Some(_) => self.own.rows(copy, "last_old", &all, |row| row.get::<_, Option<i64>>(0))?,
            None => Vec::new(),
        };
        let last_old = last_old.into_iter().flatten().next().unwrap_or_default();
        let mut fitting = CopyFilter::new(self.rendered.columns_of(dataset));
        let counted = server.rolled_back(|| {
            server.execute(copy, "stage", &all)?;
            server.load(copy, "load", |load| {
                self.own.stream(copy, "changes", &all, &mut |row| fitting.send(row, load))
            })?;
            let values = [first, (":last_old", Value::Integer(last_old))];
            server.rows(copy, "verify", &values, |row| {
                let [missing, added, different]: [i64; 3] =
                    [row.try_get(0)?, row.try_get(1)?, row.try_get(2)?];
                Ok([missing, added, different].map(i64::unsigned_abs))
            })
        })?;
        Ok(counted.into_iter().next().unwrap_or_default())
    }
}
