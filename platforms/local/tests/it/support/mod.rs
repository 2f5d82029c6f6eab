//! What tests need from outside.

pub(crate) use datasurface_test_support::{postgres, skipped};
