//! What a change says of records that cannot be right, or cannot be read.

use datasurface_graph::Fingerprint;
use datasurface_platform::{ChangeHeader, Revision, ScopeChange, ScopeChanges, ScopeRecord, prelude::*};
use std::sync::Arc;

/// A scope whose record is lost.
#[derive(Debug)]
struct Lost;

impl ScopeChanges for Lost {
    fn count(&self) -> usize {
        1
    }

    fn load(&self, _: usize) -> Result<ScopeChange, PlatformError> {
        Err(PlatformError::new(PlatformErrorKind::External, "the record is lost"))
    }
}

fn header(from: u8, to: u8) -> ChangeHeader {
    let revision = |number: u8| Revision::new(Fingerprint::of(&number));
    let instance = PlatformInstance::new("P".into(), "test".into(), Version::new(1, 0, 0), Json::object());
    ChangeHeader::new(instance, Some(revision(from)), revision(to))
}

#[test]
fn an_address_of_two_scopes_is_no_plan() {
    let with_wall = |scope: Scope| {
        let wall = Resource::new("wall", "wall");
        let new = ScopeRecord { resources: [("wall".into(), wall)].into(), ..ScopeRecord::default() };
        ScopeChange { scope, old: Arc::default(), new: new.into() }
    };
    let frame = header(1, 2);
    let plan = |scopes: Vec<ScopeChange>| {
        RenderingChange::new(&frame, &scopes).structural(|_| Judgement::update(Effect::None, String::new()))
    };
    assert_eq!(plan(vec![with_wall(Scope::Foundation)]).unwrap().steps().len(), 1);
    let twice = vec![with_wall(Scope::Foundation), with_wall(Scope::Shard("a".into()))];
    let error = plan(twice).unwrap_err();
    assert_eq!(error.kind(), PlatformErrorKind::Rendering);
    assert_eq!(error.report(), "the resource `wall` is in foundation and in shard `a`");
}

#[test]
fn a_transition_has_no_name_while_what_it_is_told_apart_by_is_unread() {
    let said = |from, to| {
        let frame = header(from, to);
        let change = RenderingChange::new(&frame, &Lost);
        (
            change.transition_name().map_err(|error| error.report()),
            change.transition_folder(&Scope::Foundation),
        )
    };
    let (name, folder) = said(1, 1);
    assert_eq!(
        (name, folder.unwrap_err().report()),
        (Err("the record is lost".into()), "the record is lost".into())
    );
    let (name, folder) = said(1, 2);
    assert_eq!(folder.unwrap(), format!("foundation/transition/{}", name.unwrap()));
}

fn name(from: u8, to: u8, colour: &str) -> String {
    let resource = Resource::new("wall", "wall").attribute("colour", colour);
    let frame = header(from, to);
    let new = ScopeRecord { resources: [("wall".into(), resource)].into(), ..ScopeRecord::default() };
    let scopes = vec![ScopeChange { scope: Scope::Foundation, old: Arc::default(), new: new.into() }];
    RenderingChange::new(&frame, &scopes).transition_name().unwrap()
}

#[test]
fn what_comes_and_goes_is_judged_and_what_stays_says_what_differs() {
    let record = |resources: Vec<Resource>| ScopeRecord {
        resources: resources.into_iter().map(|one| (one.address().clone(), one)).collect(),
        ..ScopeRecord::default()
    };
    let slot = |name: &str| Resource::new(name, "slot");
    let wall = |colour: &str| Resource::new("wall", "wall").attribute("colour", colour);
    let old = record(vec![slot("old"), wall("red")]);
    let new = record(vec![slot("new"), wall("blue")]);
    let scopes = vec![ScopeChange { scope: Scope::Foundation, old: old.into(), new: new.into() }];
    let frame = header(1, 2);
    let plan = RenderingChange::new(&frame, &scopes)
        .structural_of_all(|change| match change {
            JudgedChange::Created(_) => Judgement::effect(Effect::Backfill, "an initial load"),
            JudgedChange::Changed(_) => Judgement::update(Effect::InPlace, "painted"),
            _ => Judgement::effect(Effect::Pause, "the slot is dropped"),
        })
        .unwrap();
    let said: Vec<String> = plan.steps().iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "create  slot new, with a backfill: an initial load",
            "update  wall wall, in place: painted",
            "retire  slot old, with a pause: the slot is dropped",
        ]
    );
    let differences: Vec<String> =
        plan.steps().iter().flat_map(|step| &step.differences).map(ToString::to_string).collect();
    assert_eq!(differences, [r#"colour: "red" -> "blue""#]);
}

#[test]
fn changes_within_a_revision_are_told_apart() {
    assert_eq!(name(1, 2, "red"), name(1, 2, "blue"));
    assert_eq!(name(1, 1, "red"), name(1, 1, "red"));
    assert_ne!(name(1, 1, "red"), name(1, 1, "blue"));
}
