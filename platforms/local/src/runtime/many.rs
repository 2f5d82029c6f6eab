//! Making and dropping many tables at once. For each of them SQLite reads the whole schema table of its file, so many would
//! take as long as their square. The rows that stand there are therefore put aside meanwhile: a connection knows from memory
//! what it has.
//!
//! All of it is one transaction: nobody else sees a schema table that is not whole, and whoever is cut off leaves it as it was.

use super::{
    breakpoint::Breakpoint,
    database::{Database, outside},
};
use crate::prelude::*;
use rusqlite::{Connection, config::DbConfig, params_from_iter, types::Value};

/// How many things are made until their rows are put aside; fewer are made as if nothing of this were here.
const MOST: usize = 64;

/// A row of the schema table, with its number.
type Entry = [Value; 6];

/// The columns of an entry.
const COLUMNS: &str = "rowid, type, name, tbl_name, rootpage, sql";

impl Database<'_> {
    /// Makes one thing after the other in a schema, within a transaction.
    pub(super) fn make_many<T>(
        &self,
        schema: &'static str,
        things: impl IntoIterator<Item = T>,
        mut make: impl FnMut(T) -> Result<(), PlatformError>,
    ) -> Result<(), PlatformError> {
        let mut aside = Aside::new(self, schema);
        for (number, thing) in (1_usize..).zip(things) {
            make(thing)?;
            if number.is_multiple_of(MOST) {
                aside.put().map_err(|error| self.failed_to_list(error))?;
            }
        }
        aside.put_back(|_| true).map_err(|error| self.failed_to_list(error))
    }

    /// Drops temporary tables, so many of them; where that is one transaction, nothing else is in it.
    pub(super) fn drop_many(
        &self,
        tables: usize,
        drop: impl FnOnce() -> Result<(), PlatformError>,
    ) -> Result<(), PlatformError> {
        if tables <= MOST {
            return drop();
        }
        self.together(|| {
            let mut aside = Aside::new(self, "temp");
            aside.put().map_err(|error| self.failed_to_list(error))?;
            drop()?;
            let is_there = |table: &str| self.connection.table_exists(Some("temp"), table).unwrap_or(true);
            aside.put_back(is_there).map_err(|error| self.failed_to_list(error))
        })
    }

    fn failed_to_list(&self, error: rusqlite::Error) -> PlatformError {
        outside(format!("listing what is in `{}`", self.file), error)
    }
}

/// The rows that are not in a schema table for now.
struct Aside<'d> {
    connection: &'d Connection,
    breakpoint: &'d Breakpoint,
    schema: &'static str,
    entries: Vec<Entry>,
}

impl<'d> Aside<'d> {
    fn new(database: &'d Database<'_>, schema: &'static str) -> Self {
        let Database { connection, breakpoint, .. } = database;
        Self { connection, breakpoint, schema, entries: Vec::new() }
    }

    /// Puts aside what is in the schema table, but for the last row: what is made next is numbered after that.
    fn put(&mut self) -> rusqlite::Result<()> {
        let table = format!("{}.sqlite_schema", self.schema);
        let all_but_last = format!("FROM {table} WHERE rowid < (SELECT max(rowid) FROM {table})");
        let mut read = self.connection.prepare(&format!("SELECT {COLUMNS} {all_but_last} ORDER BY rowid"))?;
        let mut rows = read.query([])?;
        while let Some(row) = rows.next()? {
            self.entries.push([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?]);
        }
        self.breakpoint.before(|| format!("put aside {table}"));
        self.writing(|| self.connection.execute(&format!("DELETE {all_but_last}"), []).map(|_| ()))
    }

    /// Puts back what belongs to tables that are to be there, under the numbers that it had.
    fn put_back(self, is_to_be: impl Fn(&str) -> bool) -> rusqlite::Result<()> {
        if self.entries.is_empty() {
            return Ok(());
        }
        let table = format!("{}.sqlite_schema", self.schema);
        self.breakpoint.before(|| format!("put back {table}"));
        self.writing(|| {
            let insert = format!("INSERT INTO {table} ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
            let mut insert = self.connection.prepare(&insert)?;
            for entry in &self.entries {
                let is_to_be = match entry {
                    [_, _, _, Value::Text(of), ..] => is_to_be(of),
                    _ => true,
                };
                if is_to_be {
                    insert.execute(params_from_iter(entry))?;
                }
            }
            Ok(())
        })
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    const MANY: usize = 5 * MOST + 3;

    fn with_database(test: impl FnOnce(&Database<'_>)) {
        let breakpoint = Breakpoint::default();
        let connection = Connection::open_in_memory().unwrap();
        // One that was there before.
        connection.execute_batch("CREATE TABLE a (x); CREATE TEMP TABLE b (x)").unwrap();
        test(&Database { connection, file: "some.db".to_owned(), breakpoint: &breakpoint });
    }

    fn make(database: &Database<'_>, number: usize) -> Result<(), PlatformError> {
        let sql = format!(
            "CREATE TABLE t{number} (k TEXT PRIMARY KEY, v); CREATE INDEX i{number} ON t{number} (v);
             CREATE VIEW v{number} AS SELECT v FROM t{number}; INSERT INTO t{number} VALUES ('k', {number});"
        );
        database.connection.execute_batch(&sql).map_err(|error| outside("making".to_owned(), error))
    }

    /// What is in a schema, wherever in the file: pages that became free meanwhile are used for what is made next.
    fn listed(connection: &Connection, schema: &str) -> String {
        let sql = format!(
            "SELECT {} FROM {schema}.sqlite_schema ORDER BY rowid",
            COLUMNS.replace("rootpage", "rootpage > 0")
        );
        let mut statement = connection.prepare(&sql).unwrap();
        let mut rows = statement.query([]).unwrap();
        let mut listed = String::new();
        while let Some(row) = rows.next().unwrap() {
            let entry: Vec<Value> = (0..6).map(|at| row.get(at).unwrap()).collect();
            writeln!(listed, "{entry:?}").unwrap();
        }
        listed
    }

    fn is_sound(connection: &Connection) -> bool {
        connection.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0)).unwrap() == "ok"
    }

    #[test]
    fn many_are_listed_as_if_they_had_been_made_one_by_one() {
        with_database(|expected| {
            (0..MANY).for_each(|number| make(expected, number).unwrap());
            with_database(|database| {
                let at_once = || database.make_many("main", 0..MANY, |number| make(database, number));
                database.at_once(at_once).unwrap();
                assert_eq!(listed(&database.connection, "main"), listed(&expected.connection, "main"));
                // As somebody reads it who did not make it.
                let copy = tempfile::NamedTempFile::new().unwrap();
                database.connection.execute("VACUUM INTO ?1", [copy.path().to_str().unwrap()]).unwrap();
                for connection in [&database.connection, &Connection::open(copy.path()).unwrap()] {
                    assert!(is_sound(connection));
                    let last = format!("SELECT v FROM v{}", MANY - 1);
                    assert_eq!(connection.query_row(&last, [], |row| row.get(0)), Ok(MANY - 1));
                }
            });
        });
    }

    #[test]
    fn what_is_cut_off_leaves_everything_as_it_was() {
        with_database(|database| {
            let before = listed(&database.connection, "main");
            let cut_off = database.at_once(|| {
                database.make_many("main", 0..MANY, |number| {
                    make(database, if number == 3 * MOST { 0 } else { number })
                })
            });
            assert!(cut_off.is_err());
            assert_eq!(listed(&database.connection, "main"), before);
            assert!(is_sound(&database.connection));
            database
                .at_once(|| database.make_many("main", 0..MANY, |number| make(database, number)))
                .unwrap();
            assert!(is_sound(&database.connection));
        });
    }

    #[test]
    fn nobody_writes_to_the_schema_table_meanwhile_or_afterwards() {
        with_database(|database| {
            let write = || database.connection.execute("DELETE FROM sqlite_schema", []);
            let reserved = || database.connection.execute_batch("CREATE TABLE sqlite_x (x)");
            let made = database.at_once(|| {
                database.make_many("main", 0..MANY, |number| {
                    assert!(write().is_err() && reserved().is_err());
                    make(database, number)
                })
            });
            made.unwrap();
            assert!(write().is_err() && reserved().is_err());
        });
    }

    #[test]
    fn of_temporary_tables_only_those_go_that_are_dropped() {
        for many in [3, MANY] {
            with_database(|database| {
                let connection = &database.connection;
                let before = listed(connection, "temp");
                let execute = |sql: String| {
                    connection.execute_batch(&sql).map_err(|error| outside("executing".to_owned(), error))
                };
                let made = database.together(|| {
                    database.make_many("temp", 0..many, |number| {
                        execute(format!("CREATE TEMP TABLE s{number} (x); INSERT INTO s{number} VALUES (1)"))
                    })
                });
                made.unwrap();
                // Whoever changes another schema makes SQLite read the temporary one again.
                execute("BEGIN; CREATE TABLE c (x); ROLLBACK".to_owned()).unwrap();
                execute(format!("SELECT x FROM temp.s{}", many - 1)).unwrap();
                let dropped = database.drop_many(many, || {
                    (0..many).try_for_each(|number| execute(format!("DROP TABLE IF EXISTS temp.s{number}")))
                });
                dropped.unwrap();
                assert_eq!(listed(connection, "temp"), before);
                execute("BEGIN; CREATE TABLE c (x); ROLLBACK".to_owned()).unwrap();
                execute("SELECT x FROM temp.b".to_owned()).unwrap();
            });
        }
    }
}
