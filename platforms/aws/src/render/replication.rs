//! Replication instances of DMS: the machines on which replication tasks run. They are in one state that shards share, since quotas are of a
//! machine and of the account, and captures in whatever shards count.

use super::Context;
use crate::{
    settings::{AwsSettings, DmsQuotas},
    types::{REPLICATION_INSTANCE, SUBNET_GROUP},
};
use datasurface_platform::{graph::Fingerprint, prelude::*};
use datasurface_terraform::{Block, Expression, Module};

/// The kind of the state with the machines, and its name.
pub(super) const KIND: &str = "replication";
const NAME: &str = "main";

/// The file with the machines, and with their subnets.
const FILE: &str = "replication";

/// The endpoints of a capture: its source and its target.
const ENDPOINTS_OF_CAPTURE: u64 = 2;

/// A capture, which counts.
#[derive(Debug, Serialize)]
struct Part {
    capture: String,
}

/// Adds the subnets that the machines may be in to the foundation.
pub(super) fn add_subnets(context: Context<'_>, module: &mut Module) -> Result<(), PlatformError> {
    let subnets = Block::resource(&SUBNET_GROUP, NAME)
        .argument("replication_subnet_group_id", context.names.single("replication"))
        .argument("replication_subnet_group_description", "Subnets of DataSurface")
        .argument("subnet_ids", Expression::list(&context.settings.subnets));
    module.add(FILE, subnets)?;
    Ok(())
}

/// Adds the machines. Without a capture there are none, nor where DMS has capacity for each capture.
pub(super) fn add(context: Context<'_>, module: &mut Module) -> Result<(), PlatformError> {
    let (settings, replication) = (context.settings, &context.settings.replication);
    if replication.serverless.is_some() {
        return Ok(());
    }
    for number in 0..replication.instances {
        let instance = Block::resource(&REPLICATION_INSTANCE, label(number))
            .argument("replication_instance_id", name(context, number))
            .argument("replication_instance_class", &replication.instance_class)
            .argument("allocated_storage", replication.storage_gigabytes)
            .argument("multi_az", replication.multi_az)
            .argument("publicly_accessible", false)
            .argument("auto_minor_version_upgrade", true)
            .argument("replication_subnet_group_id", context.names.single("replication"))
            .argument("vpc_security_group_ids", Expression::list(&settings.security_groups))
            .after(format!("{}.{NAME}", SUBNET_GROUP.name()));
        let instance = match &settings.kms_key {
            Some(key) => instance.argument("kms_key_arn", key),
            None => instance,
        };
        module.add(FILE, instance)?;
    }
    Ok(())
}

/// Returns the lookup of the machine of a capture, whose ARN has digits that AWS makes up.
pub(super) fn lookup(context: Context<'_>, node: &NodeView, file: &str) -> Block {
    let number = number_of(context.settings, node);
    // The task refers to it by this label, so that its plan tells that it moves to another machine.
    let label_of_lookup = if number == 0 { file.to_owned() } else { format!("{file}-{number}") };
    Block::data_source(&REPLICATION_INSTANCE, label_of_lookup)
        .for_node(node)
        .argument("replication_instance_id", name(context, number))
        .after(format!("{}.{}", REPLICATION_INSTANCE.name(), label(number)))
}

/// Returns what a capture counts of the quotas of its machine and of the account.
pub(super) fn shares(settings: &AwsSettings, node: &NodeView) -> Vec<SharedPart> {
    if node.facts().capture().is_none() {
        return Vec::new();
    }
    let part = SharedPart::new(SharedKey::before(KIND, NAME), Part { capture: node.slug() })
        .only_while_fed()
        .with_weight(ENDPOINTS, ENDPOINTS_OF_CAPTURE);
    if settings.replication.serverless.is_some() {
        return vec![part.with_weight(REPLICATIONS, 1)];
    }
    let [tasks, endpoints] = limits_of_instance(number_of(settings, node));
    let part = part.with_weight(tasks, 1).with_weight(endpoints, ENDPOINTS_OF_CAPTURE);
    vec![part.with_weight(TASKS, 1)]
}

/// The limits of the account. A finding about a limit has its name, so that names say what to do.
const TASKS: &str =
    "tasks of DMS (AWS raises the quota of an account on request: `replication.quotas.tasks`)";
const REPLICATIONS: &str = "replications of DMS Serverless (AWS raises the quota of an account on request: `replication.quotas.serverless`)";
const ENDPOINTS: &str =
    "endpoints of DMS (AWS raises the quota of an account on request: `replication.quotas.endpoints`)";

/// Returns the limits of tasks and endpoints, of the account and of each machine.
pub(crate) fn limits(settings: &AwsSettings) -> Vec<(String, u64)> {
    let DmsQuotas { tasks, endpoints, serverless, tasks_per_instance, endpoints_per_instance, .. } =
        settings.replication.quotas;
    let of_instance = |number| {
        let most = [tasks_per_instance, endpoints_per_instance];
        limits_of_instance(number).into_iter().zip(most).collect::<Vec<_>>()
    };
    let of_account = [(TASKS.to_owned(), tasks), (ENDPOINTS.to_owned(), endpoints)];
    let replications = serverless.map(|most| (REPLICATIONS.to_owned(), most));
    let of_instances = (0..settings.replication.instances).flat_map(of_instance);
    of_account.into_iter().chain(replications).chain(of_instances).collect()
}

fn limits_of_instance(number: u32) -> [String; 2] {
    ["tasks", "endpoints"].map(|counted| {
        format!("{counted} on replication instance {number} (`replication.instances` adds another one)")
    })
}

/// Returns the number of the machine of a capture: that with the greatest hash. So another machine takes its part of the captures of each one,
/// and moves no other capture.
fn number_of(settings: &AwsSettings, node: &NodeView) -> u32 {
    let slug = node.slug();
    (0..settings.replication.instances)
        .max_by_key(|number| Fingerprint::of(&(number, &slug)).to_string())
        .unwrap_or_default()
}

/// Returns the label of a machine. The first one has the name of a machine that is alone.
fn label(number: u32) -> String {
    if number == 0 { NAME.to_owned() } else { format!("{NAME}-{number}") }
}

fn name(context: Context<'_>, number: u32) -> String {
    let first = context.names.single("replication");
    if number == 0 { first } else { context.names.of_part(&first, &number.to_string()) }
}
