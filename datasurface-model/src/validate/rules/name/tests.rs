use super::super::fixture::{edited, store, validated};
use crate::ecosystem::{Dataset, GovernanceZone, Team};

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
