//! Every law can fail: a platform that keeps them all, and breaks one at a time. And what laws are checked on is what it
//! says it is.

#![allow(clippy::unwrap_used, reason = "all of this program is tests, also what they share")]
#![allow(clippy::panic, reason = "a platform that panics is one of those that are found")]

mod claims;
mod declarations;
mod defects;
mod documentation;
mod faulty_platform;
mod formats;
mod linear;
mod session;
mod settings_size;
mod simulated;
mod storage;
mod synthetic;
mod topics;
mod valid_edits;
