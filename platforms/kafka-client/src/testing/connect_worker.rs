//! A worker of Kafka Connect.

use super::{
    Engines, TestingError, failed, folder::Folder, free_ports, java::Program, no_port, properties::Properties,
};
use crate::{ConnectClient, Limits, Tls};
use std::{collections::BTreeMap, fs, path::PathBuf};

/// A worker of Kafka Connect in distributed mode, with Debezium's connectors.
#[derive(Debug)]
pub struct ConnectWorker {
    engines: Engines,
    program: Option<Program>,
    configuration: PathBuf,
    port: u16,
    /// Dropped last, when nobody writes there any more.
    folder: Folder,
}

impl ConnectWorker {
    /// Starts a worker, and waits until it answers.
    ///
    /// `properties` are added to its configuration, as what it needs to log in.
    ///
    /// # Errors
    ///
    /// If Java does not run, or the worker does not start.
    pub fn start(
        engines: &Engines,
        bootstrap_servers: &str,
        properties: &BTreeMap<String, String>,
    ) -> Result<Self, TestingError> {
        let folder = Folder::new()?;
        let [port] = free_ports(1)?[..] else { return Err(no_port()) };
        let mut all = Properties::new([
            ("group.id", "connect-cluster"),
            ("config.storage.topic", "connect-configs"),
            ("config.storage.replication.factor", "1"),
            ("offset.storage.topic", "connect-offsets"),
            ("offset.storage.replication.factor", "1"),
            ("offset.storage.partitions", "1"),
            ("status.storage.topic", "connect-status"),
            ("status.storage.replication.factor", "1"),
            ("status.storage.partitions", "1"),
            ("key.converter", "org.apache.kafka.connect.json.JsonConverter"),
            ("value.converter", "org.apache.kafka.connect.json.JsonConverter"),
            ("plugin.discovery", "service_load"),
            ("offset.flush.interval.ms", "500"),
            ("scheduled.rebalance.max.delay.ms", "0"),
            // A worker that was killed is missed soon, and so are its consumers.
            ("session.timeout.ms", "6000"),
            ("heartbeat.interval.ms", "1000"),
            ("consumer.session.timeout.ms", "6000"),
        ]);
        all.set("bootstrap.servers", bootstrap_servers);
        all.set("plugin.path", engines.plugins());
        all.set("listeners", format!("http://localhost:{port}"));
        all.extend(properties);
        let configuration = folder.path().join("properties");
        fs::write(&configuration, all.to_string()).map_err(failed("writing a configuration"))?;
        let mut worker = Self { engines: engines.clone(), program: None, configuration, port, folder };
        worker.restart()?;
        Ok(worker)
    }

    /// The address of its REST API.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// The last lines of its log.
    #[must_use]
    pub fn log_end(&self) -> String {
        self.program.as_ref().map(Program::log_end).unwrap_or_default()
    }

    /// Kills the worker as `kill -9` would.
    pub fn kill(&mut self) {
        self.program = None;
    }

    /// Starts the worker again, and waits until it answers.
    ///
    /// # Errors
    ///
    /// If it does not start.
    pub fn restart(&mut self) -> Result<(), TestingError> {
        self.program = None;
        let main = "org.apache.kafka.connect.cli.ConnectDistributed";
        let mut program = Program::start(
            &self.engines,
            self.folder.path(),
            "the worker of Kafka Connect",
            main,
            &self.configuration,
        )?;
        program.wait_for(self.port)?;
        // It listens before it can answer.
        ConnectClient::new(&self.url(), &Tls::new(), None, Limits::default())?.connectors()?;
        self.program = Some(program);
        Ok(())
    }
}
