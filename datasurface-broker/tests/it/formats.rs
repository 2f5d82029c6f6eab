//! The choice by formats: who can read what others offer.

use crate::fixture::*;
use datasurface_broker::{Adjustment, Candidate, Lock, PlatformTask};
use datasurface_graph::Stage;
use datasurface_model::*;

fn group() -> DatasetGroup {
    DatasetGroup::new("g").sink("S/a")
}

/// Captures, and offers in these formats.
fn capturing(name: &str, offered: &str) -> PlatformDeclaration {
    minimal_platform(name).setting("offered", offered).setting("offers_as", offered)
}

/// Captures nothing, and reads these formats beside its own.
fn reading(name: &str, reads: &str) -> PlatformDeclaration {
    minimal_platform(name).setting("captures_nothing", true).setting("reads", reads)
}

/// A lock that says who captures, and who serves.
fn decided(captures: &str, serves: &str) -> Lock {
    let mut lock = Lock::default();
    lock.assignments_mut().assign_primary("S".into(), captures.into(), Stage::Provisioned);
    lock.assignments_mut().assign_group("W/g".into(), serves.into(), Stage::Provisioned);
    lock
}

fn refused(ecosystem: Ecosystem, lock: &Lock) -> String {
    place(ecosystem, lock).unwrap_err().to_string()
}

fn explained(ecosystem: Ecosystem, task: &str) -> Vec<Candidate> {
    let checked = ecosystem.validate(&Validation::on(today())).unwrap();
    let task: PlatformTask = task.parse().unwrap();
    broker().explain(checked.ecosystem(), &Lock::default(), &task).unwrap().candidates
}

#[test]
fn one_that_reads_what_is_offered_serves() {
    // The name of the first comes first, and nothing else speaks against it.
    let platforms = [reading("A", "topic"), reading("B", "box"), capturing("C", "box")];
    let wanted = || consumer("W", group());
    let placed = place(fixture(platforms, [wanted()]).primary_pin("S", "C"), &Lock::default());
    let lock = placed.unwrap().lock().clone();
    // `C` itself needs no hand-over.
    assert!(lock.assignments().group(&"W/g".into()).unwrap().contains_key("C"));
    let wishing = consumer("W", group().with_preferred_platform("A"));
    let platforms = [reading("A", "topic"), reading("B", "box"), capturing("C", "box")];
    let placed = place(fixture(platforms, [wishing]).primary_pin("S", "C"), &Lock::default()).unwrap();
    assert_eq!(placed.findings().codes().collect::<Vec<_>>(), ["choice/unfulfilled-wish"]);
    let told = placed.findings().to_string();
    assert!(
        told.contains("cannot read `S` from `C`, which offers others `box`, while it reads `shelf`, `topic`"),
        "{told}"
    );
}

#[test]
fn a_reader_that_can_read_nothing_is_refused_and_the_lack_is_told() {
    let pinned = |reads: &str| {
        fixture([reading("A", reads), capturing("C", "box")], [consumer("W", group())])
            .group_pin("W/g", ["A"])
    };
    assert!(place(pinned("box"), &Lock::default()).is_ok());
    let told = refused(pinned("topic"), &Lock::default());
    assert!(told.contains("pin/cannot-serve"), "{told}");
    assert!(told.contains("it cannot read `S` from `C`"), "{told}");
}

#[test]
fn a_decision_that_cannot_be_kept_any_more_is_told() {
    let at = |reads: &str| fixture([reading("A", reads), capturing("C", "box")], [consumer("W", group())]);
    let lock = decided("C", "A");
    assert!(place(at("box"), &lock).is_ok());
    let told = refused(at("topic"), &lock);
    assert!(told.contains("choice/cannot-serve") && told.contains("it cannot read `S` from `C`"), "{told}");
}

#[test]
fn who_captures_is_chosen_by_who_reads() {
    // `B` would come first by its name, and `A` is pinned.
    let platforms = [reading("A", "topic"), capturing("B", "box"), capturing("C", "topic")];
    let pinned = || fixture(platforms.clone(), [consumer("W", group())]).group_pin("W/g", ["A"]);
    let placed = place(pinned(), &Lock::default()).unwrap();
    assert!(placed.lock().assignments().primary_stages(&"S".into()).unwrap().contains_key("C"));
    let [_, b, c] = explained(pinned(), "S").try_into().unwrap();
    assert_eq!(c.stage, Some(Stage::Provisioned));
    let told = b.lacks[0].to_string();
    assert_eq!(told, "it offers others `box`, and `A`, which needs the data, reads `shelf`, `topic`");
}

#[test]
fn the_nearest_change_leaves_out_what_cannot_be_read() {
    let other = Datastore::new("O")
        .captured(Capture::sql_snapshot("Z/T/Source"))
        .dataset(Dataset::new("z", "id Integer key"));
    let both = consumer("W", group().sink("O/z"));
    let ecosystem = fixture([reading("A", "box"), capturing("B", "topic"), capturing("C", "box")], [both])
        .edit_team("Z", "T", |team| team.datastore(other))
        .primary_pin("O", "B")
        .primary_pin("S", "C");
    let a = explained(ecosystem, "W/g").remove(0);
    assert_eq!(a.lacks.len(), 1);
    assert!(a.lacks[0].to_string().contains("cannot read `O` from `B`"), "{}", a.lacks[0]);
    assert_eq!(a.change, [Adjustment::LeaveOut(vec![DatasetKey::new("O", "z")])]);
}

#[test]
fn a_successor_reads_what_its_predecessor_offers() {
    let moving = |reads: &str| {
        let to = minimal_platform("C").setting("reads", reads);
        fixture([capturing("B", "box"), to], [consumer("W", group())]).primary_pin("S", "C")
    };
    let told = refused(moving("topic"), &decided("B", "B"));
    assert!(told.contains("pin/cannot-capture") && told.contains("it cannot read `S` from `B`"), "{told}");
}

#[test]
fn what_is_not_claimed_is_shown_to_nobody_else() {
    // It claims to offer boxes, and offers shelves.
    let lying = minimal_platform("C").setting("offered", "box");
    let ecosystem = fixture([reading("A", "box"), lying], [consumer("W", group())]).group_pin("W/g", ["A"]);
    let placed = place(ecosystem, &Lock::default()).unwrap();
    let findings = broker().lint(&placed).findings;
    let codes: Vec<&str> = findings.codes().collect();
    assert_eq!(codes, ["offer/missing"], "{findings}");
}
