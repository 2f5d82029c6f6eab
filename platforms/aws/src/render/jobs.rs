//! Jobs of Glue: one for each purpose, whatever the datasets are.

use super::{Context, roles, storage::LAKE};
use crate::{
    names::CATALOG,
    types::{JOB, OBJECT},
};
use datasurface_platform::{graph::Fingerprint, prelude::*};
use datasurface_terraform::{Block, Expression, Module};

/// The script of the merge job. Tests run this very text.
const MERGE: &str = include_str!("../../scripts/merge.py");

/// The file of the script, in the root module of the foundation and in the lake bucket.
const MERGE_FILE: &str = "merge.py";

/// The version of Glue: Spark 3.5, Python 3.11, Iceberg 1.7.
const GLUE_VERSION: &str = "5.0";

/// The seconds to wait before a run that failed is started again.
const MINUTE: u32 = 60;

/// Adds the job, and its script, to the foundation.
pub(super) fn add(context: Context<'_>, module: &mut Module) -> Result<(), PlatformError> {
    let (settings, jobs) = (context.settings, &context.settings.jobs);
    let script = File::new(MERGE_FILE, "text/x-python", MERGE)?;
    let fingerprint = Fingerprint::of(&MERGE).to_string();
    let object = Block::resource(&OBJECT, "merge")
        .argument("bucket", &settings.lake_bucket)
        .argument("key", format!("scripts/{MERGE_FILE}"))
        .argument("source", Expression::path_in_module(script.path()))
        .argument("source_hash", &fingerprint)
        .after(LAKE);
    module.add_file(script, [Resource::new("script.merge", "script").attribute("fingerprint", &fingerprint)]);
    let object = module.add("jobs", object)?;
    let command = Expression::object([
        ("name", "glueetl".into()),
        ("python_version", "3".into()),
        (
            "script_location",
            Expression::joined(["s3://".into(), object.attribute("bucket"), "/".into(), object.attribute("key")]),
        ),
    ]);
    let runs = Expression::object([("max_concurrent_runs", jobs.concurrent_runs)]);
    let job = Block::resource(&JOB, "merge")
        .argument("name", context.names.single("merge"))
        .argument("description", "Merges files of changes into Iceberg tables that keep versions")
        .argument("role_arn", settings.role_arn(&context.names.single(roles::JOB)))
        .argument("glue_version", GLUE_VERSION)
        .argument("worker_type", &jobs.worker_type)
        .argument("number_of_workers", jobs.workers)
        .argument("timeout", jobs.timeout_minutes)
        // The state machine starts a run again, which is harmless: a retry here would hide how often.
        .argument("max_retries", 0_u32)
        .argument("execution_property", runs)
        .argument("command", command)
        .argument("default_arguments", Expression::object(arguments(context)))
        .after("aws_iam_role_policy.job");
    module.add("jobs", job)?;
    Ok(())
}

/// The arguments of every run. The settings of Spark are one argument, in the form that Glue reads.
fn arguments(context: Context<'_>) -> [(&'static str, String); 4] {
    let catalog = format!("spark.sql.catalog.{CATALOG}");
    let spark = [
        "spark.sql.extensions=org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions".to_owned(),
        format!("{catalog}=org.apache.iceberg.spark.SparkCatalog"),
        format!("{catalog}.catalog-impl=org.apache.iceberg.aws.glue.GlueCatalog"),
        format!("{catalog}.io-impl=org.apache.iceberg.aws.s3.S3FileIO"),
        format!("{catalog}.warehouse=s3://{}/tables", context.settings.lake_bucket),
        "spark.sql.session.timeZone=UTC".to_owned(),
        "spark.sql.ansi.enabled=true".to_owned(),
    ];
    [
        ("--datalake-formats", "iceberg".to_owned()),
        ("--conf", spark.join(" --conf ")),
        ("--enable-continuous-cloudwatch-log", "true".to_owned()),
        ("--enable-metrics", "true".to_owned()),
    ]
}

/// Returns the state that runs the merge job for one list of definitions: `$.definitions`.
pub(super) fn task(context: Context<'_>) -> serde_json::Value {
    json!({
        "Type": "Task",
        "Resource": format!("arn:{}:states:::glue:startJobRun.sync", context.settings.partition()),
        "Parameters": {
            "JobName": context.names.single("merge"),
            "Arguments": {"--definitions.$": "$.definitions", "--moment.$": "$$.Execution.StartTime"},
        },
        "Retry": [
            {
                "ErrorEquals": ["Glue.ConcurrentRunsExceededException"],
                "IntervalSeconds": MINUTE,
                "MaxAttempts": 20,
                "BackoffRate": 1.2,
            },
            {"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": MINUTE, "MaxAttempts": 2, "BackoffRate": 2.0},
        ],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Failed"}],
        "Next": "Merged",
    })
}
