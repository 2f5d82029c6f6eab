//! Batches: for each timetable of a shard, a state machine that merges what is captured by it, and what starts it.

use super::{
    Context,
    access::Actor,
    alarm, jobs,
    runs::{Runs, machine},
    start,
};
use datasurface_platform::prelude::*;
use datasurface_terraform::{Module, label};
use std::collections::BTreeMap;

/// The datasets that are merged by one timetable: their definitions, in order.
#[derive(Debug, Default)]
struct Batch<'b> {
    cron: Option<&'b Cron>,
    runs: Runs,
    promises: alarm::Promises,
}

/// Adds the state machines of a shard. They belong to no node: what is in one depends on what else is in the shard.
pub(super) fn add(context: Context<'_>, module: &mut Module, scope: &ScopeView) -> Result<(), PlatformError> {
    let Scope::Shard(shard) = scope.scope() else {
        return Ok(());
    };
    let mut batches: BTreeMap<&str, Batch<'_>> = BTreeMap::new();
    for node in scope.whole_nodes() {
        let Some(capture) = node.facts().capture() else {
            continue;
        };
        let cron = match capture.capture.trigger() {
            CaptureTrigger::Cron(cron) => Some(cron),
            CaptureTrigger::External => None,
        };
        let batch = batches.entry(cron.map_or(start::EXTERNAL, Cron::as_str)).or_default();
        batch.cron = cron;
        batch.promises.add(node);
        for key in node.facts().datasets().iter().map(DatasetFacts::storage_key) {
            let definition = context.settings.in_lake(&context.names.definition_key(key));
            batch.runs.add(node, Actor::datastore(&key.datastore), jobs::MERGE.purpose, definition);
        }
    }
    for (timetable, batch) in batches {
        add_batch(context, module, shard.as_str(), timetable, &batch)?;
    }
    Ok(())
}

fn add_batch(
    context: Context<'_>,
    module: &mut Module,
    shard: &str,
    timetable: &str,
    batch: &Batch<'_>,
) -> Result<(), PlatformError> {
    let comment = format!("Merges what is captured by the timetable `{timetable}`");
    let announced = start::end_of_batch(start::detail(context));
    let definition = machine(context, &comment, &batch.runs, Some(&announced));
    let (label, name) = (label(&["batch", shard, timetable]), context.names.of_batch(shard, timetable));
    let machine = start::add_machine(context, module, "batches", label, name, &batch.runs, definition)?;
    alarm::add(context, module, &machine, &batch.promises)?;
    match batch.cron {
        Some(cron) => start::add_schedules(context, module, &machine, cron),
        None => Ok(()),
    }
}
