use super::{aside::COLUMNS, *};
use crate::runtime::breakpoint::Breakpoint;
use rusqlite::{Connection, types::Value};
use std::{fmt::Write, path::Path};

pub(super) const MANY: usize = 5 * MOST + 3;

/// No names: nothing else has one of them.
fn nothing(_: &usize) -> Vec<String> {
    Vec::new()
}

fn with_database(test: impl FnOnce(&Database<'_>)) {
    let breakpoint = Breakpoint::default();
    let connection = Connection::open_in_memory().unwrap();
    // One that was there before.
    connection.execute_batch("CREATE TABLE a (x); CREATE TEMP TABLE b (x)").unwrap();
    test(&Database { connection, file: "some.db".to_owned(), breakpoint: &breakpoint });
}

pub(super) fn make(database: &Database<'_>, number: usize) -> Result<(), PlatformError> {
    let sql = format!(
        "CREATE VIEW v{number} AS SELECT v FROM t{number}; CREATE TABLE t{number} (k TEXT PRIMARY KEY, v);
         INSERT INTO t{number} VALUES ('k', {number}); CREATE INDEX i{number} ON t{number} (v);"
    );
    database.connection.execute_batch(&sql).map_err(|error| outside("making".to_owned(), error))
}

/// What is in a schema, wherever in the file: pages that became free meanwhile are used for what is made next.
pub(super) fn listed(connection: &Connection, schema: &str) -> String {
    let sql = format!(
        "SELECT {} FROM {schema}.sqlite_schema ORDER BY rowid",
        COLUMNS.replace("rootpage", "rootpage > 0")
    );
    let mut statement = connection.prepare(&sql).unwrap();
    let mut rows = statement.query([]).unwrap();
    let mut listed = String::new();
    while let Some(row) = rows.next().unwrap() {
        let entry: Vec<Value> = (0..6).map(|at| row.get(at).unwrap()).collect();
        writeln!(listed, "{entry:?}").unwrap();
    }
    listed
}

pub(super) fn is_sound(connection: &Connection) -> bool {
    connection.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0)).unwrap() == "ok"
}

#[test]
fn many_are_listed_as_if_they_had_been_made_one_by_one() {
    with_database(|expected| {
        (0..MANY).for_each(|number| make(expected, number).unwrap());
        with_database(|database| {
            let at_once = || database.make_many("main", 0..MANY, nothing, |number| make(database, number));
            database.in_transaction(at_once).unwrap();
            assert_eq!(listed(&database.connection, "main"), listed(&expected.connection, "main"));
            // As somebody reads it who did not make it.
            let copy = tempfile::NamedTempFile::new().unwrap();
            database.connection.execute("VACUUM INTO ?1", [copy.path().to_str().unwrap()]).unwrap();
            for connection in [&database.connection, &Connection::open(copy.path()).unwrap()] {
                assert!(is_sound(connection));
                let last = format!("SELECT v FROM v{}", MANY - 1);
                assert_eq!(connection.query_row(&last, [], |row| row.get(0)), Ok(MANY - 1));
            }
        });
    });
}

#[test]
fn what_is_there_already_is_not_made_twice() {
    with_database(|database| {
        let make = |_| {
            let sql = "CREATE TABLE IF NOT EXISTS datasurface_steps (x TEXT PRIMARY KEY); CREATE TABLE IF NOT EXISTS A (y)";
            database.connection.execute_batch(sql).map_err(|error| outside("making".to_owned(), error))
        };
        let both = |number| make(number).and_then(|()| self::make(database, number));
        database
            .in_transaction(|| database.make_many("main", 0..MANY, |_| vec!["A".to_owned()], both))
            .unwrap();
        assert!(is_sound(&database.connection));
        let there = "SELECT count(*) FROM sqlite_schema WHERE tbl_name IN ('datasurface_steps', 'a', 'A')";
        assert_eq!(database.connection.query_row(there, [], |row| row.get(0)), Ok(3));
    });
}

#[test]
fn what_is_cut_off_leaves_everything_as_it_was() {
    with_database(|database| {
        let before = listed(&database.connection, "main");
        let cut_off = database.in_transaction(|| {
            database.make_many("main", 0..MANY, nothing, |number| {
                make(database, if number == 3 * MOST { 0 } else { number })
            })
        });
        assert!(cut_off.is_err());
        assert_eq!(listed(&database.connection, "main"), before);
        assert!(is_sound(&database.connection));
        database
            .in_transaction(|| database.make_many("main", 0..MANY, nothing, |number| make(database, number)))
            .unwrap();
        assert!(is_sound(&database.connection));
    });
}

#[test]
fn nobody_writes_to_the_schema_table_meanwhile_or_afterwards() {
    with_database(|database| {
        let write = || database.connection.execute("DELETE FROM sqlite_schema", []);
        let reserved = || database.connection.execute_batch("CREATE TABLE sqlite_x (x)");
        let made = database.in_transaction(|| {
            database.make_many("main", 0..MANY, nothing, |number| {
                assert!(write().is_err() && reserved().is_err());
                make(database, number)
            })
        });
        made.unwrap();
        assert!(write().is_err() && reserved().is_err());
    });
}

#[test]
fn of_temporary_tables_only_those_go_that_are_dropped() {
    for many in [3, MANY] {
        with_database(|database| {
            let connection = &database.connection;
            let before = listed(connection, "temp");
            let execute = |sql: String| {
                connection.execute_batch(&sql).map_err(|error| outside("executing".to_owned(), error))
            };
            let made = database.in_deferred_transaction(|| {
                database.make_many("temp", 0..many, nothing, |number| {
                    execute(format!("CREATE TEMP TABLE s{number} (x); INSERT INTO s{number} VALUES (1)"))
                })
            });
            made.unwrap();
            // Whoever changes another schema makes SQLite read the temporary one again.
            execute("BEGIN; CREATE TABLE c (x); ROLLBACK".to_owned()).unwrap();
            execute(format!("SELECT x FROM temp.s{}", many - 1)).unwrap();
            let scripts: Vec<Script> = (0..many)
                .map(|number| {
                    let drop = format!("DROP TABLE IF EXISTS temp.\"s{number}\";");
                    Script::new("table.S.s", "some.db").add_section("unstage", "Gives the room back.", [drop])
                })
                .collect();
            let dropped = database.drop_many(&scripts.iter().collect::<Vec<_>>(), "unstage");
            dropped.unwrap();
            assert_eq!(listed(connection, "temp"), before);
            execute("BEGIN; CREATE TABLE c (x); ROLLBACK".to_owned()).unwrap();
            execute("SELECT x FROM temp.b".to_owned()).unwrap();
        });
    }
}

/// A file of somebody's, as readers and writers share it.
pub(super) fn with_file(before: &str, test: impl FnOnce(&Database<'_>, &Path)) {
    let file = tempfile::NamedTempFile::new().unwrap();
    let breakpoint = Breakpoint::default();
    let connection = Connection::open(file.path()).unwrap();
    connection.execute_batch(before).unwrap();
    connection.pragma_update(None, "journal_mode", "WAL").unwrap();
    test(&Database { connection, file: "some.db".to_owned(), breakpoint: &breakpoint }, file.path());
}

#[test]
fn a_file_that_gives_pages_back_stays_sound() {
    for mode in ["FULL", "INCREMENTAL"] {
        let before = format!(
            "PRAGMA auto_vacuum = {mode}; CREATE TABLE a (x); INSERT INTO a VALUES (zeroblob(100000)); DELETE FROM a"
        );
        with_file(&before, |database, path| {
            database
                .in_transaction(|| {
                    database.make_many("main", 0..MANY, nothing, |number| make(database, number))
                })
                .unwrap();
            database.connection.execute_batch("PRAGMA incremental_vacuum").unwrap();
            for connection in [&database.connection, &Connection::open(path).unwrap()] {
                assert!(is_sound(connection));
                for number in [0, MOST, MANY - 1] {
                    let shown =
                        connection.query_row(&format!("SELECT v FROM v{number}"), [], |row| row.get(0));
                    assert_eq!(shown, Ok(number));
                }
            }
        });
    }
}

#[test]
fn what_somebody_else_has_stays_as_it_is() {
    let before = "CREATE TABLE \"it's \"\"a\"\"\" (x PRIMARY KEY, y); CREATE TABLE log (x);
        CREATE TABLE counted (x INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO counted DEFAULT VALUES;
        CREATE TRIGGER i3 AFTER INSERT ON log BEGIN DELETE FROM \"it's \"\"a\"\"\"; END;
        CREATE VIEW \"v 5\" AS SELECT * FROM t5; CREATE VIRTUAL TABLE found USING fts5 (words); INSERT INTO found VALUES ('one two');
        CREATE TABLE T7 (k, v); CREATE INDEX T7_k ON T7 (k); CREATE VIEW T9 AS SELECT 1 AS v; INSERT INTO T7 VALUES (1, 2); ANALYZE";
    with_file(before, |database, path| {
        let known = listed(&database.connection, "main");
        let make = |number: usize| {
            let sql = format!(
                "CREATE TABLE IF NOT EXISTS \"t{number}\" (k TEXT PRIMARY KEY, v);
                 CREATE VIEW IF NOT EXISTS \"w \"\"{number}\"\"\" AS SELECT v FROM t{number};"
            );
            let index = format!("CREATE INDEX IF NOT EXISTS \"t{number}.i\" ON \"t{number}\" (v);");
            let index = if number == 9 { "" } else { &index };
            database
                .connection
                .execute_batch(&(sql + index))
                .map_err(|error| outside("making".to_owned(), error))
        };
        database.in_transaction(|| database.make_many("main", 0..MANY, nothing, make)).unwrap();
        let other = Connection::open(path).unwrap();
        for connection in [&database.connection, &other] {
            assert!(is_sound(connection));
            assert!(listed(connection, "main").starts_with(&known));
            connection
                .execute_batch("INSERT INTO counted DEFAULT VALUES; INSERT INTO log VALUES (1)")
                .unwrap();
            let found =
                connection.query_row("SELECT words FROM found WHERE found MATCH 'two'", [], |row| row.get(0));
            assert_eq!(found, Ok("one two".to_owned()));
            let made = "SELECT count(*) FROM sqlite_schema WHERE name GLOB 't[0-9]*' AND type = 'table'";
            assert_eq!(connection.query_row(made, [], |row| row.get(0)), Ok(MANY - 2));
            let on_theirs = "SELECT tbl_name FROM sqlite_schema WHERE name = 't7.i'";
            assert_eq!(connection.query_row(on_theirs, [], |row| row.get(0)), Ok("T7".to_owned()));
        }
        assert_eq!(other.query_row("SELECT max(x) FROM counted", [], |row| row.get(0)), Ok(3));
    });
}

#[test]
fn whoever_reads_meanwhile_sees_all_of_it_or_nothing() {
    with_file("CREATE TABLE a (x); INSERT INTO a VALUES (1)", |database, path| {
        let reader = Connection::open(path).unwrap();
        let names = |reader: &Connection| {
            let mut names = reader.prepare_cached("SELECT count(*) FROM sqlite_schema").unwrap();
            names.query_row([], |row| row.get::<_, usize>(0)).unwrap()
        };
        let rows = |connection: &Connection, table: &str| {
            let mut rows = connection.prepare_cached(&format!("SELECT count(*) FROM {table}")).unwrap();
            rows.query_row([], |row| row.get::<_, usize>(0)).unwrap()
        };
        rows(&database.connection, "a");
        reader.execute_batch("BEGIN").unwrap();
        assert_eq!((names(&reader), rows(&reader, "a")), (1, 1));
        let made = database.in_transaction(|| {
            database.make_many("main", 0..MANY, nothing, |number| {
                make(database, number)?;
                // Statements that are kept, of what is put aside soon.
                assert_eq!(rows(&database.connection, &format!("t{number}")), 1);
                let new = Connection::open(path).unwrap();
                assert_eq!((names(&new), rows(&new, "a")), (1, 1));
                assert_eq!((names(&reader), rows(&reader, "a")), (1, 1));
                Ok(())
            })
        });
        made.unwrap();
        assert_eq!(names(&reader), 1);
        reader.execute_batch("COMMIT").unwrap();
        let last = format!("t{}", MANY - 1);
        for connection in [&reader, &database.connection] {
            assert_eq!(names(connection), 1 + 4 * MANY);
            assert_eq!((rows(connection, "a"), rows(connection, "t0"), rows(connection, &last)), (1, 1, 1));
        }
    });
}

#[test]
fn what_can_be_dropped_is_whatever_cannot() {
    for many in [3, MANY] {
        with_database(|database| {
            let name = |number: usize| format!("it's \"\"{number}\"\".stage");
            let before = listed(&database.connection, "temp");
            for number in 0..many {
                let create = format!("CREATE TEMP TABLE \"{}\" (x PRIMARY KEY)", name(number));
                database.connection.execute_batch(&create).unwrap();
            }
            let scripts: Vec<Script> = (0..many)
                .map(|number| {
                    let drop = format!("DROP TABLE IF EXISTS temp.\"{}\";", name(number));
                    let section = if number == 1 { "other" } else { "unstage" };
                    Script::new("table.S.s", "some.db").add_section(section, "Gives the room back.", [drop])
                })
                .collect();
            assert!(database.drop_many(&scripts.iter().collect::<Vec<_>>(), "unstage").is_err());
            let left = listed(&database.connection, "temp").replace(&before, "");
            assert_eq!(left.lines().count(), 2, "{many}: {left}");
            assert!(left.contains("1"), "{left}");
        });
    }
}

#[test]
fn what_is_put_aside_is_found_by_its_name() {
    let before = "CREATE TABLE T70 (x); INSERT INTO T70 VALUES (1); CREATE VIEW t80 AS SELECT 1 AS x";
    with_file(before, |database, path| {
        let twice = |number: usize| number % (2 * MOST);
        let names = |number: &usize| vec![format!("t{}", twice(*number)), format!("i{}", twice(*number))];
        let make = |number: usize| {
            let number = twice(number);
            let index = if number == 80 {
                String::new()
            } else {
                format!("CREATE INDEX IF NOT EXISTS i{number} ON t{number} (x)")
            };
            let sql = format!("CREATE TABLE IF NOT EXISTS t{number} (x); {index}");
            database.connection.execute_batch(&sql).map_err(|error| outside("making".to_owned(), error))
        };
        database.in_transaction(|| database.make_many("main", 0..MANY, names, make)).unwrap();
        for connection in [&database.connection, &Connection::open(path).unwrap()] {
            assert!(is_sound(connection));
            assert_eq!(listed(connection, "main").lines().count(), 4 * MOST - 1);
            assert_eq!(
                connection.query_row("SELECT x FROM t70 JOIN t80 USING (x)", [], |row| row.get(0)),
                Ok(1)
            );
        }
    });
}

#[test]
fn names_that_are_no_text_stay_as_they_are() {
    let before = "CREATE TABLE odd (x); PRAGMA writable_schema = ON;
        UPDATE sqlite_schema SET sql = 'CREATE TABLE odd (x DEFAULT ''' || CAST(x'ff' AS TEXT) || ''')' WHERE name = 'odd';
        PRAGMA writable_schema = OFF";
    with_file(before, |database, path| {
        database
            .in_transaction(|| database.make_many("main", 0..MANY, nothing, |number| make(database, number)))
            .unwrap();
        let odd = "SELECT CAST(sql AS BLOB) FROM sqlite_schema WHERE name = 'odd'";
        let sql: Vec<u8> = Connection::open(path).unwrap().query_row(odd, [], |row| row.get(0)).unwrap();
        assert_eq!(sql, b"CREATE TABLE odd (x DEFAULT '\xff')");
    });
}
