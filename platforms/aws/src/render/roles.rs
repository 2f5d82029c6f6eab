//! Roles of services: one for each that acts, with what it does and nothing else. `access` has those that reach data.

use super::Context;
use crate::{
    policy::{Policy, trust},
    types::{ROLE, ROLE_POLICY},
};
use datasurface_platform::prelude::*;
use datasurface_terraform::{Block, Handle, Module};

/// The purposes of roles, which are parts of their names.
pub(super) const BATCH: &str = "batch";
pub(super) const SCHEDULE: &str = "schedule";
pub(super) const EVENT: &str = "event";
pub(super) const DEADLINE: &str = "deadline";

/// Adds the roles to the foundation.
pub(super) fn add(context: Context<'_>, module: &mut Module) -> Result<(), PlatformError> {
    for (purpose, service, policy) in [
        (BATCH, "states.amazonaws.com", batch(context)),
        (SCHEDULE, "scheduler.amazonaws.com", schedule(context)),
        (DEADLINE, "states.amazonaws.com", deadline(context)),
        (EVENT, "events.amazonaws.com", schedule(context)),
    ] {
        let role = Role { file: "roles", label: purpose.to_owned(), name: context.names.single(purpose) };
        add_role(context, module, role, &trust(&[service], &context.settings.account), &policy)?;
    }
    Ok(())
}

/// A role: its place in the configuration, and its name.
pub(super) struct Role<'r> {
    pub(super) file: &'r str,
    pub(super) label: String,
    pub(super) name: String,
}

/// Adds a role, and what it may do. Whatever acts as the role comes after that.
pub(super) fn add_role(
    context: Context<'_>,
    module: &mut Module,
    Role { file, label, name }: Role<'_>,
    trusted: &str,
    policy: &Policy,
) -> Result<Handle, PlatformError> {
    let role = Block::resource(&ROLE, &label).argument("name", name).argument("assume_role_policy", trusted);
    let role = match &context.settings.permissions_boundary {
        Some(boundary) => role.argument("permissions_boundary", boundary),
        None => role,
    };
    let role = module.add(file, role)?;
    let policy = Block::resource(&ROLE_POLICY, &label)
        .argument("name", &label)
        .argument("role", role.attribute("name"))
        .argument("policy", policy.text());
    module.add(file, policy)
}

/// A state machine starts jobs, waits for them, and tells that a batch ended.
fn batch(context: Context<'_>) -> Policy {
    let settings = context.settings;
    let jobs = settings.arn("glue", &format!("job/{}*", context.names.prefix()));
    Policy::new()
        .allow(&["glue:StartJobRun", "glue:GetJobRun", "glue:GetJobRuns", "glue:BatchStopJobRun"], [jobs])
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
