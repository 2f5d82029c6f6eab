//! A federation: a shop in one account, and reports in another one, which reads what the shop captures.

use crate::{shop::Shop, shop::settings};
use datasurface_aws::AwsPlatform;
use datasurface_platform::prelude::*;

/// The platforms, as they are applied.
pub(crate) const PLATFORMS: &[&str] = &["Lake", "Reports"];

/// The account of the instance that reads.
pub(crate) const ACCOUNT: &str = "111111111111";

/// Two instances, and a board that reads orders in the second one.
pub(crate) struct Federation {
    pub(crate) shop: Shop,
    /// The settings of the instance that reads.
    pub(crate) reports: serde_json::Value,
    /// The dataset that the board reads.
    pub(crate) sink: &'static str,
    /// Whether there is a board.
    pub(crate) is_read: bool,
    /// The latency that the board is promised.
    pub(crate) latency: Option<Latency>,
}

impl Federation {
    /// Two accounts and regions.
    pub(crate) fn new(states: &str) -> Self {
        let mut shop = Shop::new(states);
        shop.settings["hand_overs"] = json!({
            "readers": [{"account": ACCOUNT, "platform": "Reports", "datastores": ["Store"]}],
        });
        let mut reports = settings(states);
        for (name, value) in [
            ("account", json!(ACCOUNT)),
            ("region", json!("eu-west-1")),
            ("place", json!("AWS/Dublin")),
            ("lake_bucket", json!("reports-lake")),
            ("staging_bucket", json!("reports-staging")),
            ("hand_overs", json!({"lakes": [lake()]})),
        ] {
            reports[name] = value;
        }
        Self { shop, reports, sink: "Store/orders", is_read: true, latency: None }
    }

    /// Two instances in one account and region.
    pub(crate) fn beside(states: &str) -> Self {
        let mut federation = Self::new(states);
        federation.shop.settings["hand_overs"] = json!({});
        federation.reports["account"] = json!("000000000000");
        federation.reports["region"] = json!("eu-central-1");
        federation.reports["hand_overs"]["lakes"][0].as_object_mut().unwrap().remove("timetable");
        federation
    }

    /// The same, encrypted by a key of KMS in each account.
    pub(crate) fn encrypted(mut self, key: &str) -> Self {
        self.shop.settings["kms_key"] = key.into();
        self.reports["hand_overs"]["lakes"][0]["kms_keys"] = json!([key]);
        self.reports["kms_key"] = json!(format!("arn:aws:kms:eu-west-1:{ACCOUNT}:key/reports"));
        self
    }

    pub(crate) fn ecosystem(&self) -> Ecosystem {
        let platform = PlatformDeclaration::new("Reports", AwsPlatform::KIND);
        let members = self.reports.as_object().unwrap();
        let platform =
            members.iter().fold(platform, |platform, (name, value)| platform.setting(name, value.clone()));
        let group = DatasetGroup::new("Orders")
            .sink(self.sink)
            .with_milestoning(Milestoning::LiveAndForensic)
            .with_retention(Retention::days(180));
        let group = match self.latency {
            Some(latency) => group.with_latency(latency),
            None => group,
        };
        let board = Workspace::new("Overview").with_container("Europe/Sales/Boards").group(group);
        let ecosystem = self
            .shop
            .ecosystem()
            .platform(platform)
            .primary_pin("Store", "Lake")
            .group_pin("Sales/Now", ["Lake"]);
        if !self.is_read {
            return ecosystem;
        }
        ecosystem
            .edit_team("Europe", "Sales", |team| {
                team.container(DataContainer::platform_managed("Boards")).workspace(board.clone())
            })
            .group_pin("Overview/Orders", ["Reports"])
    }
}

/// The lake of the shop, as the other instance knows it.
fn lake() -> serde_json::Value {
    json!({
        "account": "000000000000",
        "region": "eu-central-1",
        "database": "lake",
        "bucket": "shop-lake",
        "timetable": "5-59/10 * * * *",
    })
}
