//! Platforms at revisions of their own: some go forward, and the others stay as they are.

use crate::fixture::*;
use datasurface_broker::{
    Advance, Base, Proposal, Target,
    disk::{FailingDisk, RealDisk},
};
use datasurface_model::*;
use std::{collections::BTreeMap, sync::Arc};

/// `A` captures the store, and `B` takes from it what `Far` reads there; `Near` reads at `A`.
fn world(store: Datastore, near: &[&str], far: &[&str]) -> Ecosystem {
    let group = |sinks: &[&str]| {
        DatasetGroup::new("g").with_sinks(sinks.iter().map(|name| DatasetKey::new("S", *name)))
    };
    let read = [("Near", "A", near), ("Far", "B", far)].into_iter().filter(|(.., sinks)| !sinks.is_empty());
    let consumers: Vec<_> = read.clone().map(|(name, _, sinks)| consumer(name, group(sinks))).collect();
    let world = world_of(store, ["A", "B"].map(minimal_platform), consumers);
    let pin = |world: Ecosystem, (name, platform, _): (&str, &str, &[&str])| {
        world.group_pin(format!("{name}/g").as_str(), [platform])
    };
    read.fold(world, pin).primary_pin("S", "A")
}

fn advance(site: &Site, ecosystem: Ecosystem, platforms: &[&str]) -> Proposal {
    let proposal = propose(site, ecosystem, platforms).unwrap();
    proposal.write(&mut site.target(), &site.lock_path()).unwrap();
    proposal
}

fn propose(
    site: &Site,
    ecosystem: Ecosystem,
    platforms: &[&str],
) -> Result<Proposal, datasurface_broker::BrokerError> {
    let placed = place(ecosystem, &site.lock())?;
    let (target, which) = (site.target(), Advance::only(platforms.iter().copied()));
    broker().propose_advance(&placed, Base::Target(target.manifest()), today(), &which)
}

fn files(site: &Site, platform: &str) -> BTreeMap<String, String> {
    let folder = format!("target/{platform}/");
    let text = |(path, bytes)| (path, String::from_utf8(bytes).unwrap());
    site.bytes().into_iter().filter(|(path, _): &(String, _)| path.starts_with(&folder)).map(text).collect()
}

/// Without the plan, which says where it starts.
fn rendered(site: &Site, platform: &str) -> BTreeMap<String, String> {
    files(site, platform).into_iter().filter(|(path, _)| !path.ends_with("plan.json")).collect()
}

fn said(proposal: &Proposal) -> Vec<&str> {
    proposal.findings().iter().map(Diagnostic::message).collect()
}

#[test]
fn an_advance_that_was_interrupted_anywhere_is_done_again_or_was_done() {
    let models = || [world(store("S"), &["a"], &["a"]), world(store("S"), &["a", "c"], &["a"])];
    let prepared = || {
        let [before, after] = models();
        let site = Site::new();
        site.render(before, today());
        let proposal = propose(&site, after, &["A"]).unwrap();
        (site, proposal)
    };
    let (unbroken, proposal) = prepared();
    proposal.write(&mut unbroken.target(), &unbroken.lock_path()).unwrap();
    let stays = files(&unbroken, "B");
    let mut broken = 0;
    for allowed in 0.. {
        let (site, proposal) = prepared();
        let disk = FailingDisk::from_disk(Arc::new(RealDisk), allowed);
        let folder = site.target().root().to_owned();
        let written = Target::open_with_disk(folder, disk)
            .is_ok_and(|mut target| proposal.write(&mut target, &site.lock_path()).is_ok());
        site.target().finish(Some(&site.lock_path())).unwrap();
        site.target().inspect().unwrap();
        assert_eq!(files(&site, "B"), stays);
        let [_, after] = models();
        advance(&site, after, &["A"]);
        assert_eq!(site.bytes(), unbroken.bytes(), "after {allowed} operations");
        if written {
            break;
        }
        broken += 1;
    }
    assert!(broken > 10, "{broken}");
}

#[test]
fn a_reader_waits_for_what_is_not_there_yet_and_comes_with_it() {
    let site = Site::new();
    site.render(world(store("S"), &["a"], &[]), today());
    let before = files(&site, "A");
    let next = || world(store("S"), &["a"], &["b"]);
    let proposal = advance(&site, next(), &["B"]);
    assert_eq!(
        said(&proposal),
        ["`S` on `B` waits for `S/b` of `A`, which stays, and so do `Far/g`: it is left out"]
    );
    assert!(proposal.plan(&"A".into()).is_none());
    assert_eq!(files(&site, "A"), before);
    assert!(!files(&site, "B").keys().any(|path| path.contains("S")));
    let target = site.target();
    let manifest = target.manifest().unwrap();
    assert_ne!(manifest.reached_revision(&"A".into()), manifest.revision());
    assert_eq!(manifest.platform(&"B".into()).unwrap().waits_for, ["A".into()].into());

    site.render(next(), today());
    let other = Site::new();
    other.render(next(), today());
    assert_eq!(rendered(&site, "A"), rendered(&other, "A"));
    assert_eq!(rendered(&site, "B"), rendered(&other, "B"));
}

#[test]
fn what_a_platform_reads_that_stays_is_kept_for_it() {
    let site = Site::new();
    site.render(world(store("S"), &["a"], &["b"]), today());
    let before = files(&site, "B");
    let proposal = advance(&site, world(store("S"), &["a"], &[]), &["A"]);
    assert_eq!(said(&proposal), ["`S` on `A` stays as it was: `B`, which stays, reads `S/b`"]);
    assert_eq!(files(&site, "B"), before);
    let kept = |site: &Site| {
        let target = site.target();
        let record = target.manifest().unwrap().platform(&"A".into()).unwrap().clone();
        record.stored_datasets().contains(&DatasetKey::new("S", "b"))
    };
    assert!(kept(&site));
    assert!(site.lock().held(&"A".into()).is_empty(), "it is fed");

    advance(&site, world(store("S"), &["a"], &[]), &["B"]);
    site.render(world(store("S"), &["a"], &[]), today());
    assert!(kept(&site));
    assert_eq!(site.lock().held(&"A".into()).len(), 1, "it is held from when nobody reads it any more");
}

/// `A` captures the store; `B` and `C` take from it the versions of so many days.
fn world_with_history(days: u32) -> Ecosystem {
    let group = DatasetGroup::new("g").sink("S/a").with_milestoning(Milestoning::Forensic);
    let group = group.with_retention(Retention::days(days));
    let consumers = ["B", "C"].map(|name| consumer(&format!("At{name}"), group.clone()));
    let world = fixture(["A", "B", "C"].map(minimal_platform), consumers).primary_pin("S", "A");
    ["B", "C"].into_iter().fold(world, |world, name| world.group_pin(format!("At{name}/g").as_str(), [name]))
}

#[test]
fn what_is_kept_stays_as_it_was_also_where_another_platform_begins_to_hold_data_of_it() {
    let site = Site::new();
    site.render(world_with_history(100), today());
    let [kept, stays] = ["A", "B"].map(|name| rendered(&site, name));
    let proposal = advance(&site, world_with_history(10), &["A", "C"]);
    assert_eq!(said(&proposal), ["`S` on `A` stays as it was: `B`, which stays, reads `S/a`"]);
    assert_eq!(site.lock().held(&"C".into()).len(), 1, "its consumer asks for less");
    assert_eq!(["A", "B"].map(|name| rendered(&site, name)), [kept, stays]);
    assert!(site.lock().held(&"A".into()).is_empty(), "it is fed");
}

#[test]
fn what_was_renamed_or_has_no_room_does_not_stay_as_it_was() {
    let site = Site::new();
    site.render(world(store("S"), &["a"], &["b"]), today());
    let before = site.bytes();
    let near = |store: &str| {
        let group = DatasetGroup::new("g").sink(DatasetKey::new(store, "a").to_string().as_str());
        [consumer("Near", group)]
    };
    let renamed = store("T").renamed_from("S");
    let renamed = world_of(renamed, ["A", "B"].map(minimal_platform), near("T")).primary_pin("T", "A");
    let renamed = renamed.group_pin("Near/g", ["A"]);
    let full = [minimal_platform("A").setting("limit", 1), minimal_platform("B")];
    let full = world_of(store("S"), full, near("S")).primary_pin("S", "A").group_pin("Near/g", ["A"]);
    for ecosystem in [renamed, full] {
        let refused = propose(&site, ecosystem, &["A"]).unwrap_err();
        let error = refused.findings().iter().find(|found| found.severity() == Severity::Error).unwrap();
        let said = "`S` on `A` cannot stay as it was while `B` stays";
        assert_eq!((error.code(), error.message()), ("revision/together", said));
    }
    assert_eq!(site.bytes(), before);
}

#[test]
fn a_reason_that_would_stay_in_the_lock_holds_no_password() {
    let site = Site::new();
    site.render(world(store("S"), &["a"], &["b"]), today());
    let before = site.bytes();
    let placed = place(world(store("S"), &["a"], &[]), &site.lock()).unwrap();
    let target = site.target();
    let early = |reason: &str| {
        let choice = Advance::Early(["A".into()].into(), reason.to_owned());
        broker().propose_advance(&placed, Base::Target(target.manifest()), today(), &choice)
    };
    assert!(early("an outage of db.example").is_ok());
    let refused = early("postgres://admin:hunter2hunter2@db.example/x").unwrap_err();
    let codes: Vec<&str> = refused.findings().codes().collect();
    assert!(codes.contains(&"revision/secret"), "{codes:?}");
    assert!(!refused.findings().to_string().contains("hunter2"));
    assert_eq!(site.bytes(), before);
}
