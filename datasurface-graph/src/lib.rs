//! The intention graph: what must happen, on which platform, so that every consumer gets what it asked for. The
//! graph never says how.
//!
//! ```
//! use datasurface_graph::{Assignments, IntentionGraphs, Stage};
//! use datasurface_model::{
//!     Capture, DataContainer, Dataset, DatasetGroup, Datastore, Ecosystem, GovernanceZone, Team, Valid, Workspace,
//! };
//!
//! let orders = Dataset::new("orders", "order_id BigInt key, amount Decimal(18,4)");
//! let team = Team::new()
//!     .container(DataContainer::sqlite("ShopDB", "shop.db"))
//!     .container(DataContainer::sqlite("Warehouse", "warehouse.db"))
//!     .datastore(Datastore::new("Shop").captured(Capture::sql_snapshot("Europe/Sales/ShopDB")).dataset(orders))
//!     .workspace(
//!         Workspace::new("Reporting")
//!             .with_container("Europe/Sales/Warehouse")
//!             .group(DatasetGroup::new("Daily").sink("Shop/orders")),
//!     );
//! let zone = GovernanceZone::new().team("Sales", "github:shop/sales@main", team);
//! let ecosystem = Ecosystem::new("Shop", "github:shop/model@main", "github:shop/live@main").zone(
//!     "Europe",
//!     "github:shop/europe@main",
//!     zone,
//! );
//!
//! // The broker chooses the platforms; a test may do so by hand.
//! let assignments = Assignments::default()
//!     .with_group("Local", "Reporting/Daily", Stage::Provisioned)
//!     .with_primary("Local", "Shop", Stage::Provisioned);
//! let graphs = IntentionGraphs::build(&Valid::assume_valid(ecosystem), &assignments)?;
//! let graph = graphs.iter().next().unwrap();
//! let keys: Vec<String> = graph.nodes().map(|node| node.key().to_string()).collect();
//! assert_eq!(keys, ["Export/Local/Europe/Sales/Warehouse/Shop/orders", "Ingest/Local/Shop"]);
//! # Ok::<(), datasurface_graph::NoPrimaryError>(())
//! ```
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
#[cfg(feature = "json-schema")]
mod json_schema;
mod key;
mod obligation;
pub mod picture;
pub mod query;
mod shard;
mod storage;
#[cfg(test)]
mod tests;
mod transformers;

pub use assignments::{Assignments, Stage, Stages};
pub use builder::NoPrimaryError;
pub use demand::datastores_needed;
pub use diff::GraphDiff;
pub use facts::{
    CaptureFacts, Consumer, DatasetFacts, ExportFacts, FieldDifference, HonouredFact, IngestFacts,
    IngestSource, NodeDetail, NodeFacts, TransformFacts, TriggerFacts,
};
pub use fingerprint::{Fingerprint, FingerprintError};
pub use graph::{IntentionGraph, IntentionGraphs, Node};
pub use key::{NodeKey, NodeKeyError, NodeKind};
pub use obligation::{Custody, Obligation, RetentionPeriod};
/// The crate of graphs that [`IntentionGraph::as_petgraph`] shows.
pub use petgraph;
pub use shard::{NodeWeight, Placement, Shards};
pub use storage::{StorageNames, StorageOf};
