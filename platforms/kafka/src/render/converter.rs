//! Converters: how connectors write keys, values and headers, and read them. They are named for each connector, so that it does not depend on the
//! defaults of the workers.

use super::{
    Context,
    connector::{Config, config, secret_value},
};
use crate::{names::credential_secret, settings::RegistrySettings};

/// Returns the converters: of keys and values to Avro where there is a registry of schemas, otherwise to JSON with its schema.
pub(super) fn converters(context: Context<'_>) -> Config {
    let mut converters = Config::new();
    for part in ["key", "value"] {
        let of_part = match &context.settings.schema_registry {
            Some(registry) => avro(context, registry),
            None => json(),
        };
        add(&mut converters, part, of_part);
    }
    // A header has the former key of a row whose key changed, and the usual converter reads it as a map without types, at which sinks fail.
    add(&mut converters, "header", json());
    converters
}

fn add(converters: &mut Config, part: &str, of_part: Config) {
    let named = of_part.into_iter().map(|(name, value)| match name.as_str() {
        "" => (format!("{part}.converter"), value),
        name => (format!("{part}.converter.{name}"), value),
    });
    converters.extend(named);
}

/// JSON with its schema, in which decimal numbers are numbers.
fn json() -> Config {
    config([
        ("", "org.apache.kafka.connect.json.JsonConverter".to_owned()),
        ("schemas.enable", "true".to_owned()),
        ("decimal.format", "NUMERIC".to_owned()),
    ])
}

/// Avro, behind the ID of its schema in the form that clients of any registry know.
fn avro(context: Context<'_>, registry: &RegistrySettings) -> Config {
    let mut avro = config([
        ("", "io.apicurio.registry.utils.converter.AvroConverter".to_owned()),
        ("apicurio.registry.url", registry.converter_url()),
        ("apicurio.registry.auto-register", "true".to_owned()),
        // Otherwise the ID is in a header, where other clients do not look.
        ("apicurio.registry.headers.enabled", "false".to_owned()),
        ("apicurio.registry.as-confluent", "true".to_owned()),
        // The IDs that the API of Confluent's registry knows.
        ("apicurio.registry.use-id", "contentId".to_owned()),
    ]);
    if let Some(credential) = &registry.credential {
        let secret = credential_secret(&credential.as_str().into());
        for (name, file) in [("username", "user"), ("password", "password")] {
            avro.insert(format!("apicurio.auth.{name}"), secret_value(context, &secret, file));
        }
    }
    avro
}
