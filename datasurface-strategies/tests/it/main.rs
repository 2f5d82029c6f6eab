//! Laws of validation over generated ecosystems, edits and mutations.

#![allow(clippy::unwrap_used, reason = "all of this program is tests, also what they share")]

mod edits;
mod plain;
