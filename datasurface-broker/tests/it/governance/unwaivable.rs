//! What an unwaivable policy says of platforms: not even its zone can decide to live with it.

use super::*;

/// The findings where a zone waives each of some denials, with the name of its policy or without.
fn placed(fixture: &Fixture, by: &str, code: &str, places: &[&str], lock: &Lock) -> Vec<(String, String)> {
    let both = [false, true].map(|is_named| {
        let waiver = |path: &&str| {
            let waiver = Waiver::new(code, *path, "the mill is trusted", chrono::NaiveDate::MAX);
            if is_named { waiver.with_policy(PolicyKey::new(by, "p")) } else { waiver }
        };
        let ecosystem = places.iter().map(waiver).fold(fixture.clone().build(), |ecosystem, waiver| {
            ecosystem.edit_zone(by, |zone| zone.waiver(waiver))
        });
        match place(ecosystem, lock) {
            Ok(placed) => {
                assert_eq!(placed.waived().codes().collect::<Vec<_>>(), vec![code; places.len()]);
                assert!(placed.findings().is_empty(), "{}", placed.findings());
                Vec::new()
            }
            refused => {
                let found = refusal(refused).into_iter();
                let (waivers, denials): (Vec<_>, Vec<_>) =
                    found.partition(|(code, _)| code.starts_with("waiver/"));
                let codes: Vec<_> = waivers.into_iter().map(|(code, _)| code).collect();
                assert_eq!(codes, vec!["waiver/unwaivable"; places.len()]);
                denials
            }
        }
    });
    let [unnamed, named] = both;
    assert_eq!(unnamed, named);
    named
}

/// Nobody can waive the denials of an unwaivable policy; of the same policy without that word, its zone can.
#[track_caller]
fn assert_unwaivable(fixture: &Fixture, by: &str, code: &str, places: &[&str], lock: &Lock) {
    assert_eq!(placed(fixture, by, code, places, lock), []);
    let strict = Fixture { is_unwaivable: true, ..fixture.clone() };
    assert_eq!(placed(&strict, by, code, places, lock), denied(code, places));
}

#[test]
fn nobody_waives_what_an_unwaivable_policy_says_of_a_pinned_platform() {
    for Kind { code, denied: rule, is_about_places, .. } in of_places().into_iter().chain([of_storage()]) {
        let nothing = Lock::default();
        assert_unwaivable(&pinned(home(&rule)), "Home", code, &[GROUP_PIN, STORE_PIN], &nothing);
        assert_unwaivable(&pinned(yard(&rule)), "Yard", code, &[GROUP_PIN, STORE_PIN], &nothing);
        let by_away: &[&str] = if is_about_places { &[GROUP_PIN, SINK] } else { &[GROUP_PIN] };
        assert_unwaivable(&pinned(away(&rule)), "Away", code, by_away, &nothing);
    }
}

#[test]
fn nobody_waives_what_an_unwaivable_policy_says_of_a_platform_that_was_chosen_before() {
    let before = place(Fixture::default().build(), &Lock::default()).unwrap();
    let kinds = of_places().into_iter().chain([of_storage(), of_platforms()]);
    for Kind { code, denied: rule, is_about_places, .. } in kinds {
        assert_unwaivable(&home(&rule), "Home", code, &[GROUP, STORE], before.lock());
        let by_away: &[&str] = if is_about_places { &[GROUP, SINK] } else { &[GROUP] };
        assert_unwaivable(&away(&rule), "Away", code, by_away, before.lock());
    }
    let in_production = |fixture| Fixture { in_production: [true; 2], ..fixture };
    let before = place(in_production(Fixture::default()).build(), &Lock::default()).unwrap();
    let separate = in_production(home(&PolicyRule::SeparateProduction));
    assert_unwaivable(&separate, "Home", "governance/platform-production", &[GROUP, STORE], before.lock());
}

/// The receiving zone speaks of where another platform than its own keeps what it captures.
#[test]
fn nobody_waives_where_a_platform_captures_what_an_unwaivable_policy_keeps_elsewhere() {
    let rule = PolicyRule::Locations(Permitted::only([Place::from("V")]));
    let handed_over = Fixture { is_served_by_another: true, ..away(&rule) };
    assert_unwaivable(&handed_over, "Away", "governance/platform-location", &[SINK], &Lock::default());
}

/// A platform that a policy denies is not chosen because somebody waives what would be said of it.
#[test]
fn no_waiver_makes_a_platform_eligible() {
    let kinds = of_places().into_iter().chain([of_storage(), of_platforms()]);
    for Kind { code, denied: rule, .. } in kinds {
        for is_unwaivable in [false, true] {
            let waiver = Waiver::new(code, GROUP, "the mill is trusted", chrono::NaiveDate::MAX);
            let fixture = Fixture { is_unwaivable, ..home(&rule) };
            let refused = place(waived(fixture.build(), ["Home"], &waiver), &Lock::default());
            assert!(codes(&refused.unwrap_err()).contains(&"choice/no-platform"), "{code}");
        }
    }
}
