//! Storage names: a rename is never a rebuild, and nothing is stored under the name of something else.

use crate::fixture::*;
use datasurface_broker::{Lock, Proposal};
use datasurface_model::*;
use datasurface_platform::Action;
use std::collections::BTreeSet;

fn dataset(name: &str) -> Dataset {
    Dataset::new(name, "id Integer key, text VarChar(10)")
}

fn store_of(name: &str, datasets: impl IntoIterator<Item = Dataset>) -> Datastore {
    let store = Datastore::new(name).captured(Capture::sql_snapshot("Z/T/Source"));
    datasets.into_iter().fold(store, |store, dataset| store.dataset(dataset))
}

/// A consumer of these datasets, who is promised a year of history.
fn reader(sinks: &[&str]) -> Workspace {
    consumer(
        "W",
        DatasetGroup::new("g").with_sinks(sinks.iter().copied()).with_retention(Retention::years(1)),
    )
}

fn world(store: Datastore, sinks: &[&str]) -> Ecosystem {
    world_of(store, [minimal_platform("P")], [reader(sinks)])
}

/// The resources on the platform that a plan does something to, apart from what only consumers see.
fn touched(proposal: &Proposal) -> Vec<(Action, String)> {
    let steps = steps(proposal, "P").into_iter().filter(|(_, resource, _)| resource.starts_with("shelf."));
    steps.map(|(action, resource, _)| (action, resource)).collect()
}

/// The resources that hold data, as they are rendered now.
fn shelves(proposal: &Proposal) -> BTreeSet<String> {
    let record = proposal.manifest().platform(&"P".into()).unwrap();
    let resources = record.scopes.iter().flat_map(|scope| scope.record.resources.values());
    resources.filter(|one| one.held_data().is_some()).map(|one| one.address().to_string()).collect()
}

#[test]
fn a_renamed_dataset_stays_where_it_is() {
    let site = Site::new();
    site.render(world(store_of("S", [dataset("a"), dataset("b")]), &["S/a", "S/b"]), today());
    let renamed = world(store_of("S", [dataset("x").renamed_from("a"), dataset("b")]), &["S/x", "S/b"]);
    let proposal = site.render(renamed.clone(), today());
    assert_eq!(touched(&proposal), []);
    assert_eq!(shelves(&proposal), ["shelf.S/a", "shelf.S/b"].map(str::to_owned).into());
    assert!(proposal.lock().held(&"P".into()).is_empty());

    let lock = site.lock();
    assert_eq!(place(renamed.clone(), &lock).unwrap().lock(), &lock, "placing again changes nothing");
    assert!(site.propose(renamed, today()).unwrap().plan(&"P".into()).unwrap().is_empty());
    // Whoever cleans up later, or renames again, changes nothing either.
    let cleaned = world(store_of("S", [dataset("x"), dataset("b")]), &["S/x", "S/b"]);
    assert_eq!(touched(&site.render(cleaned, today())), []);
    let again = world(store_of("S", [dataset("y").renamed_from("x"), dataset("b")]), &["S/y", "S/b"]);
    let again = site.render(again, today());
    assert_eq!((touched(&again), shelves(&again).len()), (vec![], 2));
    let back = world(store_of("S", [dataset("a").renamed_from("y"), dataset("b")]), &["S/a", "S/b"]);
    assert_eq!(touched(&site.render(back, today())), []);
}

#[test]
fn a_renamed_datastore_of_many_datasets_is_one_line_of_the_lock_and_no_step() {
    let names: Vec<String> = (0..1000).map(|number| format!("d{number}")).collect();
    let datasets = || names.iter().map(|name| dataset(name));
    let sinks = |store: &str| names.iter().map(|name| format!("{store}/{name}")).collect::<Vec<_>>();
    let of = |sinks: &[String]| {
        let group = DatasetGroup::new("g").with_sinks(sinks.iter().map(String::as_str));
        consumer("W", group.with_retention(Retention::years(1)))
    };
    let site = Site::new();
    let before = world_of(store_of("S", datasets()), [minimal_platform("P")], [of(&sinks("S"))]);
    site.render(before, today());
    let after =
        world_of(store_of("T", datasets()).renamed_from("S"), [minimal_platform("P")], [of(&sinks("T"))]);
    let proposal = site.render(after, today());
    assert_eq!(touched(&proposal), []);
    assert_eq!(shelves(&proposal).len(), 1000);
    assert_eq!(site.lock().to_text().matches("\"storage\": \"S\"").count(), 1);
}

#[test]
fn names_that_are_swapped_keep_their_data() {
    let site = Site::new();
    let two = |a: Dataset, b: Dataset| world(store_of("S", [a, b]), &["S/a", "S/b"]);
    site.render(two(dataset("a"), dataset("b")), today());
    // In two commits: a name is in use until nothing has it.
    let first = world(store_of("S", [dataset("t").renamed_from("a"), dataset("b")]), &["S/t", "S/b"]);
    site.render(first, today());
    let second = world(store_of("S", [dataset("t"), dataset("a").renamed_from("b")]), &["S/t", "S/a"]);
    let proposal = site.render(second, today());
    assert_eq!(touched(&proposal), []);
    let third = world(store_of("S", [dataset("b").renamed_from("t"), dataset("a")]), &["S/b", "S/a"]);
    assert_eq!(touched(&site.render(third, today())), []);
    assert_eq!(site.lock().to_text().matches("\"storage\":").count(), 3, "{}", site.lock().to_text());
}

#[test]
fn a_new_dataset_of_a_former_name_has_storage_of_its_own() {
    let site = Site::new();
    site.render(world(store_of("S", [dataset("a")]), &["S/a"]), today());
    site.render(world(store_of("S", [dataset("x").renamed_from("a")]), &["S/x"]), today());
    let both = world(store_of("S", [dataset("x"), dataset("a")]), &["S/x", "S/a"]);
    let proposal = site.render(both, today());
    assert_eq!(touched(&proposal), [(Action::Create, "shelf.S/a-2".to_owned())]);
}

#[test]
fn a_dataset_of_the_name_of_a_held_one_starts_anew() {
    let site = Site::new();
    let other = || dataset("z");
    site.render(world(store_of("S", [dataset("a"), other()]), &["S/a", "S/z"]), today());
    let gone = site.render(world(store_of("S", [other()]), &["S/z"]), today());
    assert_eq!(touched(&gone), [(Action::Hold, "shelf.S/a".to_owned())]);
    let anew = site.render(world(store_of("S", [dataset("a"), other()]), &["S/a", "S/z"]), today());
    assert_eq!(touched(&anew), [(Action::Create, "shelf.S/a-2".to_owned())]);
    assert_eq!(shelves(&anew).len(), 3);
    // Nor does a rename take up what is held of somebody else.
    let moved = world(store_of("S", [dataset("a"), dataset("q").renamed_from("z")]), &["S/a", "S/q"]);
    assert_eq!(touched(&site.render(moved, today())), []);
    // When it was let go, and somebody recorded that, its name is free.
    let later = day("2028-11-21");
    let only = |name| world(store_of("S", [dataset("q"), dataset(name)]), &["S/q"]);
    site.render(only("w"), today());
    site.render(only("w"), later);
    let taken = world(store_of("S", [dataset("q"), dataset("a")]), &["S/q", "S/a"]);
    let taken = site.propose(taken, later).unwrap();
    assert_eq!(touched(&taken), [(Action::Create, "shelf.S/a-3".to_owned())], "the shelf may be there");
    broker().record_applied(&mut site.target(), None).unwrap();
    site.render(only("w"), later);
    let free = world(store_of("S", [dataset("q"), dataset("a")]), &["S/q", "S/a"]);
    assert_eq!(touched(&site.render(free, later)), [(Action::Create, "shelf.S/a".to_owned())]);
}

#[test]
fn a_consumer_that_comes_back_to_a_dataset_finds_its_history() {
    let site = Site::new();
    site.render(world(store_of("S", [dataset("a"), dataset("z")]), &["S/a", "S/z"]), today());
    site.render(world(store_of("S", [dataset("a"), dataset("z")]), &["S/z"]), today());
    let renamed = world(store_of("S", [dataset("x").renamed_from("a"), dataset("z")]), &["S/x", "S/z"]);
    let back = site.render(renamed, today());
    assert!(touched(&back).iter().all(|(action, _)| *action == Action::Update), "{:?}", touched(&back));
    assert_eq!(shelves(&back).len(), 2);
}

#[test]
fn a_name_that_two_branches_gave_is_refused() {
    let site = Site::new();
    site.render(world(store_of("S", [dataset("a")]), &["S/a"]), today());
    site.render(world(store_of("S", [dataset("x").renamed_from("a")]), &["S/x"]), today());
    let text = site.lock().to_text();
    let spaced: String = text.split_whitespace().collect();
    assert!(spaced.contains(r#""S/x":{"storage":"a","from":"a"}"#), "{text}");
    let mut lock: serde_json::Value = serde_json::from_str(&text).unwrap();
    let names = &mut lock["storage"]["names"]["datasets"];
    names["S/y"] = names["S/x"].clone();
    let merged = Lock::from_text(&lock.to_string()).unwrap();
    let both = || store_of("S", [dataset("x"), dataset("y")]);
    let refused = place(world(both(), &["S/x", "S/y"]), &merged).unwrap_err();
    assert_eq!(codes(&refused), ["lock/name-twice"]);
    // An entry of what is not declared gives no name.
    assert!(place(world(store_of("S", [dataset("x")]), &["S/x"]), &merged).is_ok());
}

#[test]
fn a_lost_entry_of_what_was_never_renamed_is_no_loss() {
    let site = Site::new();
    let one = || world(store_of("S", [dataset("a"), dataset("b")]), &["S/a", "S/b"]);
    site.render(one(), today());
    assert!(!site.lock().to_text().contains("\"storage\""));
}

#[test]
fn a_lock_of_the_former_format_is_read_and_what_was_made_anew_stays_as_it_is() {
    let site = Site::new();
    let one = || world(store_of("S", [dataset("x").renamed_from("a")]), &["S/x"]);
    let lock = |text: String| {
        let mut lock: serde_json::Value = serde_json::from_str(&text).unwrap();
        lock["format"] = "datasurface-lock/1".into();
        lock.as_object_mut().unwrap().remove("storage");
        Lock::from_text(&lock.to_string()).unwrap()
    };
    // It was stored under `x` when it was made anew under its new name.
    site.render(one(), today());
    let old = lock(site.lock().to_text());
    assert!(old.to_text().contains("datasurface-lock/1"));
    let proposal = site.propose_with(one(), &old, today()).unwrap();
    assert_eq!(shelves(&proposal), ["shelf.S/x".to_owned()].into());
    assert!(proposal.plan(&"P".into()).unwrap().is_empty());
    assert!(proposal.lock().to_text().contains("datasurface-lock/2"));
    // A datastore that is renamed at that moment is known by who captures it.
    let renamed = world(store_of("T", [dataset("x").renamed_from("a")]).renamed_from("S"), &["T/x"]);
    assert_eq!(touched(&site.propose_with(renamed, &old, today()).unwrap()), []);
}
