//! Entitlement: who may read what a workspace gets.

use datasurface_schema::{PrincipalName, Set};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Somebody, or something, that can be granted access; by the name that the directory of the company has for it.
///
/// As text: `group:analysts`, `role:auditor`, `service:dashboard`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
    /// A group of people.
    pub fn group(name: impl Into<PrincipalName>) -> Self {
        Self::Group(name.into())
    }

    /// A role that people or services can take.
    pub fn role(name: impl Into<PrincipalName>) -> Self {
        Self::Role(name.into())
    }

    /// A program.
    pub fn service(name: impl Into<PrincipalName>) -> Self {
        Self::Service(name.into())
    }

    /// Its name in the directory of the company.
    #[must_use]
    pub fn name(&self) -> &PrincipalName {
        match self {
            Self::Group(name) | Self::Role(name) | Self::Service(name) => name,
        }
    }

    /// What it is, in one word: `group`, `role` or `service`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Group(_) => "group",
            Self::Role(_) => "role",
            Self::Service(_) => "service",
        }
    }

    /// Reads `kind:name`; nothing if the kind is none.
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

/// Who may read a workspace; nobody, unless it says so.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Entitlement(Set<Principal>);

impl Entitlement {
    /// Nobody yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(Set::new())
    }

    /// The same, and one more.
    #[must_use]
    pub fn granted(mut self, principal: Principal) -> Self {
        self.0.insert(principal);
        self
    }

    /// Who may read, in order.
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
