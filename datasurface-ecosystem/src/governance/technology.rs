//! Which technology is meant by a word that somebody wrote.

use super::is_alike;
use crate::{ecosystem::ContainerTechnology, similarity::looks};

/// How some technologies are called elsewhere, and here.
const OTHER_NAMES: [(&str, &str); 16] = [
    ("postgresql", "postgres"),
    ("pgsql", "postgres"),
    ("pg", "postgres"),
    ("postgrescompatible", "postgres"),
    ("aurorapostgresql", "postgres"),
    ("amazonrdspostgresql", "postgres"),
    ("auroramysql", "mysql"),
    ("sqlite3", "sqlite"),
    ("mssql", "sql_server"),
    ("mssqlserver", "sql_server"),
    ("azuresql", "sql_server"),
    ("oracledb", "oracle"),
    ("oracledatabase", "oracle"),
    ("ibmdb2", "db2"),
    ("apachekafka", "kafka"),
    ("s3", "object_storage"),
];

/// The bytes of a text above which it is no name of a technology.
const LONGEST: usize = 200;

/// Returns the technology that has a kind of its own and is called so, here or elsewhere; without regard to case, to what parts words, and to
/// letters that look like others.
#[must_use]
pub fn known_technology(word: &str) -> Option<&'static str> {
    if word.len() > LONGEST {
        return None;
    }
    let looks = plain(word);
    let is_meant = |name: &str| is_alike(name, word) || is_alike(&plain(name), &looks);
    let here = ContainerTechnology::WORDS.iter().copied().find(|name| is_meant(name));
    here.or_else(|| OTHER_NAMES.iter().find(|(other, _)| is_meant(other)).map(|(_, name)| *name))
}

/// How a word looks, without accents.
fn plain(word: &str) -> String {
    looks(&word.to_lowercase()).chars().filter(|letter| !('\u{300}'..='\u{36f}').contains(letter)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_technology_is_known_by_how_it_looks() {
        for word in
            ["Postgres", "p\u{43e}stgres", "\u{ff50}ostgres", "postgr\u{e9}s", "postgres-compatible", "pg"]
        {
            assert_eq!(known_technology(word), Some("postgres"), "{word}");
        }
        for word in ["teradata", "mariadb", "archive", "posgres9"] {
            assert_eq!(known_technology(word), None, "{word}");
        }
    }
}
