//! The effect of a change of a schema on data and its readers, in two steps: the changes, and the effect of each.
//!
//! The rules about tables hold for Avro's records, too, besides those of Avro.
//!
//! A change is free if everything that was written before fits, and everybody who reads goes on to find what was there.
//! Which types may widen into which is worked out from what values they have; `docs/type-changes.md` shows the outcome
//! for every pair.

mod avro;
mod change;
mod data_type;
mod fields;
mod rules;

#[cfg(test)]
mod tests;

pub use change::SchemaChange;
pub use data_type::TypeChange;
pub use rules::SchemaRule;
