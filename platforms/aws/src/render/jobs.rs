//! Jobs of Glue: one for each purpose, whatever the datasets are.

use super::{Context, roles, storage::LAKE};
use crate::{
    settings::AwsSettings,
    types::{CONNECTION, JOB, OBJECT, ROLE_POLICY},
};
use datasurface_platform::{graph::Fingerprint, prelude::*};
use datasurface_terraform::{Block, Expression, Handle, Module};

/// A job: its purpose, and its script. Tests run this very text.
pub(super) struct Job {
    pub(super) purpose: &'static str,
    description: &'static str,
    script: &'static str,
    file: &'static str,
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

/// The module that scripts have in common, and its file.
const LIBRARY: &str = include_str!("../../scripts/versions.py");
const LIBRARY_FILE: &str = "versions.py";

/// The purposes of all jobs.
pub(super) const PURPOSES: [&str; 4] = [MERGE.purpose, TRANSFORM.purpose, MAINTAIN.purpose, EXPORT.purpose];

/// The version of Glue: Spark 3.5, Python 3.11, Iceberg 1.7.
const GLUE_VERSION: &str = "5.0";

/// The seconds to wait before a run that failed is started again.
const MINUTE: u32 = 60;

/// Adds the jobs, and their scripts, to the foundation.
pub(super) fn add(context: Context<'_>, module: &mut Module) -> Result<(), PlatformError> {
    let settings = context.settings;
    let library = add_script(context, module, "library", LIBRARY_FILE, LIBRARY)?;
    for job in [&MERGE, &TRANSFORM, &MAINTAIN] {
        let job = add_job(context, module, job, &library)?;
        module.add("jobs", job)?;
    }
    // Databases of consumers are reached from inside of the network alone.
    let network = Expression::object([
        ("subnet_id", settings.subnets.first().map_or_else(Expression::null, Expression::from)),
        ("security_group_id_list", Expression::list(&settings.security_groups)),
    ]);
    let connection = Block::resource(&CONNECTION, "network")
        .argument("catalog_id", &settings.account)
        .argument("name", context.names.single("network"))
        .argument("connection_type", "NETWORK")
        .argument("physical_connection_requirements", network);
    let connection = module.add("jobs", connection)?;
    let export = add_job(context, module, &EXPORT, &library)?;
    module.add("jobs", export.argument("connections", Expression::list([connection.attribute("name")])))?;
    Ok(())
}

/// Adds a file of Python, and puts it into the lake bucket.
fn add_script(
    context: Context<'_>,
    module: &mut Module,
    label: &str,
    file: &str,
    content: &str,
) -> Result<Handle, PlatformError> {
    let script = File::new(file, "text/x-python", content)?;
    let fingerprint = Fingerprint::of(&content).to_string();
    let object = Block::resource(&OBJECT, label)
        .argument("bucket", &context.settings.lake_bucket)
        .argument("key", format!("scripts/{file}"))
        .argument("source", Expression::path_in_module(script.path()))
        .argument("source_hash", &fingerprint)
        .after(LAKE);
    let address = format!("script.{label}");
    module.add_file(script, [Resource::new(address, "script").attribute("fingerprint", &fingerprint)]);
    module.add("jobs", object)
}

/// The address of an object, as jobs take it.
fn address(object: &Handle) -> Expression {
    Expression::joined(["s3://".into(), object.attribute("bucket"), "/".into(), object.attribute("key")])
}

/// Adds the script of a job, and returns the job.
fn add_job(
    context: Context<'_>,
    module: &mut Module,
    job: &Job,
    library: &Handle,
) -> Result<Block, PlatformError> {
    let (settings, jobs) = (context.settings, &context.settings.jobs);
    let object = add_script(context, module, job.purpose, job.file, job.script)?;
    let command = Expression::object([
        ("name", "glueetl".into()),
        ("python_version", "3".into()),
        ("script_location", address(&object)),
    ]);
    let runs = Expression::object([("max_concurrent_runs", jobs.concurrent_runs)]);
    Ok(Block::resource(&JOB, job.purpose)
        .argument("name", context.names.single(job.purpose))
        .argument("description", job.description)
        .argument("role_arn", settings.role_arn(&context.names.job_role(job.purpose)))
        .argument("glue_version", GLUE_VERSION)
        .argument("worker_type", &jobs.worker_type)
        .argument("number_of_workers", jobs.workers)
        .argument("timeout", jobs.timeout_minutes)
        // The state machine starts a run again, which is harmless: a retry here would hide how often.
        .argument("max_retries", 0_u32)
        .argument("execution_property", runs)
        .argument("command", command)
        .argument("default_arguments", Expression::object(arguments(context, library)))
        .after(format!("{}.{}", ROLE_POLICY.name(), roles::job_label(job.purpose))))
}

/// The arguments of every run. The settings of Spark are one argument, in the form that Glue reads.
fn arguments(context: Context<'_>, library: &Handle) -> [(&'static str, Expression); 5] {
    let settings = context.settings;
    // What the bucket encrypts by itself needs no key here.
    let own_keys = settings.keys().into_iter().filter(|key| settings.kms_key.as_deref() != Some(key));
    let catalogs = [None].into_iter().chain(own_keys.map(Some)).flat_map(|key| catalog(settings, key));
    let spark: Vec<String> = [
        "spark.sql.extensions=org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions".to_owned(),
        "spark.sql.session.timeZone=UTC".to_owned(),
        "spark.sql.ansi.enabled=true".to_owned(),
    ]
    .into_iter()
    .chain(catalogs)
    .collect();
    [
        ("--datalake-formats", "iceberg".into()),
        ("--conf", spark.join(" --conf ").into()),
        ("--extra-py-files", address(library)),
        ("--enable-continuous-cloudwatch-log", "true".into()),
        ("--enable-metrics", "true".into()),
    ]
}

/// The settings of Spark for a catalog whose tables are written by a key; without one, the bucket says how.
fn catalog(settings: &AwsSettings, key: Option<&str>) -> Vec<String> {
    let catalog = format!("spark.sql.catalog.{}", settings.catalog_of(key));
    let mut lines = vec![
        format!("{catalog}=org.apache.iceberg.spark.SparkCatalog"),
        format!("{catalog}.catalog-impl=org.apache.iceberg.aws.glue.GlueCatalog"),
        format!("{catalog}.io-impl=org.apache.iceberg.aws.s3.S3FileIO"),
        format!("{catalog}.warehouse=s3://{}/tables", settings.lake_bucket),
        // A table may be written by another catalog than the one that reads it.
        format!("{catalog}.cache-enabled=false"),
    ];
    if let Some(key) = key {
        lines.extend([format!("{catalog}.s3.sse.type=kms"), format!("{catalog}.s3.sse.key={key}")]);
    }
    lines
}

/// Returns the address of the job of a purpose.
pub(super) fn address_of(purpose: &str) -> String {
    format!("{}.{purpose}", JOB.name())
}

/// Returns the state machine that runs a job for lists of definitions, beside each other. A run that fails stops no other one; the machine
/// goes on to `next` when all have ended, and fails at its end if one failed.
pub(super) fn machine(
    context: Context<'_>,
    purpose: &str,
    comment: &str,
    definitions: &[String],
    announced: Option<&serde_json::Value>,
) -> serde_json::Value {
    let jobs = &context.settings.jobs;
    let runs: Vec<_> = definitions
        .chunks(jobs.datasets_per_run.max(1) as usize)
        .map(|definitions| json!({"definitions": json!(definitions).to_string()}))
        .collect();
    let mut states = json!({
        "Runs": {"Type": "Pass", "Result": {"runs": runs}, "Next": "Run all"},
        "Run all": {
            "Type": "Map",
            "ItemsPath": "$.runs",
            "MaxConcurrency": jobs.concurrent_runs,
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "INLINE"},
                "StartAt": "Run",
                "States": {
                    "Run": task(context, purpose),
                    "Done": {"Type": "Pass", "Result": "done", "End": true},
                    "Failed": {"Type": "Pass", "Result": "failed", "End": true},
                },
            },
            "ResultPath": "$.results",
            "Next": if announced.is_some() { "Announce" } else { "Count failures" },
        },
        "Count failures": {
            "Type": "Pass",
            "Parameters": {"any.$": "States.ArrayContains($.results, 'failed')"},
            "ResultPath": "$.failed",
            "Next": "Did any fail?",
        },
        "Did any fail?": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.failed.any", "BooleanEquals": true, "Next": "Incomplete"}],
            "Default": "Complete",
        },
        "Incomplete": {
            "Type": "Fail",
            "Error": "Incomplete",
            "Cause": "A run failed: its log names the definitions. The next batch takes them up.",
        },
        "Complete": {"Type": "Succeed"},
    });
    if let (Some(entry), Some(states)) = (announced, states.as_object_mut()) {
        // What was merged is delivered, also if another run failed.
        let announce = json!({
            "Type": "Task",
            "Resource": format!("arn:{}:states:::events:putEvents", context.settings.partition()),
            "Parameters": {"Entries": [entry]},
            "ResultPath": null,
            "Next": "Count failures",
        });
        states.insert("Announce".to_owned(), announce);
    }
    json!({"Comment": comment, "StartAt": "Runs", "States": states})
}

/// The state that runs a job for one list of definitions: `$.definitions`.
fn task(context: Context<'_>, purpose: &str) -> serde_json::Value {
    json!({
        "Type": "Task",
        "Resource": format!("arn:{}:states:::glue:startJobRun.sync", context.settings.partition()),
        "Parameters": {
            "JobName": context.names.single(purpose),
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
        "Next": "Done",
    })
}
