//! What names and messages of models may not do in SARIF.

use datasurface_document::Report;
use datasurface_model::{CodeInfo, Diagnostic, Findings, ModelPath};
use serde_json::Value;

static CODE: CodeInfo = CodeInfo::error("test/code", "a summary", "An explanation.");

fn result(name: &str) -> Value {
    let path = ModelPath::root().child("zones", name);
    let finding =
        Diagnostic::new(&CODE, path.clone(), format!("`{name}` is wrong")).related_place(path, name);
    let log = Report::from(Findings::from_iter([finding])).to_sarif([&CODE]);
    let log: Value = serde_json::from_str(&log).unwrap();
    log.pointer("/runs/0/results/0").unwrap().clone()
}

/// Whether a reader finds a link: a pair of brackets that nothing escapes, and an address behind it. Some readers take two backslashes for one.
fn has_link(text: &str) -> bool {
    let opens = |text: &str, at: usize, pairs: bool| {
        let backslashes = text[..at].len() - text[..at].trim_end_matches('\\').len();
        backslashes == 0 || pairs && backslashes.is_multiple_of(2)
    };
    [false, true].into_iter().any(|pairs| {
        let free = |bracket: char| {
            text.match_indices(bracket)
                .map(|(at, _)| at)
                .filter(|at| opens(text, *at, pairs))
                .collect::<Vec<_>>()
        };
        !free('[').is_empty() || !free(']').is_empty()
    })
}

#[test]
fn brackets_of_a_name_begin_no_link() {
    for name in [
        "[log in again](https://evil.example)",
        "\\[log in again\\](https://evil.example)",
        "\\\\[log in again\\\\](https://evil.example)",
        "a\n[b](1)",
    ] {
        let result = result(name);
        for message in [&result["message"], &result["relatedLocations"][0]["message"]] {
            let text = message["text"].as_str().unwrap();
            assert!(!has_link(text), "{text}");
        }
    }
    assert!(
        has_link("[a](b)") && has_link(r"\\[a\\](b)") && !has_link(r"\[a\](b)"),
        "the judge of this test"
    );
    let plain = result("a (b) c\\d");
    assert_eq!(plain["message"]["text"], "`a (b) c\\d` is wrong", "nothing else is escaped");
    assert_eq!(result("[a]")["message"]["text"], "`\\[a\\]` is wrong");
}

#[test]
fn a_name_of_a_place_has_no_control_characters() {
    let result = result("EU\u{202e}\n\u{1b}[2J");
    let places = [&result["locations"][0], &result["relatedLocations"][0]];
    for place in places {
        let name = place["logicalLocations"][0]["fullyQualifiedName"].as_str().unwrap();
        assert!(name.chars().all(|c| !c.is_control() && c != '\u{202e}'), "{name:?}");
        assert!(name.contains("202e"), "{name:?}");
    }
}
