//! `status`: shows how far each consumer is.

use crate::{
    answer::Answer,
    arguments::{self, StatusFormat},
    clock::now,
    drift::{self, PlatformDrift},
    history::{self, PlatformJobRun},
    metrics::metrics,
    shown::Shown,
    sink::{Sink, Waiting},
    table::Table,
    target,
    text::{count, in_words},
};
use chrono::{DateTime, Utc};
use datasurface_broker::Broker;
use datasurface_model::{Diagnostic, Findings, GroupKey};
use datasurface_platform::WaitingJob;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// How far all are, for programs.
#[derive(Debug, Serialize)]
struct StatusJson<'a> {
    #[serde(flatten)]
    findings: Shown<'a>,
    at: DateTime<Utc>,
    sinks: &'a [Sink],
    waiting: &'a [Waiting],
    drifted: &'a [PlatformDrift],
    #[serde(skip_serializing_if = "<[PlatformJobRun]>::is_empty")]
    history: &'a [PlatformJobRun],
}

/// What platforms answered.
#[derive(Default)]
struct StatusAnswers {
    sinks: Vec<Sink>,
    waiting: Vec<Waiting>,
    drifted: Vec<PlatformDrift>,
    history: Vec<PlatformJobRun>,
    findings: Findings,
}

pub(crate) fn status(arguments: &arguments::Status, broker: &Broker) -> Answer<'static> {
    let at = now();
    let StatusAnswers { mut sinks, waiting, drifted, history, findings } = ask(arguments, broker, at);
    if !arguments.show_values {
        sinks.iter_mut().for_each(|sink: &mut Sink| sink.examples.clear());
    }
    let is_complete = !findings.has_errors();
    let is_served = |sink: &Sink| sink.last_failure.is_none() && !sink.is_late;
    let all_are_served = sinks.iter().all(is_served) && drifted.is_empty();
    let is_well = is_complete && (arguments.exit_zero || all_are_served);
    match arguments.format {
        StatusFormat::Text => {
            let text = [summary(&sinks, &waiting) + &drift::lines(&drifted), history::summary(&history)];
            let parts: Vec<&str> = text.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
            Answer::text(parts.join("\n"), &findings, is_well)
        }
        StatusFormat::OpenMetrics => {
            let text = metrics(&sinks, &waiting, &drifted, &history, at, is_complete);
            Answer::text(text, &findings, is_well)
        }
        StatusFormat::Json => {
            let standing = StatusJson {
                findings: Shown(&findings),
                at,
                sinks: &sinks,
                waiting: &waiting,
                drifted: &drifted,
                history: &history,
            };
            Answer::json(&standing, is_well)
        }
    }
}

fn ask(arguments: &arguments::Status, broker: &Broker, at: DateTime<Utc>) -> StatusAnswers {
    let (target, findings) = match target::open_to_run(&arguments.site) {
        Ok(opened) => opened,
        Err(findings) => return StatusAnswers { findings, ..StatusAnswers::default() },
    };
    let mut asked = StatusAnswers { findings, ..StatusAnswers::default() };
    let root = target::root(&arguments.site, &target);
    let operation = target::operation(&root, at);
    let operated = broker.status(&target, &operation);
    for (platform, status) in operated.done {
        asked.sinks.extend(status.sinks.into_iter().map(|sink| Sink::from_status(&platform, sink, at)));
        let jobs = status.waiting.into_iter();
        asked.waiting.extend(jobs.map(|WaitingJob { job, waits_for }| Waiting {
            platform: platform.clone(),
            job,
            waits_for,
        }));
        asked
            .drifted
            .extend(status.drifted.into_iter().map(|drifted| PlatformDrift::new(&platform, drifted)));
    }
    asked.findings.extend(operated.findings.iter().cloned());
    // Metrics tell of the last run of each job; for all else, whoever wants more says so.
    let is_monitored = arguments.format == StatusFormat::OpenMetrics;
    if let Some(most) = if is_monitored { Some(1) } else { arguments.history } {
        let history = broker.history(&target, &operation, most);
        asked.history = PlatformJobRun::from_history(history.done);
        // A platform that could not say how far it is has been reported.
        let known: Vec<Diagnostic> = asked.findings.iter().cloned().collect();
        asked.findings.extend(history.findings.iter().filter(|finding| !known.contains(finding)).cloned());
    }
    asked
}

fn summary(sinks: &[Sink], waiting: &[Waiting]) -> String {
    let mut table = Table::new(["consumer", "dataset", "platform"])
        .numbers(["batch", "schema"])
        .text("arrived")
        .numbers(["lag", "promised"])
        .text("");
    for sink in sinks {
        let known = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        let state = match (&sink.last_failure, sink.is_late) {
            (Some(_), _) => Some("failed".to_owned()),
            (None, true) => Some("late".to_owned()),
            (None, false) => None,
        };
        let undelivered = sink.undelivered.filter(|records| *records > 0);
        let to_come = undelivered.map(|records| format!("{} to come", in_number(records, "record")));
        let remark: Vec<String> = state.into_iter().chain(to_come).collect();
        table.row([
            sink.group.to_string(),
            match &sink.stored_as {
                Some(storage) => format!("{}, stored as {storage}", sink.dataset),
                None => sink.dataset.to_string(),
            },
            sink.platform.to_string(),
            known(sink.batch.map(|batch| batch.to_string())),
            known(sink.schema_version.map(|version| version.to_string())),
            known(sink.arrived_at.map(|at| at.format("%Y-%m-%d %H:%M:%S UTC").to_string())),
            known(sink.lag_seconds.map(in_words)),
            known(sink.promised_seconds.map(in_words)),
            remark.join(", "),
        ]);
    }
    let mut text = table.print() + &set_aside(sinks) + &failures(sinks);
    for Waiting { job, waits_for, .. } in waiting {
        text += &format!("waiting: `{job}` waits until {waits_for}\n");
    }
    text
}

fn in_number(number: u64, noun: &str) -> String {
    count(usize::try_from(number).unwrap_or(usize::MAX), noun)
}

/// What is set aside, for all or for one consumer.
fn set_aside(sinks: &[Sink]) -> String {
    let mut lines = BTreeSet::new();
    for Sink { group, dataset, rejected, unfit, .. } in sinks {
        if *rejected > 0 {
            lines.insert(format!("set aside: {dataset}: {}\n", in_number(*rejected, "row")));
        }
        if *unfit > 0 {
            let versions = in_number(*unfit, "version");
            lines.insert(format!(
                "set aside: {dataset} for {group}: {versions} that its database cannot have\n"
            ));
        }
    }
    lines.into_iter().collect()
}

/// Each reason once, with all that it concerns.
fn failures(sinks: &[Sink]) -> String {
    let mut reasons: BTreeMap<&str, BTreeMap<&GroupKey, BTreeSet<String>>> = BTreeMap::new();
    let mut examples: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for sink in sinks {
        if let Some(reason) = &sink.last_failure {
            let datasets = reasons.entry(reason).or_default().entry(&sink.group).or_default();
            datasets.insert(sink.dataset.to_string());
            examples.entry(reason.as_str()).or_default().extend(sink.examples.iter().map(String::as_str));
        }
    }
    let mut text = String::new();
    for (reason, groups) in reasons {
        text += &format!("failed: {reason}\n");
        let examples = examples.get(reason).into_iter().flatten();
        text.extend(examples.map(|example| format!("  such as {example}\n")));
        for (group, datasets) in groups {
            text += &format!("  {group}: {}\n", Vec::from_iter(datasets).join(", "));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use datasurface_platform::SinkStatus;
    use serde_json::json;

    #[test]
    fn what_is_still_to_be_delivered_is_counted_where_it_is_known() {
        let said = |undelivered: Option<u64>, promised: Option<u64>| {
            let status = json!({
                "group": "Sales/live", "dataset": "Shop/orders", "promised": promised, "undelivered": undelivered
            });
            let status: SinkStatus = serde_json::from_value(status).unwrap();
            let sink = Sink::from_status(&"Stream".into(), status, DateTime::UNIX_EPOCH);
            let text = summary(&[sink], &[]);
            text.lines().next_back().unwrap_or_default().trim_end().to_owned()
        };
        assert!(said(Some(1), Some(60)).ends_with("late, 1 record to come"), "{}", said(Some(1), Some(60)));
        assert!(said(Some(2000), None).ends_with("2000 records to come"), "{}", said(Some(2000), None));
        for known in [None, Some(0)] {
            assert!(!said(known, None).contains("to come"));
        }
    }
}
