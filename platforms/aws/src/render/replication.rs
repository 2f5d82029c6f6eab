//! Replication instances of DMS: the machines on which replication tasks run. They are in one state that shards share, since quotas are of a
//! machine and of the account, and captures in whatever shards count.

use super::Context;
use crate::{
    capacity_hint::CapacityHint,
    settings::{AwsSettings, DmsQuotas, ReplicationSettings},
    types::{REPLICATION_INSTANCE, SUBNET_GROUP},
};
use datasurface_platform::{graph::Fingerprint, prelude::*};
use datasurface_terraform::{Block, Expression, Module};
use std::iter;

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
    for machine in machines(replication) {
        let instance = Block::resource(&REPLICATION_INSTANCE, machine.label())
            .argument("replication_instance_id", machine.name(context))
            .argument("replication_instance_class", machine.class.unwrap_or(&replication.instance_class))
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
    let machine = Machine::of(context.settings, node);
    // The task refers to it by this label, so that its plan tells that it moves to another machine.
    let label_of_lookup = match machine.suffix() {
        Some(suffix) => format!("{file}-{suffix}"),
        None => file.to_owned(),
    };
    Block::data_source(&REPLICATION_INSTANCE, label_of_lookup)
        .for_node(node)
        .argument("replication_instance_id", machine.name(context))
        .after(format!("{}.{}", REPLICATION_INSTANCE.name(), machine.label()))
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
    let [tasks, endpoints] = Machine::of(settings, node).limits();
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
    let of_machine = |machine: Machine<'_>| {
        let most = [tasks_per_instance, endpoints_per_instance];
        machine.limits().into_iter().zip(most).collect::<Vec<_>>()
    };
    let of_account = [(TASKS.to_owned(), tasks), (ENDPOINTS.to_owned(), endpoints)];
    let replications = serverless.map(|most| (REPLICATIONS.to_owned(), most));
    let of_machines = machines(&settings.replication).flat_map(of_machine);
    of_account.into_iter().chain(replications).chain(of_machines).collect()
}

/// A machine: one of those of the settings' class, or of a pool with a class of its own.
#[derive(Clone, Copy, Debug)]
struct Machine<'c> {
    class: Option<&'c str>,
    number: u32,
}

fn machines(settings: &ReplicationSettings) -> impl Iterator<Item = Machine<'_>> {
    let pools = settings.pools.iter().map(|(class, count)| (Some(class.as_str()), *count));
    let counts = iter::once((None, settings.instances)).chain(pools);
    counts.flat_map(|(class, count)| (0..count).map(move |number| Machine { class, number }))
}

impl<'c> Machine<'c> {
    /// Returns the machine of a capture: that with the greatest hash of those that may have it. So another machine takes its part of the captures
    /// of each one, and moves no other capture.
    fn of(settings: &'c AwsSettings, node: &NodeView) -> Self {
        let hint = CapacityHint::read(settings, node).ok().flatten();
        let class = hint.and_then(|hint| hint.instance_class);
        let pool = class.and_then(|class| settings.replication.pools.get_key_value(&class));
        let (class, count) = match pool {
            Some((class, count)) => (Some(class.as_str()), *count),
            None => (None, settings.replication.instances),
        };
        let slug = node.slug();
        let greatest = (0..count).max_by_key(|number| Fingerprint::of(&(number, &slug)).to_string());
        Self { class, number: greatest.unwrap_or_default() }
    }

    /// Returns what tells it from the first machine of the settings' class, which has the name of a machine that is alone.
    fn suffix(self) -> Option<String> {
        let class = self.class.map(|class| class.replace('.', "-"));
        let number = (self.number > 0).then(|| self.number.to_string());
        let parts: Vec<String> = class.into_iter().chain(number).collect();
        (!parts.is_empty()).then(|| parts.join("-"))
    }

    fn label(self) -> String {
        self.suffix().map_or_else(|| NAME.to_owned(), |suffix| format!("{NAME}-{suffix}"))
    }

    fn name(self, context: Context<'_>) -> String {
        let first = context.names.single("replication");
        match self.suffix() {
            Some(suffix) => context.names.of_part(&first, &suffix),
            None => first,
        }
    }

    /// Returns the names of the limits of tasks and endpoints.
    fn limits(self) -> [String; 2] {
        let Self { class, number } = self;
        let of_class = class.map(|class| format!(" of `{class}`")).unwrap_or_default();
        let setting = class.map_or("replication.instances", |_| "replication.pools");
        ["tasks", "endpoints"].map(|counted| {
            format!("{counted} on replication instance {number}{of_class} (`{setting}` adds another one)")
        })
    }
}
