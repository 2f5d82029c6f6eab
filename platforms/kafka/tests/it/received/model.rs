//! The ecosystem: a store that a local platform captures and publishes, and readers of a warehouse that Kafka feeds.

use crate::{
    engine::{READER, Site},
    postgres::PASSWORD,
    site_model::{PATIENCE, model},
};
use datasurface_kafka::KafkaPlatform;
use datasurface_local::LocalPlatform;
use datasurface_platform::{CredentialError, CredentialSource, Secret, prelude::*};
use datasurface_testkit::Deployment;
use std::{path::Path, time::SystemTime};

/// The platform that captures. By its name, the one that reads would come before it.
pub(super) const PUBLISHER: &str = "Vault";

/// The tables of the source, each with the columns of the model.
pub(super) const TABLES: [(&str, &str); 3] = [
    ("customers", "customer_id VarChar(5) key, company_name VarChar(40) not null, country VarChar(15)"),
    (
        "products",
        "product_id SmallInt key, product_name VarChar(40) not null, supplier_id SmallInt, unit_price Decimal(10,4), \
         discontinued Boolean not null",
    ),
    ("odd", ODD),
];

/// Every type that both platforms have, and a key of two columns.
const ODD: &str = "id BigInt key, part VarChar(9) key, day Date, moment Timestamp, instant Timestamp(UTC), ratio Double, \
                   narrow Real, amount Decimal(20,6), bytes Binary(99), is_odd Boolean, small SmallInt, word Char(3)";

/// A model of which the names of now may be others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Model {
    /// The name of the customers.
    pub(super) customers: &'static str,
    /// The columns of the customers, if they are not those of the beginning.
    pub(super) columns: Option<&'static str>,
}

impl Model {
    pub(super) const FIRST: Self = Self { customers: "customers", columns: None };

    pub(super) fn ecosystem(self, site: &Site) -> Ecosystem {
        let called = |table: &'static str| if table == "customers" { self.customers } else { table };
        let dataset = |(table, columns): (&'static str, &'static str)| {
            let columns = self.columns.filter(|_| table == "customers").unwrap_or(columns);
            let dataset = Dataset::new(called(table), columns).classified("Public");
            if called(table) == table { dataset } else { dataset.renamed_from(table) }
        };
        let with = |team: Team| {
            let capture = Capture::sql_snapshot("USA/Team/Source");
            // The table of the source is called as before.
            let capture = match self.customers {
                "customers" => capture,
                renamed => capture.table(renamed, "customers"),
            };
            let store = TABLES
                .map(dataset)
                .into_iter()
                .fold(Datastore::new("NW_Data").captured(capture), Datastore::dataset);
            let sinks = || TABLES.map(|(table, _)| format!("NW_Data/{}", called(table)));
            let now = DatasetGroup::new("Now").with_sinks(sinks().iter().map(String::as_str));
            let ever = DatasetGroup::new("Ever")
                .with_sinks(sinks().iter().map(String::as_str))
                .with_milestoning(Milestoning::Forensic)
                .with_retention(Retention::years(1));
            let reporting = Workspace::new("Reporting").with_container("USA/Team/Warehouse");
            team.datastore(store).workspace(reporting.group(now).group(ever))
        };
        let vault = PlatformDeclaration::new(PUBLISHER, "local")
            .setting("database", "vault.db")
            .setting("place", "Azure/USA");
        let vault = vault.setting("publish", "published");
        model(site, PATIENCE, with)
            .platform(vault)
            .group_pin("Reporting/Now", ["Stream"])
            .group_pin("Reporting/Ever", ["Stream"])
    }
}

/// The login of the platform that captures.
#[derive(Debug)]
pub(crate) struct Reader;

impl CredentialSource for Reader {
    fn secret(&self, _: &CredentialKey, _: &str) -> Result<Secret, CredentialError> {
        Ok(Secret::new(format!("{READER}:{PASSWORD}")))
    }
}

/// Both platforms, with what is rendered in a folder.
pub(crate) fn deployment(folder: &Path) -> Deployment {
    let registry = Registry::new().with_plugin::<KafkaPlatform>().with_plugin::<LocalPlatform>();
    let mut deployment = Deployment::new(registry, folder, "2026-11-25".parse().unwrap());
    deployment.set_now(SystemTime::now().into());
    deployment
}
