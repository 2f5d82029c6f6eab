use super::*;
use crate::schema::Schema;
use serde_json::json;

fn record(fields: &Value) -> Value {
    json!({"type": "record", "name": "r", "namespace": "n", "fields": fields})
}

fn enumeration(members: &Value) -> Value {
    let mut of = json!({"type": "enum", "name": "e"});
    of.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    record(&json!([{"name": "a", "type": of}]))
}

fn why(avro: Value) -> String {
    let schema = AvroSchema::new(avro);
    assert_eq!(schema.table().columns(), []);
    schema.error().unwrap().to_string()
}

#[test]
fn every_type_has_its_column() {
    let fixed = json!({"type": "fixed", "name": "f", "size": 12});
    let avro = record(&json!([
        {"name": "a", "type": "boolean"},
        {"name": "b", "type": ["null", "int"]},
        {"name": "c", "type": ["double", "null"]},
        {"name": "d", "type": {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}},
        {"name": "e", "type": {"type": "int", "logicalType": "date"}},
        {"name": "f", "type": {"type": "long", "logicalType": "timestamp-micros"}},
        {"name": "g", "type": {"type": "long", "logicalType": "local-timestamp-millis"}},
        {"name": "h", "type": {"type": "array", "items": {"type": "map", "values": "long"}}},
        {"name": "i", "type": {"type": "record", "name": "inner", "fields": [
            {"name": "x", "type": "string"}, {"name": "y", "type": ["null", fixed]},
        ]}},
        {"name": "j", "type": ["null", "inner"]},
        {"name": "k", "type": ["null", "n.f"]},
        {"name": "l", "type": {"type": "enum", "name": "e", "symbols": ["A"]}},
        {"name": "m", "type": ["int", "string"]},
        {"name": "o", "type": {"type": "int", "logicalType": "of somebody"}},
    ]));
    let table = "a Boolean not null, b Integer, c Double, d Decimal(9,2) not null, e Date not null, \
        f Timestamp(UTC) not null, g Timestamp not null, h Array(Map(NVarChar, BigInt)) not null, \
        i Struct(x NVarChar not null, y Binary(12)) not null, j Struct(x NVarChar not null, y Binary(12)), \
        k Binary(12), l NVarChar not null, m Variant not null, o Integer not null";
    assert_eq!(*AvroSchema::new(avro).table(), table.parse().unwrap());
}

#[test]
fn references_do_not_fill_the_memory() {
    let mut fields = vec![json!({"name": "r0", "type": {"type": "record", "name": "t0", "fields": [
        {"name": "x", "type": "int"},
    ]}})];
    for level in 1..30 {
        let inside = format!("t{}", level - 1);
        let ten: Vec<_> = (0..10).map(|at| json!({"name": format!("f{at}"), "type": inside})).collect();
        let record = json!({"type": "record", "name": format!("t{level}"), "fields": ten});
        fields.push(json!({"name": format!("r{level}"), "type": record}));
    }
    let error = why(record(&fields.into()));
    assert!(error.ends_with("it refers too often to what is defined elsewhere"), "{error}");
}

#[test]
fn what_is_no_table_says_why() {
    let deep = (0..40).fold(json!("int"), |items, _| json!({"type": "array", "items": items}));
    for (avro, reason) in [
        (json!("int"), "a table is a record"),
        (json!({"type": "record"}), "a record has `fields`"),
        (json!({"type": "record", "fields": []}), "a type of its own has a `name`"),
        (json!({"type": "record", "name": "1 x", "fields": []}), "`1 x` is no name"),
        (json!({"type": "record", "name": "x", "namespace": "a b", "fields": []}), "`a b.x` is no name"),
        (record(&json!([{"name": "a", "type": "int", "order": "sideways"}])), "its `order` is `ascending`"),
        (record(&json!([{"type": "int"}])), "a field has a `name`"),
        (record(&json!([1])), "a field is an object"),
        (record(&json!([{"name": "a"}])), "in the field `a`: a field has a `type`"),
        (record(&json!([{"name": "a", "type": "q"}])), "`q` is no type that is defined before"),
        (record(&json!([{"name": "a", "type": "r"}])), "refer to the other record by its key"),
        (
            record(&json!([{"name": "a", "type": ["null", {"type": "array", "items": "n.r"}]}])),
            "`n.r` is the record that the field is in",
        ),
        (record(&json!([{"name": "a", "type": ["null"]}])), "a type other than `null`"),
        (record(&json!([{"name": "a", "type": ["null", "int", "null"]}])), "a union has `null` once"),
        (record(&json!([{"name": "a", "type": ["int", ["long"]]}])), "a union is in no other union"),
        (record(&json!([{"name": "a", "type": ["int", "int"]}])), "one alternative of a kind"),
        (record(&json!([{"name": "a", "type": "int", "aliases": "b"}])), "its `aliases` are a list of texts"),
        (record(&json!([{"name": "a", "type": "int", "default": "1"}])), "`default` is not of its type"),
        (enumeration(&json!({})), "an enum has `symbols`"),
        (enumeration(&json!({"symbols": ["A", "A"]})), "an enum has each symbol once"),
        (enumeration(&json!({"symbols": ["A"], "default": "B"})), "`B` is none of its symbols"),
        (enumeration(&json!({"symbols": ["A"], "default": 1})), "`1` is none of its symbols"),
        (enumeration(&json!({"symbols": ["A", ""]})), "a symbol is a name, and `` is none"),
        (enumeration(&json!({"symbols": ["A B"]})), "a symbol is a name, and `A B` is none"),
        (enumeration(&json!({"symbols": ["1"]})), "a symbol is a name, and `1` is none"),
        (enumeration(&json!({"name": "int", "symbols": ["A"]})), "`int` is a type of Avro's"),
        (record(&json!([{"name": "a", "type": {"type": "enum", "symbols": ["A"]}}])), "has a `name`"),
        (
            record(&json!([
                {"name": "a", "type": {"type": "fixed", "name": "f", "size": 1}},
                {"name": "b", "type": {"type": "fixed", "name": "f", "size": 1}},
            ])),
            "in the field `b`: `n.f` is defined twice",
        ),
        (record(&json!([{"name": "a", "type": {"type": "array"}}])), "a type `array` has `items`"),
        (record(&json!([{"name": "a", "type": deep}])), "nested more than 32 deep"),
        (
            record(&json!([{"name": "a", "type": {"type": "record", "name": "b", "fields": [
                {"name": "c", "type": 1},
            ]}}])),
            "in the field `a.c`: a type is a text, an object or a list",
        ),
    ] {
        let error = why(avro);
        assert!(error.contains(reason), "{error}");
    }
}

#[test]
fn every_field_that_cannot_be_read_is_said_and_those_that_refer_to_it_are_not() {
    let inner = json!({"type": "record", "name": "inner", "fields": [
        {"name": "x", "type": 1}, {"name": "y", "type": "no_type"},
    ]});
    let schema = Schema::from(AvroSchema::new(record(&json!([
        {"name": "a", "type": inner},
        {"name": "b", "type": "inner"},
        {"name": "c", "type": ["null", {"type": "array", "items": "n.inner"}]},
        {"name": "d", "type": "int"},
        {"name": "e", "type": "int", "default": "1"},
    ]))));
    let problems = schema.error().unwrap().errors();
    let columns: Vec<_> = problems.iter().map(|problem| problem.column.as_ref().unwrap().as_str()).collect();
    assert_eq!(columns, ["a", "a", "e"], "{problems:?}");
    assert!(problems[1].to_string().starts_with("in the field `a.y`: `no_type`"), "{problems:?}");
}

#[test]
fn what_is_wrong_with_a_part_of_a_field_hides_nothing_of_the_others() {
    let fixed = json!({"type": "fixed", "name": "f", "size": 1});
    let problems = |field: Value| -> Vec<String> {
        let schema = AvroSchema::new(record(&json!([field, {"name": "b", "type": "f"}])));
        schema.error().unwrap().errors().iter().map(ToString::to_string).collect()
    };
    let all = problems(json!({
        "name": "a", "type": ["nonsense", ["int"], "int", "int", fixed, 1], "order": 1, "aliases": 1, "classifications": 1,
    }));
    let expected = [
        "`nonsense` is no type that is defined before",
        "a union is in no other union",
        "a union has one alternative of a kind",
        "a type is a text, an object or a list",
        "its `order` is `ascending`, `descending` or `ignore`",
        "its `classifications` are a list of texts",
        "its `aliases` are a list of texts",
    ];
    assert_eq!(all, expected.map(|reason| format!("in the field `a`: {reason}")));
}

#[test]
fn who_refers_to_what_cannot_be_read_cannot_be_read() {
    let fields = json!([
        {"name": "a", "type": {"type": "enum", "name": "e", "symbols": []}},
        {"name": "b", "type": "e"},
        {"name": "c", "type": "int", "aliases": ["d"]},
    ]);
    let schema = Schema::from(AvroSchema::new(record(&fields)).keyed(["c"]));
    assert_eq!(*schema.readable(), "c Integer key".parse::<TableSchema>().map(renamed).unwrap());
    assert_eq!(schema.unreadable_columns().names(), ["a", "b"]);
    assert!(schema.lacks(&"d".into()) && !schema.lacks(&"b".into()) && !schema.lacks(&"c".into()));
}

fn renamed(table: TableSchema) -> TableSchema {
    let columns = table.columns().iter().cloned().map(|column| column.renamed_from("d"));
    TableSchema::new(columns).keyed(table.key().iter().cloned())
}

#[test]
fn what_is_said_of_a_field_is_said_of_its_column() {
    let avro = record(&json!([{
        "name": "a", "type": "int", "doc": "which", "aliases": ["b", "c"], "classifications": ["PII"], "order": "ignore",
    }]));
    let schema = Schema::from(AvroSchema::new(avro).keyed(["a"]).partitioned(["a"]));
    let table = schema.table();
    let column = &table.columns()[0];
    assert_eq!(column.documentation().map(|said| said.text()), Some("which"));
    assert_eq!(column.former_name(), Some(&"b".into()));
    assert!(column.classifications().contains("PII"));
    assert_eq!((table.key(), table.partition()), (&["a".into()][..], &["a".into()][..]));
    assert_eq!(schema.as_table(), table.clone().into());
    assert_ne!(schema, schema.as_table());
}

#[test]
fn defaults_fit_their_types() {
    let symbols = json!({"type": "enum", "name": "e", "symbols": ["A", "B"]});
    let inner = json!({"type": "record", "name": "i", "fields": [
        {"name": "x", "type": "int"}, {"name": "y", "type": "int", "default": 1},
    ]});
    for (of, default, fits) in [
        (json!("boolean"), json!(true), true),
        (json!("boolean"), json!(1), false),
        (json!("int"), json!(2_147_483_647), true),
        (json!("int"), json!(2_147_483_648_i64), false),
        (json!("long"), json!(2_147_483_648_i64), true),
        (json!("long"), json!(1.5), false),
        (json!("double"), json!(1.5), true),
        (json!("bytes"), json!("\u{ff}"), true),
        (json!("bytes"), json!("\u{100}"), false),
        (json!({"type": "fixed", "name": "f", "size": 1}), json!("\u{100}"), false),
        (json!({"type": "fixed", "name": "f", "size": 2}), json!("\u{ff}a"), true),
        (json!({"type": "fixed", "name": "f", "size": 2}), json!("a"), false),
        (json!({"type": "int", "logicalType": "date"}), json!(0), true),
        (symbols.clone(), json!("B"), true),
        (symbols, json!("C"), false),
        (json!(["null", "int"]), json!(null), true),
        (json!(["null", "int"]), json!(1), true),
        (json!("int"), json!(null), false),
        (json!(["int", "string"]), json!("a"), true),
        (json!({"type": "array", "items": "int"}), json!([1, 2]), true),
        (json!({"type": "array", "items": "int"}), json!([1, null]), false),
        (json!({"type": "map", "values": "int"}), json!({"a": 1}), true),
        (json!({"type": "map", "values": "int"}), json!({"a": "b"}), false),
        (inner.clone(), json!({"x": 1}), true),
        (inner.clone(), json!({"y": 1}), false),
        (inner, json!(1), false),
    ] {
        let avro = record(&json!([{"name": "a", "type": of, "default": default}]));
        assert_eq!(AvroSchema::new(avro).error().is_none(), fits, "{of}: {default}");
    }
}

#[test]
fn alternatives_are_told_apart_by_their_full_names() {
    let fixed = |name: &str| json!({"type": "fixed", "name": name, "size": 1});
    let union = |alternatives: &Value| record(&json!([{"name": "a", "type": alternatives}]));
    let schema =
        AvroSchema::new(union(&json!([fixed("x.f"), fixed("y.f"), {"type": "array", "items": "x.f"}])));
    assert_eq!(schema.error(), None);
    for twice in [
        json!([fixed("f"), "f"]),
        json!([fixed("f"), "n.f"]),
        json!([fixed("f"), {"type": {"type": "f"}}]),
        json!(["int", {"type": "int", "logicalType": "date"}]),
    ] {
        assert!(why(union(&twice)).contains("one alternative of a kind"), "{twice}");
    }
}

#[test]
fn what_is_wrong_with_a_name_hides_nothing_of_what_has_it() {
    let inner = json!({"type": "record", "name": "1", "fields": [{"name": "x", "type": "no_type"}]});
    let schema = AvroSchema::new(record(&json!([{"name": "a", "type": inner}])));
    let problems = schema.error().unwrap().errors();
    assert_eq!(problems.len(), 2, "{problems:?}");
}

#[test]
fn lists_inside_of_each_other_end_somewhere() {
    let deep = (0..100).fold(json!("int"), |inside, _| json!([inside]));
    assert!(why(record(&json!([{"name": "a", "type": deep}]))).contains("in no other union"));
}
