//! The law of views: a view is backed by one value that can be written as JSON, and its fingerprint covers all of it.

use crate::{
    example_graph,
    leaf::{field, leaves, mutations},
};
use datasurface_platform::{
    graph::Fingerprint,
    prelude::{NodeView, ScopeView, json, serde_json, serde_json::Value},
};
use serde::{Serialize, de::DeserializeOwned};
use std::{collections::BTreeSet, fmt};

/// Tags of enums of which no other variant is written as it is: there is nothing else that could stand there.
const ONLY_ONE: [&str; 2] = ["capture.kind.kind", "artifact.kind"];

/// Different values that are tried for each leaf.
const TRIED: usize = 3;

/// Changes every leaf, in several ways that can be read again, and asserts that each one moves the fingerprint. Gives
/// the fields that were changed.
fn assert_covered<T>(view: &T, fingerprint: impl Fn(&T) -> Fingerprint, donors: &[Value]) -> BTreeSet<String>
where
    T: Serialize + DeserializeOwned + PartialEq + fmt::Debug,
{
    let value = serde_json::to_value(view).unwrap();
    let again: T = serde_json::from_value(value.clone()).unwrap();
    assert_eq!(again, *view, "it is what was written");
    assert_eq!(fingerprint(&again), fingerprint(view));

    let leaves = leaves(&value);
    let mut changed = BTreeSet::new();
    for path in &leaves {
        let others = mutations(&value, path, donors);
        let others = others.filter_map(|mutated| serde_json::from_value::<T>(mutated).ok());
        let others: Vec<T> = others.filter(|other| other != view).take(TRIED).collect();
        for other in &others {
            assert_ne!(fingerprint(other), fingerprint(view), "{} is not covered", field(path));
        }
        let is_only_one = ONLY_ONE.iter().any(|end| field(path).ends_with(end));
        assert_eq!(others.is_empty(), is_only_one, "{}: nothing else can stand there", field(path));
        changed.insert(field(path));
    }
    assert!(leaves.len() > 5, "a view has leaves");
    changed
}

#[test]
fn the_fingerprint_of_a_node_covers_its_view() {
    let views = example_graph::node_views();
    let kinds: BTreeSet<_> = views.iter().map(|view| view.key().kind()).collect();
    assert_eq!(kinds.len(), 4, "every kind of node occurs");
    let fingerprint = |view: &NodeView| Fingerprint::of(&view.fingerprints(Fingerprint::of(&"instance")));
    let changed: BTreeSet<String> =
        views.iter().flat_map(|view| assert_covered(view, fingerprint, &[])).collect();
    for field in [
        "facts.key",
        "facts.obligation.priority",
        "facts.obligation.latency",
        "facts.obligation.regulators.*",
        "facts.obligation.custody.retention.for",
        "facts.detail.ingest.source.container.credential",
        "facts.detail.ingest.source.container.capture.credential",
        "facts.detail.ingest.source.container.capture.trigger.cron",
        "facts.detail.ingest.source.container.capture.kind.tables.orders",
        "facts.detail.ingest.source.platform.platform",
        "facts.detail.ingest.source.transformer.workspace",
        "facts.detail.ingest.datasets.*.classifications.*",
        "facts.detail.ingest.datasets.*.checks.*.not_null.at_least",
        "facts.detail.ingest.datasets.*.checks.*.accepted_values.values.*",
        "facts.detail.ingest.datasets.*.schema.columns.*.classifications.*",
        "facts.detail.export.container.locations.*",
        "facts.detail.export.consumers.*.requirements.retention",
        "facts.detail.trigger.trigger.cron",
        "facts.detail.transform.artifact.selects.*.sql",
        "facts.detail.transform.outputs.*.custody.live",
        "inputs.*.from",
        "inputs.*.offer.latency",
        "inputs.*.offer.credential",
        "inputs.*.offer.custody.retention.for",
        "declarations.places.*.vendor",
        "declarations.places.*.cloud",
        "declarations.places.*.path.*",
        "declarations.credentials.USA/Shop/till",
        "declarations.hints.*.about.datastore",
        "declarations.hints.*.about.dataset",
        "declarations.hints.*.about.group",
        "declarations.hints.*.about.transformer",
        "declarations.hints.*.settings.batch",
        "declarations.avro.Sales/orders.fields.*.name",
        "metadata.subjects.*.owner",
        "metadata.datasets.Shop/orders.columns.id.text",
    ] {
        assert!(changed.contains(field), "{field} does not occur: {changed:#?}");
    }
}

#[test]
fn the_fingerprint_of_a_scope_covers_its_view() {
    let shard = example_graph::shard_of(&example_graph::instance(), &["Ingest/Stream/Sales"]);
    let of_scope = |view: &ScopeView| view.fingerprint(Fingerprint::of(view.platform()));
    let changed = assert_covered(&shard, of_scope, &[]);
    for field in [
        "scope.shard",
        "nodes.*.whole",
        "nodes.*.datasets.*",
        "held.*.resource",
        "held.*.shard",
        "held.*.holds.dataset",
        "held.*.holds.custody.retention.for",
        "held.*.owed_until",
        "held.*.released_by",
        "held.*.node.facts.key",
        "platform.places.*.cloud",
        "platform.credential_store",
    ] {
        assert!(changed.contains(field), "{field} does not occur: {changed:#?}");
    }

    // A foundation has no nodes, and nothing is held there; but it could be, and would be covered.
    let shard = serde_json::to_value(shard).unwrap();
    let donors = [shard["nodes"].clone(), shard["held"].clone(), json!({"shard": "main"})];
    let foundation = ScopeView::foundation(example_graph::instance(), vec!["main".into()]);
    let changed = assert_covered(&foundation, of_scope, &donors);
    assert!(changed.contains("scope") && changed.contains("shards.*"), "{changed:#?}");
}

#[test]
#[should_panic(expected = "is not covered")]
fn the_law_can_fail() {
    let shard = example_graph::shard_of(&example_graph::instance(), &[]);
    assert_covered(&shard, |shard| Fingerprint::of(&(shard.scope(), shard.nodes())), &[]);
}
