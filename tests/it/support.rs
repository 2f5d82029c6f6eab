//! What several tests need.

use std::path::PathBuf;

/// The text of a file that is kept beside the project, in `../shared`, or nothing if this checkout has none: then the
/// test says so and passes, unless `DATASURFACE_TEST_REQUIRE=1` demands every such file.
pub(crate) fn shared(path: &str) -> Option<String> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path);
    match std::fs::read_to_string(&file) {
        Ok(text) => Some(text),
        Err(error) => {
            let required = std::env::var("DATASURFACE_TEST_REQUIRE").is_ok_and(|value| value == "1");
            assert!(!required, "{}: {error}", file.display());
            eprintln!("skipped: {}: {error}", file.display());
            None
        }
    }
}
