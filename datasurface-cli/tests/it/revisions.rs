//! `advance` takes some platforms forward; `revisions` shows where each one is.

use crate::run::Fixture;
use datasurface_model::{
    Capture, DataContainer, Dataset, DatasetGroup, DatasetKey, Datastore, Ecosystem, GovernanceZone,
    InfrastructureVendor, PlatformDeclaration, Team, Workspace,
};

/// `Near` captures; `Far` takes from it what somebody reads there, if somebody does.
fn model(reads: &[&str]) -> Ecosystem {
    let dataset = |name: &str| Dataset::new(name, "id Integer key, name VarChar(40)");
    let store = Datastore::new("S").captured(Capture::sql_snapshot("Z/T/Source"));
    let reader = |name: &str, sinks: &[&str]| {
        let group = DatasetGroup::new("g").with_sinks(sinks.iter().map(|name| DatasetKey::new("S", *name)));
        Workspace::new(name).with_container(format!("Z/T/{name}").as_str()).group(group)
    };
    let team = ["Source", "Here", "There"].into_iter().fold(Team::new(), |team, name| {
        team.container(DataContainer::sqlite(name, format!("{name}.db")).located("V/L"))
    });
    let team =
        team.datastore(store.dataset(dataset("a")).dataset(dataset("b"))).workspace(reader("Here", &["a"]));
    let team = if reads.is_empty() { team } else { team.workspace(reader("There", reads)) };
    let platform =
        |name: &str| PlatformDeclaration::new(name, "local").setting("database", format!("{name}.db"));
    let ecosystem = Ecosystem::new("E", "github:o/model@main", "github:o/live@main")
        .vendor(InfrastructureVendor::new("V").location("L"))
        .platform(platform("Near"))
        .platform(platform("Far"))
        .primary_pin("S", "Near")
        .group_pin("Here/g", ["Near"])
        .zone("Z", "github:o/zone@main", GovernanceZone::new().team("T", "github:o/team@main", team));
    if reads.is_empty() { ecosystem } else { ecosystem.group_pin("There/g", ["Far"]) }
}

#[test]
fn one_platform_stays_and_comes_later() {
    let fixture = Fixture::new(&model(&["a"]));
    fixture.run("render model.json --target out").good();
    let shown = |fixture: &Fixture| {
        let said = fixture.run("revisions model.json --target out --format json").good().json();
        let one = |of: &serde_json::Value| {
            (of["is_behind"] == true, of["pending"] != 0, of["waits_for"].to_string())
        };
        [0, 1].map(|at| one(&said["platforms"][at]))
    };
    let none = || "[]".to_owned();
    assert_eq!(shown(&fixture), [(false, false, none()), (false, false, none())]);
    fixture.model(&model(&["a", "b"]));
    assert_eq!(shown(&fixture), [(false, true, none()), (false, true, none())]);
    let said = fixture.run("advance model.json --target out Far").good();
    assert!(said.err.contains("warning[revision/waits]: "), "{said:?}");
    assert!(said.err.contains("`S` on `Far` waits for `S/b` of `Near`"), "{said:?}");
    assert_eq!(shown(&fixture), [(false, true, "[\"Near\"]".to_owned()), (true, true, none())]);
    let said = fixture.run("revisions model.json --target out").good();
    assert!(said.out.contains("parts of it wait for `Near`"), "{said:?}");
    assert!(said.out.contains("it stayed when others went forward"), "{said:?}");
    fixture.run("advance model.json --target out Nobody").bad().complains("revision/unknown", "`Nobody`");
    fixture.run("advance model.json --target out").good();
    assert_eq!(shown(&fixture), [(false, false, none()), (false, false, none())]);
}
