//! Publishing: what was captured is written to a folder that others read, batch by batch, in the format `batches`.
//!
//! What was published is read off the folder itself, so a run that was cut off is gone on with by the next one.

use super::{
    context::{RunContext, number},
    job::{CaptureJob, CapturedDataset},
    line, place,
};
use crate::{
    prelude::{
        serde_json::{Map, Value as Json},
        *,
    },
    sql::{
        milestoned::{BATCH_IN, BATCH_OUT},
        script::Script,
    },
};
use datasurface_platform::{
    BatchCounts, BatchFolder, BatchManifest, BatchPart, PartColumn, PartContent, PartSchema,
};
use rusqlite::types::ValueRef;

/// A function that takes a version as a line has it.
type VersionCallback<'a> = dyn FnMut(&Map<String, Json>) -> Result<(), PlatformError> + 'a;

/// So many versions are published beside those that are kept before all is published anew.
const LEAST_SURPLUS: u64 = 1000;

impl RunContext<'_> {
    /// Publishes what is not published yet of what a job captures.
    pub(super) fn publish(&self, job: &CaptureJob) -> Result<(), PlatformError> {
        let Some(folder) = &job.publishes else { return Ok(()) };
        let folder = BatchFolder::new(place::folder_path(&self.site, folder)?);
        // One state of the database is read for all datasets.
        self.own.in_deferred_transaction(|| self.publish_into(&folder, job))
    }

    /// The last batch that is published of what a job captures.
    pub(super) fn last_published(&self, job: &CaptureJob) -> Result<Option<u64>, PlatformError> {
        let Some(folder) = &job.publishes else { return Ok(None) };
        let folder = BatchFolder::new(place::folder_path(&self.site, folder)?);
        Ok(folder.manifests()?.last().map(|manifest| manifest.batch))
    }

    fn publish_into(&self, folder: &BatchFolder, job: &CaptureJob) -> Result<(), PlatformError> {
        let manifests = folder.manifests()?;
        let published = manifests.last().map_or(0, |manifest| manifest.batch);
        let mut last = 0;
        for captured in &job.datasets {
            last = last.max(self.last_batch(&captured.dataset)?.map_or(0, |batch| batch.number));
        }
        // A database that was made anew has nothing to publish before its first batch, whose number is behind those that are published.
        if last == 0 {
            return Ok(());
        }
        if last < published {
            return Err(behind(job, last, published));
        }
        let is_full = self.is_full(&manifests, job)?;
        if last > published || is_full {
            let after = (!is_full).then_some(published);
            self.breakpoint.before(|| format!("publish batch {last} of {}", job.datastore));
            let mut batch = folder.begin(&job.datastore, last, after)?;
            for captured in &job.datasets {
                let is_new =
                    self.last_batch(&captured.dataset)?.is_some_and(|batch| batch.number > published);
                if is_new || is_full {
                    let table = self.rendered.script(&captured.into)?;
                    let content = self.content(captured, table, after)?;
                    let arrived = if content.whole { 0 } else { published };
                    batch.add(&captured.dataset.dataset, content, |each| {
                        self.versions(captured, table, arrived, each)
                    })?;
                }
            }
            self.breakpoint.before(|| format!("publish the manifest of batch {last} of {}", job.datastore));
            batch.publish()?;
        }
        self.breakpoint.before(|| format!("remove superseded batches of {}", job.datastore));
        folder.remove_superseded()
    }

    /// Whether all that is kept is to be published, rather than what changed: at first, when something is published that is not kept any
    /// more, or was by a database that is lost, when rows are told apart otherwise, and when so much is published beside it that reading
    /// it would take long.
    fn is_full(&self, manifests: &[BatchManifest], job: &CaptureJob) -> Result<bool, PlatformError> {
        let Some(base) = manifests.iter().rposition(|manifest| manifest.after.is_none()) else {
            return Ok(true);
        };
        let read = manifests.get(base..).unwrap_or_default();
        let lines = |manifests: &[BatchManifest]| -> u64 {
            manifests.iter().flat_map(|manifest| manifest.datasets.values()).map(|part| part.lines).sum()
        };
        let (kept, surplus) = read.split_at(1);
        if lines(surplus) > lines(kept).max(LEAST_SURPLUS) {
            return Ok(true);
        }
        for (name, part) in read.iter().flat_map(|manifest| &manifest.datasets) {
            let Some(captured) = job.datasets.iter().find(|captured| captured.dataset.dataset == *name)
            else {
                return Ok(true);
            };
            let table = self.rendered.script(&captured.into)?;
            if !self.has_made(table, part)? {
                return Ok(true);
            }
            let is_purged = match (table.section("purge"), part.first_end) {
                (Some(_), Some(end)) => self.first_end(table)?.is_none_or(|kept| end < kept),
                _ => false,
            };
            if is_purged || part.key != key_of(captured) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether the last batch of a part is one of this database. One that was made anew goes on with greater numbers, and has never seen the rows that are
    /// published: which of them are gone, it does not know.
    fn has_made(&self, table: &Script, part: &BatchPart) -> Result<bool, PlatformError> {
        let Some(last) = part.batches.last() else { return Ok(true) };
        let before = [(":arrived", number(last.batch.saturating_sub(1))?)];
        let found = self.own.rows(table, "published_batches", &before, |row| {
            Ok((row.get::<_, u64>("batch")?, row.get::<_, String>("visible_at")?))
        })?;
        Ok(found.first().is_some_and(|(batch, at)| (*batch, at) == (last.batch, &last.visible_at)))
    }

    fn first_end(&self, table: &Script) -> Result<Option<u64>, PlatformError> {
        let ends = self.own.rows(table, "first_end", &[], |row| row.get::<_, Option<u64>>(0))?;
        Ok(ends.into_iter().next().flatten())
    }

    /// What a manifest says of a dataset.
    fn content(
        &self,
        captured: &CapturedDataset,
        table: &Script,
        after: Option<u64>,
    ) -> Result<PartContent, PlatformError> {
        let key = key_of(captured);
        // Rows that nothing tells apart are replaced as a whole.
        let after = after.filter(|_| !key.is_empty());
        let values = [(":arrived", number(after.unwrap_or_default())?)];
        let columns = captured
            .columns
            .iter()
            .map(|column| PartColumn { name: column.name.clone(), data_type: column.data_type.to_string() });
        let batches = self.own.rows(table, "published_batches", &values, |row| {
            Ok(BatchCounts {
                batch: row.get("batch")?,
                visible_at: row.get("visible_at")?,
                inserted: row.get("inserted")?,
                updated: row.get("updated")?,
                deleted: row.get("deleted")?,
                unchanged: row.get("unchanged")?,
            })
        })?;
        let schemas = self.own.rows(table, "published_schemas", &values, |row| {
            Ok(PartSchema {
                version: row.get("version")?,
                first_batch: row.get("first_batch")?,
                columns: row.get("columns")?,
                key: row.get("key")?,
            })
        })?;
        Ok(PartContent { whole: after.is_none(), columns: columns.collect(), key, batches, schemas })
    }

    /// Hands on the versions that batches after this one opened or closed.
    fn versions(
        &self,
        captured: &CapturedDataset,
        table: &Script,
        arrived: u64,
        each: &mut VersionCallback<'_>,
    ) -> Result<(), PlatformError> {
        let mut line = Map::new();
        self.own.stream(table, "publish", &[(":arrived", number(arrived)?)], &mut |row| {
            self.breakpoint.before(|| format!("publish a version of {}", captured.dataset));
            line.clear();
            for (column, value) in captured.columns.iter().zip(row) {
                let written = line::written(*value, &column.data_type).ok_or_else(|| {
                    let context = format!("`{}` has a value that is no text", column.name);
                    PlatformError::new(PlatformErrorKind::External, context)
                })?;
                line.insert(column.name.to_string(), written);
            }
            for (name, value) in
                [BATCH_IN, BATCH_OUT].into_iter().zip(row.iter().skip(captured.columns.len()))
            {
                let number = match value {
                    ValueRef::Integer(number) => (*number).into(),
                    _ => Json::Null,
                };
                line.insert(name.to_owned(), number);
            }
            each(&line)
        })
    }
}

/// The names of the columns of a key, in its order.
fn key_of(captured: &CapturedDataset) -> Vec<ColumnName> {
    let mut key: Vec<_> =
        captured.columns.iter().filter_map(|column| Some((column.key?, &column.name))).collect();
    key.sort();
    key.into_iter().map(|(_, name)| name.clone()).collect()
}

/// A batch of the same number as one that others have read would be taken for that one.
fn behind(job: &CaptureJob, last: u64, published: u64) -> PlatformError {
    let context = format!(
        "batch {published} of `{}` is published, but the last that the platform's database knows is {last}: it was replaced by an \
         older one; bring back the newer one, or remove the folder `{}` to have all published anew",
        job.datastore,
        job.publishes.as_deref().unwrap_or_default(),
    );
    PlatformError::new(PlatformErrorKind::External, context)
}
