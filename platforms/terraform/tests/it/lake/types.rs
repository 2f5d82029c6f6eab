//! The types of resources that the platform renders, from the documentation of the provider.

use datasurface_platform::prelude::*;
use datasurface_terraform::{ResourceType, ResourceTypes};

pub(super) static BUCKET: ResourceType =
    ResourceType::new("aws_s3_bucket").imported_by("{bucket}").replaced_by(&["bucket"], Effect::DataLoss);

pub(super) static DATABASE: ResourceType = ResourceType::new("aws_glue_catalog_database")
    .imported_by("{catalog_id}:{name}")
    .replaced_by(&["catalog_id", "name"], Effect::Rebuild);

pub(super) static TABLE: ResourceType = ResourceType::new("aws_glue_catalog_table")
    .imported_by("{catalog_id}:{database_name}:{name}")
    .replaced_by(&["catalog_id", "database_name", "name"], Effect::Rebuild);

pub(super) static JOB: ResourceType =
    ResourceType::new("aws_glue_job").imported_by("{name}").replaced_by(&["name"], Effect::Pause);

pub(crate) static TYPES: ResourceTypes = ResourceTypes::new(&[&BUCKET, &DATABASE, &TABLE, &JOB]);

pub(super) fn is_table(resource: &Resource) -> bool {
    resource.kind() == TABLE.name()
}

/// The data of a table is written again where what is kept of it changes, or its columns.
pub(super) fn judge_table(change: &JudgedChange<'_>, table: &ResourceChange<'_>) -> Judgement {
    let judged = TYPES.judge(change);
    let is_about_data = table.differences().iter().any(|difference| {
        ["arguments.parameters", "arguments.storage_descriptor"]
            .iter()
            .any(|path| difference.path.starts_with(path))
    });
    match is_about_data && judged == Judgement::update(Effect::InPlace, "") {
        true => Judgement::update(Effect::Backfill, "its data is written again"),
        false => judged,
    }
}
