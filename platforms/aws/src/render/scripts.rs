//! Scripts of jobs in the lake bucket, and the connection by which jobs reach databases.

use super::{Context, jobs, storage::LAKE};
use crate::types::{CONNECTION as CONNECTION_TYPE, OBJECT};
use datasurface_platform::{graph::Fingerprint, prelude::*};
use datasurface_terraform::{Block, Expression, Module};

/// The module that scripts have in common: its label, its text, and its file.
pub(super) const LIBRARY: &str = "library";
const LIBRARY_TEXT: &str = include_str!("../../scripts/versions.py");
pub(super) const LIBRARY_FILE: &str = "versions.py";

/// The label of the connection, which is a part of its name, and its address.
pub(super) const NETWORK: &str = "network";
pub(super) const CONNECTION: &str = "aws_glue_connection.network";

/// The file with all of it.
const FILE: &str = "jobs";

/// Adds the scripts and the connection to the foundation.
pub(super) fn add(context: Context<'_>, module: &mut Module) -> Result<(), PlatformError> {
    let settings = context.settings;
    add_script(context, module, LIBRARY, LIBRARY_FILE, LIBRARY_TEXT)?;
    for job in jobs::ALL {
        add_script(context, module, job.purpose, job.file, job.script)?;
    }
    let network = Expression::object([
        ("subnet_id", settings.subnets.first().map_or_else(Expression::null, Expression::from)),
        ("security_group_id_list", Expression::list(&settings.security_groups)),
    ]);
    let connection = Block::resource(&CONNECTION_TYPE, NETWORK)
        .argument("catalog_id", &settings.account)
        .argument("name", context.names.single(NETWORK))
        .argument("connection_type", "NETWORK")
        .argument("physical_connection_requirements", network);
    module.add(FILE, connection)?;
    Ok(())
}

/// Returns the key of a script in the lake bucket.
pub(super) fn key(file: &str) -> String {
    format!("scripts/{file}")
}

/// Returns the address of the script with a label.
pub(super) fn address(label: &str) -> String {
    format!("{}.{label}", OBJECT.name())
}

/// Adds a file of Python, and puts it into the lake bucket.
fn add_script(
    context: Context<'_>,
    module: &mut Module,
    label: &str,
    file: &str,
    content: &str,
) -> Result<(), PlatformError> {
    let script = File::new(file, "text/x-python", content)?;
    let fingerprint = Fingerprint::of(&content).to_string();
    let object = Block::resource(&OBJECT, label)
        .argument("bucket", &context.settings.lake_bucket)
        .argument("key", key(file))
        .argument("source", Expression::path_in_module(script.path()))
        .argument("source_hash", &fingerprint)
        .after(LAKE);
    let address = format!("script.{label}");
    module.add_file(script, [Resource::new(address, "script").attribute("fingerprint", &fingerprint)]);
    module.add(FILE, object)?;
    Ok(())
}
