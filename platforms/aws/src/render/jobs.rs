//! Jobs of Glue: of each purpose one for each actor, with one script whatever the datasets are.

use super::{
    Context,
    access::{Access, Actor},
    scripts,
};
use crate::{hand_over::ForeignLake, settings::AwsSettings, types::JOB};
use datasurface_terraform::{Block, Expression};
use std::collections::BTreeMap;

/// A job: its purpose, and its script. Tests run this very text.
pub(super) struct Job {
    pub(super) purpose: &'static str,
    description: &'static str,
    pub(super) script: &'static str,
    pub(super) file: &'static str,
}

pub(super) const MERGE: Job = Job {
    purpose: "merge",
    description: "Merges files of changes into Iceberg tables that keep versions",
    script: include_str!("../../scripts/merge.py"),
    file: "merge.py",
};

pub(super) const TRANSFORM: Job = Job {
    purpose: "transform",
    description: "Makes outputs of transformers from their inputs",
    script: include_str!("../../scripts/transform.py"),
    file: "transform.py",
};

pub(super) const MAINTAIN: Job = Job {
    purpose: "maintain",
    description: "Maintains Iceberg tables: retention of versions, small files, and snapshots",
    script: include_str!("../../scripts/maintain.py"),
    file: "maintain.py",
};

pub(super) const EXPORT: Job = Job {
    purpose: "export",
    description: "Brings tables of the lake into PostgreSQL databases of consumers",
    script: include_str!("../../scripts/export.py"),
    file: "export.py",
};

pub(super) const RECEIVE: Job = Job {
    purpose: "receive",
    description: "Brings versions of tables of other lakes into Iceberg tables of this one",
    script: include_str!("../../scripts/receive.py"),
    file: "receive.py",
};

/// Every job.
pub(super) const ALL: [&Job; 5] = [&MERGE, &TRANSFORM, &MAINTAIN, &EXPORT, &RECEIVE];

/// The version of Glue: Spark 3.5, Python 3.11, Iceberg 1.7.
const GLUE_VERSION: &str = "5.0";

/// Returns the job of a purpose that acts as an actor.
pub(super) fn block(context: Context<'_>, job: &Job, actor: &Actor, access: &Access) -> Block {
    let (settings, jobs) = (context.settings, &context.settings.jobs);
    let command = Expression::object([
        ("name", "glueetl".to_owned()),
        ("python_version", "3".to_owned()),
        ("script_location", settings.in_lake(&scripts::key(job.file))),
    ]);
    let runs = Expression::object([("max_concurrent_runs", jobs.concurrent_runs)]);
    let block = Block::resource(&JOB, actor.label(job.purpose))
        .argument("name", actor.job(context.names, job.purpose))
        .argument("description", job.description)
        .argument("role_arn", settings.role_arn(&actor.job_role(context.names)))
        .argument("glue_version", GLUE_VERSION)
        .argument("worker_type", access.workers.worker_type(jobs))
        .argument("number_of_workers", access.workers.count(jobs))
        .argument("timeout", jobs.timeout_minutes)
        // The state machine starts a run again, which is harmless: a retry here would hide how often.
        .argument("max_retries", 0_u32)
        .argument("execution_property", runs)
        .argument("command", command)
        .argument("default_arguments", Expression::object(arguments(context, job, access)))
        .after(scripts::address(job.purpose))
        .after(scripts::address(scripts::LIBRARY));
    // Databases of consumers are reached from inside of the network alone.
    match job.purpose == EXPORT.purpose {
        true => block
            .argument("connections", Expression::list([context.names.single(scripts::NETWORK)]))
            .after(scripts::CONNECTION),
        false => block,
    }
}

/// The arguments of every run. The settings of Spark are one argument, in the form that Glue reads.
fn arguments(context: Context<'_>, job: &Job, access: &Access) -> [(&'static str, Expression); 5] {
    let settings = context.settings;
    // What the bucket encrypts by itself needs no key here.
    let default = settings.alias_arn(&settings.default_alias());
    let own_keys = access.writing_keys.iter().filter(|alias| **alias != default);
    let catalogs = [None]
        .into_iter()
        .chain(own_keys.map(|key| Some(key.as_str())))
        .flat_map(|key| catalog(settings, key));
    let foreign = access.received.iter().filter(|_| job.purpose == RECEIVE.purpose);
    let foreign: BTreeMap<String, &ForeignLake> = foreign
        .filter_map(|received| settings.lake_of(received))
        .map(|lake| (lake.catalog(), lake))
        .collect();
    let foreign = foreign.into_values().flat_map(foreign_catalog);
    let spark: Vec<String> = [
        "spark.sql.extensions=org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions".to_owned(),
        "spark.sql.session.timeZone=UTC".to_owned(),
        "spark.sql.ansi.enabled=true".to_owned(),
    ]
    .into_iter()
    .chain(catalogs)
    .chain(foreign)
    .collect();
    [
        ("--datalake-formats", "iceberg".into()),
        ("--conf", spark.join(" --conf ").into()),
        ("--extra-py-files", settings.in_lake(&scripts::key(scripts::LIBRARY_FILE)).into()),
        ("--enable-continuous-cloudwatch-log", "true".into()),
        ("--enable-metrics", "true".into()),
    ]
}

/// The settings of Spark for the catalog of another lake, which may be that of another account and region.
fn foreign_catalog(lake: &ForeignLake) -> Vec<String> {
    let name = lake.catalog();
    let catalog = format!("spark.sql.catalog.{name}");
    let mut lines = catalog_lines(&name, &lake.bucket);
    lines.extend([
        format!("{catalog}.glue.id={}", lake.account),
        format!("{catalog}.client.region={}", lake.region),
    ]);
    lines
}

/// The settings of Spark for a catalog whose tables are written by a key; without one, the bucket says how.
fn catalog(settings: &AwsSettings, key: Option<&str>) -> Vec<String> {
    let name = settings.catalog_of(key);
    let catalog = format!("spark.sql.catalog.{name}");
    let mut lines = catalog_lines(&name, &settings.lake_bucket);
    if let Some(key) = key {
        lines.extend([format!("{catalog}.s3.sse.type=kms"), format!("{catalog}.s3.sse.key={key}")]);
    }
    lines
}

/// The settings of Spark for a catalog of Glue with tables in a bucket.
fn catalog_lines(name: &str, bucket: &str) -> Vec<String> {
    let catalog = format!("spark.sql.catalog.{name}");
    vec![
        format!("{catalog}=org.apache.iceberg.spark.SparkCatalog"),
        format!("{catalog}.catalog-impl=org.apache.iceberg.aws.glue.GlueCatalog"),
        format!("{catalog}.io-impl=org.apache.iceberg.aws.s3.S3FileIO"),
        format!("{catalog}.warehouse=s3://{bucket}/tables"),
        // A table may be written by another catalog than the one that reads it.
        format!("{catalog}.cache-enabled=false"),
    ]
}
