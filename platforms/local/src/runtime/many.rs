//! Making and dropping many tables at once. For each of them SQLite reads the whole schema table of its file, and looks at each
//! table that it remembers of it, so many would take as long as their square. What was made is therefore put aside meanwhile, and
//! forgotten.
//!
//! All of it is one transaction: nobody else sees a schema table that is not whole, and whoever is cut off leaves it as it was.

use super::{
    breakpoint::Breakpoint,
    database::{Database, outside, section_of},
};
use crate::{
    prelude::*,
    sql::{quote::unquoted, script::Script, statements::statements},
};
use rusqlite::{Connection, config::DbConfig, params_from_iter, types::Value};
use std::collections::BTreeMap;

/// How many things are made or dropped until the next are; fewer are as if nothing of this were here.
const MOST: usize = 64;

/// A row of the schema table, with its number.
type Entry = [Value; 6];

/// The columns of an entry.
const COLUMNS: &str = "rowid, type, name, tbl_name, rootpage, sql";

impl Database<'_> {
    /// Makes one thing after the other in a schema, within a transaction. Only books are made by several of them.
    pub(super) fn make_many<T>(
        &self,
        schema: &'static str,
        things: impl IntoIterator<Item = T>,
        mut make: impl FnMut(T) -> Result<(), PlatformError>,
    ) -> Result<(), PlatformError> {
        let failed = |error| self.failed_to_list(error);
        let mut aside = Aside::new(self, schema).map_err(failed)?;
        for (number, thing) in (1_usize..).zip(things) {
            make(thing)?;
            if number.is_multiple_of(MOST) {
                aside.put().map_err(failed)?;
            }
        }
        aside.put_all_back().map_err(failed)
    }

    /// Executes a section of each of these, which drops temporary tables. What can be dropped is, whatever cannot.
    pub(super) fn drop_many(&self, scripts: &[&Script], section: &str) -> Result<(), PlatformError> {
        let drop = |scripts: &[&Script]| {
            let dropped = scripts.iter().map(|script| self.execute(script, section, &[]));
            dropped.fold(Ok(()), Result::and)
        };
        if scripts.len() <= MOST {
            return drop(scripts);
        }
        let failed = |error| self.failed_to_list(error);
        self.together(|| {
            let mut aside = Aside { after: 0, ..Aside::new(self, "temp").map_err(failed)? };
            aside.put().map_err(failed)?;
            for scripts in scripts.chunks(MOST) {
                for script in scripts {
                    let tables = dropped_by(section_of(script, section)?);
                    tables.iter().try_for_each(|table| aside.put_back(table)).map_err(failed)?;
                }
                aside.forget().map_err(failed)?;
                drop(scripts)?;
            }
            aside.put_all_back().map_err(failed)
        })
    }

    fn failed_to_list(&self, error: rusqlite::Error) -> PlatformError {
        outside(format!("listing what is in `{}`", self.file), error)
    }
}

/// The temporary tables that a section drops.
fn dropped_by(section: &str) -> Vec<String> {
    let dropped = |sql: &str| unquoted(sql.strip_prefix("DROP TABLE IF EXISTS temp.")?);
    statements(section).iter().filter_map(|statement| dropped(&statement.sql)).collect()
}

/// The rows that are not in a schema table for now.
struct Aside<'d> {
    connection: &'d Connection,
    breakpoint: &'d Breakpoint,
    schema: &'static str,
    /// Rows up to this one stay: they were there before, and what is made may have the name of one.
    after: i64,
    /// By the table that they belong to.
    entries: BTreeMap<String, Vec<Entry>>,
}

impl<'d> Aside<'d> {
    fn new(database: &'d Database<'_>, schema: &'static str) -> rusqlite::Result<Self> {
        let Database { connection, breakpoint, .. } = database;
        let last = format!("SELECT coalesce(max(rowid), 0) FROM {schema}.sqlite_schema");
        let after = connection.query_row(&last, [], |row| row.get(0))?;
        Ok(Self { connection, breakpoint, schema, after, entries: BTreeMap::new() })
    }

    /// Puts aside what was made, but for the last table with all of its indexes, since what is made next is numbered after these,
    /// and but for books, which are made if they are not there.
    fn put(&mut self) -> rusqlite::Result<()> {
        let schema = self.schema;
        let made = format!(
            "FROM {schema}.sqlite_schema
             WHERE rowid > ?1
               AND tbl_name <> (SELECT tbl_name FROM {schema}.sqlite_schema ORDER BY rowid DESC LIMIT 1)
               AND tbl_name NOT LIKE 'datasurface^_%' ESCAPE '^'"
        );
        self.breakpoint.before(|| format!("put aside {schema}"));
        let mut read = self.connection.prepare(&format!("SELECT {COLUMNS} {made} ORDER BY rowid"))?;
        let mut rows = read.query([self.after])?;
        while let Some(row) = rows.next()? {
            let entry = [row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?];
            self.entries.entry(row.get("tbl_name")?).or_default().push(entry);
        }
        self.writing(|| self.connection.execute(&format!("DELETE {made}"), [self.after]).map(|_| ()))?;
        self.forget()
    }

    /// Puts back what belongs to a table, under the numbers that it had.
    fn put_back(&mut self, table: &str) -> rusqlite::Result<()> {
        let entries = self.entries.remove(table).unwrap_or_default();
        self.insert(&entries)
    }

    fn put_all_back(mut self) -> rusqlite::Result<()> {
        let entries: Vec<Entry> = std::mem::take(&mut self.entries).into_values().flatten().collect();
        if entries.is_empty() {
            return Ok(());
        }
        self.breakpoint.before(|| format!("put back {}", self.schema));
        self.insert(&entries)?;
        self.forget()?;
        // It is read here as it will be by everybody: what could not be is no part of what is committed.
        let all = format!("SELECT count(*) FROM {}.sqlite_schema", self.schema);
        self.connection.query_row(&all, [], |_| Ok(()))
    }

    fn insert(&self, entries: &[Entry]) -> rusqlite::Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        self.writing(|| {
            let insert = format!(
                "INSERT INTO {}.sqlite_schema ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                self.schema
            );
            let mut insert = self.connection.prepare(&insert)?;
            entries.iter().try_for_each(|entry| insert.execute(params_from_iter(entry)).map(|_| ()))
        })
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
            "CREATE VIEW v{number} AS SELECT v FROM t{number}; CREATE TABLE t{number} (k TEXT PRIMARY KEY, v);
             INSERT INTO t{number} VALUES ('k', {number}); CREATE INDEX i{number} ON t{number} (v);"
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
    fn what_is_there_already_is_not_made_twice() {
        with_database(|database| {
            let make = |_| {
                let sql = "CREATE TABLE IF NOT EXISTS datasurface_steps (x TEXT PRIMARY KEY); CREATE TABLE IF NOT EXISTS A (y)";
                database.connection.execute_batch(sql).map_err(|error| outside("making".to_owned(), error))
            };
            let both = |number| make(number).and_then(|()| super::tests::make(database, number));
            database.at_once(|| database.make_many("main", 0..MANY, both)).unwrap();
            assert!(is_sound(&database.connection));
            let there =
                "SELECT count(*) FROM sqlite_schema WHERE tbl_name IN ('datasurface_steps', 'a', 'A')";
            assert_eq!(database.connection.query_row(there, [], |row| row.get(0)), Ok(3));
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
                let scripts: Vec<Script> = (0..many)
                    .map(|number| {
                        let drop = format!("DROP TABLE IF EXISTS temp.\"s{number}\";");
                        Script::new("table.S.s", "some.db").add("unstage", "Gives the room back.", [drop])
                    })
                    .collect();
                let dropped = database.drop_many(&scripts.iter().collect::<Vec<_>>(), "unstage");
                dropped.unwrap();
                assert_eq!(listed(connection, "temp"), before);
                execute("BEGIN; CREATE TABLE c (x); ROLLBACK".to_owned()).unwrap();
                execute("SELECT x FROM temp.b".to_owned()).unwrap();
            });
        }
    }
}
