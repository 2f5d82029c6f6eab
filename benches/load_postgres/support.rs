//! The server of the tests.

#[path = "../../platforms/local/tests/it/support/postgres.rs"]
pub(crate) mod postgres;

use std::io::Write as _;

pub(crate) fn skipped(why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}
