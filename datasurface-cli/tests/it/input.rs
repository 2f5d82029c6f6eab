//! Models and locks that cannot be read.

use crate::{models, run::Fixture};
use std::fs;

const VERBS: [&str; 3] = ["graph", "plan --target out", "render --target out"];

/// Every verb but `check` complains on the standard error; `check` on the standard output.
fn complains(fixture: &Fixture, model: &str, code: &str, says: &str) {
    for verb in VERBS {
        let said = fixture.run(&format!("{verb} {model}")).bad();
        said.complains(code, says);
        assert_eq!(said.out, "", "{verb}");
        let said = fixture.run(&format!("{verb} {model} --format json")).bad();
        assert!(said.codes().contains(&code.to_owned()), "{said:?}");
    }
    let said = fixture.run(&format!("check {model}")).bad();
    assert!(said.out.contains(&format!("error[{code}]: ")), "{said:?}");
    assert!(said.out.contains(says), "{said:?}");
    assert!(!fixture.path("out").exists());
}

#[test]
fn a_model_that_is_not_there() {
    let fixture = Fixture::new(&models::first());
    complains(&fixture, "modle.json", "document/missing-file", "`modle.json`");
    complains(&fixture, "no/such/model.json", "document/missing-file", "`no/such/model.json`");
}

#[test]
fn a_model_that_is_a_folder() {
    let fixture = Fixture::new(&models::first());
    fs::create_dir(fixture.path("models")).unwrap();
    complains(&fixture, "models", "document/no-documents", "the folder `models`");
    let text = datasurface_document::to_json(&models::first());
    fixture.write("models/b.json", &text);
    fixture.write("models/notes.txt", "no document");
    fs::create_dir(fixture.path("models/.git")).unwrap();
    fixture.write("models/.git/c.json", "no document");
    fixture.run("render models --target models/out --on 2026-02-01").good();
    assert!(fixture.path("models/datasurface.lock").exists());
    // What was rendered is no part of the model.
    fixture.run("check models --on 2026-02-01").good();
}

#[test]
fn a_model_of_many_documents() {
    let fixture = Fixture::new(&models::first());
    fs::create_dir_all(fixture.path("models/teams")).unwrap();
    let mut whole: serde_json::Value =
        serde_json::from_str(&datasurface_document::to_json(&models::broken())).unwrap();
    let definition =
        whole["zones"][0]["definition"]["teams"][0].as_object_mut().unwrap().remove("definition");
    let mut team = definition.unwrap();
    team["format"] = "datasurface/1".into();
    team["team"] = "USA/NorthWind".into();
    fixture.write("models/ecosystem.json", whole.to_string());
    // JSON is YAML, too.
    fixture.write("models/teams/northwind.yaml", serde_json::to_string_pretty(&team).unwrap());
    let said = fixture.run("check models").bad();
    assert!(said.out.contains("did you mean `NW_Data/products`?"), "{said:?}");
    assert!(said.out.contains("\n  at models/teams/northwind.yaml:"), "{said:?}");
    let said = fixture.run("plan models --target out --format json").bad().json();
    let position = &said["findings"][0]["position"];
    assert_eq!(position["document"], "models/teams/northwind.yaml");
    assert!(position["text"].as_str().unwrap().contains("NW_Data/product"), "{position}");

    team["workspaces"] = serde_json::json!([{"nmae": "A"}, {"name": "B", "prioritiy": "high"}]);
    fixture.write("models/teams/northwind.yaml", team.to_string());
    fixture.write("models/latin1.yml", b"name: Caf\xe9");
    fixture.write("models/cut.json", "{\"format\": ");
    let codes = fixture.run("check models --format json").bad().codes();
    // Of both workspaces all was read: a slip is read as what was meant.
    let expected = [
        "document/not-utf8",
        "document/unknown-field",
        "document/unreadable",
        "workspace/no-container",
        "workspace/no-groups",
    ];
    assert_eq!(
        codes.into_iter().collect::<std::collections::BTreeSet<_>>(),
        expected.map(str::to_owned).into()
    );
}

#[test]
fn what_is_no_part_of_the_model_is_not_looked_for_in_it() {
    let fixture = Fixture::new(&models::first());
    fs::create_dir(fixture.path("models")).unwrap();
    fixture.write("models/a.json", datasurface_document::to_json(&models::first()));
    std::os::unix::fs::symlink("nowhere", fixture.path("models/b.json")).unwrap();
    fixture.write("models/datasurface.lock", "no lock");
    let said = fixture.run("check models --on 2026-02-01 --format json").bad().json();
    let findings: Vec<_> = said["findings"].as_array().unwrap().iter().collect();
    let places = findings.iter().map(|finding| (finding["code"].as_str().unwrap(), &finding["position"]));
    let expected =
        [("document/missing-file", &serde_json::Value::Null), ("lock/unreadable", &serde_json::Value::Null)];
    assert_eq!(places.collect::<Vec<_>>(), expected);
}

#[test]
fn a_model_that_is_not_text() {
    let fixture = Fixture::new(&models::first());
    fixture.write("latin1.json", b"{\n\"name\": \"Caf\xe9\"}");
    complains(
        &fixture,
        "latin1.json",
        "document/not-utf8",
        "`latin1.json` is not text in UTF-8\n  at latin1.json:2:13",
    );
}

#[test]
fn a_model_that_is_not_json() {
    let fixture = Fixture::new(&models::first());
    let text = datasurface_document::to_json(&models::first());
    fixture.write("half.json", &text[..text.len() / 2]);
    let said = fixture.run("graph half.json").bad();
    assert!(said.err.contains("error[document/unreadable]: the document is not JSON: "), "{said:?}");
    assert!(said.err.contains("\n  at half.json:"), "{said:?}");
    fixture.write("empty.json", "");
    assert!(fixture.run("graph empty.json").bad().err.contains("document/unreadable"));
    fixture.write("other.json", "{\"format\": \"datasurface/99\"}");
    fixture.run("graph other.json").bad().complains("document/format", "datasurface/99");
    fixture.write("field.json", text.replacen("\"name\"", "\"nmae\"", 1));
    let said = fixture.run("graph field.json").bad();
    assert!(
        said.err.contains("error[document/unknown-field]: `nmae` is not known here\n  at field.json:3:3"),
        "{said:?}"
    );
}

#[test]
fn a_lock_that_cannot_be_read() {
    let fixture = Fixture::new(&models::first());
    fixture.write("datasurface.lock", "<<<<<<< HEAD\n");
    complains(&fixture, "model.json", "lock/unreadable", "`datasurface.lock`");
    complains(&fixture, "model.json", "lock/unreadable", "line 1 column 1");
    fixture.write("datasurface.lock", b"\xff\xfe");
    complains(&fixture, "model.json", "document/not-utf8", "`datasurface.lock`");
    fs::remove_file(fixture.path("datasurface.lock")).unwrap();
    fs::create_dir(fixture.path("datasurface.lock")).unwrap();
    complains(&fixture, "model.json", "document/unreadable-file", "`datasurface.lock` is a folder");
    fixture.run("graph model.json --lock other.lock").good();
}

#[test]
fn model_and_lock_are_both_reported() {
    let fixture = Fixture::new(&models::broken());
    fixture.write("datasurface.lock", "no lock");
    let said = fixture.run("graph model.json").bad();
    said.complains("lock/unreadable", "line 1");
    assert!(said.err.contains("error[reference/"), "{said:?}");
}

#[test]
fn a_terminal_obeys_no_name() {
    let fixture = Fixture::new(&models::first());
    let text =
        datasurface_document::to_json(&models::first()).replacen("NorthWind", "North\\u001b[2JWind", 1);
    fixture.write("evil.json", text);
    let said = fixture.run("check evil.json").bad();
    assert!(!said.out.contains('\u{1b}'), "{said:?}");
    let said = fixture.run("graph \u{1b}[2J.json").bad();
    assert!(!said.err.contains('\u{1b}'), "{said:?}");
}

/// A pipe that nobody writes to, where a file is expected.
#[cfg(unix)]
fn pipe(fixture: &Fixture, name: &str) {
    let made = std::process::Command::new("mkfifo").arg(fixture.path(name)).status().unwrap();
    assert!(made.success());
}

#[cfg(unix)]
#[test]
fn a_lock_that_may_never_end_is_not_opened() {
    use std::os::unix::fs::symlink;
    let fixture = Fixture::new(&models::first());
    for folder in ["pipe", "device", "plain"] {
        fs::create_dir(fixture.path(folder)).unwrap();
        fixture.write(&format!("{folder}/a.json"), datasurface_document::to_json(&models::first()));
    }
    pipe(&fixture, "pipe/datasurface.lock");
    symlink("/dev/zero", fixture.path("device/datasurface.lock")).unwrap();
    let irregular = "is a device or a pipe, which may never end";
    for command in [
        "check pipe --on 2026-02-01",
        "check pipe/a.json --on 2026-02-01",
        "check device --on 2026-02-01",
        "check plain --lock pipe/datasurface.lock --on 2026-02-01",
        "check plain --lock /dev/zero --on 2026-02-01",
        "review plain pipe --source github:northwind/ecosystem@main --on 2026-02-01",
    ] {
        let said = fixture.run(command).bad();
        assert!(said.out.contains(irregular) && said.out.contains("[document/unreadable-file]"), "{said:?}");
    }
    let said = fixture.run("graph pipe").bad();
    assert!(said.err.contains(irregular), "{said:?}");
}

#[cfg(unix)]
#[test]
fn a_lock_that_is_a_link_is_followed_inside_of_the_folder_or_where_it_is_named() {
    use std::os::unix::fs::symlink;
    let fixture = Fixture::new(&models::first());
    for folder in ["inside", "outside"] {
        fs::create_dir(fixture.path(folder)).unwrap();
        fixture.write(&format!("{folder}/a.json"), datasurface_document::to_json(&models::first()));
    }
    fixture.run("render outside --target out --on 2026-02-01").good();
    fs::copy(fixture.path("outside/datasurface.lock"), fixture.path("inside/kept")).unwrap();
    fs::rename(fixture.path("outside/datasurface.lock"), fixture.path("kept")).unwrap();
    symlink("kept", fixture.path("inside/datasurface.lock")).unwrap();
    symlink("../kept", fixture.path("outside/datasurface.lock")).unwrap();
    fixture.run("check inside --on 2026-02-01").good();
    fixture.run("check inside --lock outside/datasurface.lock --on 2026-02-01").good();
    for model in ["outside", "outside/a.json"] {
        let said = fixture.run(&format!("check {model} --on 2026-02-01")).bad();
        assert!(said.out.contains("is a link that leads out of the folder"), "{said:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_configuration_that_may_never_end_is_not_opened() {
    let fixture = Fixture::new(&models::first());
    pipe(&fixture, "pipe.toml");
    let said = fixture.run("check model.json --configuration pipe.toml --on 2026-02-01");
    assert!(said.err.contains("`pipe.toml` is a device or a pipe, which may never end"), "{said:?}");
}

#[cfg(unix)]
#[test]
fn a_configuration_beside_the_model_is_a_regular_file_of_its_folder() {
    use std::os::unix::fs::symlink;
    let fixture = Fixture::new(&models::first());
    for folder in ["pipe", "inside", "outside"] {
        fs::create_dir(fixture.path(folder)).unwrap();
        fixture.write(&format!("{folder}/a.json"), datasurface_document::to_json(&models::first()));
    }
    pipe(&fixture, "pipe/datasurface.toml");
    fixture.write("inside/kept", "");
    fixture.write("kept", "");
    symlink("kept", fixture.path("inside/datasurface.toml")).unwrap();
    symlink("../kept", fixture.path("outside/datasurface.toml")).unwrap();
    fixture.run("check inside --on 2026-02-01").good();
    fixture.run("check inside --configuration outside/datasurface.toml --on 2026-02-01").good();
    for (model, complaint) in [
        ("pipe", "is a device or a pipe, which may never end"),
        ("outside", "is a link that leads out of the folder"),
    ] {
        let said = fixture.run(&format!("check {model} --on 2026-02-01"));
        assert!(said.code == 2 && said.err.contains(complaint), "{said:?}");
        let source = "github:northwind/ecosystem@main";
        let said = fixture.run(&format!("review inside {model} --source {source} --on 2026-02-01")).bad();
        assert!(said.out.contains(complaint), "{said:?}");
    }
}
