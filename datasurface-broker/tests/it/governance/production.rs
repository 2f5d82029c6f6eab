//! Production and everything else, which may not meet on a platform.

use super::*;

#[test]
fn a_platform_of_the_same_status_is_chosen_where_one_is_there() {
    let platforms = Some(vec![at_the_mill("A"), at_the_mill("B").in_production()]);
    let fixture = Fixture { in_production: [true; 2], platforms, ..Fixture::default() };
    let placed = place(fixture.build(), &Lock::default()).unwrap();
    assert!(placed.findings().is_empty(), "{}", placed.findings());
    assert!(placed.lock().assignments().group(&"W/g".into()).unwrap().contains_key("B"));
    assert!(placed.lock().assignments().primary_stages(&"S".into()).unwrap().contains_key("B"));
}

#[test]
fn production_on_another_platform_is_a_warning_as_long_as_it_is_there() {
    let mixed = ["governance/platform-production-mix", "governance/platform-production-mix"];
    for (is_production, platform) in [(true, at_the_mill("A")), (false, at_the_mill("A").in_production())] {
        let platforms = Some(vec![platform]);
        let fixture = || {
            Fixture { in_production: [is_production; 2], platforms: platforms.clone(), ..Fixture::default() }
                .build()
        };
        let placed = place(fixture(), &Lock::default()).unwrap();
        assert_eq!(placed.findings().codes().collect::<Vec<_>>(), mixed);
        let paths: Vec<_> = placed.findings().iter().map(|finding| finding.path().to_string()).collect();
        assert_eq!(paths, [GROUP, STORE]);
        let again = place(fixture(), placed.lock()).unwrap();
        assert_eq!(again.findings(), placed.findings());
    }
}

#[test]
fn where_a_zone_says_so_another_status_is_an_error() {
    let in_production = |fixture| Fixture { in_production: [true; 2], ..fixture };
    let before = place(in_production(Fixture::default()).build(), &Lock::default()).unwrap();
    let vital = PolicyRule::Production(Permitted::only([ProductionStatus::Production]));
    let told = |places: &[&str]| denied("governance/platform-production", places);
    let warned = |places: &[&str]| denied("governance/platform-production-mix", places);
    for rule in [PolicyRule::SeparateProduction, vital] {
        for (fixture, mut expected) in [
            (in_production(home(&rule)), told(&[GROUP, STORE])),
            // What is captured is of the other zone, which does not mind.
            (in_production(away(&rule)), [warned(&[STORE]), told(&[GROUP])].concat()),
        ] {
            let mut found = refusal(place(fixture.clone().build(), before.lock()));
            found.sort();
            expected.sort();
            assert_eq!(found, expected);
            let all = Fixture { platforms: Some(vec![at_the_mill("A").in_production()]), ..fixture };
            assert!(place(all.build(), before.lock()).unwrap().findings().is_empty());
        }
    }
}

#[test]
fn each_zone_judges_a_platform_by_what_is_its_own() {
    let vital = PolicyRule::Production(Permitted::only([ProductionStatus::Production]));
    let placed = |in_production, rule: &PolicyRule| {
        place(Fixture { in_production, ..home(rule) }.build(), &Lock::default())
    };
    // `A` is a test, as the workspace is that it would serve; what it would bring there is production.
    for rule in [PolicyRule::SeparateProduction, vital] {
        let refused = placed([true, false], &rule).unwrap_err();
        assert_eq!(codes(&refused), ["choice/no-platform"]);
        let message = refused.findings().iter().next().unwrap().message().to_owned();
        assert!(message.contains("`A`: the policy `p` of the zone `Home` "), "{message}");
    }
    // It is a test, as the data is; of the workspace, that zone does not speak.
    let placed = placed([false, true], &PolicyRule::SeparateProduction).unwrap();
    assert_eq!(placed.findings().codes().collect::<Vec<_>>(), ["governance/platform-production-mix"]);
}

#[test]
fn a_pin_of_an_output_is_judged_by_what_its_transformer_reads_of_the_same_zone() {
    let pinned = |rule: Option<PolicyRule>| {
        let is_denied = rule.is_some();
        let fixture = Fixture { away: rule, ..Fixture::default() };
        let input = "zones/Away/teams/T/workspaces/Derive/groups/g/sinks/I/a";
        let day = chrono::NaiveDate::MAX;
        let ecosystem = fixture.build().edit_team("Away", "T", |team| {
            let dataset = || Dataset::new("a", "id Integer key").classified("Internal");
            let own = DataContainer::sqlite("Own", "own.db").located("V/L").encrypted(KeyHolder::Company);
            let capture = Capture::sql_snapshot("Away/T/Own");
            let group = |sink| DatasetGroup::new("g").sink(sink);
            let transformer = DataTransformer::sql("O").select("a", "SELECT id FROM I_a");
            let derive = Workspace::new("Derive").with_container("Away/T/Lake").group(group("I/a"));
            team.without_workspace(&"W".into())
                .container(own)
                .datastore(Datastore::new("I").captured(capture).dataset(dataset()).in_production())
                .datastore(Datastore::new("O").dataset(dataset()))
                .workspace(derive.with_transformer(transformer))
                .workspace(Workspace::new("W").with_container("Away/T/Lake").group(group("O/a")))
        });
        let ecosystem = waived(
            ecosystem,
            is_denied.then_some("Away"),
            &Waiver::new("governance/production", input, "is masked", day),
        )
        .platform(at_the_mill("P").in_production())
        .group_pin("W/g", ["A"])
        .primary_pin("I", "P")
        .primary_pin("O", "A");
        place(ecosystem, &Lock::default())
    };
    let found = refusal(pinned(Some(PolicyRule::SeparateProduction)));
    assert_eq!(found, denied("governance/platform-production", &["primary_pins/O/platform"]));
    let found = pinned(None).unwrap();
    assert!(!found.findings().codes().any(|code| code == "governance/platform-production"));
}
