//! The brokers and Connect, with the login of the settings.

use crate::settings::{KafkaSettings, SaslMechanism, SecurityProtocol};
use datasurface_kafka_client::{
    ConnectClient, ConnectError, KafkaClient, KafkaError, Limits, Login, Mechanism, Password, Security, Tls,
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
        let connect = ConnectClient::new(&settings.connect_url, &Tls::new(), None, Limits::default());
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
    let failed = |reason: String| {
        PlatformError::new(PlatformErrorKind::Config, "logging in to the brokers").caused_by(reason)
    };
    let secret = site
        .credentials
        .secret(&CredentialKey::from(name.as_str()), host)
        .map_err(|error| failed(error.to_string()))?;
    let Some((user, password)) = secret.reveal().split_once(':') else {
        return Err(failed(format!("the value of the credential `{name}` is not `user:password`")));
    };
    let mechanism = match wanted.mechanism {
        SaslMechanism::Plain => Mechanism::Plain,
        SaslMechanism::ScramSha256 => Mechanism::ScramSha256,
        SaslMechanism::ScramSha512 => Mechanism::ScramSha512,
    };
    Ok(security.with_login(Login::new(mechanism, user, Password::new(password))))
}

/// A failure of the brokers, with the next step.
pub(super) fn kafka_failed(context: impl Into<String>, error: KafkaError) -> PlatformError {
    let reason = format!("{error}; {}", error.help());
    PlatformError::new(PlatformErrorKind::External, context).caused_by(reason)
}

/// A failure of Connect, with the next step.
pub(super) fn connect_failed(context: impl Into<String>, error: ConnectError) -> PlatformError {
    let reason = format!("{error}; {}", error.help());
    PlatformError::new(PlatformErrorKind::External, context).caused_by(reason)
}
