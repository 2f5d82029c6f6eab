//! State in an SQLite database.
//!
//! The database is a single file: its rollback journal is there only while a transaction commits. `synchronous` is `EXTRA`, so a transaction that
//! was committed is there after the power went. Writers exclude each other by a lock on a file beside the database, which ends with the process.

use super::{
    StateContent,
    database::{ChangedRows, Decision, Head, Reason, Rows},
};
use crate::output::disk::{Disk, DiskLock, RealDisk};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior, params};
use std::{
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// The longest time that a transaction of somebody else is waited for.
const WAIT: Duration = Duration::from_secs(20);

/// The version of the tables.
const VERSION: i64 = 1;

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS datasurface_state (
  name TEXT PRIMARY KEY,
  index_text BLOB,
  index_hash TEXT,
  journal BLOB,
  leads_to TEXT,
  folder TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS datasurface_state_part (
  name TEXT NOT NULL REFERENCES datasurface_state (name),
  path TEXT NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY (name, path)
) STRICT, WITHOUT ROWID;
PRAGMA user_version = 1;
";

/// The rows of one state.
#[derive(Debug)]
pub(in crate::output) struct SqliteRows {
    connection: Mutex<Connection>,
    name: String,
    writing: PathBuf,
}

impl SqliteRows {
    /// Opens a database; makes it only where a state is moved to.
    pub(in crate::output) fn open(file: &Path, name: &str, makes: bool) -> Result<Self, Reason> {
        let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        flags.set(OpenFlags::SQLITE_OPEN_CREATE, makes);
        let open = || {
            let connection = Connection::open_with_flags(file, flags)?;
            connection.busy_timeout(WAIT)?;
            connection.pragma_update(None, "synchronous", "EXTRA")?;
            if makes {
                connection.execute_batch(&format!("BEGIN IMMEDIATE; {TABLES} COMMIT"))?;
            }
            let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
            Ok((connection, version))
        };
        let (connection, version) = open().map_err(reason)?;
        if version != VERSION {
            return Err(format!("its tables are of version {version}, and only {VERSION} is known"));
        }
        let mut writing = file.as_os_str().to_owned();
        writing.push("-writing");
        Ok(Self { connection: Mutex::new(connection), name: name.to_owned(), writing: writing.into() })
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A transaction that did not end is rolled back.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something in one transaction, which is undone if it says no.
    fn transact(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<bool>,
    ) -> Result<bool, Reason> {
        let mut connection = self.connection();
        let run = || {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            match work(&transaction)? {
                true => transaction.commit().map(|()| true),
                false => Ok(false),
            }
        };
        run().map_err(reason)
    }
}

impl Rows for SqliteRows {
    fn load(&self) -> Result<Option<StateContent>, Reason> {
        let mut connection = self.connection();
        let mut load = || {
            let transaction = connection.transaction()?;
            let row = "SELECT index_text, journal FROM datasurface_state WHERE name = ?1";
            let row = transaction.query_row(row, [&self.name], |row| Ok((row.get(0)?, row.get(1)?)));
            let Some((index, journal)) = row.optional()? else {
                return Ok(None);
            };
            let parts = "SELECT path, content FROM datasurface_state_part WHERE name = ?1";
            let mut parts = transaction.prepare(parts)?;
            let parts = parts.query_map([&self.name], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(Some(StateContent::new(index, journal, parts.collect::<rusqlite::Result<_>>()?)))
        };
        load().map_err(reason)
    }

    fn head(&self) -> Result<Option<Head>, Reason> {
        let row = "SELECT index_hash, leads_to, folder FROM datasurface_state WHERE name = ?1";
        let head = self.connection().query_row(row, [&self.name], |row| {
            let decided = match (row.get(1)?, row.get::<_, Option<String>>(2)?) {
                (Some(leads_to), folder) => Some(Decision { leads_to, folder: folder.unwrap_or_default() }),
                (None, _) => None,
            };
            Ok(Head { index: row.get(0)?, decided })
        });
        head.optional().map_err(reason)
    }

    fn decide(&self, base: Option<&str>, journal: &[u8], decision: &Decision) -> Result<bool, Reason> {
        self.transact(|transaction| {
            let update = "UPDATE datasurface_state SET journal = ?3, leads_to = ?4, folder = ?5 \
                          WHERE name = ?1 AND index_hash IS ?2 AND leads_to IS NULL";
            let Decision { leads_to, folder } = decision;
            Ok(transaction.execute(update, params![self.name, base, journal, leads_to, folder])? == 1)
        })
    }

    fn complete(&self, leads_to: &str, changed: &ChangedRows) -> Result<bool, Reason> {
        self.transact(|transaction| {
            let update = "UPDATE datasurface_state SET index_text = ?3, index_hash = ?2, journal = NULL, leads_to = NULL, folder = NULL \
                          WHERE name = ?1 AND leads_to = ?2";
            if transaction.execute(update, params![self.name, leads_to, changed.index])? != 1 {
                return Ok(false);
            }
            let drop = "DELETE FROM datasurface_state_part WHERE name = ?1 AND path = ?2";
            let mut drop = transaction.prepare(drop)?;
            for path in &changed.dropped {
                drop.execute(params![self.name, path])?;
            }
            put_parts(transaction, &self.name, changed.parts.iter().map(|(path, content)| (path, content)))
        })
    }

    fn import(&self, content: &StateContent) -> Result<bool, Reason> {
        self.transact(|transaction| {
            let insert = "INSERT INTO datasurface_state (name, index_text, index_hash) VALUES (?1, ?2, ?3) \
                          ON CONFLICT (name) DO UPDATE SET index_text = excluded.index_text \
                          WHERE datasurface_state.index_hash IS excluded.index_hash AND leads_to IS NULL";
            let row = params![self.name, content.index, content.index_hash()];
            if transaction.execute(insert, row)? != 1 {
                return Ok(false);
            }
            transaction.execute("DELETE FROM datasurface_state_part WHERE name = ?1", [&self.name])?;
            put_parts(transaction, &self.name, &content.parts)
        })
    }

    fn abandon(&self, leads_to: &str) -> Result<bool, Reason> {
        self.transact(|transaction| {
            let update = "UPDATE datasurface_state SET journal = NULL, leads_to = NULL, folder = NULL \
                          WHERE name = ?1 AND leads_to = ?2";
            Ok(transaction.execute(update, params![self.name, leads_to])? == 1)
        })
    }

    fn forget(&self) -> Result<(), Reason> {
        let forgotten = self.transact(|transaction| {
            transaction.execute("DELETE FROM datasurface_state_part WHERE name = ?1", [&self.name])?;
            transaction.execute("DELETE FROM datasurface_state WHERE name = ?1", [&self.name])?;
            Ok(true)
        });
        forgotten.map(drop)
    }

    fn lock(&self) -> Result<Option<Box<dyn DiskLock>>, Reason> {
        RealDisk.lock(&self.writing).map_err(|error| error.to_string())
    }

    fn is_locked(&self) -> Result<bool, Reason> {
        RealDisk.is_locked(&self.writing).map_err(|error| error.to_string())
    }
}

fn put_parts<'p>(
    transaction: &Transaction<'_>,
    name: &str,
    parts: impl IntoIterator<Item = (&'p String, &'p Vec<u8>)>,
) -> rusqlite::Result<bool> {
    let put = "INSERT OR REPLACE INTO datasurface_state_part (name, path, content) VALUES (?1, ?2, ?3)";
    let mut put = transaction.prepare(put)?;
    for (path, content) in parts {
        put.execute(params![name, path, content])?;
    }
    Ok(true)
}

fn reason(error: rusqlite::Error) -> Reason {
    error.to_string()
}
