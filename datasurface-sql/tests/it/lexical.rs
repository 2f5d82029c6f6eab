//! Texts that dialects split in different ways, and their neighbours that each dialect splits alike.

use super::compiled;
use datasurface_sql::{Compilation, UnreadSql};

/// The reason and the advice, where a text is not read because dialects differ on it.
fn ambiguity(sql: &str) -> Option<(String, &'static str)> {
    match compiled(sql) {
        Compilation::Unread(UnreadSql { reason, instead: Some(instead) }) => Some((reason, instead)),
        _ => None,
    }
}

#[test]
fn what_dialects_split_in_different_ways_is_not_read() {
    for (sql, expected) in [
        ("SELECT id, '' /* /* */ || name -- */\n AS r FROM Shop_people", "`/*` inside a comment"),
        ("SELECT id /* a /*/ AS r FROM Shop_people", "`/*` inside a comment"),
        ("SELECT concat(city /*!, name */) AS r FROM Shop_people", "`/*!` or `/*M!`"),
        ("SELECT concat(city /*M!100100 , name */) AS r FROM Shop_people", "`/*!` or `/*M!`"),
        ("SELECT /*+ QB_NAME(`*/ name /*`) */ city AS r FROM Shop_people", "a quotation mark in a hint"),
        ("SELECT concat(city, 5--name\n) AS r FROM Shop_people", "`--` without a blank"),
        ("SELECT city ---\n name FROM Shop_people", "`--` without a blank"),
        ("SELECT city AS r -- x\r || name\n FROM Shop_people", "a comment behind `--` that may end"),
        ("SELECT city AS r -- x\u{85} || name\n FROM Shop_people", "a comment behind `--` that may end"),
        ("SELECT city -- x \\\n || name AS r FROM Shop_people", "a backslash at its end"),
        ("SELECT city -- x \\\r\n || name AS r FROM Shop_people", "a backslash at its end"),
        (
            "SELECT concat('\\', ' || name || ') AS r FROM Shop_people -- ') AS r",
            "a backslash before a quotation mark",
        ),
        ("SELECT 'a\\\\\\' AS r FROM Shop_people", "a backslash before a quotation mark"),
        ("SELECT 'it\\'s' AS r FROM Shop_people", "a backslash before a quotation mark"),
        ("SELECT \"a\\\" AS r FROM Shop_people", "a backslash before a quotation mark"),
        ("SELECT `a\\` AS r FROM Shop_people", "a backslash before a quotation mark"),
        ("SELECT concat('''', ' || name || ''') AS r FROM Shop_people", "three quotation marks"),
        ("SELECT \"\"\"a\" AS r FROM Shop_people", "three quotation marks"),
        ("SELECT E'a' AS r FROM Shop_people", "right behind a word"),
        ("SELECT n'a' AS r FROM Shop_people", "right behind a word"),
        ("SELECT q'[a' || name || ']' AS r FROM Shop_people", "right behind a word"),
        ("SELECT U&'a' AS r FROM Shop_people", "right behind a word"),
        ("SELECT U&\"n\\0061me\" AS r FROM Shop_people", "right behind a word"),
        ("SELECT r\"a\" AS r FROM Shop_people", "right behind a word"),
        ("SELECT x'4' || name || '1' AS r, 1'r' FROM Shop_people", "right behind a word or a number"),
        ("SELECT x'4''' AS r FROM Shop_people", "right behind a word"),
        ("SELECT 5name AS r FROM Shop_people", "begins with a digit"),
        ("SELECT 1e AS r FROM Shop_people", "begins with a digit"),
        ("SELECT 1_000 AS r FROM Shop_people", "begins with a digit"),
        ("SELECT ['] || name || ['] AS r FROM Shop_people", "between `[` and `]`"),
        ("SELECT [a -- ] FROM Shop_people", "between `[` and `]`"),
        ("SELECT [a FROM Shop_people", "between `[` and `]`"),
        ("SELECT [a]]b] FROM Shop_people", "between `[` and `]`"),
        ("SELECT name [r], '' AS s FROM Shop_people", "`[` behind a value"),
        ("SELECT city #|| name\n AS r FROM Shop_people", "`#`"),
        ("SELECT 7 // name\n AS r FROM Shop_people", "`//`"),
        ("SELECT coalesce($a$, name, $a$) AS r FROM Shop_people", "`$` at the beginning"),
        ("SELECT @r AS r FROM Shop_people", "`@`"),
        ("SELECT name@city AS r FROM Shop_people", "`@`"),
        ("SELECT {name} AS r FROM Shop_people", "`{`"),
        ("SELECT name\u{a0}AS r FROM Shop_people", "a character outside quotation marks"),
        ("SELECT name\u{200b} AS r FROM Shop_people", "a character outside quotation marks"),
        ("SELECT \u{2019}a\u{2019} AS r FROM Shop_people", "a character outside quotation marks"),
        ("SELECT '\0' AS r FROM Shop_people", "the character NUL"),
    ] {
        let (reason, instead) = ambiguity(sql).unwrap_or_else(|| panic!("{sql}: {:?}", compiled(sql)));
        assert!(reason.contains(expected), "{sql}: {reason}");
        assert!(!instead.is_empty(), "{sql}");
    }
}

#[test]
fn what_every_dialect_splits_alike_is_read() {
    for sql in [
        "SELECT id /* a * / b */ AS r /**/ FROM /***/ Shop_people /* ' -- \" */",
        "SELECT /*+ BROADCAST(p) */ id AS r FROM Shop_people p",
        "-- a comment\n SELECT id AS r --\n FROM Shop_people --\tit's \"one\" /* more\r\n",
        "SELECT 5 - -id AS r FROM Shop_people -- the end",
        "SELECT 'it''s' || '-- /* [ # $ @ { // \u{a0}' AS r FROM Shop_people",
        "SELECT replace(name, '\\d', '\\\\') AS r FROM Shop_people",
        "SELECT '' AS r, 'ends with '' ' AS s FROM Shop_people",
        "SELECT \"name\" AS \"r \"\" x\", `city` AS `s `` t` FROM Shop_people",
        "SELECT X'4142' AS r, x'' AS s FROM Shop_people",
        "SELECT 1.5e-3 + .5 + 0x1F + 2. + p.id AS r FROM Shop_people p",
        "SELECT [name] AS [r], p.[id] FROM [Shop_people] AS [p] WHERE [id] > 1",
        "SELECT name AS größe, id AS a$b FROM Shop_people",
        "SELECT name @> city AS r FROM Shop_people",
        "SELECT DATE '2026-01-01' AS r FROM Shop_people",
        "SELECT\tid\r\n,\u{c}name\rAS r FROM Shop_people",
    ] {
        assert!(compiled(sql).select().is_some(), "{sql}: {:?}", compiled(sql));
    }
}

#[test]
fn the_line_is_told() {
    let (reason, _) = ambiguity("SELECT id,\n-- fine\n 5--3\nFROM Shop_people").unwrap();
    assert_eq!(reason, "dialects differ on `--` without a blank behind it (line 3)");
}
