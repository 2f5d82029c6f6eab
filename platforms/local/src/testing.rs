//! For tests of the platform: to stop its runtime anywhere, to fill its disk, and to read a source as a capture does.
//!
//! An application has no use for it.

pub use crate::runtime::{Breakpoint, source::read_source};
