//! `run`: applies what was rendered and not applied yet, and runs its jobs.

use crate::{
    answer::Answer,
    arguments::{self, Format},
    clock::now,
    codes::NO_TIMETABLE,
    table::Table,
    target,
    text::{count, printable},
};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use datasurface_broker::{Broker, OperationContext};
use datasurface_model::{Diagnostic, Findings, ModelPath, PlatformName};
use datasurface_platform::{ApplyReport, OperatorConfirmations, RunMode, RunObserver, RunReport, RunRequest};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    io::{self, IsTerminal, Write},
    process::ExitCode,
    thread,
    time::Duration,
};

/// The longest sleep: clocks are set, and computers sleep, too.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);

/// What was done, for programs.
#[derive(Debug, Default, Serialize)]
struct RunJson {
    findings: Findings,
    applied: BTreeMap<PlatformName, ApplyReport>,
    ran: BTreeMap<PlatformName, RunReport>,
}

pub(crate) fn run(arguments: &arguments::Run, broker: &Broker) -> Answer<'static> {
    let request = requested(arguments);
    let run = if arguments.verify { verify } else { round };
    answer(arguments, run(arguments, broker, &request))
}

/// Runs now, and again whenever something is due. What was rendered in between is applied.
pub(crate) fn follow(arguments: &arguments::Run, broker: &Broker) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    let mut left = arguments.rounds;
    let mut has_begun = false;
    loop {
        let request = if has_begun { RunRequest::due() } else { requested(arguments) };
        let mut ran = round(arguments, broker, &request);
        let due = match next_due(arguments, broker) {
            Ok(due) => due,
            // Somebody may be writing the target just now.
            Err(_) if has_begun => Some(now() + LONGEST_SLEEP),
            Err(_) => None,
        };
        has_begun |= due.is_some();
        left = left.map(|left| left.saturating_sub(1));
        let is_last = left == Some(0);
        if due.is_none() && !is_last && !ran.findings.has_errors() {
            ran.findings.extend([no_timetable()]);
        }
        let is_well = ran.is_well();
        let delivered = answer(arguments, ran).deliver();
        if !is_well {
            code = delivered;
        }
        match due {
            Some(due) if !is_last => wait(due),
            _ => return code,
        }
    }
}

fn requested(arguments: &arguments::Run) -> RunRequest {
    let mode = if arguments.until_idle { RunMode::UntilIdle } else { RunMode::Once };
    let request = arguments.select.iter().fold(RunRequest::from(mode), RunRequest::select);
    let request = arguments.full_refresh.iter().fold(request, RunRequest::full_refresh);
    let request = arguments.resync.iter().fold(request, RunRequest::resync);
    if arguments.verify { request.verify() } else { request }
}

/// Compares copies, and applies nothing.
fn verify(arguments: &arguments::Run, broker: &Broker, request: &RunRequest) -> RunJson {
    let (target, mut findings) = match target::open_to_run(&arguments.site) {
        Ok(opened) => opened,
        Err(findings) => return RunJson { findings, ..RunJson::default() },
    };
    let root = target::root(&arguments.site, &target);
    let confirmed = confirmed(arguments);
    let watched = OperationContext { watcher: &Terminal, confirmed, ..target::operation(&root, now()) };
    let ran = broker.run(&target, &watched, request);
    findings.extend(ran.findings);
    RunJson { findings, ran: ran.done, ..RunJson::default() }
}

fn round(arguments: &arguments::Run, broker: &Broker, request: &RunRequest) -> RunJson {
    let (mut target, mut findings) = match target::open_to_apply(&arguments.site) {
        Ok(opened) => opened,
        Err(findings) => return RunJson { findings, ..RunJson::default() },
    };
    progress("applying what was rendered");
    let root = target::root(&arguments.site, &target);
    let confirmed = confirmed(arguments);
    let watched = || OperationContext { watcher: &Terminal, confirmed, ..target::operation(&root, now()) };
    let applied = match broker.apply(&mut target, &watched()) {
        Ok(applied) => applied,
        Err(error) => {
            findings.extend(error.findings());
            return RunJson { findings, ..RunJson::default() };
        }
    };
    for (platform, ApplyReport { done, .. }) in applied.done.iter().filter(|(_, applied)| applied.done > 0) {
        progress(&format!("{platform}: {} carried out", count(*done, "step")));
    }
    progress("running jobs");
    let ran = broker.run(&target, &watched(), request);
    let known: Vec<Diagnostic> = applied.findings.iter().cloned().collect();
    findings.extend(ran.findings.iter().filter(|finding| !known.contains(finding)).cloned());
    findings.extend(known);
    RunJson { findings, applied: applied.done, ran: ran.done }
}

fn confirmed(arguments: &arguments::Run) -> OperatorConfirmations {
    let end_of_day = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc() + TimeDelta::days(1);
    OperatorConfirmations {
        accept_other_database: arguments.begin_anew,
        clock_until: arguments.trust_clock.map(end_of_day),
    }
}

impl RunJson {
    fn is_well(&self) -> bool {
        let has_failed = |report: &RunReport| {
            !report.failures.is_empty()
                || report.compared.iter().any(|compared| !compared.is_equal())
                || report.datasets.iter().any(|run| run.failure.is_some())
        };
        !self.findings.has_errors() && !self.ran.values().any(has_failed)
    }
}

fn answer(arguments: &arguments::Run, mut ran: RunJson) -> Answer<'static> {
    if !arguments.show_values {
        let failures = ran.ran.values_mut().flat_map(|report| &mut report.failures);
        failures.for_each(|failure| failure.examples.clear());
    }
    let is_well = ran.is_well();
    match arguments.format {
        Format::Text => Answer::text(summary(&ran), &ran.findings, is_well),
        Format::Json => Answer::json(&ran, is_well),
    }
}

/// What moved, then what failed, then all of it in a line.
fn summary(ran: &RunJson) -> String {
    if ran.applied.is_empty() && ran.ran.is_empty() {
        return String::new();
    }
    if ran.ran.values().any(|report| !report.compared.is_empty()) {
        return comparison(ran);
    }
    let mut table = Table::new(["dataset", "platform"])
        .numbers(["batch", "inserted", "updated", "deleted", "unchanged"])
        .text("failure");
    let reports = || ran.ran.values();
    let runs = ran.ran.iter().flat_map(|(name, report)| report.datasets.iter().map(move |run| (name, run)));
    for (platform, run) in runs {
        let failure = if run.failure.is_some() { "failed" } else { "" };
        let numbers = [run.batch, run.inserted, run.updated, run.deleted, run.unchanged];
        let [batch, inserted, updated, deleted, unchanged] = numbers.map(|number| number.to_string());
        let dataset = run.dataset.to_string();
        let platform = platform.to_string();
        table.row([dataset, platform, batch, inserted, updated, deleted, unchanged, failure.to_owned()]);
    }
    let mut text = table.print();
    for run in reports().flat_map(|report| &report.datasets).filter(|run| run.rejected > 0) {
        let rows = count(usize::try_from(run.rejected).unwrap_or(usize::MAX), "row");
        text += &format!("set aside: {}: {rows}\n", run.dataset);
    }
    let failures: Vec<_> = reports().flat_map(|report| &report.failures).collect();
    for failure in &failures {
        text += &format!("failed: {}: {}\n", failure.job, failure.reason);
        text.extend(failure.examples.iter().map(|example| format!("  such as {example}\n")));
    }
    for said in reports().flat_map(|report| &report.remarks) {
        text += &format!("{}: {}\n", said.job, said.remark);
    }
    for job in reports().flat_map(|report| &report.waiting) {
        text += &format!("waiting: {job}\n");
    }
    for rounded in reports().flat_map(|report| &report.rounded) {
        let values = count(usize::try_from(rounded.values).unwrap_or(usize::MAX), "value");
        text += &format!("rounded: {}: {values} of `{}`\n", rounded.dataset, rounded.column);
    }
    let steps: usize = ran.applied.values().map(|applied| applied.done).sum();
    let moved = |run: &datasurface_platform::DatasetRun| run.inserted + run.updated + run.deleted;
    let moved: u64 = reports().flat_map(|report| &report.datasets).map(moved).sum();
    let moved = count(usize::try_from(moved).unwrap_or(usize::MAX), "record");
    // Where nothing ran before, everything was made as it is rendered, in no steps.
    if steps > 0 {
        text += &format!("{} applied, ", count(steps, "step"));
    }
    text += &format!("{moved} moved");
    if !failures.is_empty() {
        text += &format!(", {} failed", count(failures.len(), "job"));
    }
    text.push('\n');
    text
}

/// How each copy differs, then what could not be compared.
fn comparison(ran: &RunJson) -> String {
    let mut table =
        Table::new(["copy", "dataset", "platform"]).numbers(["missing", "added", "different"]).text("");
    let (mut all, mut different) = (0, 0);
    for (platform, report) in &ran.ran {
        for compared in &report.compared {
            let [missing, added, other] =
                [compared.missing, compared.added, compared.different].map(|number| number.to_string());
            let remark = if compared.is_equal() { "" } else { "differs" };
            all += 1;
            different += usize::from(!compared.is_equal());
            let (copy, dataset) = (compared.copy.to_string(), compared.dataset.to_string());
            table.row([copy, dataset, platform.to_string(), missing, added, other, remark.to_owned()]);
        }
    }
    let mut text = table.print();
    for failure in ran.ran.values().flat_map(|report| &report.failures) {
        text += &format!("failed: {}: {}\n", failure.job, failure.reason);
    }
    let copies = if all == 1 { "1 copy".to_owned() } else { format!("{all} copies") };
    text + &format!("{copies} compared, {different} with differences\n")
}

fn next_due(arguments: &arguments::Run, broker: &Broker) -> Result<Option<DateTime<Utc>>, Findings> {
    let (target, _) = target::open_to_run(&arguments.site)?;
    let due = broker.next_due(&target, &target::operation(&target::root(&arguments.site, &target), now()));
    Ok(due.done.into_values().min())
}

fn wait(until: DateTime<Utc>) {
    progress(&format!("waiting until {}", until.format("%Y-%m-%d %H:%M UTC")));
    while let Ok(left) = (until - now()).to_std()
        && !left.is_zero()
    {
        thread::sleep(left.min(LONGEST_SLEEP));
    }
}

/// Whoever sits at the terminal, if there is one.
#[derive(Debug)]
struct Terminal;

impl RunObserver for Terminal {
    fn job_started(&self, address: &str) {
        progress(&format!("  {address}"));
    }
}

/// Says what happens, if somebody is watching.
fn progress(address: &str) {
    let mut stderr = io::stderr().lock();
    if stderr.is_terminal() {
        // If it cannot be written, nobody is watching.
        let _ = writeln!(stderr, "{}", printable(address.to_owned()));
    }
}

fn no_timetable() -> Diagnostic {
    let path = ModelPath::root();
    Diagnostic::new(
        &NO_TIMETABLE,
        path,
        "nothing that is rendered has a timetable: there is nothing to follow",
    )
    .with_help(
        "give a capture a timetable in the model, or run without `--follow` when there is something to move",
    )
}
