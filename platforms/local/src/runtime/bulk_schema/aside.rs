//! The rows that are not in a schema table for now.

use crate::runtime::{breakpoint::Breakpoint, database::Database};
use rusqlite::{
    Connection, Row,
    config::DbConfig,
    params_from_iter,
    types::{ToSql, ToSqlOutput, Value, ValueRef},
};
use std::collections::BTreeMap;

/// A value of a row. Texts are bytes: what somebody else made may have names that are no text.
pub(super) enum Kept {
    Bytes(Vec<u8>),
    Other(Value),
}

impl Kept {
    fn from_row(row: &Row<'_>, at: usize) -> rusqlite::Result<Self> {
        match row.get_ref(at)? {
            ValueRef::Text(bytes) => Ok(Self::Bytes(bytes.to_owned())),
            _ => row.get(at).map(Self::Other),
        }
    }
}

impl ToSql for Kept {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Self::Bytes(bytes) => Ok(ToSqlOutput::Borrowed(ValueRef::Text(bytes))),
            Self::Other(value) => value.to_sql(),
        }
    }
}

/// A row of the schema table, with its number.
type Entry = [Kept; 6];

/// The columns of an entry.
pub(super) const COLUMNS: &str = "rowid, type, name, tbl_name, rootpage, sql";

/// The rows that are not in a schema table for now.
pub(super) struct SchemaRowsAside<'d> {
    connection: &'d Connection,
    breakpoint: &'d Breakpoint,
    schema: &'static str,
    /// By the table that they belong to.
    entries: BTreeMap<Vec<u8>, Vec<Entry>>,
    /// The table that something belongs to which has this name, in lower case: SQLite does not tell upper from lower case there.
    tables: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl<'d> SchemaRowsAside<'d> {
    /// Nothing is aside.
    pub(super) fn new(database: &'d Database<'_>, schema: &'static str) -> Self {
        let Database { connection, breakpoint, .. } = database;
        Self { connection, breakpoint, schema, entries: BTreeMap::new(), tables: BTreeMap::new() }
    }

    /// Puts aside what is there, but for the last table with all of its indexes, since what is made next is numbered after these;
    /// but for metadata tables, which are written to meanwhile; and but for the tables that SQLite itself looks for.
    pub(super) fn put(&mut self) -> rusqlite::Result<()> {
        let schema = self.schema;
        let there = format!(
            "FROM {schema}.sqlite_schema
             WHERE tbl_name <> (SELECT tbl_name FROM {schema}.sqlite_schema ORDER BY rowid DESC LIMIT 1)
               AND tbl_name NOT LIKE 'datasurface^_%' ESCAPE '^'
               AND tbl_name NOT LIKE 'sqlite^_%' ESCAPE '^'"
        );
        self.breakpoint.before(|| format!("put aside {schema}"));
        let mut read = self.connection.prepare(&format!("SELECT {COLUMNS} {there} ORDER BY rowid"))?;
        let mut rows = read.query([])?;
        while let Some(row) = rows.next()? {
            let (name, table) = (bytes(row, "name")?, bytes(row, "tbl_name")?);
            self.tables.insert(name.to_ascii_lowercase(), table.clone());
            self.entries.entry(table).or_default().push(entry(row)?);
        }
        self.writing(|| self.connection.execute(&format!("DELETE {there}"), []).map(|_| ()))?;
        self.forget()
    }

    /// Puts back what has one of these names, with all that belongs to the same table, under the numbers that it had.
    pub(super) fn put_back(&mut self, names: &[String]) -> rusqlite::Result<()> {
        let mut entries = Vec::new();
        for name in names {
            if let Some(table) = self.tables.get(name.to_ascii_lowercase().as_bytes()) {
                entries.extend(self.entries.remove(table).unwrap_or_default());
            }
        }
        self.insert(&entries)
    }

    /// Puts back all that is aside.
    pub(super) fn put_all_back(mut self) -> rusqlite::Result<()> {
        let entries: Vec<Entry> = std::mem::take(&mut self.entries).into_values().flatten().collect();
        self.insert(&entries)?;
        // It is read here as it will be by everybody: what could not be is no part of what is committed.
        let all = format!("SELECT count(*) FROM {}.sqlite_schema", self.schema);
        self.connection.query_row(&all, [], |_| Ok(()))
    }

    fn insert(&self, entries: &[Entry]) -> rusqlite::Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        self.breakpoint.before(|| format!("put back {}", self.schema));
        self.writing(|| {
            let insert = format!(
                "INSERT INTO {}.sqlite_schema ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                self.schema
            );
            let mut insert = self.connection.prepare(&insert)?;
            entries.iter().try_for_each(|entry| insert.execute(params_from_iter(entry)).map(|_| ()))
        })?;
        self.forget()
    }

    /// Makes SQLite read the schema table again when it needs it next: as if somebody else had changed it.
    fn forget(&self) -> rusqlite::Result<()> {
        let schema = Some(self.schema);
        let version: i64 = self.connection.pragma_query_value(schema, "schema_version", |row| row.get(0))?;
        self.connection.pragma_update(schema, "schema_version", version + 1)
    }

    /// Lets the schema table be written to, and nothing longer than that: as long as it is, SQLite checks no names.
    fn writing(&self, write: impl FnOnce() -> rusqlite::Result<()>) -> rusqlite::Result<()> {
        let allow = |is_allowed| {
            self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_WRITABLE_SCHEMA, is_allowed).map(|_| ())
        };
        allow(true)?;
        let written = write();
        allow(false).and(written)
    }
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let kept = |at: usize| Kept::from_row(row, at);
    Ok([kept(0)?, kept(1)?, kept(2)?, kept(3)?, kept(4)?, kept(5)?])
}

fn bytes(row: &Row<'_>, column: &str) -> rusqlite::Result<Vec<u8>> {
    Ok(row.get_ref(column)?.as_bytes()?.to_owned())
}
