//! The brokers and Connect, with the login of the settings.

use crate::settings::{KafkaSettings, SaslMechanism, SecurityProtocol};
use datasurface_kafka_client::{
    ConnectClient, KafkaClient, KafkaError, Limits, Login, Mechanism, Password, RestError, RestLogin,
    Security, Tls,
};
use datasurface_platform::{RuntimeContext, prelude::*};

/// The clients of an instance.
#[derive(Debug)]
pub(super) struct Clients {
    pub(super) kafka: KafkaClient,
    pub(super) connect: ConnectClient,
}

impl Clients {
    /// Connects to the brokers, and prepares requests to Connect.
    ///
    /// # Errors
    ///
    /// If there is no value for the credential of the settings, or no broker can be reached.
    pub(super) fn connect(
        settings: &KafkaSettings,
        site: &RuntimeContext<'_>,
    ) -> Result<Self, PlatformError> {
        let brokers = settings.brokers().join(",");
        let security = security(settings, site)?;
        let kafka = KafkaClient::connect(&brokers, security, Limits::default());
        let connect_login = match &settings.connect_credential {
            Some(name) => {
                let (user, password) =
                    login(site, name, host_of(&settings.connect_url), "logging in to Connect")?;
                Some(RestLogin::new(user, password))
            }
            None => None,
        };
        let connect =
            ConnectClient::new(&settings.connect_url, &Tls::new(), connect_login, Limits::default());
        Ok(Self {
            kafka: kafka.map_err(|error| kafka_failed(format!("connecting to `{brokers}`"), error))?,
            connect: connect.map_err(|error| {
                connect_failed(format!("connecting to `{}`", settings.connect_url), error)
            })?,
        })
    }
}

/// The way in which the brokers let a client in.
fn security(settings: &KafkaSettings, site: &RuntimeContext<'_>) -> Result<Security, PlatformError> {
    let Some(wanted) = &settings.security else { return Ok(Security::none()) };
    let security = match wanted.protocol {
        SecurityProtocol::SaslPlaintext => Security::none(),
        SecurityProtocol::Ssl | SecurityProtocol::SaslSsl => Security::none().with_tls(Tls::new()),
    };
    let Some(name) = wanted.credential.as_ref().filter(|_| wanted.protocol.has_login()) else {
        return Ok(security);
    };
    let host =
        settings.brokers().first().and_then(|broker| broker.rsplit_once(':')).map_or("", |(host, _)| host);
    let (user, password) = login(site, name, host, "logging in to the brokers")?;
    let mechanism = match wanted.mechanism {
        SaslMechanism::Plain => Mechanism::Plain,
        SaslMechanism::ScramSha256 => Mechanism::ScramSha256,
        SaslMechanism::ScramSha512 => Mechanism::ScramSha512,
    };
    Ok(security.with_login(Login::new(mechanism, user, password)))
}

/// Returns the user and the password that the value of a credential has, for a host.
fn login(
    site: &RuntimeContext<'_>,
    name: &str,
    host: &str,
    action: &'static str,
) -> Result<(String, Password), PlatformError> {
    let failed = |reason: String| PlatformError::new(PlatformErrorKind::Config, action).caused_by(reason);
    let secret = site
        .credentials
        .secret(&CredentialKey::from(name), host)
        .map_err(|error| failed(error.to_string()))?;
    match secret.reveal().split_once(':') {
        Some((user, password)) => Ok((user.to_owned(), Password::new(password))),
        None => Err(failed(format!("the value of the credential `{name}` is not `user:password`"))),
    }
}

/// The host of the address of a REST API.
fn host_of(url: &str) -> &str {
    let (_, rest) = url.split_once("://").unwrap_or_default();
    let authority = rest.split('/').next().unwrap_or_default();
    match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => authority.split(':').next().unwrap_or_default(),
    }
}

/// A failure of the brokers, with the next step.
pub(super) fn kafka_failed(context: impl Into<String>, error: KafkaError) -> PlatformError {
    let reason = format!("{error}; {}", error.help());
    PlatformError::new(PlatformErrorKind::External, context).caused_by(reason)
}

/// A failure of Connect, with the next step.
pub(super) fn connect_failed(context: impl Into<String>, error: RestError) -> PlatformError {
    let reason = format!("{error}; {}", error.help());
    PlatformError::new(PlatformErrorKind::External, context).caused_by(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_asked_for_by_host() {
        for (url, host) in [
            ("https://connect.example.org:8083", "connect.example.org"),
            ("https://connect.example.org/api", "connect.example.org"),
            ("http://localhost", "localhost"),
            ("https://[::1]:8083/x", "::1"),
        ] {
            assert_eq!(host_of(url), host);
        }
    }
}
