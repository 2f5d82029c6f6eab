//! What several tests need.

pub(crate) use datasurface_test_support::{postgres, skipped};
use std::path::PathBuf;

/// The text of a file that is kept beside the project, in `../shared`, or nothing if this checkout has none.
pub(crate) fn shared(path: &str) -> Option<String> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path);
    match std::fs::read_to_string(&file) {
        Ok(text) => Some(text),
        Err(error) => {
            skipped(&format!("{}: {error}", file.display()));
            None
        }
    }
}

/// An example, which is built with the tests; or nothing if it was not.
pub(crate) fn example(name: &str) -> Option<PathBuf> {
    let tests = std::env::current_exe().expect("the path of this program");
    let programs = tests.parent().and_then(|folder| folder.parent()).expect("a folder of programs");
    let program = programs.join("examples").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    if program.exists() {
        return Some(program);
    }
    skipped(&format!("{} is not there: build the examples", program.display()));
    None
}
