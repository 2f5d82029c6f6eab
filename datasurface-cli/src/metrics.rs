//! How far consumers are, as metrics in the text format of OpenMetrics.

use crate::{
    drift::PlatformDrift,
    history::{PlatformJobRun, in_seconds},
    sink::{Sink, Waiting},
};
use chrono::{DateTime, Utc};
use datasurface_broker::metric::{ASKED_AT, COMPLETE, CONFIRMED_AT, FAILING, LAG, LATE, PROMISED};
use datasurface_platform::JobOutcome;
use std::fmt::{Display, Write};

/// The families of metrics, in order.
struct Metrics(String);

/// A metric of each sink, for those where it is known.
struct SinkMetric {
    name: &'static str,
    help: &'static str,
    value: fn(&Sink) -> Option<i64>,
}

const OF_SINKS: [SinkMetric; 11] = [
    SinkMetric {
        name: "datasurface_sink_batch",
        help: "The last batch that arrived.",
        value: |sink| sink.batch.map(number),
    },
    SinkMetric {
        name: "datasurface_sink_schema_version",
        help: "The version of the schema of the last batch that arrived.",
        value: |sink| sink.schema_version.map(number),
    },
    SinkMetric {
        name: "datasurface_sink_arrived_timestamp_seconds",
        help: "When the last batch arrived.",
        value: |sink| sink.arrived_at.map(|at| at.timestamp()),
    },
    SinkMetric {
        name: CONFIRMED_AT,
        help: "When what arrived was last all that there was at its sources.",
        value: |sink| sink.confirmed_at.map(|at| at.timestamp()),
    },
    SinkMetric { name: LAG, help: "How long ago that was.", value: |sink| sink.lag_seconds.map(number) },
    SinkMetric {
        name: PROMISED,
        help: "How late it may be.",
        value: |sink| sink.promised_seconds.map(number),
    },
    SinkMetric {
        name: LATE,
        help: "Whether it is later than was promised.",
        value: |sink| Some(i64::from(sink.is_late)),
    },
    SinkMetric {
        name: FAILING,
        help: "Whether something failed on the way to it, the last time.",
        value: |sink| Some(i64::from(sink.last_failure.is_some())),
    },
    SinkMetric {
        name: "datasurface_sink_undelivered",
        help: "Records that are still to be delivered.",
        value: |sink| sink.undelivered.map(number),
    },
    SinkMetric {
        name: "datasurface_sink_rejected",
        help: "Rows that are set aside because they break a rule of the dataset.",
        value: |sink| Some(number(sink.rejected)),
    },
    SinkMetric {
        name: "datasurface_sink_unfit",
        help: "Versions that are set aside because this container cannot have them.",
        value: |sink| Some(number(sink.unfit)),
    },
];

/// A metric of the last run of each job, for those where it is known.
struct OfJob {
    name: &'static str,
    help: &'static str,
    value: fn(&PlatformJobRun) -> Option<String>,
}

const OF_JOBS: [OfJob; 4] = [
    OfJob {
        name: "datasurface_job_began_timestamp_seconds",
        help: "When the run began in which the job ran last.",
        value: |last| Some(last.run.began_at.timestamp().to_string()),
    },
    OfJob {
        name: "datasurface_job_duration_seconds",
        help: "How long the job took.",
        value: |last| last.run.milliseconds.map(in_seconds),
    },
    OfJob {
        name: "datasurface_job_records",
        help: "How many records the job moved.",
        value: |last| last.run.records.map(|records| records.to_string()),
    },
    OfJob {
        name: "datasurface_job_failed",
        help: "Whether the job failed.",
        value: |last| match last.run.outcome {
            JobOutcome::Unfinished => None,
            JobOutcome::Failed(_) => Some("1".to_owned()),
            _ => Some("0".to_owned()),
        },
    },
];

/// Returns the metrics. Where something could not be asked, they are not complete, and say so.
pub(crate) fn metrics(
    sinks: &[Sink],
    waiting: &[Waiting],
    drifted: &[PlatformDrift],
    last_runs: &[PlatformJobRun],
    at: DateTime<Utc>,
    is_complete: bool,
) -> String {
    let mut metrics = Metrics(String::new());
    metrics.family(COMPLETE, "Whether every platform could be asked.");
    metrics.sample(COMPLETE, &[], i64::from(is_complete));
    metrics.family(ASKED_AT, "When platforms were asked.");
    metrics.sample(ASKED_AT, &[], at.timestamp());
    for SinkMetric { name, help, value } in OF_SINKS {
        metrics.family(name, help);
        for sink in sinks {
            if let Some(value) = value(sink) {
                let (group, dataset) = (sink.group.to_string(), sink.dataset.to_string());
                let labels = [("platform", sink.platform.as_str()), ("group", &group), ("dataset", &dataset)];
                metrics.sample(name, &labels, value);
            }
        }
    }
    let name = "datasurface_job_waiting";
    metrics.family(name, "Jobs that have something to do, and wait.");
    for waiting in waiting {
        let labels = [("platform", waiting.platform.as_str()), ("job", waiting.job.as_str())];
        metrics.sample(name, &labels, 1);
    }
    let name = "datasurface_drifted";
    metrics.family(name, "Resources that are not as they were rendered.");
    for drifted in drifted {
        let labels = [("platform", drifted.platform.as_str()), ("resource", drifted.resource.as_str())];
        metrics.sample(name, &labels, 1);
    }
    for OfJob { name, help, value } in OF_JOBS {
        metrics.family(name, help);
        for last in last_runs {
            if let Some(value) = value(last) {
                let labels = [("platform", last.platform.as_str()), ("job", last.run.job.as_str())];
                metrics.sample(name, &labels, value);
            }
        }
    }
    metrics.0 + "# EOF\n"
}

/// No number of a batch or of seconds is larger.
fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl Metrics {
    /// Begins a family of gauges. The unit is the end of its name, if it has one.
    fn family(&mut self, name: &str, help: &str) {
        self.line(format_args!("# TYPE {name} gauge"));
        if name.ends_with("_seconds") {
            self.line(format_args!("# UNIT {name} seconds"));
        }
        self.line(format_args!("# HELP {name} {help}"));
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        let labels: Vec<String> =
            labels.iter().map(|(label, value)| format!("{label}=\"{}\"", escaped(value))).collect();
        match labels.is_empty() {
            true => self.line(format_args!("{name} {value}")),
            false => self.line(format_args!("{name}{{{}}} {value}", labels.join(","))),
        }
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // Nothing hinders writing to a text.
        let _ = writeln!(self.0, "{line}");
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_labels_are_escaped() {
        assert_eq!(escaped("a\\b\"c\nd"), r#"a\\b\"c\nd"#);
    }
}
