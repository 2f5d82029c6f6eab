//! The resources of the platform.

use super::{
    Lake,
    types::{BUCKET, DATABASE, JOB, TABLE},
};
use datasurface_platform::prelude::*;
use datasurface_terraform::{Block, Expression, Module, label, tags};

/// The longest name in Glue that the platform makes, in characters.
const NAME_LIMIT: usize = 100;

impl Lake {
    pub(super) fn declare_foundation(
        &self,
        instance: &PlatformInstance,
        module: &mut Module,
    ) -> Result<(), PlatformError> {
        let bucket = Block::resource(&BUCKET, "lake").argument("bucket", &self.settings.bucket);
        let bucket = module.add("lake", bucket.preventing_destruction())?;
        let database = Block::resource(&DATABASE, "lake")
            .argument("catalog_id", &self.settings.account)
            .argument("name", database(instance))
            .argument("location_uri", Expression::joined(["s3://".into(), bucket.attribute("bucket")]));
        module.add("lake", database.preventing_destruction())?;
        Ok(())
    }

    /// The table of a dataset. It finds bucket and database by their names, since they are in another state.
    pub(super) fn table(
        &self,
        instance: &PlatformInstance,
        node: &NodeView,
        dataset: &DatasetFacts,
    ) -> Block {
        let key = dataset.storage_key();
        let names = [key.datastore.as_str(), key.dataset.as_str()];
        let place = format!("s3://{}/{}", self.settings.bucket, label(&names));
        let schema = serde_json::to_value(&dataset.schema).unwrap_or_default();
        let columns = schema["columns"].as_array().into_iter().flatten().map(|column| {
            let text = |member: &str| column[member].as_str().unwrap_or_default().to_owned();
            Expression::object([("name", text("name")), ("type", hive_type(&text("type")))])
        });
        Block::resource(&TABLE, label(&names))
            .for_node(node)
            .argument("catalog_id", &self.settings.account)
            .argument("database_name", database(instance))
            .argument("name", identifier(&names, NAME_LIMIT).to_lowercase())
            .argument(
                "storage_descriptor",
                Expression::object([
                    ("columns", Expression::list(columns)),
                    ("location", place.as_str().into()),
                ]),
            )
            .argument(
                "parameters",
                Expression::object([
                    ("schema", text(&schema)),
                    ("custody", text(&json!(dataset.custody))),
                    ("classifications", text(&json!(dataset.classifications))),
                ]),
            )
            .after("aws_s3_bucket.lake")
            .after("aws_glue_catalog_database.lake")
            .occupying(place)
            .with_held_data(dataset)
    }

    /// The job of a capture or an export.
    pub(super) fn job(&self, instance: &PlatformInstance, node: &NodeView) -> Option<Block> {
        let (task, facts) = match node.detail() {
            NodeDetail::Ingest(from) => ("capture", json!(from)),
            NodeDetail::Export(to) => ("export", json!(to)),
            _ => return None,
        };
        let script = format!("s3://{}/scripts/{task}.py", self.settings.bucket);
        let arguments = Expression::object([
            ("--facts", text(&facts)),
            ("--reads", text(&json!(node.input_addresses()))),
            ("--instance", instance.storage_name().to_string()),
        ]);
        let name = format!("{}-{}", instance.storage_name(), usual_label(node));
        let job = Block::resource(&JOB, self.job_label(node))
            .for_node(node)
            .argument("name", slug(&[&name], NAME_LIMIT))
            .argument(
                "role_arn",
                format!("arn:aws:iam::{}:role/{}", self.settings.account, self.settings.role),
            )
            .argument("command", Expression::object([("script_location", script)]))
            .argument("default_arguments", arguments)
            .argument("tags", tags(instance, node));
        let tables = node.dataset_addresses(TABLE.name());
        let job = tables.into_iter().fold(job, Block::after);
        Some(match &self.settings.job_labels {
            Some(_) => job.formerly(usual_label(node)),
            None => job,
        })
    }

    pub(super) fn job_label(&self, node: &NodeView) -> String {
        match &self.settings.job_labels {
            Some(first) => format!("{first}-{}", usual_label(node)),
            None => usual_label(node),
        }
    }
}

fn usual_label(node: &NodeView) -> String {
    let task = match node.detail() {
        NodeDetail::Ingest(_) => "capture",
        _ => "export",
    };
    format!("{task}-{}", node.slug())
}

fn database(instance: &PlatformInstance) -> String {
    identifier(&[instance.storage_name().as_str()], NAME_LIMIT).to_lowercase()
}

/// A value as a text of JSON.
fn text(value: &serde_json::Value) -> String {
    value.to_string()
}

/// The type of a column for Hive. The parameters of a table have the exact one.
fn hive_type(exact: &str) -> String {
    match exact.split('(').next().unwrap_or_default() {
        "Boolean" => "boolean".to_owned(),
        "SmallInt" => "smallint".to_owned(),
        "Integer" => "int".to_owned(),
        "BigInt" => "bigint".to_owned(),
        "Date" => "date".to_owned(),
        "Timestamp" => "timestamp".to_owned(),
        "Decimal" => exact.to_lowercase(),
        _ => "string".to_owned(),
    }
}
