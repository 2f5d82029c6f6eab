//! Drift: what is there is not as it was rendered.

use super::{
    access,
    clients::{Clients, kafka_failed, rest_failed},
    connectors, failure, jobs,
    rendered::Rendered,
    required, slot, subjects, topics,
};
use crate::render::{Connector, Topic};
use datasurface_kafka_client::{ConnectClient, ConnectorState, JobState, KafkaClient};
use datasurface_platform::{DriftedResource, prelude::*};

/// Returns every resource that is not as it was rendered.
///
/// # Errors
///
/// If the brokers or Connect cannot be asked.
pub(super) fn all(clients: &mut Clients, rendered: &Rendered) -> Result<Vec<DriftedResource>, PlatformError> {
    let mut drifted = Vec::new();
    let mut add = |resource: &ResourceAddress, problem: Option<String>, is_repaired_by_run: bool| {
        let found = problem.map(|problem| DriftedResource {
            resource: resource.clone(),
            problem,
            is_repaired_by_run,
        });
        drifted.extend(found);
    };
    let existing = clients.registry.as_ref().map(subjects::existing).transpose()?.unwrap_or_default();
    for (address, topic) in &rendered.topics {
        add(address, topic_problem(&mut clients.kafka, topic)?, false);
        if let Some(registry) = &clients.registry {
            add(address, subjects::problem(registry, &existing, topic)?, true);
        }
    }
    for (address, list) in &rendered.access {
        let missing = access::missing(clients, list)?.len();
        let problem = (missing > 0).then(|| format!("{missing} of its rules are not there; apply again"));
        add(address, problem, false);
    }
    for (address, connector) in &rendered.connectors {
        let (problem, is_repaired) = connector_problem(&clients.connect, connector)?;
        add(address, problem, is_repaired);
        if connector.is_source() {
            add(address, slot::problem(clients, connector)?, false);
        }
    }
    for (address, job) in &rendered.jobs {
        if let Some(problem) = required::problem(clients, job)? {
            add(address, Some(problem), false);
            continue;
        }
        let (problem, is_repaired) = match jobs::state(clients, job)? {
            Some(JobState::Running | JobState::Starting) => (None, true),
            Some(JobState::Restarting) => {
                (Some("it failed, and Flink starts it again; its log says why".to_owned()), false)
            }
            Some(state) => (Some(format!("it {state}")), true),
            None => (Some("the cluster does not know it".to_owned()), true),
        };
        add(address, problem, is_repaired);
    }
    Ok(drifted)
}

fn topic_problem(kafka: &mut KafkaClient, topic: &Topic) -> Result<Option<String>, PlatformError> {
    let failed = |error| kafka_failed(format!("looking at the topic `{}`", topic.name), error);
    let Some(found) = kafka.topic(&topic.name).map_err(failed)? else {
        return Ok(Some("it is not there; apply again, and what was in it is lost".to_owned()));
    };
    if let Some(problem) = topics::other_partitions(topic, found.partitions.len()) {
        return Ok(Some(problem));
    }
    let differing = topics::differing(topic, &kafka.topic_configs(&topic.name).map_err(failed)?);
    let names: Vec<String> = differing.keys().map(|name| format!("`{name}`")).collect();
    Ok((!names.is_empty()).then(|| format!("{} is another value; apply again", names.join(" and "))))
}

/// Returns the problem of a connector, and whether a run repairs it.
fn connector_problem(
    connect: &ConnectClient,
    connector: &Connector,
) -> Result<(Option<String>, bool), PlatformError> {
    let name = &connector.name;
    let failed = |error| rest_failed(format!("looking at the connector `{name}`"), error);
    let Some(found) = connect.config(name).map_err(failed)? else {
        return Ok((Some("it is not there; apply again".to_owned()), false));
    };
    if connectors::is_other(&found, name, &connectors::config(connector)) {
        return Ok((Some("it has another configuration; apply again".to_owned()), false));
    }
    let Some(status) = connect.status(name).map_err(failed)? else { return Ok((None, false)) };
    Ok(match (status.failure(), status.state) {
        (Some(trace), _) => (Some(failure::summary(trace)), true),
        (None, ConnectorState::Paused) => {
            (Some("somebody paused it; resume it in Connect".to_owned()), false)
        }
        (None, ConnectorState::Stopped) => (Some("somebody stopped it; apply again".to_owned()), false),
        _ => (None, false),
    })
}
