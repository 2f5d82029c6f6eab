//! Jobs: each runs in the version that was rendered.
//!
//! A job that goes on after a failure has what it remembers, by its checkpoints, and so does its place in its inputs. One that begins anew has
//! neither, and could not know which rows of its output are there no more: so these are deleted first.

use super::{clients::Clients, clients::rest_failed, output, rendered::Rendered, required};
use crate::render::Job;
use datasurface_kafka_client::{FlinkJob, GatewayClient, JobState};
use datasurface_platform::{RuntimeContext, prelude::*};
use std::{
    thread,
    time::{Duration, Instant},
};

/// The longest time for a job to start, or to stop.
const PATIENCE: Duration = Duration::from_secs(120);

/// The time between two looks.
const PAUSE: Duration = Duration::from_millis(200);

/// Returns the jobs of a name that the cluster has to do with, of whatever version.
///
/// # Errors
///
/// If the gateway cannot be asked.
fn alive(gateway: &GatewayClient, name: &str) -> Result<Vec<FlinkJob>, PlatformError> {
    let failed = |error| rest_failed(format!("looking for the job `{name}`"), error);
    let mut jobs = gateway.jobs().map_err(failed)?;
    jobs.retain(|job| job.state.is_alive() && Job::is_called(name, &job.name));
    Ok(jobs)
}

/// Returns the state of a job in the version that was rendered; none if the cluster does not know it.
///
/// # Errors
///
/// If the gateway cannot be asked.
pub(super) fn state(clients: &Clients, job: &Job) -> Result<Option<JobState>, PlatformError> {
    let gateway = gateway(clients, &job.name)?;
    let failed = |error| rest_failed(format!("looking for the job `{}`", job.name), error);
    let jobs = gateway.jobs().map_err(failed)?;
    let name = job.full_name();
    let states = || jobs.iter().filter(|found| found.name == name).map(|found| found.state);
    // Earlier runs of it are remembered for a while.
    Ok(states().find(|state| state.is_alive()).or_else(|| states().next()))
}

/// Lets a job run in the version that was rendered, and no other one. Returns whether anything was to be done.
///
/// # Errors
///
/// If the gateway refuses a statement, a job does not start or stop in time, or its inputs have other types than those of the model.
pub(super) fn ensure(
    clients: &mut Clients,
    site: &RuntimeContext<'_>,
    rendered: &Rendered,
    job: &Job,
) -> Result<bool, PlatformError> {
    let found = alive(gateway(clients, &job.name)?, &job.name)?;
    let name = job.full_name();
    let mut running = false;
    if found.is_empty() {
        required::wait(clients, site, rendered, job)?;
    }
    if let Some(problem) = stop_mistyped(clients, site, job)? {
        let context = format!("starting the job `{}`", job.name);
        return Err(PlatformError::new(PlatformErrorKind::Config, context).caused_by(problem));
    }
    for one in &found {
        // Two calls at once may have started it twice.
        match one.name == name && !running {
            true => running = true,
            false => stop(gateway(clients, &job.name)?, site, one)?,
        }
    }
    if running {
        return Ok(false);
    }
    begin(clients, site, job)?;
    Ok(true)
}

/// Stops a job that reads other types than those of the model, and returns the reason; none of a job that does not.
///
/// # Errors
///
/// If the registry or the gateway cannot be asked, or it does not stop in time.
pub(super) fn stop_mistyped(
    clients: &Clients,
    site: &RuntimeContext<'_>,
    job: &Job,
) -> Result<Option<String>, PlatformError> {
    let Some(problem) = required::problem(clients, job)? else { return Ok(None) };
    let gateway = gateway(clients, &job.name)?;
    for one in alive(gateway, &job.name)? {
        stop(gateway, site, &one)?;
    }
    Ok(Some(problem))
}

/// Stops all jobs of a name, and forgets how far they had read.
///
/// # Errors
///
/// If the gateway cannot be asked, or one does not stop in time.
pub(super) fn remove(
    clients: &mut Clients,
    site: &RuntimeContext<'_>,
    name: &str,
) -> Result<(), PlatformError> {
    // Where the settings name no gateway any more, nobody knows where it is.
    let Some(gateway) = &clients.gateway else { return Ok(()) };
    for job in alive(gateway, name)? {
        stop(gateway, site, &job)?;
    }
    output::forget_group(&mut clients.kafka, name)
}

/// Deletes the rows of the output, and starts the job from the beginning of its inputs.
fn begin(clients: &mut Clients, site: &RuntimeContext<'_>, job: &Job) -> Result<(), PlatformError> {
    output::forget_group(&mut clients.kafka, &job.name)?;
    for topic in &job.writes {
        output::clear(clients, topic, site.now)?;
    }
    let mut properties = job.properties.clone();
    properties.insert("pipeline.name".to_owned(), job.full_name());
    let gateway = gateway(clients, &job.name)?;
    let failed = |error| rest_failed(format!("starting the job `{}`", job.name), error);
    gateway.execute(&job.name, &properties, &job.statements).map_err(failed)?;
    wait(site, &job.name, "does not start", || {
        let jobs = alive(gateway, &job.name)?;
        Ok(jobs.iter().any(|found| found.name == job.full_name() && found.state == JobState::Running))
    })
}

fn stop(gateway: &GatewayClient, site: &RuntimeContext<'_>, job: &FlinkJob) -> Result<(), PlatformError> {
    let failed = |error| rest_failed(format!("stopping the job `{}`", job.name), error);
    gateway.stop(&job.id).map_err(failed)?;
    wait(site, &job.name, "does not stop", || {
        let jobs = gateway.jobs().map_err(failed)?;
        Ok(jobs.iter().all(|found| found.id != job.id || is_gone(found.state)))
    })
}

/// Whether a job writes no more.
fn is_gone(state: JobState) -> bool {
    matches!(state, JobState::Over | JobState::Failed)
}

fn wait(
    site: &RuntimeContext<'_>,
    name: &str,
    otherwise: &str,
    mut is_so: impl FnMut() -> Result<bool, PlatformError>,
) -> Result<(), PlatformError> {
    let began = Instant::now();
    let refuse = |reason: &str| {
        let context = format!("the job `{name}` {otherwise}");
        Err(PlatformError::new(PlatformErrorKind::External, context).caused_by(reason.to_owned()))
    };
    while !is_so()? {
        if site.watcher.is_cancelled() {
            return refuse("it was cancelled");
        }
        if began.elapsed() > PATIENCE {
            return refuse("the cluster takes too long: it may have no free slots; look into its log");
        }
        thread::sleep(PAUSE);
    }
    Ok(())
}

fn gateway<'c>(clients: &'c Clients, name: &str) -> Result<&'c GatewayClient, PlatformError> {
    clients.gateway.as_ref().ok_or_else(|| {
        let context = format!("asking for the job `{name}`");
        PlatformError::new(PlatformErrorKind::Config, context)
            .caused_by("the settings name no Flink any more: render again".to_owned())
    })
}
