//! The broker from the outside, with a small platform of its own.

#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "all of this program is tests, also what they share"
)]

mod abilities;
mod check;
mod choice;
mod criteria;
mod explain;
mod fixture;
mod formats;
mod governance;
mod holding;
mod hooks;
mod kept_origins;
mod latency;
mod lost_locks;
mod metadata;
mod minimal_platform;
mod plan_file;
mod platform_order;
mod progress;
mod readdressed;
mod readers;
mod renamed;
mod replaced;
mod revisions;
mod shards;
mod shared;
mod sharing_platform;
mod storage;
mod storage_sequences;
mod target;
mod transitions;
mod unclaimed;
mod unreadable;
