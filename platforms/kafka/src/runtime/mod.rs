//! The runtime: it makes what was rendered exist, by the protocol of the brokers and the REST API of Connect, and says how it is.
//!
//! | file | idea |
//! |---|---|
//! | `rendered.rs` | what was rendered, read from files |
//! | `clients.rs`, `values.rs` | the brokers, Connect and the registry, with the logins of the settings; values of records |
//! | `topics.rs`, `access.rs`, `connectors.rs`, `subjects.rs` | each looks first at what is there, and changes what differs |
//! | `signals.rs` | what sources are asked for, and which of it is done |
//! | `jobs.rs`, `output.rs`, `required.rs` | jobs of Flink, what is deleted before one begins anew, and what types they must find |
//! | `reception/` | what other platforms publish in batches is written into topics |
//! | `removal.rs` | what is to go |
//! | `progress.rs`, `idle.rs` | how far sources and sinks are, and waiting for them |
//! | `status.rs`, `drift.rs`, `slot.rs`, `failure.rs` | what is there, held against what was rendered |
//!
//! Nothing is remembered: what is there is asked for. So an apply that was killed, or is called twice, does what is left to do. Data moves
//! without the runtime: Connect runs its connectors by itself, and starts them again where a worker dies. What other platforms publish is moved by the
//! runtime, whenever it runs.

mod access;
mod clients;
mod connectors;
mod drift;
mod failure;
mod idle;
mod jobs;
mod output;
mod progress;
mod reception;
mod removal;
mod rendered;
mod required;
mod signals;
mod slot;
mod status;
mod subjects;
mod topics;
mod values;

#[cfg(test)]
mod fake_connect;

use crate::KafkaPlatform;
use chrono::{DateTime, TimeDelta, Utc};
use clients::Clients;
use datasurface_kafka_client::JobState;
use datasurface_platform::{
    ApplyReport, JobFailure, RunMode, RunReport, RunRequest, RuntimeContext, Status, prelude::*,
};
use rendered::Rendered;

/// The time between two looks at connectors that may have failed.
const LOOKING_AFTER: TimeDelta = TimeDelta::minutes(1);

impl Runtime for KafkaPlatform {
    fn apply(&self, site: &RuntimeContext<'_>, _plan: &Plan) -> Result<ApplyReport, PlatformError> {
        let rendered = Rendered::read(site.rendered)?;
        self.refuse_too_many(&rendered)?;
        let mut clients = Clients::connect(self.settings(), site)?;
        let mut report = ApplyReport::default();
        let begin = |address: &ResourceAddress| site.watcher.job_started(address.as_str());
        let mut count = |is_changed: bool| match is_changed {
            true => report.done += 1,
            false => report.done_before += 1,
        };
        for (address, topic) in &rendered.topics {
            begin(address);
            count(topics::ensure(&mut clients.kafka, topic)?);
        }
        subjects::ensure(&clients, rendered.topics.values())?;
        for (address, list) in &rendered.access {
            begin(address);
            count(access::ensure(&mut clients, list)?);
        }
        for (address, connector) in &rendered.connectors {
            begin(address);
            let is_asked = rendered.signals.iter().any(|signal| connectors::is_for(connector, signal));
            count(connectors::ensure(&clients.connect, site, connector, is_asked)?);
        }
        for (address, job) in &rendered.jobs {
            begin(address);
            count(jobs::ensure(&mut clients, site, &rendered, job)?);
        }
        for signal in &rendered.signals {
            site.watcher.job_started(&signal.topic);
            signals::send(&mut clients.kafka, signal, site.now)?;
        }
        removal::remove(&mut clients, site, &rendered.removals)?;
        Ok(report)
    }

    fn run(&self, site: &RuntimeContext<'_>, request: &RunRequest) -> Result<RunReport, PlatformError> {
        let rendered = Rendered::read(site.rendered)?;
        let mut clients = Clients::connect(self.settings(), site)?;
        let mut report = RunReport::default();
        let received = reception::receive(&mut clients, site, &rendered)?;
        report.datasets = received.datasets;
        let mistyped = mistyped(&clients, site, &rendered)?;
        if request.mode == RunMode::UntilIdle && !mistyped.is_empty() {
            // What they make is not to be waited for.
            report.failures = mistyped;
        } else if request.mode == RunMode::UntilIdle {
            restarted(&mut clients, site, &rendered)?;
            report.failures = idle::wait(&mut clients, site, &rendered, self.settings().patience())?;
            report.failures.extend(self::mistyped(&clients, site, &rendered)?);
        } else {
            report.failures.extend(mistyped);
            for (address, connector) in &rendered.connectors {
                if let Some(reason) = connectors::restart_failed(&clients.connect, connector)? {
                    report.failures.push(JobFailure { job: address.clone(), reason, examples: Vec::new() });
                }
            }
            report.failures.extend(restarted(&mut clients, site, &rendered)?);
        }
        report.failures.extend(received.failures);
        // A source that was started again may need the mode that somebody let it have for one schema.
        if report.failures.is_empty() {
            subjects::ensure(&clients, rendered.topics.values())?;
        }
        Ok(report)
    }

    fn status(&self, site: &RuntimeContext<'_>) -> Result<Status, PlatformError> {
        let rendered = Rendered::read(site.rendered)?;
        let mut clients = Clients::connect(self.settings(), site)?;
        Ok(Status {
            sinks: status::sinks(&mut clients, &rendered)?,
            waiting: Vec::new(),
            drifted: drift::all(&mut clients, &rendered)?,
        })
    }

    /// Connectors have no timetable, and one that failed does not start again by itself: whoever runs what is due looks after them, and for batches of
    /// other platforms.
    fn next_due(&self, site: &RuntimeContext<'_>) -> Result<Option<DateTime<Utc>>, PlatformError> {
        let rendered = Rendered::read(site.rendered)?;
        let is_looked_after =
            !rendered.connectors.is_empty() || !rendered.jobs.is_empty() || !rendered.receptions.is_empty();
        Ok(is_looked_after.then_some(site.now + LOOKING_AFTER))
    }
}

impl KafkaPlatform {
    /// Refuses more connectors than the cluster of Connect takes, before anything is done.
    fn refuse_too_many(&self, rendered: &Rendered) -> Result<(), PlatformError> {
        let count = rendered.connectors.len();
        let most = self.settings().connectors.and_then(|most| usize::try_from(most).ok());
        let Some(most) = most.filter(|most| count > *most) else { return Ok(()) };
        let reason = format!(
            "{count} are rendered, and `connectors` is {most}: let databases share credentials, or declare another platform with another cluster"
        );
        Err(PlatformError::new(PlatformErrorKind::Config, "counting connectors").caused_by(reason))
    }
}

/// Stops jobs that read other types than those of the model, and returns one failure for each.
fn mistyped(
    clients: &Clients,
    site: &RuntimeContext<'_>,
    rendered: &Rendered,
) -> Result<Vec<JobFailure>, PlatformError> {
    let mut failures = Vec::new();
    for (address, job) in &rendered.jobs {
        let reason = jobs::stop_mistyped(clients, site, job)?;
        failures.extend(reason.map(|reason| JobFailure {
            job: address.clone(),
            reason,
            examples: Vec::new(),
        }));
    }
    Ok(failures)
}

/// Lets jobs run that do not, and returns one failure for each.
fn restarted(
    clients: &mut Clients,
    site: &RuntimeContext<'_>,
    rendered: &Rendered,
) -> Result<Vec<JobFailure>, PlatformError> {
    let mut failures = Vec::new();
    for (address, job) in &rendered.jobs {
        if required::problem(clients, job)?.is_some() {
            continue;
        }
        let state = jobs::state(clients, job)?;
        if state.is_some_and(JobState::is_alive) {
            continue;
        }
        let reason =
            state.map_or_else(|| "the cluster does not know it".to_owned(), |state| format!("it {state}"));
        jobs::ensure(clients, site, rendered, job)?;
        let reason = format!("{reason}; it was started again, and makes its output anew");
        failures.push(JobFailure { job: address.clone(), reason, examples: Vec::new() });
    }
    Ok(failures)
}
