//! `release`: held data goes before its time is over, once somebody said why.

use crate::{models, run::Fixture};

const RESOURCE: &str = "table.NW_Data.customers";

/// A target in which the history of customers is held.
fn holding() -> Fixture {
    let fixture = Fixture::new(&models::second());
    fixture.run("render model.json --target out --on 2026-02-02").good();
    fixture.model(&models::first());
    fixture.run("render model.json --target out --on 2026-03-01").good();
    fixture
}

fn release(fixture: &Fixture, resource: &str, more: &str) -> crate::run::Said {
    fixture.run(&format!("release model.json {resource} --target out {more}"))
}

#[test]
fn what_is_released_goes_with_the_next_rendering() {
    let fixture = holding();
    assert!(!fixture.run("plan model.json --target out --on 2026-03-01").good().out.contains("retire"));
    let said = release(&fixture, RESOURCE, "--reason GDPR").good();
    assert!(said.out.starts_with("`table.NW_Data.customers` of Local is released: "), "{said:?}");
    assert!(fixture.read("datasurface.lock").contains("\"released_for\": \"GDPR\""));
    let said = fixture.run("plan model.json --target out --on 2026-03-01").good();
    assert!(said.out.contains("losing data"), "{said:?}");
    fixture.run("render model.json --target out --on 2026-03-01").good();
    assert!(!fixture.read("datasurface.lock").contains("released_for"));
    release(&fixture, RESOURCE, "--reason GDPR").bad().complains("lock/not-held", "is not held");
}

#[test]
fn nothing_is_released_by_a_slip() {
    let fixture = holding();
    let before = fixture.listing();
    release(&fixture, "table.NW_Data.customer", "--reason GDPR")
        .bad()
        .complains("lock/not-held", "`table.NW_Data.customer` is not held");
    release(&fixture, "table.NW_Data.products", "--reason GDPR")
        .bad()
        .complains("lock/not-held", "is not held");
    release(&fixture, RESOURCE, "--reason GDPR --platform Other")
        .bad()
        .complains("lock/not-held", "is not held");
    assert_eq!(release(&fixture, RESOURCE, "").code, 2, "there is a reason");
    assert_eq!(fixture.listing(), before);
    let json = release(&fixture, RESOURCE, "--reason GDPR --platform Local --format json").good().json();
    assert_eq!(json["released"]["released_for"], "GDPR");
}
