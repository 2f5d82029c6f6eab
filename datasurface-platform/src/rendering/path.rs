//! Paths of rendered files: relative, safe everywhere.

use schemars::JsonSchema;
use serde_with::{DeserializeFromStr, SerializeDisplay};
use std::{borrow::Borrow, fmt, str::FromStr, sync::Arc};

/// A relative path with `/` between its parts, each of them ASCII letters, digits, `_`, `-`, `.` or `=`, not beginning
/// or ending with a dot, and no name that an operating system keeps for itself: such a path means the same everywhere
/// and never leaves its folder.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, SerializeDisplay, DeserializeFromStr, JsonSchema)]
pub struct SafePath(Arc<str>);

/// A path that is not safe.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` is not a safe relative path: {reason}")]
pub struct SafePathError {
    path: String,
    reason: &'static str,
}

/// The longest part of a path, in bytes.
const LONGEST_PART: usize = 128;

/// Names of devices on Windows, with any extension.
const DEVICES: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9",
    "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

impl SafePath {
    /// The path, with `/` between its parts.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The parts, from the outermost folder inwards.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        self.0.split('/')
    }

    /// Joins this path to a folder: the result is inside of it.
    #[must_use]
    pub fn joined_to(&self, folder: &Self) -> Self {
        Self(format!("{folder}/{self}").into())
    }

    /// The path as a file system sees it that does not tell cases apart.
    #[must_use]
    pub fn case_folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl FromStr for SafePath {
    type Err = SafePathError;

    fn from_str(path: &str) -> Result<Self, SafePathError> {
        match path.split('/').find_map(error) {
            None => Ok(Self(path.into())),
            Some(reason) => Err(SafePathError { path: path.to_owned(), reason }),
        }
    }
}

fn error(part: &str) -> Option<&'static str> {
    if part.is_empty() {
        Some("a part of it is empty")
    } else if part.len() > LONGEST_PART {
        Some("a part of it is longer than 128 bytes")
    } else if part.starts_with('.') || part.ends_with('.') {
        Some("a part of it begins or ends with a dot")
    } else if !part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '=')) {
        Some("use ASCII letters, digits, `_`, `-`, `.` and `=`; `slug` makes such names")
    } else if is_device(part) {
        Some("a part of it is the name of a device on some systems")
    } else {
        None
    }
}

/// Whether an operating system keeps this name for a device.
pub(crate) fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or_default();
    DEVICES.iter().any(|device| stem.eq_ignore_ascii_case(device))
}

impl Borrow<str> for SafePath {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SafePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for SafePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_safe_paths_are_paths() {
        for good in ["a", "a/b.sql", "tables/NW_Data/customers.sql", "a=b/c-d"] {
            assert!(good.parse::<SafePath>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "/a",
            "a/",
            "a//b",
            "..",
            "a/../b",
            ".git",
            "a\\b",
            "c:d",
            "nul",
            "a/CON.sql",
            "é",
            "a b",
            "a.",
        ] {
            assert!(bad.parse::<SafePath>().is_err(), "{bad}");
        }
    }
}
