//! DataSurface: one typed model of a company's data ecosystem, turned into running pipelines.
//!
//! This crate gathers the others under one name; it has no code of its own.
//!
//! - [`model`]: the ecosystem, its validation, its documents
//! - [`graph`]: the intention graph of each platform
//! - [`platform`]: the contract that a data platform implements
//! - [`broker`]: from a valid ecosystem to a plan, and to files in a target

pub use datasurface_broker as broker;
pub use datasurface_change as change;
pub use datasurface_document as document;
pub use datasurface_graph as graph;
pub use datasurface_model as model;
pub use datasurface_platform as platform;

/// The code in the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
