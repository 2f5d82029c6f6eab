//! A container in use leaves a zone with the approval of the zone alone, whose policies held for what is in it.

use super::{
    approvals::{missing, needs},
    fixture::*,
};
use datasurface_model::*;

fn postgres(name: &str, host: &str, database: &str) -> DataContainer {
    DataContainer::postgres(name, host, database).located("Office/Ground")
}

fn bucket(prefix: &str) -> DataContainer {
    let kind = ContainerKind::ObjectStorage { bucket: "sales".into(), prefix: prefix.into(), endpoint: None };
    DataContainer::new("Hub", kind).located("Office/Ground")
}

/// `Sales` have a team in the zone `EU`, too, and a container in one of the two.
fn both_zones(zone: &str, team: &str, container: DataContainer) -> Ecosystem {
    let too = GovernanceZone::new().team("Sales too", SALES, Team::new());
    let ecosystem = fixture().without_zone(&"EU".into()).zone("EU", EU, too);
    ecosystem.edit_team(zone, team, |team| team.container(container))
}

/// The team in the other zone captures from the container.
fn captured(zone: &str, team: &str, container: DataContainer, capture: Capture) -> Ecosystem {
    let container = container.readable_by(ContainerUser::Everyone);
    both_zones(zone, team, container).edit_team("EU", "Sales too", |team| {
        team.datastore(
            Datastore::new("Mine").captured(capture).dataset(Dataset::new("rows", "id Integer key")),
        )
    })
}

fn snapshot_of(container: &str) -> Capture {
    Capture::sql_snapshot(container).table("rows", "rows")
}

/// The team in the other zone has data delivered to the container.
fn delivered(zone: &str, team: &str, container: DataContainer) -> Ecosystem {
    let key = ContainerKey::new(zone, team, container.name());
    let container = container.writable_by(ContainerUser::Everyone);
    both_zones(zone, team, container).edit_team("EU", "Sales too", |team| {
        let group = DatasetGroup::new("all").sink("Store/orders");
        team.workspace(Workspace::new("Mirror").with_container(key).group(group))
    })
}

#[test]
fn a_container_from_which_anything_is_captured_leaves_with_the_approval_of_the_zone() {
    let hub = |name: &str, host: &str| postgres(name, host, "shop");
    let old = captured("USA", "Sales", hub("Hub", "hub.example"), snapshot_of("USA/Sales/Hub"));
    let moved = |name: &str, host: &str| {
        let container = format!("EU/Sales too/{name}");
        captured("EU", "Sales too", hub(name, host), snapshot_of(&container))
    };
    needs(&old, &moved("Hub", "hub.example"), SALES, &[USA]);
    // Nor does another name hide it, or another spelling of the address.
    needs(&old, &moved("Basin", "HUB.example."), SALES, &[USA]);
    // What was free to use is not free to be used elsewhere.
    let unused = both_zones("USA", "Sales", hub("Hub", "hub.example"));
    needs(&unused, &moved("Hub", "hub.example"), SALES, &[USA]);
    // Another database is another one, and what is not used has nothing that policies hold for.
    assert_eq!(missing(&old, &moved("Hub", "other.example"), SALES), [] as [&str; 0]);
    let left = both_zones("EU", "Sales too", hub("Hub", "hub.example"));
    assert_eq!(missing(&unused, &left, SALES), [] as [&str; 0]);
    // The zone itself needs nobody but the team, and a team of the same zone nobody else.
    assert_eq!(missing(&old, &moved("Hub", "hub.example"), USA), [SALES]);
    let beside = captured("USA", "Stock", hub("Hub", "hub.example"), snapshot_of("USA/Stock/Hub"));
    assert_eq!(missing(&old, &beside, SALES), [STOCK]);
}

#[test]
fn a_container_to_which_anything_is_delivered_leaves_with_the_approval_of_the_zone() {
    let hub = |host: &str| postgres("Hub", host, "shop");
    let old = delivered("USA", "Sales", hub("hub.example"));
    needs(&old, &delivered("EU", "Sales too", hub("hub.example")), SALES, &[USA]);
    assert_eq!(missing(&old, &delivered("EU", "Sales too", hub("other.example")), SALES), [] as [&str; 0]);
}

#[test]
fn a_part_of_a_container_leaves_as_the_whole_does() {
    let files = |container: &str| Capture::object_files(container, FileFormat::Csv).source("rows", "rows");
    let old = |prefix: &str| captured("USA", "Sales", bucket(prefix), files("USA/Sales/Hub"));
    let new = |prefix: &str| captured("EU", "Sales too", bucket(prefix), files("EU/Sales too/Hub"));
    for (before, after) in [("raw", "raw"), ("raw", ""), ("", "raw"), ("raw", "raw/inner")] {
        needs(&old(before), &new(after), SALES, &[USA]);
    }
    assert_eq!(missing(&old("raw"), &new("other"), SALES), [] as [&str; 0]);
}

#[test]
fn a_zone_that_is_renamed_keeps_its_containers() {
    let hub = || postgres("Hub", "hub.example", "shop");
    let renamed = |old: &Ecosystem| {
        let definition = GovernanceZone::clone(old.zones().get("USA").unwrap().definition().unwrap());
        let renamed = ZoneDeclaration::new("America", USA).defined(definition).renamed_from("USA");
        old.clone().without_zone(&"USA".into()).zone_declaration(renamed)
    };
    let used = captured("USA", "Sales", hub(), snapshot_of("USA/Sales/Hub"));
    let unused = both_zones("USA", "Sales", hub());
    for source in [ECOSYSTEM, SALES] {
        assert_eq!(missing(&used, &renamed(&used), source), missing(&unused, &renamed(&unused), source));
    }
    assert_eq!(missing(&used, &renamed(&used), ECOSYSTEM), [] as [&str; 0]);
}
