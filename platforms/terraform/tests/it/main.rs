//! The toolkit through its public API: a small platform that is built with it, and Terraform itself.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop, in its helpers too"
)]

mod applied;
mod fakes;
mod fixture;
mod lake;
mod laws;
mod literals;
mod modules;
mod planted;
mod shop;
mod walks;
