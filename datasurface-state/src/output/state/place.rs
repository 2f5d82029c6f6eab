//! The place of a state that is in a database, and the file of the target that names it.

use super::FolderState;
use crate::output::{
    codes::{OTHER_STATE, UNREADABLE},
    error::TargetError,
    target_folder::{NEW_STATE, OWN, STATE},
};
use datasurface_graph::Fingerprint;
use serde::{Deserialize, Serialize};
use std::fmt;

const FORMAT: &str = "datasurface-state/1";

/// The port of a PostgreSQL server that names none.
const PORT: u16 = 5432;

/// The place of the state of a target: a database, and the name of the state in it. Nothing secret is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum StatePlace {
    /// An SQLite database.
    Sqlite {
        /// The path of the database; a relative one starts from the folder of the target.
        file: String,
        /// The name of the state in the database.
        name: String,
    },
    /// A database of a PostgreSQL server.
    Postgres {
        /// The name or address of the server.
        host: String,
        /// The port of the server.
        port: u16,
        /// The name of the database.
        database: String,
        /// The user, who may create tables or finds them there.
        user: String,
        /// The credential with the password of the user, as `zone/team/name`.
        credential: String,
        /// The name of the state in the database.
        name: String,
    },
}

/// The reason why a text names no place of a state. The text is not repeated: it may have a password in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct StatePlaceError(&'static str);

impl StatePlace {
    /// Reads a place: `sqlite:FILE`, or `postgres://USER@HOST:PORT/DATABASE?credential=ZONE/TEAM/NAME`.
    ///
    /// # Errors
    ///
    /// If the text is none of these, or has a password in it.
    pub fn from_text(text: &str, name: &str) -> Result<Self, StatePlaceError> {
        let name = name.to_owned();
        if name.is_empty() {
            return Err(StatePlaceError("the name of a state is not empty"));
        }
        match text.split_once(':') {
            Some(("sqlite", "")) => Err(StatePlaceError("name the file: `sqlite:FILE`")),
            Some(("sqlite", file)) => Ok(Self::Sqlite { file: file.to_owned(), name }),
            Some(("postgres" | "postgresql", address)) => Self::from_address(address, name).ok_or(
                StatePlaceError(
                    "name a server as `postgres://USER@HOST:PORT/DATABASE?credential=ZONE/TEAM/NAME`: the password is the value of that credential, \
                     and never written here",
                ),
            ),
            _ => Err(StatePlaceError("name a place as `sqlite:FILE`, or `postgres://…`; the folder itself is `files`")),
        }
    }

    fn from_address(address: &str, name: String) -> Option<Self> {
        let (address, query) = address.strip_prefix("//")?.split_once('?')?;
        let credential = query.strip_prefix("credential=")?;
        let (user, server) = address.split_once('@')?;
        let (server, database) = server.split_once('/')?;
        let (host, port) = match server.strip_prefix('[') {
            Some(inside) => {
                let (host, port) = inside.split_once(']')?;
                (host, port.strip_prefix(':'))
            }
            None => match server.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (server, None),
            },
        };
        let port = port.map_or(Some(PORT), |port| port.parse().ok())?;
        let is_name = |text: &str| {
            !text.is_empty() && !text.contains(|char: char| ":@/?&#%".contains(char) || char.is_control())
        };
        let is_host =
            !host.is_empty() && !host.contains(|char: char| "@/?&#%".contains(char) || char.is_control());
        let names_credential = credential.split('/').count() == 3 && credential.split('/').all(is_name);
        let is_whole = is_name(user) && is_host && is_name(database) && names_credential;
        let [host, database, user, credential] = [host, database, user, credential].map(str::to_owned);
        is_whole.then_some(Self::Postgres { host, port, database, user, credential, name })
    }
}

impl fmt::Display for StatePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite { file, name } => write!(f, "{name} in sqlite:{file}"),
            Self::Postgres { host, port, database, user, credential, name } => {
                let host = if host.contains(':') { format!("[{host}]") } else { host.clone() };
                write!(f, "{name} in postgres://{user}@{host}:{port}/{database}?credential={credential}")
            }
        }
    }
}

/// The file of a target that names the place of its state. It also has the hash of the index that the files go with, so that a folder is known
/// that is a copy of before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::output) struct StatePointer {
    format: String,
    pub(in crate::output) store: StatePlace,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::output) index: Option<Fingerprint>,
}

impl StatePointer {
    pub(in crate::output) fn new(store: StatePlace, index: Option<Fingerprint>) -> Self {
        Self { format: FORMAT.to_owned(), store, index }
    }

    /// Reads it; none where the state is in the folder.
    pub(in crate::output) fn read(folder: &FolderState) -> Result<Option<Self>, TargetError> {
        let unreadable = |reason: String| {
            let path = format!("{OWN}/{STATE}");
            TargetError::new(&UNREADABLE, &path, format!("`{path}` cannot be read: {reason}"))
                .help("restore it, for example from git: it names the database with the state of the target")
        };
        let Some(text) = folder.read(STATE)? else {
            return Ok(None);
        };
        let pointer: Self = serde_json::from_slice(&text).map_err(|error| unreadable(error.to_string()))?;
        match pointer.format.as_str() {
            FORMAT => Ok(Some(pointer)),
            other => Err(unreadable(format!("its format is `{other}`, and only `{FORMAT}` is known"))),
        }
    }

    pub(in crate::output) fn write(&self, folder: &FolderState) -> Result<(), TargetError> {
        let text = serde_json::to_string_pretty(self).map_err(|error| {
            TargetError::bug(
                &OTHER_STATE,
                STATE,
                format!("the place of the state cannot be written: {error}"),
            )
        })?;
        folder.replace((STATE, NEW_STATE), format!("{text}\n").as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_is_shown() {
        for text in [
            "sqlite:../state.db",
            "postgres://ops@db.example.org:5433/state?credential=EU/Ops/state",
            "postgres://ops@[::1]:5432/state?credential=EU/Ops/state",
        ] {
            let place = StatePlace::from_text(text, "prod").unwrap();
            assert_eq!(place.to_string(), format!("prod in {text}"));
            let json = serde_json::to_string(&place).unwrap();
            assert_eq!(serde_json::from_str::<StatePlace>(&json).unwrap(), place);
        }
    }

    #[test]
    fn neither_a_password_nor_anything_else_is_taken_for_a_place() {
        for text in [
            "",
            "files",
            "sqlite",
            "sqlite:",
            "postgres:",
            "mysql://a@b/c",
            "postgres://ops:hunter2@host/db?credential=a/b/c",
            "postgres://ops@host/db?password=hunter2",
            "postgres://ops@host/db?credential=a/b/c&password=hunter2",
            "postgres://ops@host/db",
            "postgres://ops@host/db?credential=a/b",
            "postgres://ops@host:x/db?credential=a/b/c",
            "postgres://host/db?credential=a/b/c",
            "postgres://ops@/db?credential=a/b/c",
            "postgres://ops@host/?credential=a/b/c",
        ] {
            let error = StatePlace::from_text(text, "prod").unwrap_err();
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
        assert!(StatePlace::from_text("sqlite:x", "").is_err());
    }
}
