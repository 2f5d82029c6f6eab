//! What goes wrong is seen: by Terraform, by the host, or since Terraform plans something else than the platform.

use crate::{
    applied::applied,
    fixture::{Changes, Site},
    shop::Shop,
};
use datasurface_platform::prelude::*;
use datasurface_terraform::testing::{TerraformAction, TestingError};
use std::fs;

const ORDERS: &str = "aws_glue_catalog_table.Store-orders";

/// A site at which everything is about to move from the one state to another.
fn moving() -> Option<(Site, Changes)> {
    let (site, shop) = applied()?;
    site.place_all("second");
    let (_, expected) = site.render(&shop);
    Some((site, expected))
}

/// What Terraform says when it refuses to plan a root module.
fn refusal(site: &Site, module: &str) -> String {
    match site.terraform().plan(&site.modules()[module]) {
        Err(TestingError::Terraform { output, .. }) => {
            output.split_whitespace().collect::<Vec<_>>().join(" ")
        }
        other => panic!("{other:?}"),
    }
}

fn edit(site: &Site, module: &str, file: &str, edit: impl Fn(String) -> String) {
    let path = site.modules()[module].join(file);
    let text = fs::read_to_string(&path).unwrap();
    let edited = edit(text.clone());
    assert_ne!(edited, text);
    fs::write(path, edited).unwrap();
}

#[test]
fn an_import_by_a_wrong_id_is_refused() {
    let Some((site, _)) = moving() else { return };
    let file = format!("{ORDERS}.transition.tf.json");
    edit(&site, "shards/second", &file, |text| text.replace("store__orders", "store__order"));
    assert!(refusal(&site, "shards/second").contains("there is no aws_glue_catalog_table with the id"));
}

#[test]
fn an_import_to_a_wrong_address_is_refused() {
    let Some((site, _)) = moving() else { return };
    let file = format!("{ORDERS}.transition.tf.json");
    edit(&site, "shards/second", &file, |text| text.replace("Store-orders", "Store-order"));
    assert!(refusal(&site, "shards/second").contains("Configuration for import target does not exist"));
}

#[test]
fn a_lost_removal_is_seen() {
    let Some((site, expected)) = moving() else { return };
    let file = site.modules()["shards/main"].join(format!("{ORDERS}.transition.tf.json"));
    fs::remove_file(file).unwrap();
    let planned = site.planned();
    assert_ne!(planned, expected);
    assert_eq!(planned["shards/main"][ORDERS].action, TerraformAction::Destroy);
}

#[test]
fn a_lost_import_is_seen() {
    let Some((site, expected)) = moving() else { return };
    let file = site.modules()["shards/second"].join(format!("{ORDERS}.transition.tf.json"));
    fs::remove_file(file).unwrap();
    let planned = site.planned();
    assert_ne!(planned, expected);
    assert_eq!(planned["shards/second"][ORDERS].action, TerraformAction::Create);
    // What Terraform cannot know, the cloud does.
    assert!(matches!(site.apply_module("shards/second"), Err(TestingError::Terraform { .. })));
}

#[test]
fn another_address_is_a_move_within_the_state() {
    let Some((site, mut shop)) = applied() else { return };
    shop.settings["job_labels"] = json!("job");
    let (revision, expected) = site.render(&shop);
    let moved = &expected["shards/main"]["aws_glue_job.job-capture-Store"];
    assert_eq!(moved.moved_from.as_deref(), Some("aws_glue_job.capture-Store"));
    assert_eq!(site.planned(), expected);

    // Without its file, one job would be destroyed, and another one created.
    let file = site.modules()["shards/main"].join("aws_glue_job.capture-Store.transition.tf.json");
    let text = fs::read(&file).unwrap();
    fs::remove_file(&file).unwrap();
    let planned = site.planned();
    assert_eq!(planned["shards/main"]["aws_glue_job.capture-Store"].action, TerraformAction::Destroy);
    assert_ne!(planned, expected);

    fs::write(&file, text).unwrap();
    site.apply();
    assert_eq!(site.planned(), Changes::new(), "applied twice, it is harmless");
    site.record_applied(&revision);
    assert_eq!(site.planned(), Changes::new());
}

#[test]
fn another_address_in_another_state_is_followed_over_two_revisions() {
    let Some((site, mut shop)) = applied() else { return };
    shop.settings["job_labels"] = json!("job");
    site.render(&shop);
    site.place_all("second");
    site.render(&shop);
    let done = site.apply();
    let actions = done.values().flatten().map(|(_, change)| change.action);
    assert!(
        actions.clone().all(|action| matches!(action, TerraformAction::Forget | TerraformAction::Keep)),
        "{done:?}"
    );
    assert_eq!(site.planned(), Changes::new());
    assert_eq!(site.state("shards/main"), [] as [&str; 0]);
}

#[test]
fn an_address_that_is_used_again_does_not_move_away() {
    let Some((site, shop)) = applied() else { return };
    let mut labelled = shop.clone();
    labelled.settings["job_labels"] = json!("job");
    site.render(&labelled);
    site.render(&shop);
    assert_eq!(site.planned(), Changes::new(), "nobody applied the revision between");
}

#[test]
fn what_goes_before_it_was_moved_goes_from_where_it_is() {
    let Some((site, shop)) = applied() else { return };
    let export = "aws_glue_job.export-Europe-Sales-Reports-Store-orders";
    site.place_all("second");
    site.render(&shop);
    let less = Shop { wanted: vec!["Store/customers"], ..shop.clone() };
    site.render(&less);
    let planned = site.planned();
    assert_eq!(planned["shards/main"][export].action, TerraformAction::Destroy, "{planned:?}");
    assert!(!planned["shards/second"].contains_key(export), "{planned:?}");

    // And comes again where it was.
    site.render(&shop);
    assert!(site.planned().values().flatten().all(|(_, change)| change.action != TerraformAction::Replace));
}

#[test]
fn a_forbidden_replacement_is_refused_by_the_platform_and_by_terraform() {
    let Some((site, mut shop)) = applied() else { return };
    shop.settings["bucket"] = json!("another-lake");
    let refused = site.refusal(&shop);
    assert!(refused.contains("plan/refused") && refused.contains("terraform/replacement"), "{refused}");
    edit(&site, "foundation", "lake.tf.json", |text| text.replace("\"shop-lake\"", "\"another-lake\""));
    assert!(refusal(&site, "foundation").contains("Instance cannot be destroyed"));
}

#[test]
fn a_way_through_other_states_under_another_address_ends_where_it_began() {
    let Some((site, mut shop)) = applied() else { return };
    site.place_all("third");
    site.render(&shop);
    shop.settings["job_labels"] = json!("job");
    site.render(&shop);
    for shard in ["second", "main"] {
        site.place_all(shard);
        site.render(&shop);
    }
    let done = site.apply();
    assert_eq!(done.into_keys().collect::<Vec<_>>(), ["shards/main"]);
    assert_eq!(site.planned(), Changes::new());
    assert!(site.state("shards/main").contains(&"aws_glue_job.job-capture-Store".to_owned()));
}

/// The limit that the guide names, and the way out of it.
#[test]
fn what_was_never_applied_cannot_be_taken_up() {
    let Some(site) = Site::new() else { return };
    let shop = site.shop();
    site.render(&shop);
    site.place_all("second");
    let (revision, _) = site.render(&shop);
    assert!(refusal(&site, "shards/second").contains("there is no aws_glue_catalog_table with the id"));
    site.record_applied(&revision);
    site.apply();
    assert_eq!(site.planned(), Changes::new());
    assert!(site.state("shards/second").contains(&ORDERS.to_owned()));
}
