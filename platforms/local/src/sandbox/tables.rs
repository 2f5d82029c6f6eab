//! Which tables a compiled statement opens, whatever names it used: SQLite's own listing of it says so.

use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet};

/// Functions that are called like tables, and read nothing but their arguments.
pub(super) const FUNCTIONS: [&str; 4] = ["json_each", "json_tree", "jsonb_each", "jsonb_tree"];

/// Instructions that open a table or an index of a file for reading. Others open what the statement makes up itself.
const OPENS: [&str; 2] = ["OpenRead", "ReopenIdx"];

/// Instructions that no statement of a transformer has.
const WRITES: [&str; 5] = ["OpenWrite", "Destroy", "Clear", "CreateBtree", "ParseSchema"];

/// The database in which the inputs are, as SQLite counts.
const MAIN: i64 = 0;

/// Returns the root pages of the tables behind the temporary views, and of their indexes, by the names of the views.
pub(super) fn behind_inputs(connection: &Connection) -> rusqlite::Result<BTreeMap<String, BTreeSet<i64>>> {
    let mut views = connection.prepare("SELECT name FROM temp.sqlite_schema WHERE type = 'view'")?;
    let views: Vec<String> = views.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut behind = BTreeMap::new();
    let mut related = connection.prepare(
        "SELECT rootpage FROM main.sqlite_schema
         WHERE tbl_name = (SELECT tbl_name FROM main.sqlite_schema WHERE rootpage = ?1) AND rootpage > 0",
    )?;
    for view in views {
        let explained = format!("EXPLAIN SELECT * FROM temp.{}", crate::sql::quote::quoted(&view));
        let mut pages = BTreeSet::new();
        for opened in opened(connection, &explained)? {
            pages.extend(
                related.query_map([opened.page], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?,
            );
        }
        behind.insert(view, pages);
    }
    Ok(behind)
}

/// Returns the root pages that a statement, of which this is the listing, reads.
pub(super) fn read_pages(connection: &Connection, explained: &str) -> rusqlite::Result<BTreeSet<i64>> {
    Ok(opened(connection, explained)?.into_iter().map(|opened| opened.page).collect())
}

/// Whether a statement, of which this is the listing, reads these pages of the file, and nothing else of any file.
pub(super) fn opens_only(
    connection: &Connection,
    explained: &str,
    pages: &BTreeSet<i64>,
) -> rusqlite::Result<bool> {
    let opened = opened(connection, explained)?;
    Ok(opened.iter().all(|opened| opened.reads && opened.database == MAIN && pages.contains(&opened.page)))
}

/// Something that a statement opens.
struct Opened {
    database: i64,
    page: i64,
    reads: bool,
}

fn opened(connection: &Connection, explained: &str) -> rusqlite::Result<Vec<Opened>> {
    let mut listing = connection.prepare(explained)?;
    let mut instructions = listing.query([])?;
    let mut opened = Vec::new();
    while let Some(instruction) = instructions.next()? {
        let name: String = instruction.get("opcode")?;
        let reads = OPENS.contains(&name.as_str());
        if reads || WRITES.contains(&name.as_str()) {
            opened.push(Opened { database: instruction.get("p3")?, page: instruction.get("p2")?, reads });
        }
    }
    Ok(opened)
}
