//! The cone of a change: what may be different after it.

use super::Questions;
use crate::{
    build::Changes,
    graph::{At, IntentionGraphs, Node},
    key::NodeKey,
};
use datasurface_model::Entity;
use std::collections::BTreeSet;

/// What a change reaches that made the one model out of the other, or the one decision out of the other: the nodes before
/// and after it that are about something that changed itself, and all whose obligations depend on these. Every node that
/// is not the same in both is among them; and whatever is not among them needs no second look.
#[must_use]
pub fn cone(before: &IntentionGraphs, after: &IntentionGraphs) -> BTreeSet<NodeKey> {
    let now = after.estate();
    let changes = Changes::between(before.estate(), &now.ecosystem, &now.assignments);
    let mut cone: BTreeSet<NodeKey> = reached(before, &changes);
    cone.append(&mut reached(after, &changes));
    cone
}

fn reached(graphs: &IntentionGraphs, changes: &Changes) -> BTreeSet<NodeKey> {
    let nodes = graphs.iter().flat_map(|graph| graph.nodes());
    let about: Vec<NodeKey> =
        nodes.filter(|node| is_about(node.at(), changes)).map(|node| node.key()).collect();
    let mut reached = Questions::about(graphs).upstream(&about);
    reached.extend(about.iter().filter_map(|key| graphs.node(key)));
    let captures = reached.iter().flat_map(|node| captures(graphs, *node));
    captures.chain(reached.iter().copied()).map(|node| node.key()).collect()
}

/// Whether a node is about something that changed itself.
fn is_about(at: At<'_>, changes: &Changes) -> bool {
    let (datastores, workspaces) = (&changes.datastores, &changes.workspaces);
    match at {
        At::Export { supply, part, export } => {
            let mut readers = part.readers(export).iter();
            datastores.contains(supply.name())
                || readers.any(|reader| workspaces.contains(&reader.consumer.group.workspace))
        }
        At::Ingest { supply, .. } => datastores.contains(supply.name()),
        At::Transform(derivation) | At::Trigger(derivation) => {
            let mut read = derivation.sources().iter().map(|source| source.name());
            workspaces.contains(derivation.name())
                || datastores.contains(derivation.output())
                || read.any(|datastore| datastores.contains(datastore))
        }
    }
}

/// The captures of what is exported, on all platforms: one that is about to capture for all keeps what is needed anywhere.
fn captures<'g>(graphs: &'g IntentionGraphs, node: Node<'g>) -> impl Iterator<Item = Node<'g>> {
    let exported = match node.at() {
        At::Export { supply, export, .. } => Some((supply, export.dataset)),
        _ => None,
    };
    exported.into_iter().flat_map(move |(supply, dataset)| {
        supply.parts().iter().filter_map(move |part| {
            let ingest = part.ingest_of(dataset)?;
            Some(Node::new(graphs.graph(&part.platform)?, At::Ingest { supply, part, ingest }))
        })
    })
}
