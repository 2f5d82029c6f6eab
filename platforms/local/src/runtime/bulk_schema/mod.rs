//! Making, altering and dropping many tables at once. For each of them SQLite reads the whole schema table of its file, and looks at each
//! table that it remembers of it, so many would take as long as their square. What is there is therefore put aside meanwhile, and
//! forgotten.
//!
//! All of it is one transaction: nobody else sees a schema table that is not whole, and whoever is cut off leaves it as it was.

mod aside;

use super::database::{Database, outside, section_of};
use crate::{
    prelude::*,
    sql::{
        quote::unquoted,
        script::Script,
        statements::{quoted_names, statements},
    },
};
use aside::SchemaRowsAside;

/// How many things are made, altered or dropped until the next are; fewer are as if nothing of this were here.
const MOST: usize = 64;

/// How the statements begin that make something that may be there, or drop it.
const NAMING: [&str; 7] = [
    "CREATE TABLE IF NOT EXISTS ",
    "CREATE VIEW IF NOT EXISTS ",
    "CREATE UNIQUE INDEX IF NOT EXISTS ",
    "CREATE INDEX IF NOT EXISTS ",
    "DROP TABLE IF EXISTS temp.",
    "DROP TABLE IF EXISTS ",
    "DROP VIEW IF EXISTS ",
];

/// How the statements begin of which dropping many things at once is made; the last one takes out of the metadata tables what was dropped.
const DROPPING: [&str; 3] = ["DROP TABLE IF EXISTS ", "DROP VIEW IF EXISTS ", "DELETE FROM \"datasurface_"];

/// How the statements begin that alter what they name, and concern nothing else that there is. A column is added; nothing is renamed
/// or taken away, which SQLite would look for everywhere.
const ALTERING: [&str; 7] = [
    "ALTER TABLE ",
    "CREATE TABLE IF NOT EXISTS ",
    "CREATE VIEW IF NOT EXISTS ",
    "CREATE UNIQUE INDEX IF NOT EXISTS ",
    "CREATE INDEX IF NOT EXISTS ",
    "DROP VIEW IF EXISTS ",
    "DELETE FROM \"datasurface_",
];

impl Database<'_> {
    /// Executes a section of each of these, which makes things in a schema, within a transaction.
    pub(super) fn make_all<'s>(
        &self,
        schema: &'static str,
        scripts: impl IntoIterator<Item = &'s Script>,
        section: &str,
    ) -> Result<(), PlatformError> {
        let names = |script: &&Script| named_by(script, section);
        self.make_many(schema, scripts, names, |script| self.execute(script, section, &[]))
    }

    /// Makes one thing after the other in a schema, within a transaction. `names` are those that making it looks for: what is
    /// there with one of them is not made twice.
    pub(super) fn make_many<T>(
        &self,
        schema: &'static str,
        things: impl IntoIterator<Item = T>,
        names: impl Fn(&T) -> Vec<String>,
        mut make: impl FnMut(T) -> Result<(), PlatformError>,
    ) -> Result<(), PlatformError> {
        let failed = |error| self.failed_to_list(error);
        let mut aside = SchemaRowsAside::new(self, schema);
        for (number, thing) in (1_usize..).zip(things) {
            aside.put_back(&names(&thing)).map_err(failed)?;
            make(thing)?;
            if number.is_multiple_of(MOST) {
                aside.put().map_err(failed)?;
            }
        }
        aside.put_all_back().map_err(failed)
    }

    /// Drops one thing after the other, of the file itself and within a transaction. `names` are those of all that dropping it drops.
    pub(super) fn drop_all<T>(
        &self,
        things: &[T],
        names: impl Fn(&T) -> Vec<String>,
        drop: impl FnMut(&T) -> Result<(), PlatformError>,
    ) -> Result<(), PlatformError> {
        let failed = |error| self.failed_to_list(error);
        if things.len() <= MOST || self.has_references().map_err(failed)? {
            return things.iter().try_for_each(drop);
        }
        let moves_tables = self.gives_pages_back().map_err(failed)?;
        self.change_many(things, names, drop, |aside, names| match moves_tables {
            true => aside.put_back_with_moved(names),
            false => aside.put_back(names),
        })
    }

    /// Alters one thing after the other, of the file itself and within a transaction. `names` are those of all that altering it reads or
    /// changes.
    pub(super) fn alter_all<T>(
        &self,
        things: &[T],
        names: impl Fn(&T) -> Vec<String>,
        alter: impl FnMut(&T) -> Result<(), PlatformError>,
    ) -> Result<(), PlatformError> {
        self.change_many(things, names, alter, |aside, names| aside.put_back_with_last(names))
    }

    fn change_many<T>(
        &self,
        things: &[T],
        names: impl Fn(&T) -> Vec<String>,
        mut change: impl FnMut(&T) -> Result<(), PlatformError>,
        put_back: impl Fn(&mut SchemaRowsAside<'_>, &[String]) -> rusqlite::Result<()>,
    ) -> Result<(), PlatformError> {
        if things.len() <= MOST {
            return things.iter().try_for_each(change);
        }
        let failed = |error| self.failed_to_list(error);
        let mut aside = SchemaRowsAside::new(self, "main");
        for things in things.chunks(MOST) {
            // Those that were changed before, too: they would become more and more.
            aside.put().map_err(failed)?;
            let names: Vec<String> = things.iter().flat_map(&names).collect();
            put_back(&mut aside, &names).map_err(failed)?;
            things.iter().try_for_each(&mut change)?;
        }
        aside.put_all_back().map_err(failed)
    }

    /// Whether the file gives pages back: then SQLite moves the last table or index to where a dropped one was.
    fn gives_pages_back(&self) -> rusqlite::Result<bool> {
        let mode: i64 = self.connection.pragma_query_value(Some("main"), "auto_vacuum", |row| row.get(0))?;
        Ok(mode != 0)
    }

    /// Whether a table refers to rows of others, and so may keep these from being dropped. None of our own does.
    fn has_references(&self) -> rusqlite::Result<bool> {
        let refers = "SELECT EXISTS (SELECT 1 FROM main.sqlite_schema WHERE sql LIKE '%REFERENCES%')";
        self.connection.query_row(refers, [], |row| row.get(0))
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
        self.in_deferred_transaction(|| {
            let mut dropped = Ok(());
            let mut aside = SchemaRowsAside::new(self, "temp");
            aside.put().map_err(failed)?;
            for scripts in scripts.chunks(MOST) {
                let names: Vec<String> =
                    scripts.iter().flat_map(|script| named_by(script, section)).collect();
                aside.put_back(&names).map_err(failed)?;
                dropped = dropped.and(drop(scripts));
                if self.connection.is_autocommit() {
                    // SQLite itself undid all of it.
                    return dropped.map(Ok);
                }
            }
            aside.put_all_back().map_err(failed)?;
            Ok(dropped)
        })?
    }

    fn failed_to_list(&self, error: rusqlite::Error) -> PlatformError {
        outside(format!("listing what is in `{}`", self.file), error)
    }
}

/// The names that a section looks for, in the schema that it works in.
pub(super) fn named_by(script: &Script, section: &str) -> Vec<String> {
    let name = |sql: &str| unquoted(NAMING.iter().find_map(|start| sql.strip_prefix(start))?);
    let section = section_of(script, section).unwrap_or_default();
    statements(section).iter().filter_map(|statement| name(&statement.sql)).collect()
}

/// The names that stand in a section, whatever they name.
pub(super) fn mentioned_by(script: &Script, section: &str) -> Vec<String> {
    quoted_names(section_of(script, section).unwrap_or_default()).into_iter().collect()
}

/// Whether a section alters what it names without moving rows, and does nothing else.
pub(super) fn is_altering(script: &Script, section: &str) -> bool {
    let section = section_of(script, section).unwrap_or_default();
    let is_altering = |sql: &str| {
        ALTERING.iter().any(|start| sql.starts_with(start))
            && (!sql.starts_with("ALTER TABLE ") || sql.contains(" ADD COLUMN "))
    };
    statements(section).iter().all(|statement| is_altering(&statement.sql))
}

/// Whether a section drops what it names, and does nothing else.
pub(super) fn is_dropping(script: &Script, section: &str) -> bool {
    let section = section_of(script, section).unwrap_or_default();
    let is_drop = |sql: &str| DROPPING.iter().any(|start| sql.starts_with(start));
    statements(section).iter().all(|statement| is_drop(&statement.sql))
}

#[cfg(test)]
mod alter_tests;
#[cfg(test)]
mod drop_tests;
#[cfg(test)]
mod tests;
