//! A platform that leaves the place that policies ask for: by its declaration, by its settings, or because the place is another one.

use crate::{
    fixture::*,
    review::{MODEL, judged, refusals},
};
use datasurface_model::*;

/// The zone asks for one place, in which the platform is by this declaration; there is another one.
fn at(declaration: PlatformDeclaration) -> Ecosystem {
    let reader = consumer("W", DatasetGroup::new("g").with_sinks(["S/a"]));
    let only_here = PolicyRule::Locations(Permitted::only([Place::from("V/L")]));
    fixture([declaration], [reader])
        .vendor(InfrastructureVendor::new("Far").location("Away"))
        .edit_zone("Z", |zone| zone.policy(Policy::new("here", only_here)))
}

#[test]
fn a_platform_that_moves_away_is_refused_and_one_that_stays_is_not() {
    let here = || minimal_platform("P").setting("at", "V/L");
    let site = Site::new();
    site.render(at(here()), today());
    // What the lock says is judged as it is; without it, nobody can be chosen.
    for (lock, code) in
        [(site.lock(), "governance/platform-location"), (Default::default(), "choice/no-platform")]
    {
        let judge =
            |new: PlatformDeclaration| judged([(&at(here()), &lock), (&at(new), &lock)], MODEL, today());
        for away in
            [minimal_platform("P").setting("at", "Far/Away"), here().located("Far/Away"), here().located("V")]
        {
            let report = judge(away);
            assert!(refusals(&report).contains(&code), "{report}");
            assert!(report.findings.iter().any(|it| it.message().contains("the policy `here`")), "{report}");
        }
        // The mirror: it says its place in another way.
        for stays in [here().located("V/L"), minimal_platform("P").located("V/L")] {
            assert_eq!(refusals(&judge(stays)), [] as [&str; 0]);
        }
    }
}
