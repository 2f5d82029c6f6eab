//! The ecosystem: a store that is captured into topics, a warehouse of what there is, and historians who want all that there was.

use crate::{
    engine::Site,
    site_model::{PATIENCE, model},
};
use datasurface_platform::prelude::*;

/// By its name, the one that reads would come before the one that writes.
pub(crate) const VAULT: &str = "Archive";

/// The tables of the source, each with its columns and how each is read so that it is what is kept, and its key.
pub(super) const TABLES: [(&str, &str, &str); 4] = [
    ("customers", "customer_id, company_name, country", "customer_id"),
    (
        "products",
        "product_id::text, product_name, supplier_id::text, unit_price::text, discontinued::int::text",
        "product_id",
    ),
    ("suppliers", "supplier_id::text, company_name, homepage", "supplier_id"),
    (
        "orders",
        "order_id::text, customer_id, replace((ordered_at AT TIME ZONE 'UTC')::text || '+00', '+00', '+00:00'), freight::float8::text",
        "order_id",
    ),
];

/// The columns of a dataset, and its key.
pub(super) fn schema(table: &str) -> &'static str {
    match table {
        "customers" => "customer_id VarChar(5) key, company_name VarChar(40) not null, country VarChar(15)",
        "products" => {
            "product_id SmallInt key, product_name VarChar(40) not null, supplier_id SmallInt, unit_price Decimal(10,4), \
             discontinued Boolean not null"
        }
        "suppliers" => "supplier_id SmallInt key, company_name VarChar(40) not null, homepage VarChar",
        _ => "order_id SmallInt key, customer_id VarChar(5), ordered_at Timestamp(UTC), freight Real",
    }
}

/// The platform that reads topics.
pub(crate) fn vault() -> PlatformDeclaration {
    PlatformDeclaration::new(VAULT, "local").setting("database", "vault.db").setting("place", "Azure/USA")
}

/// Where customers are called so.
pub(crate) fn ecosystem(site: &Site, customers: &str) -> Ecosystem {
    let called =
        |table: &'static str| if table == "customers" { customers.to_owned() } else { table.to_owned() };
    let with = |team: Team| {
        let capture =
            Capture::change_data_capture("USA/Team/Source").with_consistency(Consistency::SingleDataset);
        let dataset = |(table, ..): (&'static str, &str, &str)| {
            let dataset = Dataset::new(called(table), schema(table)).classified("Public");
            if called(table) == table { dataset } else { dataset.renamed_from(table) }
        };
        let store = TABLES
            .map(dataset)
            .into_iter()
            .fold(Datastore::new("NW_Data").captured(capture), Datastore::dataset);
        let sinks = || TABLES.map(|(table, ..)| format!("NW_Data/{}", called(table)));
        let ever = DatasetGroup::new("Ever")
            .with_sinks(sinks().iter().map(String::as_str))
            .with_milestoning(Milestoning::LiveAndForensic)
            .with_retention(Retention::years(5))
            .with_latency(Latency::minutes(10));
        let now = DatasetGroup::new("Now").with_sinks(sinks().iter().map(String::as_str));
        team.container(DataContainer::sqlite("Vault", "vault.db").located("Azure/USA"))
            .datastore(store)
            .workspace(Workspace::new("Historians").with_container("USA/Team/Vault").group(ever))
            .workspace(Workspace::new("Reporting").with_container("USA/Team/Warehouse").group(now))
    };
    model(site, PATIENCE, with).platform(vault()).group_pin("Reporting/Now", ["Stream"])
}
