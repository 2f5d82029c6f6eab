//! How a PostgreSQL server is spoken to: settings of an instance, as rendered files repeat them.

use crate::prelude::*;
use std::{fmt, net::IpAddr, str::FromStr, time::Duration};

/// The settings of connections to a PostgreSQL server. The defaults are the safe choices.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServerSettings {
    /// Whether TLS is spoken, and what the server has to prove. By default `verify-full`; for a server at a loopback
    /// address or a socket `disable`, unless certificates are named here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sslmode: Option<SslMode>,
    /// For `verify-full`: the file (PEM) with the certificates of the authorities that the server's certificate may come
    /// from, relative to where the platform runs. By default those that the operating system trusts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root_certificates: Option<String>,
    /// The file (PEM) with the certificate that is shown to the server, and those between it and its authority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_certificate: Option<String>,
    /// The file (PEM) with the private key of that certificate. Nobody else may be able to read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_key: Option<String>,
    /// Whether the server may ask for the password in clear text or as MD5, or store it with fewer rounds of SCRAM than 4096.
    #[serde(default, skip_serializing_if = "is_false")]
    pub insecure_password: bool,
    /// For how long a server may take until it is ready for statements, in seconds; 15 by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connect_timeout_seconds: Option<u32>,
    /// For how long a statement may take, in seconds; 3600 by default, and 0 for no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement_timeout_seconds: Option<u32>,
}

/// Whether TLS is spoken, and what the server has to prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SslMode {
    /// No TLS.
    Disable,
    /// TLS with whoever answers. Who that is, its proof that it knows the password (SCRAM) has to show.
    Require,
    /// TLS with a server whose certificate is valid, is of an authority that is trusted, and has the name of the host.
    VerifyFull,
}

const CONNECT_TIMEOUT: u32 = 15;
const STATEMENT_TIMEOUT: u32 = 3600;

/// The names of the settings, as addresses have them.
const SSLMODE: &str = "sslmode";
const ROOT_CERTIFICATES: &str = "root_certificates";
const CLIENT_CERTIFICATE: &str = "client_certificate";
const CLIENT_KEY: &str = "client_key";
const INSECURE_PASSWORD: &str = "insecure_password";
const CONNECT_SECONDS: &str = "connect_timeout_seconds";
const STATEMENT_SECONDS: &str = "statement_timeout_seconds";

impl ServerSettings {
    /// Whether TLS is spoken with a server at this host.
    pub(crate) fn sslmode_at(&self, host: &str) -> SslMode {
        let has_certificates = self.root_certificates.is_some() || self.client_certificate.is_some();
        self.sslmode.unwrap_or(match is_here(host) && !has_certificates {
            true => SslMode::Disable,
            false => SslMode::VerifyFull,
        })
    }

    /// For how long a server may take until it is ready.
    pub(crate) fn connect_timeout(&self) -> Duration {
        Duration::from_secs(self.connect_timeout_seconds.unwrap_or(CONNECT_TIMEOUT).into())
    }

    /// For how long a statement may take, in seconds.
    pub(crate) fn statement_timeout_seconds(&self) -> u32 {
        self.statement_timeout_seconds.unwrap_or(STATEMENT_TIMEOUT)
    }

    /// How long a statement may take until all of its answer is there: the server stops the statement by itself before.
    pub(crate) fn answer_timeout(&self) -> Option<Duration> {
        let seconds = self.statement_timeout_seconds();
        (seconds > 0).then(|| Duration::from_secs(seconds.into()) + self.connect_timeout())
    }

    /// Whether nothing is set.
    pub(crate) fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Why these settings cannot hold together.
    pub(crate) fn error(&self) -> Option<&'static str> {
        let has_certificate = self.client_certificate.is_some();
        if has_certificate != self.client_key.is_some() {
            return Some("`client_certificate` and `client_key` need each other");
        }
        if self.sslmode == Some(SslMode::Disable) && (has_certificate || self.root_certificates.is_some()) {
            return Some("certificates mean nothing where `sslmode` is `disable`");
        }
        if self.sslmode == Some(SslMode::Require) && self.root_certificates.is_some() {
            return Some("`require` asks for no certificate: `root_certificates` belong to `verify-full`");
        }
        if self.connect_timeout_seconds == Some(0) {
            return Some("`connect_timeout_seconds` must be at least 1");
        }
        None
    }

    /// The settings that are set, by name.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&'static str, String)> {
        let number = |seconds: Option<u32>| seconds.map(|seconds| seconds.to_string());
        [
            (SSLMODE, self.sslmode.map(|mode| mode.to_string())),
            (ROOT_CERTIFICATES, self.root_certificates.clone()),
            (CLIENT_CERTIFICATE, self.client_certificate.clone()),
            (CLIENT_KEY, self.client_key.clone()),
            (INSECURE_PASSWORD, self.insecure_password.then(|| true.to_string())),
            (CONNECT_SECONDS, number(self.connect_timeout_seconds)),
            (STATEMENT_SECONDS, number(self.statement_timeout_seconds)),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
    }

    /// Takes a setting over; none if there is none of this name or with this value.
    pub(crate) fn set(&mut self, name: &str, value: String) -> Option<()> {
        match name {
            SSLMODE => self.sslmode = Some(value.parse().ok()?),
            ROOT_CERTIFICATES => self.root_certificates = Some(value),
            CLIENT_CERTIFICATE => self.client_certificate = Some(value),
            CLIENT_KEY => self.client_key = Some(value),
            INSECURE_PASSWORD => self.insecure_password = value.parse().ok()?,
            CONNECT_SECONDS => self.connect_timeout_seconds = Some(value.parse().ok()?),
            STATEMENT_SECONDS => self.statement_timeout_seconds = Some(value.parse().ok()?),
            _ => return None,
        }
        Some(())
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks in this way")]
fn is_false(value: &bool) -> bool {
    !value
}

/// Whether what is sent to a host stays on this machine.
fn is_here(host: &str) -> bool {
    is_socket(host)
        || host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

/// Whether a host is the folder of a socket.
pub(crate) fn is_socket(host: &str) -> bool {
    host.starts_with('/')
}

impl fmt::Display for SslMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Disable => "disable",
            Self::Require => "require",
            Self::VerifyFull => "verify-full",
        })
    }
}

impl FromStr for SslMode {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let modes = [Self::Disable, Self::Require, Self::VerifyFull];
        modes.into_iter().find(|mode| mode.to_string() == text).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_this_machine_in_clear_unless_somebody_says_so() {
        let default = ServerSettings::default();
        for here in ["127.0.0.1", "127.8.0.1", "::1", "::ffff:127.0.0.1", "localhost", "LocalHost", "/run/pg"]
        {
            assert_eq!(default.sslmode_at(here), SslMode::Disable, "{here}");
        }
        for there in
            ["db.example.org", "10.0.0.1", "::", "0.0.0.0", "localhost.example.org", "127.0.0.1.evil", ""]
        {
            assert_eq!(default.sslmode_at(there), SslMode::VerifyFull, "{there}");
        }
        let with_roots = ServerSettings { root_certificates: Some("ca.pem".to_owned()), ..default.clone() };
        assert_eq!(with_roots.sslmode_at("127.0.0.1"), SslMode::VerifyFull);
        let plain = ServerSettings { sslmode: Some(SslMode::Disable), ..default };
        assert_eq!(plain.sslmode_at("db.example.org"), SslMode::Disable);
    }
}
