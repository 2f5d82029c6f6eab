//! Hand-overs: for each timetable of another lake, or instance whose batches are announced, a state machine of a shard that receives what is new.

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

/// What starts a state machine.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Start {
    /// The end of a batch of an instance beside this one, by its storage name.
    Batch(String),
    Timetable(Cron),
}

/// The datasets that are received at once: their definitions, in order.
#[derive(Debug, Default)]
struct Reception {
    runs: Runs,
    promises: alarm::Promises,
}

/// Adds the state machines of a shard. They belong to no node: what is in one depends on what else is in the shard.
pub(super) fn add(context: Context<'_>, module: &mut Module, scope: &ScopeView) -> Result<(), PlatformError> {
    let Scope::Shard(shard) = scope.scope() else {
        return Ok(());
    };
    let mut receptions: BTreeMap<Start, Reception> = BTreeMap::new();
    for node in scope.whole_nodes() {
        let NodeDetail::Ingest(IngestFacts { source: IngestSource::Platform { platform }, datasets, .. }) =
            node.detail()
        else {
            continue;
        };
        for dataset in datasets {
            let Some(table) = context.settings.foreign_table(node, &dataset.key) else {
                continue;
            };
            let start = match &table.lake.timetable {
                Some(cron) => Start::Timetable(cron.clone()),
                None => Start::Batch(node.facts().storage.platform(platform).to_string()),
            };
            let reception = receptions.entry(start).or_default();
            let key = dataset.storage_key();
            let definition = context.settings.in_lake(&context.names.definition_key(key));
            reception.runs.add(node, Actor::datastore(&key.datastore), jobs::RECEIVE.purpose, definition);
            reception.promises.add(node);
        }
    }
    for (start, reception) in receptions {
        add_reception(context, module, shard.as_str(), &start, &reception)?;
    }
    Ok(())
}

fn add_reception(
    context: Context<'_>,
    module: &mut Module,
    shard: &str,
    start: &Start,
    reception: &Reception,
) -> Result<(), PlatformError> {
    let (kind, word) = match start {
        Start::Batch(instance) => ("after", instance.as_str()),
        Start::Timetable(cron) => ("at", cron.as_str()),
    };
    let comment = format!("Receives what is new in other lakes, {kind} `{word}`");
    // The job itself announces what is new: two instances that receive from each other would start each other for ever otherwise.
    let definition = machine(context, &comment, &reception.runs, None);
    let label = label(&["receive", shard, kind, word]);
    let name = context.names.of_receivers(shard, kind, word);
    let machine =
        start::add_machine(context, module, "receptions", label, name, &reception.runs, definition)?;
    alarm::add(context, module, &machine, &reception.promises)?;
    match start {
        Start::Batch(instance) => start::add_rule(context, module, &machine, instance),
        Start::Timetable(cron) => start::add_schedules(context, module, &machine, cron),
    }
}
