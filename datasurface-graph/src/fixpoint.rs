//! Obligations, from consumers to producers, across hand-overs too.
//!
//! Two parts are joined separately. Custody never crosses a transformer, so it is two joins: exports into captures, and
//! captures that take data into the one that they take it from. The rest crosses everything, so all nodes of a cycle
//! owe the same: components are visited from the consumers' end, each once.

use crate::{
    build::Handover,
    estate::{DatasetId, Estate, GroupId, PlatformId, StoreId, WorkspaceId},
    graph::{IntentionGraphs, Payload},
    obligation::{Custody, Obligation},
};
use petgraph::{
    algo::kosaraju_scc,
    graph::{DiGraph, NodeIndex},
};
use rustc_hash::FxHashMap;

pub(crate) fn oblige(estate: &Estate, graphs: &mut IntentionGraphs) {
    keep(estate, graphs);
    pass_on(estate, graphs);
}

/// Gives every dataset of every capture its custody.
fn keep(estate: &Estate, graphs: &mut IntentionGraphs) {
    let mut on_platform: FxHashMap<(PlatformId, StoreId, DatasetId), Custody> = FxHashMap::default();
    let mut anywhere: FxHashMap<(StoreId, DatasetId), Custody> = FxHashMap::default();
    for (platform, node) in graphs.all_nodes() {
        if let Payload::Export { store, dataset, consumers, .. } = node.payload() {
            let custody = owed_to(estate, consumers).custody();
            let here = on_platform.entry((platform, *store, *dataset)).or_default();
            *here = here.join(custody);
            let all = anywhere.entry((*store, *dataset)).or_default();
            *all = all.join(custody);
        }
    }
    for (platform, node) in graphs.all_nodes_mut() {
        if let Payload::Ingest { store, datasets, .. } = node.payload_mut() {
            // Whoever captures for all, or is about to, keeps what anybody needs.
            let entry = estate.store(*store);
            let captures = entry.primary == Some(platform) || entry.captured_on.contains(&platform);
            for (dataset, custody) in datasets.iter_mut() {
                let kept = if captures {
                    anywhere.get(&(*store, *dataset))
                } else {
                    on_platform.get(&(platform, *store, *dataset))
                };
                *custody = kept.copied().unwrap_or_default();
            }
        }
    }
}

/// Gives every node its obligation.
fn pass_on(estate: &Estate, graphs: &mut IntentionGraphs) {
    let whole = Whole::of(graphs);
    let mut owed: Vec<Obligation> = graphs
        .all_nodes()
        .map(|(_, node)| match node.payload() {
            Payload::Export { consumers, .. } => owed_to(estate, consumers).across_transformer(),
            _ => Obligation::default(),
        })
        .collect();
    // Kosaraju's components come with successors before predecessors.
    for component in kosaraju_scc(&whole.graph) {
        let mut joined = Obligation::default();
        for node in &component {
            let successors = whole.graph.neighbors(*node);
            for owing in successors.chain([*node]).filter_map(|node| owed.get(node.index())) {
                joined = joined.join(owing);
            }
        }
        for node in component {
            if let Some(obligation) = owed.get_mut(node.index()) {
                obligation.clone_from(&joined);
            }
        }
    }
    for ((_, node), obligation) in graphs.all_nodes_mut().zip(owed) {
        let custody = match node.payload() {
            Payload::Ingest { datasets, .. } => {
                datasets.iter().fold(Custody::default(), |all, (_, custody)| all.join(*custody))
            }
            Payload::Export { consumers, .. } => owed_to(estate, consumers).custody(),
            Payload::Trigger { .. } | Payload::Transform { .. } => Custody::default(),
        };
        node.oblige(obligation.with_custody(custody));
    }
}

/// The graphs of all platforms as one, nodes numbered as in [`IntentionGraphs::all_nodes`].
struct Whole {
    graph: DiGraph<(), (), u32>,
}

impl Whole {
    fn of(graphs: &IntentionGraphs) -> Self {
        let mut graph = DiGraph::with_capacity(0, 0);
        let mut starts = Vec::new();
        for part in graphs.iter() {
            let start = graph.node_count();
            starts.push(start);
            for _ in 0..part.len() {
                graph.add_node(());
            }
            for (from, to) in part.index_edges() {
                graph.add_edge(NodeIndex::new(start + from.index()), NodeIndex::new(start + to.index()), ());
            }
        }
        let place = |(platform, node): (PlatformId, NodeIndex)| {
            Some(NodeIndex::new(starts.get(platform.index())? + node.index()))
        };
        for Handover { from, to } in graphs.handover_ids() {
            if let (Some(from), Some(to)) = (place(*from), place(*to)) {
                graph.add_edge(from, to, ());
            }
        }
        Self { graph }
    }
}

/// What all these consumers together are owed.
fn owed_to(estate: &Estate, consumers: &[(WorkspaceId, GroupId)]) -> Obligation {
    consumers.iter().fold(Obligation::default(), |all, (workspace, group)| {
        let priority = estate.workspace(*workspace).workspace.declared_priority();
        let requirements = estate.group(*workspace, *group).requirements();
        all.join(&Obligation::to_consumer(requirements, priority))
    })
}
