//! Tables: one Iceberg table for each dataset, which keeps versions.

use super::{Context, catalog, storage::LAKE};
use crate::{
    names::{Names, dataset_label},
    types::TABLE,
};
use datasurface_platform::prelude::*;
use datasurface_terraform::{Block, Expression, Module};
use serde_json::Value;

/// The parameter of a table with its key.
pub(crate) const KEY: &str = "datasurface_key";

/// The parameter of a table with the alias of the key of KMS that encrypts it.
pub(crate) const KMS_KEY: &str = "datasurface_kms_key";

/// Arguments that Terraform sets when it makes a table, and that the jobs own from then on: a table of Iceberg has its columns in its own
/// metadata, and the catalog repeats them. Were they compared, Terraform would take back what a job wrote.
const OWNED_BY_JOBS: [&str; 5] = [
    "open_table_format_input",
    "storage_descriptor",
    "parameters[\"metadata_location\"]",
    "parameters[\"previous_metadata_location\"]",
    "parameters[\"table_type\"]",
];

/// Adds the table of a dataset, fed or held.
pub(super) fn add(
    context: Context<'_>,
    module: &mut Module,
    node: &NodeView,
    dataset: &DatasetFacts,
) -> Result<(), PlatformError> {
    let (settings, key) = (context.settings, dataset.storage_key());
    let (label, database, name) = (dataset_label(key), context.names.database(), Names::table(key));
    let location = format!("s3://{}/tables/{name}", settings.lake_bucket);
    // Terraform only makes the table. Its first column is that of the job, which adds the others with their exact types: the catalog has
    // one word for types that Iceberg tells apart.
    let column = Expression::object([("name", "_sequence"), ("type", "string")]);
    let iceberg = Expression::object([("metadata_operation", "CREATE"), ("version", "2")]);
    let mut parameters = vec![
        (KEY, json!(dataset.schema.table().key()).to_string()),
        ("datasurface_custody", json!(dataset.custody).to_string()),
    ];
    // Who reads the table as somebody else needs to know it, too.
    parameters.extend(settings.key_of(dataset).map(|alias| (KMS_KEY, alias)));
    let block = Block::resource(&TABLE, &label)
        .for_node(node)
        .argument("catalog_id", &settings.account)
        .argument("database_name", database)
        .argument("name", name)
        .argument("table_type", "EXTERNAL_TABLE")
        .argument("open_table_format_input", Expression::object([("iceberg_input", iceberg)]))
        .argument(
            "storage_descriptor",
            Expression::object([
                ("columns", Expression::list([column])),
                ("location", location.as_str().into()),
            ]),
        )
        .argument("parameters", Expression::object(parameters))
        .ignoring(OWNED_BY_JOBS)
        .after(LAKE)
        .after(catalog::TABLES)
        .occupying(location)
        .with_held_data(dataset);
    module.add(&label, block)?;
    Ok(())
}

/// Returns a parameter of a table.
pub(crate) fn parameter<'t>(table: &'t Resource, name: &str) -> Option<&'t str> {
    let arguments = table.attributes().get("arguments")?;
    arguments.get("parameters")?.get(name).and_then(Value::as_str)
}
