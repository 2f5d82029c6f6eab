//! A cluster of brokers.

use super::{
    ADMINISTRATOR, Engines, Listener, TestingError, failed,
    folder::Folder,
    free_ports,
    java::{self, Program},
    properties::Properties,
};
use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

/// The brokers that a test wants.
#[derive(Clone, Debug, Default)]
pub struct KafkaOptions {
    nodes: Option<usize>,
    listener: Listener,
    configs: BTreeMap<String, String>,
}

impl KafkaOptions {
    /// Builds the options of one broker without users.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the number of brokers.
    #[must_use]
    pub fn with_nodes(mut self, nodes: usize) -> Self {
        self.nodes = Some(nodes);
        self
    }

    /// Sets the way in which clients connect.
    #[must_use]
    pub fn with_listener(mut self, listener: Listener) -> Self {
        self.listener = listener;
        self
    }

    /// Adds a configuration of the brokers.
    #[must_use]
    pub fn config(mut self, name: impl Into<String>, value: impl ToString) -> Self {
        self.configs.insert(name.into(), value.to_string());
        self
    }
}

/// Brokers that run. Each is a controller, too.
#[derive(Debug)]
pub struct Kafka {
    engines: Engines,
    nodes: Vec<Node>,
    /// Dropped last, when nobody writes there any more.
    folder: Folder,
}

#[derive(Debug)]
struct Node {
    program: Option<Program>,
    folder: PathBuf,
    port: u16,
    operator_port: u16,
}

/// Files by their names, with their contents.
type Files = Vec<(OsString, Vec<u8>)>;

/// Any one will do: it only has to be the same for all brokers.
const CLUSTER: &str = "ZGF0YXN1cmZhY2UtdGVzdA";

impl Kafka {
    /// Starts brokers, and waits until they listen.
    ///
    /// # Errors
    ///
    /// If Java does not run, or a broker does not start.
    pub fn start(engines: &Engines, options: &KafkaOptions) -> Result<Self, TestingError> {
        // Somebody else may take a port before a broker has it.
        Self::try_start(engines, options).or_else(|_| Self::try_start(engines, options))
    }

    fn try_start(engines: &Engines, options: &KafkaOptions) -> Result<Self, TestingError> {
        let folder = Folder::new()?;
        let count = options.nodes.unwrap_or(1).max(1);
        let ports = free_ports(3 * count)?;
        let ports: Vec<[u16; 3]> = ports.chunks_exact(3).filter_map(|three| three.try_into().ok()).collect();
        let mut kafka = Self { engines: engines.clone(), nodes: Vec::new(), folder };
        for (index, own) in ports.iter().enumerate() {
            let folder = kafka.folder.path().join(index.to_string());
            fs::create_dir(&folder).map_err(failed("making a folder"))?;
            let mut properties = properties(index, &ports);
            properties.set("log.dirs", folder.join("data").display());
            options.listener.configure(&mut properties);
            properties.extend(&options.configs);
            fs::write(folder.join("properties"), properties.to_string())
                .map_err(failed("writing a configuration"))?;
            let [port, operator_port, _] = *own;
            let node = Node { program: None, folder, port, operator_port };
            node.format(engines, index, &options.listener)?;
            kafka.nodes.push(node);
        }
        // Controllers wait for each other.
        for node in &mut kafka.nodes {
            node.start(engines)?;
        }
        for node in &mut kafka.nodes {
            node.wait()?;
        }
        Ok(kafka)
    }

    /// The addresses of all brokers, with commas between them.
    #[must_use]
    pub fn bootstrap_servers(&self) -> String {
        let address = |node: &Node| format!("localhost:{}", node.port);
        self.nodes.iter().map(address).collect::<Vec<_>>().join(",")
    }

    /// The addresses for programs of an operator, as Kafka Connect: without a login, they may do everything.
    #[must_use]
    pub fn operator_servers(&self) -> String {
        let address = |node: &Node| format!("localhost:{}", node.operator_port);
        self.nodes.iter().map(address).collect::<Vec<_>>().join(",")
    }

    /// Reads a topic from its beginning with the consumer that comes with Kafka, as a member of a group: up to so many records, or until none comes.
    ///
    /// `properties` are its configuration, as what it needs to log in. Returns what it says: the values of records, each on its line, and why it
    /// reads no more.
    ///
    /// # Errors
    ///
    /// If Java does not run, or the consumer does not start.
    pub fn consume(
        &self,
        properties: &BTreeMap<String, String>,
        topic: &str,
        group: &str,
        most: usize,
    ) -> Result<String, TestingError> {
        let folder = Folder::new()?;
        let mut configuration = Properties::default();
        configuration.extend(properties);
        let file = folder.path().join("properties");
        fs::write(&file, configuration.to_string()).map_err(failed("writing a configuration"))?;
        let (servers, file, most) = (self.bootstrap_servers(), file.display().to_string(), most.to_string());
        let arguments = [
            "--bootstrap-server",
            &servers,
            "--consumer.config",
            &file,
            "--topic",
            topic,
            "--group",
            group,
            "--from-beginning",
            "--max-messages",
            &most,
            "--timeout-ms",
            "10000",
        ];
        let main = "org.apache.kafka.tools.consumer.ConsoleConsumer";
        java::run(&self.engines, folder.path(), main, &arguments)
    }

    /// Kills a broker as `kill -9` would. Brokers have numbers from 0, as ids.
    pub fn kill(&mut self, broker: usize) {
        if let Some(node) = self.nodes.get_mut(broker) {
            node.program = None;
        }
    }

    /// Starts a broker again that was killed, and waits until it listens.
    ///
    /// # Errors
    ///
    /// If it does not start.
    pub fn restart(&mut self, broker: usize) -> Result<(), TestingError> {
        let Some(node) = self.nodes.get_mut(broker) else { return Ok(()) };
        node.program = None;
        node.start(&self.engines)?;
        node.wait()
    }
}

impl Node {
    /// Formats the folder of its data. A broker without users finds there what every other one of its number does, so that is made once.
    fn format(&self, engines: &Engines, index: usize, listener: &Listener) -> Result<(), TestingError> {
        static FORMATTED: Mutex<BTreeMap<usize, Files>> = Mutex::new(BTreeMap::new());
        let data = self.folder.join("data");
        let Some(password) = listener.password() else {
            let mut formatted = FORMATTED.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(files) = formatted.get(&index) {
                fs::create_dir(&data).map_err(failed("making a folder"))?;
                let mut written = files.iter().map(|(name, content)| fs::write(data.join(name), content));
                return written.try_for_each(|outcome| outcome.map_err(failed("formatting a folder")));
            }
            self.format_with(engines, &[])?;
            formatted.insert(index, files(&data).map_err(failed("reading a folder"))?);
            return Ok(());
        };
        let users = ["SCRAM-SHA-256", "SCRAM-SHA-512"]
            .map(|mechanism| format!("{mechanism}=[name={ADMINISTRATOR},password={password}]"));
        self.format_with(engines, &users)
    }

    fn format_with(&self, engines: &Engines, users: &[String]) -> Result<(), TestingError> {
        let properties = self.folder.join("properties").display().to_string();
        let mut arguments = vec!["format", "-t", CLUSTER, "-c", properties.as_str()];
        for user in users {
            arguments.extend(["--add-scram", user.as_str()]);
        }
        java::run(engines, &self.folder, "kafka.tools.StorageTool", &arguments).map(drop)
    }

    fn start(&mut self, engines: &Engines) -> Result<(), TestingError> {
        let configuration = self.folder.join("properties");
        let program = Program::start(engines, &self.folder, "the broker", "kafka.Kafka", &configuration)?;
        self.program = Some(program);
        Ok(())
    }

    fn wait(&mut self) -> Result<(), TestingError> {
        self.program.as_mut().map_or(Ok(()), |program| program.wait_for(self.port))
    }
}

/// The files of a folder that has no folders, with their contents.
fn files(folder: &Path) -> io::Result<Files> {
    let entries = fs::read_dir(folder)?;
    entries.map(|entry| entry.and_then(|entry| Ok((entry.file_name(), fs::read(entry.path())?)))).collect()
}

/// The configuration of a broker. Each has a port for clients, one for brokers, and one for controllers.
fn properties(index: usize, ports: &[[u16; 3]]) -> Properties {
    let replication = ports.len().min(3).to_string();
    let mut properties = Properties::new([
        ("process.roles", "broker,controller"),
        ("controller.listener.names", "CONTROLLERS"),
        ("inter.broker.listener.name", "BROKERS"),
        ("auto.create.topics.enable", "false"),
        // Topics of Kafka itself have fifty partitions otherwise, each with its files.
        ("offsets.topic.num.partitions", "1"),
        ("offsets.topic.replication.factor", &replication),
        ("transaction.state.log.num.partitions", "1"),
        ("transaction.state.log.replication.factor", &replication),
        ("transaction.state.log.min.isr", "1"),
        ("group.initial.rebalance.delay.ms", "0"),
        // The cleaner's buffer would be half of the memory otherwise, and compaction would wait for its turn.
        ("log.cleaner.dedupe.buffer.size", "2097152"),
        ("log.cleaner.backoff.ms", "200"),
        // A broker that was killed is missed soon.
        ("broker.session.timeout.ms", "3000"),
        ("broker.heartbeat.interval.ms", "500"),
    ]);
    properties.set("node.id", index);
    let voters = ports.iter().enumerate().map(|(id, [_, _, port])| format!("{id}@localhost:{port}"));
    properties.set("controller.quorum.voters", voters.collect::<Vec<_>>().join(","));
    if let Some([clients, brokers, controllers]) = ports.get(index) {
        let listeners = format!(
            "CLIENTS://localhost:{clients},BROKERS://localhost:{brokers},CONTROLLERS://localhost:{controllers}"
        );
        properties.set("listeners", listeners);
    }
    properties
}
