//! Attacks, each denied; and what people do every day, each allowed.

use super::world::*;
use crate::{
    change::{Authorization, ChangeSource, ModelDiff, Part},
    *,
};

/// The parts that are denied when this repository makes `new` of `old`.
fn denied(old: &Ecosystem, new: &Ecosystem, source: &str) -> Vec<String> {
    denied_source(old, new, &ChangeSource::new(source))
}

fn denied_source(old: &Ecosystem, new: &Ecosystem, source: &ChangeSource) -> Vec<String> {
    let (old, new) = (Valid::assume_valid(old.clone()), Valid::assume_valid(new.clone()));
    let authorization = Authorization::of(&ModelDiff::between(&old, &new), &old, &new, source);
    assert_eq!(authorization.is_allowed(), authorization.denied().is_empty());
    authorization.denied().iter().map(|denied| denied.part().to_string()).collect()
}

#[track_caller]
fn attack(new: &Ecosystem, source: &str, parts: &[&str]) {
    assert_eq!(denied(&world(), new, source), parts);
}

#[track_caller]
fn allowed(new: &Ecosystem, source: &str) {
    assert_ne!(world(), *new, "the test changes nothing");
    assert_eq!(denied(&world(), new, source), [] as [&str; 0]);
}

const THE_ECOSYSTEM: &str = "the ecosystem";
const THE_ZONE: &str = "the zone `USA`";
const THE_SALES: &str = "the team `Sales` of the zone `USA`";
const THE_STOCK: &str = "the team `Stock` of the zone `USA`";

fn added_dataset() -> Ecosystem {
    with_store(store([
        customers(),
        Dataset::new("orders", "id Integer key, placed Date"),
        Dataset::new("x", "a Date key"),
    ]))
}

#[test]
fn a_repository_that_owns_nothing_changes_nothing() {
    attack(&added_dataset(), "github:evil/model@main", &[THE_SALES]);
    attack(
        &world().platform(PlatformDeclaration::new("Mine", "local")),
        "github:evil/model@main",
        &[THE_ECOSYSTEM],
    );
    // That something is live does not mean that it comes from an owner.
    attack(&added_dataset(), "github:nw/live@main", &[THE_SALES]);
}

#[test]
fn who_looks_like_an_owner_is_none() {
    for source in [
        "github:nw/Sales@main",
        "github:NW/sales@main",
        "github:nw/sales@Main",
        "github:nw/sales@dev",
        "github:nw/sales@main/x",
        "github:nw/sales@",
        "github:nw/sales.git@main",
        "github:nw/sales2@main",
        "github:nw/sale@main",
        "github:nw/sales @main",
        "github:nw/sаles@main", // a Cyrillic а
        "github:nw/sales\u{200b}@main",
        "gitlab:nw/sales@main",
        "git:nw/sales@main",
        "git:https://github.com/nw/sales@main",
        "nw/sales@main",
        "GitHub:nw/sales@main",
        "",
    ] {
        attack(&added_dataset(), source, &[THE_SALES]);
    }
    let owner = Repository::from(SALES);
    let other_host = ChangeSource::new(owner.clone().at("github.evil.com"));
    assert_eq!(denied_source(&world(), &added_dataset(), &other_host), [THE_SALES]);
    let other_credential = ChangeSource::new(owner.credential("robot"));
    assert_eq!(denied_source(&world(), &added_dataset(), &other_credential), [] as [&str; 0]);
}

#[test]
fn a_stranger_injects_nothing() {
    let evil = "github:evil/model@main";
    let team = Team::new().container(DataContainer::sqlite("C", "c.db"));
    let zone = GovernanceZone::new().team("Evil", evil, team.clone());
    attack(&world().zone("Evil", evil, zone.clone()), evil, &[THE_ECOSYSTEM]);
    attack(&edit_usa(|usa| usa.team("Evil", evil, team)), evil, &[THE_ZONE]);
    // Nor does somebody who owns something, elsewhere.
    attack(&world().zone("Evil", SALES, zone), SALES, &[THE_ECOSYSTEM, "the team `Evil` of the zone `Evil`"]);
}

#[test]
fn only_the_owner_hands_over() {
    let repointed = |owner: &str| {
        let others = usa_without("Sales");
        let zone = others.team("Sales", owner, team("Sales"));
        world().without_zone(&"USA".into()).zone("USA", USA, zone)
    };
    attack(&repointed(USA), USA, &[THE_SALES]);
    attack(&repointed(STOCK), STOCK, &[THE_SALES]);
    attack(&repointed("github:evil/x@main"), "github:evil/x@main", &[THE_SALES]);
    allowed(&repointed(STOCK), SALES);
    // A credential is a way there, and the owner's business all the same.
    let with_credential =
        usa_without("Sales").team("Sales", Repository::from(SALES).credential("r"), team("Sales"));
    let with_credential = world().without_zone(&"USA".into()).zone("USA", USA, with_credential);
    attack(&with_credential, USA, &[THE_SALES]);
    // The ecosystem, a zone; a zone that is declared only.
    let whole = Ecosystem::new("NorthWind", "github:nw/other@main", "github:nw/live@main");
    let old = Ecosystem::new("NorthWind", ECOSYSTEM, "github:nw/live@main");
    assert_eq!(denied(&old, &whole, "github:nw/other@main"), [THE_ECOSYSTEM]);
    assert_eq!(denied(&old, &whole, ECOSYSTEM), [] as [&str; 0]);
    let zone = |owner: &str, zone: &str| {
        let declaration = ZoneDeclaration::new(zone, owner);
        let definition = world().zones().get(zone).and_then(ZoneDeclaration::definition).cloned();
        let declaration = definition.into_iter().fold(declaration, ZoneDeclaration::defined);
        world().without_zone(&zone.into()).declare(declaration)
    };
    attack(&zone(ECOSYSTEM, "USA"), ECOSYSTEM, &[THE_ZONE]);
    allowed(&zone(EU, "USA"), USA);
    allowed(&zone(USA, "EU"), ECOSYSTEM);
    attack(&zone(USA, "EU"), USA, &["the zone `EU`"]);
}

#[test]
fn a_repointed_declaration_cannot_hide_behind_a_rename() {
    let definition = world().zones().get("USA").and_then(ZoneDeclaration::definition).unwrap().clone();
    let renamed = |owner: &str| {
        let declaration = ZoneDeclaration::new("US", owner).renamed_from("USA").defined(definition.clone());
        world().without_zone(&"USA".into()).declare(declaration)
    };
    attack(&renamed(ECOSYSTEM), ECOSYSTEM, &["the zone `US`"]);
    attack(&renamed(USA), USA, &[THE_ECOSYSTEM]);
    allowed(&renamed(USA), ECOSYSTEM);
}

#[test]
fn a_parent_does_not_write_what_its_child_defines() {
    attack(&added_dataset(), USA, &[THE_SALES]);
    attack(&added_dataset(), ECOSYSTEM, &[THE_SALES]);
    attack(
        &edit_usa(|zone| zone.team("New", USA, Team::new())),
        ECOSYSTEM,
        &[THE_ZONE, "the team `New` of the zone `USA`"],
    );
    // Nor for a child that has not defined anything.
    let defined = world().without_zone(&"EU".into()).zone("EU", EU, GovernanceZone::new());
    attack(&defined, ECOSYSTEM, &["the zone `EU`"]);
    allowed(&defined, EU);
}

#[test]
fn a_child_does_not_declare_itself() {
    let zone = "github:nw/asia@main";
    attack(&world().declare(ZoneDeclaration::new("Asia", zone)), zone, &[THE_ECOSYSTEM]);
    attack(&edit_usa(|usa| usa.declare(TeamDeclaration::new("New", SALES))), SALES, &[THE_ZONE]);
}

#[test]
fn a_zone_does_not_touch_another_zone() {
    attack(&edit_usa(|usa| usa.declare(TeamDeclaration::new("New", EU))), EU, &[THE_ZONE]);
    attack(&edit_usa(|usa| usa.documented("ours")), EU, &[THE_ZONE]);
    attack(&edit_stock(|team| team.documented("ours")), SALES, &[THE_STOCK]);
}

#[test]
fn a_declaration_stays_while_its_definition_is_there() {
    let without_usa = world().without_zone(&"USA".into());
    attack(&without_usa, ECOSYSTEM, &[THE_ZONE, THE_SALES, THE_STOCK]);
    let without_sales = world().without_zone(&"USA".into()).zone("USA", USA, usa_without("Sales"));
    attack(&without_sales, USA, &[THE_SALES]);
    // The declaration alone.
    allowed(&world().without_zone(&"EU".into()), ECOSYSTEM);
    attack(&world().without_zone(&"EU".into()), EU, &[THE_ECOSYSTEM]);
}

#[test]
fn deep_edits_are_seen() {
    let documented = TableSchema::new([
        Column::new("id", DataType::Integer).not_null(),
        Column::new("name", DataType::varchar(40)),
        Column::new("city", DataType::varchar(15)).documented("where they live"),
    ])
    .keyed(["id"]);
    let orders = || Dataset::new("orders", "id Integer key, placed Date");
    attack(&with_store(store([Dataset::new("customers", documented), orders()])), STOCK, &[THE_SALES]);
    let urgent = edit_stock(|team| {
        let workspace = team.workspaces().get("Analysis").unwrap().clone();
        let workspace = std::sync::Arc::unwrap_or_clone(workspace).priority(Priority::Critical);
        team.without_workspace(&"Analysis".into()).workspace(workspace)
    });
    attack(&urgent, SALES, &[THE_STOCK]);
    let until = chrono::NaiveDate::from_ymd_opt(2027, 1, 1).unwrap();
    let configured = Ecosystem::new("NorthWind", ECOSYSTEM, "github:nw/live@main")
        .platform(PlatformDeclaration::new("Local", "local").config(serde_json::json!({"deep": [{"x": 1}]})));
    let plain = Ecosystem::new("NorthWind", ECOSYSTEM, "github:nw/live@main")
        .platform(PlatformDeclaration::new("Local", "local"));
    assert_eq!(denied(&plain, &configured, USA), [THE_ECOSYSTEM]);
    let waiver = Waiver::new("schema/no-key", "zones/USA", "known", until);
    attack(&world().waiver(waiver), SALES, &[THE_ECOSYSTEM]);
    attack(&world().primary("Store", "Local"), SALES, &[THE_ECOSYSTEM]);
    attack(&world().pin("Analysis/all", ["Local"]), STOCK, &[THE_ECOSYSTEM]);
}

#[test]
fn nothing_hides_behind_a_name_that_is_there_twice() {
    let twice = edit_usa(|usa| usa.team("Sales", SALES, Team::new().documented("ours")));
    for source in [USA, ECOSYSTEM, SALES, STOCK] {
        assert_ne!(denied(&world(), &twice, source), [] as [&str; 0]);
    }
    let zone_twice = world().zone("USA", USA, GovernanceZone::new().documented("ours"));
    for source in [USA, ECOSYSTEM, SALES, STOCK] {
        assert_ne!(denied(&world(), &zone_twice, source), [] as [&str; 0]);
    }
}

#[test]
fn the_lock_belongs_to_the_ecosystem() {
    let touching =
        |source: &str| denied_source(&world(), &world(), &ChangeSource::new(source).touching_lock());
    assert_eq!(touching(SALES), [THE_ECOSYSTEM]);
    assert_eq!(touching(USA), [THE_ECOSYSTEM]);
    assert_eq!(touching(ECOSYSTEM), [] as [&str; 0]);
}

#[test]
fn two_owners_parts_are_not_changed_by_one() {
    let both = added_dataset().edit_team("USA", "Stock", |team| team.documented("ours"));
    attack(&both, SALES, &[THE_STOCK]);
    attack(&both, STOCK, &[THE_SALES]);
    let store = team("Sales").datastores().get("Store").unwrap().clone();
    let moved =
        edit_sales(|team| team.without_datastore(&"Store".into()))
            .edit_team("USA", "Stock", |team| team.datastore(store));
    attack(&moved, SALES, &[THE_STOCK]);
    attack(&moved, STOCK, &[THE_SALES]);
    attack(&moved, USA, &[THE_SALES, THE_STOCK]);
}

#[test]
fn an_owner_edits_all_it_owns() {
    allowed(&added_dataset(), SALES);
    allowed(&edit_sales(|team| team.without_datastore(&"Store".into()).documented("empty")), SALES);
    allowed(
        &edit_usa(|usa| usa.documented("ours").declare(TeamDeclaration::new("New", "github:nw/new@main"))),
        USA,
    );
    allowed(
        &world()
            .vendor(InfrastructureVendor::new("Azure"))
            .platform(PlatformDeclaration::new("Other", "local"))
            .declare(ZoneDeclaration::new("Asia", "github:nw/asia@main"))
            .documented("everything"),
        ECOSYSTEM,
    );
}

#[test]
fn an_owner_empties_its_part() {
    let emptied = usa_without("Sales").declare(TeamDeclaration::new("Sales", SALES));
    allowed(&world().without_zone(&"USA".into()).zone("USA", USA, emptied.clone()), SALES);
    // After that, the zone can take the declaration away.
    let old = world().without_zone(&"USA".into()).zone("USA", USA, emptied);
    let new = world().without_zone(&"USA".into()).zone("USA", USA, usa_without("Sales"));
    assert_eq!(denied(&old, &new, USA), [] as [&str; 0]);
    assert_eq!(denied(&old, &new, SALES), [THE_ZONE]);
}

#[test]
fn who_owns_a_parent_and_its_child_declares_and_defines_at_once() {
    let zone = GovernanceZone::new().team("All", ECOSYSTEM, Team::new());
    let both = world().zone("Own", ECOSYSTEM, zone);
    allowed(&both, ECOSYSTEM);
    assert_eq!(denied(&both, &world(), ECOSYSTEM), [] as [&str; 0]);
}

#[test]
fn no_change_is_allowed_to_everybody() {
    for source in [ECOSYSTEM, SALES, "github:evil/x@main", ""] {
        assert_eq!(denied(&world(), &world(), source), [] as [&str; 0]);
    }
}

#[test]
fn whose_it_is_is_said() {
    let (old, new) = (Valid::assume_valid(world()), Valid::assume_valid(added_dataset()));
    let diff = ModelDiff::between(&old, &new);
    let authorization = Authorization::of(&diff, &old, &new, &ChangeSource::new(STOCK));
    let [denied] = authorization.denied() else { panic!("{authorization:?}") };
    assert_eq!(*denied.part(), Part::Team(TeamKey::new("USA", "Sales")));
    assert_eq!(denied.owner(), Some(&SALES.into()));
    let paths: Vec<_> = denied.differences().iter().map(|difference| difference.path().to_string()).collect();
    assert_eq!(paths, ["zones/USA/teams/Sales/datastores/Store/datasets/x"]);
}
