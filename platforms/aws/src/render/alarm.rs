//! Alarms: a state machine that did not end well for as long as its consumers were promised to wait at most.

use super::{Context, start::Machine};
use crate::types::ALARM;
use datasurface_platform::prelude::*;
use datasurface_terraform::{Block, Expression, Module};

/// The longest time that an alarm looks back, in seconds: a week.
const LONGEST: u64 = 604_800;

/// Adds the alarm of a state machine, by the least latency that was promised of what it brings. Without a promise there is none, nor with one
/// of more than a week.
pub(super) fn add(
    context: Context<'_>,
    module: &mut Module,
    machine: &Machine,
    latency: Option<Latency>,
) -> Result<(), PlatformError> {
    let Some(seconds) = latency.map(Latency::as_seconds).filter(|seconds| *seconds <= LONGEST) else {
        return Ok(());
    };
    let topics: Vec<&String> = context.settings.alarm_topic.iter().collect();
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
        .argument("alarm_actions", Expression::list(topics.clone()))
        .argument("ok_actions", Expression::list(topics))
        .depends_on(&machine.handle);
    module.add(machine.file, alarm)?;
    Ok(())
}

const MINUTE: u64 = 60;

/// Returns the least latency that nodes promise to their consumers; none if none of them promises any.
pub(super) fn least<'n>(nodes: impl IntoIterator<Item = &'n NodeView>) -> Option<Latency> {
    nodes.into_iter().filter_map(|node| node.obligation().latency()).min()
}
