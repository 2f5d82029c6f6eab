//! What becomes of data and of its readers when a schema changes, in two steps: what changed, and what that means.
//!
//! What is said of tables holds of Avro's records, too, with what Avro says in addition.
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
