//! How the workspace is laid out.

use std::{fs, path::Path};

/// What tools take for the output of a build, and do not look into.
const BUILD_OUTPUT: [&str; 5] = ["bin", "build", "dist", "out", "target"];

fn folders_that_look_like_build_output(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        // Each workspace has its own output, where it is declared.
        let is_output = name == "target" && folder.join("Cargo.toml").is_file();
        if !path.is_dir() || name.starts_with('.') || is_output {
            continue;
        }
        if BUILD_OUTPUT.contains(&name) {
            found.push(path.display().to_string());
        }
        folders_that_look_like_build_output(&path, found);
    }
}

#[test]
fn no_folder_of_ours_is_called_like_the_output_of_a_build() {
    let mut found = Vec::new();
    folders_that_look_like_build_output(Path::new(env!("CARGO_MANIFEST_DIR")), &mut found);
    assert_eq!(found, [] as [String; 0], "tools skip folders of these names");
}
