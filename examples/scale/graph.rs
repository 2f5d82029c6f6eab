//! What graphs and shards cost.

use crate::report::Report;
use datasurface::{
    graph::{
        Assignments, GraphDiff, IntentionGraph, IntentionGraphs, Node, NodeKind, NodeWeight, Placement,
        Shards,
    },
    model::{Ecosystem, Valid},
};
use std::{error::Error, hint::black_box};

/// What a shard bears: nodes, and datasets that are captured.
const LIMITS: [u64; 2] = [5_000, 2_000];

/// The graphs of an ecosystem, in shards.
pub(crate) struct Graphs {
    assignments: Assignments,
    graphs: IntentionGraphs,
    /// Of each platform.
    shards: Vec<Shards>,
}

impl Graphs {
    pub(crate) fn measure(
        ecosystem: &Valid<Ecosystem>,
        assignments: Assignments,
        report: &mut Report,
    ) -> Result<Self, Box<dyn Error>> {
        let graphs = report.timed("graph_ms", || IntentionGraphs::build(ecosystem, &assignments))?;
        let nodes = graphs.iter().flat_map(IntentionGraph::nodes);
        report.timed("obligations_ms", || nodes.for_each(|node| drop(black_box(node.obligation()))));
        report.peak_rss("peak_rss_mib");
        report.count("graph_nodes", graphs.iter().map(IntentionGraph::len).sum());
        report.count("graph_edges", graphs.iter().map(|graph| graph.edges().count()).sum());
        let shards = |graph| Shards::build(graph, &Placement::default(), &LIMITS, &weigh);
        let shards = report.timed("shard_ms", || graphs.iter().map(shards).collect());
        Ok(Self { assignments, graphs, shards })
    }

    /// Becomes what the ecosystem has become.
    pub(crate) fn follow(&mut self, ecosystem: &Valid<Ecosystem>) -> Result<(), Box<dyn Error>> {
        self.graphs = self.graphs.rebuild(ecosystem, &self.assignments)?;
        let shards = self.shards.iter().zip(self.graphs.iter());
        self.shards = shards.map(|(before, graph)| before.rebuild(graph, &weigh)).collect();
        Ok(())
    }

    /// Compares the graphs with those of another version that were built on their own.
    pub(crate) fn measure_diff(
        &self,
        before: &Valid<Ecosystem>,
        report: &mut Report,
    ) -> Result<(), Box<dyn Error>> {
        let before = IntentionGraphs::build(before, &self.assignments)?;
        let pairs = || before.iter().zip(self.graphs.iter());
        let diffs = report.timed("diff_ms", || {
            pairs().map(|(old, new)| GraphDiff::between(old, new)).collect::<Vec<GraphDiff>>()
        });
        report.count("diff_nodes", diffs.iter().map(GraphDiff::len).sum());
        Ok(())
    }
}

fn weigh(node: &Node<'_>) -> NodeWeight {
    match node.kind() {
        NodeKind::Ingest => NodeWeight { whole: [1, 0].into(), per_dataset: [0, 1].into() },
        _ => NodeWeight { whole: [1, 0].into(), per_dataset: Box::default() },
    }
}
