//! The pipeline that is rendered, and was written by hand, too: ten tables of one database into tables of another one.

use datasurface_kafka::KafkaPlatform;
use datasurface_platform::prelude::*;

/// The tables, each with these columns.
pub(crate) const TABLES: [&str; 10] = [
    "categories",
    "customers",
    "employees",
    "order_details",
    "orders",
    "products",
    "region",
    "shippers",
    "suppliers",
    "territories",
];

/// The connectors and the topics as somebody wrote them.
pub(crate) const SOURCE: &str = include_str!("source.json");
pub(crate) const SINK: &str = include_str!("sink.json");
pub(crate) const TOPIC: &str = include_str!("topic.json");

/// Where the engines are.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) brokers: String,
    pub(crate) connect: String,
    /// The port of the server of both databases.
    pub(crate) port: u16,
    pub(crate) secrets: String,
}

impl Place {
    /// A configuration that was written by hand, for this place.
    pub(crate) fn of(&self, written: &str) -> std::collections::BTreeMap<String, String> {
        let written = written.replace("PORT", &self.port.to_string()).replace("SECRETS", &self.secrets);
        serde_json::from_str(&written).unwrap()
    }

    /// The same pipeline as a model.
    pub(crate) fn ecosystem(&self) -> Ecosystem {
        let platform = PlatformDeclaration::new("Stream", KafkaPlatform::KIND)
            .setting("bootstrap_servers", json!([self.brokers]))
            .setting("connect_url", json!(self.connect))
            .setting("replication_factor", json!(1))
            .setting("secrets_directory", json!(self.secrets))
            .setting("database_ssl_mode", json!("disable"))
            .setting("heartbeat_seconds", json!(1))
            .setting("patience_seconds", json!(240));
        let database = |name: &str, database: &str, credential: &str| {
            let kind = ContainerKind::Postgres {
                host: "127.0.0.1".into(),
                port: self.port,
                database: database.into(),
            };
            DataContainer::new(name, kind).located("Azure/USA").with_credential(credential)
        };
        let capture =
            Capture::change_data_capture("USA/Team/Source").with_consistency(Consistency::SingleDataset);
        let columns = "id BigInt key, made_at Timestamp(UTC) not null, payload VarChar(100)";
        let store = TABLES
            .map(|table| Dataset::new(table, columns).classified("Public"))
            .into_iter()
            .fold(Datastore::new("Clock").captured(capture), Datastore::dataset);
        let sinks: Vec<String> = TABLES.iter().map(|table| format!("Clock/{table}")).collect();
        let team = Team::new()
            .credential(Credential::new("reader", CredentialKind::Password).opening("USA/Team/Source"))
            .credential(Credential::new("writer", CredentialKind::Password).opening("USA/Team/Warehouse"))
            .container(database("Source", "source", "reader"))
            .container(database("Warehouse", "warehouse", "writer"))
            .datastore(store)
            .workspace(
                Workspace::new("Reporting")
                    .with_container("USA/Team/Warehouse")
                    .group(DatasetGroup::new("Now").with_sinks(sinks.iter().map(String::as_str))),
            );
        Ecosystem::new("Clocks", "github:clocks/model@main", "github:clocks/live@main")
            .vendor(InfrastructureVendor::new("Azure").location("USA"))
            .platform(platform)
            .zone(
                "USA",
                "github:clocks/usa@main",
                GovernanceZone::new().team("Team", "github:clocks/team@main", team),
            )
    }
}
