//! The plan file: in which order scopes are applied, and which of them are taken down.

use crate::fixture::*;
use datasurface_broker::{Lock, PlanFile};
use datasurface_model::*;
use std::{collections::BTreeMap, fs};

fn world(consumers: impl IntoIterator<Item = Workspace>) -> Ecosystem {
    fixture([PlatformDeclaration::new("P", "hall").setting("key", "k1")], consumers)
}

fn wanting<const N: usize>(name: &str, datasets: [&str; N]) -> Workspace {
    consumer(name, DatasetGroup::new("g").with_sinks(datasets).with_retention(Retention::years(1)))
}

fn plan_file(site: &Site) -> Option<PlanFile> {
    let text = site.bytes().remove("target/P/plan.json")?;
    Some(serde_json::from_slice(&text).unwrap())
}

/// The folders of all scopes, in order, with those that each waits for.
fn order(plan: &PlanFile) -> Vec<(String, Vec<String>)> {
    let texts =
        |folders: &[datasurface_platform::SafePath]| folders.iter().map(ToString::to_string).collect();
    plan.scopes.iter().map(|scope| (scope.folder.to_string(), texts(&scope.after))).collect()
}

fn in_second_shard(site: &Site, node: &str) -> Lock {
    let mut lock = site.lock();
    lock.placement_mut("P".into()).place(node.parse().unwrap(), "second".into());
    lock
}

#[test]
fn scopes_are_listed_in_the_order_in_which_they_are_applied() {
    let site = Site::new();
    let first = site.render(world([wanting("W", ["S/a", "S/b"])]), today());
    let plan = plan_file(&site).unwrap();
    assert_eq!((plan.from.as_ref(), plan.to.as_ref()), (None, Some(first.revision())));
    let of =
        |folder: &str, after: &[&str]| (folder.to_owned(), after.iter().map(ToString::to_string).collect());
    let expected = [
        of("foundation", &[]),
        of("shared/before/key/k1", &["foundation"]),
        of("shards/main", &["foundation", "shared/before/key/k1"]),
        of("shared/after/window/Z-T-Lake", &["foundation", "shards/main"]),
    ];
    assert_eq!(order(&plan), expected);
    assert_eq!((plan.steps.len(), plan.gone.len()), (0, 0), "another tool applies it");

    broker().record_applied(&mut site.target(), None).unwrap();
    assert_eq!(plan_file(&site), None, "there is nothing left to do");
    site.render(world([wanting("W", ["S/a", "S/b"])]), today());
    assert_eq!(plan_file(&site), None);
}

#[test]
fn what_goes_is_listed_until_it_is_recorded_as_applied() {
    let site = Site::new();
    let write = |lock: &Lock, consumers: &[Workspace]| {
        let proposal = site.propose_with(world(consumers.to_vec()), lock, today()).unwrap();
        proposal.write(&mut site.target(), &site.lock_path()).unwrap();
    };
    let (both, one) = ([wanting("W", ["S/a", "S/b"])], [wanting("W", ["S/a"])]);
    write(&Lock::default(), &both);
    write(&in_second_shard(&site, "Export/P/Z/T/Lake/S/b"), &both);
    broker().record_applied(&mut site.target(), None).unwrap();
    // The shard goes with what was alone in it, and the window with the last consumer.
    write(&site.lock(), &one);
    let gone = |site: &Site| -> Vec<String> {
        plan_file(site).unwrap().gone.iter().map(ToString::to_string).collect()
    };
    assert_eq!(gone(&site), ["shards/second"]);
    write(&site.lock(), &[]);
    assert_eq!(gone(&site), ["shards/second", "shared/after/window/Z-T-Lake"]);
    write(&site.lock(), &one);
    assert_eq!(gone(&site), ["shards/second"], "what is there again does not go");
    broker().record_applied(&mut site.target(), None).unwrap();
    write(&site.lock(), &both);
    assert_eq!(gone(&site), [] as [&str; 0]);
}

#[test]
fn a_transition_file_outside_of_its_scope_is_refused() {
    for (stray, problem) in [
        ("copy.json", "is in the folder of no scope"),
        ("shelves/copy.json", "is in the folder of no scope"),
        ("foundation/frame.json", "is in the place of a rendered one"),
    ] {
        let world = |columns: &str| {
            let store = Datastore::new("S").captured(Capture::sql_snapshot("Z/T/Source"));
            let platform = minimal_platform("P").setting("replaces_by", "file").setting("copies_to", stray);
            let group = DatasetGroup::new("g").sink("S/a").with_retention(Retention::years(1));
            world_of(store.dataset(Dataset::new("a", columns)), [platform], [consumer("W", group)])
        };
        let site = Site::new();
        site.render(world("id Integer key"), today());
        let refused = site.propose(world("id Integer key, more Integer"), today()).unwrap_err();
        assert_eq!(codes(&refused), ["plan/stray-file"], "{stray}");
        let message = refused.findings().iter().next().unwrap().message();
        assert_eq!(message, format!("the transition file `{stray}` {problem}"));
    }
}

#[test]
fn a_plan_file_is_the_same_however_often_it_is_made() {
    let (one, other) = (Site::new(), Site::new());
    let files = |site: &Site| -> BTreeMap<String, Vec<u8>> { site.bytes() };
    for site in [&one, &other] {
        site.render(world([wanting("W", ["S/a"])]), today());
        site.render(world([wanting("W", ["S/a", "S/c"])]), today());
    }
    assert_eq!(files(&one), files(&other));
    let path = one.lock_path().parent().unwrap().join("target/P/plan.json");
    fs::remove_file(path).unwrap();
    one.render(world([wanting("W", ["S/a", "S/c"])]), today());
    assert!(one.target().inspect().unwrap().is_empty(), "it served one change, and is remembered no more");
}
