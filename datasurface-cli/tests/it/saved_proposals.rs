//! `plan --out` and `render --proposal`: what was approved is rendered, and nothing else.

use crate::{
    flow, models,
    run::{Fixture, Said},
};

fn save(fixture: &Fixture, more: &str) -> Said {
    fixture.run(&format!("plan model.json --target out --out proposal.json {more}"))
}

fn render(fixture: &Fixture, more: &str) -> Said {
    fixture.run(&format!("render model.json --target out --proposal proposal.json {more}"))
}

/// Asserts that this is refused, and that nothing was written.
fn refused(fixture: &Fixture, why: &str) {
    let before = fixture.listing();
    let said = render(fixture, "").bad();
    said.complains("plan/proposal-moved", why);
    assert!(said.out.ends_with("nothing was written\n"), "{said:?}");
    assert_eq!(fixture.listing(), before);
}

#[test]
fn what_was_planned_is_rendered_as_of_its_day() {
    let fixture = Fixture::new(&models::second());
    save(&fixture, "--on 2026-02-01").good();
    assert!(!fixture.path("out").exists() && !fixture.path("datasurface.lock").exists());
    render(&fixture, "").good();

    // What goes is held as of the day of the plan, however long it took to approve it.
    fixture.model(&models::first());
    save(&fixture, "--on 2026-03-01").good();
    render(&fixture, "").good();
    assert!(fixture.read("datasurface.lock").contains("2026-03-31"), "{}", fixture.read("datasurface.lock"));
}

#[test]
fn the_day_of_a_clock_is_no_day_that_somebody_named() {
    let fixture = Fixture::new(&models::second());
    fixture.run("render model.json --target out --on 2026-02-02").good();
    fixture.model(&models::first());
    fixture.run("render model.json --target out --on 2026-03-01").good();
    let said = save(&fixture, "").good();
    assert!(said.err.contains("plan/clock-ahead"), "{said:?}");
    let said = render(&fixture, "").good();
    assert!(said.err.contains("plan/clock-ahead") && !said.out.contains("losing data"), "{said:?}");
}

#[test]
fn whatever_moved_is_refused() {
    let fixture = Fixture::new(&models::first());
    save(&fixture, "").good();
    fixture.model(&models::second());
    refused(&fixture, "the model or the lock is another one: it leads to revision ");
    fixture.model(&models::first());
    fixture.render();
    refused(&fixture, "the target moved on: it has revision ");

    fixture.model(&models::second());
    save(&fixture, "--on 2026-02-02").good();
    fixture.run("render model.json --target out --on 2026-02-02").good();
    refused(&fixture, "the target moved on: it has revision ");
    // Once more: there is nothing to do, and that is not what was approved.
    save(&fixture, "--on 2026-02-02").good();
    render(&fixture, "").good();
}

#[test]
fn another_record_of_the_same_revision_is_refused() {
    let fixture = flow::fixture(&models::first());
    fixture.model(&models::second());
    save(&fixture, "--on 2026-02-02").good();
    // Somebody applies in between what was rendered before.
    fixture.run("run --target out").good();
    refused(&fixture, "than when it was planned");
}

#[test]
fn a_file_that_is_no_proposal_is_refused() {
    let fixture = Fixture::new(&models::first());
    render(&fixture, "")
        .bad()
        .complains("plan/proposal-unreadable", "`proposal.json` is no saved proposal: ");
    save(&fixture, "").good();
    let saved = fixture.read("proposal.json");
    for (damaged, why) in [
        (saved.get(..saved.len() / 2).unwrap().to_owned(), "EOF"),
        (
            saved.replace("datasurface-proposal/1", "datasurface-proposal/2"),
            "its format is `datasurface-proposal/2`",
        ),
        (saved.replace("\"on\"", "\"no\""), "unknown field `no`"),
    ] {
        fixture.write("proposal.json", damaged);
        render(&fixture, "").bad().complains("plan/proposal-unreadable", why);
    }
    assert!(!fixture.path("out").exists());
    fixture.write("proposal.json", saved);
    assert_eq!(render(&fixture, "--on 2026-02-02").code, 2, "it has a day");
    assert_eq!(render(&fixture, "--remake").code, 2);
    render(&fixture, "").good();
}

#[test]
fn where_it_cannot_be_written_is_said() {
    let fixture = Fixture::new(&models::first());
    let said = fixture.run("plan model.json --target out --out missing/proposal.json").bad();
    said.complains("plan/proposal-unwritten", "`missing/proposal.json` cannot be written: ");
}
