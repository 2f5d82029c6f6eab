//! Deadlines: at each of them, a state machine looks whether a batch ended well within the day before. It fails if none did, and an alarm is about
//! that. No alarm of CloudWatch knows a time of day in a time zone; a schedule does.

use super::{
    Context, alarm, roles,
    start::{self, Machine},
};
use crate::types::{ALARM, SCHEDULE};
use datasurface_platform::prelude::*;
use datasurface_terraform::{Block, Expression, Module};
use std::collections::BTreeSet;

/// The label and the file of the state machine that looks.
const WATCH: &str = "deadlines";

/// Adds the state machine to the foundation, with the alarm that a deadline was missed.
pub(super) fn add_watch(context: Context<'_>, module: &mut Module) -> Result<(), PlatformError> {
    let definition = json!({
        "Comment": "Fails if the alarm of the name `alarm` is on: no batch ended well within a day",
        "StartAt": "Look",
        "States": {
            "Look": {
                "Type": "Task",
                "Resource": format!("arn:{}:states:::aws-sdk:cloudwatch:describeAlarms", context.settings.partition()),
                "Parameters": {"AlarmNames.$": "States.Array($.alarm)"},
                // Whoever cannot look does not know that it was kept.
                "Retry": [{"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 30, "MaxAttempts": 3, "BackoffRate": 2.0}],
                "ResultPath": "$.found",
                "Next": "Did none end?",
            },
            "Did none end?": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.found.MetricAlarms[0].StateValue", "StringEquals": "ALARM", "Next": "Missed"}],
                "Default": "Kept",
            },
            "Missed": {
                "Type": "Fail",
                "Error": "Missed",
                "Cause": "No batch ended well within the day before the deadline: the input names the alarm of its state machine.",
            },
            "Kept": {"Type": "Succeed"},
        },
    });
    let name = context.names.single(WATCH);
    let role = context.settings.role_arn(&context.names.single(roles::DEADLINE));
    let block = start::block(context, WATCH, &name, role, definition).after("aws_iam_role_policy.deadline");
    let handle = module.add(WATCH, block)?;
    let missed = Block::resource(&ALARM, WATCH)
        .argument("alarm_name", &name)
        .argument(
            "alarm_description",
            "a deadline of consumers was missed: see the last execution that failed",
        )
        .argument("namespace", "AWS/States")
        .argument("metric_name", "ExecutionsFailed")
        .argument("dimensions", Expression::object([("StateMachineArn", start::arn(context, &name))]))
        .argument("statistic", "Sum")
        .argument("period", 60_u32)
        .argument("evaluation_periods", 1_u32)
        .argument("comparison_operator", "GreaterThanOrEqualToThreshold")
        .argument("threshold", 1_u32)
        .argument("treat_missing_data", "notBreaching")
        .depends_on(&handle);
    module.add(WATCH, alarm::with_actions(context, missed))?;
    Ok(())
}

/// Adds what looks at a state machine by deadlines: an alarm that tells nobody, and a schedule for each deadline.
pub(super) fn add(
    context: Context<'_>,
    module: &mut Module,
    machine: &Machine,
    deadlines: &BTreeSet<Deadline>,
) -> Result<(), PlatformError> {
    if deadlines.is_empty() {
        return Ok(());
    }
    let (label, name) = (format!("{}-day", machine.label), context.names.of_part(&machine.name, "day"));
    let day = Block::resource(&ALARM, &label)
        .argument("alarm_name", &name)
        .argument("alarm_description", format!("`{}` brought nothing for a day", machine.name))
        .argument("namespace", "AWS/States")
        .argument("metric_name", "ExecutionsSucceeded")
        .argument("dimensions", Expression::object([("StateMachineArn", &machine.arn)]))
        .argument("statistic", "Sum")
        // Each of the last 24 hours.
        .argument("period", 3600_u32)
        .argument("evaluation_periods", 24_u32)
        .argument("datapoints_to_alarm", 24_u32)
        .argument("comparison_operator", "LessThanThreshold")
        .argument("threshold", 1_u32)
        .argument("treat_missing_data", "breaching")
        .depends_on(&machine.handle);
    let day = module.add(machine.file, day)?;
    for deadline in deadlines {
        let input = json!({"alarm": name}).to_string();
        let target = Expression::object([
            ("arn", start::arn(context, &context.names.single(WATCH))),
            ("role_arn", context.settings.role_arn(&context.names.single(roles::SCHEDULE))),
            ("input", input),
        ]);
        // One for each zone.
        let schedule =
            Block::resource(&SCHEDULE, datasurface_terraform::label(&[&machine.label, deadline.zone()]))
                .argument("group_name", "default")
                .argument("name", context.names.of_part(&machine.name, deadline.zone()))
                .argument(
                    "schedule_expression",
                    format!("cron({} * * ? *)", deadline.time().format("%-M %-H")),
                )
                .argument("schedule_expression_timezone", deadline.zone())
                .argument("flexible_time_window", Expression::object([("mode", "OFF")]))
                .argument("target", target)
                .depends_on(&day)
                .after(start::address(WATCH))
                .after("aws_iam_role_policy.schedule");
        module.add(machine.file, schedule)?;
    }
    Ok(())
}
