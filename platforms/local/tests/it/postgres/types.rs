//! One column of each type, and values that are easily lost.

use super::{Producer, shown};
use crate::support::postgres::Server;

/// The rows of a table, one to a line, as they are kept.
fn kept(producer: &Producer, dataset: &str) -> String {
    let rows = producer.kept();
    let rows = rows[dataset].iter().map(|row| row.iter().map(shown).collect::<Vec<_>>().join(" | "));
    rows.collect::<Vec<_>>().join("\n")
}

/// The one column of a table, beside its key.
fn column(server: &Server, database: &str, source: &str, values: &[&str], model: &str) -> String {
    let rows: Vec<String> = values.iter().enumerate().map(|(at, value)| format!("({at}, {value})")).collect();
    let sql = format!(
        "DROP TABLE IF EXISTS t; CREATE TABLE t (id int, c {source}); INSERT INTO t VALUES {}",
        rows.join(", ")
    );
    server.owner(database).batch_execute(&sql).unwrap();
    let producer = Producer::new(server, database).dataset("t", &format!("id Integer key, c {model}"));
    kept(&producer, "t").lines().map(|line| line.split_once(" | ").unwrap().1.to_owned() + "\n").collect()
}

#[test]
fn values_of_every_type_are_kept_as_they_are() {
    let Some(server) = Server::shared() else { return };
    let column = |source, values: &[&str], model| column(server, "types", source, values, model);
    let boolean = ["true", "false", "NULL"];
    insta::assert_snapshot!(column("boolean", &boolean, "Boolean"), @r#"
    1
    0
    null
    "#);
    let integers = ["-9223372036854775808", "9223372036854775807", "0", "NULL"];
    insta::assert_snapshot!(column("bigint", &integers, "BigInt"), @r#"
    -9223372036854775808
    9223372036854775807
    0
    null
    "#);
    insta::assert_snapshot!(column("smallint", &["-32768", "32767"], "SmallInt"), @r#"
    -32768
    32767
    "#);
    insta::assert_snapshot!(column("integer", &["-2147483648", "2147483647"], "Integer"), @r#"
    -2147483648
    2147483647
    "#);
    let floats =
        ["'NaN'", "'Infinity'", "'-Infinity'", "0.1", "1e-37", "-0.0", "16777217", "3.4028235e38", "NULL"];
    insta::assert_snapshot!(column("real", &floats, "Real"), @r#"
    "NaN"
    inff
    -inff
    0.10000000149011612f
    9.99999991097579e-38f
    0.0f
    16777216.0f
    3.4028234663852886e38f
    null
    "#);
    let floats =
        ["'NaN'", "'Infinity'", "'-Infinity'", "0.1", "5e-324", "9007199254740993", "1.7976931348623157e308"];
    insta::assert_snapshot!(column("double precision", &floats, "Double"), @r#"
    "NaN"
    inff
    -inff
    0.1f
    5e-324f
    9007199254740992.0f
    1.7976931348623157e308f
    "#);
    let decimals = [
        "12345678901234567890123456789012345678.123456789012",
        "-0.000000000001",
        "18",
        "1.50",
        "0",
        "'NaN'",
        "NULL",
    ];
    insta::assert_snapshot!(column("numeric(50,12)", &decimals, "Decimal(50,12)"), @r#"
    "12345678901234567890123456789012345678.123456789012"
    "-0.000000000001"
    "18.000000000000"
    "1.500000000000"
    "0.000000000000"
    "NaN"
    null
    "#);
    insta::assert_snapshot!(column("numeric", &["1.00", "100", "-7.0"], "Decimal(18,0)"), @r#"
    "1"
    "100"
    "-7"
    "#);
    let texts = [
        "''",
        "NULL",
        "' '",
        r#"'it''s "quoted" \n'"#,
        "E'two\\nlines\\r\\n\\ttab'",
        "'Zoë 🦀 日本語'",
        "'NULL'",
        "E'e\\u0301'",
    ];
    insta::assert_snapshot!(column("text", &texts, "VarChar"), @r#"
    ""
    null
    " "
    "it's \"quoted\" \\n"
    "two\nlines\r\n\ttab"
    "Zoë 🦀 日本語"
    "NULL"
    "e\u{301}"
    "#);
    insta::assert_snapshot!(column("char(5)", &["'ab'", "''", "'  x'", "NULL"], "Char(5)"), @r#"
    "ab"
    ""
    "  x"
    null
    "#);
    let bytes = [r"'\x'", r"'\x00ff5c'", "NULL"];
    insta::assert_snapshot!(column("bytea", &bytes, "Binary"), @r#"
    x
    x00ff5c
    null
    "#);
    let dates = ["'1996-07-04'", "'1583-01-01'", "'0044-03-15 BC'", "'12026-01-01'", "'infinity'", "NULL"];
    insta::assert_snapshot!(column("date", &dates, "Date"), @r#"
    "1996-07-04"
    "1583-01-01"
    "0044-03-15 BC"
    "12026-01-01"
    "infinity"
    null
    "#);
}

#[test]
fn points_in_time_are_kept_in_utc_and_local_times_as_they_are() {
    let Some(server) = Server::shared() else { return };
    let mut owner = server.owner("zones");
    // What the server would do by itself is not asked for.
    let odd =
        "ALTER DATABASE zones SET timezone = 'Asia/Tokyo'; ALTER DATABASE zones SET datestyle = 'SQL, DMY';
        ALTER DATABASE zones SET extra_float_digits = 0; ALTER DATABASE zones SET bytea_output = 'escape'";
    owner.batch_execute(odd).unwrap();
    let column = |source, values: &[&str], model| column(server, "zones", source, values, model);
    let local = ["'2026-07-01 12:00:00.123456'", "'1899-12-31 23:59:59'", "'infinity'", "NULL"];
    insta::assert_snapshot!(column("timestamp", &local, "Timestamp"), @r#"
    "2026-07-01 12:00:00.123456"
    "1899-12-31 23:59:59"
    "infinity"
    null
    "#);
    let zoned = ["'2026-07-01 12:00:00.5+02'", "'1850-01-01 00:00:00+00'", "'-infinity'", "NULL"];
    insta::assert_snapshot!(column("timestamptz", &zoned, "Timestamp(UTC)"), @r#"
    "2026-07-01 10:00:00.5+00:00"
    "1850-01-01 00:00:00+00:00"
    "-infinity"
    null
    "#);
    insta::assert_snapshot!(column("timestamptz", &zoned, "Timestamp(Europe/Berlin)"), @r#"
    "2026-07-01 10:00:00.5+00:00"
    "1850-01-01 00:00:00+00:00"
    "-infinity"
    null
    "#);
    insta::assert_snapshot!(column("timestamptz", &zoned, "Timestamp"), @r#"
    "2026-07-01 10:00:00.5"
    "1850-01-01 00:00:00"
    "-infinity"
    null
    "#);
    // In Berlin it is twelve o'clock: ten in UTC in summer, eleven in winter.
    let berlin = ["'2026-07-01 12:00:00'", "'2026-01-01 12:00:00'", "NULL"];
    insta::assert_snapshot!(column("timestamp", &berlin, "Timestamp(Europe/Berlin)"), @r#"
    "2026-07-01 10:00:00+00:00"
    "2026-01-01 11:00:00+00:00"
    null
    "#);
    insta::assert_snapshot!(column("double precision", &["0.1", "0.25"], "Decimal(10,2)"), @r#"
    "0.10"
    "0.25"
    "#);
    insta::assert_snapshot!(column("bytea", &[r"'\x61ff'"], "VarChar"), @r#""\\x61ff""#);
    insta::assert_snapshot!(column("date", &["'2026-02-01'"], "Date"), @r#""2026-02-01""#);
}

#[test]
fn other_types_are_converted_when_nothing_is_lost() {
    let Some(server) = Server::shared() else { return };
    let column = |source, values: &[&str], model| column(server, "others", source, values, model);
    insta::assert_snapshot!(column("smallint", &["0", "1", "NULL"], "Boolean"), @r#"
    0
    1
    null
    "#);
    insta::assert_snapshot!(column("char(1)", &["'Y'", "'n'"], "Boolean"), @r#"
    1
    0
    "#);
    insta::assert_snapshot!(column("numeric(12,0)", &["42", "NULL"], "Integer"), @r#"
    42
    null
    "#);
    insta::assert_snapshot!(column("text", &["'42'"], "BigInt"), @"42");
    insta::assert_snapshot!(column("real", &["32.38", "18", "0.1", "14.4", "1e10"], "Decimal(18,2)"), @r#"
    "32.38"
    "18.00"
    "0.10"
    "14.40"
    "10000000000.00"
    "#);
    insta::assert_snapshot!(column("integer", &["18"], "Decimal(18,2)"), @r#""18.00""#);
    insta::assert_snapshot!(column("numeric(10,4)", &["1.5000", "1.0500"], "Decimal(10,2)"), @r#"
    "1.50"
    "1.05"
    "#);
    insta::assert_snapshot!(column("timestamp", &["'2026-01-31 00:00'"], "Date"), @r#""2026-01-31""#);
    insta::assert_snapshot!(column("date", &["'2026-01-31'"], "Timestamp"), @r#""2026-01-31 00:00:00""#);
    let uuid = "'0c7d5a3e-8d3c-4f64-9a58-0d8a3f1fce11'";
    insta::assert_snapshot!(column("uuid", &[uuid], "VarChar(36)"), @r#""0c7d5a3e-8d3c-4f64-9a58-0d8a3f1fce11""#);
    insta::assert_snapshot!(column("int[]", &["'{1,NULL}'"], "VarChar"), @r#""{1,NULL}""#);
}

#[test]
fn names_are_taken_as_they_are() {
    let Some(server) = Server::shared() else { return };
    let sql = r#"
        CREATE SCHEMA IF NOT EXISTS "Sales"; DROP TABLE IF EXISTS "Sales"."Order.Lines", "Sales"."user", "select";
        CREATE TABLE "Sales"."Order.Lines" ("group" int, "Unit Price" numeric);
        INSERT INTO "Sales"."Order.Lines" VALUES (1, 2.5);
        CREATE TABLE "Sales"."user" ("from" int, "a""b" text); INSERT INTO "Sales"."user" VALUES (1, 'x');
        CREATE TABLE "select" ("order" int, "as" text); INSERT INTO "select" VALUES (1, 'y')"#;
    server.owner("names").batch_execute(sql).unwrap();
    let producer = Producer::new(server, "names")
        .dataset_of("lines", "group Integer key", r#"Sales."Order.Lines""#)
        .dataset_of("people", "from Integer key", "Sales.user")
        .dataset("select", "order Integer key, as VarChar");
    assert_eq!(kept(&producer, "lines"), "1");
    assert_eq!(kept(&producer, "people"), "1");
    assert_eq!(kept(&producer, "select"), "1 | \"y\"");
}
