//! NorthWind: an ecosystem that people can read, to begin with.

use datasurface_model::{
    Capture, DataContainer, DataTransformer, Dataset, DatasetGroup, Datastore, Ecosystem, GovernanceZone,
    InfrastructureVendor, PlatformDeclaration, Priority, Retention, Schema, TableSchema, Team, Workspace,
};

/// Returns the NorthWind ecosystem: one team with a database, and two workspaces that want the latest data of it.
/// One of the workspaces retains it for a year. It is the smallest task for a platform that captures and exports.
#[must_use]
pub fn northwind() -> Ecosystem {
    ecosystem(team())
}

/// Returns the [NorthWind ecosystem](northwind) with a transformer that masks customers.
/// Another workspace consumes the masked customers.
#[must_use]
pub fn northwind_masked() -> Ecosystem {
    let mask = "SELECT customer_id, '***' AS company_name, country FROM NW_Data_customers";
    let masking = DataTransformer::sql("Masked_NW_Data").select("customers", mask);
    let masked = Dataset::new("customers", CUSTOMERS).classified("Public");
    let mask_customers = Workspace::new("MaskCustomers")
        .with_container("USA/NorthWindTeam/Warehouse")
        .group(DatasetGroup::new("Originals").sink("NW_Data/customers"))
        .with_transformer(masking);
    let use_masked = Workspace::new("UseMaskedCustomers")
        .with_container("USA/NorthWindTeam/Warehouse")
        .with_priority(Priority::Critical)
        .group(DatasetGroup::new("Masked").sink("Masked_NW_Data/customers"));
    ecosystem(
        team()
            .datastore(Datastore::new("Masked_NW_Data").dataset(masked))
            .workspace(mask_customers)
            .workspace(use_masked),
    )
}

const CUSTOMERS: &str = "customer_id VarChar(5) key, company_name VarChar(40) not null, country VarChar(15)";

/// Who a customer is cannot be told from a number and a country.
fn customers() -> TableSchema {
    let columns = Schema::from(CUSTOMERS).table().clone();
    columns.classified(["customer_id", "country"], "Public").classified(["company_name"], "PII")
}

fn team() -> Team {
    let products = "product_id SmallInt key, product_name VarChar(40) not null, supplier_id SmallInt, \
        unit_price Decimal(10,4), discontinued Boolean not null";
    let suppliers = "supplier_id SmallInt key, company_name VarChar(40) not null, homepage VarChar";
    let orders = "order_id SmallInt key, customer_id VarChar(5), ordered_at Timestamp(UTC), freight Real";
    let nw_data = Datastore::new("NW_Data")
        .captured(Capture::sql_snapshot("USA/NorthWindTeam/NorthWindDB").with_cron("*/10 * * * *"))
        .dataset(Dataset::new("customers", customers()))
        .dataset(Dataset::new("products", products).classified("Public"))
        .dataset(Dataset::new("suppliers", suppliers).classified("Public"))
        .dataset(Dataset::new("orders", orders).classified("Public"));
    let reporting = Workspace::new("ProductReporting")
        .with_container("USA/NorthWindTeam/Warehouse")
        .with_priority(Priority::Medium)
        .group(
            DatasetGroup::new("LiveProducts")
                .with_sinks(["NW_Data/products", "NW_Data/customers", "NW_Data/suppliers"])
                .with_retention(Retention::years(1)),
        );
    let shipping = Workspace::new("Shipping")
        .with_container("USA/NorthWindTeam/Warehouse")
        .group(DatasetGroup::new("Orders").with_sinks(["NW_Data/orders", "NW_Data/customers"]));
    Team::new()
        .container(DataContainer::sqlite("NorthWindDB", "northwind_source.db").located("Azure/USA"))
        .container(DataContainer::sqlite("Warehouse", "warehouse.db").located("Azure/USA"))
        .datastore(nw_data)
        .workspace(reporting)
        .workspace(shipping)
}

fn ecosystem(team: Team) -> Ecosystem {
    let zone = GovernanceZone::new().team("NorthWindTeam", "github:northwind/team@main", team);
    Ecosystem::new("NorthWind", "github:northwind/model@main", "github:northwind/live@main")
        .vendor(InfrastructureVendor::new("Azure").location("USA"))
        .platform(PlatformDeclaration::new("LegacyA", "local").setting("database", "northwind.db"))
        .zone("USA", "github:northwind/usa@main", zone)
}
