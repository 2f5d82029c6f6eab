//! Attacks, each denied; and what people do every day, each allowed.

use super::fixture::*;
use datasurface_change::{Authorization, ChangeControl, ChangeSource, ModelDiff};
use datasurface_model::{ownership::OwnedPart, *};

/// The parts that are denied when this repository makes `new` of `old`.
fn denied(old: &Ecosystem, new: &Ecosystem, source: &str) -> Vec<String> {
    denied_source(old, new, &ChangeSource::new(source))
}

fn denied_source(old: &Ecosystem, new: &Ecosystem, source: &ChangeSource) -> Vec<String> {
    let (old, new) = (Valid::assume_valid(old.clone()), Valid::assume_valid(new.clone()));
    let authorization = Authorization::evaluate(&ModelDiff::between(&old, &new), &old, &new, source);
    assert_eq!(authorization.is_allowed(), authorization.denied().is_empty());
    authorization.denied().iter().map(|denied| denied.part.to_string()).collect()
}

#[track_caller]
fn attack(new: &Ecosystem, source: &str, parts: &[&str]) {
    assert_eq!(denied(&fixture(), new, source), parts);
}

#[track_caller]
fn allowed(new: &Ecosystem, source: &str) {
    assert_ne!(fixture(), *new, "the test changes nothing");
    assert_eq!(denied(&fixture(), new, source), [] as [&str; 0]);
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
        &fixture().platform(PlatformDeclaration::new("Mine", "local")),
        "github:evil/model@main",
        &[THE_ECOSYSTEM],
    );
    // That something is live does not mean that it comes from an owner.
    attack(&added_dataset(), "github:nw/live@main", &[THE_SALES]);
}

#[track_caller]
fn no_owner(sources: &[&str]) {
    for source in sources {
        attack(&added_dataset(), source, &[THE_SALES]);
    }
}

#[test]
fn an_owner_in_other_letters_is_none() {
    no_owner(&[
        "github:nw/Sales@main",
        "github:NW/sales@main",
        "github:nw/sales@Main",
        "GitHub:nw/sales@main",
    ]);
}

#[test]
fn an_owner_in_letters_that_look_the_same_is_none() {
    // A Cyrillic a; a blank that nobody sees; a letter of full width; a letter with its accent apart.
    no_owner(&[
        "github:nw/s\u{430}les@main",
        "github:nw/sales\u{200b}@main",
        "github:nw/sale\u{ff53}@main",
        "github:nw/sale\u{301}s@main",
    ]);
}

#[test]
fn an_owner_with_more_or_less_in_its_name_is_none() {
    no_owner(&[
        "github:nw/sales.git@main",
        "github:nw/sales2@main",
        "github:nw/sale@main",
        "github:nw/sales @main",
        "github:evil/nw/sales@main",
        "nw/sales@main",
        "",
    ]);
}

#[test]
fn an_owner_on_another_host_is_none() {
    no_owner(&["gitlab:nw/sales@main", "git:nw/sales@main", "git:https://github.com/nw/sales@main"]);
    let other_host = ChangeSource::new(Repository::from(SALES).with_address("github.evil.com"));
    assert_eq!(denied_source(&fixture(), &added_dataset(), &other_host), [THE_SALES]);
}

#[test]
fn an_owner_on_another_branch_is_none() {
    no_owner(&["github:nw/sales@dev", "github:nw/sales@main/x", "github:nw/sales@", "github:nw/sales@main "]);
}

#[test]
fn an_owner_with_another_credential_is_the_owner() {
    let other_credential = ChangeSource::new(Repository::from(SALES).with_credential("robot"));
    assert_eq!(denied_source(&fixture(), &added_dataset(), &other_credential), [] as [&str; 0]);
}

const EVIL: &str = "github:evil/model@main";

fn evil_team() -> Team {
    Team::new().container(DataContainer::sqlite("C", "c.db"))
}

#[test]
fn a_stranger_injects_no_zone() {
    let zone = GovernanceZone::new().team("Evil", EVIL, evil_team());
    attack(&fixture().zone("Evil", EVIL, zone.clone()), EVIL, &[THE_ECOSYSTEM]);
    // Nor does somebody who owns something, elsewhere.
    attack(
        &fixture().zone("Evil", SALES, zone),
        SALES,
        &[THE_ECOSYSTEM, "the team `Evil` of the zone `Evil`"],
    );
}

#[test]
fn a_stranger_injects_no_team() {
    attack(&edit_usa(|usa| usa.team("Evil", EVIL, evil_team())), EVIL, &[THE_ZONE]);
    attack(&edit_usa(|usa| usa.team("Evil", SALES, evil_team())), SALES, &[THE_ZONE]);
}

/// The fixture in which the declaration of `Sales` names another owner.
fn repointed_team(owner: impl Into<Repository>) -> Ecosystem {
    let zone = usa_without("Sales").team("Sales", owner, team("Sales"));
    fixture().without_zone(&"USA".into()).zone("USA", USA, zone)
}

/// The fixture in which the declaration of a zone names another owner.
fn repointed_zone(zone: &str, owner: &str) -> Ecosystem {
    let definition = fixture().zones().get(zone).and_then(ZoneDeclaration::definition).cloned();
    let declaration = ZoneDeclaration::new(zone, owner);
    let declaration = definition.into_iter().fold(declaration, ZoneDeclaration::defined);
    fixture().without_zone(&zone.into()).zone_declaration(declaration)
}

/// The change in which the ecosystem itself gets another owner.
fn repointed_ecosystem() -> (Ecosystem, Ecosystem) {
    let whole = |owner: &str| Ecosystem::new("NorthWind", owner, "github:nw/live@main");
    (whole(ECOSYSTEM), whole("github:nw/other@main"))
}

#[test]
fn a_declaration_is_not_pointed_at_somebody_else() {
    attack(&repointed_team(USA), USA, &[THE_SALES]);
    attack(&repointed_team(STOCK), STOCK, &[THE_SALES]);
    attack(&repointed_team(EVIL), EVIL, &[THE_SALES]);
    attack(&repointed_zone("USA", ECOSYSTEM), ECOSYSTEM, &[THE_ZONE]);
    attack(&repointed_zone("EU", USA), USA, &["the zone `EU`"]);
    let (old, new) = repointed_ecosystem();
    assert_eq!(denied(&old, &new, "github:nw/other@main"), [THE_ECOSYSTEM]);
    // A credential is a way there, and the owner's business all the same.
    attack(&repointed_team(Repository::from(SALES).with_credential("r")), USA, &[THE_SALES]);
}

#[test]
fn an_owner_hands_its_own_part_over() {
    allowed(&repointed_team(STOCK), SALES);
    allowed(&repointed_zone("USA", EU), USA);
    let (old, new) = repointed_ecosystem();
    assert_eq!(denied(&old, &new, ECOSYSTEM), [] as [&str; 0]);
    // What is declared only is nothing but a declaration.
    allowed(&repointed_zone("EU", USA), ECOSYSTEM);
}

#[test]
fn a_repointed_declaration_cannot_hide_behind_a_rename() {
    let definition = fixture().zones().get("USA").and_then(ZoneDeclaration::definition).unwrap().clone();
    let renamed = |owner: &str| {
        let declaration = ZoneDeclaration::new("US", owner).renamed_from("USA").defined(definition.clone());
        fixture().without_zone(&"USA".into()).zone_declaration(declaration)
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
    let defined = fixture().without_zone(&"EU".into()).zone("EU", EU, GovernanceZone::new());
    attack(&defined, ECOSYSTEM, &["the zone `EU`"]);
    allowed(&defined, EU);
}

#[test]
fn a_child_does_not_declare_itself() {
    let zone = "github:nw/asia@main";
    attack(&fixture().zone_declaration(ZoneDeclaration::new("Asia", zone)), zone, &[THE_ECOSYSTEM]);
    attack(&edit_usa(|usa| usa.team_declaration(TeamDeclaration::new("New", SALES))), SALES, &[THE_ZONE]);
}

#[test]
fn a_zone_does_not_touch_another_zone() {
    attack(&edit_usa(|usa| usa.team_declaration(TeamDeclaration::new("New", EU))), EU, &[THE_ZONE]);
    attack(&edit_usa(|usa| usa.documented("ours")), EU, &[THE_ZONE]);
    attack(&edit_stock(|team| team.documented("ours")), SALES, &[THE_STOCK]);
}

#[test]
fn a_declaration_stays_while_its_definition_is_there() {
    let without_usa = fixture().without_zone(&"USA".into());
    attack(&without_usa, ECOSYSTEM, &[THE_ZONE, THE_SALES, THE_STOCK]);
    let without_sales = fixture().without_zone(&"USA".into()).zone("USA", USA, usa_without("Sales"));
    attack(&without_sales, USA, &[THE_SALES]);
    // The declaration alone.
    allowed(&fixture().without_zone(&"EU".into()), ECOSYSTEM);
    attack(&fixture().without_zone(&"EU".into()), EU, &[THE_ECOSYSTEM]);
}

#[test]
fn a_columns_documentation_is_its_owners() {
    let documented = TableSchema::new([
        Column::new("id", DataType::Integer).not_null(),
        Column::new("name", DataType::varchar(40)),
        Column::new("city", DataType::varchar(15)).documented("where they live"),
    ])
    .keyed(["id"]);
    let orders = || Dataset::new("orders", "id Integer key, placed Date");
    let documented = with_store(store([Dataset::new("customers", documented), orders()]));
    attack(&documented, STOCK, &[THE_SALES]);
    allowed(&documented, SALES);
}

#[test]
fn a_workspaces_priority_is_its_owners() {
    let urgent = edit_stock(|team| {
        let workspace = team.workspaces().get("Analysis").unwrap().clone();
        let workspace = std::sync::Arc::unwrap_or_clone(workspace).with_priority(Priority::Critical);
        team.without_workspace(&"Analysis".into()).workspace(workspace)
    });
    attack(&urgent, SALES, &[THE_STOCK]);
    allowed(&urgent, STOCK);
}

#[test]
fn a_platforms_settings_are_the_ecosystems() {
    let with = |settings: serde_json::Value| {
        let platform = PlatformDeclaration::new("Local", "local").with_config(settings);
        Ecosystem::new("NorthWind", ECOSYSTEM, "github:nw/live@main").platform(platform)
    };
    let (old, new) =
        (with(serde_json::json!({"deep": [{"x": 0}]})), with(serde_json::json!({"deep": [{"x": 1}]})));
    assert_eq!(denied(&old, &new, USA), [THE_ECOSYSTEM]);
    assert_eq!(denied(&old, &new, ECOSYSTEM), [] as [&str; 0]);
}

#[test]
fn a_waiver_is_the_ecosystems() {
    let waived = fixture().waiver(Waiver::new("schema/no-key", "zones/USA", "known", day("2027-01-01")));
    attack(&waived, SALES, &[THE_ECOSYSTEM]);
    attack(&waived, USA, &[THE_ECOSYSTEM]);
    allowed(&waived, ECOSYSTEM);
}

#[test]
fn a_pin_is_the_ecosystems() {
    attack(&fixture().primary_pin("Store", "Local"), SALES, &[THE_ECOSYSTEM]);
    allowed(&fixture().primary_pin("Store", "Local"), ECOSYSTEM);
    attack(&fixture().group_pin("Analysis/all", ["Other"]), STOCK, &[THE_ECOSYSTEM]);
    allowed(&fixture().group_pin("Analysis/all", ["Other"]), ECOSYSTEM);
}

#[test]
fn nothing_hides_behind_a_name_that_is_there_twice() {
    let twice = edit_usa(|usa| usa.team("Sales", SALES, Team::new().documented("ours")));
    for source in [USA, ECOSYSTEM, SALES, STOCK] {
        assert_ne!(denied(&fixture(), &twice, source), [] as [&str; 0]);
    }
    let zone_twice = fixture().zone("USA", USA, GovernanceZone::new().documented("ours"));
    for source in [USA, ECOSYSTEM, SALES, STOCK] {
        assert_ne!(denied(&fixture(), &zone_twice, source), [] as [&str; 0]);
    }
}

#[test]
fn the_lock_belongs_to_the_ecosystem() {
    let touching =
        |source: &str| denied_source(&fixture(), &fixture(), &ChangeSource::new(source).touching_lock());
    assert_eq!(touching(SALES), [THE_ECOSYSTEM]);
    assert_eq!(touching(USA), [THE_ECOSYSTEM]);
    assert_eq!(touching(ECOSYSTEM), [] as [&str; 0]);
}

#[test]
fn the_configuration_belongs_to_the_ecosystem_as_the_lock_does() {
    let source = |source: &str| ChangeSource::new(source).touching_configuration();
    let touching = |name: &str| denied_source(&fixture(), &fixture(), &source(name));
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
        &edit_usa(|usa| {
            usa.documented("ours").team_declaration(TeamDeclaration::new("New", "github:nw/new@main"))
        }),
        USA,
    );
    allowed(
        &fixture()
            .vendor(InfrastructureVendor::new("Azure"))
            .platform(PlatformDeclaration::new("Other", "local"))
            .zone_declaration(ZoneDeclaration::new("Asia", "github:nw/asia@main"))
            .documented("everything"),
        ECOSYSTEM,
    );
}

#[test]
fn an_owner_empties_its_part() {
    let emptied = usa_without("Sales").team_declaration(TeamDeclaration::new("Sales", SALES));
    allowed(&fixture().without_zone(&"USA".into()).zone("USA", USA, emptied.clone()), SALES);
    // After that, the zone can take the declaration away.
    let old = fixture().without_zone(&"USA".into()).zone("USA", USA, emptied);
    let new = fixture().without_zone(&"USA".into()).zone("USA", USA, usa_without("Sales"));
    assert_eq!(denied(&old, &new, USA), [] as [&str; 0]);
    assert_eq!(denied(&old, &new, SALES), [THE_ZONE]);
}

#[test]
fn who_owns_a_parent_and_its_child_declares_and_defines_at_once() {
    let zone = GovernanceZone::new().team("All", ECOSYSTEM, Team::new());
    let both = fixture().zone("Own", ECOSYSTEM, zone);
    allowed(&both, ECOSYSTEM);
    assert_eq!(denied(&both, &fixture(), ECOSYSTEM), [] as [&str; 0]);
}

#[test]
fn no_change_is_allowed_to_everybody() {
    for source in [ECOSYSTEM, SALES, "github:evil/x@main", ""] {
        assert_eq!(denied(&fixture(), &fixture(), source), [] as [&str; 0]);
    }
}

#[test]
fn whose_it_is_is_said() {
    let (old, new) = (Valid::assume_valid(fixture()), Valid::assume_valid(added_dataset()));
    let diff = ModelDiff::between(&old, &new);
    let authorization = Authorization::evaluate(&diff, &old, &new, &ChangeSource::new(STOCK));
    let [denied] = authorization.denied() else { panic!("{authorization:?}") };
    assert_eq!(denied.part, OwnedPart::Team(TeamKey::new("USA", "Sales")));
    assert_eq!(denied.owner, Some(SALES.into()));
    let paths: Vec<_> = denied.differences.iter().map(|difference| difference.path().to_string()).collect();
    assert_eq!(paths, ["zones/USA/teams/Sales/datastores/Store/datasets/x"]);
}

#[test]
fn what_is_too_deep_to_be_told_is_denied_beside_what_is_allowed() {
    let deep = |leaf: u8| {
        let value = (0..140).fold(serde_json::Value::from(leaf), |inner, _| vec![inner].into());
        fixture().platform(PlatformDeclaration::new("Mine", "local").setting("deep", value))
    };
    let old = deep(1);
    let new = deep(2).edit_team("USA", "Stock", |team| team.documented("Who has what is in stock."));
    let control = ChangeControl::new(ChangeSource::new(STOCK), day("2026-01-01"));
    let report = control.judge(&Valid::assume_valid(old), &Valid::assume_valid(new));
    assert!(!report.is_allowed(), "{report}");
}
