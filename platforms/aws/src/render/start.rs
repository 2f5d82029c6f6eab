//! State machines, and what starts them: a timetable, or the end of a batch.

use super::{Context, roles, runs::Runs};
use crate::{
    timetable,
    types::{EVENT_RULE, EVENT_TARGET, SCHEDULE, STATE_MACHINE},
};
use datasurface_platform::prelude::*;
use datasurface_terraform::{Block, Expression, Handle, Module};
use serde_json::Value;

/// The word for what has no timetable: something outside starts its state machine.
pub(super) const EXTERNAL: &str = "external";

/// The source and the type of the event that a batch ended.
const EVENT_SOURCE: &str = "datasurface";
const EVENT: &str = "Batch merged";

/// A state machine that was added, and what its starters are called.
#[derive(Debug)]
pub(super) struct Machine {
    pub(super) file: &'static str,
    pub(super) label: String,
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) handle: Handle,
}

/// The event that a batch ended. State machines take its detail as an object, and programs take the text of that.
pub(super) fn end_of_batch(detail: Value) -> Value {
    json!({"Source": EVENT_SOURCE, "DetailType": EVENT, "Detail": detail})
}

/// The detail of the event: the instance whose batch it was.
pub(super) fn detail(context: Context<'_>) -> Value {
    json!({"instance": context.names.instance()})
}

/// Adds a state machine to a file. It belongs to no node: what is in it depends on what else is in the shard.
pub(super) fn add_machine(
    context: Context<'_>,
    module: &mut Module,
    file: &'static str,
    label: String,
    name: String,
    runs: &Runs,
    definition: Value,
) -> Result<Machine, PlatformError> {
    let arn = arn(context, &name);
    let role = context.settings.role_arn(&context.names.single(roles::BATCH));
    let block = block(context, &label, &name, role, definition).after("aws_iam_role_policy.batch");
    let handle = module.add(file, runs.jobs().fold(block, Block::after))?;
    Ok(Machine { file, label, name, arn, handle })
}

/// Returns a state machine that acts as a role.
pub(super) fn block(context: Context<'_>, label: &str, name: &str, role: String, definition: Value) -> Block {
    Block::resource(&STATE_MACHINE, label)
        .argument("name", name)
        .argument("role_arn", role)
        .argument("definition", Json::from(definition).to_string())
        .with_import_id(arn(context, name))
}

/// Returns the ARN of a state machine.
pub(super) fn arn(context: Context<'_>, name: &str) -> String {
    context.settings.arn("states", &format!("stateMachine:{name}"))
}

/// Returns the address of a state machine.
pub(super) fn address(label: &str) -> String {
    format!("{}.{label}", STATE_MACHINE.name())
}

/// Adds the schedules that start a state machine by a timetable.
pub(super) fn add_schedules(
    context: Context<'_>,
    module: &mut Module,
    machine: &Machine,
    cron: &Cron,
) -> Result<(), PlatformError> {
    for (number, expression) in (1..).zip(timetable::expressions(cron)) {
        let numbered = |text: &str| if number == 1 { text.to_owned() } else { format!("{text}-{number}") };
        let role = context.settings.role_arn(&context.names.single(roles::SCHEDULE));
        let target = Expression::object([("arn", Expression::from(&machine.arn)), ("role_arn", role.into())]);
        let schedule = Block::resource(&SCHEDULE, numbered(&machine.label))
            .argument("group_name", "default")
            .argument("name", numbered(&machine.name))
            .argument("schedule_expression", expression)
            .argument("schedule_expression_timezone", cron.zone().unwrap_or("UTC"))
            .argument("flexible_time_window", Expression::object([("mode", "OFF")]))
            .argument("target", target)
            .depends_on(&machine.handle)
            .after("aws_iam_role_policy.schedule");
        module.add(machine.file, schedule)?;
    }
    Ok(())
}

/// Adds the rule that starts a state machine whenever a batch of an instance ended, in whatever shard: of this one, or of another one beside it.
pub(super) fn add_rule(
    context: Context<'_>,
    module: &mut Module,
    machine: &Machine,
    instance: &str,
) -> Result<(), PlatformError> {
    let pattern = json!({
        "source": [EVENT_SOURCE],
        "detail-type": [EVENT],
        "detail": {"instance": [instance]},
    });
    let rule = Block::resource(&EVENT_RULE, &machine.label)
        .argument("name", &machine.name)
        .argument("event_pattern", pattern.to_string());
    let rule = module.add(machine.file, rule)?;
    let target = Block::resource(&EVENT_TARGET, &machine.label)
        .argument("rule", rule.attribute("name"))
        .argument("target_id", machine.file)
        .argument("arn", &machine.arn)
        .argument("role_arn", context.settings.role_arn(&context.names.single(roles::EVENT)))
        .depends_on(&machine.handle)
        .after("aws_iam_role_policy.event");
    module.add(machine.file, target)?;
    Ok(())
}
