//! What tests need from outside.

pub(crate) mod postgres;

/// Says that a test did nothing, past the harness, which would swallow what a test that passes prints.
pub(crate) fn skipped(why: &str) {
    use std::io::Write as _;
    std::io::stderr().write_all(format!("skipped: {why}\n").as_bytes()).unwrap();
}
