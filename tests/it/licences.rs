//! Dependencies have licences and sources that `deny.toml` allows, as its usual reader (cargo-deny) judges them.

use serde_json::Value;
use spdx::{Expression, Licensee, ParseMode};
use std::process::Command;

const DENY: &str = include_str!("../../deny.toml");

/// Where crates come from that are nobody's own.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// What of these packages is not allowed, a sentence for each.
fn violations(packages: &[Value]) -> Vec<String> {
    let deny: toml::Table = toml::from_str(DENY).expect("a table");
    let allowed = deny["licenses"]["allow"].as_array().expect("licences").iter();
    let allowed: Vec<Licensee> = allowed
        .map(|licence| Licensee::parse(licence.as_str().expect("a text")).expect("a licence"))
        .collect();
    assert!(deny["sources"].as_table().expect("sources").values().all(|what| what.as_str() == Some("deny")));
    let mut violations = Vec::new();
    for package in packages {
        let name = package["name"].as_str().expect("a name");
        let licence = package["license"].as_str().unwrap_or_default();
        let expression = Expression::parse_mode(licence, ParseMode::LAX);
        let is_allowed = expression.is_ok_and(|expression| {
            expression.evaluate(|wanted| allowed.iter().any(|licence| licence.satisfies(wanted)))
        });
        if !is_allowed {
            violations.push(format!("{name} has the licence `{licence}`"));
        }
        if package["source"].as_str().is_some_and(|source| source != REGISTRY) {
            violations.push(format!("{name} comes from {}", package["source"]));
        }
    }
    violations
}

fn packages() -> Vec<Value> {
    let host = Command::new(env!("CARGO")).args(["-vV"]).output().expect("cargo runs").stdout;
    let host = String::from_utf8(host).expect("text");
    let host = host.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host");
    // What another system would need may not be on this machine.
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--all-features", "--filter-platform", host])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    metadata["packages"].as_array().expect("packages").clone()
}

#[test]
fn dependencies_have_licences_and_sources_that_are_allowed() {
    let mut packages = packages();
    assert!(packages.len() > 100);
    assert_eq!(violations(&packages), [] as [String; 0]);
    packages[0]["license"] = "GPL-3.0-only AND MIT".into();
    packages[1]["source"] = "git+https://example.org/fork".into();
    assert_eq!(violations(&packages).len(), 2);
}
