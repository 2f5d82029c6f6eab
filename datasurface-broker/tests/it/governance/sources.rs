//! The zone of the container that data is captured from, which may be neither that of the datastore nor that of the workspace.

use super::*;

/// Data is under the zone of the container that it is captured from, whoever captures it.
#[test]
fn the_zone_that_has_the_container_of_a_producer_has_a_say_about_who_serves_its_data() {
    let before = place(yard(&of_platforms().permitted).build(), &Lock::default()).unwrap();
    let kinds = of_places().into_iter().chain([of_storage(), of_platforms()]);
    for Kind { code, denied: rule, permitted, .. } in kinds {
        // The model says itself which platform may not be pinned.
        if !matches!(rule, PolicyRule::Platforms(_)) {
            let found = refusal(place(pinned(yard(&rule)).build(), &Lock::default()));
            assert_eq!(found, denied(code, &[GROUP_PIN, STORE_PIN]));
        }
        let found = refusal(place(yard(&rule).build(), before.lock()));
        assert_eq!(found, denied(code, &[GROUP, STORE]));
        let refused = place(yard(&rule).build(), &Lock::default()).unwrap_err();
        assert_eq!(codes(&refused), ["choice/no-platform"]);
        let message = refused.findings().iter().next().unwrap().message().to_owned();
        assert!(message.contains("`A`: the policy `p` of the zone `Yard` "), "{message}");
        for silent in [yard(&permitted), pinned(yard(&permitted))] {
            let placed = place(silent.build(), &Lock::default()).unwrap();
            assert!(placed.findings().is_empty(), "{}", placed.findings());
        }
    }
    let captured = |rule| Fixture { is_served_by_another: true, ..yard(rule) }.build();
    let only_here = PolicyRule::Locations(Permitted::only([Place::from("V")]));
    let found = refusal(place(captured(&only_here), &Lock::default()));
    assert_eq!(found, denied("governance/platform-location", &[STORE_PIN]), "who serves it keeps it here");
    // A pin of a group is not judged by the zones of the containers that its data was captured from.
    let but_b = PolicyRule::Platforms(Permitted::all_except(["B"]));
    let found = refusal(place(captured(&but_b), &Lock::default()));
    assert_eq!(found, denied("governance/chosen-platform", &["group_pins/W/g/platforms/B"]));
}
