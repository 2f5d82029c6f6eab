//! `accept`: the edit of a rendered file goes into the record, with a reason, and the next rendering replaces the file.

use crate::{
    flow, models,
    run::{Fixture, Said},
};

/// A target in which somebody edited a file of a shard, its path there, and its text as it was rendered.
fn edited() -> (Fixture, String, String) {
    let fixture = flow::fixture(&models::first());
    fixture.run("run --target out").good();
    let is_sql = |path: &String| path.ends_with(".sql");
    let file = fixture.rendered().into_keys().find(is_sql).unwrap();
    let text = fixture.read(&format!("out/{file}"));
    fixture.write(&format!("out/{file}"), format!("-- at once\n{text}"));
    (fixture, file, text)
}

fn accept(fixture: &Fixture, file: &str, more: &str) -> Said {
    fixture.run(&format!("accept {file} --target out {more}"))
}

const RENDER: &str = "render model.json --target out --on 2026-02-01";

#[test]
fn an_accepted_edit_is_replaced_by_the_next_rendering() {
    let (fixture, file, text) = edited();
    let plan = "plan model.json --target out --on 2026-02-01 --detailed-exitcode";
    fixture.run(plan).bad().complains("target/edited", "was edited after it was rendered");
    fixture.run(RENDER).bad().complains("target/edited", "was edited after it was rendered");
    let said = accept(&fixture, &file, "--reason outage").good();
    assert!(said.out.starts_with(&format!("the edit of `{file}` is accepted: ")), "{said:?}");
    assert!(fixture.read("out/.datasurface/manifest.json").contains("\"reason\": \"outage\""));

    // The plan goes from what is recorded: it says so, and shows what is lost.
    let said = fixture.run(&format!("{plan} --diff"));
    assert_eq!(said.code, 2, "rendering does something: {said:?}");
    assert!(said.err.contains("note[target/accepted]: "), "{said:?}");
    assert!(said.err.contains("was edited, and that was accepted: outage"), "{said:?}");
    assert!(said.out.contains("\n--- at once\n"), "{said:?}");
    // Nothing runs that was not rendered, accepted or not.
    fixture.run("run --target out").bad().complains("target/not-rendered", "was edited after");

    fixture.run(RENDER).good();
    assert_eq!(fixture.read(&format!("out/{file}")), text);
    assert!(!fixture.read("out/.datasurface/manifest.json").contains("outage"));
    let said = fixture.run(plan);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{said:?}");
    fixture.run("run --target out").good();
}

#[test]
fn an_edit_is_accepted_by_name_and_for_a_reason() {
    let (fixture, file, text) = edited();
    let before = fixture.listing();
    assert_eq!(accept(&fixture, &file, "").code, 2, "there is a reason");
    assert_eq!(accept(&fixture, "../model.json", "--reason outage").code, 2, "it is in the target");
    accept(&fixture, "README.md", "--reason outage")
        .bad()
        .complains("target/not-edited", "`README.md` is no rendered file of the target");
    let near = file.replace(".sql", ".sq");
    let said = accept(&fixture, &near, "--reason outage").bad();
    said.complains("target/not-edited", &format!("did you mean `{file}`?"));
    assert_eq!(fixture.listing(), before);

    let json = accept(&fixture, &file, "--reason outage --format json").good().json();
    assert_eq!((&json["file"], &json["accepted"]["reason"]), (&file.as_str().into(), &"outage".into()));
    accept(&fixture, &file, "--reason again")
        .bad()
        .complains("target/not-edited", "as it was accepted: outage");
    fixture.write(&format!("out/{file}"), text);
    accept(&fixture, &file, "--reason again").bad().complains("target/not-edited", "as it was rendered");
    fixture
        .run(&format!("accept {file} --target other --reason outage"))
        .bad()
        .complains("target/nothing-rendered", "nothing is rendered in `other`");
}

#[test]
fn what_was_planned_before_is_not_rendered_after() {
    let (fixture, file, text) = edited();
    let edit = fixture.read(&format!("out/{file}"));
    fixture.write(&format!("out/{file}"), text);
    fixture.model(&models::second());
    fixture.run("plan model.json --target out --on 2026-02-02 --out proposal.json").good();
    fixture.write(&format!("out/{file}"), edit);
    accept(&fixture, &file, "--reason outage").good();
    fixture
        .run("render model.json --target out --proposal proposal.json")
        .bad()
        .complains("plan/proposal-moved", "the target has other files or another record");
}

#[test]
fn an_interrupted_write_is_finished_first() {
    let (fixture, file, _) = edited();
    std::fs::create_dir(fixture.path("out/.datasurface/staging")).unwrap();
    let said = accept(&fixture, &file, "--reason outage").bad();
    assert!(said.err.contains("note[target/unfinished]"), "{said:?}");
    assert!(!fixture.read("out/.datasurface/manifest.json").contains("outage"));
}
