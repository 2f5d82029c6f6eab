//! Explanations of the choice.

use crate::fixture::*;
use datasurface_broker::{Adjustment, Candidate, Criterion, Explanation, Lack, Lock, PlatformTask};
use datasurface_graph::Stage;
use datasurface_model::*;
use datasurface_platform::Ability;

fn explain(ecosystem: Ecosystem, lock: &Lock, task: &str) -> Explanation {
    let checked = ecosystem.validate(&Validation::on(today())).unwrap();
    let task: PlatformTask = task.parse().unwrap();
    broker().explain(checked.ecosystem(), lock, &task).unwrap()
}

fn explained(ecosystem: Ecosystem) -> Vec<Candidate> {
    explain(ecosystem, &Lock::default(), "W/g").candidates
}

fn with_group(platforms: impl IntoIterator<Item = PlatformDeclaration>, group: DatasetGroup) -> Ecosystem {
    fixture(platforms, [consumer("W", group)])
}

fn group() -> DatasetGroup {
    DatasetGroup::new("g").sink("S/a")
}

#[test]
fn every_platform_is_told_of_whatever_the_choice() {
    let platforms = [
        minimal_platform("C").setting("live_only", true),
        minimal_platform("B"),
        minimal_platform("A").deprecated(Deprecation::new(day("2026-01-01"), "old")),
    ];
    let candidates = explained(with_group(platforms, group().with_milestoning(Milestoning::Forensic)));
    let [a, b, c] = candidates.try_into().unwrap();
    assert_eq!((a.platform.as_str(), a.stage, a.because), ("A", None, Some(Criterion::Deprecation)));
    assert_eq!((b.stage, b.because), (Some(Stage::Provisioned), Some(Criterion::Deprecation)));
    assert_eq!((c.stage, c.because), (None, None));
    assert_eq!(c.lacks, [Lack::Ability(Ability::Milestoning(Milestoning::Forensic))]);
    assert_eq!(c.change, [Adjustment::Milestoning(Milestoning::Live)]);
}

#[test]
fn the_only_one_that_can_is_chosen_for_that() {
    let platforms = [minimal_platform("A"), minimal_platform("B").setting("live_only", true)];
    let forensic = group().with_milestoning(Milestoning::Forensic);
    assert_eq!(explained(with_group(platforms, forensic))[0].because, Some(Criterion::Capability));
}

#[test]
fn pins_and_the_lock_are_reasons() {
    let both = || with_group([minimal_platform("A"), minimal_platform("B")], group());
    let reasons = |ecosystem, lock: &Lock| {
        let explanation = explain(ecosystem, lock, "W/g");
        explanation.candidates.iter().map(|one| (one.stage, one.because)).collect::<Vec<_>>()
    };
    let nothing = Lock::default();
    use {
        Criterion::{Name, Pin},
        Stage::*,
    };
    assert_eq!(reasons(both(), &nothing), [(Some(Provisioned), Some(Name)), (None, Some(Name))]);
    let pinned = || both().group_pin("W/g", ["B"]);
    assert_eq!(reasons(pinned(), &nothing), [(None, Some(Pin)), (Some(Provisioned), Some(Pin))]);
    let decided = place(both(), &nothing).unwrap();
    let by_lock = [(Some(Provisioned), Some(Criterion::Lock)), (None, Some(Criterion::Lock))];
    assert_eq!(reasons(both(), decided.lock()), by_lock);
    let moving = [(Some(Provisioned), Some(Criterion::Lock)), (Some(Provisioning), Some(Pin))];
    assert_eq!(reasons(pinned(), decided.lock()), moving);
}

#[test]
fn a_decision_that_does_not_hold_any_more_says_what_it_lacks() {
    let decided = place(with_group([minimal_platform("A")], group()), &Lock::default()).unwrap();
    let live_only = with_group(
        [minimal_platform("A").setting("live_only", true)],
        group().with_milestoning(Milestoning::Forensic),
    );
    let [a] = explain(live_only, decided.lock(), "W/g").candidates.try_into().unwrap();
    assert_eq!((a.stage, a.because), (Some(Stage::Provisioned), Some(Criterion::Lock)));
    assert_eq!(a.lacks.len(), 1);
}

/// What a group would have to be changed to for the platform `A` to serve it: each change is made, and then it does.
fn change_for(platform: PlatformDeclaration, group: DatasetGroup, store: Datastore) -> Vec<Adjustment> {
    let ecosystem = |group| world_of(store.clone(), [platform.clone()], [consumer("W", group)]);
    let [a] = explained(ecosystem(group.clone())).try_into().unwrap();
    assert!(!a.lacks.is_empty());
    let changed = a.change.iter().fold(group.clone(), |group, adjustment| match adjustment {
        Adjustment::Milestoning(milestoning) => group.with_milestoning(*milestoning),
        Adjustment::Latency(latency) => group.with_latency(*latency),
        Adjustment::Retention(retention) => group.with_retention(*retention),
        Adjustment::LeaveOut(datasets) => {
            let kept: Vec<_> =
                group.sinks().iter().filter(|sink| !datasets.contains(sink.name())).cloned().collect();
            group.wanting(kept)
        }
        other => unreachable!("the test does not know how to {other}"),
    });
    let [a_then] = explained(ecosystem(changed.clone())).try_into().unwrap();
    assert_eq!(a_then.lacks.is_empty(), changed != group, "{a_then:?}");
    a.change
}

#[test]
fn the_smallest_change_is_one_with_which_it_works() {
    use Adjustment as To;
    let a = || minimal_platform("A");
    let slow = || a().setting("best_latency", 600).setting("longest_retention", 30);
    let hasty = group().with_latency(Latency::minutes(5));
    let ten = || To::Latency(Latency::minutes(10));
    assert_eq!(change_for(slow(), hasty.clone(), store("S")), [ten()]);
    let month = || To::Retention(Retention::days(30));
    let long = |group: DatasetGroup| group.with_retention(Retention::years(7));
    assert_eq!(change_for(slow(), long(group()), store("S")), [month()]);
    assert_eq!(change_for(slow(), long(hasty), store("S")), [ten(), month()]);
    // History without a retention is kept for ever.
    let for_ever = group().with_milestoning(Milestoning::Forensic);
    assert_eq!(change_for(slow(), for_ever.clone(), store("S")), [month()]);
    // Of live data nothing needs to be kept.
    let live = [To::Milestoning(Milestoning::Live)];
    assert_eq!(change_for(slow().setting("live_only", true), for_ever, store("S")), live);
}

#[test]
fn datasets_that_stand_in_the_way_are_left_out() {
    let keyless = |names: &[&str]| {
        let capture = names
            .iter()
            .fold(Capture::sql_snapshot("Z/T/Source"), |capture, name| capture.keyless_dataset(*name));
        let dataset = |name: &str| match names.contains(&name) {
            true => Dataset::new(name, "id Integer"),
            false => Dataset::new(name, "id Integer key"),
        };
        ["a", "b", "c"]
            .into_iter()
            .fold(Datastore::new("S").captured(capture), |store, name| store.dataset(dataset(name)))
    };
    let all = || group().sink("S/b").sink("S/c");
    let left_out = |names: &[&str]| {
        vec![Adjustment::LeaveOut(names.iter().map(|name| DatasetKey::new("S", *name)).collect())]
    };
    assert_eq!(change_for(minimal_platform("A"), all(), keyless(&["b"])), left_out(&["b"]));
    assert_eq!(change_for(minimal_platform("A"), all(), keyless(&["a", "c"])), left_out(&["a", "c"]));
    assert_eq!(change_for(minimal_platform("A"), all(), keyless(&["a", "b", "c"])), []);
}

#[test]
fn no_change_of_a_group_helps_where_its_container_is_out_of_reach() {
    let workspace = Workspace::new("W").with_container("Z/T/Server").group(group());
    let kind = ContainerKind::MySql { host: "db.example.org".into(), port: 3306, database: "lake".into() };
    let server = DataContainer::new("Server", kind).located("V/L");
    let ecosystem =
        fixture([minimal_platform("A")], [workspace]).edit_team("Z", "T", |team| team.container(server));
    let [a] = explained(ecosystem).try_into().unwrap();
    assert_eq!(a.lacks, [Lack::Ability(Ability::ExportTarget(ContainerTechnology::MySql))]);
    assert_eq!(a.change, []);
}

#[test]
fn a_change_that_the_model_does_not_permit_is_none() {
    let forgetful = minimal_platform("A").setting("longest_retention", 0);
    let [a] =
        explained(with_group([forgetful], group().with_retention(Retention::days(30)))).try_into().unwrap();
    assert!(matches!(a.lacks[..], [Lack::Retention { .. }]));
    assert_eq!(a.change, [], "a retention of no days is none");
}

#[test]
fn a_platform_that_cannot_be_configured_is_not_available() {
    let candidates =
        explained(with_group([PlatformDeclaration::new("A", "unheard-of"), minimal_platform("B")], group()));
    assert_eq!(candidates[0].lacks, [Lack::Configuration]);
    assert_eq!(candidates[1].stage, Some(Stage::Provisioned));
}

#[test]
fn policies_are_lacks_and_without_platforms_there_are_no_candidates() {
    let policy = Policy::new("p", PolicyRule::Platforms(Permitted::only(["B"])));
    let ecosystem = with_group([minimal_platform("A"), minimal_platform("B")], group())
        .edit_zone("Z", |zone| zone.policy(policy));
    let candidates = explained(ecosystem);
    assert!(matches!(&candidates[0].lacks[..], [Lack::Policy { .. }]), "{candidates:?}");
    assert_eq!(candidates[1].because, Some(Criterion::Capability));
    assert_eq!(explained(with_group([], group())), []);
}

#[test]
fn captures_are_explained_as_well() {
    let platforms = || [minimal_platform("A"), minimal_platform("B")];
    let served = with_group(platforms(), group()).group_pin("W/g", ["B"]);
    let explanation = explain(served, &Lock::default(), "S");
    assert_eq!(explanation.task, PlatformTask::Datastore("S".into()));
    let [a, b] = explanation.candidates.try_into().unwrap();
    assert_eq!((a.stage, a.because), (None, Some(Criterion::Demand)));
    assert_eq!((b.stage, b.because), (Some(Stage::Provisioned), Some(Criterion::Demand)));

    let unneeded = explain(fixture(platforms(), []), &Lock::default(), "S").candidates;
    assert!(unneeded.iter().all(|candidate| candidate.stage.is_none() && candidate.lacks.is_empty()));
}

#[test]
fn a_group_that_feeds_a_transformer_is_explained_by_its_output() {
    let output = Datastore::new("O").dataset(Dataset::new("a", "id Integer key"));
    let makes = DataTransformer::sql("O").select("a", "SELECT id FROM S_a");
    let transformer = consumer("T", DatasetGroup::new("in").sink("S/a")).with_transformer(makes);
    let reader = consumer("W", DatasetGroup::new("g").sink("O/a"));
    let ecosystem = fixture([minimal_platform("A"), minimal_platform("B")], [transformer, reader])
        .edit_team("Z", "T", |team| team.datastore(output))
        .group_pin("W/g", ["B"]);
    let explanation = explain(ecosystem.clone(), &Lock::default(), "T/in");
    assert_eq!(explanation.task, PlatformTask::Datastore("O".into()));
    assert_eq!(explanation.candidates[1].stage, Some(Stage::Provisioned));
    // The inputs are asked for where the transformer runs.
    let inputs = explain(ecosystem, &Lock::default(), "S").candidates;
    assert_eq!(inputs[1].because, Some(Criterion::Demand));
}

#[test]
fn an_unknown_name_gets_the_nearest_one() {
    let checked = with_group([minimal_platform("A")], group()).validate(&Validation::on(today())).unwrap();
    for (asked, near) in [("W/h", Some("W/g")), ("V/g", Some("W/g")), ("s", Some("S")), ("Elsewhere", None)] {
        let task: PlatformTask = asked.parse().unwrap();
        let refused = broker().explain(checked.ecosystem(), &Lock::default(), &task).unwrap_err();
        assert_eq!(codes(&refused), ["explain/unknown-name"], "{asked}");
        let help = refused.findings().iter().next().unwrap().help().unwrap().to_owned();
        assert_eq!(help.contains("did you mean"), near.is_some(), "{asked}: {help}");
        assert!(near.is_none_or(|near| help.contains(near)), "{asked}: {help}");
    }
}

#[test]
fn the_choice_is_the_one_that_is_explained() {
    let ecosystem = || {
        let platforms = ["D", "B", "C", "A"].map(minimal_platform);
        let consumers = ["W", "V", "U"].map(|name| consumer(name, group()));
        fixture(platforms, consumers).group_pin("V/g", ["C"]).group_pin("U/g", ["D"])
    };
    let placed = place(ecosystem(), &Lock::default()).unwrap();
    for task in ["W/g", "V/g", "U/g", "S"] {
        let explanation = explain(ecosystem(), &Lock::default(), task);
        let chosen = explanation.candidates.iter().filter_map(|one| Some((one.platform.clone(), one.stage?)));
        let decided = match &explanation.task {
            PlatformTask::Group(key) => placed.lock().assignments().group(key),
            PlatformTask::Datastore(name) => placed.lock().assignments().primary_stages(name),
        };
        assert_eq!(Some(&chosen.collect()), decided, "{task}");
    }
}
