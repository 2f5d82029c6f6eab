//! What a call of the runtime works with: the platform's own database, with its metadata tables, and all that was rendered.

use super::{
    breakpoint::Breakpoint,
    containers::Containers,
    database::{Database, Parameters, make_folder_of, text},
    place,
    provisioning::Provisioner,
    rendered::Rendered,
};
use crate::{prelude::*, sql::script::Script};
use chrono::{DateTime, SecondsFormat, Utc};
use datasurface_platform::RuntimeContext;
use rusqlite::{Row, types::Value};
use std::{
    collections::BTreeSet,
    fs::{File as DiskFile, TryLockError},
};

/// A call of the runtime.
#[derive(Debug)]
pub(super) struct RunContext<'a> {
    pub(super) site: RuntimeContext<'a>,
    pub(super) breakpoint: &'a Breakpoint,
    pub(super) rendered: &'a Rendered,
    /// The platform's own database.
    pub(super) own: Database<'a>,
    /// What opens databases of consumers.
    pub(super) maker: Provisioner<'a>,
    /// The databases of consumers.
    pub(super) containers: Containers<'a>,
    /// The datasets of which everything is to be read again.
    pub(super) again: BTreeSet<DatasetKey>,
    /// Whether what is old enough may go: not where the clock cannot be trusted.
    pub(super) may_purge: bool,
}

/// A batch, as the metadata tables have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Batch {
    pub(super) number: u64,
    pub(super) at: String,
}

/// What a batch did to a dataset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) inserted: u64,
    pub(super) updated: u64,
    pub(super) deleted: u64,
    pub(super) unchanged: u64,
}

/// An input of a transformer, at the batch that it was read at.
#[derive(Clone, Debug)]
pub(super) struct InputPosition {
    pub(super) workspace: WorkspaceName,
    pub(super) dataset: DatasetKey,
    pub(super) batch: u64,
    /// A fingerprint of what was made of it.
    pub(super) made_by: String,
}

impl Counts {
    /// The counts in a row of `count`, or of `followed`.
    pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            inserted: row.get("inserted")?,
            updated: row.get("updated")?,
            deleted: row.get("deleted")?,
            unchanged: row.get("unchanged")?,
        })
    }

    pub(super) fn moves(self) -> bool {
        self.inserted + self.updated + self.deleted > 0
    }
}

impl<'a> RunContext<'a> {
    pub(super) fn new(maker: Provisioner<'a>, own: Database<'a>) -> Self {
        let Provisioner { site, breakpoint, rendered } = maker;
        Self {
            site,
            breakpoint,
            rendered,
            own,
            maker,
            containers: Containers::default(),
            again: BTreeSet::new(),
            may_purge: true,
        }
    }
}

impl RunContext<'_> {
    /// What the time is, as it is kept.
    pub(super) fn now(&self) -> Value {
        now(&self.site)
    }

    /// The number that the next batch of a datastore has.
    pub(super) fn next_batch(&self, datastore: &DatastoreName) -> Result<u64, PlatformError> {
        self.number("next_batch", &[(":datastore", text(datastore))])
    }

    pub(super) fn batch_visible(
        &self,
        dataset: &DatasetKey,
        batch: u64,
        counts: Counts,
    ) -> Result<(), PlatformError> {
        let [datastore, name] = named(dataset);
        let values = [
            datastore,
            name,
            (":batch", number(batch)?),
            (":now", self.now()),
            (":inserted", number(counts.inserted)?),
            (":updated", number(counts.updated)?),
            (":deleted", number(counts.deleted)?),
            (":unchanged", number(counts.unchanged)?),
        ];
        self.own.execute(&self.rendered.metadata, "batch_visible", &values)
    }

    pub(super) fn last_batch(&self, dataset: &DatasetKey) -> Result<Option<Batch>, PlatformError> {
        last_batch(&self.own, &self.rendered.metadata, dataset)
    }

    /// The first batch of a dataset that is known; 0 if none is.
    pub(super) fn first_batch(&self, dataset: &DatasetKey) -> Result<u64, PlatformError> {
        self.number("first_batch", &named(dataset))
    }

    /// The version of its schema that a batch of a dataset has. None where that was not written down: the batch is older
    /// than the book, which is made when something is applied.
    pub(super) fn schema_version(
        &self,
        dataset: &DatasetKey,
        batch: u64,
    ) -> Result<Option<u64>, PlatformError> {
        if !self.own.has_table("datasurface_schemas")? {
            return Ok(None);
        }
        let [datastore, name] = named(dataset);
        let values = [datastore, name, (":batch", number(batch)?)];
        Ok(self.one("schema_version", &values, |row| row.get(0))?.flatten())
    }

    /// The last batch, up to this one, that changed a dataset; 0 if none did.
    pub(super) fn last_move(&self, dataset: &DatasetKey, until: u64) -> Result<u64, PlatformError> {
        let [datastore, name] = named(dataset);
        self.number("last_move", &[datastore, name, (":until", number(until)?)])
    }

    /// The last batch of an input that a transformer saw, if it was the same transformer; otherwise 0.
    pub(super) fn input_seen(
        &self,
        workspace: &WorkspaceName,
        dataset: &DatasetKey,
        made_by: &str,
    ) -> Result<u64, PlatformError> {
        let [datastore, name] = named(dataset);
        let values = [(":workspace", text(workspace)), datastore, name, (":made_by", text(made_by))];
        self.number("input_seen", &values)
    }

    pub(super) fn see_input(&self, seen: &InputPosition) -> Result<(), PlatformError> {
        let [datastore, name] = named(&seen.dataset);
        let values = [
            (":workspace", text(&seen.workspace)),
            datastore,
            name,
            (":batch", number(seen.batch)?),
            (":made_by", text(&seen.made_by)),
        ];
        self.own.execute(&self.rendered.metadata, "see_input", &values)
    }

    /// Why the last run of a job failed, if it did.
    pub(super) fn last_failure(&self, job: &str) -> Result<Option<String>, PlatformError> {
        let failure = self.one("last_run", &[(":job", text(job))], |row| row.get("failure"))?;
        Ok(failure.flatten())
    }

    /// When a job last began.
    pub(super) fn last_begin(&self, job: &str) -> Result<Option<DateTime<Utc>>, PlatformError> {
        let began: Option<String> =
            self.one("last_run", &[(":job", text(job))], |row| row.get("started_at"))?;
        began.as_deref().map(time).transpose()
    }

    /// When a job last ended well.
    pub(super) fn last_success(&self, job: &str) -> Result<Option<DateTime<Utc>>, PlatformError> {
        self.last_success_as_kept(job)?.as_deref().map(time).transpose()
    }

    /// The same, as it is kept.
    pub(super) fn last_success_as_kept(&self, job: &str) -> Result<Option<String>, PlatformError> {
        self.one("last_success", &[(":job", text(job))], |row| row.get(0))
    }

    /// How many records of a dataset changed in the batches after this one, up to that one.
    pub(super) fn moved_since(
        &self,
        dataset: &DatasetKey,
        arrived: u64,
        batch: u64,
    ) -> Result<u64, PlatformError> {
        let [datastore, name] = named(dataset);
        let values = [datastore, name, (":arrived", number(arrived)?), (":batch", number(batch)?)];
        self.number("moved_since", &values)
    }

    fn number(&self, section: &str, values: Parameters<'_>) -> Result<u64, PlatformError> {
        Ok(self.one(section, values, |row| row.get(0))?.unwrap_or_default())
    }

    pub(super) fn one<T>(
        &self,
        section: &str,
        values: Parameters<'_>,
        each: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, PlatformError> {
        let rows = self.own.rows(&self.rendered.metadata, section, values, each)?;
        Ok(rows.into_iter().next())
    }
}

/// The last batch of a dataset, by these metadata tables.
pub(super) fn last_batch(
    own: &Database<'_>,
    metadata: &Script,
    dataset: &DatasetKey,
) -> Result<Option<Batch>, PlatformError> {
    Ok(own.rows(metadata, "last_batch", &named(dataset), batch_of)?.into_iter().next())
}

/// What the time is, as it is kept.
pub(super) fn now(site: &RuntimeContext<'_>) -> Value {
    text(site.now.to_rfc3339_opts(SecondsFormat::Micros, true))
}

/// The batch in a row of `last_batch`, or of a copy's `applied`.
pub(super) fn batch_of(row: &Row<'_>) -> rusqlite::Result<Batch> {
    Ok(Batch { number: row.get(0)?, at: row.get(1)? })
}

/// A time that was kept.
pub(super) fn time(kept: &str) -> Result<DateTime<Utc>, PlatformError> {
    let read = DateTime::parse_from_rfc3339(kept);
    let read = read.map_err(|error| {
        PlatformError::new(PlatformErrorKind::External, format!("reading the time `{kept}`")).caused_by(error)
    })?;
    Ok(read.to_utc())
}

/// The parameters that name a dataset.
pub(super) fn named(dataset: &DatasetKey) -> [(&'static str, Value); 2] {
    [(":datastore", text(&dataset.datastore)), (":dataset", text(&dataset.dataset))]
}

/// A number, as it is kept.
pub(super) fn number(number: u64) -> Result<Value, PlatformError> {
    let kept = i64::try_from(number).map(Value::Integer);
    kept.map_err(|error| PlatformError::new(PlatformErrorKind::External, "counting").caused_by(error))
}

/// Keeps others from working on the same database at the same time. It ends with the process, however that ends.
#[derive(Debug)]
pub(super) struct DatabaseLock(DiskFile);

impl Drop for DatabaseLock {
    /// Closing the file is not enough where a process that is being started has it open, too, for a moment.
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

impl DatabaseLock {
    pub(super) fn acquire(site: &RuntimeContext<'_>, database: &str) -> Result<Self, PlatformError> {
        let path = place::lock_path(site, database)?;
        make_folder_of(&path)?;
        let failed = |operation: &str| {
            PlatformError::new(PlatformErrorKind::External, format!("{operation} {}", path.display()))
        };
        let file = DiskFile::options().create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(|error| failed("opening").caused_by(error))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => {
                let context = format!("another run is at work on `{database}`; wait until it has ended");
                Err(PlatformError::new(PlatformErrorKind::External, context))
            }
            Err(TryLockError::Error(error)) => Err(failed("locking").caused_by(error)),
        }
    }
}
