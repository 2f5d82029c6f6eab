//! The cluster: where the runtime finds the brokers and Connect.

use super::Context;
use crate::settings::FlinkSettings;
use datasurface_platform::prelude::*;

/// The kind of the resource, and its address.
pub(crate) const KIND: &str = "cluster";

/// The attribute with the registry of schemas.
pub(crate) const REGISTRY: &str = "schema_registry";

/// Returns the cluster, for the foundation.
pub(super) fn resource(context: Context<'_>) -> Resource {
    let settings = context.settings;
    let security = settings.security.as_ref().map(|security| {
        json!({
            "protocol": security.protocol.name(),
            "mechanism": security.protocol.has_login().then(|| security.mechanism.name()),
            "credential": security.credential,
        })
    });
    let cluster = Resource::new(KIND, KIND)
        .attribute("bootstrap_servers", settings.brokers())
        .attribute("connect_url", &settings.connect_url)
        .attribute("prefix", context.names.prefix());
    let cluster = match &settings.connect_credential {
        Some(credential) => cluster.attribute("connect_credential", credential),
        None => cluster,
    };
    let cluster = match &settings.schema_registry {
        Some(registry) => {
            cluster.attribute(REGISTRY, json!({"url": registry.url, "credential": registry.credential}))
        }
        None => cluster,
    };
    let cluster = match &settings.flink {
        Some(FlinkSettings { url, credential, checkpoint_seconds, checkpoint_directory }) => cluster
            .attribute(
                "flink",
                json!({
                    "url": url,
                    "credential": credential,
                    "checkpoint_seconds": checkpoint_seconds,
                    "checkpoint_directory": checkpoint_directory,
                }),
            ),
        None => cluster,
    };
    match security {
        Some(security) => cluster.attribute("security", security),
        None => cluster,
    }
}
