//! Batches: for each timetable of a shard, a state machine that merges what is captured by it, and what starts it.

use super::{Context, jobs, roles};
use crate::{
    timetable,
    types::{SCHEDULE, STATE_MACHINE},
};
use datasurface_platform::prelude::*;
use datasurface_terraform::{Block, Expression, Module, label};
use std::collections::BTreeMap;

/// The datasets that are merged by one timetable: the keys of their definitions, in order.
#[derive(Debug, Default)]
struct Batch<'b> {
    cron: Option<&'b Cron>,
    definitions: Vec<String>,
}

/// The word for what has no timetable: something outside starts its state machine.
const EXTERNAL: &str = "external";

/// The source and the type of the event that a batch ended.
pub(super) const EVENT_SOURCE: &str = "datasurface";
pub(super) const EVENT: &str = "Batch merged";

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
        let batch = batches.entry(cron.map_or(EXTERNAL, Cron::as_str)).or_default();
        batch.cron = cron;
        let keys = node.facts().datasets().iter().map(DatasetFacts::storage_key);
        batch.definitions.extend(keys.map(|key| {
            format!("s3://{}/{}", context.settings.lake_bucket, context.names.definition_key(key))
        }));
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
    let settings = context.settings;
    let name = context.names.of_batch(shard, timetable);
    let label = label(&["batch", shard, timetable]);
    let arn = settings.arn("states", &format!("stateMachine:{name}"));
    let comment = format!("Merges what is captured by the timetable `{timetable}`");
    let announced = json!({
        "Source": EVENT_SOURCE,
        "DetailType": EVENT,
        "Detail": {"instance": context.names.instance()},
    });
    let definition = jobs::machine(context, "merge", &comment, &batch.definitions, Some(&announced));
    let machine = Block::resource(&STATE_MACHINE, &label)
        .argument("name", &name)
        .argument("role_arn", settings.role_arn(&context.names.single(roles::BATCH)))
        .argument("definition", Json::from(definition).to_string())
        .with_import_id(&arn)
        .after("aws_glue_job.merge")
        .after("aws_iam_role_policy.batch");
    let machine = module.add("batches", machine)?;
    let expressions = batch.cron.map(timetable::expressions).unwrap_or_default();
    let zone = batch.cron.and_then(Cron::zone).unwrap_or("UTC");
    for (number, expression) in (1..).zip(expressions) {
        let numbered = |text: &str| if number == 1 { text.to_owned() } else { format!("{text}-{number}") };
        let target = Expression::object([
            ("arn", arn.as_str().into()),
            ("role_arn", Expression::from(settings.role_arn(&context.names.single(roles::SCHEDULE)))),
        ]);
        let schedule = Block::resource(&SCHEDULE, numbered(&label))
            .argument("group_name", "default")
            .argument("name", numbered(&name))
            .argument("schedule_expression", expression)
            .argument("schedule_expression_timezone", zone)
            .argument("flexible_time_window", Expression::object([("mode", "OFF")]))
            .argument("target", target)
            .depends_on(&machine)
            .after("aws_iam_role_policy.schedule");
        module.add("batches", schedule)?;
    }
    Ok(())
}
