//! The JSON Schema of documents: up to date, and of one mind with the loader.

use super::{form::NORTHWIND, syntaxes::damaged};
use datasurface_document::{DocumentError, Documents, json_schema};
use datasurface_strategies::{all_damaged, arbitrary_ecosystems};
use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::Value;
use std::{collections::BTreeSet, fs, path::Path, sync::LazyLock};

const BASE: &str = include_str!("../../../datasurface-model/tests/fixtures/base.yaml");

static SCHEMA: LazyLock<Validator> = LazyLock::new(|| jsonschema::validator_for(&json_schema()).unwrap());

/// Whether a text has the form of a document; whether what it says is complete is another question.
fn is_read(text: &str) -> bool {
    const OF_SEVERAL: [&str; 3] = ["document/incomplete", "document/twice", "document/undeclared"];
    let of_form = |error: DocumentError| error.findings().codes().any(|code| !OF_SEVERAL.contains(&code));
    !datasurface_document::from_json(text).is_err_and(of_form)
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

/// The documents in which nothing is wrong say everything that can be said.
#[test]
fn what_loads_although_it_is_damaged_is_what_it_describes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../datasurface-model/tests/fixtures/ok");
    let (mut read, mut seen) = (0, BTreeSet::new());
    for file in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let documents = Documents::new().document("fixture.yaml", fs::read_to_string(&file).unwrap());
        let alone = documents.load();
        let Ok(ecosystem) = alone.or_else(|_| documents.document("base.yaml", BASE).load()) else { continue };
        let document = datasurface_document::to_value(&ecosystem);
        for damaged in all_damaged(&document, &mut seen) {
            if is_read(&damaged.to_string()) {
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
        assert!(!is_read(&text), "{to}");
        assert!(complaint(&serde_json::from_str(&text).unwrap()).is_some(), "{to}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_saved_is_what_it_describes(ecosystem in arbitrary_ecosystems()) {
        let value = datasurface_document::to_value(&ecosystem);
        prop_assert_eq!(complaint(&value), None, "{}", value);
    }

    #[test]
    fn what_loads_is_what_it_describes(document in damaged()) {
        if is_read(&document.to_string()) {
            prop_assert_eq!(complaint(&document), None, "{}", document);
        }
    }
}
