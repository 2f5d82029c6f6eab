//! How a client proves who it is, and whom it trusts.

use std::fmt;

/// The security of connections to brokers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Security {
    tls: Option<Tls>,
    login: Option<Login>,
}

/// TLS, and the authorities whose certificates are accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tls {
    pub(crate) authorities: Option<String>,
    pub(crate) identity: Option<Identity>,
}

/// The certificates of a client with their private key, in PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) certificates: String,
    pub(crate) key: Password,
}

/// A login by SASL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    pub(crate) mechanism: Mechanism,
    pub(crate) user: String,
    pub(crate) password: Password,
}

/// A SASL mechanism.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Mechanism {
    /// The password itself, which needs TLS.
    Plain,
    /// A proof that the password is known, with SHA-256.
    ScramSha256,
    /// A proof that the password is known, with SHA-512.
    ScramSha512,
}

/// A password, or a private key. Nothing shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Security {
    /// Builds the security of a cluster that anybody may use: neither TLS nor a login.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds TLS.
    #[must_use]
    pub fn with_tls(mut self, tls: Tls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Adds a login.
    #[must_use]
    pub fn with_login(mut self, login: Login) -> Self {
        self.login = Some(login);
        self
    }

    /// The settings of TLS.
    #[must_use]
    pub fn tls(&self) -> Option<&Tls> {
        self.tls.as_ref()
    }

    /// The login.
    #[must_use]
    pub fn login(&self) -> Option<&Login> {
        self.login.as_ref()
    }
}

impl Tls {
    /// Trusts the authorities that the operating system trusts.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Trusts these authorities instead, certificates in PEM.
    #[must_use]
    pub fn with_authorities(mut self, pem: impl Into<String>) -> Self {
        self.authorities = Some(pem.into());
        self
    }

    /// Proves who the client is by its certificates and their private key (PKCS 8), both in PEM.
    #[must_use]
    pub fn with_identity(mut self, certificates: impl Into<String>, key: Password) -> Self {
        self.identity = Some(Identity { certificates: certificates.into(), key });
        self
    }
}

impl Login {
    /// Builds a login.
    #[must_use]
    pub fn new(mechanism: Mechanism, user: impl Into<String>, password: Password) -> Self {
        Self { mechanism, user: user.into(), password }
    }

    /// The user.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }
}

impl Mechanism {
    /// Returns the name by which brokers know it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::ScramSha512 => "SCRAM-SHA-512",
        }
    }
}

impl Password {
    /// Wraps a password.
    #[must_use]
    pub fn new(password: impl Into<String>) -> Self {
        Self(password.into())
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// Returns a text without the password.
    pub(crate) fn redact(&self, text: &str) -> String {
        if self.0.is_empty() { text.to_owned() } else { text.replace(&self.0, "…") }
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}
