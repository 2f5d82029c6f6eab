//! Drift: what somebody dropped, changed or put where something was rendered. A look is one query of a file.

use super::{
    container::Container,
    database::{Database, outside},
    work::Work,
};
use crate::{
    prelude::*,
    sql::{quote::unquoted, script::Script, statements::statements},
};
use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet};

/// What is not as it was rendered, by the resource that it is about.
pub(super) type Drifted = BTreeMap<String, String>;

/// What a file has under a name.
struct Found {
    kind: String,
    sql: String,
}

/// What a statement makes.
struct Made {
    kind: &'static str,
    name: String,
    /// As SQLite keeps it.
    sql: String,
}

/// How one of them is not as it was rendered.
enum Drift {
    /// A view that is not there: it holds nothing, so it is made again.
    Dropped,
    /// Anything else: what is there may be somebody's, and stays.
    Problem(String),
}

/// The kinds of what is made, and how the statements begin that make it.
const MAKING: [(&str, &str); 2] =
    [("table", "CREATE TABLE IF NOT EXISTS "), ("view", "CREATE VIEW IF NOT EXISTS ")];

impl Work<'_> {
    /// Looks into the files that something is rendered in, makes views again that were dropped, and returns what else is
    /// not as it was rendered. A file that cannot be opened is told when something is brought there.
    pub(super) fn mend(&self) -> Result<Drifted, PlatformError> {
        let mut drifted = Drifted::new();
        for name in self.rendered.databases() {
            self.in_file(name, true, |file| {
                for (script, drift) in self.drifts(file, name)? {
                    match drift {
                        Drift::Dropped => file.at_once(|| file.execute(script, "create", &[]))?,
                        Drift::Problem(problem) => {
                            drifted.insert(script.resource().to_owned(), problem);
                        }
                    }
                }
                Ok(())
            })?;
        }
        Ok(drifted)
    }

    /// Looks into the files that are there, and returns what is not as it was rendered.
    pub(super) fn drifted(&self) -> Result<Drifted, PlatformError> {
        let mut drifted = Drifted::new();
        for name in self.rendered.databases() {
            self.in_file(name, false, |file| {
                for (script, drift) in self.drifts(file, name)? {
                    let problem = match drift {
                        Drift::Dropped => {
                            format!("a view of `{name}` was dropped: the next run makes it again")
                        }
                        Drift::Problem(problem) => problem,
                    };
                    drifted.insert(script.resource().to_owned(), problem);
                }
                Ok(())
            })?;
        }
        Ok(drifted)
    }

    fn in_file(
        &self,
        name: &str,
        is_to_be_made: bool,
        look: impl FnOnce(&Database<'_>) -> Result<(), PlatformError>,
    ) -> Result<(), PlatformError> {
        if name == self.rendered.books.database() {
            return look(&self.own);
        }
        let container = match is_to_be_made {
            true => self.container(name).map(Some),
            false => self.container_if_there(name),
        };
        match container.ok().flatten().as_deref() {
            Some(Container::File(file)) => look(file),
            Some(Container::Server(_)) | None => Ok(()),
        }
    }

    fn drifts<'s>(
        &'s self,
        file: &Database<'_>,
        name: &str,
    ) -> Result<Vec<(&'s Script, Drift)>, PlatformError> {
        let looking = |error| outside(format!("looking into `{name}`"), error);
        let found = found_in(&file.connection).map_err(looking)?;
        let mut drifts = Vec::new();
        for script in self.rendered.scripts_in(name) {
            let is_of_consumers =
                ["table.", "copy.", "view."].iter().any(|kind| script.resource().starts_with(kind));
            let create = script.section("create").filter(|_| is_of_consumers).unwrap_or_default();
            for made in made_by(create) {
                let drift = drift(&made, found.get(&made.name.to_lowercase()), file, name);
                drifts.extend(drift.map_err(looking)?.map(|drift| (script, drift)));
            }
        }
        Ok(drifts)
    }
}

/// Reads what a file has, by name: SQLite does not tell upper from lower case there.
fn found_in(connection: &Connection) -> rusqlite::Result<BTreeMap<String, Found>> {
    let all = "SELECT name, type, sql FROM main.sqlite_schema WHERE type IN ('table', 'view')";
    let mut statement = connection.prepare(all)?;
    let found = statement.query_map([], |row| {
        let name: String = row.get(0)?;
        let sql: Option<String> = row.get(2)?;
        Ok((name.to_lowercase(), Found { kind: row.get(1)?, sql: sql.unwrap_or_default() }))
    })?;
    found.collect()
}

/// Returns the tables and views that a section makes.
fn made_by(section: &str) -> Vec<Made> {
    let made = statements(section).into_iter().filter_map(|statement| {
        let (kind, rest) =
            MAKING.iter().find_map(|(kind, start)| Some((*kind, statement.sql.strip_prefix(start)?)))?;
        let sql = format!("CREATE {} {rest}", kind.to_uppercase());
        Some(Made { kind, name: unquoted(rest)?, sql })
    });
    // Books are looked after where they are made.
    made.filter(|made| !made.name.starts_with("datasurface_")).collect()
}

fn drift(
    made: &Made,
    found: Option<&Found>,
    file: &Database<'_>,
    database: &str,
) -> rusqlite::Result<Option<Drift>> {
    let Made { kind, name, sql } = made;
    let problem = |problem: String| Ok(Some(Drift::Problem(problem)));
    match found {
        Some(found) if found.sql == *sql => Ok(None),
        None if *kind == "view" => Ok(Some(Drift::Dropped)),
        None => problem(format!(
            "the table `{name}` of `{database}` is not there any more: bring it back, or, if the file is one of a \
             consumer, move the file away to have all of it made again"
        )),
        Some(found) if found.kind != *kind => problem(format!(
            "where the {kind} `{name}` of `{database}` was, there is a {} of somebody else: it stays; give it another \
             name, and run again",
            found.kind
        )),
        Some(_) if *kind == "view" => problem(format!(
            "the view `{name}` of `{database}` is not the one that was rendered: it stays; drop it, or give it another \
             name, and run again"
        )),
        Some(_) => {
            let there = columns_of(&file.connection, name)?;
            // Of a table that was altered by plans, the text says other things than that of a new one.
            let expected = Connection::open_in_memory()?;
            expected.execute_batch(sql)?;
            let rendered = columns_of(&expected, name)?;
            if there == rendered {
                return Ok(None);
            }
            let shown = |these: &BTreeSet<String>, those: &BTreeSet<String>| {
                let only: Vec<&str> = these.difference(those).map(String::as_str).collect();
                if only.is_empty() { "none".to_owned() } else { only.join(", ") }
            };
            problem(format!(
                "the table `{name}` of `{database}` is not the one that was rendered: columns that are missing: {}; \
                 columns that nobody rendered: {}; it stays",
                shown(&rendered, &there),
                shown(&there, &rendered)
            ))
        }
    }
}

fn columns_of(connection: &Connection, table: &str) -> rusqlite::Result<BTreeSet<String>> {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_xinfo(?1, 'main')")?;
    statement.query_map([table], |row| row.get(0))?.collect()
}
