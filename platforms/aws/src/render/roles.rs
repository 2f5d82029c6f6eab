//! Roles: one for each service that acts, with what it does and nothing else.

use super::{Context, jobs};
use crate::{
    policy::{Policy, trust, trust_of_glue},
    types::{ROLE, ROLE_POLICY},
};
use datasurface_platform::prelude::*;
use datasurface_terraform::{Block, Module};

/// The purposes of roles, which are parts of their names.
pub(super) const JOB: &str = "job";
pub(super) const BATCH: &str = "batch";
pub(super) const SCHEDULE: &str = "schedule";
pub(super) const EVENT: &str = "event";
pub(super) const STAGING: &str = "staging";
pub(super) const SECRETS: &str = "secrets";

/// Adds the roles to the foundation.
pub(super) fn add(context: Context<'_>, module: &mut Module) -> Result<(), PlatformError> {
    let (settings, account) = (context.settings, &context.settings.account);
    // DMS takes a role with a secret as the service of its region.
    let regional = format!("dms.{}.amazonaws.com", settings.region);
    for (purpose, trusted, policy) in [
        (JOB, trust_of_glue(), job(context)),
        (BATCH, trust("states.amazonaws.com", account), batch(context)),
        (SCHEDULE, trust("scheduler.amazonaws.com", account), schedule(context)),
        (EVENT, trust("events.amazonaws.com", account), schedule(context)),
        (STAGING, trust("dms.amazonaws.com", account), staging(context)),
        (SECRETS, trust(&regional, account), secrets(context)),
    ] {
        let role = Block::resource(&ROLE, purpose)
            .argument("name", context.names.single(purpose))
            .argument("assume_role_policy", trusted);
        let role = match &settings.permissions_boundary {
            Some(boundary) => role.argument("permissions_boundary", boundary),
            None => role,
        };
        let role = module.add("roles", role)?;
        let policy = Block::resource(&ROLE_POLICY, purpose)
            .argument("name", purpose)
            .argument("role", role.attribute("name"))
            .argument("policy", policy.text());
        module.add("roles", policy)?;
    }
    Ok(())
}

/// Jobs read changes, definitions and their scripts, write tables, and log in to databases of consumers.
fn job(context: Context<'_>) -> Policy {
    let settings = context.settings;
    let (lake, staging) = (&settings.lake_bucket, &settings.staging_bucket);
    let database = context.names.database();
    let catalog = ["catalog".to_owned(), format!("database/{database}"), format!("table/{database}/*")];
    let policy = Policy::new()
        .allow(&["s3:ListBucket"], [lake, staging].map(|bucket| settings.bucket_arn(bucket)))
        .allow(&["s3:GetObject"], [settings.bucket_arn(&format!("{staging}/*"))])
        .allow(
            &["s3:GetObject"],
            ["scripts/*", "definitions/*", "exports/*", "transformers/*", "triggers/*"]
                .map(|keys| settings.bucket_arn(&format!("{lake}/{keys}"))),
        )
        .allow(
            &["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
            [settings.bucket_arn(&format!("{lake}/tables/*"))],
        )
        .allow(
            &["glue:GetDatabase", "glue:GetTable", "glue:GetTables", "glue:UpdateTable"],
            catalog.map(|resource| settings.arn("glue", &resource)),
        )
        .allow(
            &["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            [settings.arn("logs", "log-group:/aws-glue/*")],
        )
        // The transform job tells that its batch ended.
        .allow(&["events:PutEvents"], [settings.arn("events", "event-bus/default")]);
    let policy = policy
        .allow(
            &["secretsmanager:GetSecretValue"],
            [settings.arn("secretsmanager", &format!("secret:{}/*", settings.secrets_prefix))],
        )
        .allow(
            &["glue:GetConnection"],
            ["catalog".to_owned(), format!("connection/{}", context.names.single("network"))]
                .map(|resource| settings.arn("glue", &resource)),
        )
        .allow(
            &["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:CreateTags"],
            ["network-interface/*", "subnet/*", "security-group/*"]
                .map(|resource| settings.arn("ec2", resource)),
        )
        // These have no level of resources.
        .allow(
            &[
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeRouteTables",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcAttribute",
                "ec2:DescribeVpcEndpoints",
            ],
            ["*".to_owned()],
        );
    with_key(policy, settings.kms_key.as_ref(), &["kms:Decrypt", "kms:GenerateDataKey"])
}

/// A state machine starts jobs, waits for them, and tells that a batch ended.
fn batch(context: Context<'_>) -> Policy {
    let settings = context.settings;
    let jobs =
        jobs::PURPOSES.map(|purpose| settings.arn("glue", &format!("job/{}", context.names.single(purpose))));
    Policy::new()
        .allow(&["glue:StartJobRun", "glue:GetJobRun", "glue:GetJobRuns", "glue:BatchStopJobRun"], jobs)
        .allow(&["events:PutEvents"], [settings.arn("events", "event-bus/default")])
}

/// A schedule or an event starts state machines of the instance.
fn schedule(context: Context<'_>) -> Policy {
    let machines = format!("stateMachine:{}*", context.names.prefix());
    Policy::new().allow(&["states:StartExecution"], [context.settings.arn("states", &machines)])
}

/// DMS writes into the staging bucket.
fn staging(context: Context<'_>) -> Policy {
    let settings = context.settings;
    let bucket = &settings.staging_bucket;
    let policy = Policy::new().allow(&["s3:ListBucket"], [settings.bucket_arn(bucket)]).allow(
        &["s3:PutObject", "s3:DeleteObject", "s3:PutObjectTagging"],
        [settings.bucket_arn(&format!("{bucket}/*"))],
    );
    with_key(policy, settings.kms_key.as_ref(), &["kms:Decrypt", "kms:GenerateDataKey"])
}

/// DMS finds the users and passwords of sources.
fn secrets(context: Context<'_>) -> Policy {
    let settings = context.settings;
    let secrets = settings.arn("secretsmanager", &format!("secret:{}/*", settings.secrets_prefix));
    Policy::new().allow(&["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"], [secrets])
}

fn with_key(policy: Policy, key: Option<&String>, actions: &[&str]) -> Policy {
    match key {
        Some(key) => policy.allow(actions, [key.clone()]),
        None => policy,
    }
}
