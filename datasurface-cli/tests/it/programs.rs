//! `datasurface.toml`: programs that are platforms.

use crate::{models, run::Fixture};
use datasurface_test_support::skipped;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// A model whose platform is of the kind `connectors`.
pub(crate) fn fixture() -> Fixture {
    fixture_of("connectors")
}

fn fixture_of(kind: &str) -> Fixture {
    let document =
        datasurface_document::to_json(&models::strange()).replace("\"locl\"", &format!("\"{kind}\""));
    let mut document: serde_json::Value = serde_json::from_str(&document).unwrap();
    document["platforms"][0].as_object_mut().unwrap().remove("config");
    let fixture = Fixture::new(&models::strange());
    fixture.write("model.json", document.to_string());
    fixture
}

/// The example `connectors` of the workspace; nothing if it was not built.
pub(crate) fn connectors() -> Option<PathBuf> {
    let command = PathBuf::from(env!("CARGO_BIN_EXE_datasurface"));
    let name = format!("connectors{}", std::env::consts::EXE_SUFFIX);
    let program = command.parent().unwrap().join("examples").join(name);
    if !program.exists() {
        skipped("the example `connectors` is not there: build the examples of the workspace");
        return None;
    }
    Some(program)
}

/// The platform in Python; nothing where Python is missing.
pub(crate) fn python_program() -> Option<PathBuf> {
    python_example("custom_platform.py")
}

/// An example in Python; nothing where Python is missing.
pub(crate) fn python_example(file: &str) -> Option<PathBuf> {
    let version =
        Command::new("python3").args(["-c", "import sys; sys.exit(sys.version_info < (3, 10))"]).status();
    if !version.is_ok_and(|status| status.success()) {
        skipped("no Python from 3.10 on is there: the examples in Python are not run");
        return None;
    }
    Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples").join(file))
}

/// The configuration with the example in Python.
pub(crate) fn python() -> Option<String> {
    let program = python_program()?;
    Some(format!("[platforms.topics]\ncommand = ['python3', '{}']\n", program.display()))
}

pub(crate) fn configured(kind: &str, program: &str) -> String {
    format!("[platforms.{kind}]\ncommand = ['{program}']\n")
}

#[test]
fn a_program_beside_the_model_is_a_platform() {
    let Some(program) = connectors() else {
        return;
    };
    let fixture = fixture();
    assert!(fixture.run("check model.json --on 2026-02-01").bad().out.contains("platform/unknown-kind"));
    fixture.write("datasurface.toml", configured("connectors", program.to_str().unwrap()));
    fixture.run("check model.json --on 2026-02-01").good();
    fixture.run("plan model.json --target out --on 2026-02-01").good();
    fixture.render();
    assert!(fixture.rendered().keys().any(|path| path.contains("topic")), "{:?}", fixture.rendered().keys());
}

#[test]
fn a_configuration_that_is_named_takes_the_place_of_the_one_beside_the_model() {
    let Some(program) = connectors() else {
        return;
    };
    let fixture = fixture();
    fixture.write("datasurface.toml", "nonsense");
    fixture.write("other.toml", configured("connectors", program.to_str().unwrap()));
    let said = fixture.run("check model.json --on 2026-02-01");
    assert_eq!(said.code, 2, "{said:?}");
    fixture.run("check model.json --on 2026-02-01 --configuration other.toml").good();
}

/// What another tool applies is named by the rendering; a revision that was rendered twice names none.
#[test]
fn what_another_tool_applied_is_recorded_by_rendering() {
    let Some(program) = python() else {
        return;
    };
    let fixture = fixture_of("topics");
    fixture.write("datasurface.toml", program);
    let first = fixture.read("model.json");
    let cluster = |name: &str| {
        let mut document: serde_json::Value = serde_json::from_str(&first).unwrap();
        document["platforms"][0]["config"] = serde_json::json!({ "cluster": name });
        fixture.write("model.json", document.to_string());
    };
    let render = || {
        let json = fixture.run("render model.json --target out --on 2026-02-01 --format json").good().json();
        [&json["revision"], &json["rendering"]].map(|id| id.as_str().unwrap().to_owned())
    };
    let applied = |digits: &str| {
        fixture.run(&format!("applied --target out --configuration datasurface.toml {digits}"))
    };
    cluster("A");
    let [revision, one] = render();
    cluster("B");
    let [_, other] = render();
    cluster("A");
    let [again, last] = render();
    assert!(revision == again && one != last);
    applied(&revision).bad().complains("target/unknown-revision", &one[..12]);
    applied(&other).good();
    cluster("C");
    let said = fixture.run("plan model.json --target out --on 2026-02-01").good();
    assert!(said.out.contains(" was recorded as applied last\n"), "{said:?}");
    applied(&one).bad().complains("target/unknown-revision", "");
    applied(&last).good();
    // Without its program nobody knows whether the platform applies by itself.
    std::fs::remove_file(fixture.path("datasurface.toml")).unwrap();
    fixture
        .run("applied --target out")
        .bad()
        .complains("platform/unknown-version", "which this host does not know");
}

/// The program judges no settings: the command does, by their JSON Schema.
#[test]
fn settings_of_a_program_are_checked_without_their_values_being_shown() {
    let Some(program) = python() else {
        return;
    };
    let fixture = fixture_of("topics");
    fixture.write("datasurface.toml", program);
    let mut document: serde_json::Value = serde_json::from_str(&fixture.read("model.json")).unwrap();
    let mut check = |settings: serde_json::Value| {
        document["platforms"][0]["config"] = settings;
        fixture.write("model.json", document.to_string());
        fixture.run("check model.json --on 2026-02-01")
    };
    check(serde_json::json!({ "cluster": "Main" })).good();
    let said = check(serde_json::json!({ "cluster": 4711, "clutser": "Swordfish" })).bad().out;
    assert!(said.contains("platform/config") && said.contains("/cluster: value is not of type"), "{said}");
    assert!(said.contains("'clutser' was unexpected"), "all of them are found: {said}");
    let shown = shown_beside_excerpts(&said);
    assert!(!shown.contains("4711") && !shown.contains("Swordfish"), "{said}");
}

/// What is said, without the lines of the document.
fn shown_beside_excerpts(said: &str) -> String {
    let is_excerpt = |line: &&str| line.trim_start().starts_with(|c: char| c.is_ascii_digit());
    said.lines().filter(|line| !is_excerpt(line)).collect::<Vec<_>>().join("\n")
}

/// A schema may judge settings as a whole, which are not shown either.
#[test]
fn settings_that_fit_no_alternative_are_refused_without_being_shown() {
    let fixture = fixture();
    let hello = r#"{"number":1,"response":{"hello":{"protocol":1,"kind":"connectors","version":"1.0.0","contract":"1.0.0","config_schema":{"anyOf":[{"required":["cluster"]},{"required":["brokers"]}]}}}}"#;
    fixture.write("program", format!("#!/bin/sh\nread -r line\necho '{hello}'\nread -r line\n"));
    executable(&fixture.path("program"));
    fixture.write("datasurface.toml", configured("connectors", "./program"));
    let mut document: serde_json::Value = serde_json::from_str(&fixture.read("model.json")).unwrap();
    document["platforms"][0]["config"] = serde_json::json!({ "clutser": "Swordfish" });
    fixture.write("model.json", document.to_string());
    let said = fixture.run("check model.json --on 2026-02-01").bad().out;
    assert!(said.contains("platform/config") && said.contains("value is not valid under any"), "{said}");
    assert!(!shown_beside_excerpts(&said).contains("Swordfish"), "{said}");
}

#[test]
fn a_program_whose_settings_have_no_json_schema_is_refused() {
    let fixture = fixture();
    let hello = r#"{"number":1,"response":{"hello":{"protocol":1,"kind":"connectors","version":"1.0.0","contract":"1.0.0","config_schema":{"type":"objekt"}}}}"#;
    fixture.write("program", format!("#!/bin/sh\nread -r line\necho '{hello}'\nread -r line\n"));
    executable(&fixture.path("program"));
    fixture.write("datasurface.toml", configured("connectors", "./program"));
    let said = fixture.run("check model.json --on 2026-02-01");
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.err.contains("the schema of its settings is no JSON Schema"), "{said:?}");
}

/// Wherever the command runs.
#[test]
fn a_program_runs_in_the_folder_of_the_file_that_names_it() {
    let fixture = fixture();
    std::fs::create_dir(fixture.path("models")).unwrap();
    fixture.write("models/model.json", fixture.read("model.json"));
    fixture.write("models/datasurface.toml", configured("connectors", "./program"));
    fixture.write("models/program", "#!/bin/sh\ntouch started\n");
    executable(&fixture.path("models/program"));
    let said = fixture.run("check models/model.json --on 2026-02-01");
    assert!(said.code == 2 && said.err.contains("it ended without an answer"), "{said:?}");
    assert!(fixture.path("models/started").exists() && !fixture.path("started").exists());
}

/// Whoever proposes a change must not decide what runs where it is judged.
#[test]
fn a_review_starts_no_program_that_is_named_beside_what_it_judges() {
    let fixture = fixture();
    let (program, trace) = (fixture.path("program"), fixture.path("started"));
    fixture.write("program", format!("#!/bin/sh\ntouch '{}'\n", trace.display()));
    executable(&program);
    fixture.write("datasurface.toml", configured("connectors", "./program"));
    let said = fixture.run("review model.json model.json --source github:example/model@main --on 2026-02-01");
    assert_ne!(said.code, 2, "{said:?}");
    assert!(!trace.exists());
    assert_eq!(fixture.run("check model.json --on 2026-02-01").code, 2);
    assert!(trace.exists());
}

pub(crate) fn executable(file: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// Each configuration, and a part of what is said of it.
#[test]
fn configurations_that_cannot_be_meant_are_refused() {
    let fixture = fixture();
    fixture.write("silent", "#!/bin/sh\nread line\nexit 0\n");
    fixture.write("chatty", "#!/bin/sh\nread line\necho hello\n");
    fixture.write("endless", "#!/bin/sh\nexec sleep 600\n");
    fixture.write("nosy", format!("#!/bin/sh\nenv > '{}'\n", fixture.path("seen").display()));
    let twin = r#"{"number":1,"response":{"hello":{"protocol":1,"kind":"local","version":"9.0.0","contract":"1.0.0","config_schema":{}}}}"#;
    fixture.write("twin", format!("#!/bin/sh\nread -r line\necho '{twin}'\nread -r line\n"));
    for name in ["silent", "chatty", "endless", "nosy", "twin"] {
        executable(&fixture.path(name));
    }
    for (configuration, says) in [
        ("[platforms.connectors]\ncommand = []\n".to_owned(), "`command` is empty"),
        ("[platforms.connectors]\ncommand = ['./x']\ncolour = 'red'\n".to_owned(), "unknown field `colour`"),
        ("[platform.connectors]\ncommand = ['./x']\n".to_owned(), "unknown field `platform`"),
        (configured("connectors", "./nowhere"), "./nowhere"),
        (configured("connectors", "./silent"), "it ended without an answer"),
        (configured("connectors", "./chatty"), "it wrote something that is no answer"),
        (configured("connectors", "./endless") + "timeout_seconds = 1\n", "no answer came in 1s"),
        (configured("connectors", "./nosy"), "the platform's program failed"),
        (configured("connectors", "./twin"), "the program says that it is a platform of kind `local`"),
        (configured("local", "./twin"), "the command has a platform of this kind already"),
    ] {
        fixture.write("datasurface.toml", configuration);
        let mut command = fixture.command("check model.json --on 2026-02-01");
        let output = command.env("DATASURFACE_CREDENTIAL_EU__Sales__reader", "canary").output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{err}");
        assert!(
            err.starts_with("error: ") && err.contains("datasurface.toml") && err.contains(says),
            "{err}"
        );
    }
    assert!(!fixture.read("seen").contains("canary"), "a program is given values of credentials");
    // The model is judged all the same.
    let model = "format: datasurface/1\nname: a/b\nowner: git:a@b\nlive: git:a@c\n";
    fixture.write("wrong.yaml", model);
    fixture.write("datasurface.toml", configured("connectors", "./nowhere"));
    let said = fixture.run("check wrong.yaml --format json");
    assert!(said.out.contains("name/syntax") && said.out.contains(r#""is_valid": false"#), "{said:?}");
    let said = fixture.run("check model.json --on 2026-02-01 --format json");
    assert!(said.out.contains(r#""findings": []"#) && said.out.contains(r#""is_valid": false"#), "{said:?}");
    if let Some(program) = connectors() {
        fixture.write("datasurface.toml", configured("local", program.to_str().unwrap()));
        let said = fixture.run("check model.json --on 2026-02-01");
        assert!(said.err.contains("a platform of kind `connectors`"), "{said:?}");
    }
}

#[test]
fn settings_of_a_platform_have_a_schema() {
    let fixture = Fixture::new(&models::first());
    let schema = fixture.run("schema local").good().json();
    assert!(schema["properties"]["database"].is_object(), "{schema}");
    for (name, file) in [
        ("protocol", "protocol.schema.json"),
        ("protocol-requests", "protocol.requests.schema.json"),
        ("hooks", "hooks.schema.json"),
        ("hooks-requests", "hooks.requests.schema.json"),
        ("proposal", "proposal.schema.json"),
    ] {
        let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(file);
        let committed: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(committed).unwrap()).unwrap();
        assert_eq!(fixture.run(&format!("schema {name}")).good().json(), committed);
    }
    let said = fixture.run("schema connectors");
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert_eq!(
        said.err,
        "error: the command has no platform of the kind `connectors`; it has `aws`, `kafka`, `local`\n"
    );
    if let Some(program) = connectors() {
        fixture.write("programs.toml", configured("connectors", program.to_str().unwrap()));
        fixture.run("schema connectors --configuration programs.toml").good().json();
    }
}
