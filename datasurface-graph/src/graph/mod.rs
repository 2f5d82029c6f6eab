//! The intention graph: immutable once built, read through borrowed views.

mod formerly;
mod graphs;
mod handover;
mod intention_graph;
mod node;
mod nodes;
mod order;

pub use graphs::IntentionGraphs;
pub use intention_graph::IntentionGraph;
pub use node::Node;
