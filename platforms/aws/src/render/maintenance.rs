//! Maintenance: for each shard, a state machine that maintains its tables by a timetable of its own.

use super::{
    Context,
    access::Actor,
    jobs,
    runs::{Runs, machine},
    start,
};
use datasurface_platform::prelude::*;
use datasurface_terraform::{Module, label};

/// Adds the state machine of a shard, and what starts it.
pub(super) fn add_machine(
    context: Context<'_>,
    module: &mut Module,
    scope: &ScopeView,
) -> Result<(), PlatformError> {
    let Scope::Shard(shard) = scope.scope() else {
        return Ok(());
    };
    // What is held has no definition any more: it stays as it is until it goes.
    let mut runs = Runs::default();
    for key in scope.captured_datasets().map(|(_, dataset)| dataset.storage_key()) {
        let definition = context.settings.in_lake(&context.names.definition_key(key));
        runs.add_last(Actor::datastore(&key.datastore), jobs::MAINTAIN.purpose, definition);
    }
    if runs.is_empty() {
        return Ok(());
    }
    let comment = "Maintains tables: versions whose retention is over, small files, and snapshots";
    let definition = machine(context, comment, &runs, None);
    let label = label(&["maintenance", shard.as_str()]);
    let name = context.names.of_batch(shard.as_str(), "maintenance");
    let machine = start::add_machine(context, module, "maintenance", label, name, &runs, definition)?;
    start::add_schedules(context, module, &machine, &context.settings.maintenance.timetable)
}
