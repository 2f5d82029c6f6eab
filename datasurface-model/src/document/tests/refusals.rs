//! What is refused, and in which words.

use super::form::NORTHWIND;
use crate::{document::CODES, *};

fn refused(text: &str) -> DocumentError {
    Ecosystem::from_json(text).unwrap_err()
}

/// The valid document, with one part replaced.
fn replaced(from: &str, to: &str) -> DocumentError {
    assert!(NORTHWIND.contains(from), "{from}");
    refused(&NORTHWIND.replacen(from, to, 1))
}

fn assert_says(error: &DocumentError, code: &str, message: &str, help: Option<&str>) {
    let finding = error.diagnostic("a.json");
    assert_eq!((finding.code(), finding.message(), finding.help_text()), (code, message, help));
    assert_eq!(finding.path().to_string(), "documents/a.json");
    assert!(CODES.iter().any(|info| info.code == code));
}

#[test]
fn the_format_is_asked_for_first() {
    let help = Some("begin with `\"format\": \"datasurface/1\"`");
    assert_says(&refused("{}"), "document/format", "the document does not say its `format`", help);
    let error = refused(r#"{"nonsense": {"x": []}, "format": "datasurface/9", "more" oops"#);
    let help = Some("supported: `datasurface/1`");
    assert_says(&error, "document/format", "the format `datasurface/9` is not supported", help);
    assert_eq!(error.line(), None);
    let error = replaced("\"datasurface/1\"", "1");
    assert_says(&error, "document/unreadable", "line 2 column 13: expected text, found the number `1`", None);
}

#[test]
fn unknown_members_are_refused_with_the_nearest() {
    let error = replaced("\"live\":", "\"lvie\":");
    let message = "line 5 column 8: `lvie` is not known here";
    let known = "known here: `format`, `name`, `owner`, `live`, `vendors`, `platforms`, `zones`, `group_pins`, \
                 `primary_pins`, `waivers`, `documentation`, `renamed_from`";
    assert_says(&error, "document/unknown-field", message, Some(known));
    let error = replaced("\"datastores\":", "\"datstores\":");
    assert_eq!(error.help(), Some("did you mean `datastores`?"));
    let error = replaced("\"datastores\":", "\"x`, expected `y\":");
    assert!(error.to_string().ends_with(": `x`, expected `y` is not known here"), "{error}");
    for inner in
        ["\"since\"", "\"type\"", "\"sql\": \"SELECT", "\"dataset\"", "\"tables\"", "\"kind\": \"local"]
    {
        let (_, rest) = inner.split_at(inner[1..].find('"').unwrap() + 2);
        let error = replaced(inner, &format!("\"zzzzzz\"{rest}"));
        assert_eq!(error.code().code, "document/unknown-field", "{error}");
        assert!(error.to_string().ends_with(": `zzzzzz` is not known here"), "{error}");
    }
}

#[test]
fn wrong_shapes_are_said_in_plain_words() {
    for (from, to, said, help) in [
        ("\"name\": \"NorthWind\"", "\"name\": []", "expected text, found a list", None),
        ("\"name\": \"NorthWind\",", "", "`name` is missing", None),
        ("\"name\": \"NorthWind\"", "\"name\": \"a\", \"name\": \"b\"", "`name` is given twice", None),
        (
            "\"github:northwind/live@main\"",
            "5",
            "expected a repository, as `github:owner/name@branch`, found the number `5`",
            None,
        ),
        (
            "\"15 min\"",
            "\"soon\"",
            "`soon` is not a span of time; write it as `30 s`, `15 min`, `4 h` or `1 d`",
            None,
        ),
        ("\"90 days\"", "\"long\"", "`long` is not a span of days; write it as `90 days` or `7 years`", None),
        ("\"2026-02-01\"", "\"2026-13-01\"", "`2026-13-01` is not a day; write it as `2027-01-31`", None),
        (
            "\"high\"",
            "\"hihg\"",
            "`hihg` is none of the choices here",
            Some("known here: `low`, `medium`, `high`, `critical`"),
        ),
        (
            "\"postgres\"",
            "\"postgre\"",
            "`postgre` is none of the choices here",
            Some("did you mean `postgres`?"),
        ),
        ("\"Integer\"", "\"Intger\"", "`Intger` is not a data type; did you mean `Integer`?", None),
        (
            "\"nullable\": false",
            "\"nullable\": \"no\"",
            "expected `true` or `false`, found the text `no`",
            None,
        ),
        ("\"database\": \"local.db\"", "\"x\": 1, \"x\": 2", "`x` is given twice", None),
        ("\"PII\": \"hashed\"", "\"PII\": \"a\", \"PII\": \"b\"", "`PII` is given twice", None),
        (
            "\"database\": \"northwind\"",
            "\"database\": \"northwind\", \"port\": 99999",
            "expected a whole number from 0 to 65535, found the number `99999`",
            None,
        ),
        (
            "\"name\": \"Masked\"",
            "\"name\": \"Masked\", \"datasets\": [[\"a\", \"id Integer key\"]]",
            "expected an object, found a list",
            None,
        ),
        ("\"zones\": [", "\"zones\": {}, \"x\": [", "expected a list of objects, found an object", None),
    ] {
        let error = replaced(from, to);
        let message = error.to_string();
        assert!(message.ends_with(&format!(": {said}")), "{message}\nnot {said}");
        assert_eq!((error.code().code, error.help()), ("document/unreadable", help), "{message}");
    }
}

#[test]
fn what_is_no_json_is_said_with_its_place() {
    for (text, said) in [
        ("", "line 1 column 1: the document is not JSON: it ends where a value is missing"),
        ("[]", "line 1 column 1: expected an ecosystem, as an object, found a list"),
        ("{\n  \"é\": é", "line 2 column 8: the document is not JSON: this cannot stand here"),
        (
            "{\"format\": \"datasurface/1\"\n  \"name\"}",
            "line 2 column 3: the document is not JSON: expected `,` or `}`",
        ),
        (
            "{\"format\": \"datasurface/1\", \"name\": \"E\"",
            "line 1 column 39: the document is not JSON: it ends inside an object",
        ),
    ] {
        assert_eq!(refused(text).to_string(), said);
    }
}

#[test]
fn hostile_nesting_is_refused() {
    let depth = 200_000;
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"locations\":", "}]")] {
        let nested = format!("{}1{}", open.repeat(depth), close.repeat(depth));
        refused(&nested);
        replaced("\"local.db\"", &nested);
        replaced("\"USA\"\n", &nested);
    }
    let long_path = vec!["a"; depth].join("/");
    let error = replaced("\"USA\"\n", &format!("\"{long_path}\"\n"));
    assert!(error.to_string().contains("more than 256 locations inside each other"), "{error}");
    let error = replaced("\"local.db\"", &"[".repeat(200));
    assert!(error.to_string().ends_with(": the document is nested too deeply"), "{error}");
}

#[test]
fn long_mistakes_are_shortened() {
    let long = "x".repeat(1_000_000);
    let error = replaced("\"datastores\":", &format!("\"{long}\":"));
    assert!(error.to_string().len() < 1000);
    assert!(refused(&format!("{{\"format\": \"{long}\"}}")).to_string().len() < 1000);
}
