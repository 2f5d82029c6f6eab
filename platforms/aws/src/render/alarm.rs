//! Alarms: a state machine that did not end well for as long as its consumers were promised to wait at most.

use super::{Context, deadline, start::Machine};
use crate::types::ALARM;
use datasurface_platform::prelude::*;
use datasurface_terraform::{Block, Expression, Module};

/// The longest time that an alarm looks back, in seconds: a week.
const LONGEST: u64 = 604_800;

/// What consumers were promised of what a state machine brings: the least latency, and the first deadline of each time zone.
#[derive(Debug, Default)]
pub(super) struct Promises(Obligation);

impl Promises {
    /// Adds what a node promises.
    pub(super) fn add(&mut self, node: &NodeView) {
        self.0 = std::mem::take(&mut self.0).join(node.obligation());
    }
}

/// Adds the alarms of a state machine: by the least latency that was promised, and by deadlines. Without a promise there are none.
pub(super) fn add(
    context: Context<'_>,
    module: &mut Module,
    machine: &Machine,
    Promises(owed): &Promises,
) -> Result<(), PlatformError> {
    add_for_latency(context, module, machine, owed.latency())?;
    deadline::add(context, module, machine, owed.deadlines())
}

/// Adds the alarm by a latency, unless it is one of more than a week.
fn add_for_latency(
    context: Context<'_>,
    module: &mut Module,
    machine: &Machine,
    latency: Option<Latency>,
) -> Result<(), PlatformError> {
    let Some(seconds) = latency.map(Latency::as_seconds).filter(|seconds| *seconds <= LONGEST) else {
        return Ok(());
    };
    let description = format!("`{}` brought nothing for as long as its consumers wait at most", machine.name);
    let alarm = Block::resource(&ALARM, &machine.label)
        .argument("alarm_name", &machine.name)
        .argument("alarm_description", description)
        .argument("namespace", "AWS/States")
        .argument("metric_name", "ExecutionsSucceeded")
        .argument("dimensions", Expression::object([("StateMachineArn", &machine.arn)]))
        .argument("statistic", "Sum")
        // A period has whole minutes.
        .argument("period", seconds.div_ceil(MINUTE) * MINUTE)
        .argument("evaluation_periods", 1_u32)
        .argument("comparison_operator", "LessThanThreshold")
        .argument("threshold", 1_u32)
        // A machine that is never started has no value at all.
        .argument("treat_missing_data", "breaching")
        .depends_on(&machine.handle);
    module.add(machine.file, with_actions(context, alarm))?;
    Ok(())
}

/// Sends an alarm to the topic of the settings, if there is one.
pub(super) fn with_actions(context: Context<'_>, alarm: Block) -> Block {
    let topics: Vec<&String> = context.settings.alarm_topic.iter().collect();
    alarm
        .argument("alarm_actions", Expression::list(topics.clone()))
        .argument("ok_actions", Expression::list(topics))
}

const MINUTE: u64 = 60;
