//! The brokers, Connect and the registry of schemas, with the logins of the settings.

use super::values;
use crate::settings::{KafkaSettings, SaslMechanism, SecurityProtocol};
use datasurface_kafka_client::{
    AvroReader, ConnectClient, GatewayClient, KafkaClient, KafkaError, Limits, Login, Mechanism, Password,
    RegistryClient, RestError, RestLogin, Security, Tls,
};
use datasurface_platform::{RuntimeContext, prelude::*};
use serde_json::Value;
use std::time::Duration;

/// The longest time for a statement of Flink.
const STATEMENT: Duration = Duration::from_secs(120);

/// The clients of an instance.
#[derive(Debug)]
pub(super) struct Clients {
    pub(super) kafka: KafkaClient,
    /// The user as which the brokers know this client, if they ask for a login.
    pub(super) user: Option<String>,
    pub(super) connect: ConnectClient,
    /// The registry of schemas, if topics have Avro.
    pub(super) registry: Option<RegistryClient>,
    /// The SQL gateway of Flink, if there are jobs.
    pub(super) gateway: Option<GatewayClient>,
    /// The reader of records in Avro, if there may be some.
    pub(super) avro: Option<AvroReader>,
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
        let (security, user) = security(settings, site)?;
        let kafka = KafkaClient::connect(&brokers, security, Limits::default());
        let kafka = kafka.map_err(|error| kafka_failed(format!("connecting to `{brokers}`"), error))?;
        let url = &settings.connect_url;
        let login = rest_login(site, settings.connect_credential.as_deref(), url, "logging in to Connect")?;
        let connect = ConnectClient::new(url, &Tls::new(), login, Limits::default());
        let connect = connect.map_err(|error| rest_failed(format!("connecting to `{url}`"), error))?;
        let registry = settings.schema_registry.as_ref().map(|registry| {
            let url = registry.confluent_url();
            let login = rest_login(site, registry.credential.as_deref(), &url, "logging in to the registry")?;
            let client = RegistryClient::new(&url, &Tls::new(), login, Limits::default());
            client.map_err(|error| rest_failed(format!("connecting to `{url}`"), error))
        });
        let registry = registry.transpose()?;
        let avro = registry.clone().map(AvroReader::new);
        let gateway = settings.flink.as_ref().map(|flink| {
            let url = &flink.url;
            let login = rest_login(site, flink.credential.as_deref(), url, "logging in to the SQL gateway")?;
            // A statement that starts a job waits for the planner, and for the cluster.
            let limits = Limits::default().with_answering(STATEMENT);
            let client = GatewayClient::new(url, &Tls::new(), login, limits);
            client.map_err(|error| rest_failed(format!("connecting to `{url}`"), error))
        });
        let gateway = gateway.transpose()?;
        Ok(Self { kafka, user, connect, registry, gateway, avro })
    }

    /// Reads the value of a record; `None` if it is not of a form that converters write.
    ///
    /// # Errors
    ///
    /// If the registry cannot be asked, or does not have the schema of the value.
    pub(super) fn payload(&mut self, value: &[u8]) -> Result<Option<Value>, PlatformError> {
        values::payload(self.avro.as_mut(), value)
    }
}

/// Returns the login to a REST API that a credential is of; none without one.
fn rest_login(
    site: &RuntimeContext<'_>,
    credential: Option<&str>,
    url: &str,
    action: &'static str,
) -> Result<Option<RestLogin>, PlatformError> {
    let Some(name) = credential else { return Ok(None) };
    let (user, password) = login(site, name, host_of(url), action)?;
    Ok(Some(RestLogin::new(user, password)))
}

/// The way in which the brokers let a client in, and the user that it is for them.
fn security(
    settings: &KafkaSettings,
    site: &RuntimeContext<'_>,
) -> Result<(Security, Option<String>), PlatformError> {
    let Some(wanted) = &settings.security else { return Ok((Security::none(), None)) };
    let security = match wanted.protocol {
        SecurityProtocol::SaslPlaintext => Security::none(),
        SecurityProtocol::Ssl | SecurityProtocol::SaslSsl => Security::none().with_tls(Tls::new()),
    };
    let Some(name) = wanted.credential.as_ref().filter(|_| wanted.protocol.has_login()) else {
        return Ok((security, None));
    };
    let host =
        settings.brokers().first().and_then(|broker| broker.rsplit_once(':')).map_or("", |(host, _)| host);
    let (user, password) = login(site, name, host, "logging in to the brokers")?;
    let mechanism = match wanted.mechanism {
        SaslMechanism::Plain => Mechanism::Plain,
        SaslMechanism::ScramSha256 => Mechanism::ScramSha256,
        SaslMechanism::ScramSha512 => Mechanism::ScramSha512,
    };
    Ok((security.with_login(Login::new(mechanism, user.clone(), password)), Some(user)))
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

/// A failure of Connect or of the registry, with the next step.
pub(super) fn rest_failed(context: impl Into<String>, error: RestError) -> PlatformError {
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
