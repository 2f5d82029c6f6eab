//! A cluster of Flink, with its SQL gateway.

use super::{Engines, TestingError, failed, folder::Folder, free_ports, java::Program, no_port};
use crate::{GatewayClient, Limits, Tls};
use std::fs;

/// A session cluster of Flink, one process for each of its parts, and an SQL gateway.
#[derive(Debug)]
pub struct Flink {
    class_path: String,
    // Dropped in this order.
    gateway: Option<Program>,
    workers: Option<Program>,
    manager: Option<Program>,
    port: u16,
    rest_port: u16,
    /// Dropped last, when nobody writes there any more.
    folder: Folder,
}

/// Little memory, all of whose parts have to be named, and failures that are seen soon.
const CONFIGURATION: &str = "\
jobmanager.rpc.address: 127.0.0.1
jobmanager.bind-host: 127.0.0.1
jobmanager.memory.process.size: 1g
taskmanager.host: 127.0.0.1
taskmanager.bind-host: 127.0.0.1
taskmanager.numberOfTaskSlots: 5
taskmanager.cpu.cores: 1
taskmanager.memory.task.heap.size: 192m
taskmanager.memory.task.off-heap.size: 0
taskmanager.memory.managed.size: 64m
taskmanager.memory.network.min: 64m
taskmanager.memory.network.max: 64m
taskmanager.memory.framework.heap.size: 128m
taskmanager.memory.framework.off-heap.size: 64m
taskmanager.memory.jvm-metaspace.size: 192m
taskmanager.memory.jvm-overhead.min: 64m
taskmanager.memory.jvm-overhead.max: 64m
heartbeat.interval: 1000
heartbeat.timeout: 6000
rest.address: 127.0.0.1
rest.bind-address: 127.0.0.1
sql-gateway.endpoint.rest.address: 127.0.0.1
sql-gateway.endpoint.rest.bind-address: 127.0.0.1
";

/// The packages of Java that Flink looks into.
const OPENED: [&str; 12] = [
    "java.lang",
    "java.lang.reflect",
    "java.net",
    "java.io",
    "java.nio",
    "java.text",
    "java.time",
    "java.util",
    "java.util.concurrent",
    "java.util.concurrent.atomic",
    "java.util.concurrent.locks",
    "sun.nio.ch",
];

impl Flink {
    /// Starts a cluster and a gateway, and waits until they answer.
    ///
    /// # Errors
    ///
    /// If there is none, Java does not run, or a part does not start.
    pub fn start(engines: &Engines) -> Result<Self, TestingError> {
        // Somebody else may take a port before a part has it.
        Self::try_start(engines).or_else(|_| Self::try_start(engines))
    }

    fn try_start(engines: &Engines) -> Result<Self, TestingError> {
        let missing = |log| TestingError::Ended { program: "Flink".to_owned(), log };
        let class_path = engines.flink().map_err(missing)?;
        let folder = Folder::new()?;
        let [rpc_port, rest_port, port] = free_ports(3)?[..] else { return Err(no_port()) };
        let conf = folder.path().join("conf");
        fs::create_dir(&conf).map_err(failed("making a folder"))?;
        let checkpoints = folder.path().join("checkpoints");
        let configuration = format!(
            "{CONFIGURATION}jobmanager.rpc.port: {rpc_port}\nrest.port: {rest_port}\n\
             sql-gateway.endpoint.rest.port: {port}\nexecution.checkpointing.dir: file://{}\n\
             io.tmp.dirs: {}\n",
            checkpoints.display(),
            folder.path().display()
        );
        fs::write(conf.join("config.yaml"), configuration).map_err(failed("writing a configuration"))?;
        let mut flink =
            Self { class_path, gateway: None, workers: None, manager: None, port, rest_port, folder };
        flink.start_manager()?;
        flink.gateway =
            Some(flink.program("gateway", "the SQL gateway", "org.apache.flink.table.gateway.SqlGateway")?);
        flink.restart_workers()?;
        Ok(flink)
    }

    /// The address of the gateway.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The last lines of the logs.
    #[must_use]
    pub fn log_end(&self) -> String {
        let parts = [&self.manager, &self.workers, &self.gateway];
        parts.into_iter().flatten().map(Program::log_end).collect::<Vec<_>>().join("\n\n")
    }

    /// Kills the manager as `kill -9` would, and starts it again: it knows of no job any more. Waits until the cluster answers.
    ///
    /// # Errors
    ///
    /// If it does not start.
    pub fn lose_manager(&mut self) -> Result<(), TestingError> {
        self.manager = None;
        self.start_manager()?;
        self.wait()
    }

    fn start_manager(&mut self) -> Result<(), TestingError> {
        let main = "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint";
        self.manager = Some(self.program("manager", "the manager of Flink", main)?);
        Ok(())
    }

    /// Kills the workers as `kill -9` would. Jobs are started again when there are workers again.
    pub fn kill_workers(&mut self) {
        self.workers = None;
    }

    /// Starts workers, and waits until the cluster answers.
    ///
    /// # Errors
    ///
    /// If they do not start.
    pub fn restart_workers(&mut self) -> Result<(), TestingError> {
        self.workers = None;
        let main = "org.apache.flink.runtime.taskexecutor.TaskManagerRunner";
        self.workers = Some(self.program("workers", "the workers of Flink", main)?);
        self.wait()
    }

    fn wait(&mut self) -> Result<(), TestingError> {
        if let Some(manager) = &mut self.manager {
            manager.wait_for(self.rest_port)?;
        }
        if let Some(gateway) = &mut self.gateway {
            gateway.wait_for(self.port)?;
        }
        // The gateway asks the cluster, so an answer means that both run. Jobs wait for workers by themselves.
        GatewayClient::new(&self.url(), &Tls::new(), None, Limits::default())?.jobs()?;
        Ok(())
    }

    fn program(&self, part: &str, name: &'static str, main: &str) -> Result<Program, TestingError> {
        let folder = self.folder.path().join(part);
        fs::create_dir_all(&folder).map_err(failed("making a folder"))?;
        let conf = self.folder.path().join("conf");
        let mut options: Vec<String> =
            OPENED.iter().map(|package| format!("--add-opens=java.base/{package}=ALL-UNNAMED")).collect();
        options.push("-Xmx384m".to_owned());
        let environment = [format!("FLINK_CONF_DIR={}", conf.display())];
        // The gateway finds its configuration by the environment alone.
        let arguments = match part {
            "gateway" => Vec::new(),
            _ => vec!["--configDir".to_owned(), conf.display().to_string()],
        };
        Program::start_class(&folder, name, &environment, &options, [&self.class_path, main], &arguments)
    }
}
