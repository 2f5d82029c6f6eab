//! Which schemas of Avro there are, against an independent judge: Avro's own library.
//!
//! Left out is where the library does not do what the specification says: it takes a type that is defined twice or is twice
//! in a union, unions of nothing but `null`, an order that there is not, bytes beyond U+00FF, whole numbers beyond the bits of
//! an `int`, and types called as those of Avro's. Field names are for the rules of names, and a record that is around itself is no table.

use apache_avro::Schema as Judge;
use datasurface_schema::AvroSchema;
use proptest::{
    collection::vec,
    option,
    prelude::*,
    sample::select,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Value, json};

const PLAIN: [&str; 7] = ["boolean", "int", "long", "float", "double", "bytes", "string"];

fn plain() -> impl Strategy<Value = Value> {
    select(&PLAIN[..]).prop_map(Value::from)
}

/// Good ones more often than others.
fn symbol() -> impl Strategy<Value = &'static str> {
    select(&["A", "B", "C", "_d", "E1", "a_b", "é", "A B", "1", ""][..])
}

fn enumeration() -> impl Strategy<Value = Value> {
    (vec(symbol(), 1..4), option::weighted(0.2, symbol())).prop_map(|(symbols, default)| {
        let mut of = json!({"type": "enum", "symbols": symbols});
        if let Some(default) = default {
            of["default"] = default.into();
        }
        of
    })
}

fn fixed() -> impl Strategy<Value = Value> {
    prop_oneof![4 => Just(json!(8)), 1 => Just(json!(-1)), 1 => Just(json!("8"))]
        .prop_map(|size| json!({"type": "fixed", "size": size}))
}

/// What a type is called if it is the second one that is defined, here and there.
fn reference() -> impl Strategy<Value = Value> {
    select(&["T0", "T1", "n.T0", "m.T0", "frog"][..]).prop_map(Value::from)
}

fn union(of: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    (vec(of, 1..4), 0..8_usize).prop_map(|(mut types, nulls)| {
        // What is twice in a union by its name, the library does not find.
        types.retain(|of| of.as_str().is_none_or(|name| PLAIN.contains(&name)));
        types.push(json!({"type": "array", "items": "int"}));
        types.extend(vec!["null".into(); nulls.saturating_sub(5)]);
        Value::from(types)
    })
}

fn types() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![6 => plain(), 1 => enumeration(), 1 => fixed(), 1 => reference()];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|items| json!({"type": "array", "items": items})),
            inner.clone().prop_map(|values| json!({"type": "map", "values": values})),
            fields(inner.clone()).prop_map(|fields| json!({"type": "record", "fields": fields})),
            union(inner),
        ]
    })
}

fn fields(of: impl Strategy<Value = Value>) -> impl Strategy<Value = Vec<Value>> {
    let defaults = [json!(true), json!(1), json!(1.5), json!("A"), json!(null)];
    let field = (of, option::weighted(0.2, select(defaults.to_vec())));
    vec(field, 1..4).prop_map(|fields| {
        let named = |(number, (of, default)): (i32, (Value, Option<Value>))| {
            let is_plain = of.as_str().is_some_and(|name| PLAIN.contains(&name));
            let mut field = json!({"name": format!("f{number}"), "type": of});
            if let Some(default) = default.filter(|_| is_plain) {
                field["default"] = default;
            }
            field
        };
        (0..).zip(fields).map(named).collect()
    })
}

/// Gives each type that is defined a name of its own, in order, and takes one member away, if there are so many.
fn finish(of: &mut Value, defined: &mut u32, damage: &mut u32) {
    match of {
        Value::Array(all) => all.iter_mut().for_each(|of| finish(of, defined, damage)),
        Value::Object(members) => {
            let kind = members["type"].as_str();
            if matches!(kind, Some("enum" | "fixed")) {
                members.insert("name".to_owned(), format!("T{defined}").into());
                *defined += 1;
            } else if kind == Some("record") && !members.contains_key("name") {
                members.insert("name".to_owned(), format!("R{defined}").into());
                *defined += 1;
            }
            members.values_mut().for_each(|of| finish(of, defined, damage));
            if let Some(member) = members.keys().nth(*damage as usize).cloned() {
                members.shift_remove(&member);
                *damage = u32::MAX;
            } else {
                *damage = damage.saturating_sub(u32::try_from(members.len()).unwrap());
            }
        }
        _ => {}
    }
}

fn records() -> impl Strategy<Value = Value> {
    let namespace = select(&[None, None, Some("n"), Some("n.m"), Some(""), Some("a b"), Some("1")][..]);
    let damage = prop_oneof![4 => Just(u32::MAX), 1 => 0..20_u32];
    (fields(types()), namespace, damage).prop_map(|(fields, namespace, mut damage)| {
        let mut record = json!({"type": "record", "name": "r", "fields": fields});
        if let Some(namespace) = namespace {
            record["namespace"] = namespace.into();
        }
        finish(&mut record["fields"], &mut 0, &mut damage);
        record
    })
}

fn is_readable(record: &Value) -> bool {
    AvroSchema::new(record.clone()).error().is_none()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn what_avro_takes_is_taken_and_nothing_else(record in records()) {
        let judged = Judge::parse(&record).map(drop).map_err(|error| error.to_string());
        let schema = AvroSchema::new(record.clone());
        prop_assert_eq!(schema.error().is_none(), judged.is_ok(), "{}: {:?}, {:?}", record, schema.error(), judged);
    }
}

#[test]
fn what_is_judged_is_often_good_and_often_not() {
    let mut runner =
        TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let records = (0..1000).map(|_| records().new_tree(&mut runner).unwrap().current());
    let good = records.filter(is_readable).count();
    assert!((200..800).contains(&good), "{good} of 1000 are good");
}
