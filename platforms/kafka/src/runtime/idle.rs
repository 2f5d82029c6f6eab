//! Waiting until everything that was at the sources at a moment is where consumers read it.

use super::{
    clients::{Clients, kafka_failed},
    connectors,
    progress::{self, Progress},
    rendered::Rendered,
};
use crate::render::Job;
use chrono::{DateTime, Utc};
use datasurface_kafka_client::{GroupOffsets, Offsets};
use datasurface_platform::{JobFailure, RuntimeContext, prelude::*};
use std::{
    collections::{BTreeMap, BTreeSet},
    thread,
    time::{Duration, Instant},
};

/// The time between two looks.
const PAUSE: Duration = Duration::from_millis(500);

/// The most times that one connector is started again.
const RESTARTS: usize = 3;

/// What is behind, and why.
type Behind = BTreeMap<ResourceAddress, String>;

/// Waits until every change that was made at a source before the time of the call is delivered. Returns what is behind when the time is over, or
/// when a connector fails again and again; nothing if all is delivered.
///
/// First, each source has to read up to the time of the call, by the clock of its database. Then jobs have to write what they make of what topics have at
/// that moment, and sinks have to read what topics have at that
/// moment: changes that come later are not waited for.
///
/// # Errors
///
/// If the brokers or Connect cannot be asked, or the caller cancels.
pub(super) fn wait(
    clients: &mut Clients,
    site: &RuntimeContext<'_>,
    rendered: &Rendered,
    patience: Duration,
) -> Result<Vec<JobFailure>, PlatformError> {
    let began = Instant::now();
    let mut restarts: BTreeMap<&ResourceAddress, usize> = BTreeMap::new();
    let mut goal: BTreeMap<String, Offsets> = BTreeMap::new();
    let mut is_read = false;
    loop {
        let mut behind = Behind::new();
        let mut is_hopeless = false;
        for (address, connector) in &rendered.connectors {
            let Some(failure) = connectors::restart_failed(&clients.connect, connector)? else { continue };
            let count = restarts.entry(address).or_default();
            *count += 1;
            is_hopeless |= *count > RESTARTS;
            behind.insert(address.clone(), failure);
        }
        if !is_read {
            let progress = Progress::read(clients, rendered)?;
            let sources = sources_behind(&progress, rendered, site.now);
            is_read = sources.is_empty();
            if is_read {
                // What jobs make of it may not be in their topics.
                let made = rendered.jobs_by_topic();
                goal = progress
                    .ends
                    .into_iter()
                    .filter(|(topic, _)| !made.contains_key(topic.as_str()))
                    .collect();
            }
            add(&mut behind, sources);
        }
        if is_read {
            add(&mut behind, jobs_behind(clients, &mut goal, rendered)?);
            let groups = progress::groups(&mut clients.kafka, rendered)?;
            add(&mut behind, sinks_behind(clients, &goal, &groups, rendered)?);
        }
        if behind.is_empty() || is_hopeless || began.elapsed() >= patience {
            add(&mut behind, unknown(rendered));
            let failure = |(job, reason)| JobFailure { job, reason, examples: Vec::new() };
            return Ok(behind.into_iter().map(failure).collect());
        }
        if site.watcher.is_cancelled() {
            let context = "waiting until everything is delivered";
            return Err(
                PlatformError::new(PlatformErrorKind::External, context).caused_by("it was cancelled")
            );
        }
        thread::sleep(PAUSE);
    }
}

/// The sources of which nobody knows how far they have read. Nothing is waited for, and nothing is claimed.
fn unknown(rendered: &Rendered) -> Behind {
    let sources = rendered.connectors.iter();
    let unknown = sources.filter(|(_, one)| one.is_source() && !one.is_source_with_times());
    let reason = "how far it has read is not known: the log of its database does not say so";
    unknown.map(|(address, _)| (address.clone(), reason.to_owned())).collect()
}

/// Adds what is behind. A failure that is known already says more.
fn add(behind: &mut Behind, more: Behind) {
    for (address, reason) in more {
        behind.entry(address).or_insert(reason);
    }
}

fn sources_behind(progress: &Progress, rendered: &Rendered, moment: DateTime<Utc>) -> Behind {
    let mut behind = Behind::new();
    for (address, source) in rendered.connectors.iter().filter(|(_, one)| one.is_source_with_times()) {
        let Some(source) = progress.sources.get(&source.name) else { continue };
        let reason = match source.read_until {
            None => Some("its first snapshot is not complete".to_owned()),
            Some(until) if until < moment => {
                let seconds = (moment - until).num_seconds();
                Some(format!(
                    "what was changed in the last {seconds} seconds before this call is not in topics"
                ))
            }
            Some(_) if !source.waiting_topics.is_empty() => {
                let topics = source.waiting_topics.iter();
                let reasons: Vec<String> =
                    topics.map(|(topic, reason)| format!("the snapshot for `{topic}` {reason}")).collect();
                Some(reasons.join("; "))
            }
            Some(_) => None,
        };
        behind.extend(reason.map(|reason| (address.clone(), reason)));
    }
    behind
}

/// Returns the jobs that have not read what their inputs had. The ends of what a job writes are a goal from the moment at which it has: a job says how
/// far it has read when all that it made of it is written.
fn jobs_behind(
    clients: &mut Clients,
    goal: &mut BTreeMap<String, Offsets>,
    rendered: &Rendered,
) -> Result<Behind, PlatformError> {
    let mut waiting: BTreeMap<&ResourceAddress, &Job> = rendered
        .jobs
        .iter()
        .filter(|(_, job)| job.writes.iter().any(|topic| !goal.contains_key(topic)))
        .collect();
    // Each one that is ready may be the input of another one.
    loop {
        let mut is_moving = false;
        for (address, job) in waiting.clone() {
            if is_written(clients, goal, job)? {
                let topics = job.writes.iter().map(String::as_str);
                goal.extend(progress::ends_of(&mut clients.kafka, topics)?);
                waiting.remove(address);
                is_moving = true;
            }
        }
        if !is_moving {
            let reason = "it has not read what its inputs had at this call";
            return Ok(waiting.into_keys().map(|address| (address.clone(), reason.to_owned())).collect());
        }
    }
}

/// Whether all that a job makes of its inputs up to the goal is written.
fn is_written(
    clients: &mut Clients,
    goal: &BTreeMap<String, Offsets>,
    job: &Job,
) -> Result<bool, PlatformError> {
    if job.reads.iter().any(|topic| !goal.contains_key(topic)) {
        return Ok(false);
    }
    let failed = |error| kafka_failed(format!("reading how far `{}` is", job.name), error);
    let read = clients.kafka.group_offsets(&job.name).map_err(failed)?;
    let groups = BTreeMap::from([(job.name.clone(), read)]);
    for topic in &job.reads {
        for (partition, offsets) in progress::unread(goal, &groups, &job.name, topic) {
            // Behind the last record of a transaction is its end, which no job reads.
            if progress::first_made_at(clients, topic, partition, offsets)?.is_some() {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

fn sinks_behind(
    clients: &mut Clients,
    goal: &BTreeMap<String, Offsets>,
    groups: &BTreeMap<String, GroupOffsets>,
    rendered: &Rendered,
) -> Result<Behind, PlatformError> {
    let mut unread: BTreeMap<&str, (i64, BTreeSet<&str>)> = BTreeMap::new();
    for subscription in &rendered.subscriptions {
        let topic = subscription.topic.as_str();
        for delivery in &subscription.deliveries {
            for (partition, offsets) in progress::unread(goal, groups, &delivery.sink, topic) {
                let count = offsets.end - offsets.start;
                if progress::first_made_at(clients, topic, partition, offsets)?.is_some() {
                    let (records, topics) = unread.entry(&delivery.sink).or_default();
                    *records += count;
                    topics.insert(topic);
                }
            }
        }
    }
    let of_sink = rendered.connectors.iter().filter_map(|(address, connector)| {
        let (records, topics) = unread.get(connector.name.as_str())?;
        let topics: Vec<String> = topics.iter().map(|topic| format!("`{topic}`")).collect();
        let records = if *records == 1 { "1 record is".to_owned() } else { format!("{records} records are") };
        Some((address.clone(), format!("{records} not written, of {}", topics.join(", "))))
    });
    Ok(of_sink.collect())
}
