//! Declarations: places, kinds of credentials, hints, and schemas as they were written, in the views of the nodes that name them.

use crate::faulty_platform::FaultyPlatform;
use datasurface_broker::{Base, Broker, Lock, Proposal};
use datasurface_model::*;
use datasurface_platform::{
    NodeDeclarations, PlatformErrorKind, Registry, ScopeView, ScopedNode, graph::Fingerprint,
};
use serde_json::json;

fn avro() -> serde_json::Value {
    json!({"type": "record", "name": "order", "namespace": "shop.v1", "fields": [
        {"name": "id", "type": "int"},
        {"name": "state", "type": {"type": "enum", "name": "state", "symbols": ["NEW", "PAID"], "default": "NEW"},
         "aliases": ["status"]},
    ]})
}

fn team() -> Team {
    let source = DataContainer::postgres("Source", "db.example", "shop").located("Blue/Frankfurt/Hall 3");
    let lake =
        DataContainer::postgres("Lake", "lake.example", "lake").located("Cellar").with_credential("writer");
    let store = Datastore::new("Shop")
        .captured(Capture::sql_snapshot("Z/T/Source").with_credential("reader"))
        .dataset(Dataset::new("orders", AvroSchema::new(avro()).keyed(["id"])))
        .dataset(Dataset::new("items", "id Integer key"));
    let group = DatasetGroup::new("daily").with_sinks(["Shop/orders", "Shop/items"]);
    let reader = Credential::new("reader", CredentialKind::Certificate).opening("Z/T/Source");
    let writer = Credential::new("writer", CredentialKind::Password).opening("Z/T/Lake");
    Team::new()
        .container(source)
        .container(lake)
        .credential(reader)
        .credential(writer)
        .datastore(store)
        .workspace(Workspace::new("W").with_container("Z/T/Lake").group(group))
}

fn hinted(platform: PlatformDeclaration) -> PlatformDeclaration {
    platform
        .hint(HintTarget::Dataset("Shop/orders".into()), json!({ "partitions": 12 }))
        .hint(HintTarget::Datastore("Shop".into()), json!({ "batch": 500 }))
        .hint(HintTarget::Group("W/daily".into()), json!({ "tasks": 2 }))
}

fn world(platforms: impl IntoIterator<Item = PlatformDeclaration>, cloud: CloudVendor) -> Ecosystem {
    let zone = GovernanceZone::new().team("T", "github:o/team@main", team());
    let blue = InfrastructureVendor::new("Blue")
        .with_cloud(cloud)
        .location(InfrastructureLocation::new("Frankfurt").location("Hall 3"));
    let ecosystem = Ecosystem::new("E", "github:o/model@main", "github:o/live@main")
        .vendor(blue)
        .vendor(InfrastructureVendor::new("Cellar"))
        .zone("Z", "github:o/zone@main", zone);
    platforms.into_iter().fold(ecosystem, Ecosystem::platform)
}

pub(crate) fn proposal(ecosystem: Ecosystem) -> Proposal {
    let (broker, on) =
        (Broker::new(Registry::new().with_plugin::<FaultyPlatform>()), "2026-11-21".parse().unwrap());
    let checked = ecosystem.validate(&Validation::on(on)).unwrap();
    let placed = broker.place(checked.ecosystem(), &Lock::default()).unwrap();
    broker.propose(&placed, Base::Target(None), on).unwrap()
}

fn platform() -> PlatformDeclaration {
    PlatformDeclaration::new("P", "cupboard")
}

fn declarations(proposal: &Proposal, node: &str) -> NodeDeclarations {
    let views: Vec<&ScopeView> = proposal.scopes().map(|(_, view)| view).collect();
    let mut nodes = views.iter().flat_map(|view| view.nodes()).map(ScopedNode::view);
    nodes.find(|view| view.key().to_string() == node).unwrap().declarations().clone()
}

const CAPTURE: &str = "Ingest/P/Shop";
const EXPORT: &str = "Export/P/Z/T/Lake/Shop/orders";

#[test]
fn places_are_resolved_to_the_cloud_of_their_vendor() {
    let proposal = proposal(world([platform()], CloudVendor::Azure));
    let value = |node| serde_json::to_value(declarations(&proposal, node).places).unwrap();
    let hall = json!([{ "vendor": "Blue", "cloud": "azure", "path": ["Frankfurt", "Hall 3"] }]);
    assert_eq!(value(CAPTURE), hall);
    assert_eq!(value(EXPORT), json!([{ "vendor": "Cellar", "path": [] }]));
}

#[test]
fn another_cloud_is_another_view_of_the_nodes_there_alone() {
    let of = |cloud, node: &str| {
        let proposal = proposal(world([platform()], cloud));
        let views: Vec<ScopeView> = proposal.scopes().map(|(_, view)| view.clone()).collect();
        let nodes = views.iter().flat_map(|view| view.nodes()).map(ScopedNode::view);
        nodes
            .filter(|view| view.key().to_string() == node)
            .map(|view| view.fingerprints(Fingerprint::of(&"P")))
            .next()
            .unwrap()
    };
    assert_ne!(of(CloudVendor::Azure, CAPTURE), of(CloudVendor::Aws, CAPTURE));
    assert_eq!(of(CloudVendor::Azure, EXPORT), of(CloudVendor::Aws, EXPORT));
}

#[test]
fn credentials_come_with_their_kinds() {
    let proposal = proposal(world([platform()], CloudVendor::Azure));
    let value = |node| serde_json::to_value(declarations(&proposal, node).credentials).unwrap();
    assert_eq!(value(CAPTURE), json!({ "Z/T/reader": "certificate" }));
    assert_eq!(value(EXPORT), json!({ "Z/T/writer": "password" }));
}

#[test]
fn hints_are_with_what_they_are_about_and_for_their_platform_alone() {
    let about = |node: &str, platform| {
        let proposal = proposal(world([platform], CloudVendor::Azure));
        let hints = declarations(&proposal, node).hints;
        hints.iter().map(|hint| hint.about.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(about(CAPTURE, hinted(platform())), ["datastore Shop", "dataset Shop/orders"]);
    let of_export = ["datastore Shop", "dataset Shop/orders", "group W/daily"];
    assert_eq!(about(EXPORT, hinted(platform())), of_export);
    assert_eq!(
        about("Export/P/Z/T/Lake/Shop/items", hinted(platform())),
        ["datastore Shop", "group W/daily"]
    );
    let other = hinted(PlatformDeclaration::new("Q", "cupboard"));
    let world = world([platform(), other], CloudVendor::Azure);
    let proposal = proposal(world.primary_pin("Shop", "P").group_pin("W/daily", ["P"]));
    assert!(declarations(&proposal, CAPTURE).hints.is_empty());
}

#[test]
fn hints_about_a_transformer_are_with_its_job_and_its_trigger() {
    let transforming = |team: Team| {
        let select = DataTransformer::sql("Counted").select("items", "SELECT id FROM Shop_items");
        let raw = DatasetGroup::new("raw").sink("Shop/items");
        let made = DatasetGroup::new("made").sink("Counted/items");
        team.datastore(Datastore::new("Counted").dataset(Dataset::new("items", "id Integer key")))
            .workspace(Workspace::new("Count").with_container("Z/T/Lake").group(raw).with_transformer(select))
            .workspace(Workspace::new("Read").with_container("Z/T/Lake").group(made))
    };
    let hinted = hinted(platform()).hint(HintTarget::Transformer("Count".into()), json!({ "workers": 4 }));
    let proposal = proposal(world([hinted], CloudVendor::Azure).edit_team("Z", "T", transforming));
    let views: Vec<&ScopeView> = proposal.scopes().map(|(_, view)| view).collect();
    let nodes = views.iter().flat_map(|view| view.nodes()).map(ScopedNode::view);
    let about = HintTarget::Transformer("Count".into());
    let told = nodes.filter(|view| view.hint(&about).is_some()).map(|view| view.key().to_string());
    assert_eq!(told.collect::<Vec<_>>(), ["Transform/P/Count", "Trigger/P/Count"]);
}

#[test]
fn a_hint_is_read_as_the_type_of_the_platform() {
    let proposal = proposal(world([hinted(platform())], CloudVendor::Azure));
    let views: Vec<&ScopeView> = proposal.scopes().map(|(_, view)| view).collect();
    let mut nodes = views.iter().flat_map(|view| view.whole_nodes());
    let capture = nodes.find(|view| view.key().to_string() == CAPTURE).unwrap();
    let orders = HintTarget::Dataset("Shop/orders".into());
    let read = capture.hint_as::<std::collections::BTreeMap<String, u32>>(&orders).unwrap().unwrap();
    assert_eq!(read["partitions"], 12);
    assert!(capture.hint(&HintTarget::Dataset("Shop/items".into())).is_none());
    let refused = capture.hint_as::<Vec<u32>>(&orders).unwrap_err();
    assert_eq!(refused.kind(), PlatformErrorKind::Config);
    assert!(refused.report().contains("the hint about the dataset Shop/orders"), "{}", refused.report());
    let part = capture.restricted_to(&"items".into());
    let about: Vec<String> = part.declarations().hints.iter().map(|hint| hint.about.to_string()).collect();
    assert_eq!(about, ["datastore Shop"], "a part has the hints of its datasets");
}

#[test]
fn a_schema_comes_as_it_was_written_to_whoever_claims_that() {
    let with = proposal(world([platform().setting("avro", true)], CloudVendor::Azure));
    for node in [CAPTURE, EXPORT] {
        let written = declarations(&with, node).avro;
        assert_eq!(written.keys().map(ToString::to_string).collect::<Vec<_>>(), ["Shop/orders"]);
        assert_eq!(written[&DatasetKey::from("Shop/orders")], Json::from(avro()));
    }
    let without = proposal(world([platform()], CloudVendor::Azure));
    assert!(declarations(&without, CAPTURE).avro.is_empty());
}

#[test]
fn an_instance_has_its_places_and_its_store_of_secrets() {
    let declared = platform().located("Blue/Frankfurt").with_credential_store("vault");
    let proposal = proposal(world([declared], CloudVendor::GoogleCloud));
    for (_, view) in proposal.scopes() {
        let instance = serde_json::to_value(view.platform()).unwrap();
        let place = json!({ "vendor": "Blue", "cloud": "google_cloud", "path": ["Frankfurt"] });
        assert_eq!(instance["places"], json!([place]), "{}", view.scope());
        assert_eq!(instance["credential_store"], "vault");
    }
}
