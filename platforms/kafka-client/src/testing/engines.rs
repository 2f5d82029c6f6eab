//! The place where the engines are.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// The jars of Kafka and Kafka Connect, and the plug-ins of Kafka Connect.
#[derive(Clone, Debug)]
pub struct Engines {
    folder: PathBuf,
}

/// A jar of each folder that is needed.
const NEEDED: [(&str, &str); 4] = [
    ("kafka", "kafka_2.13-"),
    ("kafka", "connect-runtime-"),
    ("connectors/debezium", "debezium-connector-postgres-"),
    ("connectors/debezium", "debezium-connector-jdbc-"),
];

impl Engines {
    /// Finds the engines in the folder that `DATASURFACE_KAFKA` names, or in the cache of the user.
    ///
    /// # Errors
    ///
    /// If they are not there: a sentence that says so, for a test that is skipped.
    pub fn find() -> Result<Self, String> {
        let named = env::var_os("DATASURFACE_KAFKA").map(PathBuf::from);
        let cache = env::var_os("HOME").map(|folder| Path::new(&folder).join(".cache/datasurface"));
        let folder = named.or(cache).ok_or("DATASURFACE_KAFKA names no folder that has Kafka")?;
        let engines = Self { folder };
        for (part, jar) in NEEDED {
            engines.jar(part, jar)?;
        }
        Ok(engines)
    }

    /// Finds the registry of schemas, whose converter is beside the connectors.
    ///
    /// # Errors
    ///
    /// If one of them is not there: a sentence that says so, for a test that is skipped.
    pub fn registry(&self) -> Result<PathBuf, String> {
        self.jar("connectors/debezium", "apicurio-registry-utils-converter-")?;
        self.jar("registry", "apicurio-registry-app-")
    }

    /// Finds the class path of Flink, with its SQL gateway and its connector to Kafka.
    ///
    /// # Errors
    ///
    /// If one of them is not there: a sentence that says so, for a test that is skipped.
    pub fn flink(&self) -> Result<String, String> {
        for jar in [
            "flink-clients-",
            "flink-sql-gateway-",
            "flink-sql-connector-kafka-",
            "flink-sql-avro-confluent-registry-",
            "flink-table-planner-loader-",
        ] {
            self.jar("flink", jar)?;
        }
        Ok(format!("{}/*", self.folder.join("flink").display()))
    }

    /// The class path of Kafka and Kafka Connect.
    pub(super) fn class_path(&self) -> String {
        format!("{}/*", self.folder.join("kafka").display())
    }

    /// The folder that has a folder for each plug-in.
    pub(super) fn plugins(&self) -> String {
        self.folder.join("connectors").display().to_string()
    }

    fn jar(&self, part: &str, beginning: &str) -> Result<PathBuf, String> {
        let folder = self.folder.join(part);
        let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
        let mut names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        match names.find(|name| name.starts_with(beginning)) {
            Some(name) => Ok(folder.join(name)),
            None => Err(format!("there is no {beginning}….jar in {}", folder.display())),
        }
    }
}
