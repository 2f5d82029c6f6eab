//! Which technology is meant by a word that somebody wrote.

use super::is_alike;
use crate::ecosystem::ContainerTechnology;

/// How some technologies are called elsewhere, and here.
const OTHER_NAMES: [(&str, &str); 8] = [
    ("postgresql", "postgres"),
    ("pgsql", "postgres"),
    ("sqlite3", "sqlite"),
    ("mssql", "sql_server"),
    ("oracledb", "oracle"),
    ("ibmdb2", "db2"),
    ("apachekafka", "kafka"),
    ("s3", "object_storage"),
];

/// Returns the technology that has a kind of its own and is called so, here or elsewhere; without regard to case, and to
/// what stands between words.
#[must_use]
pub fn known_technology(word: &str) -> Option<&'static str> {
    let here = ContainerTechnology::WORDS.iter().copied().find(|name| is_alike(name, word));
    here.or_else(|| OTHER_NAMES.iter().find(|(other, _)| is_alike(other, word)).map(|(_, name)| *name))
}
