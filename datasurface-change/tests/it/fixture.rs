//! A small ecosystem with an owner for each part.

use datasurface_model::*;

pub(crate) const ECOSYSTEM: &str = "github:nw/model@main";
pub(crate) const USA: &str = "github:nw/usa@main";
pub(crate) const SALES: &str = "github:nw/sales@main";
pub(crate) const STOCK: &str = "github:nw/stock@main";
pub(crate) const EU: &str = "github:nw/eu@main";

pub(crate) const CUSTOMERS: &str = "id Integer key, name VarChar(40), city VarChar(15)";

/// The ecosystem `NorthWind`: a zone `USA` with the teams `Sales` (who have a datastore) and `Stock` (who read it), and
/// a zone `EU` that is declared only.
pub(crate) fn fixture() -> Ecosystem {
    unserved().platform(PlatformDeclaration::new("Local", "local")).group_pin("Analysis/all", ["Local"])
}

/// The same without a platform.
pub(crate) fn unserved() -> Ecosystem {
    let sales = Team::new()
        .container(DataContainer::sqlite("Source", "sales.db").located("Office/Ground"))
        .datastore(store([customers(), Dataset::new("orders", "id Integer key, placed Date")]));
    let stock =
        Team::new().container(DataContainer::sqlite("Lake", "lake.db").located("Office/Ground")).workspace(
            Workspace::new("Analysis")
                .with_container("USA/Stock/Lake")
                .group(DatasetGroup::new("all").sink("Store/customers")),
        );
    let zone = GovernanceZone::new().team("Sales", SALES, sales).team("Stock", STOCK, stock);
    Ecosystem::new("NorthWind", ECOSYSTEM, "github:nw/live@main")
        .vendor(InfrastructureVendor::new("Office").location(InfrastructureLocation::new("Ground")))
        .zone("USA", USA, zone)
        .zone_declaration(ZoneDeclaration::new("EU", EU))
}

pub(crate) fn customers() -> Dataset {
    Dataset::new("customers", CUSTOMERS)
}

pub(crate) fn store(datasets: impl IntoIterator<Item = Dataset>) -> Datastore {
    Datastore::new("Store").captured(Capture::sql_snapshot("USA/Sales/Source")).with_datasets(datasets)
}

/// The fixture in which `Sales` have another datastore instead.
pub(crate) fn with_store(store: Datastore) -> Ecosystem {
    edit_sales(|team| team.without_datastore(&"Store".into()).datastore(store))
}

pub(crate) fn edit_sales(change: impl FnOnce(Team) -> Team) -> Ecosystem {
    fixture().edit_team("USA", "Sales", change)
}

pub(crate) fn edit_stock(change: impl FnOnce(Team) -> Team) -> Ecosystem {
    fixture().edit_team("USA", "Stock", change)
}

/// The fixture with another zone `USA`.
pub(crate) fn edit_usa(change: impl FnOnce(GovernanceZone) -> GovernanceZone) -> Ecosystem {
    let fixture = fixture();
    let zone = fixture.zones().get("USA").and_then(ZoneDeclaration::definition).unwrap();
    let zone = change(std::sync::Arc::unwrap_or_clone(zone.clone()));
    fixture.clone().without_zone(&"USA".into()).zone("USA", USA, zone)
}

/// The definition of a team.
pub(crate) fn team(name: &str) -> std::sync::Arc<Team> {
    let fixture = fixture();
    let zone = fixture.zones().get("USA").and_then(ZoneDeclaration::definition).unwrap().clone();
    zone.teams().get(name).and_then(TeamDeclaration::definition).unwrap().clone()
}

/// The definition of the zone `USA` without its teams.
pub(crate) fn usa_without(team: &str) -> GovernanceZone {
    let fixture = fixture();
    let zone = fixture.zones().get("USA").and_then(ZoneDeclaration::definition).unwrap();
    let others = zone.teams().iter().filter(|other| other.name().as_str() != team).cloned();
    others.fold(GovernanceZone::new(), GovernanceZone::team_declaration)
}
pub(crate) fn valid(ecosystem: &Ecosystem) -> Valid<Ecosystem> {
    let on = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    ecosystem.clone().validate(&Validation::on(on)).unwrap().into_ecosystem()
}

pub(crate) fn day(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn orders() -> Dataset {
    Dataset::new("orders", "id Integer key, placed Date")
}

/// The team `Stock` with another workspace `Analysis`, of which `wants` makes the only group.
pub(crate) fn stock_wanting(ecosystem: Ecosystem, sinks: impl IntoIterator<Item = DatasetSink>) -> Ecosystem {
    let group = DatasetGroup::new("all").with_sinks(sinks);
    let workspace = Workspace::new("Analysis").with_container("USA/Stock/Lake").group(group);
    ecosystem
        .edit_team("USA", "Stock", |team| team.without_workspace(&"Analysis".into()).workspace(workspace))
}
