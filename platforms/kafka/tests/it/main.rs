//! The platform through its public API: what it renders is compared, planned and refused.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop, in its helpers too"
)]

mod laws;
mod northwind;
mod plans;
mod refused;
mod shop;
