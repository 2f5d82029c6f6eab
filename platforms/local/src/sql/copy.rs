//! Copies in SQLite files. They read the buffer where it is: it is attached.

use super::{
    milestoned::{BATCH_IN, BATCH_OUT, Milestoned},
    quote::{columns, insert_into, literal, quoted, select},
};

/// Brings a copy up to the batch `:batch` of the buffer.
pub(crate) fn apply(table: &Milestoned, buffer: &str) -> Vec<String> {
    let applied = format!(
        "coalesce(\n    (SELECT \"batch\" FROM \"datasurface_applied\" WHERE \"copy\" = {}),\n    0\n  )",
        literal(&table.table)
    );
    follow(table, buffer, &applied)
}

/// What the buffer closed since the last batch that arrived is closed here, or goes; what it opened since then comes. In
/// between, live versions are counted: more or fewer than there are in the buffer of that time, and it has forgotten what it
/// closed, so all are compared. That is right for every distance between the two; what was forgotten ended with the batch
/// `:batch`, at the latest.
pub(crate) fn follow(table: &Milestoned, buffer: &str, arrived: &str) -> Vec<String> {
    let copy = table.quoted_table();
    let (into, out) = (quoted(BATCH_IN), quoted(BATCH_OUT));
    let same_version = table.same_version("buffer.", "copy.");
    let not_live = format!(
        "NOT EXISTS (\n    SELECT 1\n    FROM {buffer} AS buffer\n    WHERE {same_version}\n      AND buffer.{out} IS NULL\n  )"
    );
    // Rows that nothing tells apart end together, as they came.
    let version = match table.is_keyless() {
        true => into.clone(),
        false => format!("{}, {into}", table.key_list("")),
    };
    let live_before = format!(
        "(\n    (SELECT count(*) FROM {buffer} WHERE {out} IS NULL)\n    \
         - (SELECT count(*) FROM {buffer} WHERE {into} > {arrived} AND +{out} IS NULL)\n  )"
    );
    let (close, close_forgotten) = if table.history {
        // Without the plus, SQLite may begin with all that is live here, instead of what was closed there.
        let close = format!(
            "UPDATE {copy} AS copy\nSET {out} = buffer.{out}\nFROM {buffer} AS buffer\n\
             WHERE buffer.{out} > {arrived}\n  AND {}\n  AND +copy.{out} IS NULL;",
            same_version.replace("\n      AND", "\n  AND"),
        );
        let close_forgotten = format!(
            "UPDATE {copy} AS copy\nSET {out} = coalesce(\n  (\n    SELECT buffer.{out}\n    FROM {buffer} AS buffer\n    \
             WHERE {same_version}\n  ),\n  :batch\n)\nWHERE copy.{out} IS NULL\n  \
             AND (SELECT count(*) FROM {copy} WHERE {out} IS NULL) <> {live_before}\n  AND {not_live};"
        );
        (close, close_forgotten)
    } else {
        let close = format!(
            "DELETE FROM {copy}\nWHERE ({version}) IN (\n  SELECT {version}\n  FROM {buffer}\n  WHERE {out} > {arrived}\n);"
        );
        let close_forgotten = format!(
            "DELETE FROM {copy} AS copy\nWHERE (SELECT count(*) FROM {copy}) <> {live_before}\n  \
             AND (\n  copy.{out} IS NOT NULL\n  OR {not_live}\n  );"
        );
        (close, close_forgotten)
    };
    let mut names = columns(table.names(), "");
    names.extend([into.clone(), out.clone()]);
    let mut values = columns(table.names(), "buffer.");
    values.extend([format!("buffer.{into}"), format!("buffer.{out}")]);
    let live_only = if table.history { String::new() } else { format!("\n  AND buffer.{out} IS NULL") };
    // Rows that nothing tells apart come all together, or not at all.
    let (opened, once) = match table.is_keyless() {
        true => (format!("buffer.{into} NOT IN (SELECT {into} FROM {copy})"), String::new()),
        false => (
            format!("buffer.{into} > {arrived}"),
            format!("\nON CONFLICT ({}, {into}) DO NOTHING", table.key_list("")),
        ),
    };
    let open = format!(
        "{}\n{}\nFROM {buffer} AS buffer\nWHERE {opened}{live_only}{once};",
        insert_into(&copy, &names),
        select(&values),
    );
    vec![close, close_forgotten, open]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::{milestoned::StoredColumn, storage::Storage};
    use rusqlite::Connection;

    fn table(history: bool) -> Milestoned {
        let column = |name: &str| StoredColumn {
            name: name.to_owned(),
            data_type: "Integer".to_owned(),
            storage: Storage::Integer,
            nullable: false,
        };
        Milestoned {
            table: "t".to_owned(),
            columns: vec![column("id"), column("v")],
            key: vec!["id".to_owned()],
            history,
        }
    }

    /// A copy, and the buffer that it is a copy of, after a batch that closed one of two versions and opened another one.
    fn after_a_batch(history: bool) -> Connection {
        let database = Connection::open_in_memory().unwrap();
        database.execute_batch("ATTACH ':memory:' AS platform;").unwrap();
        let rows = "INSERT INTO t VALUES (1, 1, 1, NULL), (2, 2, 1, NULL);";
        let copy = table(history).create_copy().concat();
        database.execute_batch(&format!("{copy}{rows}")).unwrap();
        let buffer = table(true).create().concat();
        let buffer = buffer.replace("IF NOT EXISTS \"", "IF NOT EXISTS platform.\"");
        let rows = "INSERT INTO platform.t VALUES (1, 1, 1, 2), (1, 10, 2, NULL), (2, 2, 1, NULL);";
        database.execute_batch(&format!("{buffer}{rows}")).unwrap();
        database
    }

    fn upsert_versions(database: &Connection, history: bool) -> Vec<String> {
        for statement in follow(&table(history), "platform.\"t\"", "1") {
            let values: &[(&str, &i64)] = if statement.contains(":batch") { &[(":batch", &2)] } else { &[] };
            database.execute(&statement, values).unwrap();
        }
        let all = "SELECT concat_ws(' ', id, v, batch_in, batch_out) FROM main.t ORDER BY id, batch_in";
        let mut statement = database.prepare(all).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    #[test]
    fn what_was_closed_is_found_without_reading_the_copy() {
        for history in [true, false] {
            let database = after_a_batch(history);
            let close = &follow(&table(history), "platform.\"t\"", "1")[0];
            let mut statement = database.prepare(&format!("EXPLAIN QUERY PLAN {close}")).unwrap();
            let steps = statement.query_map([], |row| row.get::<_, String>(3)).unwrap();
            let steps: Vec<String> = steps.map(Result::unwrap).collect();
            assert!(steps.iter().all(|step| !step.starts_with("SCAN")), "{steps:?}");
        }
    }

    #[test]
    fn what_the_buffer_has_forgotten_ends_too() {
        for forgets in [false, true] {
            for (history, expected) in
                [(true, ["1 1 1 2", "1 10 2", "2 2 1"].as_slice()), (false, &["1 10 2", "2 2 1"])]
            {
                let database = after_a_batch(history);
                if forgets {
                    database.execute("DELETE FROM platform.t WHERE batch_out IS NOT NULL", []).unwrap();
                }
                assert_eq!(
                    upsert_versions(&database, history),
                    expected,
                    "forgets: {forgets}, history: {history}"
                );
            }
        }
    }

    #[test]
    fn a_copy_of_live_versions_is_one_object_and_its_key() {
        let objects = |history| {
            let database = Connection::open_in_memory().unwrap();
            database.execute_batch(&table(history).create_copy().concat()).unwrap();
            database.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0)).unwrap()
        };
        assert_eq!((objects(false), objects(true)), (2, 5));
    }
}
