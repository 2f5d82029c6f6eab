//! DataSurface: one typed model of a company's data ecosystem, turned into running pipelines.
//!
//! ```
//! use datasurface::document;
//! use datasurface::model::{InfrastructureVendor, Validate, Validation};
//!
//! let model = r#"{"format": "datasurface/1", "name": "Shop", "owner": "github:shop/model@main", "live": "github:shop/live@main"}"#;
//! let before = document::from_json(model)?;
//! let after = before.clone().vendor(InfrastructureVendor::new("Home"));
//! let on = Validation::on("2026-11-21".parse().expect("a date"));
//! let checked = before.validate(&on).expect("a valid ecosystem");
//! let edited = after.validate(&on.since(&checked)).expect("a valid ecosystem");
//! assert!(edited.ecosystem().changes_since(checked.ecosystem()).is_ecosystem_changed);
//! # Ok::<(), document::DocumentError>(())
//! ```
//!
//! This crate gathers the others under one name; it has no code of its own.
//!
//! - [`model`]: the ecosystem and its validation
//! - [`document`]: the ecosystem as YAML and JSON, and reports with file, line and column
//! - [`change`]: review of a change: authorization, compatibility for consumers, retirement
//! - [`graph`]: the intention graph of each platform
//! - [`platform`]: the contract that a data platform implements
//! - [`broker`]: from a valid ecosystem to a plan, and to files in a target
//! - [`review`]: one verdict on a proposed change, over all of these
//!
//! Features: `yaml` reads documents in YAML, `fs` reads them from files and folders. The example `northwind` goes from a model to data that flows. Tests of your own models find laws, generators and
//! synthetic ecosystems in `datasurface-testkit`.

pub use datasurface_broker as broker;
pub use datasurface_change as change;
pub use datasurface_document as document;
pub use datasurface_graph as graph;
pub use datasurface_model as model;
pub use datasurface_platform as platform;
pub use datasurface_review as review;

/// The code in the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
