//! Texts that are made to do harm.

use super::{compiled, select, with_inputs};
use datasurface_schema::{DatasetKey, Schema};
use datasurface_sql::{Compilation, Inputs, compile, not_spark};
use proptest::{collection::vec, prelude::*, sample};
use std::collections::BTreeMap;

const WORDS: &[&str] = &[
    "SELECT",
    "FROM",
    "WHERE",
    "WITH",
    "w",
    "AS",
    "(",
    ")",
    ",",
    "*",
    ".",
    "id",
    "name",
    "Shop_people",
    "p",
    "JOIN",
    "ON",
    "USING",
    "NATURAL",
    "UNION",
    "ALL",
    "GROUP",
    "BY",
    "ORDER",
    "HAVING",
    "CASE",
    "WHEN",
    "THEN",
    "ELSE",
    "END",
    "count",
    "1",
    "'a'",
    "=",
    "+",
    "||",
    "IN",
    "EXISTS",
    "NOT",
    "NULL",
    "RECURSIVE",
    "LATERAL",
    "CAST",
    "INTEGER",
    ";",
    "OVER",
    "VALUES",
    "->",
    "::",
    "[",
    "]",
    "{",
    "}",
    "|>",
    "PIVOT",
    "FOR",
    "INSERT",
    "INTO",
    "\"",
    "'",
    "--",
    "/*",
    "\u{0}",
];

proptest! {
    #[test]
    fn no_text_makes_it_panic(words in vec(sample::select(WORDS), 0..60), select in any::<bool>()) {
        let start = if select { "SELECT id FROM Shop_people WHERE " } else { "" };
        let text = format!("{start}{}", words.join(" "));
        prop_assert_eq!(compiled(&text), compiled(&text));
        prop_assert_eq!(not_spark(&text), not_spark(&text));
    }

    #[test]
    fn any_characters_are_fine(text in any::<String>()) {
        compiled(&text);
        prop_assert_eq!(not_spark(&text), not_spark(&text));
    }
}

#[test]
fn what_is_deep_or_long_is_not_read() {
    let deep = format!("SELECT {}1{} AS r", "(".repeat(50_000), ")".repeat(50_000));
    let long = format!("SELECT {}1 AS r", "1 + ".repeat(50_000));
    let comments = format!("SELECT {} id AS r FROM Shop_people", "/*".repeat(50_000));
    let queries = format!("{}SELECT 1{}", "SELECT * FROM (".repeat(5_000), ")".repeat(5_000));
    for sql in [&deep, &long, &comments, &queries] {
        assert!(matches!(compiled(sql), Compilation::Unread(_)), "{}", &sql[..30]);
        assert_eq!(not_spark(sql).len(), 1, "{}", &sql[..30]);
    }
    let blanks = format!("SELECT{} id AS r FROM Shop_people", " ".repeat(100_000));
    assert!(compiled(&blanks).select().is_some(), "blanks are no words");
}

#[test]
fn long_chains_need_no_stack_to_speak_of() {
    let sum = format!("SELECT {}amount AS r FROM Shop_orders", "1+".repeat(950));
    assert!(select(&sum).column("r").is_some_and(|column| column.sources.is_some()));
    let union = format!("SELECT 1 AS r{}", " UNION SELECT 1".repeat(600));
    assert!(select(&union).column("r").is_some());
    assert_eq!((not_spark(&sum), not_spark(&union)), (Vec::new(), Vec::new()));
    // Also where it is shown.
    let similar = format!("SELECT {}'a' SIMILAR TO 'b' AS r FROM Shop_orders", "1+".repeat(900));
    assert_eq!(not_spark(&similar).len(), 1);
    let lists =
        format!("SELECT CAST(id AS {}INT{}) AS r FROM Shop_orders", "ARRAY<".repeat(600), ">".repeat(600));
    assert_eq!(not_spark(&lists).len(), 1);
}

/// Each table has twice the columns of the one before.
#[test]
fn stars_of_stars_end() {
    let mut sql = "WITH t0 AS (SELECT * FROM Shop_people)".to_owned();
    for number in 1..100 {
        let before = number - 1;
        sql.push_str(&format!(", t{number} AS (SELECT a.*, b.* FROM t{before} a, t{before} b)"));
    }
    sql.push_str(" SELECT 1 AS r FROM t99");
    assert!(matches!(compiled(&sql), Compilation::Unread(_)));
}

/// A row of a large table, again and again.
#[test]
fn rows_of_rows_end() {
    let columns: Vec<String> = (0..20_000).map(|number| format!("c{number} Integer")).collect();
    let schema = Schema::from(columns.join(", ").as_str());
    let key = DatasetKey::new("A", "wide");
    let inputs = Inputs::new([&key], |_| Some(&schema));
    let rows = vec!["p"; 900].join(", ");
    let again = vec!["r"; 900].join(", ");
    for sql in [
        format!("SELECT {rows} FROM A_wide p"),
        format!("SELECT concat({rows}) AS r FROM A_wide p"),
        format!("SELECT ARRAY(SELECT {rows}) AS r FROM A_wide p"),
        format!("WITH w AS (SELECT p AS r FROM A_wide p) SELECT {again} FROM w"),
        format!("SELECT {} FROM (SELECT p AS r FROM A_wide p) w", vec!["w.*"; 900].join(", ")),
    ] {
        let is_bounded = match compile(&sql, &inputs) {
            Compilation::Select(select) => select.columns.len() == 1,
            other => matches!(other, Compilation::Unread(_)),
        };
        assert!(is_bounded, "{}", &sql[..60]);
    }
}

#[test]
fn what_is_not_known_of_inputs_is_not_missed() {
    let unreadable = Schema::from("id Integer key, any Nothing");
    let keys = [DatasetKey::new("A", "unreadable"), DatasetKey::new("A", "unknown")];
    let inputs = Inputs::new(&keys, |key| (*key == keys[0]).then_some(&unreadable));
    for sql in [
        "SELECT any FROM A_unreadable",
        "SELECT u.any FROM A_unknown u",
        "SELECT id, any FROM A_unknown JOIN A_unreadable ON 1 = 1",
    ] {
        let output = compile(sql, &inputs);
        assert_eq!(output.select().unwrap().problems, [], "{sql}");
    }
    let star = compile("SELECT * FROM A_unreadable", &inputs);
    assert!(!star.select().unwrap().is_complete);
}

/// Nobody can tell which of both is meant; platforms say so.
#[test]
fn inputs_of_one_name_are_no_columns() {
    let schemas = BTreeMap::from([
        (DatasetKey::new("A_b", "c"), Schema::from("id Integer key")),
        (DatasetKey::new("a", "B_c"), Schema::from("no Integer key")),
    ]);
    let twice = schemas.keys().chain(schemas.keys());
    let inputs = Inputs::new(twice, |key| schemas.get(key));
    let output = compile("SELECT id, no FROM A_b_c", &inputs);
    let output = output.select().unwrap();
    assert_eq!(output.problems, []);
    assert!(output.column("id").is_some_and(|column| column.sources.is_none()));
    with_inputs(|inputs| assert!(compile("SELECT id FROM Shop_people", inputs).select().is_some()));
}
