//! Connectors: each has the configuration that was rendered, and runs.

use super::{clients::rest_failed, failure};
use crate::{render::Connector, transition::Signal};
use datasurface_kafka_client::{ConnectClient, ConnectorConfig, ConnectorState, ConnectorStatus, Put};
use datasurface_platform::{RuntimeContext, prelude::*};
use std::{
    thread,
    time::{Duration, Instant},
};

/// The longest time for a connector to start, or to stop.
const PATIENCE: Duration = Duration::from_secs(120);

/// The time for which a failure must last: that of a task which is being replaced is over soon.
const LASTING: Duration = Duration::from_secs(8);

/// The time between two looks.
const PAUSE: Duration = Duration::from_millis(500);

/// Returns the configuration that was rendered.
pub(super) fn config(connector: &Connector) -> ConnectorConfig {
    connector.config.iter().collect()
}

/// Whether a record is for this connector.
pub(super) fn is_for(connector: &Connector, signal: &Signal) -> bool {
    connector.config.get("topic.prefix") == Some(&signal.key)
        && connector.config.get("signal.kafka.topic") == Some(&signal.topic)
}

/// Gives a connector its configuration, and waits until it runs. Returns whether anything was to be done.
///
/// One that is about to be sent a record is stopped before it gets another configuration: the task of before would read the record and know
/// nothing of the tables that it names.
///
/// # Errors
///
/// If Connect refuses the configuration, or the connector does not run in time.
pub(super) fn ensure(
    connect: &ConnectClient,
    site: &RuntimeContext<'_>,
    connector: &Connector,
    is_asked: bool,
) -> Result<bool, PlatformError> {
    let name = &connector.name;
    let failed = |error| rest_failed(format!("deploying the connector `{name}`"), error);
    let wanted = config(connector);
    // An earlier call may have been killed after it stopped the connector.
    let status = connect.status(name).map_err(failed)?;
    let mut is_stopped = status.is_some_and(|status| status.state == ConnectorState::Stopped);
    let found = connect.config(name).map_err(failed)?;
    if is_asked && !is_stopped && found.is_some_and(|found| is_other(&found, name, &wanted)) {
        stop(connect, site, name)?;
        is_stopped = true;
    }
    let put = connect.put(name, &wanted).map_err(failed)?;
    // The state is not asked for here: a stopped connector that is given another configuration is unassigned for a moment.
    if is_stopped {
        connect.resume(name).map_err(failed)?;
    }
    if put == Put::Unchanged && !is_stopped {
        // An earlier call may have been killed before it ran, and a failure of it is one of status.
        return Ok(false);
    }
    wait(connect, site, name, "does not run", ConnectorStatus::is_running)?;
    Ok(true)
}

/// Whether a connector has another configuration. Connect adds the name.
pub(super) fn is_other(found: &ConnectorConfig, name: &str, wanted: &ConnectorConfig) -> bool {
    *found != wanted.clone().with("name", name)
}

/// Starts what failed of a connector again. Returns the failure, if there was one.
///
/// # Errors
///
/// If Connect cannot be reached.
pub(super) fn restart_failed(
    connect: &ConnectClient,
    connector: &Connector,
) -> Result<Option<String>, PlatformError> {
    let name = &connector.name;
    let failed = |error| rest_failed(format!("starting the connector `{name}` again"), error);
    let Some(status) = connect.status(name).map_err(failed)? else {
        return Ok(Some("it is not there; apply what was rendered".to_owned()));
    };
    let Some(trace) = status.failure() else { return Ok(None) };
    connect.restart_failed(name).map_err(failed)?;
    Ok(Some(format!("{}; it was started again", failure::summary(trace))))
}

/// Stops a connector, and waits until it has no tasks.
///
/// # Errors
///
/// As [`wait`].
pub(super) fn stop(
    connect: &ConnectClient,
    site: &RuntimeContext<'_>,
    name: &str,
) -> Result<(), PlatformError> {
    let failed = |error| rest_failed(format!("stopping the connector `{name}`"), error);
    connect.stop(name).map_err(failed)?;
    wait(connect, site, name, "does not stop", |status| {
        status.state == ConnectorState::Stopped && status.tasks.is_empty()
    })
}

/// Waits until a connector is as it should be.
///
/// # Errors
///
/// If it fails, or is not so in time, or the caller cancels.
pub(super) fn wait(
    connect: &ConnectClient,
    site: &RuntimeContext<'_>,
    name: &str,
    otherwise: &str,
    is_so: impl Fn(&ConnectorStatus) -> bool,
) -> Result<(), PlatformError> {
    let began = Instant::now();
    let mut failing_since: Option<Instant> = None;
    let refuse = |reason: String| {
        let context = format!("the connector `{name}` {otherwise}");
        Err(PlatformError::new(PlatformErrorKind::External, context).caused_by(reason))
    };
    loop {
        let failed = |error| rest_failed(format!("waiting for the connector `{name}`"), error);
        let status = connect.status(name).map_err(failed)?;
        if status.as_ref().is_some_and(&is_so) {
            return Ok(());
        }
        match status.as_ref().and_then(ConnectorStatus::failure) {
            Some(trace) => {
                let since = *failing_since.get_or_insert_with(Instant::now);
                if since.elapsed() > LASTING {
                    return refuse(failure::summary(trace));
                }
            }
            None => failing_since = None,
        }
        if site.watcher.is_cancelled() {
            return refuse("it was cancelled".to_owned());
        }
        if began.elapsed() > PATIENCE {
            let found = status.map_or_else(|| "it is not there".to_owned(), |status| status.to_string());
            let seconds = PATIENCE.as_secs();
            return refuse(format!("{found} after {seconds} seconds; look into the log of Connect"));
        }
        thread::sleep(PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::fake_connect;
    use datasurface_kafka_client::{Limits, Tls};
    use datasurface_platform::{
        EnvironmentCredentials, OperatorConfirmations, PreviousTarget, RenderedFiles, RunObserver,
        hook::PlatformHooks,
    };
    use std::path::Path;

    /// An observer who ends a call that waits for ten looks.
    #[derive(Debug)]
    struct Impatient(Instant);

    impl RunObserver for Impatient {
        fn job_started(&self, _address: &str) {}

        fn is_cancelled(&self) -> bool {
            self.0.elapsed() > PAUSE * 10
        }
    }

    #[test]
    fn a_connector_that_was_stopped_for_another_configuration_runs_again() {
        let url = fake_connect::start(serde_json::json!({ "name": "source", "tables": "a" }));
        let connect = ConnectClient::new(&url, &Tls::new(), None, Limits::default()).unwrap();
        let site = RuntimeContext {
            rendered: &RenderedFiles::default(),
            root: Path::new("."),
            credentials: &EnvironmentCredentials,
            now: chrono::DateTime::UNIX_EPOCH,
            watcher: &Impatient(Instant::now()),
            applied_to: PreviousTarget::default(),
            confirmed: OperatorConfirmations::default(),
            hooks: PlatformHooks::default(),
        };
        let config = [("tables".to_owned(), "a,b".to_owned())].into();
        let connector = Connector { name: "source".to_owned(), config };
        assert!(ensure(&connect, &site, &connector, true).unwrap());
        assert!(connect.status("source").unwrap().unwrap().is_running());
        assert!(!ensure(&connect, &site, &connector, true).unwrap(), "nothing is left to do");
    }
}
