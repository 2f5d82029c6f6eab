//! The login of what connectors open themselves, beside the clients of the workers.

use super::{
    Context,
    connector::{Config, secret_value},
};
use crate::names::credential_secret;

/// Returns the members by which a client of a connector logs in to the brokers; none if they let everybody in.
pub(super) fn client_config(context: Context<'_>, prefix: &str) -> Config {
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
                "{} required username=\"{}\" password=\"{}\";",
                security.mechanism.login_module(),
                value("user"),
                value("password")
            ),
        );
    }
    config
}
