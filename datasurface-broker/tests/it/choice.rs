//! Who serves, who captures, and what the lock says about it.

use crate::fixture::*;
use datasurface_broker::Lock;
use datasurface_graph::Stage;
use datasurface_model::*;

fn one() -> Workspace {
    consumer("W", DatasetGroup::new("g").sink("S/a"))
}

#[test]
fn the_only_platform_that_can_serve_is_chosen() {
    let forensic = consumer("W", DatasetGroup::new("g").sink("S/a").with_milestoning(Milestoning::Forensic));
    let platforms = || [minimal_platform("A").setting("live_only", true), minimal_platform("B")];
    let placed = place(fixture(platforms(), [forensic]), &Lock::default()).unwrap();
    let assignments = placed.lock().assignments();
    assert_eq!(assignments.group(&"W/g".into()).unwrap(), &[("B".into(), Stage::Provisioned)].into());
    assert_eq!(assignments.primary_stages(&"S".into()).unwrap(), &[("B".into(), Stage::Provisioned)].into());
    assert!(placed.findings().is_empty());
}

#[test]
fn where_several_can_the_choice_is_said() {
    let placed =
        place(fixture([minimal_platform("B"), minimal_platform("A")], [one()]), &Lock::default()).unwrap();
    assert_eq!(placed.findings().codes().collect::<Vec<_>>(), ["choice/several"]);
    assert!(placed.lock().assignments().group(&"W/g".into()).unwrap().contains_key("A"));
}

#[test]
fn nothing_new_comes_to_a_platform_on_its_way_out_if_another_one_can() {
    let old = |name| minimal_platform(name).deprecated(Deprecation::new(today(), "too slow"));
    let placed = place(fixture([old("A"), minimal_platform("B")], [one()]), &Lock::default()).unwrap();
    assert!(placed.findings().is_empty(), "{}", placed.findings());
    assert!(placed.lock().assignments().group(&"W/g".into()).unwrap().contains_key("B"));
    assert!(placed.lock().assignments().primary_stages(&"S".into()).unwrap().contains_key("B"));

    let tomorrow = today().succ_opt().unwrap();
    let ending = minimal_platform("A").deprecated(Deprecation::new(tomorrow, "too slow"));
    let placed = place(fixture([ending.clone()], [one()]), &Lock::default()).unwrap();
    assert!(placed.findings().is_empty(), "not on its way out yet: {}", placed.findings());
    let placed = place(fixture([ending, minimal_platform("B")], [one()]), &Lock::default()).unwrap();
    assert!(placed.lock().assignments().group(&"W/g".into()).unwrap().contains_key("B"));

    let alone = || fixture([old("A")], [one()]);
    let placed = place(alone(), &Lock::default()).unwrap();
    let told = ["choice/deprecated-platform", "choice/deprecated-platform"];
    assert_eq!(placed.findings().codes().collect::<Vec<_>>(), told);
    assert!(place(alone(), placed.lock()).unwrap().findings().is_empty(), "what was decided stays");
}

#[test]
fn no_platform_can_is_explained_for_each() {
    let forensic = consumer("W", DatasetGroup::new("g").sink("S/a").with_milestoning(Milestoning::Forensic));
    let refused =
        place(fixture([minimal_platform("A").setting("live_only", true)], [forensic]), &Lock::default())
            .unwrap_err();
    assert_eq!(codes(&refused), ["choice/no-platform"]);
    let finding = refused.findings().iter().next().unwrap();
    assert!(finding.message().contains("`A`: it cannot show every version of a record"), "{finding}");
    assert!(finding.help().is_some());
    let refused = place(fixture([], [one()]), &Lock::default()).unwrap_err();
    assert_eq!(codes(&refused), ["choice/no-platform"]);
}

#[test]
fn a_platform_that_cannot_keep_datasets_without_a_key_is_not_chosen_for_them() {
    let keyless = || {
        let capture = Capture::sql_snapshot("Z/T/Source").keyless_dataset("a");
        Datastore::new("S").captured(capture).dataset(Dataset::new("a", "id Integer"))
    };
    let refused = place(world_of(keyless(), [minimal_platform("A")], [one()]), &Lock::default()).unwrap_err();
    let reason = "`A`: it cannot keep datasets without a key, such as `S/a`";
    assert!(refused.findings().iter().any(|finding| finding.message().contains(reason)), "{refused:?}");
    let both =
        world_of(keyless(), [minimal_platform("A"), minimal_platform("B").setting("keyless", true)], [one()]);
    let placed = place(both, &Lock::default()).unwrap();
    assert!(placed.lock().assignments().group(&"W/g".into()).unwrap().contains_key("B"));
    assert!(placed.lock().assignments().primary_stages(&"S".into()).unwrap().contains_key("B"));
}

#[test]
fn what_was_decided_stays_and_a_pin_against_it_starts_a_move() {
    let first = place(fixture([minimal_platform("B")], [one()]), &Lock::default()).unwrap();
    let both = || fixture([minimal_platform("A"), minimal_platform("B")], [one()]);
    let sticky = place(both(), first.lock()).unwrap();
    assert_eq!(sticky.lock().assignments(), first.lock().assignments());
    assert!(sticky.findings().is_empty());

    let moving = place(both().group_pin("W/g", ["A"]).primary_pin("S", "A"), first.lock()).unwrap();
    let expected = [("A".into(), Stage::Provisioning), ("B".into(), Stage::Provisioned)].into();
    assert_eq!(moving.lock().assignments().group(&"W/g".into()).unwrap(), &expected);
    assert_eq!(moving.lock().assignments().primary_stages(&"S".into()).unwrap(), &expected);
    assert_eq!(moving.findings().codes().collect::<Vec<_>>(), ["pin/capture-move", "pin/move"]);
    let again = place(both().group_pin("W/g", ["A"]).primary_pin("S", "A"), moving.lock()).unwrap();
    assert_eq!(again.lock().assignments(), moving.lock().assignments());
    assert!(again.findings().is_empty(), "the move has begun: {:?}", again.findings());
}

#[test]
fn a_pinned_platform_that_was_on_its_way_out_comes_back() {
    use Stage::*;
    let pinned = || {
        fixture([minimal_platform("A"), minimal_platform("B")], [one()])
            .group_pin("W/g", ["B"])
            .primary_pin("S", "B")
    };
    for (before, after) in [
        ([("A", Provisioned), ("B", Decommissioning)], [("A", Provisioned), ("B", Provisioning)]),
        ([("A", Provisioning), ("B", Decommissioning)], [("A", Provisioning), ("B", Provisioned)]),
        ([("A", Decommissioning), ("B", Decommissioned)], [("A", Decommissioning), ("B", Provisioning)]),
        ([("A", Decommissioned), ("B", Decommissioning)], [("A", Decommissioned), ("B", Provisioned)]),
    ] {
        let mut lock = Lock::default();
        for (platform, stage) in before {
            lock.assignments_mut().assign_group("W/g".into(), platform.into(), stage);
            lock.assignments_mut().assign_primary("S".into(), platform.into(), stage);
        }
        let placed = place(pinned(), &lock).unwrap();
        let after = after.map(|(platform, stage)| (platform.into(), stage)).into();
        assert_eq!(placed.lock().assignments().group(&"W/g".into()), Some(&after), "{before:?}");
        assert_eq!(placed.lock().assignments().primary_stages(&"S".into()), Some(&after), "{before:?}");
        assert_eq!(placed.findings().codes().collect::<Vec<_>>(), ["pin/capture-move", "pin/move"]);
        let again = place(pinned(), placed.lock()).unwrap();
        assert_eq!(again.lock().assignments(), placed.lock().assignments());
        assert!(again.findings().is_empty(), "it is told once: {:?}", again.findings());
    }
}

#[test]
fn of_two_platforms_only_one_captures_for_all() {
    use Stage::*;
    let shelves = || fixture([minimal_platform("A"), minimal_platform("B"), minimal_platform("C")], [one()]);
    let lock = |stages: &[(&str, Stage)]| {
        let mut lock = Lock::default();
        *lock.assignments_mut() = stages.iter().fold(Default::default(), |assignments, (platform, stage)| {
            datasurface_graph::Assignments::with_primary(assignments, *platform, "S", *stage)
        });
        lock.assignments_mut().assign_group("W/g".into(), "C".into(), Provisioned);
        lock
    };
    for contradiction in [
        [("A", Provisioned), ("B", Provisioned)],
        [("A", Decommissioning), ("B", Decommissioning)],
        [("A", Provisioning), ("B", Provisioning)],
    ] {
        let refused = place(shelves(), &lock(&contradiction)).unwrap_err();
        assert_eq!(codes(&refused), ["lock/several-primaries"]);
        let finding = refused.findings().iter().next().unwrap();
        assert!(finding.message().contains("`A` and `B`"), "{finding}");
    }
    for move_ in [
        [("A", Provisioned), ("B", Provisioning)],
        [("A", Provisioned), ("B", Decommissioning)],
        [("A", Decommissioned), ("B", Provisioned)],
        [("A", Decommissioning), ("B", Provisioning)],
    ] {
        let placed = place(shelves(), &lock(&move_)).unwrap();
        assert!(placed.findings().is_empty(), "{move_:?}: {}", placed.findings());
    }
}

#[test]
fn what_was_decided_stays_under_another_name() {
    let first = place(fixture([minimal_platform("B")], [one()]), &Lock::default()).unwrap();
    let group = DatasetGroup::new("h").renamed_from("g").sink("S/a");
    let renamed = [
        fixture([minimal_platform("A"), minimal_platform("B")], [consumer("W", group.clone())]),
        fixture([minimal_platform("A"), minimal_platform("B")], [consumer("V", group).renamed_from("W")]),
        fixture(
            [minimal_platform("A"), minimal_platform("B")],
            [consumer("V", DatasetGroup::new("g").sink("S/a")).renamed_from("W")],
        ),
    ];
    for (ecosystem, key) in renamed.into_iter().zip(["W/h", "V/h", "V/g"]) {
        let placed = place(ecosystem, first.lock()).unwrap();
        assert!(placed.findings().is_empty(), "{}", placed.findings());
        let assignments = placed.lock().assignments();
        assert_eq!(assignments.group(&key.into()).unwrap(), &[("B".into(), Stage::Provisioned)].into());
        assert!(assignments.group(&"W/g".into()).is_none());
    }

    let both = || [minimal_platform("A"), minimal_platform("B")];
    let reader = || consumer("W", DatasetGroup::new("g").sink("T/a"));
    let pinned = fixture(both(), [one()]).group_pin("W/g", ["B"]).primary_pin("S", "A");
    let first = place(pinned, &Lock::default()).unwrap();
    let renamed = world_of(store("T").renamed_from("S"), both(), [reader()]).group_pin("W/g", ["B"]);
    let placed = place(renamed, first.lock()).unwrap();
    let captured = placed.lock().assignments().primary_stages(&"T".into());
    assert_eq!(captured.unwrap(), &[("A".into(), Stage::Provisioned)].into());
    let other = world_of(store("T"), both(), [reader()]).group_pin("W/g", ["B"]);
    let placed = place(other, first.lock()).unwrap();
    assert!(placed.lock().assignments().primary_stages(&"T".into()).unwrap().contains_key("B"));
}

#[test]
fn pins_that_cannot_be_are_refused() {
    let forensic = consumer("W", DatasetGroup::new("g").sink("S/a").with_milestoning(Milestoning::Forensic));
    let ecosystem =
        fixture([minimal_platform("A").setting("live_only", true), minimal_platform("B")], [forensic])
            .group_pin("W/g", ["A"]);
    assert_eq!(codes(&place(ecosystem, &Lock::default()).unwrap_err()), ["pin/cannot-serve"]);
}

/// The help of the finding of this code.
fn help(ecosystem: Ecosystem, lock: &Lock, code: &str) -> String {
    let refused = place(ecosystem, lock).unwrap_err();
    let found = refused.findings().iter().find(|finding| finding.code() == code);
    found.and_then(Diagnostic::help).unwrap().to_owned()
}

#[test]
fn a_locked_platform_that_cannot_serve_any_more_is_refused() {
    let forensic = consumer("W", DatasetGroup::new("g").sink("S/a").with_milestoning(Milestoning::Forensic));
    let first = place(fixture([minimal_platform("A")], [forensic.clone()]), &Lock::default()).unwrap();
    let live = |name: &str| minimal_platform(name).setting("live_only", true);
    let weaker = |other| fixture([live("A"), other], [forensic.clone()]);
    let refused = place(weaker(minimal_platform("B")), first.lock()).unwrap_err();
    assert_eq!(codes(&refused), ["choice/cannot-serve"]);
    let told = |ecosystem| help(ecosystem, first.lock(), "choice/cannot-serve");
    assert!(told(weaker(minimal_platform("B"))).contains("pin the group"));
    // What is pinned is not to be pinned: whatever was, the move needs the platform that serves now.
    for other in [minimal_platform("B"), live("B")] {
        let told = told(weaker(other).group_pin("W/g", ["B"]));
        assert!(!told.contains("pin the group") && told.contains("until the move"), "{told}");
    }
}

#[test]
fn a_locked_platform_that_cannot_capture_any_more_is_refused() {
    let first = place(fixture([minimal_platform("A")], [one()]), &Lock::default()).unwrap();
    let idle = |name: &str| minimal_platform(name).setting("captures_nothing", true);
    let weaker = |other| fixture([idle("A"), other], [one()]);
    let told = |ecosystem| help(ecosystem, first.lock(), "choice/cannot-capture");
    assert!(told(weaker(minimal_platform("B"))).contains("pin the datastore"));
    for other in [minimal_platform("B"), idle("B")] {
        let told = told(weaker(other).primary_pin("S", "B"));
        assert!(!told.contains("pin the datastore") && told.contains("until the move"), "{told}");
    }
}

#[test]
fn platforms_that_nobody_knows_or_that_are_set_wrongly_are_all_reported() {
    let ecosystem = fixture(
        [
            PlatformDeclaration::new("A", "shelv"),
            minimal_platform("B").with_version_requirement("^2"),
            minimal_platform("C").setting("limits", 3),
            minimal_platform("D"),
        ],
        [one()],
    );
    let refused = place(ecosystem, &Lock::default()).unwrap_err();
    assert_eq!(codes(&refused), ["platform/unknown-kind", "platform/unknown-version", "platform/config"]);
    let unknown = refused.findings().iter().next().unwrap();
    assert_eq!(unknown.help(), Some("did you mean `shelf`?"));
}

#[test]
fn a_lock_round_trips_and_what_is_none_is_said() {
    let placed = place(fixture([minimal_platform("B")], [one()]), &Lock::default()).unwrap();
    let text = placed.lock().to_text();
    assert_eq!(Lock::from_text(&text).unwrap(), *placed.lock());
    assert_eq!(Lock::from_text(&text).unwrap().to_text(), text);
    for bad in ["", "{", "[]", "{\"format\": \"datasurface-lock/9\"}", "{\"format\": 1}"] {
        let error = Lock::from_text(bad).unwrap_err().diagnostic("datasurface.lock");
        assert_eq!(error.code(), "lock/unreadable");
        assert!(error.help().is_some());
    }
}

/// The fixture, with one policy of its zone.
fn governed(platforms: [PlatformDeclaration; 2], rule: PolicyRule) -> Ecosystem {
    let ecosystem = fixture(platforms, [one()]);
    let declared = ecosystem.zones().get(&ZoneName::from("Z")).unwrap().clone();
    let zone = declared.definition().unwrap().as_ref().clone().policy(Policy::new("p", rule));
    ecosystem.without_zone(&"Z".into()).zone_declaration(declared.defined(zone))
}

#[test]
fn a_platform_that_a_zone_does_not_permit_is_not_chosen() {
    let but_a = PolicyRule::Platforms(Permitted::all_except(["A"]));
    let placed =
        place(governed([minimal_platform("A"), minimal_platform("B")], but_a), &Lock::default()).unwrap();
    let by_b = [("B".into(), Stage::Provisioned)].into();
    assert_eq!(placed.lock().assignments().group(&"W/g".into()).unwrap(), &by_b);
    assert_eq!(placed.lock().assignments().primary_stages(&"S".into()).unwrap(), &by_b);
    assert!(placed.findings().is_empty());

    let nowhere = PolicyRule::Platforms(Permitted::only([] as [&str; 0]));
    let refused = place(governed([minimal_platform("A"), minimal_platform("B")], nowhere), &Lock::default())
        .unwrap_err();
    let finding = refused.findings().iter().next().unwrap();
    let reason = "`A`: the policy `p` of the zone `Z` does not permit the platform `A`";
    assert!(finding.message().contains(reason), "{finding}");
}

#[test]
fn a_platform_that_keeps_data_where_a_zone_does_not_permit_it_is_not_chosen() {
    let only_here = PolicyRule::Locations(Permitted::only([Place::from("V/L")]));
    let elsewhere = InfrastructureVendor::new("V2").location("L2");
    let ecosystem =
        governed([minimal_platform("A").located("V2/L2"), minimal_platform("B").located("V/L")], only_here);
    let placed = place(ecosystem.vendor(elsewhere), &Lock::default()).unwrap();
    let by_b = [("B".into(), Stage::Provisioned)].into();
    assert_eq!(placed.lock().assignments().group(&"W/g".into()).unwrap(), &by_b);
    assert_eq!(placed.lock().assignments().primary_stages(&"S".into()).unwrap(), &by_b);
}

#[test]
fn a_platform_of_another_status_is_not_chosen_where_a_zone_wants_them_apart() {
    let production = |name: &str| minimal_platform(name).in_production();
    let by_a = [("A".into(), Stage::Provisioned)].into();
    for rule in [
        PolicyRule::SeparateProduction,
        PolicyRule::Production(Permitted::all_except([ProductionStatus::Production])),
    ] {
        let placed =
            place(governed([minimal_platform("A"), production("B")], rule.clone()), &Lock::default())
                .unwrap();
        assert_eq!(placed.lock().assignments().group(&"W/g".into()).unwrap(), &by_a);
        assert_eq!(placed.lock().assignments().primary_stages(&"S".into()).unwrap(), &by_a);
        assert!(placed.findings().is_empty());
        let refused =
            place(governed([production("A"), production("B")], rule), &Lock::default()).unwrap_err();
        assert!(codes(&refused).contains(&"choice/no-platform"));
    }
}

#[test]
fn a_waiver_takes_out_what_was_found_while_choosing_and_is_itself_judged() {
    let path = "zones/Z/teams/T/workspaces/W/groups/g";
    let waived = |expires| {
        let waiver = Waiver::new("choice/several", path, "either of them will do", expires);
        fixture([minimal_platform("A"), minimal_platform("B")], [one()]).waiver(waiver)
    };
    let placed = place(waived(chrono::NaiveDate::MAX), &Lock::default()).unwrap();
    assert!(placed.findings().is_empty(), "{:?}", placed.findings());
    assert_eq!(placed.waived().codes().collect::<Vec<_>>(), ["choice/several"]);
    let decided = place(waived(chrono::NaiveDate::MAX), placed.lock()).unwrap();
    assert_eq!(decided.findings().codes().collect::<Vec<_>>(), ["waiver/unused"]);
    assert!(decided.waived().is_empty());
}

/// A chain: `S` is read by the transformer `T` alone, whose output `O` is read by `W`.
fn chain(platforms: impl IntoIterator<Item = PlatformDeclaration>) -> Ecosystem {
    let output = Datastore::new("O").dataset(Dataset::new("a", "id Integer key"));
    let makes = DataTransformer::sql("O").select("a", "SELECT id FROM S_a");
    let transformer = consumer("T", DatasetGroup::new("in").sink("S/a")).with_transformer(makes);
    let reader = consumer("W", DatasetGroup::new("g").sink("O/a"));
    fixture(platforms, [transformer, reader]).edit_team("Z", "T", |team| team.datastore(output))
}

#[test]
fn a_platform_without_any_group_captures_nothing_for_transformers_of_others() {
    let pinned = |to: &str| {
        let platforms = [minimal_platform("A"), minimal_platform("B")];
        chain(platforms).group_pin("W/g", [to])
    };
    for to in ["A", "B"] {
        let placed = place(pinned(to), &Lock::default()).unwrap();
        for store in ["S", "O"] {
            let stages = placed.lock().assignments().primary_stages(&store.into()).unwrap();
            assert_eq!(stages, &[(to.into(), Stage::Provisioned)].into(), "{store}");
        }
    }
}

#[test]
fn a_hand_over_that_can_be_avoided_is_avoided() {
    let platforms = [minimal_platform("A"), minimal_platform("B")];
    let pinned = fixture(platforms, [one()]).primary_pin("S", "B");
    let placed = place(pinned, &Lock::default()).unwrap();
    assert!(placed.findings().is_empty(), "{}", placed.findings());
    assert!(placed.lock().assignments().group(&"W/g".into()).unwrap().contains_key("B"));
}

#[test]
fn a_platform_whose_last_day_is_over_is_not_chosen() {
    let until =
        |last| minimal_platform("A").deprecated(Deprecation::new(day("2026-01-01"), "old").with_sunset(last));
    let refused = place(fixture([until(day("2026-11-20"))], [one()]), &Lock::default()).unwrap_err();
    assert_eq!(codes(&refused), ["choice/no-platform"]);
    assert!(refused.to_string().contains("its last day was 2026-11-20"), "{refused}");
    let placed = place(fixture([until(today())], [one()]), &Lock::default()).unwrap();
    assert!(place(fixture([until(day("2026-11-20"))], [one()]), placed.lock()).is_ok(), "it is decided");
}
