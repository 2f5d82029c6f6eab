//! What Terraform plans and applies is what the platform planned.

use crate::{
    shop::{Shop, articles, orders},
    site::{Changes, Site},
};
use datasurface_platform::prelude::*;
use datasurface_terraform::testing::{PlannedChange, TerraformAction};

const ORDERS: &str = "aws_glue_catalog_table.Store-orders";
const CUSTOMERS: &str = "aws_glue_catalog_table.Store-customers";
const TOTALS: &str = "aws_glue_catalog_table.Totals-by_customer";
const ARTICLES: &str = "aws_glue_catalog_table.Store-articles";

/// A site at which a shop was rendered and applied.
fn applied() -> Option<(Site, Shop)> {
    let site = Site::new()?;
    let shop = site.shop();
    let (revision, expected) = site.render(&shop);
    assert_eq!(site.apply(), expected);
    site.record_applied(&revision);
    Some((site, shop))
}

/// Whether a change would lose what is in a table.
fn destroys_a_table(changes: &Changes) -> bool {
    changes.values().flatten().any(|(address, change)| {
        let destroys = matches!(change.action, TerraformAction::Destroy | TerraformAction::Replace);
        destroys && [ORDERS, CUSTOMERS, ARTICLES].contains(&address.as_str())
    })
}

#[test]
fn a_second_plan_is_empty() {
    let Some((site, _)) = applied() else { return };
    assert_eq!(site.planned(), Changes::new());
}

#[test]
fn the_next_revision_is_applied_as_it_was_planned() {
    let Some((site, shop)) = applied() else { return };
    let wider = Dataset::new("customers", "id Integer key, name VarChar(80), city VarChar(40)");
    let next = Shop {
        datasets: vec![orders(), wider.classified("Public"), articles()],
        wanted: vec!["Store/customers", "Store/articles"],
        milestoning: Milestoning::Live,
        ..shop
    };
    let (_, expected) = site.render(&next);
    let main = &expected["shards/main"];
    assert_eq!(main[ARTICLES], PlannedChange::new(TerraformAction::Create));
    assert!(!main.contains_key(ORDERS), "it is held: {main:?}");
    assert_eq!(main["aws_s3_object.definition-Store-customers"].action, TerraformAction::Update);
    assert_eq!(main["aws_dms_replication_task.capture-Store-orders"].action, TerraformAction::Destroy);
    assert_eq!(site.apply(), expected);
    assert_eq!(site.planned(), Changes::new());
}

#[test]
fn a_rename_keeps_what_holds_data_and_what_feeds_it() {
    let Some((site, shop)) = applied() else { return };
    let renamed = Dataset::new("buyers", "id Integer key, name VarChar(80)").classified("Public");
    let next = Shop {
        datasets: vec![orders(), renamed.renamed_from("customers"), articles()],
        wanted: vec!["Store/orders", "Store/buyers"],
        ..shop
    };
    let (_, expected) = site.render(&next);
    let changes: Vec<_> = expected.values().flatten().collect();
    assert!(changes.iter().all(|(_, change)| change.action == TerraformAction::Update), "{changes:?}");
    assert_eq!(site.apply(), expected);
    assert_eq!(site.planned(), Changes::new());
}

#[test]
fn a_move_between_states_touches_nothing() {
    let Some((site, shop)) = applied() else { return };
    site.place_all("second");
    let (revision, expected) = site.render(&shop);
    let transferred = &expected["shards/second"][ORDERS];
    assert_eq!(transferred.imported_by.as_deref(), Some("000000000000:lake:store__orders"));
    assert_eq!(expected["shards/main"][ORDERS], PlannedChange::new(TerraformAction::Forget));
    let recreated =
        expected.values().flatten().filter(|(_, change)| change.action == TerraformAction::Create);
    let recreated: Vec<&str> = recreated.map(|(address, _)| address.as_str()).collect();
    let is_of_shard =
        |address: &&str| address.contains(".batch-second-") || address.contains(".maintenance-second");
    assert!(recreated.iter().all(is_of_shard), "the machines of the shard alone are new: {recreated:?}");
    assert_eq!(site.apply(), expected);
    assert_eq!(site.planned(), Changes::new());
    site.record_applied(&revision);
    assert_eq!(site.planned(), Changes::new());
}

#[test]
fn deliveries_are_applied_and_moved_too() {
    let Some(site) = Site::new() else { return };
    let shop = Shop { reports: Some(5432), ..site.shop() };
    let (_, expected) = site.render(&shop);
    assert!(
        expected["shards/main"].keys().any(|address| address.starts_with("aws_cloudwatch_event_target."))
    );
    assert_eq!(site.apply(), expected);
    assert_eq!(site.planned(), Changes::new());
    site.place_all("second");
    let (_, expected) = site.render(&shop);
    assert!(!destroys_a_table(&expected), "{expected:?}");
    assert_eq!(site.apply(), expected);
    assert_eq!(site.planned(), Changes::new());
}

#[test]
fn transformers_are_applied_moved_and_taken_away() {
    let Some(site) = Site::new() else { return };
    let shop = Shop { totals: Some(TransformTrigger::AnyInputMoved), ..site.shop() };
    let (revision, expected) = site.render(&shop);
    assert_eq!(site.apply(), expected);
    assert_eq!(site.planned(), Changes::new());
    site.record_applied(&revision);
    site.place_all("second");
    let (revision, expected) = site.render(&shop);
    assert_eq!(
        expected["shards/second"][TOTALS].imported_by.as_deref(),
        Some("000000000000:lake:totals__by_customer")
    );
    assert_eq!(site.apply(), expected);
    assert_eq!(site.planned(), Changes::new());
    site.record_applied(&revision);
    // The table is kept for as long as its versions were promised.
    let (_, expected) = site.render(&Shop { totals: None, ..shop });
    assert!(!expected["shards/second"].contains_key(TOTALS), "{expected:?}");
    assert_eq!(
        expected["shards/second"]["aws_s3_object.transformer-Totalling"].action,
        TerraformAction::Destroy
    );
    assert_eq!(site.apply(), expected);
    assert_eq!(site.planned(), Changes::new());
}

#[test]
fn settings_change_in_place_or_are_refused() {
    let Some((site, shop)) = applied() else { return };
    let mut settings = shop.settings.clone();
    settings["staging_days"] = json!(30);
    settings["permissions_boundary"] = json!("arn:aws:iam::000000000000:policy/boundary");
    settings["jobs"] = json!({"workers": 4, "datasets_per_run": 1});
    let next = Shop { settings, ..shop };
    let (_, expected) = site.render(&next);
    assert!(!destroys_a_table(&expected), "{expected:?}");
    let foundation = &expected["foundation"];
    assert!(foundation.values().all(|change| change.action == TerraformAction::Update), "{foundation:?}");
    assert_eq!(site.apply(), expected);
    assert_eq!(site.planned(), Changes::new());
}
