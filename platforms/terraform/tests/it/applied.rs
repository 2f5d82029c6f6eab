//! What Terraform plans and applies is what the platform planned.

use crate::{
    fixture::{Changes, Site, plan},
    shop::{Shop, articles, customers, orders},
};
use datasurface_platform::prelude::*;
use datasurface_terraform::testing::{PlannedChange, TerraformAction};

const ORDERS: &str = "aws_glue_catalog_table.Store-orders";
const CUSTOMERS: &str = "aws_glue_catalog_table.Store-customers";
const ARTICLES: &str = "aws_glue_catalog_table.Store-articles";

/// A site at which a shop was rendered and applied.
pub(crate) fn applied() -> Option<(Site, Shop)> {
    let site = Site::new()?;
    let shop = site.shop();
    let (revision, expected) = site.render(&shop);
    assert!(expected.values().all(|changes| !changes.is_empty()) && expected.len() == 2, "{expected:?}");
    assert_eq!(site.apply(), expected);
    site.record_applied(&revision);
    Some((site, shop))
}

/// Whether a change would lose what is in a table.
pub(crate) fn destroys_a_table(changes: &Changes) -> bool {
    changes.values().flatten().any(|(address, change)| {
        let destroys = matches!(change.action, TerraformAction::Destroy | TerraformAction::Replace);
        destroys && address.starts_with("aws_glue_catalog_table.")
    })
}

#[test]
fn a_second_plan_is_empty() {
    let Some((site, _)) = applied() else { return };
    assert_eq!(site.planned(), Changes::new());
    assert_eq!(site.state("foundation"), ["aws_glue_catalog_database.lake", "aws_s3_bucket.lake"]);
    assert!(site.state("shards/main").contains(&ORDERS.to_owned()));
}

#[test]
fn the_next_revision_is_applied_as_it_was_planned() {
    let Some((site, shop)) = applied() else { return };
    let wider =
        Dataset::new("customers", "id Integer key, name VarChar(80), city VarChar(40)").classified("Public");
    let next = Shop {
        datasets: vec![orders(), wider, articles()],
        wanted: vec!["Store/customers", "Store/articles"],
        ..shop
    };
    let (_, expected) = site.render(&next);
    let main = &expected["shards/main"];
    assert_eq!(main[ARTICLES], PlannedChange::new(TerraformAction::Create));
    assert_eq!(main[CUSTOMERS], PlannedChange::new(TerraformAction::Update));
    assert!(!main.contains_key(ORDERS), "it is held: {main:?}");
    assert!(main.values().any(|change| change.action == TerraformAction::Destroy), "{main:?}");
    assert_eq!(site.apply(), expected);
    assert_eq!(site.planned(), Changes::new());
}

#[test]
fn a_rename_keeps_what_holds_data() {
    let Some((site, shop)) = applied() else { return };
    let renamed = Dataset::new("buyers", "id Integer key, name VarChar(80)").classified("Public");
    let next = Shop {
        datasets: vec![orders(), renamed.renamed_from("customers"), articles()],
        wanted: vec!["Store/orders", "Store/buyers"],
        ..shop
    };
    let (_, expected) = site.render(&next);
    assert!(!destroys_a_table(&expected), "{expected:?}");
    assert_eq!(site.apply(), expected);
    assert!(site.state("shards/main").contains(&CUSTOMERS.to_owned()));
    assert_eq!(site.planned(), Changes::new());
}

#[test]
fn a_move_between_states_touches_nothing() {
    let Some((site, shop)) = applied() else { return };
    let held = site.state("shards/main");
    site.place_all("second");
    let (revision, expected) = site.render(&shop);
    let transferred = &expected["shards/second"][ORDERS];
    assert_eq!(transferred.imported_by.as_deref(), Some("000000000000:lake:store__orders"));
    assert_eq!(expected["shards/main"][ORDERS], PlannedChange::new(TerraformAction::Forget));
    assert_eq!(site.apply(), expected);
    assert_eq!(site.planned(), Changes::new(), "applied twice, it is harmless");
    assert_eq!(site.state("shards/second"), held);
    assert_eq!(site.state("shards/main"), [] as [&str; 0]);

    // Nothing is left of the shard, nor of the way.
    site.record_applied(&revision);
    assert_eq!(site.transitions(), [] as [&str; 0]);
    assert_eq!(site.modules().into_keys().collect::<Vec<_>>(), ["foundation", "shards/second"]);
    assert_eq!(site.planned(), Changes::new());
}

#[test]
fn states_may_be_applied_in_any_order() {
    let Some((site, shop)) = applied() else { return };
    site.place_all("second");
    let (_, expected) = site.render(&shop);
    for module in ["shards/main", "shards/second"] {
        assert_eq!(site.apply_module(module).unwrap().changes, expected[module]);
    }
    assert_eq!(site.planned(), Changes::new());
}

#[test]
fn there_and_back_is_nothing_if_nobody_applied_it() {
    let Some((site, shop)) = applied() else { return };
    site.place_all("second");
    site.render(&shop);
    site.place_all("main");
    site.render(&shop);
    // The resources never left their state, so there is nothing to take up.
    assert_eq!(site.planned(), Changes::new());
    site.apply();
    assert!(site.state("shards/main").contains(&ORDERS.to_owned()));
}

#[test]
fn there_and_back_is_followed_from_the_middle() {
    let Some((site, shop)) = applied() else { return };
    let held = site.state("shards/main");
    site.place_all("second");
    site.render(&shop);
    // Somebody applied this revision in one state alone, and nobody recorded that.
    site.apply_module("shards/second").unwrap();
    site.place_all("main");
    site.render(&shop);
    assert!(!destroys_a_table(&site.apply()));
    assert_eq!(site.state("shards/main"), held);
    assert_eq!(site.state("shards/second"), [] as [&str; 0]);
    assert_eq!(site.planned(), Changes::new());
}

#[test]
fn three_revisions_are_applied_at_once() {
    let Some((site, shop)) = applied() else { return };
    let is_capture = |node: &NodeKey| node.kind() == NodeKind::Ingest;
    site.place_all("second");
    site.render(&shop);
    site.place("third", is_capture);
    let wider =
        Dataset::new("orders", "id BigInt key, customer Integer not null, amount Decimal(12,2), day Date");
    let wider = wider.classified("Public");
    let second = Shop { datasets: vec![wider.clone(), customers(), articles()], ..shop };
    site.render(&second);
    let renamed = Dataset::new("buyers", "id Integer key, name VarChar(80)").classified("Public");
    let third = Shop {
        datasets: vec![wider, renamed.renamed_from("customers"), articles()],
        wanted: vec!["Store/orders", "Store/buyers", "Store/articles"],
        ..second
    };
    let (revision, _) = site.render(&third);
    let done = site.apply();
    assert!(!destroys_a_table(&done), "{done:?}");
    assert_eq!(done["shards/third"][ORDERS].action, TerraformAction::Update, "{done:?}");
    assert!(done["shards/third"][ORDERS].imported_by.is_some(), "{done:?}");
    assert_eq!(done["shards/main"][ORDERS].action, TerraformAction::Forget, "{done:?}");
    assert_eq!(done["shards/third"][ARTICLES].action, TerraformAction::Create, "{done:?}");
    assert_eq!(site.planned(), Changes::new());
    site.record_applied(&revision);
    assert_eq!(site.planned(), Changes::new());
    let unmoved: Vec<&str> = plan(&revision).steps().iter().map(|step| step.resource.as_str()).collect();
    assert!(unmoved.contains(&ARTICLES), "{unmoved:?}");
}

#[test]
fn a_platform_that_leaves_takes_along_what_it_owes_to_nobody() {
    let Some((mut site, shop)) = applied() else { return };
    let unwanted = Shop { wanted: Vec::new(), ..shop };
    let (_, expected) = site.render(&unwanted);
    assert!(!destroys_a_table(&expected), "{expected:?}");
    assert_eq!(site.apply(), expected);
    assert_eq!(site.state("shards/main"), [CUSTOMERS, ORDERS], "they are held");

    site.go_on_at("2028-01-01");
    let (_, expected) = site.render(&unwanted);
    assert!(destroys_a_table(&expected), "{expected:?}");
    assert_eq!(site.apply(), expected);
    assert_eq!(site.state("shards/main"), [] as [&str; 0]);

    let (revision, expected) = site.render(&Shop { settings: serde_json::Value::Null, ..unwanted });
    assert_eq!(expected["foundation"].len(), 2, "{expected:?}");
    assert_eq!(site.apply(), expected);
    assert_eq!(site.state("foundation"), [] as [&str; 0]);
    site.record_applied(&revision);
    assert_eq!(site.modules().len(), 0);
}
