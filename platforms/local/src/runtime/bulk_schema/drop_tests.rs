//! Dropping many tables of a file at once.

use super::{
    tests::{MANY, is_sound, listed, make, with_file},
    *,
};
use rusqlite::Connection;

/// What `tests::make` made of this number, but for the index, which goes with its table.
fn names(number: &usize) -> Vec<String> {
    vec![format!("V{number}"), format!("t{number}")]
}

fn drop_one(database: &Database<'_>, number: usize) -> Result<(), PlatformError> {
    let sql = format!("DROP VIEW IF EXISTS v{number}; DROP TABLE IF EXISTS t{number};");
    database.connection.execute_batch(&sql).map_err(|error| outside("dropping".to_owned(), error))
}

/// Drops all of these but the last ones.
fn drop_most(database: &Database<'_>) -> Result<(), PlatformError> {
    let numbers: Vec<usize> = (0..MANY - 2).collect();
    database.in_transaction(|| database.drop_all(&numbers, names, |number| drop_one(database, *number)))
}

/// Does something with a database that has much of ours in it, and what somebody else made before and after.
fn with_many(before: &str, after: &str, test: impl FnOnce(&Database<'_>, &Connection)) {
    with_file(before, |database, path| {
        let all = || (0..MANY).try_for_each(|number| make(database, number));
        database.in_transaction(all).unwrap();
        database.connection.execute_batch(after).unwrap();
        test(database, &Connection::open(path).unwrap());
    });
}

#[test]
fn what_is_left_is_as_if_all_had_been_dropped_one_by_one() {
    for mode in ["NONE", "FULL", "INCREMENTAL"] {
        let before = format!("PRAGMA auto_vacuum = {mode}; CREATE TABLE log (x); INSERT INTO log VALUES (1)");
        let after = "CREATE TRIGGER noted AFTER DELETE ON t0 BEGIN DELETE FROM log; END; CREATE VIEW theirs AS SELECT v FROM t3;
            CREATE TABLE late (x UNIQUE); INSERT INTO late VALUES (7)";
        with_many(&before, after, |expected, _| {
            (0..MANY - 2).for_each(|number| drop_one(expected, number).unwrap());
            with_many(&before, after, |database, other| {
                drop_most(database).unwrap();
                for connection in [&database.connection, other] {
                    assert_eq!(listed(connection, "main"), listed(&expected.connection, "main"), "{mode}");
                    assert!(is_sound(connection), "{mode}");
                    let left = format!("SELECT v + x FROM v{} JOIN late", MANY - 1);
                    let sum = connection.query_row(&left, [], |row| row.get(0));
                    assert_eq!(sum, Ok(MANY - 1 + 7), "{mode}");
                }
            });
        });
    }
}

#[test]
fn what_is_cut_off_drops_nothing() {
    with_many("CREATE TABLE a (x)", "", |database, other| {
        let before = listed(other, "main");
        let numbers: Vec<usize> = (0..MANY).collect();
        let cut_off = database.in_transaction(|| {
            database.drop_all(&numbers, names, |number| match *number == MANY - 9 {
                true => Err(outside("dropping".to_owned(), rusqlite::Error::InvalidQuery)),
                false => drop_one(database, *number),
            })
        });
        assert!(cut_off.is_err());
        for connection in [&database.connection, other] {
            assert_eq!(listed(connection, "main"), before);
            assert!(is_sound(connection));
        }
    });
}

#[test]
fn a_table_to_whose_rows_somebody_refers_stays() {
    let theirs = "CREATE TABLE theirs (k REFERENCES t5); INSERT INTO theirs VALUES ('k')";
    with_many("PRAGMA foreign_keys = ON", theirs, |database, other| {
        database.connection.pragma_update(None, "foreign_keys", true).unwrap();
        assert!(drop_most(database).is_err());
        assert_eq!(
            other.query_row("SELECT count(*) FROM theirs JOIN t5 USING (k)", [], |row| row.get(0)),
            Ok(1)
        );
    });
}

#[test]
fn only_what_drops_and_nothing_else_is_dropped_together() {
    let script = |statements: &[&str]| {
        Script::new("copy.S.s", "some.db").add_section(
            "change",
            "Changes it.",
            statements.iter().map(|sql| (*sql).to_owned()),
        )
    };
    let drops =
        ["DROP VIEW IF EXISTS \"v\";", "DROP TABLE IF EXISTS \"t\";", "DELETE FROM \"datasurface_applied\";"];
    assert!(is_dropping(&script(&drops), "change"));
    assert_eq!(named_by(&script(&drops), "change"), ["v", "t"]);
    for other in ["CREATE TABLE t (x);", "DELETE FROM \"t\";", "ALTER TABLE t ADD COLUMN y;"] {
        assert!(!is_dropping(&script(&[drops[0], other]), "change"), "{other}");
    }
}
