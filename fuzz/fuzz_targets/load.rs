//! Any bytes as a document: reading ends with a model or with findings, a model survives being saved, and what is read as JSON is JSON.

#![no_main]

use datasurface_document::{DocumentError, Documents};
use datasurface_model::Ecosystem;
use libfuzzer_sys::fuzz_target;
use serde::de::IgnoredAny;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    for name in ["a.json", "a.yaml"] {
        let documents = Documents::new().document(name, &*text);
        match documents.load().map_err(DocumentError::into_findings) {
            Ok(ecosystem) => {
                assert!(name != "a.json" || serde_json::from_str::<IgnoredAny>(&text).is_ok());
                survives(&ecosystem);
            }
            Err(findings) => {
                let findings = documents.located(findings);
                assert!(findings.has_errors());
                assert!(!findings.to_string().is_empty());
            }
        }
    }
});

fn survives(ecosystem: &Ecosystem) {
    let json = datasurface_document::to_json(&ecosystem);
    let again = datasurface_document::from_json(&json).expect("what was saved");
    assert_eq!(again, *ecosystem);
    assert_eq!(datasurface_document::to_json(&again), json);
    let yaml = datasurface_document::to_yaml(&ecosystem);
    let again = datasurface_document::from_yaml(&yaml).expect("what was saved");
    assert_eq!(again, *ecosystem);
    assert_eq!(datasurface_document::to_yaml(&again), yaml);
}
