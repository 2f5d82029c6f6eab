//! An ecosystem for the platform: a shop with one database, one desk that reads topics, and a database of reports.

use datasurface_kafka::KafkaPlatform;
use datasurface_platform::{Plan, prelude::*};
use datasurface_testkit::{DeployedRevision, Deployment};
use std::path::Path;

/// The database of reports: nothing in its name is a parameter of a driver.
pub(crate) const REPORTS: &str = "reports?sslmode=verify-full&x";

/// Settings of the platform.
pub(crate) fn settings() -> serde_json::Value {
    json!({
        "bootstrap_servers": ["kafka-2.example.org:9092", "kafka-1.example.org:9092"],
        "connect_url": "http://connect.example.org:8083",
        "place": "Azure/USA",
    })
}

/// What of the shop changes from revision to revision.
#[derive(Clone, Debug)]
pub(crate) struct Shop {
    /// The settings of the platform.
    pub(crate) settings: serde_json::Value,
    /// The datasets of the store, each with its columns.
    pub(crate) datasets: Vec<Dataset>,
    /// What the desk wants; without anything there is no desk.
    pub(crate) wanted: Vec<&'static str>,
    /// How long the desk needs what it saw.
    pub(crate) retention: Option<Retention>,
    /// The container of the store.
    pub(crate) container: &'static str,
    /// The host of the database of the store.
    pub(crate) host: &'static str,
    /// The engine and the address of the database of the store, if it is not PostgreSQL on that host.
    pub(crate) engine: Option<ContainerKind>,
    /// The table of orders at the source, if it is called otherwise.
    pub(crate) orders_table: Option<&'static str>,
    /// The kind of the credential of the store.
    pub(crate) credential: CredentialKind,
    /// Whether orders are delivered to a database.
    pub(crate) reports: bool,
    /// Who may read the desk.
    pub(crate) readers: Vec<Principal>,
}

pub(crate) fn orders() -> Dataset {
    orders_with("id BigInt key, customer Integer not null, amount Decimal(12,2), placed Timestamp(UTC)")
}

pub(crate) fn orders_with(columns: &str) -> Dataset {
    Dataset::new("orders", columns).classified("Public")
}

pub(crate) fn customers() -> Dataset {
    Dataset::new("customers", "id Integer key, name VarChar(80)").classified("Public")
}

impl Shop {
    pub(crate) fn new() -> Self {
        let mut settings = settings();
        settings["acls"] = json!(true);
        Self {
            settings,
            datasets: vec![orders(), customers()],
            wanted: vec!["Store/orders", "Store/customers"],
            retention: Some(Retention::years(1)),
            container: "Till",
            host: "till.example.org",
            engine: None,
            orders_table: Some("sales.orders"),
            credential: CredentialKind::Password,
            reports: false,
            readers: Vec::new(),
        }
    }

    pub(crate) fn ecosystem(&self) -> Ecosystem {
        let container = format!("Europe/Sales/{}", self.container);
        let capture =
            Capture::change_data_capture(container.as_str()).with_consistency(Consistency::SingleDataset);
        let capture = match self.orders_table {
            Some(table) => capture.table("orders", table),
            None => capture,
        };
        let store = Datastore::new("Store").captured(capture);
        let store = self.datasets.iter().cloned().fold(store, Datastore::dataset);
        let till = match &self.engine {
            Some(engine) => DataContainer::new(self.container, engine.clone()),
            None => DataContainer::postgres(self.container, self.host, "main"),
        };
        let till = till.located("Azure/USA").with_credential("reader");
        let team = Team::new()
            .credential(Credential::new("reader", self.credential).opening(container.as_str()))
            .container(till)
            .container(DataContainer::platform_managed("Topics"))
            .datastore(store);
        let group = DatasetGroup::new("Now").with_sinks(self.wanted.iter().copied());
        let group = match self.retention {
            Some(retention) => group.with_retention(retention),
            None => group,
        };
        let team = match self.wanted.is_empty() {
            true => team,
            false => {
                let desk = Workspace::new("Desk").with_container("Europe/Sales/Topics").group(group);
                team.workspace(self.readers.iter().cloned().fold(desk, Workspace::granted))
            }
        };
        let team = if self.reports { with_reports(team) } else { team };
        let platform = PlatformDeclaration::new("Stream", KafkaPlatform::KIND);
        let members = self.settings.as_object().unwrap();
        let platform =
            members.iter().fold(platform, |platform, (name, value)| platform.setting(name, value.clone()));
        Ecosystem::new("Shop", "github:shop/model@main", "github:shop/live@main")
            .vendor(InfrastructureVendor::new("Azure").location("USA"))
            .platform(platform)
            .zone(
                "Europe",
                "github:shop/europe@main",
                GovernanceZone::new().team("Sales", "github:shop/sales@main", team),
            )
    }
}

/// Adds a database of consumers, and a workspace that reads orders there.
fn with_reports(team: Team) -> Team {
    let reports = DataContainer::postgres("Reports", "reports.example.org", REPORTS)
        .located("Azure/USA")
        .with_credential("writer");
    let writer = Credential::new("writer", CredentialKind::Password).opening("Europe/Sales/Reports");
    team.credential(writer).container(reports).workspace(
        Workspace::new("Reporting")
            .with_container("Europe/Sales/Reports")
            .group(DatasetGroup::new("Orders").sink("Store/orders")),
    )
}

/// A deployment in a folder.
pub(crate) fn deployment(folder: &Path) -> Deployment {
    Deployment::new(Registry::new().with_plugin::<KafkaPlatform>(), folder, "2026-11-25".parse().unwrap())
}

pub(crate) fn plan(revision: &DeployedRevision) -> &Plan {
    &revision.plans[&PlatformName::from("Stream")]
}
