//! A small example_graph in which every kind of node occurs, and every field of a view is filled somewhere.

use chrono::NaiveDate;
use datasurface_platform::{DatasetMetadata, NodeMetadata, Revision, SubjectMetadata};
use datasurface_platform::{
    graph::{Assignments, Fingerprint, IntentionGraphs, Stage},
    prelude::*,
};
use std::{collections::BTreeSet, sync::Arc};

/// The platform whose views are looked at; another one captures `Ledger` for it.
pub(crate) const PLATFORM: &str = "Stream";

/// Two stores, one captured here and one elsewhere; a consumer of both; a transformer whose output is consumed.
pub(crate) fn graphs() -> IntentionGraphs {
    let database = |name: &str| DataContainer::sqlite(name, format!("{name}.db")).located("Azure/USA");
    let sales = Datastore::new("Sales")
        .captured(
            Capture::sql_snapshot("USA/Shop/Till")
                .table("orders", "ORDERS_V2")
                .with_credential("till")
                .with_cron("0 3 * * *"),
        )
        .dataset(
            Dataset::new("orders", "id Integer key, price Decimal(18,4), note VarChar(20)")
                .classified("PII")
                .quality_check(QualityCheck::not_null("note", Share::percent(99)))
                .quality_check(QualityCheck::accepted_values("note", ["a", "b"])),
        )
        .dataset(Dataset::new(
            "items",
            TableSchema::new([Column::new("id", DataType::BigInt).classified("PII")]),
        ));
    let ledger = Datastore::new("Ledger")
        .captured(Capture::sql_snapshot("USA/Shop/Books").with_consistency(Consistency::SingleDataset))
        .dataset(Dataset::new("entries", "id Integer key"));
    let report =
        Workspace::new("Report").with_container("USA/Shop/Warehouse").with_priority(Priority::High).group(
            DatasetGroup::new("all")
                .with_sinks(["Sales/orders", "Sales/items", "Ledger/entries", "Masked/orders"])
                .with_milestoning(Milestoning::LiveAndForensic)
                .with_latency(Latency::minutes(5))
                .with_retention(Retention::years(7))
                .regulator("SEC"),
        );
    let mask = Workspace::new("Mask")
        .with_container("USA/Shop/Scratch")
        .group(DatasetGroup::new("raw").sink("Sales/orders"))
        .with_transformer(
            DataTransformer::sql("Masked")
                .select("orders", "SELECT id, price, '' AS note FROM Sales_orders")
                .with_cron("0 5 * * *"),
        );
    let team = Team::new()
        .container(database("Till"))
        .container(DataContainer::postgres("Books", "db.example", "books").located("Azure/USA"))
        .container(database("Warehouse"))
        .container(database("Scratch"))
        .datastore(sales)
        .datastore(ledger)
        .datastore(Datastore::new("Masked").dataset(Dataset::new("orders", "id Integer key, note VarChar")))
        .workspace(report)
        .workspace(mask);
    let zone = GovernanceZone::new().team("Shop", "github:shop/model@main", team);
    let ecosystem = Ecosystem::new("Test", "github:test/model@main", "github:test/model@live")
        .platform(PlatformDeclaration::new(PLATFORM, "connectors"))
        .platform(PlatformDeclaration::new("Other", "connectors"))
        .zone("USA", "github:usa/model@main", zone);
    let assignments = Assignments::default()
        .with_group(PLATFORM, "Report/all", Stage::Provisioned)
        .with_group(PLATFORM, "Mask/raw", Stage::Provisioned)
        .with_primary(PLATFORM, "Sales", Stage::Provisioned)
        .with_primary(PLATFORM, "Masked", Stage::Provisioned)
        .with_primary("Other", "Ledger", Stage::Provisioned);
    IntentionGraphs::build(&Valid::assume_valid(ecosystem), &assignments).unwrap()
}

/// The instance, with settings of every kind of JSON.
pub(crate) fn instance() -> Arc<PlatformInstance> {
    let config = json!({"text": "x", "number": 1, "ratio": 0.1, "tiny": 5e-324, "flag": true, "nothing": null, "list": [1], "none": {}});
    let version = Version::new(1, 0, 0);
    let instance = PlatformInstance::new(PLATFORM.into(), "connectors".into(), version, config.into());
    Arc::new(instance.with_places([place()]).with_credential_store(Some("vault".into())))
}

/// The instance as the connectors accept it: without settings.
pub(crate) fn plain_instance() -> Arc<PlatformInstance> {
    let version = Version::new(1, 0, 0);
    Arc::new(PlatformInstance::new(PLATFORM.into(), "connectors".into(), version, Json::object()))
}

/// The views of all nodes of the platform, each with an offer for whatever it reads.
pub(crate) fn node_views() -> Vec<NodeView> {
    let graphs = graphs();
    let graph = graphs.graph(&PLATFORM.into()).unwrap();
    let view = |node: datasurface_platform::graph::Node<'_>| {
        let before = node.predecessors().chain(graphs.handover_source(&node.key()));
        let offers = before.flat_map(|from| {
            let facts = from.facts();
            let offers = Offer::for_datasets(&facts, "topic").into_iter().map(|offer| {
                let offer = offer.with_latency(Latency::minutes(1)).with_credential("USA/Shop/reader");
                ResolvedOffer::new(facts.key.clone(), offer)
            });
            offers.collect::<Vec<_>>()
        });
        NodeView::new(node.facts(), offers.collect())
            .with_declarations(declarations())
            .with_metadata(metadata())
    };
    graph.nodes().map(view).collect()
}

/// What is declared of that which a node names: hints about everything that there can be one about.
fn declarations() -> NodeDeclarations {
    let targets = [
        HintTarget::Datastore("Sales".into()),
        HintTarget::Dataset("Sales/orders".into()),
        HintTarget::Group("Report/all".into()),
        HintTarget::Transformer("Mask".into()),
    ];
    let avro = json!({"type": "record", "name": "orders", "fields": [{"name": "id", "type": "int"}]});
    NodeDeclarations::default()
        .place(place())
        .credential("USA/Shop/till".into(), CredentialKind::Certificate)
        .with_hints(targets.map(|about| (about, json!({ "batch": 1 }).into())))
        .avro_schema("Sales/orders".into(), avro.into())
}

fn place() -> ResolvedPlace {
    let vendor = InfrastructureVendor::new("Azure").with_cloud(CloudVendor::GoogleCloud);
    ResolvedPlace::resolve(&"Azure/USA".into(), &[vendor].into_iter().collect())
}

/// What people know of a node.
fn metadata() -> NodeMetadata {
    let team = TeamKey::new("USA", "Shop");
    let subject =
        |name: &str, status| SubjectMetadata::new(name, team.clone(), "github:shop/team@main".into(), status);
    let shop = subject("Shop", ProductionStatus::Production);
    let dataset = DatasetMetadata::new(Some(&Documentation::plain("what was ordered").tag("sales")), None);
    NodeMetadata::default()
        .subject(shop.with_documentation(Some(&Documentation::markdown("*the* shop"))))
        .subject(subject("Trials", ProductionStatus::NotProduction))
        .dataset("Shop/orders".into(), dataset.column("id".into(), "counted from one".into()))
}

/// A shard with every node, and with state that is held: some of it owed until a day, some of it released.
pub(crate) fn shard(instance: &Arc<PlatformInstance>) -> ScopeView {
    let keys: Vec<String> = node_views().iter().map(|view| view.key().to_string()).collect();
    shard_of(instance, &keys.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The same shard, with these nodes alone.
pub(crate) fn shard_of(instance: &Arc<PlatformInstance>, keys: &[&str]) -> ScopeView {
    let views = node_views();
    let sales = views.iter().find(|view| view.key().to_string() == "Ingest/Stream/Sales").unwrap();
    let held = |dataset: &str, owed_until| {
        let view = sales.restricted_to(&dataset.into());
        let holds = HeldData::from(&view.facts().datasets()[0]);
        let address = ResourceAddress::from(format!("topic.Sales-{dataset}"));
        HeldState::new(address, ShardName::from("main"), holds, view, owed_until)
    };
    let here = views.iter().filter(|view| keys.contains(&view.key().to_string().as_str()));
    let nodes = here.map(|view| {
        // One dataset of a capture is placed in another shard.
        let is_sales = view.key() == sales.key();
        let datasets: BTreeSet<DatasetName> = view
            .facts()
            .datasets()
            .iter()
            .map(|dataset| dataset.key.dataset.clone())
            .filter(|dataset| !is_sales || *dataset == "orders")
            .collect();
        ScopedNode::new(view.clone(), true, datasets)
    });
    let revision = Revision::new(Fingerprint::of_bytes(b"reached"));
    let held = vec![
        held("items", NaiveDate::from_ymd_opt(2030, 1, 31)),
        held("orders", None).released(revision, "nobody needs it"),
    ];
    ScopeView::shard(Arc::clone(instance), "main".into(), nodes.collect(), held)
}
