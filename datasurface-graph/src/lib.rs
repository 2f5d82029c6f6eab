//! The intention graph: what must happen, on which platform, so that every consumer gets what it asked for. The
//! graph never says how.
//!
//! A graph is built backwards, from the dataset groups that the broker assigned to a platform to what is captured for
//! them: [`IntentionGraphs::build`]. It is immutable and read through borrowed views; [`Node::facts`] is all that it
//! knows of a node, as one value.
//!
//! [`query`] answers questions (upstream, downstream, outages, lineage), [`picture`] draws graphs as Mermaid, DOT, GraphML and JSON, and
//! [`GraphDiff`] compares two versions.

mod assignments;
mod builder;
mod demand;
mod diff;
mod facts;
mod fingerprint;
mod fragments;
mod graph;
mod key;
mod obligation;
pub mod picture;
pub mod query;
mod shard;
#[cfg(test)]
mod tests;
mod transformers;

pub use assignments::{Assignments, Stage, Stages};
pub use builder::NoPrimaryError;
pub use demand::datastores_needed;
pub use diff::GraphDiff;
pub use facts::{
    CaptureFacts, Consumer, DatasetFacts, ExportFacts, FieldDifference, IngestFacts, IngestSource,
    NodeDetail, NodeFacts, TransformFacts, TriggerFacts,
};
pub use fingerprint::{Fingerprint, FingerprintError};
pub use graph::{IntentionGraph, IntentionGraphs, Node};
pub use key::{NodeKey, NodeKeyError, NodeKind};
pub use obligation::{Custody, Obligation, RetentionPeriod};
/// The crate of graphs that [`IntentionGraph::as_petgraph`] shows.
pub use petgraph;
pub use shard::{NodeWeight, Placement, Shards};
