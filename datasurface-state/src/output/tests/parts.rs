//! A manifest in parts: what an edit writes of it, and what is made of one that an earlier version wrote in one text.

use super::{Place, Wanted, platform, safe};
use crate::{
    Lock,
    output::{ApplyState, EarlierApplied, Manifest, Owed, PlatformRecord, Recovery, ScopeEntry},
};
use datasurface_graph::{Custody, Fingerprint, NodeKey};
use datasurface_model::DatasetKey;
use datasurface_platform::{File, Rendering, Resource, Revision, Scope, ScopeRecord};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

const TABLES: &str = "the only file: what it costs to write many is no part of this";

/// A manifest of a platform with a scope of so many datasets, each with a table and a node. One of them may have been edited.
fn many(datasets: usize, edited: Option<usize>) -> Manifest {
    with_stores_of(4, datasets, edited)
}

/// The same, with stores of so many datasets.
fn with_stores_of(size: usize, datasets: usize, edited: Option<usize>) -> Manifest {
    let (mut tables, mut nodes, mut owed) = (Vec::new(), BTreeMap::new(), Owed::new());
    for number in 0..datasets {
        let key = DatasetKey::new(format!("store{}", number / size), format!("d{number}"));
        let node: NodeKey =
            format!("Ingest/plant/{}/{}", key.datastore.as_str(), key.dataset.as_str()).parse().unwrap();
        let text = format!("SELECT {number}, {}", edited == Some(number));
        let table = Resource::new(format!("table.{key}"), "table").origin(&node).attribute("text", &text);
        tables.push(table);
        nodes.insert(node, Fingerprint::of(&text));
        owed.insert(key, Custody { live: true, ..Custody::default() });
    }
    let mut rendering = Rendering::new();
    if !tables.is_empty() {
        rendering.add(File::sql("tables.sql", TABLES).unwrap(), tables).unwrap();
    }
    let entry = ScopeEntry {
        scope: Scope::Shard("main".into()),
        folder: safe("main"),
        fingerprint: Fingerprint::of(&nodes),
        record: ScopeRecord::from(rendering).into(),
        views: BTreeMap::new(),
        metadata: nodes.clone(),
        members: Default::default(),
        nodes,
    };
    let record =
        PlatformRecord { owed, standing: ApplyState::Rendered, ..platform("plant", vec![entry.into()]) };
    let revision = Revision::new(Fingerprint::of(&(datasets, edited)));
    let recorded = Lock { reached: Some(revision.clone()), ..Lock::default() };
    Manifest::new(revision, Fingerprint::of_bytes(b""), [record]).with_recorded_lock(recorded)
}

/// The same, of a platform on which another manifest is applied.
fn behind(manifest: &Manifest, applied: &Manifest) -> Manifest {
    let mut record = manifest.platforms().values().next().unwrap().clone();
    let before = applied.platforms().values().next().unwrap();
    record.standing = ApplyState::Behind(Box::new(EarlierApplied {
        revision: applied.revision().clone(),
        scopes: before.scopes.clone(),
        owed: before.owed.clone(),
    }));
    Manifest::new(manifest.revision().clone(), manifest.lock(), [record])
        .with_recorded_lock(manifest.recorded_lock().unwrap().clone())
}

/// Writes a manifest with its file.
fn write(place: &Place, manifest: &Manifest) {
    let mut target = place.open();
    let mut writing = target.begin().unwrap();
    if !manifest.files().is_empty() {
        writing.put(&safe("plant/main/tables.sql"), TABLES.as_bytes()).unwrap();
    }
    writing.commit(manifest.clone(), None).unwrap();
    assert_eq!(target.manifest(), Some(manifest));
    assert_eq!(place.open().manifest(), Some(manifest), "it is read as it was written");
}

/// The parts of a place, with their bytes.
fn parts(place: &Place) -> BTreeMap<String, Vec<u8>> {
    let read = |path: String| {
        let content = fs::read(place.root().join(".datasurface").join(&path)).unwrap();
        (path, content)
    };
    place.parts().into_iter().map(read).collect()
}

fn differing(before: &BTreeMap<String, Vec<u8>>, after: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let all: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    all.into_iter().filter(|path| before.get(*path) != after.get(*path)).cloned().collect()
}

fn manifest_file(place: &Place) -> std::path::PathBuf {
    place.root().join(".datasurface/manifest.json")
}

/// Leaves the manifest of a place as a version wrote it that knew no parts.
pub(super) fn in_one_text(place: &Place, manifest: &Manifest) {
    fs::write(manifest_file(place), manifest.to_json().unwrap()).unwrap();
    fs::remove_dir_all(place.root().join(".datasurface/parts")).unwrap();
}

#[test]
fn an_edit_of_one_dataset_writes_one_part() {
    let place = Place::new();
    write(&place, &many(3000, None));
    let before = parts(&place);
    assert!(before.len() > 8, "{}", before.len());
    for edited in [0, 1234, 2999] {
        write(&place, &many(3000, Some(edited)));
        let after = parts(&place);
        let changed = differing(&before, &after);
        assert_eq!(changed.len(), 1, "{changed:?}");
        write(&place, &many(3000, None));
        assert_eq!(parts(&place), before, "equal manifests have the same bytes");
    }
    let index = fs::read(manifest_file(&place)).unwrap().len();
    assert!(
        index < 4096,
        "the index has nothing that grows with datasets but hashes of pages: {index} bytes"
    );
}

#[test]
fn a_datastore_may_be_larger_than_a_part() {
    let place = Place::new();
    write(&place, &with_stores_of(3000, 3000, None));
    let before = parts(&place);
    assert!(before.len() > 8, "{}", before.len());
    assert!(before.values().all(|part| part.len() < 100_000));
    write(&place, &with_stores_of(3000, 3000, Some(7)));
    assert_eq!(differing(&before, &parts(&place)).len(), 1);
}

#[test]
fn all_parts_are_small_and_none_is_left_behind() {
    let place = Place::new();
    for datasets in [0, 1, 511, 513, 4000, 20, 0] {
        write(&place, &many(datasets, None));
        let parts = parts(&place);
        let largest = parts.values().map(Vec::len).max().unwrap_or_default();
        assert!(largest < 100_000, "{datasets}: {largest}");
        // One more for the lock, and for what is asked for.
        assert!(parts.len() <= 2 + (2 * datasets).div_ceil(512), "{datasets}: {}", parts.len());
    }
}

#[test]
fn what_is_applied_as_it_is_rendered_is_stored_once() {
    let place = Place::new();
    let (old, new) = (many(3000, None), many(3000, Some(7)));
    write(&place, &old);
    let before = parts(&place);
    write(&place, &behind(&new, &old));
    let changed = differing(&before, &parts(&place));
    let is_own = |path: &&String| path.starts_with("parts/applied/");
    assert_eq!((changed.len(), changed.iter().filter(is_own).count()), (2, 1), "{changed:?}");
    // Nothing, all, and another number of pages is shared.
    for (rendered, applied) in
        [(many(20, None), &old), (new.clone(), &new), (many(0, None), &new), (old.clone(), &many(0, None))]
    {
        write(&place, &behind(&rendered, applied));
    }
    write(&place, &old);
    assert_eq!(parts(&place), before);
}

#[test]
fn a_manifest_in_one_text_is_read_and_divided_by_the_next_write() {
    let place = Place::new();
    let (old, new) = (many(1000, None), many(1000, Some(3)));
    write(&place, &old);
    let expected = parts(&place);
    in_one_text(&place, &old);
    assert_eq!(place.open().manifest(), Some(&old));
    assert!(place.parts().is_empty(), "opening writes nothing");
    // The same manifest is written in parts, too.
    write(&place, &old);
    assert_eq!(parts(&place), expected);
    assert!(fs::read_to_string(manifest_file(&place)).unwrap().contains("datasurface-target/2"));
    in_one_text(&place, &old);
    write(&place, &new);
    assert_eq!(differing(&expected, &parts(&place)).len(), 1);
}

#[test]
fn a_write_that_an_earlier_version_began_is_finished() {
    let old = Wanted::new("old\n", &[("a.sql", "SELECT 1"), ("gone.sql", "SELECT 2")]);
    let new = Wanted::new("new\n", &[("a.sql", "SELECT 3")]);
    let place = Place::new();
    place.write(&old).unwrap();
    in_one_text(&place, &old.manifest());
    let (own, hash) =
        (place.root().join(".datasurface"), |text: &str| Fingerprint::of_bytes(text.as_bytes()));
    let manifest = new.manifest().to_json().unwrap();
    fs::create_dir(own.join("staging")).unwrap();
    fs::write(own.join("staging/0"), "SELECT 3").unwrap();
    fs::write(own.join("staging/1"), &manifest).unwrap();
    let journal = serde_json::json!({
        "format": "datasurface-journal/1",
        "writes": [
            { "staged": 0, "path": "plant/shard-1/a.sql", "hash": hash("SELECT 3"), "replaces": hash("SELECT 1") },
        ],
        "removals": [{ "path": "plant/shard-1/gone.sql", "hash": hash("SELECT 2") }],
        "manifest": { "staged": 1, "hash": hash(&manifest) },
    });
    fs::write(own.join("journal.json"), journal.to_string()).unwrap();
    let mut target = place.open();
    assert_eq!((target.recovery(), target.manifest()), (Some(Recovery::Finished), Some(&new.manifest())));
    target.finish(Some(&place.lock())).unwrap();
    let target = place.open();
    assert_eq!((target.recovery(), target.manifest()), (None, Some(&new.manifest())));
    assert!(target.inspect().unwrap().is_empty());
    assert!(!place.at("gone.sql").exists());
}

#[test]
fn a_part_that_is_not_the_one_of_the_index_is_reported() {
    let place = Place::new();
    write(&place, &many(3000, None));
    let other = Place::new();
    write(&other, &many(3000, Some(5)));
    let changed = differing(&parts(&place), &parts(&other)).pop().unwrap();
    let path = place.root().join(".datasurface").join(&changed);
    let own = fs::read(&path).unwrap();
    let refused = |content: Option<&[u8]>| {
        match content {
            Some(content) => fs::write(&path, content).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        let error = crate::output::Target::open(place.root()).unwrap_err().diagnostic();
        assert_eq!(error.code(), "target/unreadable");
        assert!(error.message().contains(&changed), "{error}");
        assert!(error.help().is_some());
    };
    refused(Some(&parts(&other)[&changed]));
    refused(Some(b""));
    refused(Some(b"{}\n"));
    refused(Some(&own[..own.len() - 1]));
    refused(None);
    #[cfg(unix)]
    {
        let outside = place.folder.path().join("outside");
        fs::write(&outside, &own).unwrap();
        std::os::unix::fs::symlink(&outside, &path).unwrap();
        let error = crate::output::Target::open(place.root()).unwrap_err();
        assert_eq!(error.diagnostic().code(), "target/unreadable", "links are never followed");
        fs::remove_file(&path).unwrap();
    }
    fs::write(&path, &own).unwrap();
    assert_eq!(place.open().manifest(), Some(&many(3000, None)));
}
