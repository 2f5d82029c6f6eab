//! Real engines: a broker, Connect with Debezium, and PostgreSQL.

use crate::{
    guard::Guard,
    postgres::{PASSWORD, Server, WRITER},
};
use datasurface_kafka_client::{
    KafkaClient, Limits, Security,
    testing::{ADMINISTRATOR, ConnectWorker, Engines, Kafka, KafkaOptions, Listener, Registry},
};
use datasurface_platform::{
    CredentialError, CredentialSource, EnvironmentCredentials, RunRequest, Secret,
    prelude::{CredentialKey, PlatformName},
};
use datasurface_testkit::Deployment;
use postgres::Client;
use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    path::Path,
    thread,
    time::{Duration, Instant, SystemTime},
};

/// The user as which Debezium reads: it owns the tables, and has no more rights than it needs.
pub(crate) const READER: &str = "debezium";

/// The user as which connectors and the runtime register schemas, where the registry asks for a login.
pub(crate) const REGISTRAR: &str = "registrar";

/// The login of that user, which `registry_guard` asks for.
#[derive(Debug)]
pub(crate) struct Registrar;

impl CredentialSource for Registrar {
    fn secret(&self, credential: &CredentialKey, host: &str) -> Result<Secret, CredentialError> {
        assert_eq!((credential.to_string().as_str(), host), ("USA/Team/registry", "localhost"));
        Ok(Secret::new(format!("{REGISTRAR}:{PASSWORD}")))
    }
}

/// Says that a test did nothing, past the harness, which would swallow what a test that passes prints. Where
/// `DATASURFACE_TEST_REQUIRE=1` demands that everything is there, the test fails.
pub(crate) fn skipped(why: &str) {
    let required = std::env::var("DATASURFACE_TEST_REQUIRE").is_ok_and(|value| value == "1");
    assert!(!required, "{why}");
    std::io::stderr().write_all(format!("skipped: {why}\n").as_bytes()).unwrap();
}

/// All engines, with a database of a producer and one of consumers.
pub(crate) struct Site {
    // Dropped in this order: whoever reads from something goes first.
    pub(crate) worker: ConnectWorker,
    pub(crate) registry: Option<Registry>,
    /// What asks for a login before the registry.
    pub(crate) registry_guard: Option<Guard>,
    pub(crate) kafka: Kafka,
    pub(crate) server: Server,
    pub(crate) folder: tempfile::TempDir,
}

impl Site {
    /// Starts the engines, with brokers that let everybody in. Without one of the engines, the test is skipped.
    pub(crate) fn start() -> Option<Self> {
        Self::start_as(&KafkaOptions::new(), BTreeMap::new(), "")
    }

    /// Starts the engines, with a registry of schemas.
    pub(crate) fn start_with_registry() -> Option<Self> {
        Self::start()?.with_registry()
    }

    /// Starts a registry of schemas beside the others.
    pub(crate) fn with_registry(self) -> Option<Self> {
        let engines = Engines::find().inspect_err(|why| skipped(why)).ok()?;
        engines.registry().inspect_err(|why| skipped(why)).ok()?;
        let registry = Registry::start(&engines).unwrap();
        Some(Self { registry: Some(registry), ..self })
    }

    /// Starts the engines, with a registry of schemas that asks for a login.
    pub(crate) fn start_with_guarded_registry() -> Option<Self> {
        Self::start_with_registry().map(Self::with_registry_guard)
    }

    /// Lets a server ask for a login before the registry.
    pub(crate) fn with_registry_guard(self) -> Self {
        let login = format!("{REGISTRAR}:{PASSWORD}");
        let guard = self.registry.as_ref().map(|registry| Guard::before(&registry.url(), &login));
        Self { registry_guard: guard, ..self }
    }

    /// Starts the engines, with three brokers.
    pub(crate) fn start_with_three_brokers() -> Option<Self> {
        // What Connect remembers has to be on all of them, too.
        let replication =
            ["config", "offset", "status"].map(|kind| format!("{kind}.storage.replication.factor"));
        let properties = replication.map(|name| (name, "3".to_owned())).into();
        Self::start_as(&KafkaOptions::new().with_nodes(3), properties, "")
    }

    /// Starts the engines, with brokers that have users. Connect is the administrator, who has this password.
    pub(crate) fn start_with_users(password: &str) -> Option<Self> {
        let listener = Listener::Users { password: password.to_owned() };
        Self::start_where_users_log_in(listener, "SASL_PLAINTEXT", password)
    }

    /// Starts the engines, with brokers that have users, and TLS by these certificates. The databases have them, too.
    pub(crate) fn start_with_tls(password: &str, certificates: &str, key: &str) -> Option<Self> {
        let listener = Listener::TlsUsers {
            password: password.to_owned(),
            certificates: certificates.to_owned(),
            key: key.to_owned(),
        };
        let site = Self::start_where_users_log_in(listener, "SASL_SSL", password)?;
        let mut owner = site.server.owner("postgres");
        for (file, content) in [("server.crt", certificates), ("server.key", key)] {
            let lines = content.trim().replace('\n', "$$), ($$");
            let write = format!("COPY (VALUES ($${lines}$$)) TO PROGRAM 'cat > {file} && chmod 600 {file}'");
            owner.batch_execute(&write).unwrap();
        }
        owner.batch_execute("ALTER SYSTEM SET ssl = on").unwrap();
        owner.batch_execute("SELECT pg_reload_conf()").unwrap();
        Some(site)
    }

    fn start_where_users_log_in(listener: Listener, protocol: &str, password: &str) -> Option<Self> {
        let options = KafkaOptions::new().with_listener(listener);
        let module = "org.apache.kafka.common.security.scram.ScramLoginModule";
        let login = format!("{module} required username=\"{ADMINISTRATOR}\" password=\"{password}\";");
        let mut properties = BTreeMap::new();
        // A worker, and the clients of its sources and sinks.
        for client in ["", "producer.", "consumer.", "admin."] {
            properties.insert(format!("{client}security.protocol"), protocol.to_owned());
            properties.insert(format!("{client}sasl.mechanism"), "SCRAM-SHA-512".to_owned());
            properties.insert(format!("{client}sasl.jaas.config"), login.clone());
        }
        Self::start_as(&options, properties, password)
    }

    fn start_as(
        options: &KafkaOptions,
        mut properties: BTreeMap<String, String>,
        administrator: &str,
    ) -> Option<Self> {
        let engines = Engines::find().inspect_err(|why| skipped(why)).ok()?;
        let server = Server::start()?;
        let folder = tempfile::tempdir().unwrap();
        for (secret, user, password) in [
            ("USA-Team-reader", READER, PASSWORD),
            ("USA-Team-writer", WRITER, PASSWORD),
            ("USA-Team-registry", REGISTRAR, PASSWORD),
            ("USA-Team-kafka", ADMINISTRATOR, administrator),
        ] {
            let secret = folder.path().join("secrets").join(secret);
            fs::create_dir_all(&secret).unwrap();
            fs::write(secret.join("user"), user).unwrap();
            fs::write(secret.join("password"), password).unwrap();
        }
        let kafka = Kafka::start(&engines, options).unwrap();
        let provider = "org.apache.kafka.common.config.provider.DirectoryConfigProvider";
        properties.insert("config.providers".to_owned(), "directory".to_owned());
        properties.insert("config.providers.directory.class".to_owned(), provider.to_owned());
        let worker = ConnectWorker::start(&engines, &kafka.bootstrap_servers(), &properties).unwrap();
        let create = [
            format!("CREATE ROLE {READER} LOGIN REPLICATION PASSWORD '{PASSWORD}'"),
            format!("CREATE DATABASE source OWNER {READER}"),
            format!("CREATE DATABASE warehouse OWNER {WRITER}"),
        ];
        // A database is not made within a transaction.
        let mut owner = server.owner("postgres");
        create.iter().for_each(|statement| owner.batch_execute(statement).unwrap());
        // Since PostgreSQL 15, only its owner makes tables in the schema `public`.
        server.owner("source").batch_execute(&format!("ALTER SCHEMA public OWNER TO {READER}")).unwrap();
        server.owner("warehouse").batch_execute(&format!("ALTER SCHEMA public OWNER TO {WRITER}")).unwrap();
        Some(Self { worker, registry: None, registry_guard: None, kafka, server, folder })
    }

    pub(crate) fn client(&self) -> KafkaClient {
        KafkaClient::connect(&self.kafka.bootstrap_servers(), Security::none(), Limits::default()).unwrap()
    }

    pub(crate) fn secrets(&self) -> String {
        self.folder.path().join("secrets").display().to_string()
    }

    pub(crate) fn deployed(&self) -> &Path {
        self.folder.path()
    }

    /// The database of the producer, as the owner of its tables.
    pub(crate) fn source(&self) -> Client {
        let mut client = self.server.owner("source");
        client.batch_execute(&format!("SET ROLE {READER}")).unwrap();
        client
    }

    pub(crate) fn warehouse(&self) -> Client {
        self.server.owner("warehouse")
    }
}

/// Waits until everything that is at the sources now is delivered, as `run --until-idle` does. What failed meanwhile is started again by that.
#[track_caller]
pub(crate) fn until_idle(deployment: &mut Deployment) {
    assert_eq!(behind(deployment), Vec::<String>::new());
}

/// What is behind after a run that waits until everything is delivered.
pub(crate) fn behind(deployment: &mut Deployment) -> Vec<String> {
    behind_as(deployment, &EnvironmentCredentials)
}

/// The same, with these credentials.
pub(crate) fn behind_as(deployment: &mut Deployment, credentials: &dyn CredentialSource) -> Vec<String> {
    deployment.set_now(SystemTime::now().into());
    let ran = deployment.run(credentials, &RunRequest::until_idle()).unwrap();
    let failures = &ran[&PlatformName::from("Stream")].failures;
    failures.iter().map(|failure| format!("{}: {}", failure.job, failure.reason)).collect()
}

/// Waits for what arrives a moment later.
#[track_caller]
pub(crate) fn eventually(what: &str, mut problem: impl FnMut() -> Option<String>) {
    let until = Instant::now() + Duration::from_secs(120);
    while let Some(problem) = problem() {
        assert!(Instant::now() < until, "{what}: {problem}");
        thread::sleep(Duration::from_millis(250));
    }
}
