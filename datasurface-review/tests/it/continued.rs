//! `continues`: a new dataset takes up what is held of one that is gone, if its team declared that one last.

use crate::{
    edited_locks::with_an_old_error,
    fixture::*,
    review::{judged, refusals},
};
use datasurface_broker::{BrokerError, Lock, Proposal};
use datasurface_model::*;
use datasurface_platform::Action;

pub(crate) fn dataset(name: &str) -> Dataset {
    Dataset::new(name, "id Integer key, text VarChar(10)")
}

pub(crate) fn store(name: &str, datasets: impl IntoIterator<Item = Dataset>) -> Datastore {
    let datasets: Vec<Dataset> = datasets.into_iter().collect();
    let capture = datasets.iter().fold(Capture::sql_snapshot("Z/C/Source"), |capture, dataset| {
        capture.table(dataset.name().clone(), format!("{name}_{}", dataset.name()))
    });
    datasets.into_iter().fold(Datastore::new(name), Datastore::dataset).captured(capture)
}

/// Datastores of two teams, all of whose datasets somebody reads, and is promised for a year.
pub(crate) fn world(
    t: impl IntoIterator<Item = Datastore>,
    u: impl IntoIterator<Item = Datastore>,
) -> Ecosystem {
    let (t, u): (Vec<_>, Vec<_>) = (t.into_iter().collect(), u.into_iter().collect());
    let sinks: Vec<String> = t
        .iter()
        .chain(&u)
        .flat_map(|store| store.datasets().iter().map(|one| format!("{}/{}", store.name(), one.name())))
        .collect();
    let group = DatasetGroup::new("g").with_sinks(sinks.iter().map(String::as_str));
    let reader =
        Workspace::new("W").with_container("Z/C/Lake").group(group.with_retention(Retention::years(1)));
    let common = Team::new()
        .container(
            DataContainer::sqlite("Source", "source.db").located("V/L").readable_by(ContainerUser::Everyone),
        )
        .container(DataContainer::sqlite("Lake", "lake.db").located("V/L"))
        .workspace(reader);
    let of = |stores: Vec<Datastore>| stores.into_iter().fold(Team::new(), Team::datastore);
    let zone = GovernanceZone::new()
        .team("C", "github:o/common@main", common)
        .team("T", "github:o/team@main", of(t))
        .team("U", "github:o/other@main", of(u));
    Ecosystem::new("E", "github:o/model@main", "github:o/live@main")
        .vendor(InfrastructureVendor::new("V").location("L"))
        .platform(minimal_platform("P"))
        .zone("Z", "github:o/zone@main", zone)
}

fn shelves(proposal: &Proposal) -> Vec<(Action, String)> {
    let steps = steps(proposal, "P").into_iter().filter(|(_, resource, _)| resource.starts_with("shelf."));
    steps.map(|(action, resource, _)| (action, resource)).collect()
}

fn refused(proposal: Result<Proposal, BrokerError>) -> Vec<String> {
    proposal.unwrap_err().findings().codes().map(str::to_owned).collect()
}

/// A site where `S/a` of the team `T` is held.
fn held() -> Site {
    let site = Site::new();
    site.render(world([store("S", [dataset("a"), dataset("b")])], []), today());
    site.render(world([store("S", [dataset("b")])], []), today());
    assert_eq!(site.lock().held(&"P".into()).len(), 1);
    site
}

#[test]
fn a_new_dataset_takes_up_what_is_held() {
    for name in ["a", "c"] {
        let site = held();
        let taking = || world([store("S", [dataset("b"), dataset(name).continuing("S/a")])], []);
        let proposal = site.render(taking(), today());
        let touched = shelves(&proposal);
        assert!(touched.iter().all(|(action, _)| *action == Action::Update), "{name}: {touched:?}");
        assert!(proposal.lock().held(&"P".into()).is_empty());
        let lock = site.lock();
        assert_eq!(place(taking(), &lock).unwrap().lock(), &lock, "placing again changes nothing");
        // What was taken up stays where it is, also when nobody says so any more.
        let settled = world([store("S", [dataset("b"), dataset(name)])], []);
        assert_eq!(shelves(&site.render(settled, today())), []);
    }
    // The mirror: without it, a new dataset begins without history.
    let site = held();
    let proposal = site.render(world([store("S", [dataset("a"), dataset("b")])], []), today());
    assert_eq!(shelves(&proposal), [(Action::Create, "shelf.S/a-2".to_owned())]);
}

#[test]
fn nobody_else_takes_up_what_is_held() {
    let site = held();
    // The datastore went to another team when the dataset was gone already.
    site.render(world([], [store("S", [dataset("b")])]), today());
    let stolen = || store("S", [dataset("b"), dataset("c").continuing("S/a")]);
    assert_eq!(refused(site.propose(world([], [stolen()]), today())), ["lock/not-last-owner"]);
    // Back with the last owner, it may.
    site.render(world([store("S", [dataset("b")])], []), today());
    assert!(site.propose(world([stolen()], []), today()).is_ok());
}

#[test]
fn a_new_datastore_takes_up_the_storage_of_one_that_is_gone() {
    for name in ["S", "N"] {
        let site = Site::new();
        let other = || store("O", [dataset("d")]);
        site.render(world([store("S", [dataset("a"), dataset("b")]), other()], []), today());
        site.render(world([other()], []), today());
        // What does not continue begins without history, whatever it is called.
        let new = || store(name, [dataset("a").continuing("S/a"), dataset("b")]);
        assert_eq!(
            refused(site.propose(world([other()], [new()]), today())),
            ["lock/not-last-owner"],
            "{name}"
        );
        let elsewhere = store("O", [dataset("d"), dataset("c").continuing("S/a")]);
        assert_eq!(refused(site.propose(world([elsewhere], []), today())), ["lock/cannot-continue"]);
        let proposal = site.render(world([new(), other()], []), today());
        let created: Vec<_> =
            shelves(&proposal).into_iter().filter(|(action, _)| *action != Action::Update).collect();
        assert_eq!(created, [(Action::Create, "shelf.S/b-2".to_owned())], "{name}");
        let lock = site.lock();
        let again = || world([new(), other()], []);
        assert_eq!(place(again(), &lock).unwrap().lock(), &lock);
        assert_eq!(lock.held(&"P".into()).len(), 1, "the former `S/b`");
    }
}

#[test]
fn a_team_that_is_gone_has_left_nothing_to_anybody() {
    let site = Site::new();
    let other = || store("O", [dataset("d")]);
    site.render(world([store("S", [dataset("a")])], [other()]), today());
    let without_t = world([], [other()]).edit_zone("Z", |zone| {
        let teams: Vec<TeamDeclaration> =
            zone.teams().iter().filter(|team| team.name().as_str() != "T").cloned().collect();
        zone.with_teams(teams)
    });
    site.render(without_t, today());
    let taking = world([store("S", [dataset("a").continuing("S/a")])], [other()]);
    assert_eq!(refused(site.propose(taking, today())), ["lock/not-last-owner"]);
}

#[test]
fn what_is_not_held_cannot_be_taken_up_and_what_has_data_keeps_it() {
    let site = held();
    let unknown = world([store("S", [dataset("b"), dataset("c").continuing("S/x")])], []);
    assert_eq!(refused(site.propose(unknown, today())), ["lock/cannot-continue"]);
    let known = world([store("S", [dataset("b").continuing("S/a")])], []);
    assert_eq!(refused(site.propose(known, today())), ["lock/cannot-continue"]);
    // Removed and taken up at once: nobody has seen yet what is left.
    let at_once = world([store("S", [dataset("c").continuing("S/b")])], []);
    assert_eq!(refused(site.propose(at_once, today())), ["lock/cannot-continue"]);
    // In another environment, where nothing was ever rendered, there is nothing to take up, now and later.
    let site = Site::new();
    let taking = || world([store("S", [dataset("b"), dataset("c").continuing("S/a")])], []);
    site.render(taking(), today());
    assert_eq!(shelves(&site.render(taking(), today())), []);
}

#[test]
fn what_has_data_is_told_at_once_that_it_takes_up_nothing() {
    let others = || [store("O", [dataset("d"), dataset("e")])];
    let site = Site::new();
    site.render(world([store("S", [dataset("a"), dataset("b")])], others()), today());
    // `b` was renamed, so the lock knows that it is no new dataset. Nothing is held.
    let renamed = || dataset("c").renamed_from("b");
    site.render(world([store("S", [dataset("a"), renamed()])], others()), today());
    for taking in [dataset("a").continuing("O/d"), renamed().continuing("O/d"), renamed().continuing("O/x")] {
        let rest = if taking.name().as_str() == "a" { renamed() } else { dataset("a") };
        let taking = world([store("S", [taking, rest])], others());
        assert_eq!(refused(site.propose(taking, today())), ["lock/cannot-continue"]);
    }
}

#[test]
fn nobody_is_hindered_by_what_another_team_said_where_nothing_was_rendered_yet() {
    let site = Site::new();
    let taking = || store("S", [dataset("a").continuing("O/d"), dataset("b")]);
    let with = |names: &[&str]| world([taking()], [store("O", names.iter().map(|name| dataset(name)))]);
    site.render(with(&["d", "e"]), today());
    // Removed by its team, declared anew, and removed again.
    for names in [&["e"][..], &["d", "e"], &["e"]] {
        let touched = shelves(&site.render(with(names), today()));
        assert!(touched.iter().all(|(_, shelf)| !shelf.starts_with("shelf.S/")), "{touched:?}");
        let lock = site.lock();
        assert_eq!(place(with(names), &lock).unwrap().lock(), &lock, "placing again changes nothing");
    }
    // Renamed, it is the same dataset.
    let renamed = dataset("c").renamed_from("a").continuing("O/d");
    let renamed = world([store("S", [renamed, dataset("b")])], [store("O", [dataset("e")])]);
    assert!(site.propose(renamed, today()).is_ok());
}

#[test]
fn a_lock_that_does_not_know_the_last_owner_leaves_nothing_to_anybody() {
    let site = held();
    let mut text: serde_json::Value = serde_json::from_str(&site.lock().to_text()).unwrap();
    text["storage"]["left"]["datasets"] = serde_json::json!(["S/a"]);
    text.as_object_mut().unwrap().remove("owners").unwrap();
    let lock = Lock::from_text(&text.to_string()).unwrap();
    let taking = world([store("S", [dataset("b"), dataset("c").continuing("S/a")])], []);
    assert_eq!(codes(&place(taking, &lock).unwrap_err()), ["lock/not-last-owner"]);
}

/// The lock after an edit of its JSON.
pub(crate) fn edited(lock: &Lock, edit: impl FnOnce(&mut serde_json::Value)) -> Lock {
    let mut text = serde_json::from_str(&lock.to_text()).unwrap();
    edit(&mut text);
    Lock::from_text(&text.to_string()).unwrap()
}

#[test]
fn an_edited_lock_gives_nobody_what_is_held_of_another_team() {
    let site = held();
    // The datastore goes to the team `U`, by consent; what was held before stays that of `T`.
    let moved = world([], [store("S", [dataset("b")])]);
    site.render(moved.clone(), today());
    let own = site.lock();
    let stolen = world([], [store("S", [dataset("b"), dataset("c").continuing("S/a")])]);
    let of_u = serde_json::json!("Z/U");
    let owner = edited(&own, |lock| lock["storage"]["left"]["datasets"]["S/a"] = of_u.clone());
    // The team `U` takes the place of `T`.
    let renamed = edited(&own, |lock| {
        lock["storage"]["names"]["teams"] =
            serde_json::json!({"Z/U": {"storage": "T"}, "Z/T": {"storage": "V"}});
    });
    for forged in [owner, renamed] {
        assert!(place(stolen.clone(), &forged).is_ok(), "a lock alone is believed");
        let refused = refused(site.propose_with(stolen.clone(), &forged, today()));
        assert!(
            refused.iter().any(|code| ["lock/other-owner", "lock/other-storage"].contains(&&**code)),
            "{refused:?}"
        );
        // An error that was there before hides nothing.
        let erroneous = [&moved, &stolen].map(with_an_old_error);
        for [before, after] in [[&moved, &stolen], [&erroneous[0], &erroneous[1]]] {
            let report = judged([(before, &own), (after, &forged)], "github:o/model@main", today());
            let codes = refusals(&report);
            let of_lock = ["lock/other-owner", "lock/edited"];
            assert!(codes.iter().any(|code| of_lock.contains(code)), "{codes:?}");
        }
    }
    // Beforehand, as long as nothing is held, an owner is not edited either.
    let site = Site::new();
    let both = world([store("S", [dataset("a"), dataset("b")])], []);
    site.render(both.clone(), today());
    let forged = edited(&site.lock(), |lock| lock["owners"]["S"] = of_u.clone());
    let later = both.clone().documented("the same");
    let judge = |lock: &Lock| {
        let report = judged([(&both, &site.lock()), (&later, lock)], "github:o/model@main", today());
        refusals(&report).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(judge(&forged), ["lock/other-owner"]);
    assert_eq!(refused(site.propose_with(later.clone(), &forged, today())), ["lock/other-owner"]);
    assert_eq!(judge(&site.lock()), [] as [&str; 0]);
}

#[test]
fn the_last_owner_takes_up_what_is_held_before_and_after_the_lock_is_rendered() {
    let site = held();
    let before = world([store("S", [dataset("b")])], []);
    let lock = site.lock();
    let taking = world([store("S", [dataset("b"), dataset("c").continuing("S/a")])], []);
    site.render(taking.clone(), today());
    for rendered in [&lock, &site.lock()] {
        let report = judged([(&before, &lock), (&taking, rendered)], "github:o/model@main", today());
        let codes = refusals(&report).into_iter().filter(|code| code.starts_with("lock/"));
        assert_eq!(codes.collect::<Vec<_>>(), [] as [&str; 0]);
    }
}
