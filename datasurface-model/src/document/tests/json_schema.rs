//! The JSON Schema of documents: up to date, and of one mind with the loader.

use super::{
    anything::anything,
    damage::{damaged, each_damaged},
    form::NORTHWIND,
};
use crate::document::{json_schema, locate::OUTERMOST, part::Part, syntax::Syntax, tree, v1::Schemas};
use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::Value;
use std::{collections::BTreeSet, fs, path::Path, sync::LazyLock};

static SCHEMA: LazyLock<Validator> = LazyLock::new(|| jsonschema::validator_for(&json_schema()).unwrap());

/// What a text says, in whatever syntax; nothing if it is of none.
fn value(text: &str, syntax: Syntax) -> Option<Value> {
    let tree = tree::parse(text, syntax).ok()?;
    tree::read(&tree.root).ok()
}

fn complaint(value: &Value) -> Option<String> {
    SCHEMA.validate(value).err().map(|error| format!("{} at {}", error, error.instance_path()))
}

#[test]
fn it_is_up_to_date() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/datasurface.schema.json");
    let text = serde_json::to_string_pretty(&json_schema()).unwrap() + "\n";
    if std::env::var_os("DATASURFACE_UPDATE").is_some() {
        fs::write(&file, &text).unwrap();
    }
    let written = fs::read_to_string(&file).unwrap_or_default();
    assert!(written == text, "`docs/datasurface.schema.json` is stale; DATASURFACE_UPDATE=1 writes it");
}

#[test]
fn fixtures_that_can_be_read_are_what_it_describes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut read = 0;
    for folder in [folder.join("ok"), folder] {
        for file in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = file.file_name().unwrap().to_str().unwrap();
            if name.ends_with(".txt") || file.is_dir() {
                continue;
            }
            let text = fs::read_to_string(&file).unwrap();
            let syntax = Syntax::of(name, &text);
            if Part::read(&text, syntax, &mut Schemas::default()).is_ok() {
                read += 1;
                assert_eq!(complaint(&value(&text, syntax).unwrap()), None, "{name}");
            } else if name.contains("_unknown-field") {
                assert!(complaint(&value(&text, syntax).unwrap()).is_some(), "{name}");
            }
        }
    }
    assert!(read > 100, "{read}");
}

/// A finding about a member that nobody looks for would have no place.
#[test]
fn every_member_of_an_ecosystem_is_looked_for() {
    let schema = json_schema();
    // Neither about a team nor about a zone.
    let members = schema["else"]["else"]["properties"].as_object().unwrap();
    assert!(members.len() > 5);
    for member in members.keys().filter(|member| *member != "format") {
        assert!(OUTERMOST.contains(&member.as_str()), "{member}");
    }
}

/// The documents in which nothing is wrong say everything that can be said.
#[test]
fn what_loads_although_it_is_damaged_is_what_it_describes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/ok");
    let (mut read, mut seen) = (0, BTreeSet::new());
    for file in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let text = fs::read_to_string(&file).unwrap();
        let Some(document) = value(&text, Syntax::of(file.to_str().unwrap(), &text)) else { continue };
        for damaged in each_damaged(&document, &mut seen) {
            if Part::read(&damaged.to_string(), Syntax::Json, &mut Schemas::default()).is_ok() {
                read += 1;
                assert_eq!(complaint(&damaged), None, "{damaged:#}");
            }
        }
    }
    assert!(read > 300, "{read}");
}

#[test]
fn what_is_refused_for_its_shape_is_refused_here() {
    for (from, to) in [
        ("\"live\":", "\"lvie\":"),
        ("\"datastores\":", "\"datstores\":"),
        ("\"since\"", "\"sicne\""),
        ("\"tables\"", "\"tabels\""),
        ("\"datasurface/1\"", "\"datasurface/9\""),
        ("\"name\": \"NorthWind\"", "\"name\": []"),
        ("\"name\": \"Source\",", ""),
        ("\"github:northwind/live@main\"", "5"),
        ("\"high\"", "\"hihg\""),
        ("\"postgres\"", "\"postgre\""),
        ("\"nullable\": false", "\"nullable\": \"no\""),
        ("\"database\": \"northwind\"", "\"database\": \"northwind\", \"port\": 99999"),
        ("\"zones\": [", "\"zones\": {}, \"x\": ["),
        ("\"platforms\": [", "\"platforms\": [1, "),
    ] {
        assert!(NORTHWIND.contains(from), "{from}");
        let text = NORTHWIND.replacen(from, to, 1);
        assert!(Part::read(&text, Syntax::Json, &mut Schemas::default()).is_err(), "{to}");
        assert!(complaint(&serde_json::from_str(&text).unwrap()).is_some(), "{to}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_saved_is_what_it_describes(ecosystem in anything()) {
        let value = serde_json::from_str(&crate::document::to_json(&ecosystem)).unwrap();
        prop_assert_eq!(complaint(&value), None, "{}", value);
    }

    #[test]
    fn what_loads_is_what_it_describes(document in damaged()) {
        if Part::read(&document.to_string(), Syntax::Json, &mut Schemas::default()).is_ok() {
            prop_assert_eq!(complaint(&document), None, "{}", document);
        }
    }
}
