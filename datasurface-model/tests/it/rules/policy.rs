//! What one policy says of one thing that it may be about.

use datasurface_model::{CloudVendor, Permitted, Place, Policy, PolicyRule, governance::*};

#[test]
fn where_nothing_is_known_of_a_cloud_it_passes_no_list_of_clouds() {
    let denied = |permitted: Permitted<CloudVendor>| {
        let policy = Policy::new("clouds", PolicyRule::HardVendors(permitted));
        evaluate(&policy, &PolicySubject::Places(&[Place::from("Shed")].into()), |_| None).is_some()
    };
    assert!(denied(Permitted::only([CloudVendor::OnPremises])));
    assert!(!denied(Permitted::all_except([CloudVendor::Aws])));
}

#[test]
fn a_location_covers_those_below_and_is_denied_with_one_of_them() {
    let denied = |permitted: Permitted<Place>, place: &str| {
        let policy = Policy::new("places", PolicyRule::Locations(permitted));
        evaluate(&policy, &PolicySubject::Places(&[Place::from(place)].into()), |_| None).is_some()
    };
    let europe = || Permitted::only([Place::from("Blue/Europe")]);
    assert!(!denied(europe(), "Blue/Europe/Berlin") && denied(europe(), "Blue"));
    let but_berlin = || Permitted::all_except([Place::from("Blue/Europe/Berlin")]);
    assert!(denied(but_berlin(), "Blue/Europe/Berlin/Rack 1") && !denied(but_berlin(), "Blue/Europe/Paris"));
    // Somewhere in Europe may be in Berlin.
    assert!(denied(but_berlin(), "Blue/Europe"));
}

#[test]
fn what_may_be_anywhere_passes_no_list_of_what_is_allowed() {
    let denied = |rule| {
        evaluate(&Policy::new("places", rule), &PolicySubject::UnknownPlace, |_| None)
            .map(|denial| denial.code)
    };
    let place = || Place::from("Blue");
    assert_eq!(denied(PolicyRule::Locations(Permitted::only([place()]))), Some(&LOCATION));
    assert_eq!(denied(PolicyRule::Vendors(Permitted::only(["Blue"]))), Some(&VENDOR));
    assert_eq!(denied(PolicyRule::HardVendors(Permitted::only([CloudVendor::Aws]))), Some(&HARD_VENDOR));
    assert_eq!(denied(PolicyRule::Locations(Permitted::all_except([place()]))), None);
}
