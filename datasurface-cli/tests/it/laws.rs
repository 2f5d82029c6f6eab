//! `laws`: a platform is proved without Rust.

use crate::{
    models,
    programs::{configured, connectors, executable, python},
    run::Fixture,
};

#[test]
fn the_local_platform_keeps_them() {
    let fixture = Fixture::new(&models::first());
    fixture.write("settings.json", r#"{"database": "local.db"}"#);
    let said = fixture.run("laws local --settings settings.json --ecosystems 2").good();
    assert_eq!(said.out.matches("every law is kept").count(), 2, "{said:?}");
    assert!(said.out.contains("\n2 ecosystems rendered"), "{said:?}");
}

#[test]
fn a_program_keeps_them_and_one_that_does_not_is_shown_where() {
    let Some(program) = connectors() else {
        return;
    };
    let fixture = Fixture::new(&models::first());
    fixture.write("datasurface.toml", configured("connectors", program.to_str().unwrap()));
    let laws = "laws connectors --configuration datasurface.toml --ecosystems 1";
    let said = fixture.run(laws).good();
    assert_eq!(said.out.matches("every law is kept").count(), 2, "{said:?}");

    // It forgets on what its resources depend.
    let forgetful = format!(
        "#!/bin/sh\n'{}' | sed -u 's/\"depends_on\":\\[[^]]*\\]/\"depends_on\":[]/g'\n",
        program.display()
    );
    fixture.write("forgetful", forgetful);
    executable(&fixture.path("forgetful"));
    fixture.write("datasurface.toml", configured("connectors", "./forgetful"));
    let said = fixture.run(laws).bad();
    assert!(said.out.contains("law 25") && said.out.contains("Expected: "), "{said:?}");
    assert!(said.out.contains("format: datasurface/1"), "the smallest model is shown: {said:?}");
}

#[test]
fn a_program_in_python_keeps_them() {
    let Some(program) = python() else {
        return;
    };
    let fixture = Fixture::new(&models::first());
    fixture.write("datasurface.toml", program);
    fixture.write("settings.json", r#"{"cluster": "Main"}"#);
    for settings in ["", " --settings settings.json"] {
        let laws = format!("laws topics --configuration datasurface.toml --ecosystems 8{settings}");
        let said = fixture.run(&laws).good();
        assert_eq!(said.out.matches("every law is kept").count(), 2, "{said:?}");
        assert!(edits(&said.out) >= 50, "{said:?}");
    }
}

/// The number of edits that were rendered and compared, as reports tell.
fn edits(said: &str) -> usize {
    let words: Vec<&str> = said.split_whitespace().collect();
    let told = words.windows(3).filter(|words| words[1] == "edits" && words[2].starts_with("compared"));
    told.map(|words| words[0].parse::<usize>().unwrap()).sum()
}

#[test]
fn what_cannot_be_proved_is_no_proof() {
    let fixture = Fixture::new(&models::first());
    let said = fixture.run("laws loca");
    assert_eq!(said.code, 2);
    assert!(said.err.contains("no platform of the kind `loca`; it has `aws`, `kafka`, `local`"), "{said:?}");
    // With settings that it refuses, nothing can be rendered.
    fixture.write("settings.json", r#"{"databas": "local.db"}"#);
    let said = fixture.run("laws local --settings settings.json --ecosystems 1").bad();
    assert!(!said.out.contains("every law is kept"), "{said:?}");
    for (file, reason) in
        [("missing.json", "missing.json"), ("model.json/x", "model.json/x"), ("broken.json", "no JSON")]
    {
        fixture.write("broken.json", "{");
        let said = fixture.run(&format!("laws local --settings {file}"));
        assert_eq!(said.code, 2, "{said:?}");
        assert!(said.err.contains(reason), "{said:?}");
    }
}
