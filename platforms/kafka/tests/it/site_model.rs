//! What models of pipelines on a [`Site`] have in common: the platform, its cluster, and databases with their credentials.

use crate::engine::Site;
use datasurface_kafka::KafkaPlatform;
use datasurface_platform::prelude::*;

/// The longest wait for everything to be delivered, in seconds: the machine may have other things to do.
pub(crate) const PATIENCE: u32 = 240;

/// The platform of a [`Site`], under a name, with its registry of schemas or without it.
pub(crate) fn platform(
    site: &Site,
    name: &str,
    patience_seconds: u32,
    has_registry: bool,
) -> PlatformDeclaration {
    let brokers = site.kafka.bootstrap_servers();
    let brokers: Vec<&str> = brokers.split(',').collect();
    let platform = PlatformDeclaration::new(name, KafkaPlatform::KIND)
        .setting("bootstrap_servers", json!(brokers))
        .setting("connect_url", json!(site.worker.url()))
        .setting("replication_factor", json!(brokers.len().min(3)))
        .setting("secrets_directory", json!(site.secrets()))
        .setting("database_ssl_mode", json!("disable"))
        .setting("heartbeat_seconds", json!(1))
        .setting("patience_seconds", json!(patience_seconds));
    match (site.registry.as_ref().filter(|_| has_registry), &site.registry_guard) {
        (Some(_), Some(guard)) => {
            let guarded = json!({"url": guard.url(), "credential": "USA/Team/registry"});
            platform.setting("schema_registry", guarded)
        }
        (Some(registry), None) => platform.setting("schema_registry", json!({"url": registry.url()})),
        (None, _) => platform,
    }
}

/// A model with the containers `USA/Team/Source`, `USA/Team/Warehouse` and `USA/Team/Topics`, and what else a team has.
pub(crate) fn model(site: &Site, patience_seconds: u32, with: impl FnOnce(Team) -> Team) -> Ecosystem {
    model_on(platform(site, "Stream", patience_seconds, true), site, with)
}

/// The same, on a platform.
pub(crate) fn model_on(
    platform: PlatformDeclaration,
    site: &Site,
    with: impl FnOnce(Team) -> Team,
) -> Ecosystem {
    let database = |name: &str, database: &str| {
        let kind = ContainerKind::Postgres {
            host: "127.0.0.1".into(),
            port: site.server.port,
            database: database.into(),
        };
        DataContainer::new(name, kind).located("Azure/USA")
    };
    let team = Team::new()
        .credential(Credential::new("reader", CredentialKind::Password).opening("USA/Team/Source"))
        .credential(Credential::new("writer", CredentialKind::Password).opening("USA/Team/Warehouse"))
        .container(database("Source", "source").with_credential("reader"))
        .container(database("Warehouse", "warehouse").with_credential("writer"))
        .container(DataContainer::platform_managed("Topics"));
    Ecosystem::new("NorthWind", "github:northwind/model@main", "github:northwind/live@main")
        .vendor(InfrastructureVendor::new("Azure").location("USA"))
        .platform(platform)
        .zone(
            "USA",
            "github:northwind/usa@main",
            GovernanceZone::new().team("Team", "github:northwind/team@main", with(team)),
        )
}
