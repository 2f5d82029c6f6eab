//! Whole ecosystems, as Terraform plans and applies them: the shared example, many stores, and everything under other names.

use crate::{
    laws::laws_with,
    shop::{Shop, articles, orders, settings},
    site::{Changes, Site},
};
use datasurface_aws::AwsPlatform;
use datasurface_platform::prelude::*;
use datasurface_terraform::testing::{PlannedChange, TerraformAction};
use datasurface_testkit::{Synthetic, northwind_masked};

/// Whether a change takes up, leaves, or edits what is there, and makes nothing anew.
fn is_in_place(change: &PlannedChange) -> bool {
    matches!(change.action, TerraformAction::Update | TerraformAction::Keep | TerraformAction::Forget)
}

#[test]
fn northwind_is_applied_as_it_was_planned() {
    let Some(site) = Site::with_platforms(&["LegacyA"]) else { return };
    let northwind = laws_with(settings(&site.states())).adapted(&northwind_masked());
    let (revision, expected) = site.render_ecosystem(&northwind);
    let created = |name: &str| expected["shards/main"][&format!("aws_glue_catalog_table.{name}")].action;
    for table in ["NW_Data-customers", "NW_Data-orders", "Masked_NW_Data-customers"] {
        assert_eq!(created(table), TerraformAction::Create, "{table}");
    }
    assert_eq!(site.apply(), expected);
    assert_eq!(site.planned(), Changes::new());
    site.record_applied(&revision);
    assert_eq!(site.planned(), Changes::new());
}

#[test]
fn two_hundred_stores_are_applied_as_they_were_planned() {
    let Some(site) = Site::with_platforms(&["platform_1"]) else { return };
    let synthetic = Synthetic::new(200).with_datasets_per_datastore(1).with_columns_per_dataset(3);
    let synthetic = synthetic.with_consumers(1).with_transformers(5).with_sinks_per_consumer(205);
    let mut spread = settings(&site.states());
    spread["replication"] = json!({"instances": 8});
    spread["access_states"] = json!(4);
    let (revision, expected) = site.render_ecosystem(&laws_with(spread).adapted(&synthetic.ecosystem()));
    let is_task = |address: &&String| address.starts_with("aws_dms_replication_task.");
    assert_eq!(expected.values().flat_map(|changes| changes.keys().filter(is_task)).count(), 200);
    let shards = expected.keys().filter(|module| module.starts_with("shards/")).count();
    assert!(shards > 1, "{shards}");
    assert_eq!(site.apply(), expected);
    assert_eq!(site.planned(), Changes::new());
    site.record_applied(&revision);
}

/// The names of everything between a source and those who read.
#[derive(Clone, Copy)]
struct Names {
    platform: &'static str,
    zone: &'static str,
    team: &'static str,
    source: &'static str,
    container: &'static str,
    datastore: &'static str,
    dataset: &'static str,
    made: &'static str,
    output: &'static str,
    transformer: &'static str,
    workspace: &'static str,
    group: &'static str,
}

const BEFORE: Names = Names {
    platform: "Lake",
    zone: "Europe",
    team: "Sales",
    source: "Till",
    container: "Views",
    datastore: "Store",
    dataset: "customers",
    made: "Short",
    output: "names",
    transformer: "Shorten",
    workspace: "Desk",
    group: "all",
};

const AFTER: Names = Names {
    platform: "Pond",
    zone: "Area",
    team: "Crew",
    source: "Register",
    container: "Panes",
    datastore: "Trade",
    dataset: "clients",
    made: "Brief",
    output: "labels",
    transformer: "Abbreviate",
    workspace: "Bench",
    group: "each",
};

/// The ecosystem under these names, which says how it was called before wherever that differs.
fn named(states: &str, now: Names, then: Names) -> Ecosystem {
    macro_rules! renamed {
        ($thing:expr, $name:ident) => {{
            let thing = $thing;
            if now.$name == then.$name { thing } else { thing.renamed_from(then.$name) }
        }};
    }
    let place = |name: &str| format!("{}/{}/{name}", now.zone, now.team);
    let source = DataContainer::postgres(now.source, "till.example.org", "main").located("AWS/Frankfurt");
    let capture = Capture::change_data_capture(&*place(now.source))
        .with_consistency(Consistency::SingleDataset)
        .with_cron("*/10 * * * *")
        .table(now.dataset, "sales.customers");
    let dataset =
        renamed!(Dataset::new(now.dataset, "id Integer key, name VarChar(80)").classified("Public"), dataset);
    let output =
        renamed!(Dataset::new(now.output, "id Integer key, name VarChar(80)").classified("Public"), output);
    // Code has the names of before.
    let select = format!("SELECT id, left(name, 8) AS name FROM {}_{}", then.datastore, then.dataset);
    let select = DataTransformer::sql(now.made).select(now.output, select);
    let transformer = renamed!(Workspace::new(now.transformer), transformer)
        .with_container(&*place(now.container))
        .group(DatasetGroup::new("Inputs").sink(&*format!("{}/{}", now.datastore, now.dataset)))
        .with_transformer(select);
    let sinks = [format!("{}/{}", now.datastore, now.dataset), format!("{}/{}", now.made, now.output)];
    let group = DatasetGroup::new(now.group).with_sinks(sinks.iter().map(String::as_str));
    let reader = renamed!(Workspace::new(now.workspace), workspace)
        .with_container(&*place(now.container))
        .granted(Principal::group("clerks"))
        .group(renamed!(group.with_retention(Retention::years(1)), group));
    let team = Team::new()
        .container(renamed!(source, source))
        .container(renamed!(DataContainer::platform_managed(now.container), container))
        .datastore(renamed!(Datastore::new(now.datastore), datastore).captured(capture).dataset(dataset))
        .datastore(renamed!(Datastore::new(now.made), made).dataset(output))
        .workspace(transformer)
        .workspace(reader);
    let team = renamed!(TeamDeclaration::new(now.team, "github:shop/sales@main"), team).defined(team);
    let zone = renamed!(ZoneDeclaration::new(now.zone, "github:shop/europe@main"), zone)
        .defined(GovernanceZone::new().team_declaration(team));
    let settings = settings(states);
    let platform = settings
        .as_object()
        .unwrap()
        .iter()
        .fold(PlatformDeclaration::new(now.platform, AwsPlatform::KIND), |platform, (name, value)| {
            platform.setting(name, value.clone())
        });
    let platform = renamed!(platform, platform);
    Ecosystem::new("Shop", "github:shop/model@main", "github:shop/live@main")
        .vendor(InfrastructureVendor::new("AWS").location("Frankfurt"))
        .platform(platform)
        .zone_declaration(zone)
}

#[test]
fn everything_gets_another_name_and_nothing_is_made_anew() {
    let Some(mut site) = Site::new() else { return };
    let (revision, expected) = site.render_ecosystem(&named(&site.states(), BEFORE, BEFORE));
    assert_eq!(site.apply(), expected);
    site.record_applied(&revision);
    let (revision, expected) = site.render_renamed(&named(&site.states(), AFTER, BEFORE), &["Pond"]);
    let changes: Vec<_> = expected.values().flatten().collect();
    let made_anew: Vec<_> = changes.iter().filter(|(_, change)| !is_in_place(change)).collect();
    assert!(made_anew.is_empty() && !changes.is_empty(), "{made_anew:#?}");
    assert_eq!(site.apply(), expected);
    assert_eq!(site.planned(), Changes::new());
    site.record_applied(&revision);
    assert_eq!(site.planned(), Changes::new());
}

#[test]
fn three_revisions_that_nobody_applied_are_applied_at_once() {
    let Some(site) = Site::new() else { return };
    let shop = site.shop();
    let (revision, _) = site.render(&shop);
    site.apply();
    site.record_applied(&revision);

    // A move, then a wider type and a new column, then another name, another move and a dataset that is new.
    site.place_all("second");
    site.render(&shop);
    let columns = "id BigInt key, name VarChar(120), city VarChar(40)";
    let wider = Dataset::new("customers", columns).classified("Public");
    site.render(&Shop { datasets: vec![orders(), wider, articles()], ..shop.clone() });
    let renamed = Dataset::new("buyers", columns).classified("Public").renamed_from("customers");
    let third = Shop {
        datasets: vec![orders(), renamed, articles()],
        wanted: vec!["Store/orders", "Store/buyers", "Store/articles"],
        ..shop
    };
    site.place_all("third");
    let (revision, _) = site.render(&third);
    let done = site.apply();
    let tables = done.iter().flat_map(|(module, changes)| {
        let tables = changes.iter().filter(|(address, _)| address.starts_with("aws_glue_catalog_table."));
        tables.map(move |(address, change)| (module.as_str(), address.as_str(), change))
    });
    let found: Vec<_> = tables.map(|(module, address, change)| (module, address, change.action)).collect();
    assert!(found.contains(&("shards/main", "aws_glue_catalog_table.Store-orders", TerraformAction::Forget)));
    assert!(
        !found
            .iter()
            .any(|(_, _, action)| matches!(action, TerraformAction::Destroy | TerraformAction::Replace)),
        "{found:?}"
    );
    let mut made = found.iter().filter(|(_, _, action)| *action == TerraformAction::Create);
    assert!(
        made.all(|(_, address, _)| address.contains("Store-articles")),
        "more than what is new: {found:?}"
    );
    let imported = &done["shards/third"]["aws_glue_catalog_table.Store-customers"];
    assert_eq!(imported.imported_by.as_deref(), Some("000000000000:lake:store__customers"));
    assert_eq!(site.planned(), Changes::new());
    site.record_applied(&revision);
    assert_eq!(site.planned(), Changes::new());
}
