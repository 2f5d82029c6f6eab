//! The rule can be broken: metadata with one dependency too many.

use super::{metadata, violations};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The metadata, with one dependency more.
fn doctored(of: &str, dependency: Value) -> BTreeSet<String> {
    let mut metadata = metadata();
    let packages = metadata["packages"].as_array_mut().expect("packages");
    let package = packages.iter_mut().find(|package| package["name"] == of).expect("the package");
    package["dependencies"].as_array_mut().expect("dependencies").push(dependency);
    violations(&metadata)
}

fn ours(name: &str, kind: Option<&str>) -> Value {
    json!({"name": name, "kind": kind, "path": "/somewhere", "features": [], "uses_default_features": true})
}

fn theirs(name: &str, features: &[&str], uses_default_features: bool) -> Value {
    json!({
        "name": name, "kind": null, "path": null, "features": features,
        "uses_default_features": uses_default_features,
    })
}

#[test]
fn the_rule_can_be_broken() {
    for (of, dependency, violation) in [
        (
            "datasurface-schema",
            ours("datasurface-model", None),
            "datasurface-schema: depends on datasurface-model",
        ),
        (
            "datasurface-ecosystem",
            ours("datasurface-sql", None),
            "datasurface-ecosystem: depends on datasurface-sql",
        ),
        (
            "datasurface-graph",
            ours("datasurface-ecosystem", None),
            "datasurface-graph: depends on datasurface-ecosystem",
        ),
        (
            "datasurface-model",
            ours("datasurface-graph", None),
            "datasurface-model: depends on datasurface-graph",
        ),
        (
            "datasurface-model",
            ours("datasurface-test-support", None),
            "datasurface-model: depends on datasurface-test-support",
        ),
        (
            "datasurface-model",
            ours("datasurface-document", None),
            "datasurface-model: depends on datasurface-document",
        ),
        (
            "datasurface-document",
            ours("datasurface-change", Some("dev")),
            "datasurface-document: tests depend on datasurface-change",
        ),
        (
            "datasurface-graph",
            ours("datasurface-document", None),
            "datasurface-graph: depends on datasurface-document",
        ),
        (
            "datasurface-change",
            ours("datasurface-strategies", None),
            "datasurface-change: depends on datasurface-strategies",
        ),
        (
            "datasurface-graph",
            ours("datasurface-platform", None),
            "datasurface-graph: depends on datasurface-platform",
        ),
        (
            "datasurface-platform",
            ours("datasurface-broker", None),
            "datasurface-platform: depends on datasurface-broker",
        ),
        (
            "datasurface-broker",
            ours("datasurface-local", None),
            "datasurface-broker: depends on datasurface-local",
        ),
        (
            "datasurface-broker",
            ours("datasurface-testkit", Some("dev")),
            "datasurface-broker: tests depend on datasurface-testkit",
        ),
        (
            "datasurface-testkit",
            ours("datasurface-review", None),
            "datasurface-testkit: depends on datasurface-review",
        ),
        (
            "datasurface-testkit",
            ours("datasurface-local", None),
            "datasurface-testkit: depends on datasurface-local",
        ),
        (
            "datasurface-local",
            ours("datasurface-model", None),
            "datasurface-local: depends on datasurface-model",
        ),
        (
            "datasurface-local",
            ours("datasurface-testkit", None),
            "datasurface-local: depends on datasurface-testkit",
        ),
        ("datasurface", ours("datasurface-local", None), "datasurface: depends on datasurface-local"),
        ("datasurface-cli", ours("datasurface", None), "datasurface-cli: depends on datasurface"),
        ("datasurface-platform", theirs("petgraph", &[], true), "datasurface-platform: depends on petgraph"),
        ("datasurface-model", theirs("sqlparser", &[], true), "datasurface-model: depends on sqlparser"),
        ("datasurface-schema", theirs("tokio", &[], true), "datasurface-schema: tokio is not on the list"),
        ("datasurface-model", theirs("tokio", &[], true), "datasurface-model: tokio is not on the list"),
        ("datasurface-model", theirs("rayon", &[], true), "datasurface-model: rayon is not on the list"),
        ("datasurface-model", theirs("chrono", &["now"], false), "datasurface-model: chrono with now"),
        ("datasurface-model", theirs("chrono", &[], true), "datasurface-model: chrono with clock"),
    ] {
        assert_eq!(doctored(of, dependency), BTreeSet::from([violation.to_owned()]));
    }
}

#[test]
fn what_the_rule_allows_is_allowed() {
    for (of, dependency) in [
        ("datasurface-cli", ours("datasurface-local", None)),
        ("datasurface", ours("datasurface-cli", Some("dev"))),
        ("datasurface", ours("datasurface-local", Some("dev"))),
        ("datasurface-local", ours("datasurface-terraform", None)),
        ("datasurface-local", ours("datasurface-testkit", Some("dev"))),
        ("datasurface-graph", theirs("petgraph", &[], true)),
    ] {
        assert_eq!(doctored(of, dependency), BTreeSet::new(), "{of}");
    }
}

#[test]
fn a_package_without_a_place_is_noticed() {
    let mut metadata = metadata();
    let root = metadata["workspace_root"].as_str().expect("a root").to_owned();
    let stranger = |name: &str, path: &str| {
        json!({
            "name": name, "manifest_path": format!("{root}/{path}/Cargo.toml"),
            "dependencies": [ours("datasurface-local", None)],
        })
    };
    let packages = metadata["packages"].as_array_mut().expect("packages");
    packages.push(stranger("datasurface-web", "datasurface-web"));
    packages.push(stranger("datasurface-aws", "platforms/aws"));
    let expected = [
        "datasurface-aws: depends on datasurface-local",
        "datasurface-web: depends on datasurface-local",
        "datasurface-web: has no place in the dependency rule",
    ];
    assert_eq!(violations(&metadata), expected.map(str::to_owned).into());
}
