//! What decides between platforms that can all do a task.

use crate::fixture::*;
use datasurface_broker::Lock;
use datasurface_graph::Stage;
use datasurface_model::*;

fn wanting(group: DatasetGroup) -> Workspace {
    consumer("W", group.sink("S/a"))
}

fn server(ecosystem: Ecosystem, lock: &Lock) -> (String, Vec<String>) {
    let placed = place(ecosystem, lock).unwrap();
    let stages = placed.lock().assignments().group(&"W/g".into()).unwrap().clone();
    let [(platform, _)] = stages.into_iter().collect::<Vec<_>>().try_into().unwrap();
    (platform.to_string(), placed.findings().codes().map(str::to_owned).collect())
}

/// The store `S` captured by this platform.
fn captured_by(platform: &str) -> Lock {
    let mut lock = Lock::default();
    lock.assignments_mut().assign_primary("S".into(), platform.into(), Stage::Provisioned);
    lock
}

#[test]
fn a_wish_is_fulfilled_by_whoever_can() {
    let wish = || DatasetGroup::new("g").with_preferred_platform("B");
    let both = || [minimal_platform("A"), minimal_platform("B")];
    assert_eq!(server(fixture(both(), [wanting(wish())]), &Lock::default()), ("B".into(), vec![]));

    let decided = place(fixture([minimal_platform("A")], [one()]), &Lock::default()).unwrap();
    assert_eq!(server(fixture(both(), [wanting(wish())]), decided.lock()), ("A".into(), vec![]));

    let pinned = fixture(both(), [wanting(wish())]).group_pin("W/g", ["A"]).primary_pin("S", "A");
    assert_eq!(server(pinned, &Lock::default()).0, "A");
}

fn one() -> Workspace {
    wanting(DatasetGroup::new("g"))
}

#[test]
fn why_a_wish_is_not_fulfilled_is_told() {
    let wish = DatasetGroup::new("g").with_preferred_platform("B").with_milestoning(Milestoning::Forensic);
    let platforms = [minimal_platform("A"), minimal_platform("B").setting("live_only", true)];
    let placed = place(fixture(platforms, [wanting(wish)]), &Lock::default()).unwrap();
    assert_eq!(placed.findings().codes().collect::<Vec<_>>(), ["choice/unfulfilled-wish"]);
    let finding = placed.findings().iter().next().unwrap();
    assert_eq!(finding.path().to_string(), "zones/Z/teams/T/workspaces/W/groups/g/wished_platform");
    assert!(finding.message().contains("it cannot show every version of a record"), "{finding}");
}

#[test]
fn each_criterion_counts_before_those_behind_it() {
    let old = Deprecation::new(day("2026-01-01"), "too slow");
    let production = |platform: PlatformDeclaration| platform.in_production();
    let group = || DatasetGroup::new("g");
    // `A` comes first by name, so each of these says why it does not serve; and loses by less than it wins.
    let by_wish = fixture(
        [minimal_platform("A"), minimal_platform("B").deprecated(old.clone())],
        [wanting(group().with_preferred_platform("B"))],
    );
    assert_eq!(server(by_wish, &Lock::default()).0, "B");
    let by_deprecation = [minimal_platform("A").deprecated(old), production(minimal_platform("B"))];
    assert_eq!(server(fixture(by_deprecation, [one()]), &Lock::default()).0, "B");
    let by_status = || [production(minimal_platform("A")), minimal_platform("B")];
    assert_eq!(server(fixture(by_status(), [one()]), &captured_by("A")).0, "B");
    let costly = |name: &str, cost: u64| minimal_platform(name).setting("cost", cost);
    let by_hand_over = [costly("A", 1), costly("B", 2)];
    assert_eq!(server(fixture(by_hand_over, [one()]), &captured_by("B")).0, "B");
    let by_cost = [costly("A", 2), costly("B", 1)];
    assert_eq!(server(fixture(by_cost, [one()]), &Lock::default()), ("B".into(), vec![]));
}

#[test]
fn costs_count_where_each_platform_that_can_states_one() {
    let costly = |name: &str, cost: u64| minimal_platform(name).setting("cost", cost);
    let unknown = [minimal_platform("A"), costly("B", 1), costly("C", 0)];
    assert_eq!(
        server(fixture(unknown, [one()]), &Lock::default()),
        ("A".into(), vec!["choice/several".into()])
    );
    let unable = [minimal_platform("A").setting("live_only", true), costly("B", 2), costly("C", 1)];
    let forensic = wanting(DatasetGroup::new("g").with_milestoning(Milestoning::Forensic));
    assert_eq!(server(fixture(unable, [forensic]), &Lock::default()), ("C".into(), vec![]));
}

#[test]
fn a_capture_that_only_the_names_decided_is_told() {
    let platforms = || [minimal_platform("A"), minimal_platform("B")];
    let consumers = ["W", "V"].map(|name| consumer(name, DatasetGroup::new("g").sink("S/a")));
    let served = fixture(platforms(), consumers).group_pin("W/g", ["A"]).group_pin("V/g", ["B"]);
    let placed = place(served.clone(), &Lock::default()).unwrap();
    assert_eq!(placed.findings().codes().collect::<Vec<_>>(), ["choice/several-captures"]);
    let again = place(served.clone(), placed.lock()).unwrap();
    assert!(again.findings().is_empty(), "what was decided stays: {}", again.findings());
    let placed = place(served.primary_pin("S", "B"), &Lock::default()).unwrap();
    assert!(placed.findings().is_empty(), "{}", placed.findings());
}
