//! The intention graph: immutable once built, read through borrowed views.

mod former_key;
mod graphs;
mod handover;
mod intention_graph;
mod node;
mod nodes;
mod order;

pub use graphs::IntentionGraphs;
pub use intention_graph::IntentionGraph;
pub use node::Node;
