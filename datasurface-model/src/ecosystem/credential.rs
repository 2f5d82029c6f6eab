//! Credentials: names of secrets, never secrets.

use datasurface_schema::CredentialName;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A credential: the name under which a runtime finds a secret, and the kind of the secret. Never the secret itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    name: CredentialName,
    #[serde(default)]
    kind: CredentialKind,
}

/// The kind of a secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
    /// Creates a credential of this kind.
    pub fn new(name: impl Into<CredentialName>, kind: CredentialKind) -> Self {
        Self { name: name.into(), kind }
    }

    /// The name under which a runtime finds the secret.
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
impl<N: Into<CredentialName>> From<N> for Credential {
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
