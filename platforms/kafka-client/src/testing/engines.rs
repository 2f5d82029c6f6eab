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
        for (part, jar) in NEEDED {
            if !has_jar(&folder.join(part), jar) {
                return Err(format!("there is no {jar}….jar in {}", folder.join(part).display()));
            }
        }
        Ok(Self { folder })
    }

    /// The class path of Kafka and Kafka Connect.
    pub(super) fn class_path(&self) -> String {
        format!("{}/*", self.folder.join("kafka").display())
    }

    /// The folder that has a folder for each plug-in.
    pub(super) fn plugins(&self) -> String {
        self.folder.join("connectors").display().to_string()
    }
}

fn has_jar(folder: &Path, beginning: &str) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().into_string().ok()).any(|name| name.starts_with(beginning))
}
