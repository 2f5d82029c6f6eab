//! The JSON Schema of documents and the loader are of one mind about what is not loaded alone.

use super::{json_schema, part::DocumentPart, syntax::Syntax, tree, v1::Schemas};
use serde_json::Value;
use std::{fs, path::Path};

/// What a text says, in whatever syntax; nothing if it is of none.
fn value(text: &str, syntax: Syntax) -> Option<Value> {
    let tree = tree::parse(text, syntax).ok()?;
    tree::read_partly(&tree.root).0
}

#[test]
fn fixtures_that_can_be_read_are_what_it_describes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../datasurface-model/tests/fixtures");
    let schema = jsonschema::validator_for(&json_schema()).unwrap();
    let complaint = |value: &Value| schema.validate(value).err().map(|error| error.to_string());
    let mut read = 0;
    for folder in [folder.join("ok"), folder] {
        for file in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = file.file_name().unwrap().to_str().unwrap();
            if name.ends_with(".txt") || file.is_dir() {
                continue;
            }
            let text = fs::read_to_string(&file).unwrap();
            let syntax = Syntax::detect(name, &text);
            if DocumentPart::read(&text, syntax, &mut Schemas::default()).is_ok() {
                read += 1;
                assert_eq!(complaint(&value(&text, syntax).unwrap()), None, "{name}");
            } else if name.starts_with("document_unknown-field") {
                assert!(complaint(&value(&text, syntax).unwrap()).is_some(), "{name}");
            }
        }
    }
    assert!(read > 100, "{read}");
}
