//! What becomes of data and of its readers when a schema changes, in two steps: what changed, and what that means.
//!
//! A change is free if everything that was written before fits, and everybody who reads goes on to find what was there.
//! Which types may widen into which is worked out from what values they have; `docs/type-changes.md` shows the outcome
//! for every pair.

mod data_type;
mod table;

#[cfg(test)]
mod tests;

pub use data_type::TypeChange;
pub use table::{SCHEMA_RULES, SchemaChange, SchemaRule};
