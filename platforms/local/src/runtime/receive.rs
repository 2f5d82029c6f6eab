//! Receiving: batches that another platform published are put into a file beside the platform's own database, where they are what
//! that platform has in its own.

use super::{
    context::{RunContext, number},
    database::{Database, make_folder_of, text},
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
use datasurface_platform::{BatchFolder, BatchManifest, BatchPart, ReadBatch};
use rusqlite::types::{Value, ValueRef};
use std::collections::BTreeMap;

/// So often the folder is looked at: whoever publishes may remove files while they are read, once newer ones are there.
const MOST_LOOKS: usize = 3;

impl RunContext<'_> {
    /// Receives all that is published of what a job captures: all of it becomes visible in one transaction, or nothing.
    pub(super) fn receive(&self, job: &CaptureJob) -> Result<(), PlatformError> {
        let Some(published) = &job.receives else { return Ok(()) };
        let folder = BatchFolder::new(place::folder_path(&self.site, published)?);
        let Some(first) = job.datasets.first() else { return Ok(()) };
        let first = self.rendered.script(&first.into)?;
        if let Some(attached) = first.attached() {
            let (path, _) = place::database_path(&self.site, &attached.file)?;
            make_folder_of(&path)?;
        }
        let database = Database::open_for(&self.site, first, self.breakpoint)?;
        let mut looks = 0;
        loop {
            let manifests = folder.manifests()?;
            let Some(last) = manifests.last().map(|manifest| manifest.batch) else {
                return Err(nothing_published(job, published));
            };
            looks += 1;
            let received =
                database.in_deferred_transaction(|| self.receive_all(&database, &folder, &manifests, job));
            match received {
                Err(_) if looks < MOST_LOOKS && is_other(&folder, &manifests, last) => {}
                received => return received,
            }
        }
    }

    fn receive_all(
        &self,
        database: &Database<'_>,
        folder: &BatchFolder,
        manifests: &[BatchManifest],
        job: &CaptureJob,
    ) -> Result<(), PlatformError> {
        for captured in &job.datasets {
            let table = self.rendered.script(&captured.into)?;
            database.execute(table, "receive_create", &[])?;
            let received = database.rows(table, "received", &[], |row| row.get::<_, u64>(0))?;
            let arrived = received.first().copied();
            if arrived.is_none() {
                database.execute(table, "receive_anew", &[])?;
            }
            let name = captured.published_as.as_ref().unwrap_or(&captured.dataset.dataset);
            for read in BatchFolder::parts_after(manifests, name, arrived.unwrap_or_default())? {
                receive_part(database, folder, table, captured, &read)?;
            }
        }
        Ok(())
    }
}

/// Whether other batches are there than were found.
fn is_other(folder: &BatchFolder, manifests: &[BatchManifest], last: u64) -> bool {
    let now = folder.manifests().unwrap_or_default();
    now.last().is_some_and(|now| now.batch > last) || now != manifests
}

fn receive_part(
    database: &Database<'_>,
    folder: &BatchFolder,
    table: &Script,
    captured: &CapturedDataset,
    read: &ReadBatch,
) -> Result<(), PlatformError> {
    let part = &read.part;
    if part.whole {
        database.execute(table, "receive_anew", &[])?;
    }
    let types = types_of(part)?;
    let mut loader = database.loader(table, "receive")?;
    let refused = |error: Option<PlatformError>| error.map_or(Ok(()), Err);
    folder.read(part, |version| {
        let mut position = 0;
        let mut set = |value: &Value| {
            position += 1;
            loader.set(position, ValueRef::from(value))
        };
        for column in &captured.columns {
            // A column that came later has no value in earlier versions.
            let value = match (version.get(column.name.as_str()), types.get(column.name.as_str())) {
                (Some(value), Some(data_type)) => {
                    line::read(value, data_type).ok_or_else(|| unreadable(read, captured))?
                }
                _ => Value::Null,
            };
            set(&value)?;
        }
        set(&Value::Integer(batch(version, BATCH_IN).ok_or_else(|| unreadable(read, captured))?))?;
        set(&batch(version, BATCH_OUT).map_or(Value::Null, Value::Integer))?;
        refused(loader.load()?)
    })?;
    refused(loader.finish()?)?;
    drop(loader);
    for batch in &part.batches {
        let values = [
            (":batch", number(batch.batch)?),
            (":visible_at", text(&batch.visible_at)),
            (":inserted", number(batch.inserted)?),
            (":updated", number(batch.updated)?),
            (":deleted", number(batch.deleted)?),
            (":unchanged", number(batch.unchanged)?),
        ];
        database.execute(table, "receive_batch", &values)?;
    }
    for schema in &part.schemas {
        let values = [
            (":version", number(schema.version)?),
            (":first_batch", number(schema.first_batch)?),
            (":columns", text(&schema.columns)),
            (":key", text(&schema.key)),
        ];
        database.execute(table, "receive_schema", &values)?;
    }
    Ok(())
}

/// The types of the columns of a part, by name.
fn types_of(part: &BatchPart) -> Result<BTreeMap<&str, DataType>, PlatformError> {
    let read = |column: &str, data_type: &str| {
        data_type.parse().map_err(|error: <DataType as std::str::FromStr>::Err| {
            let context = format!("the published column `{column}` has the type `{data_type}`");
            PlatformError::new(PlatformErrorKind::External, context).caused_by(error.to_string())
        })
    };
    let columns = part.columns.iter();
    columns.map(|column| Ok((column.name.as_str(), read(column.name.as_str(), &column.data_type)?))).collect()
}

fn batch(version: &Map<String, Json>, name: &str) -> Option<i64> {
    version.get(name)?.as_i64()
}

fn nothing_published(job: &CaptureJob, folder: &str) -> PlatformError {
    let context = format!(
        "no batch of `{}` is published in `{folder}`: let the platform that captures it run first, and look whether both have one root",
        job.datastore
    );
    PlatformError::new(PlatformErrorKind::External, context)
}

fn unreadable(read: &ReadBatch, captured: &CapturedDataset) -> PlatformError {
    let context =
        format!("batch {} of `{}` has a value that its column cannot have", read.batch, captured.dataset);
    PlatformError::new(PlatformErrorKind::External, context)
}
