//! `plan`.

use crate::{
    models,
    run::{Desk, Said},
};

fn plan(desk: &Desk, more: &str) -> Said {
    desk.run(&format!("plan model.json --target out {more}"))
}

fn steps(said: &Said) -> Vec<String> {
    let json = said.json();
    let steps = json["plans"]["Local"]["steps"].as_array().unwrap();
    steps
        .iter()
        .map(|step| format!("{} {}", step["action"].as_str().unwrap(), step["resource"].as_str().unwrap()))
        .collect()
}

#[test]
fn everything_is_new_at_first() {
    let desk = Desk::new(&models::first());
    let said = plan(&desk, "--on 2026-02-01").good();
    assert!(said.out.starts_with("Local: "), "{said:?}");
    assert!(said.out.contains("  create  "), "{said:?}");
    assert!(said.out.contains("create for github:northwind/team@main\n"), "{said:?}");
    assert!(said.out.contains(" to revision "), "{said:?}");
    assert_eq!(said.err, "");
    let said = plan(&desk, "--on 2026-02-01 --format json").good();
    let json = said.json();
    let members: Vec<&String> = json.as_object().unwrap().keys().collect();
    assert_eq!(members, ["findings", "reached", "revision", "plans"]);
    assert!(json["reached"].is_null() && json["revision"].is_string());
    assert!(steps(&said).iter().all(|step| step.starts_with("create ")), "{said:?}");
}

#[test]
fn nothing_is_written() {
    let desk = Desk::new(&models::first());
    let before = desk.listing();
    plan(&desk, "").good();
    plan(&desk, "--format json").good();
    assert_eq!(desk.listing(), before);

    desk.render();
    desk.model(&models::second());
    let before = desk.listing();
    plan(&desk, "").good();
    assert_eq!(desk.listing(), before);

    desk.write("model.json", "nonsense");
    let before = desk.listing();
    plan(&desk, "").bad();
    assert_eq!(desk.listing(), before);
}

#[test]
fn nothing_is_to_be_done_after_rendering() {
    let desk = Desk::new(&models::first());
    desk.render();
    let said = plan(&desk, "--on 2026-02-01").good();
    assert!(said.out.contains("Local: nothing to do\n"), "{said:?}");
    let json = plan(&desk, "--on 2026-02-01 --format json").good().json();
    assert_eq!(json["reached"], json["revision"]);
}

#[test]
fn a_consumer_comes_and_goes() {
    let desk = Desk::new(&models::first());
    desk.render();
    desk.model(&models::second());
    let coming = plan(&desk, "--on 2026-02-02 --format json").good();
    let json = coming.json();
    assert_ne!(json["reached"], json["revision"]);
    assert!(steps(&coming).iter().any(|step| step.starts_with("create ")), "{coming:?}");
    assert!(!steps(&coming).iter().any(|step| step.starts_with("retire ")), "{coming:?}");
    assert!(plan(&desk, "--on 2026-02-02").good().out.contains(" from revision "));
    desk.run("render model.json --target out --on 2026-02-02").good();

    // What was promised for 30 days is held for 30 days.
    desk.model(&models::first());
    let going = plan(&desk, "--on 2026-03-01").good();
    assert!(going.out.contains("held: "), "{going:?}");
    assert!(going.out.contains(", until 2026-03-31\n"), "{going:?}");
    desk.run("render model.json --target out --on 2026-03-01").good();
    let said = plan(&desk, "--on 2026-03-31").good();
    assert!(said.out.contains("nothing to do"), "{said:?}");
    let gone = plan(&desk, "--on 2026-04-01").good();
    assert!(gone.out.contains("retire"), "{gone:?}");
    assert!(gone.out.contains("losing data"), "{gone:?}");
}

#[test]
fn the_lock_may_be_elsewhere() {
    let desk = Desk::new(&models::first());
    desk.run("render model.json --target out --lock our.lock").good();
    assert!(!desk.path("datasurface.lock").exists());
    plan(&desk, "--lock our.lock").good();
    plan(&desk, "").bad().complains("lock/missing", "there is no lock");
}

#[test]
fn with_the_standard_input_the_lock_is_in_the_current_folder() {
    let desk = Desk::new(&models::first());
    let text = models::first().to_json();
    desk.run_with("render - --target out", text.as_bytes()).good();
    assert!(desk.path("datasurface.lock").exists());
    plan(&desk, "").good();
}
