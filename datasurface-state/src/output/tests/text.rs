//! A manifest as text.

use super::{Wanted, platform, safe};
use crate::output::{Manifest, ScopeEntry};
use datasurface_graph::Fingerprint;
use datasurface_platform::{Revision, Scope};
use std::{collections::BTreeMap, sync::Arc};

fn manifest() -> Manifest {
    Wanted::new("lock\n", &[("a.sql", "SELECT 1"), ("sub/b.sql", "SELECT 2")]).manifest()
}

fn entry(scope: Scope, folder: &str) -> Arc<ScopeEntry> {
    Arc::new(ScopeEntry {
        scope,
        folder: safe(folder),
        fingerprint: Fingerprint::of_bytes(b""),
        record: Arc::default(),
        views: BTreeMap::new(),
        nodes: BTreeMap::from([("Ingest/plant/store".parse().unwrap(), Fingerprint::of_bytes(b""))]),
        metadata: BTreeMap::new(),
        members: Arc::default(),
    })
}

fn refusal(text: &str) -> String {
    Manifest::from_json(text.as_bytes()).unwrap_err().to_string()
}

#[test]
fn it_is_read_as_it_was_written() {
    let text = manifest().to_json().unwrap();
    assert!(text.starts_with("{\n  \"format\": \"datasurface-target/1\",\n"));
    let read = Manifest::from_json(text.as_bytes()).unwrap();
    assert_eq!(read, manifest());
    assert_eq!(read.to_json().unwrap(), text);
}

#[test]
fn order_of_scopes_and_platforms_never_matters() {
    let hash = Fingerprint::of_bytes(b"");
    let scopes = || {
        vec![
            entry(Scope::Shard("b".into()), "b"),
            entry(Scope::Foundation, "foundation"),
            entry(Scope::Shard("a".into()), "a"),
        ]
    };
    let one = Manifest::new(Revision::new(hash), hash, [platform("x", scopes()), platform("y", scopes())]);
    let reversed = || scopes().into_iter().rev().collect();
    let other =
        Manifest::new(Revision::new(hash), hash, [platform("y", reversed()), platform("x", reversed())]);
    assert_eq!(one.to_json().unwrap(), other.to_json().unwrap());
    for scope in scopes() {
        assert_eq!(one.scope(&"x".into(), &scope.scope), Some(&scope));
    }
    assert_eq!(one.scope(&"x".into(), &Scope::Shard("c".into())), None);
    assert_eq!(one.scope(&"z".into(), &Scope::Foundation), None);
}

#[test]
fn files_are_named_from_the_target() {
    let manifest = manifest();
    let files: Vec<_> = manifest.files().keys().map(ToString::to_string).collect();
    assert_eq!(files, ["plant/shard-1/a.sql", "plant/shard-1/sub/b.sql"]);
}

#[test]
fn what_is_not_known_is_refused() {
    let text = manifest().to_json().unwrap();
    let later = text.replace("target/1\",", "target/2\", \"more\": 1,");
    assert!(refusal(&later).contains("its format is `datasurface-target/2`"), "{}", refusal(&later));
    let unknown = text.replace("target/1\",", "target/1\", \"more\": 1,");
    assert!(refusal(&unknown).contains("unknown field `more`"));
    let unknown = text.replace("\"transition\":", "\"more\": 1, \"transition\":");
    assert!(refusal(&unknown).contains("unknown field `more`"));
    let escaping = text.replace("\"folder\": \"plant\"", "\"folder\": \"../plant\"");
    assert!(refusal(&escaping).contains("is not a safe relative path"));
}

#[test]
fn what_is_there_twice_is_refused() {
    let value: serde_json::Value = serde_json::from_str(&manifest().to_json().unwrap()).unwrap();
    let mut twice = value.clone();
    let platforms = twice["platforms"].as_array_mut().unwrap();
    platforms.push(platforms[0].clone());
    assert!(refusal(&twice.to_string()).contains("a platform is there twice"));
    let mut twice = value;
    let scopes = twice["platforms"][0]["scopes"].as_array_mut().unwrap();
    scopes.push(scopes[0].clone());
    assert!(refusal(&twice.to_string()).contains("has a scope twice"));
}
