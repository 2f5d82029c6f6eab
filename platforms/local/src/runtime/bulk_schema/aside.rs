//! The rows that are not in a schema table for now.

use crate::runtime::{breakpoint::Breakpoint, database::Database};
use rusqlite::{
    Connection, Row,
    config::DbConfig,
    params_from_iter,
    types::{ToSql, ToSqlOutput, Value, ValueRef},
};
use std::collections::{BTreeMap, BTreeSet};

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
    /// The tables of entries by the page at which a table or an index begins, and by the number of the entry.
    by_page: BTreeMap<i64, Vec<u8>>,
    by_number: BTreeMap<i64, Vec<u8>>,
}

impl<'d> SchemaRowsAside<'d> {
    /// Nothing is aside.
    pub(super) fn new(database: &'d Database<'_>, schema: &'static str) -> Self {
        let Database { connection, breakpoint, .. } = database;
        Self {
            connection,
            breakpoint,
            schema,
            entries: BTreeMap::new(),
            tables: BTreeMap::new(),
            by_page: BTreeMap::new(),
            by_number: BTreeMap::new(),
        }
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
            self.by_number.insert(row.get("rowid")?, table.clone());
            if let Some(page) = row.get::<_, Option<i64>>("rootpage")?.filter(|page| *page > 0) {
                self.by_page.insert(page, table.clone());
            }
            self.entries.entry(table).or_default().push(entry(row)?);
        }
        self.writing(|| self.connection.execute(&format!("DELETE {there}"), []).map(|_| ()))?;
        self.forget()
    }

    /// Puts back what has one of these names, with all that belongs to the same table, under the numbers that it had.
    pub(super) fn put_back(&mut self, names: &[String]) -> rusqlite::Result<()> {
        let tables = self.tables_with(names);
        self.put_tables_back(tables)
    }

    /// The same, and what has the highest number of all that stays aside: what is made meanwhile, in the place of something that is
    /// dropped, is numbered after it.
    pub(super) fn put_back_with_last(&mut self, names: &[String]) -> rusqlite::Result<()> {
        let mut tables = self.tables_with(names);
        let last = self.by_number.values().rev().find(|table| !tables.contains(*table)).cloned();
        tables.extend(last);
        self.put_tables_back(tables)
    }

    /// The same as [`Self::put_back`], and what SQLite moves when all that has one of these names is dropped from a file that gives pages
    /// back. Tables and indexes begin in its first pages there, without a gap. With each one that is dropped, the last of them is moved
    /// to where that was: so only as many can be moved as are dropped, the last ones.
    pub(super) fn put_back_with_moved(&mut self, names: &[String]) -> rusqlite::Result<()> {
        let mut tables = self.tables_with(names);
        let dropped = self.by_page.values().filter(|table| tables.contains(*table)).count();
        let others = format!("SELECT count(*) FROM {}.sqlite_schema WHERE rootpage > 0", self.schema);
        // What is not aside may be dropped, too.
        let others: usize = self.connection.query_row(&others, [], |row| row.get(0))?;
        tables.extend(self.by_page.values().rev().take(dropped + others).cloned());
        self.put_tables_back(tables)
    }

    /// The tables to which something belongs that has one of these names.
    fn tables_with(&self, names: &[String]) -> BTreeSet<Vec<u8>> {
        let tables = names.iter().filter_map(|name| self.tables.get(name.to_ascii_lowercase().as_bytes()));
        tables.filter(|table| self.entries.contains_key(*table)).cloned().collect()
    }

    fn put_tables_back(&mut self, tables: BTreeSet<Vec<u8>>) -> rusqlite::Result<()> {
        let entries: Vec<Entry> =
            tables.iter().filter_map(|table| self.entries.remove(table)).flatten().collect();
        for entry in &entries {
            if let [Kept::Other(Value::Integer(number)), .., Kept::Other(page), _] = entry {
                self.by_number.remove(number);
                if let Value::Integer(page) = page {
                    self.by_page.remove(page);
                }
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
