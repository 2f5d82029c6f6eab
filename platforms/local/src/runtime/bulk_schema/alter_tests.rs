//! Altering many tables of a file at once.

use super::{
    tests::{MANY, is_sound, listed, make, with_file},
    *,
};
use rusqlite::Connection;

/// What altering this number reads and changes.
fn names(number: &usize) -> Vec<String> {
    vec![format!("v{number}"), format!("T{number}")]
}

/// Adds a column and an index, and makes the view of it anew.
fn alter(database: &Database<'_>, number: usize) -> Result<(), PlatformError> {
    let sql = format!(
        "ALTER TABLE t{number} ADD COLUMN w TEXT; CREATE INDEX w{number} ON t{number} (w);
         DROP VIEW v{number}; CREATE VIEW v{number} AS SELECT v, w FROM t{number};"
    );
    database.connection.execute_batch(&sql).map_err(|error| outside("altering".to_owned(), error))
}

/// Alters all of these together.
fn alter_these(database: &Database<'_>, numbers: &[usize]) -> Result<(), PlatformError> {
    database.in_transaction(|| database.alter_all(numbers, names, |number| alter(database, *number)))
}

/// Does something with a database that has much of ours in it, and what somebody else made before and after.
fn with_many(mode: &str, test: impl FnOnce(&Database<'_>, &Connection)) {
    let before = format!(
        "PRAGMA auto_vacuum = {mode}; CREATE TABLE log (x); CREATE TABLE theirs (k REFERENCES t5 (k));
         INSERT INTO log VALUES (1)"
    );
    let after = "CREATE TRIGGER noted AFTER UPDATE ON t7 BEGIN INSERT INTO log VALUES (new.v); END;
        CREATE TRIGGER shown INSTEAD OF DELETE ON v9 BEGIN DELETE FROM log; END;
        CREATE VIEW of_theirs AS SELECT t3.v FROM t3 JOIN log";
    with_file(&before, |database, path| {
        database.in_transaction(|| (0..MANY).try_for_each(|number| make(database, number))).unwrap();
        database.connection.execute_batch(after).unwrap();
        test(database, &Connection::open(path).unwrap());
    });
}

#[test]
fn what_is_altered_together_is_as_if_it_had_been_altered_one_by_one() {
    // What was made last is altered first, in the middle, and last.
    let (up, down): (Vec<usize>, Vec<usize>) = ((0..MANY).collect(), (0..MANY).rev().collect());
    let mut from_the_middle = up.clone();
    from_the_middle.rotate_left(MANY / 2);
    let without_the_last: Vec<usize> = (0..MANY - 1).collect();
    for mode in ["NONE", "FULL", "INCREMENTAL"] {
        for numbers in [&up, &down, &from_the_middle, &without_the_last] {
            with_many(mode, |expected, _| {
                numbers.iter().for_each(|number| alter(expected, *number).unwrap());
                with_many(mode, |database, other| {
                    alter_these(database, numbers).unwrap();
                    for connection in [&database.connection, other] {
                        assert_eq!(
                            listed(connection, "main"),
                            listed(&expected.connection, "main"),
                            "{mode}"
                        );
                        assert!(is_sound(connection), "{mode}");
                        for number in [0, MANY / 2, MANY - 2] {
                            let write = format!("UPDATE t{number} SET w = v + 1");
                            connection.execute(&write, []).unwrap();
                            let shown = format!("SELECT v + w FROM v{number}");
                            let sum = connection.query_row(&shown, [], |row| row.get(0));
                            assert_eq!(sum, Ok(2 * number + 1), "{mode}");
                        }
                        connection.execute("UPDATE t7 SET w = 1", []).unwrap();
                        let noted = connection.query_row("SELECT max(x) FROM log", [], |row| row.get(0));
                        assert_eq!(noted, Ok(7), "somebody's trigger");
                    }
                });
            });
        }
    }
}

#[test]
fn what_is_cut_off_alters_nothing() {
    with_many("NONE", |database, other| {
        let before = listed(other, "main");
        let mut numbers: Vec<usize> = (0..MANY).collect();
        // There is no such table.
        numbers[MANY - 9] = MANY;
        assert!(alter_these(database, &numbers).is_err());
        for connection in [&database.connection, other] {
            assert_eq!(listed(connection, "main"), before);
            assert!(is_sound(connection));
        }
        numbers[MANY - 9] = MANY - 9;
        alter_these(database, &numbers).unwrap();
        assert!(is_sound(other));
    });
}

#[test]
fn only_what_moves_no_rows_and_reaches_nothing_else_is_altered_together() {
    let script = |statements: &[&str]| {
        let statements = statements.iter().map(|sql| (*sql).to_owned());
        Script::new("copy.S.s", "some.db").add_section("change", "Changes it.", statements)
    };
    let alters = [
        "ALTER TABLE \"t\" ADD COLUMN \"w\" TEXT;",
        "DELETE FROM \"datasurface_applied\"\nWHERE \"copy\" = 'a \"b';",
        "DROP VIEW IF EXISTS \"v\";",
        "CREATE VIEW IF NOT EXISTS \"v\" AS\nSELECT \"w\"\nFROM \"u\";",
    ];
    assert!(is_altering(&script(&alters), "change"));
    assert_eq!(mentioned_by(&script(&alters), "change"), ["copy", "datasurface_applied", "t", "u", "v", "w"]);
    for other in [
        "ALTER TABLE \"t\" RENAME TO \"u\";",
        "ALTER TABLE \"t\" RENAME COLUMN \"v\" TO \"w\";",
        "ALTER TABLE \"t\" DROP COLUMN \"w\";",
        "DROP TABLE IF EXISTS \"t\";",
        "INSERT INTO \"t\" SELECT * FROM \"u\";",
        "UPDATE \"t\" SET \"w\" = 1;",
    ] {
        assert!(!is_altering(&script(&[alters[0], other]), "change"), "{other}");
    }
}
