//! Credentials: names of secrets, never secrets.

use datasurface_schema::{ContainerKey, CredentialName, Entity, Set};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A credential of a team: the name under which a runtime finds a secret, the kind of the secret, and the containers that it
/// opens. Never the secret itself. Only what belongs to the team names it.
///
/// ```
/// use datasurface_ecosystem::{Capture, Credential, CredentialKind, Team};
/// let reader = Credential::new("reader", CredentialKind::Certificate).opening("EU/Sales/Lake");
/// let team = Team::new().credential(reader);
/// let capture = Capture::sql_snapshot("EU/Sales/Lake").with_credential("reader");
/// assert!(team.credentials().get("reader").is_some_and(|found| found.opens().contains(capture.container())));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    name: CredentialName,
    #[serde(default)]
    kind: CredentialKind,
    #[serde(default, skip_serializing_if = "Set::is_empty")]
    opens: Set<ContainerKey>,
}

/// A credential for access to a repository, of whoever owns the declaration that names the repository.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepositoryCredential {
    name: CredentialName,
    #[serde(default)]
    kind: CredentialKind,
}

/// The kind of a secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CredentialKind {
    /// A user and a password.
    #[default]
    Password,
    /// A text that is shown as it is: a token, an API key.
    Token,
    /// A public key that is known there, and its private key.
    KeyPair,
    /// A certificate of a client, and its private key.
    Certificate,
    /// The id of an access key, and its secret.
    AccessKey,
    /// A role of the cloud that the runner of the pipeline may take.
    Role,
}

impl Credential {
    /// Creates a credential of this kind that opens no container.
    pub fn new(name: impl Into<CredentialName>, kind: CredentialKind) -> Self {
        Self { name: name.into(), kind, opens: Set::new() }
    }

    /// Adds a container that the credential opens: one of its team, or one that the team may use.
    #[must_use]
    pub fn opening(mut self, container: impl Into<ContainerKey>) -> Self {
        self.opens.insert(container.into());
        self
    }

    /// Replaces the containers that it opens by these.
    pub(crate) fn with_opened(mut self, containers: impl IntoIterator<Item = ContainerKey>) -> Self {
        self.opens = containers.into_iter().collect();
        self
    }

    /// The kind of the secret.
    #[must_use]
    pub fn kind(&self) -> CredentialKind {
        self.kind
    }

    /// The containers that the credential opens.
    #[must_use]
    pub fn opens(&self) -> &Set<ContainerKey> {
        &self.opens
    }
}

impl Entity for Credential {
    type Name = CredentialName;

    fn name(&self) -> &CredentialName {
        &self.name
    }
}

impl RepositoryCredential {
    /// Creates a credential of this kind.
    pub fn new(name: impl Into<CredentialName>, kind: CredentialKind) -> Self {
        Self { name: name.into(), kind }
    }

    /// The name under which whoever reads the repository finds the secret.
    #[must_use]
    pub fn name(&self) -> &CredentialName {
        &self.name
    }

    /// The kind of the secret.
    #[must_use]
    pub fn kind(&self) -> CredentialKind {
        self.kind
    }
}

/// A user and a password.
impl<N: Into<CredentialName>> From<N> for RepositoryCredential {
    fn from(name: N) -> Self {
        Self::new(name, CredentialKind::default())
    }
}

impl fmt::Display for CredentialKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Password => "password",
            Self::Token => "token",
            Self::KeyPair => "key pair",
            Self::Certificate => "certificate",
            Self::AccessKey => "access key",
            Self::Role => "role",
        })
    }
}
