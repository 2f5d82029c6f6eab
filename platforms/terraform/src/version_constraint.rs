//! Constraints of versions, as Terraform writes them.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, fmt, str::FromStr};

/// A constraint of versions, such as `~> 6.0` or `>= 1.7, < 2.0`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VersionConstraint(String);

/// What editors and the host check a setting by.
const PATTERN: &str = r"^ *(=|!=|>=?|<=?|~>)? *\d+(\.\d+){0,2} *(, *(=|!=|>=?|<=?|~>)? *\d+(\.\d+){0,2} *)*$";

/// A text that is no constraint of versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionConstraintError(String);

const OPERATORS: [&str; 7] = ["~>", ">=", "<=", "!=", "=", ">", "<"];

/// The most numbers of a version.
const NUMBERS: usize = 3;

impl VersionConstraint {
    /// Takes a text that is known to be a constraint.
    pub(crate) fn from_static(text: &'static str) -> Self {
        Self(text.to_owned())
    }
}

impl FromStr for VersionConstraint {
    type Err = VersionConstraintError;

    fn from_str(text: &str) -> Result<Self, VersionConstraintError> {
        match text.split(',').all(is_condition) {
            true => Ok(Self(text.to_owned())),
            false => Err(VersionConstraintError(text.to_owned())),
        }
    }
}

fn is_condition(text: &str) -> bool {
    let text = text.trim_matches(' ');
    let version = OPERATORS.iter().find_map(|operator| text.strip_prefix(operator)).unwrap_or(text);
    let numbers: Vec<&str> = version.trim_start_matches(' ').split('.').collect();
    let is_number = |number: &&str| !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit());
    numbers.len() <= NUMBERS && numbers.iter().all(is_number)
}

impl TryFrom<String> for VersionConstraint {
    type Error = VersionConstraintError;

    fn try_from(text: String) -> Result<Self, VersionConstraintError> {
        text.parse()
    }
}

impl From<VersionConstraint> for String {
    fn from(constraint: VersionConstraint) -> Self {
        constraint.0
    }
}

impl JsonSchema for VersionConstraint {
    fn schema_name() -> Cow<'static, str> {
        "VersionConstraint".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": PATTERN})
    }
}

impl fmt::Display for VersionConstraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for VersionConstraintError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no constraint of versions, such as `~> 6.0` or `>= 1.7, < 2.0`", self.0)
    }
}

impl std::error::Error for VersionConstraintError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_are_those_of_terraform() {
        for good in ["1.7", "~> 6.0", ">= 1.7, < 2.0", "!= 1.2.3", "=1", " >1 "] {
            assert!(good.parse::<VersionConstraint>().is_ok(), "{good}");
        }
        for bad in ["", "latest", "1.", "1.2.3.4", "=> 1", ">= 1,", "${var.x}", "^1.0"] {
            assert!(bad.parse::<VersionConstraint>().is_err(), "{bad}");
        }
    }
}
