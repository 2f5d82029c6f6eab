//! Tests that lack something from outside.

use std::io::Write as _;

/// Writes that a test did nothing, past the harness, which would swallow what a test that passes prints. Where
/// `DATASURFACE_TEST_REQUIRE=1` demands that everything is there, it panics, and the test fails.
pub fn skipped(why: &str) {
    let required = std::env::var("DATASURFACE_TEST_REQUIRE").is_ok_and(|value| value == "1");
    assert!(!required, "{why}");
    std::io::stderr().write_all(format!("skipped: {why}\n").as_bytes()).unwrap();
}
