//! Locks that are lost, as a whole or in part: the target has a copy.

use crate::fixture::*;
use datasurface_broker::Lock;
use datasurface_model::*;
use datasurface_platform::Action;
use serde_json::Value;

fn dataset(name: &str) -> Dataset {
    Dataset::new(name, "id Integer key, text VarChar(10)")
}

fn world(datasets: impl IntoIterator<Item = Dataset>, sinks: &[&str]) -> Ecosystem {
    let store = Datastore::new("S").captured(Capture::sql_snapshot("Z/T/Source"));
    let store = datasets.into_iter().fold(store, Datastore::dataset);
    let group = DatasetGroup::new("g").with_sinks(sinks.iter().copied());
    world_of(store, [minimal_platform("P")], [consumer("W", group.with_retention(Retention::years(1)))])
}

fn edited(lock: &Lock, edit: impl FnOnce(&mut Value)) -> Lock {
    let mut text: Value = serde_json::from_str(&lock.to_text()).unwrap();
    edit(&mut text);
    Lock::from_text(&text.to_string()).unwrap()
}

/// A site where `S/x` is stored as `S/a`, and nothing but the lock says so.
fn renamed() -> (Site, Ecosystem) {
    let site = Site::new();
    site.render(world([dataset("a"), dataset("b")], &["S/a", "S/b"]), today());
    site.render(world([dataset("x").renamed_from("a"), dataset("b")], &["S/x", "S/b"]), today());
    let settled = world([dataset("x"), dataset("b")], &["S/x", "S/b"]);
    site.render(settled.clone(), today());
    (site, settled)
}

#[test]
fn a_lost_lock_is_refused_and_restored_from_the_target() {
    let (site, model) = renamed();
    let lock = site.lock();
    let refused = site.propose_with(model.clone(), &Lock::default(), today()).unwrap_err();
    assert_eq!(codes(&refused), ["lock/missing"]);
    assert!(refused.findings().iter().all(|finding| finding.help().unwrap().contains("--restore-lock")));
    let target = site.target();
    let restored = target.manifest().unwrap().recorded_lock().unwrap();
    assert_eq!(restored.to_text(), lock.to_text());
    let proposal = site.propose_with(model, restored, today()).unwrap();
    assert!(proposal.plan(&"P".into()).unwrap().is_empty());
    assert_eq!(proposal.manifest(), target.manifest().unwrap());
}

#[test]
fn an_entry_that_is_lost_is_refused_where_something_would_be_stored_elsewhere() {
    let (site, model) = renamed();
    let lost = edited(&site.lock(), |lock| {
        lock["storage"]["names"]["datasets"].as_object_mut().unwrap().remove("S/x").unwrap();
    });
    let refused = site.propose_with(model, &lost, today()).unwrap_err();
    assert_eq!(codes(&refused), ["lock/other-storage"]);
    let message = refused.findings().iter().next().unwrap().message().to_owned();
    assert!(message.contains("`S/x` is stored under `a`"), "{message}");
    // The mirror: the model still says how it was called.
    let told = world([dataset("x").renamed_from("a"), dataset("b")], &["S/x", "S/b"]);
    assert!(site.propose_with(told, &lost, today()).unwrap().plan(&"P".into()).unwrap().is_empty());
}

#[test]
fn an_entry_that_is_given_to_something_else_is_refused() {
    let (site, _) = renamed();
    // Two branches renamed the same thing; who merged them removed the entry of what has the data.
    let stolen = edited(&site.lock(), |lock| {
        let names = lock["storage"]["names"]["datasets"].as_object_mut().unwrap();
        let entry = names.remove("S/x").unwrap();
        names.insert("S/y".to_owned(), entry);
    });
    let both = world([dataset("x"), dataset("y"), dataset("b")], &["S/x", "S/y", "S/b"]);
    let refused = site.propose_with(both.clone(), &stolen, today()).unwrap_err();
    assert_eq!(codes(&refused), ["lock/other-storage"; 2]);
    // The mirror: the entry stays with what has the data.
    let proposal = site.propose_with(both, &site.lock(), today()).unwrap();
    let created = steps(&proposal, "P").into_iter().filter(|(action, _, _)| *action == Action::Create);
    let shelves: Vec<String> =
        created.map(|(_, resource, _)| resource).filter(|one| one.starts_with("shelf.")).collect();
    assert_eq!(shelves, ["shelf.S/y"]);
}

#[test]
fn a_name_that_is_held_is_not_given_away_by_a_lock_that_lost_it() {
    let site = Site::new();
    site.render(world([dataset("a"), dataset("b")], &["S/a", "S/b"]), today());
    site.render(world([dataset("b")], &["S/b"]), today());
    let lost = edited(&site.lock(), |lock| {
        lock["storage"].as_object_mut().unwrap().remove("left").unwrap();
    });
    let again = world([dataset("a"), dataset("b")], &["S/a", "S/b"]);
    let refused = site.propose_with(again.clone(), &lost, today()).unwrap_err();
    assert_eq!(codes(&refused), ["lock/other-storage"]);
    assert!(site.propose_with(again, &site.lock(), today()).is_ok());
    // Nobody takes the name: the next lock has what was lost.
    let other = world([dataset("b"), dataset("c")], &["S/b", "S/c"]);
    let healed = site.propose_with(other, &lost, today()).unwrap();
    assert!(healed.lock().to_text().contains("\"left\""));
}

#[test]
fn what_was_never_renamed_is_untouched_by_lost_storage_names() {
    let (site, _) = renamed();
    let lost = edited(&site.lock(), |lock| {
        lock["storage"]["names"]["datasets"].as_object_mut().unwrap().remove("S/x").unwrap();
    });
    // Without the renamed dataset, nothing that remains was renamed.
    let rest = world([dataset("b")], &["S/b"]);
    let proposal = site.propose_with(rest, &lost, today()).unwrap();
    let touched = steps(&proposal, "P").into_iter().filter(|(_, resource, _)| resource.starts_with("shelf."));
    let touched: Vec<_> = touched.map(|(action, resource, _)| (action, resource)).collect();
    assert_eq!(touched, [(Action::Hold, "shelf.S/a".to_owned())]);
}

#[test]
fn a_target_of_an_earlier_version_has_no_copy_of_the_lock() {
    let (site, model) = renamed();
    let text = site.target().manifest().unwrap().to_json().unwrap();
    let mut old: Value = serde_json::from_str(&text).unwrap();
    old.as_object_mut().unwrap().remove("recorded_lock").unwrap();
    let old = datasurface_broker::Manifest::from_json(old.to_string().as_bytes()).unwrap();
    assert_eq!(old.recorded_lock(), None);
    let placed = place(model, &site.lock()).unwrap();
    let proposal = broker().propose(&placed, datasurface_broker::Base::Target(Some(&old)), today()).unwrap();
    assert!(proposal.plan(&"P".into()).unwrap().is_empty());
    assert!(proposal.manifest().recorded_lock().is_some());
}
