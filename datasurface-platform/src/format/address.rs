//! Addresses of the formats of the vocabulary: each can be written as a text, as offers have it, and read again.

use datasurface_model::DatasetName;
use std::fmt;

/// The address of a table in an SQLite file: `<file>#<table>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqliteAddress {
    /// The file, relative to the root that the platforms of a host share.
    pub file: String,
    /// The table.
    pub table: String,
}

impl SqliteAddress {
    /// Creates an address.
    pub fn new(file: impl Into<String>, table: impl Into<String>) -> Self {
        Self { file: file.into(), table: table.into() }
    }

    /// Reads an address; `None` if the text is none. A file may have a `#` in its name, a table has none.
    #[must_use]
    pub fn read(address: &str) -> Option<Self> {
        let (file, table) = address.rsplit_once('#')?;
        (!file.is_empty() && !table.is_empty()).then(|| Self::new(file, table))
    }
}

impl fmt::Display for SqliteAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.file, self.table)
    }
}

/// The address of a dataset in a folder of batches: `<folder>#<dataset>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchesAddress {
    /// The folder, relative to the root that the platforms of a host share. It has the batches of all that is captured together.
    pub folder: String,
    /// The dataset, as manifests name it.
    pub dataset: DatasetName,
}

impl BatchesAddress {
    /// Creates an address.
    pub fn new(folder: impl Into<String>, dataset: impl Into<DatasetName>) -> Self {
        Self { folder: folder.into(), dataset: dataset.into() }
    }

    /// Reads an address; `None` if the text is none. A folder may have a `#` in its name, a dataset has none.
    #[must_use]
    pub fn read(address: &str) -> Option<Self> {
        let (folder, dataset) = address.rsplit_once('#')?;
        (!folder.is_empty() && !dataset.is_empty()).then(|| Self::new(folder, dataset))
    }
}

impl fmt::Display for BatchesAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.folder, self.dataset)
    }
}

/// The address of an Iceberg table: `<catalog>/<database>/<table>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IcebergAddress {
    /// The catalog, such as `glue://123456789012/eu-central-1`.
    pub catalog: String,
    /// The database of the catalog.
    pub database: String,
    /// The table.
    pub table: String,
}

impl IcebergAddress {
    /// Creates an address.
    pub fn new(catalog: impl Into<String>, database: impl Into<String>, table: impl Into<String>) -> Self {
        Self { catalog: catalog.into(), database: database.into(), table: table.into() }
    }

    /// Returns the beginning that the addresses of all tables of a database have.
    #[must_use]
    pub fn database_prefix(catalog: &str, database: &str) -> String {
        format!("{catalog}/{database}/")
    }

    /// Reads an address; `None` if the text is none. Neither a database nor a table has a `/` in its name.
    #[must_use]
    pub fn read(address: &str) -> Option<Self> {
        let (before, table) = address.rsplit_once('/')?;
        let (catalog, database) = before.rsplit_once('/')?;
        let is_complete = [catalog, database, table].iter().all(|part| !part.is_empty());
        is_complete.then(|| Self::new(catalog, database, table))
    }
}

impl fmt::Display for IcebergAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", Self::database_prefix(&self.catalog, &self.database), self.table)
    }
}

/// The encoding of the keys and values of a topic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum TopicEncoding {
    #[default]
    /// The envelope of Debezium (`before`, `after`, `op`, `source`) in JSON that has its schema beside it.
    DebeziumJson,
    /// The same envelope in Avro, with schemas in a registry.
    DebeziumAvro,
    /// Rows in JSON.
    Json,
}

impl TopicEncoding {
    const ALL: [Self; 3] = [Self::DebeziumJson, Self::DebeziumAvro, Self::Json];

    /// Returns the word in addresses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DebeziumJson => "debezium-json",
            Self::DebeziumAvro => "debezium-avro",
            Self::Json => "json",
        }
    }
}

/// The address of a topic: `kafka://<host:port>,…/<topic>?encoding=<encoding>&tls=true&login=<mechanism>&progress=<topic>&registry=<URL>`.
///
/// ```
/// use datasurface_platform::{KafkaTopicAddress, TopicEncoding};
///
/// let address = KafkaTopicAddress::new(["one:9092", "two:9092"], "shop.orders", TopicEncoding::DebeziumJson);
/// assert_eq!(address.to_string(), "kafka://one:9092,two:9092/shop.orders?encoding=debezium-json");
/// assert_eq!(KafkaTopicAddress::read(&address.to_string()), Some(address));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KafkaTopicAddress {
    /// The servers of the cluster to begin with.
    pub bootstrap_servers: Vec<String>,
    /// The topic.
    pub topic: String,
    /// The encoding of keys and values.
    pub encoding: TopicEncoding,
    /// Whether connections are encrypted.
    pub tls: bool,
    /// The SASL mechanism of the login, as `SCRAM-SHA-512`, if the cluster asks for one. The credential is that of the offer.
    pub login: Option<String>,
    /// The topic of one partition in which the writer says how far it has read its source; until its first record, topics are incomplete. An
    /// empty name says that there is none, and that nothing else tells it: a reader that needs complete batches refuses the topic.
    pub progress: Option<String>,
    /// The URL of the registry with the schemas, if the encoding needs one.
    pub registry: Option<String>,
}

const SCHEME: &str = "kafka://";

impl KafkaTopicAddress {
    /// Creates an address on a cluster that everybody may read, without a registry.
    pub fn new<S: Into<String>>(
        bootstrap_servers: impl IntoIterator<Item = S>,
        topic: impl Into<String>,
        encoding: TopicEncoding,
    ) -> Self {
        let bootstrap_servers = bootstrap_servers.into_iter().map(Into::into).collect();
        Self { bootstrap_servers, topic: topic.into(), encoding, ..Self::default() }
    }

    /// Returns the beginning that the addresses of all topics of a cluster have.
    #[must_use]
    pub fn cluster_prefix<S: AsRef<str>>(bootstrap_servers: impl IntoIterator<Item = S>) -> String {
        let servers = bootstrap_servers.into_iter().map(|server| server.as_ref().to_owned());
        format!("{SCHEME}{}/", Vec::from_iter(servers).join(","))
    }

    /// Reads an address; `None` if the text is none. Neither a server nor a topic has a `/`, a `,` or a `?` in its name.
    #[must_use]
    pub fn read(address: &str) -> Option<Self> {
        let (servers, rest) = address.strip_prefix(SCHEME)?.split_once('/')?;
        let (topic, query) = rest.split_once('?')?;
        let bootstrap_servers: Vec<String> = servers.split(',').map(str::to_owned).collect();
        // A URL may have an `&`: the registry comes last.
        let url = query.split_once("&registry=");
        let (known, registry) = url.map_or((query, None), |(known, url)| (known, Some(url.to_owned())));
        let value = |name: &str| known.split('&').find_map(|one| one.strip_prefix(name)?.strip_prefix('='));
        let encoding = TopicEncoding::ALL.into_iter().find(|one| value("encoding") == Some(one.as_str()))?;
        let [login, progress] = ["login", "progress"].map(|name| value(name).map(str::to_owned));
        let is_complete = !topic.is_empty() && bootstrap_servers.iter().all(|server| !server.is_empty());
        let (topic, tls) = (topic.to_owned(), value("tls").is_some());
        is_complete.then_some(Self { bootstrap_servers, topic, encoding, tls, login, progress, registry })
    }
}

impl fmt::Display for KafkaTopicAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cluster = Self::cluster_prefix(&self.bootstrap_servers);
        let tls = if self.tls { "&tls=true" } else { "" };
        write!(f, "{cluster}{}?encoding={}{tls}", self.topic, self.encoding.as_str())?;
        let values = [("login", &self.login), ("progress", &self.progress), ("registry", &self.registry)];
        let mut values = values.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
        values.try_for_each(|(name, value)| write!(f, "&{name}={value}"))
    }
}
