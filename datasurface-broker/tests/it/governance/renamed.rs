//! Policies that name a vendor, a location and a platform by names of before: choice, pins and locks are judged by the things.

use super::*;

/// The same, after the ecosystem renamed everything that policies name; its own parts have the names of now.
fn renamed(fixture: &Fixture) -> Ecosystem {
    let before = fixture.clone().build();
    let hall = InfrastructureLocation::new("Wing").renamed_from("Hall");
    let works = InfrastructureVendor::new("Works").with_cloud(CloudVendor::Aws).renamed_from("Mill");
    let office = InfrastructureVendor::new("Office").with_cloud(CloudVendor::OnPremises).renamed_from("V");
    let platform = minimal_platform("Zulu").setting("at", "Works/Wing").renamed_from("A");
    let after = Ecosystem::new("E", "github:o/model@main", "github:o/live@main")
        .vendor(works.location(hall))
        .vendor(office.location("L"))
        .platform(platform)
        .with_zones(before.zones().iter().cloned());
    if fixture.is_pinned { after.group_pin("W/g", ["Zulu"]).primary_pin("S", "Zulu") } else { after }
}

/// A rule that denies the platform, or where it is, by the names of before; and one that does not.
fn by_former_names() -> Vec<[PolicyRule; 2]> {
    let places = PolicyRule::Locations;
    let vendors = PolicyRule::Vendors;
    let platforms = PolicyRule::Platforms;
    vec![
        [places(Permitted::only(["V/L"])), places(Permitted::only(["V", "Mill/Hall"]))],
        [places(Permitted::all_except(["Mill/Hall"])), places(Permitted::only(["V/L", "Mill"]))],
        [places(Permitted::all_except(["Mill"])), places(Permitted::only(["V/L", "Works/Hall"]))],
        [vendors(Permitted::only(["V"])), vendors(Permitted::only(["V", "Mill"]))],
        [vendors(Permitted::all_except(["Mill"])), vendors(Permitted::only(["Office", "Mill"]))],
        [platforms(Permitted::all_except(["A"])), platforms(Permitted::only(["A"]))],
    ]
}

#[test]
fn what_is_denied_by_a_former_name_is_not_chosen() {
    let before = place(Fixture::default().build(), &Lock::default()).unwrap();
    for [denied, permitted] in by_former_names() {
        for zone in [home, away] {
            let refused = place(renamed(&zone(&denied)), &Lock::default()).unwrap_err();
            assert_eq!(codes(&refused), ["choice/no-platform"], "{denied:?}");
            assert!(place(renamed(&zone(&permitted)), &Lock::default()).is_ok(), "{permitted:?}");
            // The lock has the platform by its former name, too.
            let kept = place(renamed(&zone(&denied)), before.lock()).unwrap_err();
            let codes = codes(&kept);
            assert!(codes.iter().all(|code| code.starts_with("governance/")), "{codes:?}");
            assert!(place(renamed(&zone(&permitted)), before.lock()).is_ok(), "{permitted:?}");
        }
    }
}

#[test]
fn what_is_pinned_is_denied_by_a_former_name() {
    for [denied, permitted] in by_former_names() {
        for zone in [home, away] {
            let valid = |rule| renamed(&pinned(zone(rule))).validate(&Validation::on(chrono::NaiveDate::MIN));
            let is_about_places = !matches!(denied, PolicyRule::Platforms(_));
            assert_eq!(
                valid(&denied).is_ok(),
                is_about_places,
                "a pin to a platform is judged with the model"
            );
            if is_about_places {
                let found = refusal(place(renamed(&pinned(zone(&denied))), &Lock::default()));
                assert!(found.iter().all(|(code, _)| code.starts_with("governance/platform-")), "{found:?}");
            }
            assert!(place(renamed(&pinned(zone(&permitted))), &Lock::default()).is_ok(), "{permitted:?}");
        }
    }
}

/// Settings of a platform are the ecosystem's own: they change with the place, and never name one that is not there.
#[test]
fn settings_name_places_as_they_are_called_now() {
    let ecosystem = renamed(&Fixture::default());
    let former = minimal_platform("Zulu").setting("at", "Mill/Hall");
    let outdated = Ecosystem::new("E", "github:o/model@main", "github:o/live@main")
        .with_zones(ecosystem.zones().iter().cloned())
        .platform(former);
    let outdated = ecosystem.vendors().iter().cloned().fold(outdated, Ecosystem::vendor);
    let refused = place(outdated, &Lock::default()).unwrap_err();
    assert!(codes(&refused).contains(&"platform/unknown-place"), "{:?}", codes(&refused));
}
