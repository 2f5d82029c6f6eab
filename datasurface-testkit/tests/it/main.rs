//! Every law can fail: a platform that keeps them all, and breaks one at a time.

#![allow(clippy::panic, reason = "a platform that panics is one of those that are found")]

mod cupboard;
mod faults;
