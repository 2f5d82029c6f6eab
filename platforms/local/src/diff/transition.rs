//! The statements of one step, valid for exactly one change. Each file is executed in one transaction, and once.

use super::{
    judge::in_same_database,
    server_copy,
    sides::Views,
    table::{TableChange, is_same_name},
};
use crate::{
    attributes::{OutputAttributes, TableAttributes, ViewAttributes, read_attributes},
    names::{self, address},
    prelude::*,
    render::{
        METADATA_TABLES, READ_METADATA, create_copy, create_views, drop_outputs, drop_views, forget_progress,
    },
    sql::{
        engine::Engine,
        keyless::{join_versions, outdate},
        milestoned::{BATCH_IN, BATCH_OUT, Milestoned, StoredColumn},
        postgres::copy::drop_aside,
        quote::{insert_into, literal, quoted, select},
        rejected::Rejected,
        script::Script,
        watermark::forget_position,
    },
};
use datasurface_platform::graph::Fingerprint;

/// The section that a transition file has.
pub(super) const CHANGE: &str = "change";

/// The section that is executed after it, in the same transaction, by the last file for a database.
pub(crate) const TEAR_DOWN: &str = "leave";

/// From a resource as it was to what it is, in a change of this name.
pub(super) fn update(
    before: &Resource,
    after: &Resource,
    views: &Views,
    name: &str,
) -> Result<Vec<Script>, PlatformError> {
    let address = after.address();
    let moved = !in_same_database(before, after);
    let scripts = match after.kind() {
        // The platform's own database is renamed by whoever wants it elsewhere; the table is in it.
        "table" => {
            let owed = before.held_data().map(|_| name);
            table(address, &read_attributes(before)?, &read_attributes(after)?, false, owed)
        }
        // What can be made again is made where it is to be, and goes from where it was.
        "copy" | "view" if moved => {
            let gone = |script: Script| script.note("If this file is there no more, there is nothing to do.");
            let mut scripts: Vec<Script> = retire(before, views, None)?.into_iter().map(gone).collect();
            scripts.push(made_elsewhere(after)?);
            return Ok(scripts);
        }
        "copy" => copy(address, &read_attributes(before)?, &read_attributes(after)?, views),
        "view" => view(address, &read_attributes(before)?, &read_attributes(after)?),
        // What it keeps in no table needs none elsewhere.
        "output" => return retire(before, views, None),
        _ => None,
    };
    Ok(scripts.into_iter().collect())
}

fn made_elsewhere(after: &Resource) -> Result<Script, PlatformError> {
    let (database, statements) = match after.kind() {
        "copy" => {
            let copy: TableAttributes = read_attributes(after)?;
            (copy.database.clone(), create_copy(copy.engine(), &copy.milestoned()))
        }
        _ => {
            let view: ViewAttributes = read_attributes(after)?;
            (view.database.clone(), create_views(&view))
        }
    };
    let script = Script::new(after.address().as_str(), database);
    Ok(script.add_section(CHANGE, "Makes it where it is to be.", statements))
}

/// Takes away what a resource was. Data that was owed goes only if something lets it go.
pub(super) fn retire(
    before: &Resource,
    views: &Views,
    guard: Option<&Guard>,
) -> Result<Vec<Script>, PlatformError> {
    let script = |database: &str| Script::new(before.address().as_str(), database);
    let script = match (before.kind(), guard) {
        ("table", Some(guard)) => {
            let table: TableAttributes = read_attributes(before)?;
            let why = match guard {
                Guard::Expired(day) => format!("It was owed until {day}."),
                Guard::Released(at) => format!("It was released at revision {}.", at.short()),
            };
            let script = script(&table.database).note(why);
            let milestoned = table.milestoned();
            let rejected = table.sets_aside.then(|| Rejected::new(&milestoned).drop());
            let drop = [milestoned.drop()].into_iter().chain(rejected);
            Some(script.add_section(CHANGE, "Takes the table away.", drop))
        }
        ("copy", _) => {
            let copy: TableAttributes = read_attributes(before)?;
            let mut drop = match copy.engine() {
                Engine::Sqlite => Vec::new(),
                Engine::Postgres => server_copy::drop_views_of(views),
            };
            drop.extend([copy.milestoned().drop(), forget_progress(&copy.table)]);
            if copy.engine() == Engine::Postgres {
                drop.extend(drop_aside(&copy.milestoned()));
            }
            Some(script(&copy.database).add_section(CHANGE, "Takes the copy away.", drop))
        }
        ("view", _) => {
            let view: ViewAttributes = read_attributes(before)?;
            Some(script(&view.database).add_section(CHANGE, "Takes the views away.", drop_views(&view)))
        }
        ("output", _) => {
            let output: OutputAttributes = read_attributes(before)?;
            let drop = drop_outputs(&output);
            let script = script(&output.database);
            (!drop.is_empty()).then(|| script.add_section(CHANGE, "Takes the tables away.", drop))
        }
        _ => None,
    };
    Ok(script.into_iter().collect())
}

/// Takes away the metadata tables of a platform that leaves. Where it comes back, all is made as it was for the first time.
pub(super) fn leave(before: &Resource) -> Script {
    let database = before.attributes().get("database").and_then(|database| database.as_str());
    let metadata = METADATA_TABLES.map(|table| format!("DROP TABLE IF EXISTS {};", quoted(table)));
    Script::new(before.address().as_str(), database.unwrap_or_default())
        .note("The file itself stays: delete it by hand.")
        .add_section("books", "What was written down of the books themselves.", [READ_METADATA.to_owned()])
        .add_section(CHANGE, "Takes the books away.", metadata)
}

/// Adds what is done last in a database that the platform leaves: it forgets that it ever made anything there.
pub(super) fn forgetting(script: Script, platform: &PlatformName) -> Script {
    let forget =
        format!("DELETE FROM \"datasurface_steps\"\nWHERE \"platform\" = {};", literal(platform.as_str()));
    script.add_section(TEAR_DOWN, "Forgets what was made in this database: nothing of it is left.", [forget])
}

fn view(address: &ResourceAddress, before: &ViewAttributes, after: &ViewAttributes) -> Option<Script> {
    if before.shows_the_same(after) {
        return None;
    }
    let script = Script::new(address.as_str(), &after.database);
    let is_same = (&before.table, &before.columns) == (&after.table, &after.columns);
    let (about, mut statements) = match Engine::from_database(&after.database) {
        Engine::Postgres if is_same => {
            ("Changes the views where they are.", server_copy::change_views(before, after))
        }
        _ => ("Makes the views anew.", drop_views(before)),
    };
    statements.extend(create_views(after));
    Some(script.add_section(CHANGE, about, statements))
}

fn copy(
    address: &ResourceAddress,
    before: &TableAttributes,
    after: &TableAttributes,
    views: &Views,
) -> Option<Script> {
    match after.engine() {
        Engine::Sqlite => table(address, before, after, true, None),
        Engine::Postgres => server_copy::update(address, before, after, views),
    }
}

fn table(
    address: &ResourceAddress,
    before: &TableAttributes,
    after: &TableAttributes,
    is_copy: bool,
    owed: Option<&str>,
) -> Option<Script> {
    let script = Script::new(address.as_str(), &after.database);
    let change = TableChange::between(before, after);
    if change.is_rebuilt() {
        return Some(rebuild(script, before, after, &change, is_copy, owed));
    }
    if !change.added.is_empty() {
        let add = change.added.iter().map(|column| {
            let table = quoted(&after.table);
            format!("ALTER TABLE {table} ADD COLUMN {};", column.nullable_declaration())
        });
        let script = script
            .note("Versions that are there have NULL in a new column: what it was for them, nobody knows.")
            .note("The next batch closes those that it has values for, and opens them anew.");
        let more = read_again(before, after).into_iter().chain(set_aside(before, after));
        let more = more.chain(begin_history(before, after, is_copy).into_iter().flatten());
        return Some(script.add_section(CHANGE, "Adds columns.", add.chain(more)));
    }
    if let Some(begin) = begin_history(before, after, is_copy) {
        return Some(script.add_section(CHANGE, "Lets the next application bring earlier versions.", begin));
    }
    let set_aside = set_aside(before, after)?;
    let about = match after.sets_aside {
        true => "Makes room for rows that are set aside.",
        false => "Takes away the rows that were set aside.",
    };
    Some(script.add_section(CHANGE, about, [set_aside].into_iter().chain(read_all_again(before, after))))
}

/// What lets a copy have earlier versions that had live ones only, if that changes.
fn begin_history(before: &TableAttributes, after: &TableAttributes, is_copy: bool) -> Option<[String; 2]> {
    let begins = is_copy && after.history && !before.history;
    begins.then(|| [after.milestoned().create_indexes(), forget_progress(&after.table)])
}

/// What makes or takes away the table of rows that are set aside, if that changes.
fn set_aside(before: &TableAttributes, after: &TableAttributes) -> Option<String> {
    let table = after.milestoned();
    let rejected = Rejected::new(&table);
    match (before.sets_aside, after.sets_aside) {
        (false, true) => Some(rejected.create()),
        (true, false) => Some(rejected.drop()),
        _ => None,
    }
}

/// Rows that were set aside are behind the watermark.
fn read_all_again(before: &TableAttributes, after: &TableAttributes) -> Option<String> {
    read_again(before, after).filter(|_| before.sets_aside)
}

/// Sets the rows aside, makes the table as it is to be, and brings them back: every version, in what columns it has in
/// both. The table is never renamed, so views of it stay views of it. SQLite brings each value into the kind that its
/// column prefers if nothing of it is lost, and leaves it as it is otherwise. What was owed, in the change of this name,
/// and cannot come back stays aside.
fn rebuild(
    script: Script,
    before: &TableAttributes,
    after: &TableAttributes,
    change: &TableChange<'_>,
    is_copy: bool,
    owed: Option<&str>,
) -> Script {
    let table = after.milestoned();
    let keeps_all = change.keeps_all(after);
    let converted = change.may_read_otherwise(before);
    let rows = quoted(&names::before(&before.table));
    let mut script = script;
    let mut statements = Vec::new();
    let owed = owed.filter(|_| !keeps_all || !converted.is_empty());
    let aside = owed.map(|name| names::set_aside(&before.table, name, &Fingerprint::of(&before.columns)));
    let aside = aside.map(|aside| SetAsideTable { name: quoted(&aside), table: before.milestoned() });
    if let Some(aside) = &aside {
        script = script
            .note(format!("What the new table cannot have stays in {}: its values were owed.", aside.name))
            .note("Drop it by hand when nobody may ask for them any more.");
        statements.push(aside.create());
        if !keeps_all {
            statements.push(aside.add("", &aside.table.quoted_table()));
        }
    }
    statements.push(format!("CREATE TABLE {rows} AS\nSELECT * FROM {};", quoted(&before.table)));
    statements.push(before.milestoned().drop());
    statements.extend(if is_copy { table.create_copy() } else { table.create() });
    let shared =
        after.columns.iter().filter(|column| before.columns.iter().any(|other| is_same_name(column, other)));
    let names = with_batches(shared.map(|column| quoted(&column.name)));
    let insert = insert_into(&table.quoted_table(), &names);
    let insert = if keeps_all { insert } else { insert.replacen("INSERT", "INSERT OR IGNORE", 1) };
    statements.push(format!("{insert}\n{}\nFROM {rows};", select(&names)));
    if let Some(aside) = aside.filter(|_| keeps_all) {
        statements.push(aside.add_converted(&rows, &table, &converted));
    }
    statements.push(format!("DROP TABLE {rows};"));
    // What identified a version does so no longer.
    if change.key && (table.is_keyless() || before.key.is_empty()) {
        match address::dataset_of_table(script.resource()) {
            _ if is_copy => statements.push(outdate(&table)),
            Some(dataset) if table.is_keyless() => statements.push(join_versions(&table, &dataset)),
            _ => {}
        }
    }
    if is_copy && !keeps_all {
        statements.push(forget_progress(&after.table));
    }
    statements.extend(read_again(before, after));
    statements.extend(set_aside(before, after));
    script.add_section(CHANGE, "Makes the table anew, with every version that was there.", statements)
}

/// Lets the next capture read all of its source, where it would begin at a watermark.
fn read_again(before: &TableAttributes, after: &TableAttributes) -> Option<String> {
    let is_read_by_it = before.watermark.is_some() || after.watermark.is_some();
    is_read_by_it.then(|| forget_position(&after.table))
}

/// Where rows of a table are set aside. It may be there: a change that was taken back can be made again. So nothing is
/// ever brought back from it; it has rows of all those times.
struct SetAsideTable {
    /// Its name, quoted.
    name: String,
    /// The table as it was.
    table: Milestoned,
}

impl SetAsideTable {
    fn create(&self) -> String {
        let columns = self.table.columns.iter().map(StoredColumn::nullable_declaration);
        let batches = [BATCH_IN, BATCH_OUT].map(|name| format!("{} INTEGER", quoted(name)));
        let columns: Vec<String> = columns.chain(batches).collect();
        format!("CREATE TABLE IF NOT EXISTS {} (\n  {}\n);", self.name, columns.join(",\n  "))
    }

    /// Adds the rows of a table, which may have another name in what follows `FROM`.
    fn add(&self, before: &str, from: &str) -> String {
        let names = with_batches(self.table.names().map(quoted));
        let values: Vec<String> = names.iter().map(|name| format!("{before}{name}")).collect();
        format!("{}\n{}\nFROM {from};", insert_into(&self.name, &names), select(&values))
    }

    /// Adds those rows whose values in these columns, brought back from how they are kept now, are not what they were.
    fn add_converted(&self, rows: &str, now: &Milestoned, columns: &[&StoredColumn]) -> String {
        if self.table.is_keyless() || now.is_keyless() {
            // Nothing says which row became which.
            return self.add("", rows);
        }
        let differs = columns.iter().map(|column| {
            let (name, storage) = (quoted(&column.name), column.storage.as_sql());
            format!("CAST(now.{name} AS {storage}) IS NOT earlier.{name}")
        });
        let differs: Vec<String> = differs.collect();
        let same_key = self.table.same_key("now.", "earlier.");
        let from = format!(
            "{rows} AS earlier\nJOIN {} AS now\n  ON {same_key}\n      AND now.{batch} = earlier.{batch}\nWHERE {}",
            now.quoted_table(),
            differs.join("\n  OR "),
            batch = quoted(BATCH_IN),
        );
        self.add("earlier.", &from)
    }
}

/// Quoted names of columns, and of those two that every table has.
fn with_batches(names: impl Iterator<Item = String>) -> Vec<String> {
    names.chain([BATCH_IN, BATCH_OUT].map(quoted)).collect()
}
