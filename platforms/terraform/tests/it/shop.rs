//! An ecosystem for the platform: a shop, with one database and one desk.

use crate::lake::Lake;
use datasurface_platform::prelude::*;

/// The settings of the platform, with states in this folder.
pub(crate) fn settings(states: &str) -> serde_json::Value {
    json!({
        "terraform": {"backend": {"local": {"folder": states}}},
        "account": "000000000000",
        "region": "eu-central-1",
        "bucket": "shop-lake",
        "role": "lake-jobs",
    })
}

/// What of the shop changes from revision to revision.
#[derive(Clone, Debug)]
pub(crate) struct Shop {
    /// The settings of the platform; null if it is not declared.
    pub(crate) settings: serde_json::Value,
    /// The datasets of the store, each with its columns.
    pub(crate) datasets: Vec<Dataset>,
    /// What the desk wants; without anything there is no desk.
    pub(crate) wanted: Vec<&'static str>,
}

pub(crate) fn orders() -> Dataset {
    Dataset::new("orders", "id BigInt key, customer Integer not null, amount Decimal(12,2)")
        .classified("Public")
}

pub(crate) fn customers() -> Dataset {
    Dataset::new("customers", "id Integer key, name VarChar(80)").classified("Public")
}

pub(crate) fn articles() -> Dataset {
    Dataset::new("articles", "id Integer key, name VarChar(80)").classified("Public")
}

impl Shop {
    pub(crate) fn new(states: &str) -> Self {
        Self {
            settings: settings(states),
            datasets: vec![orders(), customers(), articles()],
            wanted: vec!["Store/orders", "Store/customers"],
        }
    }

    pub(crate) fn ecosystem(&self) -> Ecosystem {
        let database = |name: &str| {
            DataContainer::postgres(name, format!("{}.example.org", name.to_lowercase()), "main")
                .located("Cloud/Frankfurt")
                .with_credential("owner")
        };
        let store = self.datasets.iter().cloned().fold(
            Datastore::new("Store")
                .captured(Capture::sql_snapshot("Europe/Sales/Till").with_cron("*/10 * * * *")),
            Datastore::dataset,
        );
        let team = Team::new()
            .credential(
                ["Till", "Reports"]
                    .into_iter()
                    .fold(Credential::new("owner", CredentialKind::Password), |owner, name| {
                        owner.opening(format!("Europe/Sales/{name}"))
                    }),
            )
            .container(database("Till"))
            .container(database("Reports"))
            .datastore(store);
        let group = DatasetGroup::new("Now").with_sinks(self.wanted.iter().copied());
        let team = match self.wanted.is_empty() {
            true => team,
            false => team.workspace(
                Workspace::new("Sales")
                    .with_container("Europe/Sales/Reports")
                    .group(group.with_retention(Retention::years(1))),
            ),
        };
        let ecosystem = Ecosystem::new("Shop", "github:shop/model@main", "github:shop/live@main")
            .vendor(InfrastructureVendor::new("Cloud").location("Frankfurt"))
            .zone(
                "Europe",
                "github:shop/europe@main",
                GovernanceZone::new().team("Sales", "github:shop/sales@main", team),
            );
        match self.settings.as_object() {
            None => ecosystem,
            Some(members) => {
                let platform = PlatformDeclaration::new("Lake", Lake::KIND);
                ecosystem.platform(
                    members
                        .iter()
                        .fold(platform, |platform, (name, value)| platform.setting(name, value.clone())),
                )
            }
        }
    }
}
