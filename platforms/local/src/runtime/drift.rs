//! Drift: what somebody dropped, changed or put where something was rendered. A look is one query of a file; what is made
//! again is in `mending.rs`.

use super::{
    container::Container,
    database::{Database, outside},
    work::Work,
};
use crate::{
    prelude::*,
    sql::{quote::unquoted, script::Script, statements::statements},
};
use datasurface_platform::Drifted;
use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet};

/// What is not as it was rendered, by resource.
pub(super) type AllDrifted = BTreeMap<String, Drifted>;

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
pub(super) enum Drift {
    /// A view, or a book of a consumer's file, that is not there: it holds nothing that is not known elsewhere.
    Dropped { kind: &'static str },
    /// A copy that was dropped, or that is ours and lost columns: it is made again from the platform's own database.
    Lost(Lost),
    /// A table of the platform's own database that was dropped: what was in it is nowhere else.
    Gone(String),
    /// Anything else: what is there may be somebody's, and stays.
    Problem(String),
}

/// How a copy is lost.
pub(super) struct Lost {
    /// What happened to it.
    pub(super) what: String,
    /// Whether there is still something of it.
    pub(super) is_there: bool,
}

/// The kinds of what is made, and how the statements begin that make it.
const MAKING: [(&str, &str); 2] =
    [("table", "CREATE TABLE IF NOT EXISTS "), ("view", "CREATE VIEW IF NOT EXISTS ")];

/// How the statements begin that make indexes.
const INDEXING: [&str; 2] = ["CREATE UNIQUE INDEX IF NOT EXISTS ", "CREATE INDEX IF NOT EXISTS "];

impl Work<'_> {
    /// Looks into the files that are there, and returns what is not as it was rendered. Before a plan is applied, all may be
    /// otherwise than it was rendered.
    pub(super) fn drifted(&self) -> Result<AllDrifted, PlatformError> {
        let mut drifted = AllDrifted::new();
        if self.site.is_behind() {
            return Ok(drifted);
        }
        for (script, drift) in self.drifts(false)? {
            let database = script.database();
            let (problem, is_made_again) = match drift {
                Drift::Dropped { kind } => {
                    (format!("a {kind} of `{database}` was dropped: the next run makes it again"), true)
                }
                Drift::Lost(Lost { what, .. }) => {
                    (format!("{what}: the next run makes it again, from the platform's own database"), true)
                }
                Drift::Gone(problem) | Drift::Problem(problem) => (problem, false),
            };
            let resource = script.resource().into();
            drifted.insert(script.resource().to_owned(), Drifted { resource, problem, is_made_again });
        }
        Ok(drifted)
    }

    /// Looks into the files that something is rendered in. A file that cannot be opened is told when something is brought
    /// there. One that is not there is made, if it is to be.
    pub(super) fn drifts(&self, is_to_be_made: bool) -> Result<Vec<(&Script, Drift)>, PlatformError> {
        let mut drifts = Vec::new();
        for name in self.rendered.databases() {
            if name == self.rendered.books.database() {
                drifts.extend(self.drifts_in(&self.own, name)?);
                continue;
            }
            let container = match is_to_be_made {
                true => self.container(name).map(Some),
                false => self.container_if_there(name),
            };
            if let Some(Container::File(file)) = container.ok().flatten().as_deref() {
                drifts.extend(self.drifts_in(file, name)?);
            }
        }
        Ok(drifts)
    }

    fn drifts_in(&self, file: &Database<'_>, name: &str) -> Result<Vec<(&Script, Drift)>, PlatformError> {
        let looking = |error| outside(format!("looking into `{name}`"), error);
        let found = found_in(&file.connection).map_err(looking)?;
        let mut drifts = Vec::new();
        for script in self.rendered.scripts_in(name) {
            let is_of_consumers =
                ["table.", "copy.", "view."].iter().any(|kind| script.resource().starts_with(kind));
            let create = script.section("create").filter(|_| is_of_consumers).unwrap_or_default();
            for made in made_by(create) {
                let drift = drift(&made, found.get(&made.name.to_lowercase()), file, script);
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
    made.collect()
}

/// How something differs from what was rendered of it, if it does.
fn drift(
    made: &Made,
    found: Option<&Found>,
    file: &Database<'_>,
    script: &Script,
) -> rusqlite::Result<Option<Drift>> {
    let Made { kind, name, sql } = made;
    let database = script.database();
    let problem = |problem: String| Ok(Some(Drift::Problem(problem)));
    if name.starts_with("datasurface_") {
        // Their form is looked after where they are made.
        return Ok(found.is_none().then_some(Drift::Dropped { kind: "book" }));
    }
    let is_copy = script.resource().starts_with("copy.");
    match found {
        Some(found) if found.sql == *sql => Ok(None),
        None if *kind == "view" => Ok(Some(Drift::Dropped { kind: "view" })),
        None if !is_copy => Ok(Some(Drift::Gone(format!(
            "the table `{name}` of `{database}` was dropped, and what was in it is nowhere else: bring the database back from \
             a backup; or let `run --full-refresh` read everything of its dataset again, which loses earlier versions"
        )))),
        None => match table_of_index(made, file, script)? {
            None => {
                let what = format!("the table `{name}` of `{database}` was dropped");
                Ok(Some(Drift::Lost(Lost { what, is_there: false })))
            }
            Some(other) => problem(format!(
                "the table `{name}` of `{database}` was renamed to `{other}`: rename it back, or drop it, and run again"
            )),
        },
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
            let only = |these: &BTreeSet<String>, those: &BTreeSet<String>| {
                these.difference(those).cloned().collect::<Vec<String>>()
            };
            let (missing, added) = (only(&rendered, &there), only(&there, &rendered));
            let shown = |names: &[String]| match names {
                [] => "none".to_owned(),
                names => names.join(", "),
            };
            let differs = format!(
                "columns that are missing: {}; columns that nobody rendered: {}",
                shown(&missing),
                shown(&added)
            );
            // Each column that nobody rendered may be one of ours under another name, but no more than are missing.
            let is_all_ours = is_copy && added.len() <= missing.len();
            if is_all_ours && table_of_index(made, file, script)?.is_some_and(|of| same_name(&of, name)) {
                let what = format!("the table `{name}` of `{database}` was altered ({differs})");
                return Ok(Some(Drift::Lost(Lost { what, is_there: true })));
            }
            problem(format!(
                "the table `{name}` of `{database}` is not the one that was rendered: {differs}; it stays"
            ))
        }
    }
}

/// Returns the table that has an index which is made with this table: indexes go with a table that is dropped, and stay with
/// one that is altered or renamed. So they tell the table that we made from another one of its name.
fn table_of_index(made: &Made, file: &Database<'_>, script: &Script) -> rusqlite::Result<Option<String>> {
    let mut statement = file.connection.prepare(
        "SELECT tbl_name FROM main.sqlite_schema WHERE type = 'index' AND name = ?1 COLLATE NOCASE",
    )?;
    for create in statements(script.section("create").unwrap_or_default()) {
        let index = INDEXING.iter().find_map(|start| create.sql.strip_prefix(start)).and_then(unquoted);
        let Some(index) = index.filter(|index| index.starts_with(&format!("{}.", made.name))) else {
            continue;
        };
        let mut rows = statement.query([index])?;
        if let Some(row) = rows.next()? {
            return row.get(0).map(Some);
        }
    }
    Ok(None)
}

/// SQLite does not tell upper from lower case in names.
fn same_name(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

fn columns_of(connection: &Connection, table: &str) -> rusqlite::Result<BTreeSet<String>> {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_xinfo(?1, 'main')")?;
    statement.query_map([table], |row| row.get(0))?.collect()
}
