//! Roles: one for each service that acts, with what it does and nothing else.

use super::{Context, job_roles, jobs};
use crate::{
    policy::{Policy, trust, trust_of_glue},
    types::{ROLE, ROLE_POLICY},
};
use datasurface_platform::prelude::*;
use datasurface_terraform::{Block, Module};

/// The purposes of roles, which are parts of their names.
pub(super) const BATCH: &str = "batch";
pub(super) const SCHEDULE: &str = "schedule";
pub(super) const EVENT: &str = "event";
pub(super) const DEADLINE: &str = "deadline";
pub(super) const STAGING: &str = "staging";
pub(super) const SECRETS: &str = "secrets";

/// Adds the roles to the foundation.
pub(super) fn add(context: Context<'_>, module: &mut Module) -> Result<(), PlatformError> {
    let (settings, account) = (context.settings, &context.settings.account);
    // DMS takes a role with a secret as the service of its region.
    let regional = format!("dms.{}.amazonaws.com", settings.region);
    for (purpose, policy) in [
        (jobs::MERGE.purpose, job_roles::merge(context)),
        (jobs::TRANSFORM.purpose, job_roles::transform(context)),
        (jobs::MAINTAIN.purpose, job_roles::maintain(context)),
        (jobs::EXPORT.purpose, job_roles::export(context)),
    ] {
        let role = Role { label: job_label(purpose), name: context.names.job_role(purpose) };
        add_role(context, module, role, &trust_of_glue(), &policy)?;
    }
    for (purpose, trusted, policy) in [
        (BATCH, trust("states.amazonaws.com", account), batch(context)),
        (SCHEDULE, trust("scheduler.amazonaws.com", account), schedule(context)),
        (DEADLINE, trust("states.amazonaws.com", account), deadline(context)),
        (EVENT, trust("events.amazonaws.com", account), schedule(context)),
        (STAGING, trust("dms.amazonaws.com", account), staging(context)),
        (SECRETS, trust(&regional, account), secrets(context)),
    ] {
        let role = Role { label: purpose.to_owned(), name: context.names.single(purpose) };
        add_role(context, module, role, &trusted, &policy)?;
    }
    Ok(())
}

/// A role: its label in the configuration, and its name.
struct Role {
    label: String,
    name: String,
}

/// Returns the label of the role of a job.
pub(super) fn job_label(purpose: &str) -> String {
    format!("job-{purpose}")
}

/// Adds a role, and what it may do.
fn add_role(
    context: Context<'_>,
    module: &mut Module,
    Role { label, name }: Role,
    trusted: &str,
    policy: &Policy,
) -> Result<(), PlatformError> {
    let role = Block::resource(&ROLE, &label).argument("name", name).argument("assume_role_policy", trusted);
    let role = match &context.settings.permissions_boundary {
        Some(boundary) => role.argument("permissions_boundary", boundary),
        None => role,
    };
    let role = module.add("roles", role)?;
    let policy = Block::resource(&ROLE_POLICY, &label)
        .argument("name", &label)
        .argument("role", role.attribute("name"))
        .argument("policy", policy.text());
    module.add("roles", policy)?;
    Ok(())
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

/// What looks by a deadline asks for alarms of the instance.
fn deadline(context: Context<'_>) -> Policy {
    let alarms = format!("alarm:{}*", context.names.prefix());
    Policy::new().allow(&["cloudwatch:DescribeAlarms"], [context.settings.arn("cloudwatch", &alarms)])
}

/// DMS writes into the staging bucket.
fn staging(context: Context<'_>) -> Policy {
    let settings = context.settings;
    let bucket = &settings.staging_bucket;
    let policy = Policy::new().allow(&["s3:ListBucket"], [settings.bucket_arn(bucket)]).allow(
        &["s3:PutObject", "s3:DeleteObject", "s3:PutObjectTagging"],
        [settings.bucket_arn(&format!("{bucket}/*"))],
    );
    policy.allow_keys(&["kms:Decrypt", "kms:GenerateDataKey"], &settings.keys())
}

/// DMS finds the users and passwords of sources.
fn secrets(context: Context<'_>) -> Policy {
    let settings = context.settings;
    let secrets = settings.arn("secretsmanager", &format!("secret:{}/*", settings.secrets_prefix));
    Policy::new().allow(&["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"], [secrets])
}
