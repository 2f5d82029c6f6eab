use crate::base::{edited, store, validated};
use datasurface_model::{Dataset, GovernanceZone, Team};

#[test]
fn every_claimant_but_the_first_is_reported_wherever_it_is() {
    let extra = |name: &str| store(name, Dataset::new("d", "id Integer key"));
    let other = GovernanceZone::new().team("Other", "git:r@main", Team::new().datastore(extra("A")));
    let findings = validated(edited(|team| team.datastore(extra("a"))).zone("EU", "git:r@main", other));
    let paths: Vec<_> = findings.iter().map(|finding| finding.path().to_string()).collect();
    assert_eq!(paths, ["zones/USA/teams/NorthWind/datastores/a"]);
    let related = findings.iter().flat_map(|finding| finding.related_places());
    let related: Vec<_> = related.map(|place| place.path.to_string()).collect();
    assert_eq!(related, ["zones/EU/teams/Other/datastores/A"]);
}

#[test]
fn case_is_that_of_every_alphabet() {
    let of = |first: &str, second: &str| {
        let zone = GovernanceZone::new();
        let zone = zone.team(first, "git:r@main", Team::new()).team(second, "git:r@main", Team::new());
        let findings = validated(edited(|team| team).zone("Other", "git:r@main", zone));
        findings.codes().map(str::to_owned).collect::<Vec<_>>()
    };
    for (first, second) in [("Übersee", "übersee"), ("РЫНОК", "рынок"), ("Æ Ltd", "æ LTD")] {
        assert_eq!(of(first, second), ["name/duplicate"], "{first} {second}");
    }
    assert_eq!(of("Übersee", "Ubersee"), [] as [String; 0]);
}
