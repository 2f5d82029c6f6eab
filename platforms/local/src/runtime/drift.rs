//! Drift: what somebody dropped, changed or put where something was rendered. A look is one query of a file, or of a database of
//! a server (`server_drift.rs`); what is made again is in `repair.rs`.

use super::{
    container::Container,
    context::RunContext,
    database::{Database, outside, section_of},
    file_constraints::{FoundIndex, differences},
};
use crate::{
    prelude::*,
    server_address::ServerAddress,
    sql::{milestoned::BATCH_IN, quote::unquoted, script::Script, statements::statements},
};
use datasurface_platform::DriftedResource;
use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet};

/// What is not as it was rendered, by resource.
pub(super) type AllDrifted = BTreeMap<String, DriftedResource>;

/// What a file has under a name.
#[derive(Default)]
struct ExistingObject {
    kind: String,
    sql: String,
    /// The names of its triggers.
    triggers: Vec<String>,
    /// Its indexes, but those of its key and of constraints.
    indexes: Vec<FoundIndex>,
}

/// What a statement makes.
pub(super) struct CreatedObject {
    pub(super) kind: &'static str,
    pub(super) name: String,
    /// As SQLite keeps it.
    pub(super) sql: String,
}

/// How one of them is not as it was rendered.
pub(super) enum Drift {
    /// A view, or a book of a consumer's file, that is not there: it holds nothing that is not known elsewhere.
    Dropped(String),
    /// A view of a server that is ours, and selects otherwise: it holds nothing, either.
    Redefined(String),
    /// A copy that was dropped, or that is ours and lost columns: it is made again from the platform's own database.
    Lost(LostCopy),
    /// A table of the platform's own database that was dropped: what was in it is nowhere else.
    Gone(String),
    /// Anything else: what is there may be somebody's, and stays.
    Problem(String),
}

/// How a copy is lost.
pub(super) struct LostCopy {
    /// What happened to it.
    pub(super) objects: String,
    /// Whether there is still something of it.
    pub(super) is_there: bool,
}

/// The kinds of what is made, and how the statements begin that make it.
const MAKING: [(&str, &str); 3] = [
    ("table", "CREATE TABLE IF NOT EXISTS "),
    ("view", "CREATE VIEW IF NOT EXISTS "),
    ("view", "CREATE OR REPLACE VIEW "),
];

/// How the statements begin that make indexes.
const INDEXING: [&str; 2] = ["CREATE UNIQUE INDEX IF NOT EXISTS ", "CREATE INDEX IF NOT EXISTS "];

impl RunContext<'_> {
    /// Looks into the files that are there, and returns what is not as it was rendered. Before a plan is applied, all may be
    /// otherwise than it was rendered.
    pub(super) fn drifted(&self) -> Result<AllDrifted, PlatformError> {
        let mut drifted = AllDrifted::new();
        if self.site.has_pending_plan() {
            return Ok(drifted);
        }
        for (script, drift) in self.drifts(false)? {
            let (error, is_made_again) = match drift {
                Drift::Dropped(objects) | Drift::Redefined(objects) => {
                    (format!("{objects}: the next run makes it again"), true)
                }
                Drift::Lost(LostCopy { objects, .. }) => (
                    format!("{objects}: the next run makes it again, from the platform's own database"),
                    true,
                ),
                Drift::Gone(error) | Drift::Problem(error) => (error, false),
            };
            // Of two views, what stays as it is matters more.
            if is_made_again && drifted.contains_key(script.resource()) {
                continue;
            }
            let resource = script.resource().into();
            drifted.insert(
                script.resource().to_owned(),
                DriftedResource { resource, problem: error, is_repaired_by_run: is_made_again },
            );
        }
        Ok(drifted)
    }

    /// Looks into the files and the databases of servers that something is rendered in. One that cannot be opened is told when something is brought
    /// there. One that is not there is made, if it is to be.
    pub(super) fn drifts(&self, is_to_be_made: bool) -> Result<Vec<(&Script, Drift)>, PlatformError> {
        let mut drifts = Vec::new();
        for name in self.rendered.databases() {
            if name == self.rendered.metadata.database() {
                drifts.extend(self.drifts_in(&self.own, name)?);
                continue;
            }
            let container = match is_to_be_made {
                true => self.container(name).map(Some),
                false => self.container_if_there(name),
            };
            match container.ok().flatten().as_deref() {
                Some(Container::File(file)) => drifts.extend(self.drifts_in(file, name)?),
                Some(Container::Server(server)) => drifts.extend(self.drifts_on(server, name)?),
                None => {}
            }
        }
        Ok(drifts)
    }

    fn drifts_in(&self, file: &Database<'_>, name: &str) -> Result<Vec<(&Script, Drift)>, PlatformError> {
        let looking = |error| outside(format!("looking into `{name}`"), error);
        let metadata = &self.rendered.metadata;
        let found = found_in(&file.connection, name != metadata.database()).map_err(looking)?;
        let mut drifts = Vec::new();
        if name == metadata.database() {
            for made in made_by(section_of(metadata, "create")?) {
                let triggers = found.get(&made.name.to_lowercase()).map_or(&[][..], |found| &found.triggers);
                let drift = DriftCheck { made: &made, script: metadata }.with_triggers(triggers);
                drifts.extend(drift.map(|drift| (metadata, drift)));
            }
        }
        for (script, made) in self.made_in(name) {
            let drift = drift(&made, found.get(&made.name.to_lowercase()), file, script);
            drifts.extend(drift.map_err(looking)?.map(|drift| (script, drift)));
        }
        Ok(drifts)
    }

    /// The tables and views of a database that consumers read, and its metadata tables.
    pub(super) fn made_in(&self, database: &str) -> impl Iterator<Item = (&Script, CreatedObject)> {
        let is_read = |script: &&Script| {
            ["table.", "copy.", "view."].iter().any(|kind| script.resource().starts_with(kind))
        };
        self.rendered.scripts_in(database).filter(is_read).flat_map(|script| {
            made_by(script.section("create").unwrap_or_default()).into_iter().map(move |made| (script, made))
        })
    }
}

/// What messages call the database of a script.
fn place_of(script: &Script) -> String {
    let database = script.database();
    ServerAddress::read(database).map_or_else(|| format!("`{database}`"), |address| address.place())
}

/// Reads what a file has, by name: SQLite does not tell upper from lower case there. Indexes are looked at where consumers have copies.
fn found_in(connection: &Connection, has_copies: bool) -> rusqlite::Result<BTreeMap<String, ExistingObject>> {
    let all = "SELECT name, type, sql, tbl_name FROM main.sqlite_schema
         WHERE type IN ('table', 'view', 'trigger') OR type = 'index' AND sql IS NOT NULL AND ?1";
    let mut statement = connection.prepare(all)?;
    let mut rows = statement.query([has_copies])?;
    let mut found: BTreeMap<String, ExistingObject> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let (name, kind): (String, String) = (row.get(0)?, row.get(1)?);
        if kind == "trigger" {
            let of: String = row.get(3)?;
            found.entry(of.to_lowercase()).or_default().triggers.push(name);
            continue;
        }
        let sql = row.get::<_, Option<String>>(2)?.unwrap_or_default();
        if kind == "index" {
            let of: String = row.get(3)?;
            found.entry(of.to_lowercase()).or_default().indexes.push(FoundIndex { name, sql });
            continue;
        }
        let object = found.entry(name.to_lowercase()).or_default();
        (object.kind, object.sql) = (kind, sql);
    }
    Ok(found)
}

/// Returns the tables and views that a section makes.
fn made_by(section: &str) -> Vec<CreatedObject> {
    let made = statements(section).into_iter().filter_map(|statement| {
        let (kind, rest) =
            MAKING.iter().find_map(|(kind, start)| Some((*kind, statement.sql.strip_prefix(start)?)))?;
        let sql = format!("CREATE {} {rest}", kind.to_uppercase());
        Some(CreatedObject { kind, name: unquoted(rest)?, sql })
    });
    made.collect()
}

/// How something differs from what was rendered of it, if it does.
fn drift(
    made: &CreatedObject,
    found: Option<&ExistingObject>,
    file: &Database<'_>,
    script: &Script,
) -> rusqlite::Result<Option<Drift>> {
    let CreatedObject { kind, sql, .. } = made;
    let subject = DriftCheck { made, script };
    if let Some(drift) = found.and_then(|found| subject.with_triggers(&found.triggers)) {
        return Ok(Some(drift));
    }
    if made.is_metadata_table() {
        // Their form is looked after where they are made.
        return Ok(found.is_none().then(|| subject.dropped()));
    }
    match found {
        Some(found) if found.sql == *sql && !(*kind == "table" && subject.is_copy()) => Ok(None),
        None if *kind == "view" => Ok(Some(subject.dropped())),
        None => Ok(Some(subject.missing(table_of_index(made, file, script)?))),
        Some(found) if found.kind != *kind => Ok(Some(subject.replaced(&found.kind))),
        Some(_) if *kind == "view" => Ok(Some(subject.another())),
        Some(found) => of_table(&subject, found, file),
    }
}

/// How a table differs from what was rendered of it, if it does. Of a table of the platform's own database, columns count alone: nobody else
/// is to be there.
fn of_table(
    subject: &DriftCheck<'_>,
    found: &ExistingObject,
    file: &Database<'_>,
) -> rusqlite::Result<Option<Drift>> {
    let CreatedObject { name, sql, .. } = subject.made;
    let (mut there, mut rendered) = (BTreeSet::new(), BTreeSet::new());
    if found.sql != *sql {
        there = columns_of(&file.connection, name)?;
        // Of a table that was altered by plans, the text says other things than that of a new one.
        let expected = Connection::open_in_memory()?;
        expected.execute_batch(sql)?;
        rendered = columns_of(&expected, name)?;
    }
    let mut more = Vec::new();
    if there == rendered && subject.is_copy() {
        let section = subject.script.section("create").unwrap_or_default();
        more = differences(&file.connection, (name, sql, section), (&found.sql, &found.indexes))?;
    }
    if there == rendered && more.is_empty() {
        return Ok(None);
    }
    let is_ours = match table_of_index(subject.made, file, subject.script)? {
        Some(of) => same_name(&of, name),
        None => is_keyed_by_batch(&file.connection, name)?,
    };
    Ok(Some(subject.altered(&there, &rendered, &more, is_ours)))
}

impl CreatedObject {
    /// Whether it is one of the metadata tables.
    pub(super) fn is_metadata_table(&self) -> bool {
        self.name.starts_with("datasurface_")
    }

    /// The names of the indexes that are made with it, as they are in its script.
    pub(super) fn indexes(&self, script: &Script) -> Vec<String> {
        let mut indexes = Vec::new();
        for create in statements(script.section("create").unwrap_or_default()) {
            let index = INDEXING.iter().find_map(|start| create.sql.strip_prefix(start)).and_then(unquoted);
            indexes.extend(index.filter(|index| index.starts_with(&format!("{}.", self.name))));
        }
        indexes
    }
}

/// A table or view that differs from what was rendered of it.
pub(super) struct DriftCheck<'s> {
    pub(super) made: &'s CreatedObject,
    pub(super) script: &'s Script,
}

impl DriftCheck<'_> {
    /// Nothing is lost with it.
    pub(super) fn dropped(&self) -> Drift {
        Drift::Dropped(format!("{} of {} was dropped", self.subject(), place_of(self.script)))
    }

    /// `table_of_index` is the table that has an index which was made with it.
    pub(super) fn missing(&self, table_of_index: Option<String>) -> Drift {
        let (subject, place) = (self.subject(), place_of(self.script));
        match table_of_index {
            _ if !self.is_copy() => Drift::Gone(format!(
                "{subject} of {place} was dropped, and what was in it is nowhere else: bring the database back from a backup; or \
                 let `run --full-refresh` read everything of its dataset again, which loses earlier versions"
            )),
            None => Drift::Lost(LostCopy {
                objects: format!("{subject} of {place} was dropped"),
                is_there: false,
            }),
            Some(other) => Drift::Problem(format!(
                "{subject} of {place} was renamed to `{other}`: rename it back, or drop it, and run again"
            )),
        }
    }

    /// Something of another kind has its name.
    pub(super) fn replaced(&self, kind: &str) -> Drift {
        Drift::Problem(format!(
            "where {} of {} was, there is a {kind} of somebody else: it stays; give it another name, and run again",
            self.subject(),
            place_of(self.script)
        ))
    }

    /// Somebody made triggers, or rules of a server, that would change or refuse what is written. None are rendered, and they would go with
    /// a table that is made again: so it stays, whatever else differs.
    pub(super) fn with_triggers(&self, triggers: &[String]) -> Option<Drift> {
        let (subject, place, names) = (self.subject(), place_of(self.script), triggers.join("`, `"));
        let problem = || {
            format!(
                "{subject} of {place} has a trigger that nobody rendered, `{names}`: drop it, and run again"
            )
        };
        (!triggers.is_empty()).then(|| Drift::Problem(problem()))
    }

    /// Another view has its name.
    pub(super) fn another(&self) -> Drift {
        Drift::Problem(format!(
            "{} of {} is not the one that was rendered: it stays; drop it, or give it another name, and run again",
            self.subject(),
            place_of(self.script)
        ))
    }

    /// A view of ours selects otherwise, or has options.
    pub(super) fn redefined(&self, options: &[String]) -> Drift {
        let options = match options {
            [] => String::new(),
            options => format!(" (options that nobody rendered: {})", options.join(", ")),
        };
        Drift::Redefined(format!("{} of {} was altered{options}", self.subject(), place_of(self.script)))
    }

    /// A table has other columns, or differs in more. It is ours if it has an index that was made with it, or, where none is made, the primary key.
    pub(super) fn altered(
        &self,
        there: &BTreeSet<String>,
        rendered: &BTreeSet<String>,
        more: &[String],
        is_ours: bool,
    ) -> Drift {
        let only = |these: &BTreeSet<String>, those: &BTreeSet<String>| {
            these.difference(those).cloned().collect::<Vec<String>>()
        };
        let (missing, added) = (only(rendered, there), only(there, rendered));
        let shown = |names: &[String]| match names {
            [] => "none".to_owned(),
            names => names.join(", "),
        };
        let mut differs = Vec::new();
        if there != rendered {
            differs.push(format!("columns that are missing: {}", shown(&missing)));
            differs.push(format!("columns that nobody rendered: {}", shown(&added)));
        }
        differs.extend_from_slice(more);
        let differs = differs.join("; ");
        let (subject, place) = (self.subject(), place_of(self.script));
        // Each column that nobody rendered may be one of ours under another name, but no more than are missing.
        match is_ours && self.is_copy() && added.len() <= missing.len() {
            true => Drift::Lost(LostCopy {
                objects: format!("{subject} of {place} was altered ({differs})"),
                is_there: true,
            }),
            false => Drift::Problem(format!(
                "{subject} of {place} is not the one that was rendered: {differs}; it stays"
            )),
        }
    }

    fn is_copy(&self) -> bool {
        self.script.resource().starts_with("copy.")
    }

    fn subject(&self) -> String {
        let kind = if self.made.is_metadata_table() { "book" } else { self.made.kind };
        format!("the {kind} `{}`", self.made.name)
    }
}

/// Returns the table that has an index which is made with this table: indexes go with a table that is dropped, and stay with
/// one that is altered or renamed. So they tell the table that we made from another one of its name.
fn table_of_index(
    made: &CreatedObject,
    file: &Database<'_>,
    script: &Script,
) -> rusqlite::Result<Option<String>> {
    let mut statement = file.connection.prepare(
        "SELECT tbl_name FROM main.sqlite_schema WHERE type = 'index' AND name = ?1 COLLATE NOCASE",
    )?;
    for index in made.indexes(script) {
        let mut rows = statement.query([index])?;
        if let Some(row) = rows.next()? {
            return row.get(0).map(Some);
        }
    }
    Ok(None)
}

/// Whether the batch in which a version came is in the primary key of a table: a key that nobody else's table has, and that does not
/// go with the rows of ours into a table that is made of them.
fn is_keyed_by_batch(connection: &Connection, table: &str) -> rusqlite::Result<bool> {
    let mut statement =
        connection.prepare("SELECT 1 FROM pragma_table_xinfo(?1, 'main') WHERE name = ?2 AND pk > 0")?;
    statement.exists([table, BATCH_IN])
}

/// SQLite does not tell upper from lower case in names.
fn same_name(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

fn columns_of(connection: &Connection, table: &str) -> rusqlite::Result<BTreeSet<String>> {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_xinfo(?1, 'main')")?;
    statement.query_map([table], |row| row.get(0))?.collect()
}
