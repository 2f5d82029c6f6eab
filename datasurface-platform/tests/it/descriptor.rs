//! What a platform says of itself, as another program would say it.

use crate::example_graph;
use datasurface_platform::prelude::*;
use std::collections::BTreeSet;

fn descriptor() -> PlatformDescriptor {
    PlatformDescriptor::new("mill", Version::new(1, 0, 0))
}

#[test]
fn where_and_how_data_is_kept_is_said_across_the_border() {
    let keeping = descriptor()
        .data_place("Blue/Ohio")
        .data_technology("object_storage", Some(KeyHolder::Company))
        .data_technology("sqlite", None);
    let said = serde_json::to_value(&keeping).unwrap();
    assert_eq!(said["keeps_data_in"], json!({"object_storage": "company", "sqlite": null}));
    assert_eq!(serde_json::from_value::<PlatformDescriptor>(said).unwrap(), keeping);
}

#[test]
fn who_says_nothing_of_storage_keeps_nothing() {
    let mut said = serde_json::to_value(descriptor()).unwrap();
    assert_eq!(said.as_object_mut().unwrap().remove("keeps_data_in"), None);
    assert!(serde_json::from_value::<PlatformDescriptor>(said).unwrap().data_technologies().is_empty());
}

#[test]
fn of_two_ways_to_encrypt_the_weaker_counts() {
    let keys = [None, Some(KeyHolder::Vendor), Some(KeyHolder::Company)];
    for (position, weaker) in keys.into_iter().enumerate() {
        for stronger in &keys[position..] {
            for [first, second] in [[weaker, *stronger], [*stronger, weaker]] {
                let both = descriptor().data_technology("sqlite", first).data_technology("sqlite", second);
                assert_eq!(both.data_technologies()["sqlite"], weaker);
            }
        }
    }
}

/// Claims all that the nodes of the example_graph ask for.
fn able() -> PlatformDescriptor {
    keyed().with_keyless()
}

/// The same, but for what has no key.
fn keyed() -> PlatformDescriptor {
    let milestonings = [Milestoning::Live, Milestoning::LiveAndForensic];
    unseen()
        .with_export_targets(["sqlite"])
        .with_milestonings(milestonings)
        .with_artifacts(["sql"])
        .with_formats(["topic"])
}

/// Captures, and nothing else.
fn unseen() -> PlatformDescriptor {
    descriptor().with_captures(["sql_snapshot"], ["sqlite"]).with_consistencies([Consistency::MultiDataset])
}

/// What the nodes of the example_graph ask for and this does not claim.
fn unclaimed(descriptor: &PlatformDescriptor) -> BTreeSet<String> {
    let views = example_graph::node_views();
    views.iter().flat_map(|view| descriptor.unclaimed(view)).collect()
}

#[test]
fn what_is_not_claimed_is_told_and_nothing_else() {
    let told =
        |descriptor: &PlatformDescriptor| -> Vec<String> { unclaimed(descriptor).into_iter().collect() };
    assert_eq!(told(&able()), [] as [&str; 0]);
    assert_eq!(told(&keyed()), ["keeping datasets without a key"]);
    assert_eq!(told(&able().with_best_latency(Latency::hours(1))), ["to be as fast as 5 min"]);
    assert_eq!(told(&able().with_longest_retention(Retention::years(1))), ["keeping data for 7 y"]);
    assert_eq!(
        told(&unseen().with_keyless()),
        [
            "exporting to `sqlite`",
            "keeping every version of a record",
            "reading the format `topic`",
            "running transformers of `sql`",
            "showing the latest and every version of a record",
            "showing the latest version of a record",
            "triggering transformers",
        ]
    );
    let nothing = unclaimed(&descriptor());
    for more in ["capturing by `sql_snapshot`", "capturing from `sqlite`", "keeping datasets without a key"] {
        assert!(nothing.contains(more), "{nothing:?}");
    }
    assert!(nothing.contains("reading a whole datastore in one transaction"), "{nothing:?}");
}

#[test]
fn only_captures_ask_for_what_has_no_key() {
    for view in example_graph::node_views() {
        let is_keyless = |dataset: &DatasetFacts| dataset.schema.table().key().is_empty();
        let asks = matches!(view.detail(), NodeDetail::Ingest(from) if from.datasets.iter().any(is_keyless));
        let told = keyed().unclaimed(&view);
        assert_eq!(told.iter().any(|told| told == "keeping datasets without a key"), asks, "{}", view.key());
    }
}
