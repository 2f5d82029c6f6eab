//! An ecosystem for the platform: two teams, two instances, captures by changes, transformers with more than one output.

use datasurface_model::{
    Capture, Consistency, Credential, CredentialKind, DataContainer, DataTransformer, Dataset, DatasetGroup,
    Datastore, Ecosystem, GovernanceZone, InfrastructureVendor, Latency, Milestoning, PlatformDeclaration,
    Principal, Priority, QualityCheck, Retention, Team, Workspace,
};
use serde_json::Value;

/// The ecosystem, whose instances have these settings.
pub(super) fn shops(settings: &Value) -> Ecosystem {
    let platform = |name: &str| {
        let members = settings.as_object().into_iter().flatten();
        members.fold(PlatformDeclaration::new(name, "topics"), |platform, (name, value)| {
            platform.setting(name, value.clone())
        })
    };
    let zone = GovernanceZone::new().team("Sales", "github:shops/sales@main", sales()).team(
        "Finance",
        "github:shops/finance@main",
        finance(),
    );
    Ecosystem::new("Shops", "github:shops/model@main", "github:shops/live@main")
        .vendor(InfrastructureVendor::new("Cloud").location("Frankfurt"))
        .platform(platform("Streams"))
        .platform(platform("Ledger streams"))
        .zone("Europe", "github:shops/europe@main", zone)
}

fn database(name: &str) -> DataContainer {
    let host = format!("{}.example.org", name.to_lowercase());
    DataContainer::postgres(name, host, "main").located("Cloud/Frankfurt").with_credential("owner")
}

/// A team with a credential that opens these databases.
fn team(databases: [&str; 2]) -> Team {
    let opening = |credential: Credential, name: &str| credential.opening(name);
    let owner = Credential::new("owner", CredentialKind::Password);
    Team::new().credential(databases.into_iter().fold(owner, opening))
}

fn sales() -> Team {
    let tills = Datastore::new("Tills")
        .captured(
            Capture::change_data_capture("Europe/Sales/TillsDB").with_consistency(Consistency::SingleDataset),
        )
        .dataset(
            Dataset::new("sales", "id BigInt key, shop Integer not null, item Integer, amount Decimal(12,2)")
                .classified("Public")
                .quality_check(QualityCheck::rows(1, None)),
        )
        .dataset(Dataset::new("shops", "id Integer key, city VarChar(40), opened Date").classified("Public"))
        .dataset(Dataset::new("items", "id Integer key, name VarChar(80) not null").classified("Public"));
    let totals = DataTransformer::sql("Totals")
        .select("by_shop", "SELECT shop, sum(amount) AS amount FROM Tills_sales GROUP BY shop")
        .select("by_item", "SELECT item, sum(amount) AS amount FROM Tills_sales GROUP BY item");
    let total = Workspace::new("Total")
        .with_container("Europe/Sales/Desk")
        .group(DatasetGroup::new("Sales").sink("Tills/sales"))
        .with_transformer(totals);
    let cities = DataTransformer::sql("Cities").select("cities", "SELECT id, city FROM Tills_shops");
    let map = Workspace::new("Map")
        .with_container("Europe/Sales/Desk")
        .group(DatasetGroup::new("Shops").sink("Tills/shops"))
        .with_transformer(cities);
    let desk = Workspace::new("Desk")
        .with_container("Europe/Sales/Desk")
        .with_priority(Priority::High)
        .granted(Principal::role("sellers"))
        .group(
            DatasetGroup::new("Now")
                .with_sinks([
                    "Tills/shops",
                    "Tills/items",
                    "Totals/by_shop",
                    "Totals/by_item",
                    "Cities/cities",
                ])
                .with_latency(Latency::minutes(5)),
        );
    team(["Europe/Sales/TillsDB", "Europe/Sales/Desk"])
        .container(database("TillsDB"))
        .container(database("Desk"))
        .datastore(tills)
        .datastore(
            Datastore::new("Totals")
                .dataset(
                    Dataset::new("by_shop", "shop Integer key, amount Decimal(12,2)").classified("Public"),
                )
                .dataset(
                    Dataset::new("by_item", "item Integer key, amount Decimal(12,2)").classified("Public"),
                ),
        )
        .datastore(
            Datastore::new("Cities")
                .dataset(Dataset::new("cities", "id Integer key, city VarChar(40)").classified("Public")),
        )
        .workspace(total)
        .workspace(map)
        .workspace(desk)
}

fn finance() -> Team {
    let ledger = Datastore::new("Ledger")
        .captured(
            Capture::change_data_capture("Europe/Finance/LedgerDB")
                .with_consistency(Consistency::SingleDataset),
        )
        .dataset(
            Dataset::new("entries", "id BigInt key, account Integer, amount Decimal(12,2)")
                .classified("Public"),
        )
        .dataset(Dataset::new("accounts", "id Integer key, name VarChar(40)").classified("Public"));
    let audit = Workspace::new("Audit")
        .with_container("Europe/Finance/Archive")
        .granted(Principal::role("auditors"))
        .group(
            DatasetGroup::new("Books")
                .with_sinks(["Ledger/entries", "Ledger/accounts", "Tills/sales"])
                .with_milestoning(Milestoning::LiveAndForensic)
                .with_retention(Retention::years(7))
                .with_preferred_platform("Ledger streams"),
        );
    team(["Europe/Finance/LedgerDB", "Europe/Finance/Archive"])
        .container(database("LedgerDB"))
        .container(database("Archive"))
        .datastore(ledger)
        .workspace(audit)
}
