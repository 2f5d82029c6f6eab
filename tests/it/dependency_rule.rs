//! Who may depend on whom: ARCHITECTURE's dependency rule, read from `cargo metadata`.

mod doctored;

use serde_json::Value;
use std::{collections::BTreeSet, fs, path::Path, process::Command};

/// The crates that compile for a browser.
const PURE: [&str; 7] = [
    "datasurface-schema",
    "datasurface-ecosystem",
    "datasurface-sql",
    "datasurface-model",
    "datasurface-document",
    "datasurface-change",
    "datasurface-graph",
];

/// What these may depend on: nothing that does I/O, runs threads or is asynchronous. chrono is there without its
/// clock.
const PURE_MAY_USE: [&str; 21] = [
    "blake3",
    "chrono",
    "croner",
    "granit-parser",
    "imbl",
    "indexmap",
    "jsonc-parser",
    "lz4_flex",
    "petgraph",
    "rustc-hash",
    "schemars",
    "semver",
    "serde",
    "serde_json",
    "serde_with",
    "smol_str",
    "sqlparser",
    "strsim",
    "thiserror",
    "unicode-normalization",
    "unicode-security",
];

/// What they may have for those who ask for it by a feature, which no browser does.
const PURE_MAY_OFFER: [(&str, &str); 1] = [("datasurface-model", "rayon")];

/// Features of these crates that may not be used: they would read a clock, or the environment.
const PURE_MAY_NOT_ENABLE: [(&str, &str); 3] =
    [("chrono", "clock"), ("chrono", "now"), ("chrono", "wasmbind")];

/// Dependencies whose types no signature shows, and the one crate that has each.
const HIDDEN: [(&str, &str); 3] =
    [("petgraph", "datasurface-graph"), ("smol_str", "datasurface-schema"), ("sqlparser", "datasurface-sql")];

/// Crates under `platforms/` that are no platforms: what several platforms share.
const TOOLKITS: [&str; 2] = ["datasurface-kafka-client", "datasurface-terraform"];

/// What tests of every crate may stand on, its unit tests too: it stands on none of ours.
const TEST_SUPPORT: &str = "datasurface-test-support";

/// schema ← {ecosystem, sql} ← model ← {document, graph}, document ← {change, strategies}, graph ← platform ← {choice, state} ← broker ← review ← {cli, façade}; the broker
/// and those above it may use document and change, and testkit depends on all of these but the last two.
fn layers_below(package: &str) -> Option<&'static [&'static str]> {
    const ALL: [&str; 11] = [
        "datasurface-sql",
        "datasurface-model",
        "datasurface-document",
        "datasurface-change",
        "datasurface-strategies",
        "datasurface-graph",
        "datasurface-platform",
        "datasurface-choice",
        "datasurface-state",
        "datasurface-broker",
        "datasurface-review",
    ];
    const BELOW_REVIEW: &[&str] = ALL.split_at(10).0;
    Some(match package {
        "datasurface-schema" | "datasurface-document-derive" | TEST_SUPPORT => &[],
        "datasurface-ecosystem" | "datasurface-sql" => &["datasurface-schema"],
        "datasurface-model" => &["datasurface-schema", "datasurface-ecosystem", "datasurface-sql"],
        "datasurface-document" => &["datasurface-model", "datasurface-document-derive"],
        "datasurface-graph" => &["datasurface-sql", "datasurface-model"],
        "datasurface-change" | "datasurface-strategies" => &["datasurface-model", "datasurface-document"],
        "datasurface-platform" => &["datasurface-model", "datasurface-graph"],
        "datasurface-choice" => &["datasurface-model", "datasurface-graph", "datasurface-platform"],
        "datasurface-state" => &["datasurface-model", "datasurface-graph", "datasurface-platform"],
        "datasurface-broker" => &[
            "datasurface-choice",
            "datasurface-state",
            "datasurface-model",
            "datasurface-document",
            "datasurface-change",
            "datasurface-graph",
            "datasurface-platform",
        ],
        "datasurface-review" => &[
            "datasurface-broker",
            "datasurface-model",
            "datasurface-document",
            "datasurface-change",
            "datasurface-graph",
            "datasurface-platform",
        ],
        "datasurface-testkit" => BELOW_REVIEW,
        "datasurface-cli" | "datasurface" => &ALL,
        _ => return None,
    })
}

/// What integration tests may stand on besides: they read ecosystems from documents, and generate them.
fn tested_with(package: &str) -> &'static [&'static str] {
    match package {
        "datasurface-schema" => &["datasurface-strategies"],
        "datasurface-model" => &["datasurface-document", "datasurface-strategies"],
        "datasurface-document" | "datasurface-change" => &["datasurface-strategies"],
        "datasurface" => &["datasurface-cli", "datasurface-testkit"],
        // The reference of findings has those of toolkits, too.
        "datasurface-cli" => &["datasurface-terraform"],
        // What one platform writes is read by another one.
        "datasurface-kafka" => &["datasurface-local"],
        _ => &[],
    }
}

struct Package<'m> {
    name: &'m str,
    folder: &'m Path,
    is_under_platforms: bool,
    dependencies: Vec<Dependency<'m>>,
}

struct Dependency<'m> {
    name: &'m str,
    requirement: &'m str,
    is_dev: bool,
    is_optional: bool,
    is_ours: bool,
    uses_default_features: bool,
    features: Vec<&'m str>,
}

fn packages(metadata: &Value) -> Vec<Package<'_>> {
    let packages = metadata["packages"].as_array().expect("packages").iter();
    let root = metadata["workspace_root"].as_str().expect("a root");
    packages
        .map(|package| Package {
            name: package["name"].as_str().expect("a name"),
            folder: folder(package),
            is_under_platforms: folder(package).starts_with(Path::new(root).join("platforms")),
            dependencies: package["dependencies"].as_array().into_iter().flatten().map(dependency).collect(),
        })
        .collect()
}

fn folder(package: &Value) -> &Path {
    let manifest = Path::new(package["manifest_path"].as_str().expect("a path"));
    manifest.parent().expect("a folder")
}

fn dependency(dependency: &Value) -> Dependency<'_> {
    Dependency {
        name: dependency["name"].as_str().expect("a name"),
        requirement: dependency["req"].as_str().unwrap_or_default(),
        is_dev: dependency["kind"] == "dev",
        is_optional: dependency["optional"] == true,
        is_ours: dependency["path"].is_string(),
        uses_default_features: dependency["uses_default_features"] == true,
        features: dependency["features"].as_array().into_iter().flatten().filter_map(Value::as_str).collect(),
    }
}

/// What breaks the rule, a sentence for each.
fn violations(metadata: &Value) -> BTreeSet<String> {
    let packages = packages(metadata);
    let platforms: BTreeSet<&str> = packages
        .iter()
        .filter(|package| package.is_under_platforms && !TOOLKITS.contains(&package.name))
        .map(|package| package.name)
        .collect();
    let mut violations = BTreeSet::new();
    for package in &packages {
        if !package.is_under_platforms && layers_below(package.name).is_none() {
            violations.insert(format!("{}: has no place in the dependency rule", package.name));
        }
        for dependency in &package.dependencies {
            if dependency.is_ours && !may_depend(package, dependency, &platforms) {
                let kind = if dependency.is_dev { "tests depend" } else { "depends" };
                violations.insert(format!("{}: {kind} on {}", package.name, dependency.name));
            }
            if HIDDEN.iter().any(|(name, owner)| *name == dependency.name && *owner != package.name) {
                violations.insert(format!("{}: depends on {}", package.name, dependency.name));
            }
            if PURE.contains(&package.name) && !dependency.is_dev {
                violations.extend(impurity(package.name, dependency));
            }
        }
    }
    violations
}

fn may_depend(package: &Package<'_>, dependency: &Dependency<'_>, platforms: &BTreeSet<&str>) -> bool {
    let name = dependency.name;
    if name == TEST_SUPPORT {
        return dependency.is_dev;
    }
    if package.is_under_platforms {
        let is_tested_with = name == "datasurface-testkit" || tested_with(package.name).contains(&name);
        let is_for_tests = dependency.is_dev && is_tested_with;
        return name == "datasurface-platform" || TOOLKITS.contains(&name) || is_for_tests;
    }
    if layers_below(package.name).is_some_and(|below| below.contains(&name)) {
        return true;
    }
    let is_platform = platforms.contains(name);
    // The tests of a crate are about all of its features.
    if dependency.is_dev && (name == package.name || tested_with(package.name).contains(&name)) {
        return true;
    }
    match package.name {
        // The command proves platforms: `datasurface laws`.
        "datasurface-cli" => is_platform || name == "datasurface-testkit",
        "datasurface" => dependency.is_dev && is_platform,
        _ => false,
    }
}

fn impurity(package: &str, dependency: &Dependency<'_>) -> Option<String> {
    let name = dependency.name;
    if dependency.is_optional && PURE_MAY_OFFER.contains(&(package, name)) {
        return None;
    }
    if !dependency.is_ours && !PURE_MAY_USE.contains(&name) {
        return Some(format!("{package}: {name} is not on the list"));
    }
    let enabled = |feature: &str| {
        // chrono's default features include its clock.
        dependency.features.contains(&feature) || (name == "chrono" && dependency.uses_default_features)
    };
    PURE_MAY_NOT_ENABLE
        .iter()
        .find(|(of, feature)| *of == name && enabled(feature))
        .map(|(_, feature)| format!("{package}: {name} with {feature}"))
}

fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn nobody_breaks_the_dependency_rule() {
    assert_eq!(violations(&metadata()), BTreeSet::new());
}

/// A package can be published before what its tests stand on.
#[test]
fn what_only_tests_stand_on_has_no_version() {
    let metadata = metadata();
    let packages = packages(&metadata);
    let ours =
        packages.iter().flat_map(|package| package.dependencies.iter().map(move |one| (package.name, one)));
    let for_tests: Vec<_> = ours.filter(|(_, one)| one.is_ours && one.is_dev).collect();
    assert!(for_tests.len() > 10);
    let versioned = for_tests.iter().filter(|(_, one)| one.requirement != "*");
    let versioned: Vec<_> = versioned.map(|(package, one)| format!("{package}: {}", one.name)).collect();
    assert_eq!(versioned, [] as [String; 0]);
}

/// What is above a crate may stand below its integration tests, and not below its unit tests, which are a part of it.
#[test]
fn unit_tests_use_their_own_crate_and_those_below() {
    let metadata = metadata();
    let mut used = Vec::new();
    for package in packages(&metadata) {
        let is_below = |name: &str| {
            let is_used = package.dependencies.iter().any(|one| one.name == name && !one.is_dev);
            is_used || name == package.name || name == TEST_SUPPORT
        };
        let above = package.dependencies.iter().filter(|one| one.is_ours && !is_below(one.name));
        let above: Vec<String> = above.map(|one| format!("{}::", one.name.replace('-', "_"))).collect();
        uses(&package.folder.join("src"), &above, &mut used);
    }
    assert_eq!(used, [] as [String; 0]);
}

/// The lines in a folder, besides those of documentation, that name one of these crates.
fn uses(folder: &Path, crates: &[String], used: &mut Vec<String>) {
    for path in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if path.is_dir() {
            uses(&path, crates, used);
        } else {
            let text = fs::read_to_string(&path).expect("a text");
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            let named = code.filter(|line| crates.iter().any(|name| line.contains(name.as_str())));
            used.extend(named.map(|line| format!("{}: {}", path.display(), line.trim())));
        }
    }
}

#[test]
fn the_packages_are_all_seen() {
    let metadata = metadata();
    let names: BTreeSet<_> = packages(&metadata).iter().map(|package| package.name).collect();
    for name in
        ["datasurface", "datasurface-schema", "datasurface-model", "datasurface-graph", "datasurface-cli"]
    {
        assert!(names.contains(name), "{name} is not in {names:?}");
    }
    assert!(packages(&metadata).iter().any(|package| package.is_under_platforms));
}
