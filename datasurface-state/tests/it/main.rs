//! What a broker remembers, through the public API.

#![allow(clippy::unwrap_used, reason = "all of this program is tests, also what they share")]

mod advance_times;
