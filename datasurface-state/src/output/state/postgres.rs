//! State in a database of a PostgreSQL server.
//!
//! A store has one connection, and never makes another one: an answer that was lost is of a transaction that may still happen, and whoever acts on
//! what is there before it does would be wrong. The right to write is a lock of the session, which ends with it, after its last transaction. So
//! whoever gets that right sees what became of all writes before. A pooler in between must keep sessions apart.
//!
//! The server waits for the disk when it commits: a session that would not is told to.

mod connection;

use super::{
    StateContent, StatePlace,
    database::{ChangedRows, Decision, Head, Reason, Rows},
};
use crate::output::disk::DiskLock;
use connection::Session;
use datasurface_graph::Fingerprint;
use datasurface_platform::CredentialSource;
use std::{collections::BTreeMap, sync::Arc};
use tokio_postgres::{IsolationLevel, Transaction};

/// The version of the tables.
const VERSION: i32 = 1;

/// Two that make the tables at once would be in each other's way.
const TABLES: &str = "
SELECT pg_advisory_xact_lock(7231046520137441);
CREATE TABLE IF NOT EXISTS datasurface_state (
  name TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  index_text BYTEA,
  index_hash TEXT,
  journal BYTEA,
  leads_to TEXT,
  folder TEXT
);
CREATE TABLE IF NOT EXISTS datasurface_state_part (
  name TEXT NOT NULL REFERENCES datasurface_state (name),
  path TEXT NOT NULL,
  content BYTEA NOT NULL,
  PRIMARY KEY (name, path)
);
";

const PUT_PARTS: &str = "INSERT INTO datasurface_state_part (name, path, content) \
     SELECT $1, part.path, part.content FROM unnest($2::text[], $3::bytea[]) AS part (path, content) \
     ON CONFLICT (name, path) DO UPDATE SET content = excluded.content";

/// The rows of one state.
#[derive(Debug)]
pub(in crate::output) struct PostgresRows {
    session: Arc<Session>,
    name: String,
    /// The number of the lock.
    key: i64,
}

/// The right to write, until it is dropped or the session ends.
#[derive(Debug)]
struct SessionLock {
    session: Arc<Session>,
    key: i64,
}

impl DiskLock for SessionLock {}

impl Drop for SessionLock {
    fn drop(&mut self) {
        let key = self.key;
        // If it fails, the lock ends with the session.
        let _ = self.session.run(async move |client| {
            client.query_one("SELECT pg_advisory_unlock($1)", &[&key]).await.map(drop)
        });
    }
}

impl PostgresRows {
    /// Connects to the server; makes the tables only where a state is moved to.
    pub(in crate::output) fn open(
        place: &StatePlace,
        credentials: &dyn CredentialSource,
        makes: bool,
    ) -> Result<Self, Reason> {
        let StatePlace::Postgres { host, port, database, user, credential, name } = place else {
            return Err("it is no PostgreSQL server".to_owned());
        };
        let secret =
            credentials.secret(&credential.as_str().into(), host).map_err(|error| error.to_string())?;
        let session = Session::open((host, *port), (user, database), &secret)?;
        if makes {
            session.transact(async |transaction| transaction.batch_execute(TABLES).await.map(|()| true))?;
        }
        let hash = Fingerprint::of_bytes(format!("datasurface_state/{name}").as_bytes()).to_string();
        let digits = hash.get(..16).and_then(|digits| u64::from_str_radix(digits, 16).ok());
        let key = i64::from_ne_bytes(digits.unwrap_or_default().to_ne_bytes());
        Ok(Self { session: Arc::new(session), name: name.clone(), key })
    }
}

impl Rows for PostgresRows {
    fn load(&self) -> Result<Option<StateContent>, Reason> {
        let read = self.session.run(async |client| {
            let transaction = client.build_transaction();
            let transaction = transaction.isolation_level(IsolationLevel::RepeatableRead).read_only(true);
            let transaction = transaction.start().await?;
            let row = "SELECT version, index_text, journal FROM datasurface_state WHERE name = $1";
            let row = transaction.query_opt(row, &[&self.name]).await?;
            let parts = "SELECT path, content FROM datasurface_state_part WHERE name = $1";
            let parts = transaction.query(parts, &[&self.name]).await?;
            transaction.commit().await?;
            let part = |row: &tokio_postgres::Row| Ok((row.try_get(0)?, row.try_get(1)?));
            let parts: Result<BTreeMap<String, Vec<u8>>, tokio_postgres::Error> =
                parts.iter().map(part).collect();
            let content = |row: tokio_postgres::Row| {
                Ok((row.try_get::<_, i32>(0)?, StateContent::new(row.try_get(1)?, row.try_get(2)?, parts?)))
            };
            row.map(content).transpose()
        })?;
        read.map(known_version).transpose()
    }

    fn head(&self) -> Result<Option<Head>, Reason> {
        let read = self.session.run(async |client| {
            let row = "SELECT version, index_hash, leads_to, folder FROM datasurface_state WHERE name = $1";
            let Some(row) = client.query_opt(row, &[&self.name]).await? else {
                return Ok(None);
            };
            let (leads_to, folder): (Option<String>, Option<String>) = (row.try_get(2)?, row.try_get(3)?);
            let decided = leads_to.map(|leads_to| Decision { leads_to, folder: folder.unwrap_or_default() });
            Ok(Some((row.try_get::<_, i32>(0)?, Head { index: row.try_get(1)?, decided })))
        })?;
        read.map(known_version).transpose()
    }

    fn decide(&self, base: Option<&str>, journal: &[u8], decision: &Decision) -> Result<bool, Reason> {
        self.session.transact(async |transaction| {
            let update = "UPDATE datasurface_state SET journal = $3, leads_to = $4, folder = $5 \
                          WHERE name = $1 AND index_hash IS NOT DISTINCT FROM $2 AND leads_to IS NULL";
            let Decision { leads_to, folder } = decision;
            let changed =
                transaction.execute(update, &[&self.name, &base, &journal, leads_to, folder]).await?;
            Ok(changed == 1)
        })
    }

    fn complete(&self, leads_to: &str, changed: &ChangedRows) -> Result<bool, Reason> {
        self.session.transact(async |transaction| {
            let update = "UPDATE datasurface_state SET index_text = $3, index_hash = $2, journal = NULL, leads_to = NULL, folder = NULL \
                          WHERE name = $1 AND leads_to = $2";
            let index = changed.index.as_slice();
            if transaction.execute(update, &[&self.name, &leads_to, &index]).await? != 1 {
                return Ok(false);
            }
            let drop = "DELETE FROM datasurface_state_part WHERE name = $1 AND path = ANY ($2)";
            transaction.execute(drop, &[&self.name, &changed.dropped]).await?;
            put_parts(transaction, &self.name, changed.parts.iter().map(|(path, content)| (path, content))).await
        })
    }

    fn import(&self, content: &StateContent) -> Result<bool, Reason> {
        self.session.transact(async |transaction| {
            let insert = "INSERT INTO datasurface_state AS old (name, version, index_text, index_hash) VALUES ($1, $2, $3, $4) \
                          ON CONFLICT (name) DO UPDATE SET index_text = excluded.index_text \
                          WHERE old.index_hash IS NOT DISTINCT FROM excluded.index_hash AND old.leads_to IS NULL";
            let (index, hash) = (content.index.as_deref(), content.index_hash());
            if transaction.execute(insert, &[&self.name, &VERSION, &index, &hash]).await? != 1 {
                return Ok(false);
            }
            let drop = "DELETE FROM datasurface_state_part WHERE name = $1";
            transaction.execute(drop, &[&self.name]).await?;
            put_parts(transaction, &self.name, &content.parts).await
        })
    }

    fn abandon(&self, leads_to: &str) -> Result<bool, Reason> {
        self.session.transact(async |transaction| {
            let update = "UPDATE datasurface_state SET journal = NULL, leads_to = NULL, folder = NULL \
                          WHERE name = $1 AND leads_to = $2";
            Ok(transaction.execute(update, &[&self.name, &leads_to]).await? == 1)
        })
    }

    fn forget(&self) -> Result<(), Reason> {
        let forgotten = self.session.transact(async |transaction| {
            for table in ["datasurface_state_part", "datasurface_state"] {
                let delete = format!("DELETE FROM {table} WHERE name = $1");
                transaction.execute(&delete, &[&self.name]).await?;
            }
            Ok(true)
        });
        forgotten.map(drop)
    }

    fn lock(&self) -> Result<Option<Box<dyn DiskLock>>, Reason> {
        let locked: bool = self.session.run(async |client| {
            client.query_one("SELECT pg_try_advisory_lock($1)", &[&self.key]).await?.try_get(0)
        })?;
        let lock = || SessionLock { session: Arc::clone(&self.session), key: self.key };
        Ok(if locked { Some(Box::new(lock())) } else { None })
    }

    fn is_locked(&self) -> Result<bool, Reason> {
        self.session.run(async |client| {
            let lock = "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND pid <> pg_backend_pid() \
                        AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
                        AND (classid::bigint << 32) | objid::bigint = $1)";
            client.query_one(lock, &[&self.key]).await?.try_get(0)
        })
    }
}

async fn put_parts<'p>(
    transaction: &Transaction<'_>,
    name: &str,
    parts: impl IntoIterator<Item = (&'p String, &'p Vec<u8>)>,
) -> Result<bool, tokio_postgres::Error> {
    let (paths, contents): (Vec<&str>, Vec<&[u8]>) =
        parts.into_iter().map(|(path, content)| (path.as_str(), content.as_slice())).unzip();
    transaction.execute(PUT_PARTS, &[&name, &paths, &contents]).await?;
    Ok(true)
}

fn known_version<T>((version, row): (i32, T)) -> Result<T, Reason> {
    match version {
        VERSION => Ok(row),
        other => Err(format!("its tables are of version {other}, and only {VERSION} is known")),
    }
}
