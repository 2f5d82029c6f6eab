//! The status of consumers.

use super::{
    clients::{Clients, connect_failed, kafka_failed},
    failure,
    rendered::Rendered,
};
use crate::render::{Connector, Subscription};
use datasurface_kafka_client::ConnectClient;
use datasurface_platform::{SinkStatus, prelude::*};

/// Returns the status of each dataset of each group.
///
/// # Errors
///
/// If the brokers or Connect cannot be asked.
pub(super) fn sinks(clients: &mut Clients, rendered: &Rendered) -> Result<Vec<SinkStatus>, PlatformError> {
    let mut sinks = Vec::new();
    for subscription in &rendered.subscriptions {
        let failure = failure_of(clients, rendered, subscription)?;
        sinks.extend(subscription.consumers.iter().map(|consumer| SinkStatus {
            group: consumer.group.clone(),
            dataset: subscription.dataset.clone(),
            stored_as: None,
            last_batch: None,
            schema_version: None,
            confirmed_at: None,
            promised: consumer.promised,
            rejected: 0,
            unfit: 0,
            last_failure: failure.clone(),
            examples: Vec::new(),
        }));
    }
    sinks.sort_by(|one, other| (&one.group, &one.dataset).cmp(&(&other.group, &other.dataset)));
    Ok(sinks)
}

/// Returns the failure of what brings a dataset to its consumers: of the source that writes its topic, or of the sink that reads it, which
/// also says how many records it has not read.
fn failure_of(
    clients: &mut Clients,
    rendered: &Rendered,
    subscription: &Subscription,
) -> Result<Option<String>, PlatformError> {
    let topic = &subscription.topic;
    let writes = |connector: &&Connector| connector.config.values().any(|value| value == topic);
    let is_source = |connector: &&Connector| connector.config.contains_key("topic.prefix");
    let source = rendered.connectors.values().filter(is_source).find(writes);
    if let Some(source) = source
        && let Some(failure) = connector_failure(&clients.connect, &source.name)?
    {
        return Ok(Some(format!("its source `{}`: {failure}", source.name)));
    }
    for delivery in &subscription.deliveries {
        let Some(failure) = connector_failure(&clients.connect, &delivery.sink)? else { continue };
        let failed = |error| kafka_failed(format!("reading the lag of `{}`", delivery.sink), error);
        let lag = clients.kafka.lag(&format!("connect-{}", delivery.sink)).map_err(failed)?;
        let unread: i64 = lag.get(topic).into_iter().flat_map(|partitions| partitions.values()).sum();
        let unread = format!("{unread} records are not read");
        return Ok(Some(format!("its sink `{}`: {failure}; {unread}", delivery.sink)));
    }
    Ok(None)
}

fn connector_failure(connect: &ConnectClient, name: &str) -> Result<Option<String>, PlatformError> {
    let failed = |error| connect_failed(format!("looking at the connector `{name}`"), error);
    let status = connect.status(name).map_err(failed)?;
    Ok(match status {
        None => Some("it is not there; apply again".to_owned()),
        Some(status) => status.failure().map(failure::summary),
    })
}
