//! Models and locks that cannot be read.

use crate::{models, run::Desk};
use std::fs;

const VERBS: [&str; 3] = ["graph", "plan --target out", "render --target out"];

/// Every verb but `check` complains on the standard error; `check` on the standard output.
fn complains(desk: &Desk, model: &str, code: &str, says: &str) {
    for verb in VERBS {
        let said = desk.run(&format!("{verb} {model}")).bad();
        said.complains(code, says);
        assert_eq!(said.out, "", "{verb}");
        let said = desk.run(&format!("{verb} {model} --format json")).bad();
        assert!(said.codes().contains(&code.to_owned()), "{said:?}");
    }
    let said = desk.run(&format!("check {model}")).bad();
    assert!(said.out.contains(&format!("error[{code}]: ")), "{said:?}");
    assert!(said.out.contains(says), "{said:?}");
    assert!(!desk.path("out").exists());
}

#[test]
fn a_model_that_is_not_there() {
    let desk = Desk::new(&models::first());
    complains(&desk, "modle.json", "document/missing-file", "`modle.json`");
    complains(&desk, "no/such/model.json", "document/missing-file", "`no/such/model.json`");
}

#[test]
fn a_model_that_is_a_folder() {
    let desk = Desk::new(&models::first());
    fs::create_dir(desk.path("models")).unwrap();
    complains(&desk, "models", "document/unreadable-file", "`models` is a folder");
}

#[test]
fn a_model_that_is_not_text() {
    let desk = Desk::new(&models::first());
    desk.write("latin1.json", b"{\n\"name\": \"Caf\xe9\"}");
    complains(&desk, "latin1.json", "document/not-utf8", "line 2");
}

#[test]
fn a_model_that_is_not_json() {
    let desk = Desk::new(&models::first());
    let text = models::first().to_json();
    desk.write("half.json", &text[..text.len() / 2]);
    let said = desk.run("graph half.json").bad();
    assert!(said.err.contains("error[document/unreadable]: line "), "{said:?}");
    assert!(said.err.contains(" column "), "{said:?}");
    desk.write("empty.json", "");
    assert!(desk.run("graph empty.json").bad().err.contains("document/unreadable"));
    desk.write("other.json", "{\"format\": \"datasurface/99\"}");
    desk.run("graph other.json").bad().complains("document/format", "datasurface/99");
    desk.write("field.json", text.replacen("\"name\"", "\"nmae\"", 1));
    let said = desk.run("graph field.json").bad();
    assert!(said.err.contains("error[document/unknown-field]: line 3 column "), "{said:?}");
}

#[test]
fn a_lock_that_cannot_be_read() {
    let desk = Desk::new(&models::first());
    desk.write("datasurface.lock", "<<<<<<< HEAD\n");
    complains(&desk, "model.json", "lock/unreadable", "`datasurface.lock`");
    complains(&desk, "model.json", "lock/unreadable", "line 1 column 1");
    desk.write("datasurface.lock", b"\xff\xfe");
    complains(&desk, "model.json", "document/not-utf8", "`datasurface.lock`");
    fs::remove_file(desk.path("datasurface.lock")).unwrap();
    fs::create_dir(desk.path("datasurface.lock")).unwrap();
    complains(&desk, "model.json", "document/unreadable-file", "`datasurface.lock` is a folder");
    desk.run("graph model.json --lock other.lock").good();
}

#[test]
fn model_and_lock_are_both_reported() {
    let desk = Desk::new(&models::broken());
    desk.write("datasurface.lock", "no lock");
    let said = desk.run("graph model.json").bad();
    said.complains("lock/unreadable", "line 1");
    assert!(said.err.contains("error[reference/"), "{said:?}");
}

#[test]
fn a_terminal_obeys_no_name() {
    let desk = Desk::new(&models::first());
    let text = models::first().to_json().replacen("NorthWind", "North\\u001b[2JWind", 1);
    desk.write("evil.json", text);
    let said = desk.run("check evil.json").bad();
    assert!(!said.out.contains('\u{1b}'), "{said:?}");
    let said = desk.run("graph \u{1b}[2J.json").bad();
    assert!(!said.err.contains('\u{1b}'), "{said:?}");
}
