//! The replication instance of DMS: the machine on which all replication tasks run.

use super::Context;
use crate::types::{REPLICATION_INSTANCE, SUBNET_GROUP};
use datasurface_platform::prelude::*;
use datasurface_terraform::{Block, Expression, Module};

/// The address of the replication instance.
pub(super) const INSTANCE: &str = "aws_dms_replication_instance.main";

/// Adds the machine, and the subnets that it may be in, to the foundation.
pub(super) fn add(context: Context<'_>, module: &mut Module) -> Result<(), PlatformError> {
    let (settings, replication) = (context.settings, &context.settings.replication);
    let subnets = Block::resource(&SUBNET_GROUP, "main")
        .argument("replication_subnet_group_id", context.names.single("replication"))
        .argument("replication_subnet_group_description", "Subnets of DataSurface")
        .argument("subnet_ids", Expression::list(&settings.subnets));
    let subnets = module.add("replication", subnets)?;
    let instance = Block::resource(&REPLICATION_INSTANCE, "main")
        .argument("replication_instance_id", context.names.single("replication"))
        .argument("replication_instance_class", &replication.instance_class)
        .argument("allocated_storage", replication.storage_gigabytes)
        .argument("multi_az", replication.multi_az)
        .argument("publicly_accessible", false)
        .argument("auto_minor_version_upgrade", true)
        .argument("replication_subnet_group_id", subnets.attribute("replication_subnet_group_id"))
        .argument("vpc_security_group_ids", Expression::list(&settings.security_groups));
    let instance = match &settings.kms_key {
        Some(key) => instance.argument("kms_key_arn", key),
        None => instance,
    };
    module.add("replication", instance)?;
    Ok(())
}
