//! Strategies for property tests, with proptest 1: valid ecosystems, edits that may break them, mutations that each break
//! one rule, anything that can be built in code, and damaged documents.
//!
//! ```
//! use datasurface_strategies::{Shape, ecosystems_with};
//! use proptest::prelude::*;
//!
//! proptest!(|(ecosystem in ecosystems_with(Shape { platforms: 2..=2, ..Shape::default() }))| {
//!     prop_assert_eq!(ecosystem.platforms().len(), 2);
//! });
//! ```
//!
//! An ecosystem is drawn as a plain plan of numbers, which shrinks well, and then built: numbers are taken modulo
//! what there is, so that every plan means a valid ecosystem.

mod adjustment;
mod arbitrary;
mod avro;
mod build;
mod damage;
mod datastores;
mod edit;
mod mutation;
mod names;
mod plan;
mod shuffle;
mod transformers;
mod types;
mod workspaces;

#[cfg(test)]
mod tests;

pub use adjustment::{Adjustment, AdjustmentKind, adjustments};
pub use arbitrary::{adversarial_strings, arbitrary_ecosystems};
pub use avro::to_avro;
pub use damage::{all_damaged, damaged, documents, with_positional_object};
pub use edit::{Edit, edits, valid_edits};
pub use mutation::{Mutation, mutations};
pub use plan::Shape;
pub use shuffle::{DECLARATIONS, shuffled};
pub use types::data_types;

use datasurface_model::Ecosystem;
use proptest::strategy::Strategy;

/// Generates valid ecosystems of a size for most tests; their findings are notes at most.
///
/// Cases worth a test are frequent: transformers in chains and cycles, datastores captured dataset by dataset,
/// workspaces that share a container, two platforms, pins. All platforms are of kind `local`.
pub fn ecosystems() -> impl Strategy<Value = Ecosystem> {
    ecosystems_with(Shape::default())
}

/// Generates valid ecosystems of this size.
pub fn ecosystems_with(shape: Shape) -> impl Strategy<Value = Ecosystem> {
    plan::plans(&shape).prop_map(|plan| build::ecosystem(&plan))
}
