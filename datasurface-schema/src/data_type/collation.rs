//! Collations: how text is sorted and compared.

use crate::Text;
use std::fmt;

/// The name of a collation, as the container that holds the text knows it: `C`, `de_DE.utf8`, `de-DE-x-icu`,
/// `utf8mb4_0900_ai_ci`, `Latin1_General_CI_AS`, `NOCASE`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Collation(Text);

/// Names that are words of their own.
const WORDS: &[&str] = &[
    "BINARY",
    "C",
    "C.UTF-8",
    "C.utf8",
    "NOCASE",
    "POSIX",
    "RTRIM",
    "UNICODE",
    "binary",
    "default",
    "ucs_basic",
];

/// Endings of names in SQL Server, MySQL and Oracle: sensitivity to case, accent, kana and width, and the like.
const MARKS: &[&str] = &[
    "AI", "AS", "BIN", "BIN2", "CI", "CS", "KI", "KS", "SC", "UTF8", "VSS", "WI", "WS", "ai", "as", "bin",
    "ci", "cs", "ks",
];

impl Collation {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the name is formed as databases form them. There is no list of all collations: databases let people
    /// define their own.
    #[must_use]
    pub fn is_well_known(&self) -> bool {
        let name = self.as_str();
        WORDS.contains(&name) || ends_in_mark(name) || is_locale(name)
    }
}

/// `Latin1_General_100_CI_AS`, `utf8mb4_unicode_ci`, `BINARY_AI`.
fn ends_in_mark(name: &str) -> bool {
    is_plain(name) && name.rsplit_once('_').is_some_and(|(_, last)| MARKS.contains(&last))
}

/// `de`, `de_DE`, `de_DE.utf8`, `de_DE@euro`, `de-DE-x-icu`, `und-u-ks-level2`, `utf8mb4_de_0900`.
fn is_locale(name: &str) -> bool {
    let (locale, rest) = name.split_at(name.find(['.', '@']).unwrap_or(name.len()));
    let mut parts = locale.split(['-', '_']);
    let is_language = parts
        .next()
        .is_some_and(|part| matches!(part.len(), 2 | 3) && part.chars().all(|c| c.is_ascii_lowercase()));
    let is_part =
        |part: &str| (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric());
    is_language && parts.all(is_part) && is_plain(rest.trim_start_matches(['.', '@']))
}

fn is_plain(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '@'))
}

impl<T: Into<Text>> From<T> for Collation {
    fn from(name: T) -> Self {
        Self(name.into())
    }
}

impl fmt::Display for Collation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Collation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_databases_are_well_known() {
        for name in [
            "C",
            "de_DE",
            "de_DE.utf8",
            "de-DE-x-icu",
            "und-u-ks-level2",
            "utf8mb4_0900_ai_ci",
            "Latin1_General_100_CI_AS_SC_UTF8",
            "SQL_Latin1_General_CP1_CI_AS",
            "NOCASE",
        ] {
            assert!(Collation::from(name).is_well_known(), "{name}");
        }
        for name in ["", "german", "de DE", "DE_de", "x_ci_", "_ci ", "de_"] {
            assert!(!Collation::from(name).is_well_known(), "{name}");
        }
    }
}
