//! A small company: two consumers, one transformer.

use datasurface_local::{LocalConfig, LocalPlatform};
use datasurface_platform::{
    graph::{Assignments, Stage},
    prelude::*,
};

pub(crate) const CUSTOMERS: &str =
    "customer_id VarChar(5) key, company_name VarChar(40) not null, city VarChar(15)";
pub(crate) const PRODUCTS: &str =
    "product_id Integer key, product_name VarChar(40), unit_price Decimal(10,2), weight Double";
pub(crate) const ORDERS: &str = "order Integer key, line Integer key, group VarChar(10)";

/// What can differ from test to test.
#[derive(Clone)]
pub(crate) struct NorthWind {
    pub(crate) customers: &'static str,
    pub(crate) products: &'static str,
    /// The column by which the source is read; without one, all of it is.
    pub(crate) watermark: Option<&'static str>,
    /// The datasets that are said to have no key.
    pub(crate) keyless: Vec<&'static str>,
    pub(crate) datasets: Vec<&'static str>,
    pub(crate) milestoning: Milestoning,
    pub(crate) retention: Option<Retention>,
    pub(crate) file: &'static str,
    pub(crate) select: &'static str,
    /// How servers are spoken to: a setting of the platform, as JSON.
    pub(crate) servers: &'static str,
    /// For how many seconds a table of the source may be read, if the platform is told.
    pub(crate) read_seconds: Option<u32>,
    /// How much a transformer may take.
    pub(crate) limits: serde_json::Value,
    /// The schema of the consumers' container on a server.
    pub(crate) schema: Option<&'static str>,
    /// The folder in which what is captured is published.
    pub(crate) publish: Option<&'static str>,
}

impl Default for NorthWind {
    fn default() -> Self {
        Self {
            customers: CUSTOMERS,
            products: PRODUCTS,
            watermark: None,
            keyless: Vec::new(),
            datasets: vec!["NW_Data/customers", "NW_Data/products"],
            milestoning: Milestoning::Live,
            retention: None,
            file: "northwind.db",
            select: "SELECT customer_id, '***' AS company_name, city FROM NW_Data_customers",
            servers: "{}",
            read_seconds: None,
            limits: json!({}),
            schema: None,
            publish: None,
        }
    }
}

impl NorthWind {
    /// Consumers have a file of their own, with history.
    pub(crate) fn in_a_file() -> Self {
        Self { file: "desk.db", milestoning: Milestoning::LiveAndForensic, ..Self::default() }
    }

    /// Only what is new is read, by the column `version`.
    pub(crate) fn by_version() -> Self {
        Self {
            customers: "customer_id VarChar(5) key, company_name VarChar(40) not null, city VarChar(15), version Integer",
            products: "product_id Integer key, product_name VarChar(40), version Integer",
            watermark: Some("version"),
            ..Self::default()
        }
    }

    pub(crate) fn consumer(&self) -> Workspace {
        let mut group = DatasetGroup::new("analysis")
            .with_sinks(self.datasets.iter().copied())
            .with_milestoning(self.milestoning);
        if let Some(retention) = self.retention {
            group = group.with_retention(retention);
        }
        Workspace::new("Sales")
            .with_container("USA/NorthWindTeam/Desk")
            .with_priority(Priority::High)
            .group(group)
    }

    pub(crate) fn ecosystem(&self) -> Ecosystem {
        let capture = match self.watermark {
            None => Capture::sql_snapshot("USA/NorthWindTeam/Source"),
            Some(column) => Capture::sql_watermark("USA/NorthWindTeam/Source", column),
        };
        let capture = self.keyless.iter().copied().fold(capture, Capture::keyless_dataset);
        let source = Datastore::new("NW_Data")
            .captured(
                capture
                    .with_credential("northwind")
                    .with_cron("*/10 * * * *")
                    .table("customers", "Customers"),
            )
            .dataset(Dataset::new("customers", self.customers).classified("PII"))
            .dataset(Dataset::new("products", self.products))
            .dataset(Dataset::new("orders", ORDERS));
        let masked = Datastore::new("Masked_NW_Data").dataset(Dataset::new("customers", CUSTOMERS));
        let mask = Workspace::new("Mask")
            .with_container("USA/NorthWindTeam/Desk")
            .group(DatasetGroup::new("raw").sink("NW_Data/customers"))
            .with_transformer(DataTransformer::sql("Masked_NW_Data").select("customers", self.select));
        let marketing = Workspace::new("Marketing")
            .with_container("USA/NorthWindTeam/Desk")
            .group(DatasetGroup::new("masked").sink("Masked_NW_Data/customers"));
        let team = Team::new()
            .container(DataContainer::sqlite("Source", "source.db"))
            .container(DataContainer::sqlite("Desk", self.file).with_credential("desk"))
            .credential(opens("northwind", "USA/NorthWindTeam/Source"))
            .credential(opens("desk", "USA/NorthWindTeam/Desk"))
            .datastore(source)
            .datastore(masked)
            .workspace(mask)
            .workspace(marketing)
            .workspace(self.consumer());
        let owner = "github:northwind/model@main";
        let schemas: serde_json::Map<String, serde_json::Value> =
            self.schema.iter().map(|schema| ("USA/NorthWindTeam/Desk".to_owned(), json!(schema))).collect();
        let zone = GovernanceZone::new().team("NorthWindTeam", owner, team);
        let mut platform = PlatformDeclaration::new("Local", "local")
            .setting("database", "northwind.db")
            .setting("schemas", serde_json::Value::Object(schemas))
            .setting("servers", serde_json::from_str::<serde_json::Value>(self.servers).unwrap())
            .setting("transformers", self.limits.clone());
        if let Some(seconds) = self.read_seconds {
            platform = platform.setting("sqlite_statement_timeout_seconds", json!(seconds));
        }
        if let Some(folder) = self.publish {
            platform = platform.setting("publish", folder);
        }
        Ecosystem::new("NorthWind", owner, "github:northwind/model@live")
            .platform(platform)
            .zone("USA", owner, zone)
    }

    pub(crate) fn assignments() -> Assignments {
        Assignments::default()
            .with_group("Local", "Sales/analysis", Stage::Provisioned)
            .with_group("Local", "Marketing/masked", Stage::Provisioned)
            .with_primary("Local", "NW_Data", Stage::Provisioned)
            .with_primary("Local", "Masked_NW_Data", Stage::Provisioned)
    }

    pub(crate) fn example(&self) -> crate::example::Example {
        crate::example::Example::new(self.ecosystem(), &Self::assignments())
    }
}

fn opens(name: &str, container: &str) -> Credential {
    Credential::new(name, CredentialKind::Password).opening(container)
}

pub(crate) fn platform(database: &str) -> LocalPlatform {
    LocalPlatform::new(LocalConfig::new(database))
}
