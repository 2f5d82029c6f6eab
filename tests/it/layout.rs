//! How the workspace is laid out.

use std::{
    fs,
    path::{Path, PathBuf},
};

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

/// How many lines a crate may have, with its tests: so many can be read in a day. The model is the largest.
const MOST_LINES: usize = 15_000;
const MOST_LINES_OF_THE_MODEL: usize = 16_500;

fn lines(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let lines = entries.map(|path| match path.is_dir() {
        true => lines(&path),
        false if path.extension().is_some_and(|extension| extension == "rs") => {
            fs::read_to_string(&path).unwrap().lines().count()
        }
        false => 0,
    });
    lines.sum()
}

#[test]
fn no_crate_is_too_long_to_be_read() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut crates = 0;
    for entry in fs::read_dir(root).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        if !name.starts_with("datasurface-") {
            continue;
        }
        crates += 1;
        let most = if name == "datasurface-model" { MOST_LINES_OF_THE_MODEL } else { MOST_LINES };
        let lines = lines(&entry.path());
        assert!(lines <= most, "{name} has {lines} lines");
    }
    assert!(crates >= 10, "{crates}");
}

/// What a guide names between backquotes, and what looks like a path in the repository: what is beside it may be missing.
fn paths(text: &str) -> impl Iterator<Item = &str> {
    let quoted = text.split('`').skip(1).step_by(2);
    let is_path = |word: &&str| word.contains('/') && !word.contains([' ', '…']) && word.contains('.');
    quoted.filter(is_path).filter(|path| !path.starts_with(".."))
}

#[test]
fn every_file_that_the_guide_for_contributors_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let guide = fs::read_to_string(root.join("CONTRIBUTING.md")).unwrap();
    let named: Vec<&str> = paths(&guide).collect();
    assert!(named.len() > 25, "{named:?}");
    let missing: Vec<&str> = named.into_iter().filter(|path| !root.join(path).exists()).collect();
    assert_eq!(missing, [] as [&str; 0]);
}

/// The lines of code in which a path goes on with a text of its own.
fn free_segments(folder: &Path, found: &mut Vec<String>) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            if path.file_name().unwrap() != "tests" {
                free_segments(&path, found);
            }
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        let free = lines.filter(|line| line.contains(".child(\"") || line.contains(".attribute(\""));
        found.extend(free.map(|line| format!("{}: {}", path.display(), line.trim())));
    }
}

/// Others may report places that no document has; what this workspace reports is called as documents call it.
#[test]
fn segments_of_paths_are_constants_of_the_model() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let crates = [
        "broker",
        "change",
        "choice",
        "cli",
        "document",
        "ecosystem",
        "graph",
        "model",
        "platform",
        "review",
        "schema",
        "sql",
        "state",
    ];
    let mut found = Vec::new();
    for name in crates {
        free_segments(&root.join(format!("datasurface-{name}/src")), &mut found);
    }
    assert_eq!(found, [] as [String; 0], "see `datasurface_model::segment`");
}

/// The folders that are workspaces of their own: what they depend on is built by nobody else.
fn other_workspaces(root: &Path) -> Vec<String> {
    let folders = fs::read_dir(root).unwrap().map(|entry| entry.unwrap());
    let is_workspace = |folder: &fs::DirEntry| {
        let manifest = fs::read_to_string(folder.path().join("Cargo.toml")).unwrap_or_default();
        manifest.lines().any(|line| line == "[workspace]")
    };
    let mut names: Vec<String> =
        folders.filter(is_workspace).map(|folder| folder.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn every_other_workspace_is_run_by_continuous_integration() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let script = fs::read_to_string(root.join(".ci/run")).unwrap();
    assert_eq!(other_workspaces(root), ["fuzz", "wasm"]);
    for (name, command) in [("fuzz", "cargo run "), ("wasm", "cargo test "), ("wasm", "cargo clippy ")] {
        let manifest = format!("--manifest-path {name}/Cargo.toml");
        let runs = |line: &str| {
            line.trim_start().starts_with("step ") && line.contains(command) && line.contains(&manifest)
        };
        assert!(script.lines().any(runs), "no step runs `{command}` of `{name}`");
    }
}

/// A compiler for WebAssembly takes minutes to build. Whoever hosts no modules does without.
#[test]
fn modules_have_their_compiler_in_their_own_workspace_alone() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let has_compiler = |lock: &str| {
        let packages = fs::read_to_string(root.join(lock)).unwrap();
        packages.lines().any(|line| line.starts_with("name = \"wasmtime"))
    };
    assert!(has_compiler("wasm/Cargo.lock") && !has_compiler("Cargo.lock"));
}

/// A figure says how it was got: by a program that is there.
#[test]
fn the_programs_that_figures_come_from_are_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let figures = fs::read_to_string(root.join("docs/performance.md")).unwrap();
    let manifests: Vec<PathBuf> = [
        ".",
        "datasurface-document",
        "datasurface-sql",
        "datasurface-testkit",
        "platforms/kafka",
        "platforms/kafka-client",
    ]
    .map(|folder| root.join(folder))
    .into();
    let mut programs = 0;
    for line in figures.lines().filter(|line| line.starts_with("cargo ")) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let folders = match words.iter().position(|word| *word == "--manifest-path") {
            Some(at) => vec![root.join(words[at + 1]).parent().unwrap().to_owned()],
            None => manifests.clone(),
        };
        for (option, folder) in [("--example", "examples"), ("--bench", "benches")] {
            let Some(at) = words.iter().position(|word| *word == option) else { continue };
            let name = words[at + 1];
            let is_there = |root: &PathBuf| {
                let programs = root.join(folder);
                programs.join(format!("{name}.rs")).is_file() || programs.join(name).is_dir()
            };
            assert!(folders.iter().any(is_there), "{line}");
            programs += 1;
        }
    }
    assert!(programs > 10, "{programs}");
}
