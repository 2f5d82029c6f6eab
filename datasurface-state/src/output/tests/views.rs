//! The nodes of what holds data: text, as it was written, until somebody asks for one.

use super::{Place, platform, safe};
use crate::output::{
    ApplyState, Manifest, PlatformRecord, ScopeEntry, StoredView,
    parts::{packed, unpacked},
};
use datasurface_graph::Fingerprint;
use datasurface_platform::{NodeView, Resource, Revision, Scope, ScopeRecord};
use serde_json::json;
use std::{collections::BTreeMap, fs, path::PathBuf};

const TABLE: &str = "table.Shop-orders";

fn view() -> NodeView {
    let node = json!({
        "facts": {
            "key": "Ingest/plant/Shop",
            "obligation": {"custody": {"live": true, "history": false}},
            "detail": {"ingest": {
                "datastore": "Shop",
                "source": {"platform": {"platform": "other"}},
                "datasets": [{
                    "key": "Shop/orders",
                    "schema": {"columns": [{"name": "id", "type": "Integer", "nullable": false}], "key": ["id"]},
                    "custody": {"live": true, "history": false},
                }],
            }},
        },
        "inputs": [],
    });
    serde_json::from_value(node).unwrap()
}

/// A manifest of one table, with its node.
fn manifest() -> Manifest {
    let resources = BTreeMap::from([(TABLE.into(), Resource::new(TABLE, "table"))]);
    let entry = ScopeEntry {
        scope: Scope::Shard("main".into()),
        folder: safe("main"),
        fingerprint: Fingerprint::of_bytes(b"main"),
        record: ScopeRecord { files: BTreeMap::new(), resources }.into(),
        views: BTreeMap::from([(TABLE.into(), view().into())]),
        nodes: BTreeMap::new(),
        metadata: BTreeMap::new(),
        members: Default::default(),
    };
    let record = PlatformRecord { standing: ApplyState::Rendered, ..platform("plant", vec![entry.into()]) };
    let hash = Fingerprint::of_bytes(b"");
    Manifest::new(Revision::new(hash), hash, [record])
}

fn written() -> Place {
    let place = Place::new();
    let (mut target, manifest) = (place.open(), manifest());
    target.begin().unwrap().commit(manifest, None).unwrap();
    place
}

fn stored(manifest: &Manifest) -> &StoredView {
    let platform = manifest.platforms().values().next().unwrap();
    &platform.scopes[0].views[&TABLE.into()]
}

/// The only part that has a node.
fn page(place: &Place) -> PathBuf {
    place.root().join(".datasurface/parts/rendered/plant/main/0.json.gz")
}

#[test]
fn a_view_that_was_read_is_the_one_that_was_written() {
    let place = written();
    let target = place.open();
    let read = target.manifest().unwrap();
    assert_eq!(stored(read).view().unwrap(), &view());
    assert_eq!(place.open().manifest(), Some(&manifest()), "compared before somebody asked");
    assert_eq!(place.open().manifest(), place.open().manifest(), "as texts");
    assert_eq!(place.open().manifest().unwrap().to_json().unwrap(), manifest().to_json().unwrap());
    let other = StoredView::from(view().with_inputs(Vec::new()).restricted_to(&"gone".into()));
    assert_ne!(stored(read), &other);
}

#[test]
fn a_view_that_another_version_wrote_is_reported_to_whoever_asks_for_it() {
    let place = written();
    let before = fs::read(page(&place)).unwrap();
    let text = unpacked(&before).unwrap();
    let other = String::from_utf8(text.clone()).unwrap().replace("\"obligation\"", "\"duty\"").into_bytes();
    fs::write(page(&place), packed(&other).unwrap()).unwrap();
    let index = place.root().join(".datasurface/manifest.json");
    let [was, is] = [&text, &other].map(|text| Fingerprint::of_bytes(text).to_string());
    fs::write(&index, fs::read_to_string(&index).unwrap().replace(&was, &is)).unwrap();

    let target = place.open();
    let view = stored(target.manifest().unwrap());
    let error = view.view().unwrap_err().diagnostic();
    assert_eq!(error.code(), "target/unreadable");
    assert!(error.message().contains("duty"), "{error}");
    assert!(error.help().is_some());
    assert!(target.manifest().unwrap().to_json().is_err(), "it is left out nowhere");
    assert_eq!(view, &view.clone());
    assert_ne!(Some(&manifest()), target.manifest());
}
