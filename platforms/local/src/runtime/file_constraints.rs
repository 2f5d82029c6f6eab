//! What a copy in a file does not accept, beside what was rendered: a key, an index or a constraint of somebody else may refuse what is due,
//! and its expressions would be SQL of somebody else on a connection that writes.

use super::server_constraints::Constraints;
use crate::sql::{milestoned::Milestoned, scan::Scanner};
use rusqlite::Connection;

/// What makes a table refuse rows, or take two keys for one, in the words of SQL. No copy is rendered with one of them.
const REFUSING: [&str; 5] = ["CHECK", "COLLATE", "REFERENCES", "STRICT", "UNIQUE"];

/// An index as a file has it: its name, and its statement.
pub(super) struct FoundIndex {
    pub(super) name: String,
    pub(super) sql: String,
}

impl FoundIndex {
    /// What its statement says behind `CREATE UNIQUE INDEX`, which is the same in the one that made it.
    fn said(&self) -> &str {
        self.sql.split_once("INDEX ").map_or(&self.sql, |(_, said)| said)
    }
}

/// How a copy that has its columns differs from what is rendered of it, for people: `create` is the statement that makes the table, and
/// `section` all that is made with it. `sql` is the statement that the file has.
pub(super) fn differences(
    connection: &Connection,
    (table, create, section): (&str, &str, &str),
    (sql, indexes): (&str, &[FoundIndex]),
) -> rusqlite::Result<Vec<String>> {
    let made = |index: &&FoundIndex| section.contains(index.said());
    let missing = section.matches("INDEX IF NOT EXISTS ").count() > indexes.iter().filter(made).count();
    let foreign: Vec<&FoundIndex> = indexes.iter().filter(|index| !made(index)).collect();
    if sql == create && foreign.is_empty() && !missing {
        return Ok(Vec::new());
    }
    let mut constraints = Constraints::default();
    let mut columns = connection.prepare("SELECT name, \"notnull\" FROM pragma_table_xinfo(?1, 'main')")?;
    let mut rows = columns.query([table])?;
    while let Some(row) = rows.next()? {
        constraints.not_null.extend(row.get::<_, bool>(1)?.then(|| row.get(0)).transpose()?);
    }
    let key = "SELECT name FROM pragma_table_xinfo(?1, 'main') WHERE pk > 0 ORDER BY pk";
    constraints.key =
        connection.prepare(key)?.query_map([table], |row| row.get(0))?.collect::<Result<_, _>>()?;
    constraints.others = refusing(sql);
    // A copy that had history, and one of an earlier version of this platform, has the indexes of a table with history.
    let mut key = Constraints::from_rendered(create).key;
    key.pop();
    let former =
        Milestoned { table: table.to_owned(), columns: Vec::new(), key, history: true }.create_indexes();
    for index in foreign.into_iter().filter(|index| !former.contains(index.said())) {
        if judges(connection, table, &index.name)? {
            constraints.others.push(index.name.clone());
        }
    }
    let mut differences = constraints.differences(create, &[]);
    if missing {
        differences.push("indexes that are missing".to_owned());
    }
    Ok(differences)
}

/// Whether an index refuses rows, or evaluates something for each of them: it is unique, or has a condition or an expression.
fn judges(connection: &Connection, table: &str, index: &str) -> rusqlite::Result<bool> {
    let judging = "SELECT 1 FROM pragma_index_list(?1, 'main') WHERE name = ?2 AND (\"unique\" OR partial)
         UNION ALL SELECT 1 FROM pragma_index_xinfo(?2, 'main') WHERE cid = -2";
    connection.prepare(judging)?.exists([table, index])
}

/// The words of a statement that make a table refuse rows.
fn refusing(create: &str) -> Vec<String> {
    let mut scanner = Scanner::default();
    let mut characters = create.chars().peekable();
    let mut code = String::new();
    while let Some(character) = characters.next() {
        let is_code = scanner.is_code(character, characters.peek().copied());
        code.push(if is_code { character.to_ascii_uppercase() } else { ' ' });
    }
    let words = |word: &&str| {
        code.split(|character: char| !character.is_alphanumeric() && character != '_')
            .any(|there| there == *word)
    };
    REFUSING.iter().copied().filter(words).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_code_alone() {
        assert_eq!(
            refusing("CREATE TABLE \"CHECK\" (\"a unique\" TEXT, [references] TEXT) -- STRICT"),
            [] as [&str; 0]
        );
        assert_eq!(
            refusing("create table t (a text collate nocase, check(a > 0)) strict"),
            ["CHECK", "COLLATE", "STRICT"]
        );
    }
}
