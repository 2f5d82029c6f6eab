//! Entitlement: who may read what a workspace gets.

use datasurface_schema::{PrincipalName, Set};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A group, a role or a service that can be granted access, by its name in the directory of the company.
///
/// As text: `group:analysts`, `role:auditor`, `service:dashboard`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Principal {
    /// A group of people.
    Group(PrincipalName),
    /// A role that people or services can take.
    Role(PrincipalName),
    /// A program.
    Service(PrincipalName),
}

impl Principal {
    /// Creates the principal for a group of people.
    pub fn group(name: impl Into<PrincipalName>) -> Self {
        Self::Group(name.into())
    }

    /// Creates the principal for a role that people or services can take.
    pub fn role(name: impl Into<PrincipalName>) -> Self {
        Self::Role(name.into())
    }

    /// Creates the principal for a program.
    pub fn service(name: impl Into<PrincipalName>) -> Self {
        Self::Service(name.into())
    }

    /// The name in the directory of the company.
    #[must_use]
    pub fn name(&self) -> &PrincipalName {
        match self {
            Self::Group(name) | Self::Role(name) | Self::Service(name) => name,
        }
    }

    /// The kind in one word: `group`, `role` or `service`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Group(_) => "group",
            Self::Role(_) => "role",
            Self::Service(_) => "service",
        }
    }

    /// Reads `kind:name`; none if the kind is unknown.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let (kind, name) = text.split_once(':')?;
        match kind {
            "group" => Some(Self::group(name)),
            "role" => Some(Self::role(name)),
            "service" => Some(Self::service(name)),
            _ => None,
        }
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind(), self.name())
    }
}

impl fmt::Debug for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// The principals that may read a workspace; none by default.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Entitlement(Set<Principal>);

impl Entitlement {
    /// Creates an entitlement for no principal.
    #[must_use]
    pub const fn new() -> Self {
        Self(Set::new())
    }

    /// Adds a principal.
    #[must_use]
    pub fn granted(mut self, principal: Principal) -> Self {
        self.0.insert(principal);
        self
    }

    /// The principals that may read, in order.
    pub fn principals(&self) -> impl ExactSizeIterator<Item = &Principal> {
        self.0.iter()
    }

    /// Whether nobody may read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Principal> for Entitlement {
    fn from_iter<I: IntoIterator<Item = Principal>>(principals: I) -> Self {
        Self(principals.into_iter().collect())
    }
}
