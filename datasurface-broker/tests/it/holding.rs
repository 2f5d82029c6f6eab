//! What was promised outlives the consumer that it was promised to.

use crate::fixture::*;
use datasurface_broker::{AsOf, Lock, Proposal};
use datasurface_model::*;
use datasurface_platform::{Action, Effect, Scope};

fn wanting<const N: usize>(datasets: [&str; N], retention: Option<Retention>) -> Workspace {
    let group = DatasetGroup::new("g").with_sinks(datasets);
    consumer(
        "W",
        match retention {
            Some(retention) => group.with_retention(retention),
            None => group,
        },
    )
}

fn of(consumers: impl IntoIterator<Item = Workspace>) -> Ecosystem {
    fixture([minimal_platform("P")], consumers)
}

const YEAR: Option<Retention> = Some(Retention::years(1));

#[test]
fn a_dropped_dataset_is_held_until_its_retention_is_over() {
    let site = Site::new();
    site.render(of([wanting(["S/a", "S/b"], YEAR)]), today());
    let dropped = site.render(of([wanting(["S/a"], YEAR)]), today());
    assert_eq!(
        steps(&dropped, "P"),
        [
            (Action::Update, "job.Ingest/P/S".into(), Effect::InPlace),
            (Action::Hold, "shelf.S/b".into(), Effect::None),
            (Action::Retire, "job.Export/P/Z/T/Lake/S/b".into(), Effect::None),
        ]
    );
    let hold =
        dropped.plan(&"P".into()).unwrap().steps().iter().find(|step| step.action == Action::Hold).unwrap();
    assert_eq!(hold.owed_until, Some(day("2027-11-21")));
    assert!(hold.reason.contains("`S/b`") && hold.reason.contains("2027-11-21"), "{}", hold.reason);
    assert!(
        hold.cause
            .nodes
            .iter()
            .any(|node| node.to_string() == "Ingest/P/S" || node.to_string().ends_with("S/b"))
    );

    assert_eq!(steps(&site.propose(of([wanting(["S/a"], YEAR)]), day("2027-11-21")).unwrap(), "P"), []);
    let over = site.render(of([wanting(["S/a"], YEAR)]), day("2027-11-22"));
    assert_eq!(steps(&over, "P"), [(Action::Retire, "shelf.S/b".into(), Effect::DataLoss)]);
    assert!(over.plan(&"P".into()).unwrap().steps()[0].reason.contains("2027-11-21"));
    assert!(over.lock().held(&"P".into()).is_empty());
}

#[test]
fn without_a_retention_it_is_held_until_somebody_releases_it_at_the_revision_that_was_reached() {
    let site = Site::new();
    site.render(of([wanting(["S/a", "S/b"], None)]), today());
    let ecosystem = || of([wanting(["S/a"], None)]);
    let dropped = site.render(ecosystem(), today());
    assert_eq!(dropped.lock().held(&"P".into())[0].owed_until, None);
    assert_eq!(steps(&site.propose(ecosystem(), day("2100-01-01")).unwrap(), "P"), []);

    let mut lock = site.lock();
    assert!(lock.release(&"P".into(), "shelf.S/nothing", "nobody needs it").is_none());
    assert!(lock.release(&"P".into(), "shelf.S/b", "nobody needs it").is_some());
    let released = site.propose_with(ecosystem(), &lock, today()).unwrap();
    assert_eq!(steps(&released, "P"), [(Action::Retire, "shelf.S/b".into(), Effect::DataLoss)]);

    // A release of an earlier revision lets nothing go: whoever gave it has not seen what is there now.
    let more = of([wanting(["S/a"], None), consumer("V", DatasetGroup::new("g").sink("S/c"))]);
    site.render(more.clone(), today());
    let mut stale = site.lock();
    stale.release(&"P".into(), "shelf.S/b", "nobody needs it").unwrap();
    site.render(of([wanting(["S/a"], None)]), today());
    let text = stale.to_text();
    let kept = datasurface_broker::Lock::from_text(&text).unwrap();
    assert!(site.propose_with(more, &kept, today()).is_err(), "the lock is of another revision");
}

#[test]
fn less_custody_is_held_too_while_others_still_use_the_dataset() {
    let site = Site::new();
    let live = || consumer("L", DatasetGroup::new("g").sink("S/a"));
    let forensic = consumer(
        "F",
        DatasetGroup::new("g")
            .sink("S/a")
            .with_milestoning(Milestoning::Forensic)
            .with_retention(Retention::days(10)),
    );
    site.render(of([live(), forensic.clone()]), today());
    let left = site.render(of([live()]), today());
    let actions: Vec<_> =
        steps(&left, "P").into_iter().map(|(action, resource, _)| (action, resource)).collect();
    assert!(actions.contains(&(Action::Hold, "shelf.S/a".into())), "{actions:?}");
    assert!(!actions.contains(&(Action::Update, "shelf.S/a".into())), "{actions:?}");

    assert_eq!(steps(&site.propose(of([live()]), today()).unwrap(), "P"), []);
    let over = site.propose(of([live()]), day("2026-12-02")).unwrap();
    let steps = steps(&over, "P");
    assert!(steps.contains(&(Action::Update, "shelf.S/a".into(), Effect::InPlace)), "{steps:?}");
    assert!(over.lock().held(&"P".into()).is_empty());
}

#[test]
fn a_consumer_that_comes_back_finds_its_data() {
    let site = Site::new();
    site.render(of([wanting(["S/a", "S/b"], YEAR)]), today());
    site.render(of([wanting(["S/a"], YEAR)]), today());
    let back = site.render(of([wanting(["S/a", "S/b"], YEAR)]), today());
    assert!(
        steps(&back, "P")
            .iter()
            .all(|(action, resource, _)| resource != "shelf.S/b" || *action == Action::Update)
    );
    assert!(back.lock().held(&"P".into()).is_empty());
}

#[test]
fn deleting_a_declaration_deletes_no_guard() {
    let site = Site::new();
    site.render(of([wanting(["S/a"], YEAR)]), today());
    let gone = site.render(fixture([], []), today());
    let steps_of = |proposal: &Proposal| steps(proposal, "P");
    assert!(steps_of(&gone).contains(&(Action::Hold, "shelf.S/a".into(), Effect::None)));
    assert!(!steps_of(&gone).iter().any(|(_, resource, _)| resource == "frame"), "{:?}", steps_of(&gone));
    assert_eq!(steps_of(&site.propose(fixture([], []), today()).unwrap()), []);

    let over = site.render(fixture([], []), day("2028-01-01"));
    assert!(steps_of(&over).contains(&(Action::Retire, "shelf.S/a".into(), Effect::DataLoss)));
    assert!(steps_of(&over).contains(&(Action::Retire, "frame".into(), Effect::None)));
    // What is to be taken down is listed until somebody recorded that it was.
    assert!(over.manifest().platform(&"P".into()).unwrap().scopes.is_empty());
    assert!(site.bytes().contains_key("target/P/plan.json"));
    broker().record_applied(&mut site.target(), None).unwrap();
    assert!(site.target().manifest().unwrap().platforms().is_empty());
    assert!(site.propose(fixture([], []), day("2028-01-01")).unwrap().plans().next().is_none());
}

#[test]
fn taking_a_guard_out_of_the_lock_puts_it_back() {
    let site = Site::new();
    site.render(of([wanting(["S/a", "S/b"], YEAR)]), today());
    let dropped = site.render(of([wanting(["S/a"], YEAR)]), today());
    let text = dropped.lock().to_text();
    let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
    value["platforms"]["P"].as_object_mut().unwrap().remove("held").unwrap();
    let lock = datasurface_broker::Lock::from_text(&value.to_string()).unwrap();
    let later = site.propose_with(of([wanting(["S/a"], YEAR)]), &lock, day("2027-01-01")).unwrap();
    assert_eq!(steps(&later, "P"), [(Action::Hold, "shelf.S/b".into(), Effect::None)]);
    assert_eq!(later.lock().held(&"P".into())[0].owed_until, Some(day("2028-01-01")));
}

#[test]
fn making_a_lost_target_again_lets_nothing_go() {
    let site = Site::new();
    site.render(of([wanting(["S/a", "S/b"], YEAR)]), today());
    site.render(of([wanting(["S/a"], YEAR)]), today());
    site.forget_target();
    let remade = site.remake(of([wanting(["S/a"], YEAR)]), day("2028-01-01"));
    assert_eq!(remade.lock().held(&"P".into()).len(), 1);
    let over = site.render(of([wanting(["S/a"], YEAR)]), day("2028-01-01"));
    assert_eq!(steps(&over, "P"), [(Action::Retire, "shelf.S/b".into(), Effect::DataLoss)]);
}

#[test]
fn a_platform_that_forgets_or_throws_away_is_stopped() {
    for (setting, code) in [("forgets", "held/not-rendered"), ("throws_away", "plan/unguarded")] {
        let of = |consumer| fixture([minimal_platform("P").setting(setting, true)], [consumer]);
        let site = Site::new();
        site.render(of(wanting(["S/a", "S/b"], YEAR)), today());
        let before = site.bytes();
        let refused = site.propose(of(wanting(["S/a"], YEAR)), today()).unwrap_err();
        assert_eq!(codes(&refused), [code]);
        assert_eq!(site.bytes(), before);
    }
}

#[test]
fn what_is_held_stays_in_the_shard_where_it_was() {
    let site = Site::new();
    let both = || of([wanting(["S/a", "S/b"], YEAR)]);
    site.render(both(), today());
    let mut lock = site.lock();
    lock.placement_mut("P".into()).place_dataset("Ingest/P/S".parse().unwrap(), "b".into(), "aside".into());
    site.propose_with(both(), &lock, today()).unwrap().write(&mut site.target(), &site.lock_path()).unwrap();
    let dropped = site.render(of([wanting(["S/a"], YEAR)]), today());
    let aside = Scope::Shard("aside".into());
    let held = dropped.manifest().scope(&"P".into(), &aside).unwrap();
    assert!(held.record.resources.contains_key(&"shelf.S/b".into()));
}

/// Every version for so many days.
fn forensic(name: &str, days: u32) -> Workspace {
    let group = DatasetGroup::new("g").sink("S/a").with_milestoning(Milestoning::Forensic);
    consumer(name, group.with_retention(Retention::days(days)))
}

#[test]
fn who_leaves_later_is_owed_for_longer() {
    let site = Site::new();
    site.render(of([forensic("Long", 365), forensic("Short", 30)]), today());
    site.render(of([forensic("Short", 30)]), today());
    let left = site.render(of([]), day("2027-11-20"));
    assert_eq!(left.lock().held(&"P".into())[0].owed_until, Some(day("2027-12-20")));
    assert_eq!(steps(&site.propose(of([]), day("2027-12-20")).unwrap(), "P"), []);
}

#[test]
fn what_is_owed_no_more_to_one_is_held_for_another_who_leaves_at_once() {
    let site = Site::new();
    site.render(of([forensic("Long", 365), forensic("Short", 30)]), today());
    site.render(of([forensic("Short", 30)]), today());
    let left = site.render(of([]), day("2027-12-01"));
    assert_eq!(left.lock().held(&"P".into())[0].owed_until, Some(day("2027-12-31")));
    assert!(steps(&left, "P").contains(&(Action::Hold, "shelf.S/a".into(), Effect::None)));
}

#[test]
fn what_was_promised_without_an_end_does_not_end_with_a_later_consumer() {
    let site = Site::new();
    site.render(of([wanting(["S/a"], None)]), today());
    site.render(of([]), today());
    site.render(of([wanting(["S/a"], Some(Retention::days(7)))]), today());
    let left = site.render(of([]), today());
    assert_eq!(left.lock().held(&"P".into())[0].owed_until, None);
}

#[test]
fn a_guard_of_a_platform_that_model_and_lock_have_forgotten_is_put_back() {
    let site = Site::new();
    site.render(of([wanting(["S/a"], YEAR)]), today());
    let mut value: serde_json::Value = serde_json::from_str(&site.lock().to_text()).unwrap();
    value["platforms"].as_object_mut().unwrap().remove("P").unwrap();
    let lock = datasurface_broker::Lock::from_text(&value.to_string()).unwrap();
    let gone = site.propose_with(fixture([], []), &lock, today()).unwrap();
    assert_eq!(gone.lock().held(&"P".into()).len(), 1);
}

#[test]
fn what_is_held_asks_nothing_of_other_platforms() {
    let site = Site::new();
    let live = || consumer("L", DatasetGroup::new("g").sink("S/a"));
    let of = |consumers: Vec<Workspace>| {
        fixture([minimal_platform("A"), minimal_platform("B")], consumers)
            .primary_pin("S", "A")
            .group_pin("L/g", ["B"])
    };
    site.render(of(vec![live(), forensic("F", 10)]).group_pin("F/g", ["B"]), today());
    site.render(of(vec![live()]), today());
    let mut lock = site.lock();
    assert!(lock.release(&"A".into(), "shelf.S/a", "nobody needs it").is_some());
    let released = site.propose_with(of(vec![live()]), &lock, today()).unwrap();
    assert!(released.lock().held(&"A".into()).is_empty());
    assert_eq!(released.lock().held(&"B".into()).len(), 1);
}

#[test]
fn what_begins_to_be_held_still_moves_and_changes_with_those_who_use_it() {
    let site = Site::new();
    let live = || consumer("L", DatasetGroup::new("g").sink("S/a"));
    site.render(of([live(), forensic("F", 10)]), today());
    let wider = of([live()]).edit_team("Z", "T", |team| {
        let store = Datastore::new("S")
            .captured(Capture::sql_snapshot("Z/T/Source"))
            .dataset(Dataset::new("a", "id Integer key, text VarChar(10), more VarChar(10)"));
        team.without_datastore(store.name()).datastore(store)
    });
    let mut lock = site.lock();
    lock.placement_mut("P".into()).place_dataset("Ingest/P/S".parse().unwrap(), "a".into(), "aside".into());
    let steps = steps(&site.propose_with(wider, &lock, today()).unwrap(), "P");
    for action in [Action::Hold, Action::Move, Action::Update] {
        assert!(steps.iter().any(|step| step.0 == action && step.1 == "shelf.S/a"), "{action}: {steps:?}");
    }
}

/// What a clock that says this day would do, and the lock that goes with it.
fn by_clock(site: &Site, ecosystem: Ecosystem, on: &str) -> Proposal {
    site.propose_as_of(ecosystem, AsOf::from_clock(day(on))).unwrap()
}

fn doubts(proposal: &Proposal) -> Vec<String> {
    proposal
        .findings()
        .iter()
        .filter(|found| found.code() == "plan/clock-ahead")
        .map(|found| found.message().to_owned())
        .collect()
}

#[test]
fn a_clock_that_is_ahead_lets_nothing_go() {
    let site = Site::new();
    let ecosystem = || of([wanting(["S/a"], YEAR)]);
    site.render(of([wanting(["S/a", "S/b"], YEAR)]), today());
    assert!(!site.lock().to_text().contains("trusted_on"), "nothing is held");
    site.render(ecosystem(), today());
    assert!(site.lock().to_text().contains("\"trusted_on\": \"2026-11-21\""));

    // Three years ahead: it was owed until 2027-11-21.
    let ahead = by_clock(&site, ecosystem(), "2029-11-21");
    assert_eq!(steps(&ahead, "P"), []);
    assert_eq!(ahead.lock().held(&"P".into()), site.lock().held(&"P".into()));
    assert_eq!(
        doubts(&ahead),
        [
            "`shelf.S/b` stays, although it is not owed any more: the clock says 2029-11-21, which is more than a week past \
          2026-11-21, the last day that was known to be right"
        ]
    );
    ahead.write(&mut site.target(), &site.lock_path()).unwrap();
    assert_eq!(
        steps(&by_clock(&site, ecosystem(), "2029-11-22"), "P"),
        [],
        "a wrong day does not vouch for the next one"
    );

    // Set right, nothing was lost. Somebody says that it is later, and from then on the clock is believed.
    assert_eq!(doubts(&by_clock(&site, ecosystem(), "2026-11-28")), [] as [&str; 0]);
    site.render(ecosystem(), day("2027-11-20"));
    let over = by_clock(&site, ecosystem(), "2027-11-22");
    assert_eq!(steps(&over, "P"), [(Action::Retire, "shelf.S/b".into(), Effect::DataLoss)]);
    assert_eq!(doubts(&over), [] as [&str; 0]);
    assert!(!over.lock().to_text().contains("trusted_on"), "nothing is held any more");
    let later = by_clock(&site, ecosystem(), "2027-11-28");
    assert_eq!((steps(&later, "P"), doubts(&later).len()), (vec![], 1), "more than a week");
    let said = site.propose(ecosystem(), day("2027-11-28")).unwrap();
    assert_eq!(steps(&said, "P"), steps(&over, "P"));
}

#[test]
fn a_lock_that_knows_no_day_lets_nothing_go_by_a_clock() {
    let site = Site::new();
    site.render(of([wanting(["S/a", "S/b"], YEAR)]), today());
    site.render(of([wanting(["S/a"], YEAR)]), today());
    let text = site.lock().to_text().replace("  \"trusted_on\": \"2026-11-21\",\n", "");
    let lock = Lock::from_text(&text).unwrap();
    assert_ne!(lock, site.lock());
    let aware =
        site.propose_with(of([wanting(["S/a"], YEAR)]), &lock, AsOf::from_clock(day("2027-11-22"))).unwrap();
    assert_eq!(steps(&aware, "P"), []);
    assert!(
        doubts(&aware)[0].ends_with("the clock says 2027-11-22, which is not known to be right"),
        "{:?}",
        doubts(&aware)
    );
}

#[test]
fn what_was_rendered_since_the_last_apply_is_held_like_what_was_applied() {
    let site = Site::new();
    site.render(of([wanting(["S/a"], YEAR)]), today());
    let applied = [("P".into(), None)].into();
    site.target().record_applied(&applied, site.lock_path().parent().unwrap()).unwrap();
    // An apply of this one fails on the way: nobody knows what it made.
    site.render(of([wanting(["S/a", "S/b"], YEAR)]), today());
    let dropped = site.render(of([wanting(["S/a"], YEAR)]), today());
    let held = |proposal: &Proposal| -> Vec<String> {
        proposal.lock().held(&"P".into()).iter().map(|held| held.resource.to_string()).collect()
    };
    assert_eq!(held(&dropped), ["shelf.S/b"]);
    assert!(steps(&dropped, "P").contains(&(Action::Create, "shelf.S/b".into(), Effect::None)));
    let again = site.render(of([wanting(["S/a"], YEAR)]), today());
    assert_eq!(held(&again), ["shelf.S/b"]);
    // Its time is over before anything was applied: its name stays taken until something is.
    let over = site.render(of([wanting(["S/a"], YEAR)]), day("2027-11-22"));
    assert_eq!(held(&over), [] as [&str; 0]);
    let resources = |proposal: &Proposal| -> Vec<String> {
        let record = proposal.manifest().platform(&"P".into()).unwrap();
        let resources = record.scopes.iter().flat_map(|scope| scope.record.resources.keys());
        resources.map(ToString::to_string).filter(|one| one.starts_with("shelf")).collect()
    };
    assert_eq!(resources(&over), ["shelf.S/a"]);
    let without_b = || {
        let store = Datastore::new("S").captured(Capture::sql_snapshot("Z/T/Source"));
        let store = store.dataset(Dataset::new("a", "id Integer key, text VarChar(10)"));
        world_of(store, [minimal_platform("P")], [wanting(["S/a"], YEAR)])
    };
    site.render(without_b(), day("2027-11-22"));
    let left = |site: &Site| site.lock().to_text().contains("\"S/b\"");
    assert!(left(&site), "{}", site.lock().to_text());
    site.target().record_applied(&applied, site.lock_path().parent().unwrap()).unwrap();
    site.render(without_b(), day("2027-11-22"));
    assert!(!left(&site), "{}", site.lock().to_text());
}
