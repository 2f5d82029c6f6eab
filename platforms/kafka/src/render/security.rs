//! The login of what connectors and jobs open themselves, beside the clients of the workers.

use super::{
    Context,
    connector::{Config, secret_value},
};
use crate::names::credential_secret;

/// What the connector of Flink has its own copy of Kafka's client behind.
const FLINK: &str = "org.apache.flink.kafka.shaded.";

/// Returns the members by which a client of a connector logs in to the brokers; none if they let everybody in.
pub(super) fn client_config(context: Context<'_>, prefix: &str) -> Config {
    login(context, prefix, "")
}

/// Returns the members by which a table of Flink logs in to the brokers; none if they let everybody in. The client itself reads user and password from
/// the directory of secrets, where it runs: neither the gateway nor its cluster is told them.
pub(super) fn flink_config(context: Context<'_>) -> Config {
    let mut config = login(context, "properties.", FLINK);
    if config.len() > 1 {
        let mut set = |name: &str, value: String| config.insert(format!("properties.{name}"), value);
        set("config.providers", "directory".to_owned());
        let provider = "org.apache.kafka.common.config.provider.DirectoryConfigProvider";
        set("config.providers.directory.class", format!("{FLINK}{provider}"));
    }
    config
}

fn login(context: Context<'_>, prefix: &str, classes: &str) -> Config {
    let Some(security) = &context.settings.security else { return Config::new() };
    let mut config = Config::new();
    let mut set = |name: &str, value: String| config.insert(format!("{prefix}{name}"), value);
    set("security.protocol", security.protocol.name().to_owned());
    if let Some(credential) = security.credential.as_ref().filter(|_| security.protocol.has_login()) {
        let secret = credential_secret(&credential.as_str().into());
        let value = |file: &str| secret_value(context, &secret, file);
        set("sasl.mechanism", security.mechanism.name().to_owned());
        set(
            "sasl.jaas.config",
            format!(
                "{classes}{} required username=\"{}\" password=\"{}\";",
                security.mechanism.login_module(),
                value("user"),
                value("password")
            ),
        );
    }
    config
}
