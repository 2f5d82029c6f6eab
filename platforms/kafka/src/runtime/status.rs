//! The status of consumers.

use super::{
    clients::{Clients, rest_failed},
    failure, jobs,
    progress::Progress,
    rendered::Rendered,
};
use crate::render::{Connector, Delivery, Job};
use datasurface_kafka_client::JobState;
use datasurface_platform::{SinkStatus, prelude::*};
use std::collections::BTreeMap;

/// The failures of connectors and jobs, by name.
type Failures = BTreeMap<String, String>;

/// Returns the status of each dataset of each group.
///
/// # Errors
///
/// If the brokers or Connect cannot be asked.
pub(super) fn sinks(clients: &mut Clients, rendered: &Rendered) -> Result<Vec<SinkStatus>, PlatformError> {
    let failures = failures(clients, rendered)?;
    let progress = Progress::read(clients, rendered)?;
    let sources = rendered.sources_by_topic();
    let jobs = rendered.jobs_by_topic();
    let mut sinks = Vec::new();
    for subscription in &rendered.subscriptions {
        let topic = subscription.topic.as_str();
        let source = sources.get(topic).copied();
        for consumer in &subscription.consumers {
            let deliveries = || subscription.deliveries_to(consumer);
            let job = jobs.get(topic).copied();
            let delivered = progress.delivered(clients, topic, job, deliveries())?;
            sinks.push(SinkStatus {
                group: consumer.group.clone(),
                dataset: subscription.dataset.clone(),
                stored_as: None,
                last_batch: None,
                schema_version: None,
                confirmed_at: delivered.until,
                promised: consumer.promised,
                undelivered: delivered.undelivered,
                rejected: 0,
                unfit: 0,
                last_failure: progress
                    .unreceived
                    .get(topic)
                    .map(|failure| format!("it is not received: {failure}"))
                    .or_else(|| failure_of(&failures, source, job, deliveries())),
                examples: Vec::new(),
            });
        }
    }
    sinks.sort_by(|one, other| (&one.group, &one.dataset).cmp(&(&other.group, &other.dataset)));
    Ok(sinks)
}

/// The failures of all connectors and jobs.
fn failures(clients: &Clients, rendered: &Rendered) -> Result<Failures, PlatformError> {
    let mut failures = Failures::new();
    let connect = &clients.connect;
    for job in rendered.jobs.values() {
        let failure = match jobs::state(clients, job)? {
            Some(JobState::Running) => None,
            Some(state) => Some(format!("it {state}")),
            None => Some("the cluster does not know it".to_owned()),
        };
        failures.extend(failure.map(|failure| (job.name.clone(), failure)));
    }
    for connector in rendered.connectors.values() {
        let name = &connector.name;
        let failed = |error| rest_failed(format!("looking at the connector `{name}`"), error);
        let failure = match connect.status(name).map_err(failed)? {
            None => Some("it is not there; apply again".to_owned()),
            Some(status) => status.failure().map(failure::summary),
        };
        failures.extend(failure.map(|failure| (name.clone(), failure)));
    }
    Ok(failures)
}

/// Returns the failure of what brings a dataset to its consumers: of the source or the job that writes its topic, or of a sink that reads it.
fn failure_of<'d>(
    failures: &Failures,
    source: Option<&Connector>,
    job: Option<&Job>,
    mut deliveries: impl Iterator<Item = &'d Delivery>,
) -> Option<String> {
    let of =
        |kind: &str, name: &str| failures.get(name).map(|failure| format!("its {kind} `{name}`: {failure}"));
    let source = source.and_then(|source| of("source", &source.name));
    let job = || of("job", &job?.name);
    source.or_else(job).or_else(|| deliveries.find_map(|delivery| of("sink", &delivery.sink)))
}
