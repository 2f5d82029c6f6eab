//! The client of a cluster.

use crate::prelude::*;
use datasurface_kafka_client::{
    AvroReader, KafkaClient, KafkaError, Limits, Login, Mechanism, Password, RegistryClient, Security, Tls,
};
use datasurface_platform::{KafkaTopicAddress, RuntimeContext, TopicEncoding};

/// Connects to the cluster of a topic.
///
/// # Errors
///
/// If there is no value for the credential, or no broker can be reached.
pub(super) fn connect(
    address: &KafkaTopicAddress,
    credential: Option<&CredentialKey>,
    site: &RuntimeContext<'_>,
) -> Result<KafkaClient, PlatformError> {
    let servers = address.bootstrap_servers.join(",");
    let security = match address.tls {
        true => Security::none().with_tls(Tls::new()),
        false => Security::none(),
    };
    let security = match &address.login {
        Some(mechanism) => security.with_login(login(address, mechanism, credential, site)?),
        None => security,
    };
    KafkaClient::connect(&servers, security, Limits::default())
        .map_err(|error| kafka_failed(format!("connecting to `{servers}`"), error))
}

/// Returns the reader of records in Avro; none for a topic in another encoding. The registry is asked without a login: an offer has room for the
/// credential of the cluster alone.
///
/// # Errors
///
/// If the address names no registry that can be asked.
pub(super) fn avro_reader(address: &KafkaTopicAddress) -> Result<Option<AvroReader>, PlatformError> {
    if address.encoding != TopicEncoding::DebeziumAvro {
        return Ok(None);
    }
    let url = address.registry.as_deref().unwrap_or_default();
    let registry = RegistryClient::new(url, &Tls::new(), None, Limits::default());
    let registry = registry.map_err(|error| {
        let context = format!("reading the topic `{}` with the registry `{url}`", address.topic);
        PlatformError::new(PlatformErrorKind::Config, context).caused_by(format!("{error}; {}", error.help()))
    })?;
    Ok(Some(AvroReader::new(registry)))
}

fn login(
    address: &KafkaTopicAddress,
    mechanism: &str,
    credential: Option<&CredentialKey>,
    site: &RuntimeContext<'_>,
) -> Result<Login, PlatformError> {
    let failed = |reason: String| {
        let context = format!("logging in to read the topic `{}`", address.topic);
        PlatformError::new(PlatformErrorKind::Config, context).caused_by(reason)
    };
    let credential =
        credential.ok_or_else(|| failed("the offer of the topic names no credential".to_owned()))?;
    let host = address.bootstrap_servers.first().and_then(|server| server.rsplit_once(':'));
    let secret = site.credentials.secret(credential, host.map_or("", |(host, _)| host));
    let secret = secret.map_err(|error| failed(error.to_string()))?;
    let Some((user, password)) = secret.reveal().split_once(':') else {
        return Err(failed(format!("the value of the credential `{credential}` is not `user:password`")));
    };
    let mechanism = match mechanism {
        "PLAIN" => Mechanism::Plain,
        "SCRAM-SHA-256" => Mechanism::ScramSha256,
        "SCRAM-SHA-512" => Mechanism::ScramSha512,
        other => return Err(failed(format!("nobody logs in by `{other}` here"))),
    };
    Ok(Login::new(mechanism, user, Password::new(password)))
}

/// A failure of the brokers, with the next step.
pub(super) fn kafka_failed(context: impl Into<String>, error: KafkaError) -> PlatformError {
    let reason = format!("{error}; {}", error.help());
    PlatformError::new(PlatformErrorKind::External, context).caused_by(reason)
}
