//! Shared scopes: what exists once for several nodes, in whatever shards they are.

use crate::fixture::*;
use datasurface_broker::{Lock, Proposal, ScopeEntry};
use datasurface_model::*;
use datasurface_platform::{Action, Effect, HeldScope, Scope, SharedKey};
use std::collections::BTreeMap;

fn hall() -> PlatformDeclaration {
    PlatformDeclaration::new("P", "hall").setting("key", "k1")
}

fn wanting<const N: usize>(name: &str, datasets: [&str; N]) -> Workspace {
    consumer(name, DatasetGroup::new("g").with_sinks(datasets).with_retention(Retention::years(1)))
}

fn of(platform: PlatformDeclaration, consumers: impl IntoIterator<Item = Workspace>) -> Ecosystem {
    fixture([platform], consumers)
}

/// The shared scopes of the platform, by kind and name.
fn shared(proposal: &Proposal) -> BTreeMap<(&str, &str), &ScopeEntry> {
    let record = proposal.manifest().platform(&"P".into()).unwrap();
    let shared = record.scopes.iter().filter_map(|entry| match &entry.scope {
        Scope::Shared(key) => Some(((key.kind.as_str(), key.name.as_str()), &**entry)),
        _ => None,
    });
    shared.collect()
}

fn members(entry: &ScopeEntry) -> Vec<String> {
    entry.members.keys().map(ToString::to_string).collect()
}

#[test]
fn what_is_shared_is_rendered_once_and_knows_its_members() {
    let proposal = Site::new().propose(of(hall(), [wanting("W", ["S/a", "S/b"])]), today()).unwrap();
    let shared = shared(&proposal);
    assert_eq!(shared.keys().copied().collect::<Vec<_>>(), [("key", "k1"), ("window", "Z-T-Lake")]);
    assert_eq!(members(shared[&("key", "k1")]), ["Ingest/P/S"]);
    let window = shared[&("window", "Z-T-Lake")];
    assert_eq!(members(window), ["Export/P/Z/T/Lake/S/a", "Export/P/Z/T/Lake/S/b"]);
    let folders: Vec<_> = shared.values().map(|entry| entry.folder.to_string()).collect();
    assert_eq!(folders, ["shared/before/key/k1", "shared/after/window/Z-T-Lake"]);
    let steps = steps(&proposal, "P");
    let position = |resource: &str| steps.iter().position(|step| step.1 == resource).unwrap();
    assert!(position("key.k1") < position("shelf.S/a"), "{steps:?}");
    assert!(position("shelf.S/b") < position("window.Z-T-Lake"), "{steps:?}");
}

#[test]
fn an_edit_without_a_new_part_renders_no_shared_scope() {
    let site = Site::new();
    let before = site.render(of(hall(), [wanting("W", ["S/a", "S/b"])]), today());
    // A second workspace wants what is there, and another one a dataset that is new.
    let again = site.render(of(hall(), [wanting("W", ["S/a", "S/b"]), wanting("V", ["S/a"])]), today());
    let fingerprints = |proposal: &Proposal| {
        shared(proposal)
            .into_iter()
            .map(|(key, entry)| (key.1.to_owned(), entry.fingerprint))
            .collect::<Vec<_>>()
    };
    assert_eq!(fingerprints(&before), fingerprints(&again));
    assert!(!steps(&again, "P").iter().any(|(_, resource, _)| resource.starts_with("window")));

    let more = site.render(of(hall(), [wanting("W", ["S/a", "S/b", "S/c"])]), today());
    let plan = more.plan(&"P".into()).unwrap();
    let window = plan.steps().iter().find(|step| step.kind == "window").unwrap();
    assert_eq!(window.action, Action::Update);
    let causes: Vec<_> = window.cause.nodes.iter().map(ToString::to_string).collect();
    assert_eq!(causes, ["Export/P/Z/T/Lake/S/c"], "only the node that adds a part is a cause");
    assert_eq!(window.cause.owners, [Repository::from("github:o/team@main")].into());
    assert!(!plan.steps().iter().any(|step| step.kind == "key"));
}

#[test]
fn what_nobody_shares_any_more_goes() {
    let site = Site::new();
    site.render(of(hall(), [wanting("W", ["S/a"])]), today());
    let left = site.render(of(hall(), []), today());
    let steps = steps(&left, "P");
    assert!(steps.contains(&(Action::Retire, "window.Z-T-Lake".into(), Effect::None)), "{steps:?}");
    assert!(!steps.iter().any(|(_, resource, _)| resource == "key.k1"), "what is held is locked with it");
    assert_eq!(members(shared(&left)[&("key", "k1")]), ["Ingest/P/S"], "what is held is asked, too");

    let over = site.render(of(hall(), []), day("2027-11-22"));
    let gone: Vec<_> =
        self::steps(&over, "P").into_iter().map(|(action, resource, _)| (action, resource)).collect();
    assert_eq!(gone, [(Action::Retire, "shelf.S/a".into()), (Action::Retire, "key.k1".into())]);
}

#[test]
fn what_feeds_data_does_not_feed_what_is_held() {
    let site = Site::new();
    let feeds = || hall().setting("feeds", true);
    let read = |proposal: &Proposal| {
        let shared = shared(proposal);
        let feed = shared.get(&("feed", "S"))?;
        Some(feed.record.resources[&"feed.S".into()].attributes()["reads"].to_string())
    };
    let both = site.render(of(feeds(), [wanting("W", ["S/a", "S/b"])]), today());
    assert_eq!(read(&both).unwrap(), r#"["S/a","S/b"]"#);
    let one = site.render(of(feeds(), [wanting("W", ["S/b"])]), today());
    assert!(steps(&one, "P").contains(&(Action::Hold, "shelf.S/a".into(), Effect::None)));
    assert_eq!(read(&one).unwrap(), r#"["S/b"]"#);
    let none = site.render(of(feeds(), []), today());
    assert!(steps(&none, "P").contains(&(Action::Hold, "shelf.S/b".into(), Effect::None)));
    assert_eq!(read(&none), None, "what is held is fed by nothing");
    assert!(shared(&none).contains_key(&("key", "k1")));
}

#[test]
fn what_held_data_depends_on_does_not_go_before_it() {
    let site = Site::new();
    let consumers = || [wanting("W", ["S/a"])];
    site.render(of(hall(), consumers()), today());
    let other_key = || hall().setting("key", "k2");
    let refused = site.propose(of(other_key(), consumers()), today()).unwrap_err();
    assert_eq!(codes(&refused), ["plan/unguarded-dependency"]);
    let brought_over = site.render(of(other_key().setting("brings_over", true), consumers()), today());
    let steps = steps(&brought_over, "P");
    assert!(steps.contains(&(Action::Retire, "key.k1".into(), Effect::None)), "{steps:?}");
}

#[test]
fn what_is_held_in_a_shared_scope_stays_there() {
    let site = Site::new();
    let chests = || hall().setting("chests", true);
    let all = || of(chests(), [wanting("W", ["S/a", "S/b"])]);
    let before = site.render(all(), today());
    assert!(shared(&before).contains_key(&("chest", "S")));
    let left = site.render(of(chests(), [wanting("W", ["S/b"])]), today());
    assert!(steps(&left, "P").contains(&(Action::Hold, "shelf.S/a".into(), Effect::None)));
    let held = site.lock();
    let [state] = held.held(&"P".into()) else { panic!("{held:?}") };
    assert_eq!(state.scope, HeldScope::Shared(SharedKey::after("chest", "S")));
    assert_eq!(self::steps(&site.propose(of(chests(), [wanting("W", ["S/b"])]), today()).unwrap(), "P"), []);

    let alone = site.render(of(chests(), []), today());
    assert!(
        !steps(&alone, "P")
            .iter()
            .any(|(action, resource, _)| { *action == Action::Retire && resource.starts_with("shelf") })
    );
    let back = site.render(all(), today());
    assert_eq!(back.lock().held(&"P".into()), [], "its consumer is back");
    site.render(of(chests(), []), today());
    let over = site.render(of(chests(), []), day("2027-11-22"));
    let gone: Vec<_> = steps(&over, "P").into_iter().map(|(_, resource, _)| resource).collect();
    assert_eq!(gone, ["shelf.S/b", "shelf.S/a", "key.k1"]);
}

#[test]
fn only_what_a_capture_shares_may_hold_data() {
    let keeping = hall().setting("keeps_panes", true);
    let refused = Site::new().propose(of(keeping, [wanting("W", ["S/a"])]), today()).unwrap_err();
    assert_eq!(codes(&refused), ["platform/holder-of-no-capture"]);
}

#[test]
fn a_shared_scope_has_limits_and_is_divided_by_its_name() {
    let small = || hall().setting("most_panes", 2);
    let three = || [wanting("W", ["S/a", "S/b", "S/c"])];
    assert!(Site::new().propose(of(small(), [wanting("W", ["S/a", "S/b"])]), today()).is_ok());
    let refused = Site::new().propose(of(small(), three()), today()).unwrap_err();
    assert_eq!(codes(&refused), ["shard/limit"]);
    let message = refused.findings().iter().next().unwrap().message();
    assert_eq!(message, "window `Z-T-Lake`, which nodes share, has 3 panes, and can have 2");
    let divided = Site::new().propose(of(small().setting("divides", true), three()), today()).unwrap();
    assert_eq!(shared(&divided).len(), 4);
}

#[test]
fn a_rename_changes_nothing_that_is_shared() {
    let site = Site::new();
    let consumers = |dataset: &str| [wanting("W", [dataset])];
    let before = site.render(of(hall(), consumers("S/a")), today());
    let renamed = Dataset::new("z", "id Integer key, text VarChar(10)").renamed_from("a");
    let store = Datastore::new("S").captured(Capture::sql_snapshot("Z/T/Source")).dataset(renamed);
    let after = site.render(world_of(store, [hall()], consumers("S/z")), today());
    let fingerprints =
        |proposal: &Proposal| shared(proposal).values().map(|entry| entry.fingerprint).collect::<Vec<_>>();
    assert_eq!(fingerprints(&before), fingerprints(&after));
    let touched = steps(&after, "P").into_iter().filter(|(_, resource, _)| !resource.starts_with("job"));
    assert_eq!(touched.collect::<Vec<_>>(), []);
}

#[test]
fn shared_scopes_are_the_same_under_every_placement() {
    let site = Site::new();
    let ecosystem = || of(hall(), [wanting("W", ["S/a", "S/b"])]);
    let together = site.render(ecosystem(), today());
    let mut lock = site.lock();
    lock.placement_mut("P".into()).place("Export/P/Z/T/Lake/S/b".parse().unwrap(), "second".into());
    let apart = site.propose_with(ecosystem(), &lock, today()).unwrap();
    let records = |proposal: &Proposal| {
        shared(proposal).values().map(|entry| ScopeEntry::clone(entry)).collect::<Vec<ScopeEntry>>()
    };
    assert_eq!(records(&together), records(&apart));
}

#[test]
fn what_is_held_goes_on_in_a_shard_when_its_platform_shares_it_no_more() {
    let site = Site::new();
    let chests = |shares: bool| hall().setting("chests", shares);
    site.render(of(chests(true), [wanting("W", ["S/a", "S/b"])]), today());
    site.render(of(chests(true), [wanting("W", ["S/b"])]), today());
    // All consumers leave, then the settings of the platform differ.
    site.render(of(chests(true), []), today());
    let moved = site.render(of(chests(false), []), today());
    assert!(!shared(&moved).contains_key(&("chest", "S")));
    let record = moved.manifest().platform(&"P".into()).unwrap();
    let main = record.scopes.iter().find(|entry| entry.scope == Scope::Shard("main".into())).unwrap();
    let held: Vec<_> = main.record.resources.keys().map(ToString::to_string).collect();
    assert_eq!(held, ["shelf.S/a", "shelf.S/b"]);
    let destroyed = steps(&moved, "P");
    assert!(!destroyed.iter().any(|step| step.0 == Action::Retire && step.1.starts_with("shelf")));
    let back = site.render(of(chests(true), []), today());
    assert!(shared(&back).contains_key(&("chest", "S")));
}

#[test]
fn an_export_that_asks_for_more_is_why_a_capture_shares_more() {
    let site = Site::new();
    let chests = || hall().setting("chests", true);
    site.render(of(chests(), [wanting("W", ["S/a"])]), today());
    let more = site.render(of(chests(), [wanting("W", ["S/a", "S/b"])]), today());
    let plan = more.plan(&"P".into()).unwrap();
    let created = plan.steps().iter().find(|step| step.resource.to_string() == "shelf.S/b").unwrap();
    let causes: Vec<_> = created.cause.nodes.iter().map(ToString::to_string).collect();
    assert_eq!(causes, ["Export/P/Z/T/Lake/S/b"]);
}

#[test]
fn keys_that_differ_in_case_alone_are_refused_before_anything_is_written() {
    let site = Site::new();
    let mut lock = Lock::default();
    let placement = lock.placement_mut("P".into());
    placement.place("Export/P/Z/T/Lake/S/a".parse().unwrap(), "One".into());
    placement.place("Export/P/Z/T/Lake/S/b".parse().unwrap(), "one".into());
    let both = || of(hall(), [wanting("W", ["S/a", "S/b"])]);
    let refused = site.propose_with(both(), &lock, today()).unwrap_err();
    assert_eq!(codes(&refused), ["platform/folder-twice"]);
    let divided = hall().setting("divides", true);
    let store = Datastore::new("S").captured(Capture::sql_snapshot("Z/T/Source"));
    let store = ["apples", "Arms"]
        .into_iter()
        .fold(store, |store, name| store.dataset(Dataset::new(name, "id Integer key")));
    let world = world_of(store, [divided], [wanting("W", ["S/apples", "S/Arms"])]);
    let refused = site.propose(world, today()).unwrap_err();
    assert_eq!(codes(&refused), ["platform/folder-twice"]);
}

#[test]
fn resources_of_one_dataset_that_are_held_are_one_part() {
    let site = Site::new();
    let copied = |copies: bool| hall().setting("chests", true).setting("copies", copies);
    site.render(of(copied(true), [wanting("W", ["S/a"])]), today());
    site.render(of(copied(true), []), today());
    // One of the two is owed for longer, and keeps more.
    let mut text: serde_json::Value = serde_json::from_str(&site.lock().to_text()).unwrap();
    let held = text["platforms"]["P"]["held"].as_array_mut().unwrap();
    assert_eq!(held.len(), 2);
    let custody = &mut held[1]["node"]["facts"]["detail"]["ingest"]["datasets"][0]["custody"];
    assert!(custody.is_object(), "{held:#?}");
    custody["history"] = serde_json::json!(true);
    let lock = Lock::from_text(&text.to_string()).unwrap();
    let proposal = site.propose_with(of(copied(true), []), &lock, today()).unwrap();
    let chest = shared(&proposal)[&("chest", "S")].record.resources.len();
    assert_eq!(chest, 2, "a shelf and its copy");
}
