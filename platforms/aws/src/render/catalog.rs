//! Databases of the catalog of Glue: one with the tables, one with the views of consumers.

use super::Context;
use crate::types::DATABASE;
use datasurface_platform::prelude::*;
use datasurface_terraform::{Block, Module};

/// The address of the database with the tables.
pub(super) const TABLES: &str = "aws_glue_catalog_database.tables";

/// The address of the database with the views.
pub(super) const VIEWS: &str = "aws_glue_catalog_database.views";

/// Adds the databases to the foundation.
pub(super) fn add(context: Context<'_>, module: &mut Module) -> Result<(), PlatformError> {
    let database = |label: &str, name: String| {
        Block::resource(&DATABASE, label)
            .argument("catalog_id", &context.settings.account)
            .argument("name", name)
    };
    let tables = database("tables", context.names.database())
        .argument("location_uri", format!("s3://{}/tables", context.settings.lake_bucket))
        .preventing_destruction();
    module.add("catalog", tables)?;
    module.add("catalog", database("views", context.names.view_database()))?;
    Ok(())
}
