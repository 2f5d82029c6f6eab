//! The cone of a change: what may be different after it.
//!
//! A property test compares it with the specification: exactly the nodes that differ, and before and after them all whose obligations
//! depend on these.

use super::Queries;
use crate::{
    diff::GraphDiff,
    fragments::NodeRef,
    graph::{IntentionGraphs, Node},
    key::NodeKey,
};
use std::collections::BTreeSet;

/// Returns the nodes that a change may affect: those that differ, and all whose obligations depend on these.
/// The obligations are those in the earlier graphs and those in the later ones. All other nodes need no second look.
///
/// Obligations pass from consumers to producers, over hand-overs, too; and a capture on a platform that captures a
/// datastore for all, or is about to, retains what is needed of that anywhere. The facts that a node takes from its
/// producers are its own, so that the node differs itself where they do.
#[must_use]
pub fn cone(before: &IntentionGraphs, after: &IntentionGraphs) -> BTreeSet<NodeKey> {
    let changed = changed(before, after);
    let mut cone = reached(before, &changed);
    cone.append(&mut reached(after, &changed));
    cone
}

/// Returns the nodes that are in one version only, or differ between both.
fn changed(before: &IntentionGraphs, after: &IntentionGraphs) -> Vec<NodeKey> {
    let mut changed = Vec::new();
    let mut compare = |diff: GraphDiff| {
        changed.extend([&diff.added, &diff.removed, &diff.changed].into_iter().flatten().cloned());
    };
    for graph in after.iter() {
        // A platform that one side does not have is compared with its emptied graph.
        match before.graph(graph.platform()) {
            Some(before) => compare(GraphDiff::between(before, graph)),
            None => compare(GraphDiff::between(&graph.emptied(), graph)),
        }
    }
    for graph in before.iter().filter(|graph| after.graph(graph.platform()).is_none()) {
        compare(GraphDiff::between(graph, &graph.emptied()));
    }
    changed
}

/// Returns those of these nodes that exist, and all that depends on them.
fn reached(graphs: &IntentionGraphs, changed: &[NodeKey]) -> BTreeSet<NodeKey> {
    let mut reached = Queries::new(graphs).upstream(changed);
    reached.extend(changed.iter().filter_map(|key| graphs.node(key)));
    let captures = reached.iter().flat_map(|node| captures(graphs, *node));
    captures.chain(reached.iter().copied()).map(|node| node.key()).collect()
}

/// The captures of what is exported, on all platforms that capture it for all or are about to.
fn captures<'g>(graphs: &'g IntentionGraphs, node: Node<'g>) -> impl Iterator<Item = Node<'g>> {
    let exported = match node.node_ref() {
        NodeRef::Export { datastore_fragment, export, .. } => Some((datastore_fragment, export.dataset)),
        _ => None,
    };
    exported.into_iter().flat_map(move |(datastore_fragment, dataset)| {
        let platforms = graphs.fragments().assignments.capturing_platforms(datastore_fragment.name());
        platforms.filter_map(move |platform| {
            let part = datastore_fragment.part(platform)?;
            Some(Node::new(
                graphs.graph(platform)?,
                NodeRef::Ingest { datastore_fragment, part, ingest: part.ingest_of(dataset)? },
            ))
        })
    })
}
