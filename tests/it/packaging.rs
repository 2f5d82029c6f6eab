//! What would be published can be: a copy of the workspace in which `publish` is unset is packaged, without a network.

use serde_json::Value;
use std::{fs, path::Path, process::Command};

/// What is no part of the sources: output of builds, the history, and workspaces of their own.
const LEFT_OUT: [&str; 4] = ["target", ".git", "fuzz", "wasm"];

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (path, name) = (entry.path(), entry.file_name());
        if LEFT_OUT.iter().any(|left_out| name == *left_out) {
            continue;
        }
        match path.is_dir() {
            true => copy(&path, &to.join(name)),
            false => {
                fs::copy(&path, to.join(name)).unwrap();
            }
        }
    }
}

fn publishable(manifest: &Path) {
    let text = fs::read_to_string(manifest).unwrap();
    let lines = text.lines().filter(|line| !matches!(*line, "publish = false" | "publish.workspace = true"));
    fs::write(manifest, lines.map(|line| format!("{line}\n")).collect::<String>()).unwrap();
}

fn cargo(workspace: &Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .arg("--offline")
        .current_dir(workspace)
        .env("CARGO_TARGET_DIR", workspace.join("target"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}:\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_workspace_can_be_packaged() {
    let folder = tempfile::tempdir().unwrap();
    let workspace = folder.path();
    copy(Path::new(env!("CARGO_MANIFEST_DIR")), workspace);
    let metadata = cargo(workspace, &["metadata", "--no-deps", "--format-version", "1"]);
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() >= 12, "{}", packages.len());
    for package in packages {
        let manifest = Path::new(package["manifest_path"].as_str().unwrap());
        publishable(manifest);
        for said in ["description", "license", "readme", "version"] {
            assert!(
                package[said].as_str().is_some_and(|text| !text.is_empty()),
                "{said}: {}",
                manifest.display()
            );
        }
        for listed in ["keywords", "categories"] {
            let count = package[listed].as_array().unwrap().len();
            assert!((1..=5).contains(&count), "{listed}: {}", manifest.display());
        }
    }
    cargo(workspace, &["package", "--workspace", "--no-verify", "--allow-dirty"]);
    for package in packages {
        let name = package["name"].as_str().unwrap();
        let file = format!("target/package/{name}-{}.crate", package["version"].as_str().unwrap());
        assert!(workspace.join(&file).is_file(), "{file}");
    }
}
