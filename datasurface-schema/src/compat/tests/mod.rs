//! What may become what: tables, and what is common to all.

mod avro;
mod page;

use super::*;
use crate::{AvroSchema, TableSchema, schema::Schema};
use page::samples;
use proptest::prelude::*;
use serde_json::{Value, json};

#[test]
fn a_part_is_not_taken_for_the_whole() {
    let old = Schema::from("id Integer key, city VarChar");
    let gone = SchemaChange::between(&old, &TableSchema::default().into());
    assert_eq!(SchemaChange::between(&old, &"id Integer key, city VarChr".into()), gone);
    let (int, nonsense) = (json!({"name": "id", "type": "int"}), json!({"name": "city", "type": "nonsense"}));
    let avro = AvroSchema::new(record_of(json!([int, nonsense]))).keyed(["id"]);
    let gone = SchemaChange::between(&old, &AvroSchema::new(record_of(json!([]))).into());
    assert_eq!(SchemaChange::between(&old, &avro.into()), gone);
}

#[test]
fn types_change_as_the_design_says() {
    for (old, new, is_free) in [
        ("VarChar(40)", "VarChar(41)", true),
        ("VarChar(40)", "VarChar", true),
        ("VarChar", "VarChar(40)", false),
        ("Char(3)", "VarChar(3)", true),
        ("VarChar(3)", "Char(3)", true),
        ("VarChar(3)", "NVarChar(3)", false),
        ("VarChar(3)", "VarChar(4) collate C", false),
        ("Integer", "BigInt", true),
        ("Integer", "Int(32)", true),
        ("BigInt", "Integer", false),
        ("UInt(32)", "BigInt", true),
        ("UInt(32)", "Integer", false),
        ("Integer", "UInt(64)", false),
        ("Integer", "Double", false),
        ("Real", "Double", true),
        ("Double", "Real", false),
        ("Decimal(10,2)", "Decimal(12,4)", true),
        ("Decimal(10,2)", "Decimal(10,4)", false),
        ("Decimal(10,2)", "Decimal(12,1)", false),
        ("Date", "Timestamp", true),
        ("Date", "Timestamp(UTC)", true),
        ("Timestamp", "Date", false),
        ("Timestamp", "Timestamp(UTC)", false),
        ("Array(Integer)", "Array(BigInt)", true),
        ("Map(Date, Integer)", "Map(Timestamp, BigInt)", true),
        ("Struct(a Integer)", "Struct(b Date, a BigInt)", true),
        ("Struct(a Integer)", "Struct(a Integer, b Date not null)", false),
        ("Struct(a Integer, b Date)", "Struct(a Integer)", false),
        ("Vector(3)", "Vector(4)", false),
        ("Geography(Point)", "Geography", true),
        ("Geography", "Geography(Point)", false),
        ("Geography", "Geography(3857)", false),
    ] {
        let change = TypeChange::between(&old.parse().unwrap(), &new.parse().unwrap());
        assert_eq!(change.is_compatible(), is_free, "{old} to {new}: {}", change.reason());
    }
}

proptest! {
    /// Two free steps are one free step, and never lead back to a type of fewer values.
    #[test]
    fn widening_is_transitive(picked in prop::sample::subsequence(samples(), 3).prop_shuffle()) {
        let free = |old: usize, new: usize| TypeChange::between(&picked[old], &picked[new]);
        if free(0, 1).is_compatible() && free(1, 2).is_compatible() {
            prop_assert!(free(0, 2).is_compatible(), "{} to {} to {}", picked[0], picked[1], picked[2]);
        }
    }
}

fn changes(old: &str, new: &str) -> Vec<(String, Option<&'static str>)> {
    let changes = SchemaChange::between(&old.into(), &new.into());
    changes.iter().map(|change| (change.to_string(), change.broken_rule().map(|rule| rule.code()))).collect()
}

#[test]
fn changes_of_a_table_are_told_and_judged() {
    const OLD: &str = "id Integer key, city VarChar(15), since Date not null partition";
    for (new, told, rule) in [
        (OLD, "", None),
        ("since Date not null partition, id Integer key, city VarChar(15)", "", None),
        (
            "id Integer key, city VarChar(15), since Date not null partition, x Date",
            "the column `x` is new: `x Date`",
            None,
        ),
        (
            "id Integer key, city VarChar(15), since Date not null partition, x Date not null",
            "the column `x` is new: `x Date not null`",
            Some("schema-change/not-null-added"),
        ),
        (
            "id Integer key, since Date not null partition",
            "the column `city` is gone",
            Some("schema-change/column-removed"),
        ),
        (
            "id Integer key, city VarChar(20), since Date not null partition",
            "the type of `city` was `VarChar(15)` and is `VarChar(20)`: a greater length",
            None,
        ),
        (
            "id Integer key, city VarChar(9), since Date not null partition",
            "the type of `city` was `VarChar(15)` and is `VarChar(9)`: a smaller length",
            Some("schema-change/type-narrowed"),
        ),
        (
            "id Integer key, city VarChar(15) not null, since Date not null partition",
            "`city` may not be null any more",
            Some("schema-change/became-not-null"),
        ),
        (
            "id Integer key, city VarChar(15), since Date partition",
            "`since` may be null now",
            Some("schema-change/became-nullable"),
        ),
        (
            "id Integer key, city VarChar(15), since Date key partition",
            "the primary key was `id` and is `id`, `since`",
            Some("schema-change/key-changed"),
        ),
        (
            "id Integer key, city VarChar(15), since Date not null",
            "the table was partitioned by `since` and is by nothing",
            Some("schema-change/partition-changed"),
        ),
    ] {
        let expected: Vec<_> = (!told.is_empty()).then(|| (told.to_owned(), rule)).into_iter().collect();
        assert_eq!(changes(OLD, new), expected, "{new}");
    }
}

/// An Avro record.
fn record_of(fields: Value) -> Value {
    json!({"type": "record", "name": "r", "fields": fields})
}
