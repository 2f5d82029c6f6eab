//! What is to go: connectors with their offsets and slots, rules, and topics that nobody is owed any more.

use super::{
    access,
    clients::{Clients, kafka_failed, rest_failed},
    connectors::{stop, wait},
    jobs,
};
use crate::transition::{Removals, RemovedConnector};
use datasurface_kafka_client::{ConnectClient, ConnectorStatus};
use datasurface_platform::{RuntimeContext, prelude::*};

/// Removes what is there of these things. Connectors and jobs go first, whatever scopes they are of: nobody writes to a topic that goes.
///
/// # Errors
///
/// If something cannot be removed. What was removed stays so, and the next call goes on.
pub(super) fn remove(
    clients: &mut Clients,
    site: &RuntimeContext<'_>,
    removals: &[Removals],
) -> Result<(), PlatformError> {
    for connector in removals.iter().flat_map(|scope| &scope.connectors) {
        site.watcher.job_started(&connector.name);
        remove_connector(&clients.connect, site, connector)?;
    }
    for job in removals.iter().flat_map(|scope| &scope.jobs) {
        site.watcher.job_started(job);
        jobs::remove(clients, site, job)?;
    }
    for list in removals.iter().flat_map(|scope| &scope.access) {
        site.watcher.job_started(list.principal.as_deref().unwrap_or("rights of this user"));
        access::remove(clients, list)?;
    }
    for topic in removals.iter().flat_map(|scope| &scope.topics) {
        site.watcher.job_started(topic);
        let failed = |error| kafka_failed(format!("removing the topic `{topic}`"), error);
        clients.kafka.delete_topic(topic).map_err(failed)?;
    }
    // Where the settings name no registry any more, nobody knows where it is.
    if let Some(registry) = &clients.registry {
        for subject in removals.iter().flat_map(|scope| &scope.subjects) {
            let failed = |error| rest_failed(format!("removing the subject `{subject}`"), error);
            registry.delete_subject(subject).map_err(failed)?;
        }
    }
    Ok(())
}

/// Removes a connector, and what it keeps at its source. Whenever an earlier call was killed, all of it can be done again: a source that drops its
/// slot begins without offsets and without a snapshot, whether the slot is still there or not. One of the same name that comes later begins
/// anew, as its plan says.
fn remove_connector(
    connect: &ConnectClient,
    site: &RuntimeContext<'_>,
    removed: &RemovedConnector,
) -> Result<(), PlatformError> {
    let name = &removed.name;
    let failed = |error| rest_failed(format!("removing the connector `{name}`"), error);
    let Some(config) = connect.config(name).map_err(failed)? else { return Ok(()) };
    stop(connect, site, name)?;
    connect.delete_offsets(name).map_err(failed)?;
    if let Some(slot) = &removed.slot {
        // It is stopped before: the task of before knows nothing of the slot.
        let dropping = config.with("slot.drop.on.stop", "true").with("snapshot.mode", "no_data");
        connect.put(name, &dropping).map_err(failed)?;
        connect.resume(name).map_err(failed)?;
        let otherwise = format!(
            "cannot drop its replication slot: drop `{slot}` at the source by hand, delete the connector, and apply again"
        );
        wait(connect, site, name, &otherwise, ConnectorStatus::is_running)?;
        stop(connect, site, name)?;
        connect.delete_offsets(name).map_err(failed)?;
    }
    connect.delete(name).map_err(failed)?;
    Ok(())
}
