use super::{
    super::fixture::{Case, consumer, edited, judge, store, valid, validated},
    DUPLICATE, RESERVED_WORD, SYNTAX,
};
use crate::ecosystem::{
    Capture, DataContainer, Dataset, DatasetGroup, Ecosystem, GovernanceZone, InfrastructureLocation,
    InfrastructureVendor, Latency, PlatformDeclaration, Policy, PolicyRule, Principal, Team, TeamDeclaration,
    Workspace,
};

pub(crate) fn cases() -> Vec<Case> {
    let with_store =
        |name: &str| edited(|team| team.datastore(store(name, Dataset::new("d", "id Integer key"))));
    let with_workspace = |name: &str| edited(|team| team.workspace(consumer(name, "NW_Data/orders")));
    let with_dataset =
        |name: &str| edited(|team| team.datastore(store("S", Dataset::new(name, "id Integer key"))));
    let with_two = |one: &str, two: &str| {
        let dataset = |name: &str| Dataset::new(name, "id Integer key");
        edited(|team| team.datastore(store("S", dataset(one)).dataset(dataset(two))))
    };
    let with_group = |one: &str, two: &str| {
        let group = |name: &str| DatasetGroup::new(name).sink("NW_Data/orders");
        let workspace = Workspace::new("W").container("USA/NorthWind/Lake");
        edited(|team| team.workspace(workspace.group(group(one)).group(group(two))))
    };
    let with_policies = |one: &str, two: &str| {
        let policy = |name: &str| Policy::new(name, PolicyRule::SeparateProduction);
        valid().zone("EU", "git:r@main", GovernanceZone::new().policy(policy(one)).policy(policy(two)))
    };
    let readable_by = |name: &str| {
        let group = DatasetGroup::new("g").sink("NW_Data/orders");
        let workspace = Workspace::new("W").container("USA/NorthWind/Lake").group(group);
        edited(|team| team.workspace(workspace.granted(Principal::group(name))))
    };
    let with_zone = |name: &str| valid().zone(name, "git:r@main", GovernanceZone::new());
    let with_team = |one: &str, two: &str| {
        let team = |name: &str| TeamDeclaration::new(name, "git:r@main");
        valid().zone("EU", "git:r@main", GovernanceZone::new().declare(team(one)).declare(team(two)))
    };
    let with_location = |one: &str, two: &str| {
        let inner = InfrastructureLocation::new("EU").location(one).location(two);
        valid().vendor(InfrastructureVendor::new("Own").location(inner))
    };
    let with_platform = |name: &str, kind: &str| valid().platform(PlatformDeclaration::new(name, kind));
    let with_container =
        |name: &str| edited(|team| team.container(DataContainer::sqlite(name, "f.db").located("Azure/USA")));
    let with_credential = |name: &str| {
        let capture = Capture::sql_snapshot("USA/NorthWind/Source").credential(name);
        edited(|team| team.datastore(store("S", Dataset::new("d", "id Integer key")).captured(capture)))
    };
    let classified = |name: &str| {
        edited(|team| team.datastore(store("S", Dataset::new("d", "id Integer key").classified(name))))
    };
    let regulated = |name: &str| {
        let group = DatasetGroup::new("g").sink("NW_Data/orders").regulator(name).latency(Latency::hours(1));
        edited(|team| team.workspace(Workspace::new("W").container("USA/NorthWind/Lake").group(group)))
    };
    let called = |name: &str| Ecosystem::new(name, "github:nw/model@main", "github:nw/live@main");

    let mut cases = vec![
        Case::new(&SYNTAX, "name", called("a/b"), called("a b")),
        Case::new(&SYNTAX, "datastores/2nd", with_store("2nd"), with_store("store2")),
        Case::new(&SYNTAX, "workspaces/a b", with_workspace("a b"), with_workspace("a_b")),
        Case::new(&SYNTAX, "datasets/a-b", with_dataset("a-b"), with_dataset("a_b")),
        Case::new(&SYNTAX, "groups/", with_group("g", ""), with_group("g", "h")),
        Case::new(&SYNTAX, "zones/a#b", with_zone("a#b"), with_zone("a b")),
        Case::new(&SYNTAX, "policies/a:b", with_policies("x", "a:b"), with_policies("x", "a b")),
        Case::new(&DUPLICATE, "policies/x", with_policies("x", "X"), with_policies("x", "y")),
        Case::new(&SYNTAX, "entitlement/group:a/b", readable_by("a/b"), readable_by("a b")),
        Case::new(&SYNTAX, "teams/a:b", with_team("x", "a:b"), with_team("x", "a b")),
        Case::new(&SYNTAX, "EU/locations/ ", with_location("a", " "), with_location("a", "é")),
        Case::new(&SYNTAX, "platforms/P/kind", with_platform("P", "a/b"), with_platform("P", "a b")),
        Case::new(&SYNTAX, "containers/a:b", with_container("a:b"), with_container("a b")),
        Case::new(&SYNTAX, "capture/credential", with_credential("p w"), with_credential("pw")),
        Case::new(&SYNTAX, "d/classifications/", classified(""), classified("PII")),
        Case::new(&SYNTAX, "g/regulators/a/b", regulated("a/b"), regulated("BaFin")),
        Case::of_schema(&SYNTAX, "columns/é", "é Integer key", "e Integer key"),
        Case::new(&DUPLICATE, "datastores/nw_data", with_store("nw_data"), with_store("nw_data2")),
        Case::new(&DUPLICATE, "workspaces/mask", with_workspace("mask"), with_workspace("masks")),
        Case::new(&DUPLICATE, "datasets/a", with_two("a", "A"), with_two("a", "b")),
        Case::new(&DUPLICATE, "groups/a", with_group("a", "A"), with_group("a", "b")),
        Case::new(&DUPLICATE, "zones/usa", with_zone("usa"), with_zone("EU")),
        Case::new(&DUPLICATE, "teams/x", with_team("x", "x"), with_team("x", "y")),
        Case::new(&DUPLICATE, "EU/locations/x", with_location("x", "X"), with_location("x", "y")),
        Case::new(&DUPLICATE, "platforms/local", with_platform("local", "k"), with_platform("other", "k")),
        Case::new(&DUPLICATE, "containers/lake", with_container("lake"), with_container("pond")),
        Case::of_schema(
            &DUPLICATE,
            "columns/ID",
            "id Integer key, ID Integer",
            "id Integer key, ID2 Integer",
        ),
        Case::new(&RESERVED_WORD, "datastores/Order", with_store("Order"), with_store("Orders")),
        Case::new(&RESERVED_WORD, "workspaces/table", with_workspace("table"), with_workspace("tables")),
        Case::new(&RESERVED_WORD, "datasets/user", with_dataset("user"), with_dataset("users")),
        Case::new(&RESERVED_WORD, "groups/all", with_group("all", "b"), with_group("everything", "b")),
        Case::of_schema(&RESERVED_WORD, "columns/YEAR", "YEAR Integer key", "the_year Integer key"),
    ];
    let vendor = |name: &str| valid().vendor(InfrastructureVendor::new(name));
    cases.push(Case::new(&DUPLICATE, "vendors/azure", vendor("azure"), vendor("AWS")));
    cases
}

#[test]
fn every_case() {
    judge(cases());
}

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
