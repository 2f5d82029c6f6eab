//! The view of a scope: the datasets that are kept there.

use crate::example_graph;
use datasurface_platform::{graph::DatasetFacts, prelude::*};

fn keys<'s>(datasets: impl Iterator<Item = (&'s NodeView, &'s DatasetFacts)>) -> Vec<String> {
    datasets.map(|(_, dataset)| dataset.key.to_string()).collect()
}

/// `Sales/orders` is captured here and held as well; `Sales/items` is held alone.
#[test]
fn what_is_captured_is_not_held_as_well() {
    let shard = example_graph::shard(&example_graph::plain_instance());
    let captured = keys(shard.captured_datasets());
    assert!(captured.contains(&"Sales/orders".to_owned()) && !captured.contains(&"Sales/items".to_owned()));
    assert_eq!(keys(shard.held_datasets()), ["Sales/items"]);
    assert_eq!(keys(shard.stored_datasets()), [captured, vec!["Sales/items".to_owned()]].concat());
}

#[test]
fn what_nothing_captures_any_more_is_held_alone() {
    let shard = example_graph::shard_of(&example_graph::plain_instance(), &[]);
    assert_eq!(keys(shard.captured_datasets()), Vec::<String>::new());
    assert_eq!(keys(shard.held_datasets()), ["Sales/items", "Sales/orders"]);
}

/// Only a capture from a producer's container has the facts of one: not that of a transformer, nor that of another platform.
#[test]
fn a_capture_from_a_container_has_facts() {
    let views = example_graph::node_views();
    let captures = views.iter().filter_map(|view| Some((view.key().to_string(), view.facts().capture()?)));
    let captures: Vec<_> = captures.map(|(node, facts)| (node, facts.container_key.to_string())).collect();
    assert_eq!(captures, [("Ingest/Stream/Sales".to_owned(), "USA/Shop/Till".to_owned())]);
}
