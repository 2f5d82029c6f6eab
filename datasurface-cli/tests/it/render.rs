//! `render`.

use crate::{models, run::Desk};
use std::fs;

#[test]
fn target_and_lock_are_written() {
    let desk = Desk::new(&models::first());
    let said = desk.render();
    assert!(said.out.contains("rendered into `out`, with the lock `datasurface.lock`\n"), "{said:?}");
    assert_eq!(said.err, "");
    assert!(desk.path("out").is_dir());
    assert!(desk.read("datasurface.lock").starts_with("{\n"));
}

#[test]
fn json_says_that_it_is_written() {
    let desk = Desk::new(&models::first());
    let json = desk.run("render model.json --target out --format json").good().json();
    let members: Vec<&String> = json.as_object().unwrap().keys().collect();
    assert_eq!(members, ["findings", "reached", "revision", "plans", "is_written"]);
    assert_eq!(json["is_written"], true);
    assert!(json["reached"].is_null());

    desk.model(&models::broken());
    let json = desk.run("render model.json --target out --format json").bad().json();
    let members: Vec<&String> = json.as_object().unwrap().keys().collect();
    assert_eq!(members, ["findings", "reached", "revision", "plans", "is_written"]);
    assert_eq!(json["is_written"], false);
}

#[test]
fn twice_gives_the_same_bytes() {
    let desk = Desk::new(&models::second());
    desk.render();
    let once = desk.listing();
    desk.render();
    assert_eq!(desk.listing(), once);

    let other = Desk::new(&models::second());
    other.render();
    let bytes = |desk: &Desk| desk.listing().into_values().collect::<Vec<_>>();
    assert_eq!(bytes(&other), bytes(&desk));
}

#[test]
fn made_again_gives_the_same_bytes() {
    let desk = Desk::new(&models::second());
    desk.render();
    let before = desk.listing();
    fs::remove_dir_all(desk.path("out")).unwrap();
    let said = desk.run("render model.json --target out --on 2026-02-01").bad();
    said.complains("target/missing", "nothing in the target");
    assert!(!desk.path("out").exists());
    desk.run("render model.json --target out --on 2026-02-01 --remake").good();
    assert_eq!(desk.listing(), before);
}

#[test]
fn what_is_not_lost_is_not_made_again() {
    let desk = Desk::new(&models::first());
    desk.render();
    let before = desk.listing();
    let said = desk.run("render model.json --target out --remake").bad();
    said.complains("target/not-lost", "`out`");
    assert_eq!(desk.listing(), before);
}

#[test]
fn what_is_lost_is_made_again_from_its_own_model() {
    let desk = Desk::new(&models::second());
    desk.render();
    fs::remove_dir_all(desk.path("out")).unwrap();
    desk.model(&models::first());
    let before = desk.listing();
    let said = desk.run("render model.json --target out --remake").bad();
    said.complains("lock/other-model", "the lock names revision");
    fs::remove_file(desk.path("datasurface.lock")).unwrap();
    let said = desk.run("render model.json --target out --remake").bad();
    said.complains("lock/missing", "names no revision");
    desk.model(&models::second());
    assert!(!desk.path("out").exists());
    assert!(before.len() > desk.listing().len());
}

#[test]
fn what_was_held_is_made_again_too() {
    let desk = Desk::new(&models::second());
    desk.render();
    desk.model(&models::first());
    desk.render();
    let lock = desk.read("datasurface.lock");
    let rendered = |desk: &Desk| {
        let mut listing = desk.listing();
        // What led here from the revision before is not needed to be here.
        listing.retain(|path, _| {
            let path = path.to_string_lossy();
            !path.contains("transition") && !path.contains(".datasurface")
        });
        listing
    };
    let before = rendered(&desk);
    fs::remove_dir_all(desk.path("out")).unwrap();
    desk.run("render model.json --target out --on 2026-02-01 --remake").good();
    assert_eq!(rendered(&desk), before);
    assert_eq!(desk.read("datasurface.lock"), lock);
    let said = desk.run("plan model.json --target out --on 2026-02-01").good();
    assert!(said.out.contains("Local: nothing to do\n"), "{said:?}");
}
