//! The server of the tests.

pub(crate) use datasurface_test_support::postgres;
