//! A manifest on the disk: an index, and the parts that it names by the hashes of their texts.
//!
//! An edit of one dataset changes one part and the index, whatever the size of the target: `index.rs` has what is about a whole platform or
//! scope, and the parts have what grows with the number of datasets. A scope with many resources is divided into pages by datastore and
//! workspace, so all that an edit of a dataset changes is on one page.
//!
//! A part is compressed. Of 10 KB of JSON per dataset, 9 repeat what is in the same part already: columns in the resources of a dataset, its
//! node and its copies; addresses and keys that begin alike. gzip finds that as well as a table of values that are stored once would, and
//! people can read the result with tools that they have. What counts as the content of a part is its text: another version of
//! the compressor changes no hash.

mod index;
mod page;
mod text;

pub(super) use index::{ReadManifest, read};
pub(super) use text::{packed, unpacked};

use super::{
    ApplyState, Manifest, Owed, PlatformRecord, RenderedNode, RenderedNodes, ScopeEntry,
    codes::INCOMPLETE,
    error::TargetError,
    target_folder::{MANIFEST, PARTS},
};
use crate::lock::{Lock, LockWire};
use datasurface_graph::{Custody, Fingerprint, NodeKey};
use datasurface_model::DatasetKey;
use datasurface_platform::SafePath;
use imbl::ordmap::DiffItem;
use page::{Page, pages};
use serde::ser::Error;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The number of datasets in a part that says what is asked for of them, if they are evenly spread.
const DATASETS_IN_PART: usize = 4096;

/// The number of nodes in a part that has views and offers of nodes, if they are evenly spread.
const NODES_IN_PART: usize = 256;

/// What the rendered scopes are.
const RENDERED: &str = "rendered";

/// What the scopes of an earlier rendering are, which was applied and is what runs.
const APPLIED: &str = "applied";

/// A part of a manifest.
#[derive(Debug, PartialEq)]
pub(super) enum Part<'m> {
    /// Resources of a scope, with all that is known of them.
    Page(Page<'m>),
    /// The custody of datasets that consumers asked for.
    Owed(BTreeMap<&'m DatasetKey, &'m Custody>),
    /// Nodes as they were rendered, of an instance that hands data over or takes it.
    Nodes(BTreeMap<&'m NodeKey, &'m RenderedNode>),
    /// The recorded lock. Its revision is in the index, since nearly every change changes that.
    Lock(Box<Lock>),
}

impl Part<'_> {
    /// Returns the text of the part: JSON, with a line feed at its end. One that could not be read again would lock everybody out of the
    /// target, so that is an error, too.
    pub(super) fn text(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut text = match self {
            Self::Page(page) => serde_json::to_vec(page),
            Self::Owed(owed) => serde_json::to_vec(owed),
            Self::Nodes(nodes) => serde_json::to_vec(nodes),
            Self::Lock(lock) => serde_json::to_vec(&LockWire::from(&**lock)),
        }?;
        text.push(b'\n');
        match self {
            Self::Page(_) => {
                let page: page::PageWire = serde_json::from_slice(&text)?;
                page.read_all().map_err(serde_json::Error::custom)
            }
            Self::Owed(_) => serde_json::from_slice::<BTreeMap<DatasetKey, Custody>>(&text).map(drop),
            Self::Nodes(_) => {
                let nodes: BTreeMap<NodeKey, RenderedNode> = serde_json::from_slice(&text)?;
                let read = nodes.values().try_for_each(|node| node.view.view().map(drop));
                read.map_err(serde_json::Error::custom)
            }
            Self::Lock(_) => serde_json::from_slice::<LockWire>(&text).map(drop),
        }?;
        Ok(text)
    }
}

/// The parts of a manifest, by path in our own folder.
#[derive(Debug, Default)]
pub(super) struct Parts<'m> {
    parts: BTreeMap<SafePath, Part<'m>>,
    /// The paths of the pages of scopes that the other manifest has as they are.
    shared: Vec<SafePath>,
}

impl<'m> Parts<'m> {
    /// Divides a manifest; of scopes that the `other` one has as they are, nothing but the paths of their pages is made. Nothing is copied but the
    /// lock.
    ///
    /// # Errors
    ///
    /// If two scopes would have one part, or a path is not safe: both would be bugs.
    pub(super) fn of(manifest: &'m Manifest, other: Option<&Manifest>) -> Result<Self, TargetError> {
        let mut parts = Self::default();
        for record in manifest.platforms().values() {
            let other = other.and_then(|other| other.record_in(&record.folder));
            // What is applied is compared with what is rendered, page by page.
            let other = other.filter(|other| !record.is_behind() && !other.is_behind());
            let is_shared = |entry: &Arc<ScopeEntry>| {
                other.and_then(|other| other.entry_like(entry)).is_some_and(|one| Arc::ptr_eq(one, entry))
            };
            let (shared, own): (Vec<_>, Vec<_>) = record.scopes.iter().partition(|entry| is_shared(entry));
            for entry in shared {
                for number in 0..page::page_count(entry) {
                    let place = PartPlace { platform: &record.folder, scope: Some(&entry.folder), number };
                    parts.shared.push(place.path(RENDERED)?);
                }
            }
            parts.add_side(RENDERED, record, own, (&record.owed, other.map(|other| &other.owed)))?;
            for (number, nodes) in node_parts(&record.nodes).into_iter().enumerate() {
                parts.add(nodes_path(&record.folder, number)?, nodes)?;
            }
            if let ApplyState::Behind(behind) = &record.standing {
                parts.add_side(APPLIED, record, behind.scopes.iter().collect(), (&behind.owed, None))?;
            }
        }
        if let Some(lock) = manifest.recorded_lock() {
            let lock = Lock { reached: None, ..lock.clone() };
            parts.add(lock_path()?, Part::Lock(Box::new(lock)))?;
        }
        Ok(parts)
    }

    /// Returns the parts, by path in our own folder.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&SafePath, &Part<'m>)> {
        self.parts.iter()
    }

    /// The paths of the pages of scopes that the other manifest has as they are.
    pub(super) fn shared(&self) -> &[SafePath] {
        &self.shared
    }

    /// Returns the part at a path.
    pub(super) fn get(&self, path: &SafePath) -> Option<&Part<'m>> {
        self.parts.get(path)
    }

    /// Adds what one side of a platform has, and the other manifest has not. What the applied side has like the rendered one is stored once.
    fn add_side(
        &mut self,
        side: &str,
        record: &'m PlatformRecord,
        scopes: Vec<&'m Arc<ScopeEntry>>,
        (owed, other): (&'m Owed, Option<&Owed>),
    ) -> Result<(), TargetError> {
        let scopes = scopes.into_iter().flat_map(|entry| {
            let pages = pages(entry).into_iter().map(Part::Page).enumerate();
            pages.map(|(number, page)| (Some(&entry.folder), number, page))
        });
        let changed = other.and_then(|other| changed_owed_parts(other, owed));
        for number in
            (0..owed_count(owed)).filter(|number| changed.as_ref().is_some_and(|all| !all.contains(number)))
        {
            self.shared.push(PartPlace { platform: &record.folder, scope: None, number }.path(side)?);
        }
        let owed = owed_parts(owed, changed.as_ref()).into_iter().map(|(number, part)| (None, number, part));
        for (folder, number, part) in scopes.chain(owed) {
            let place = PartPlace { platform: &record.folder, scope: folder, number };
            if side == APPLIED && self.parts.get(&place.path(RENDERED)?) == Some(&part) {
                continue;
            }
            self.add(place.path(side)?, part)?;
        }
        Ok(())
    }

    fn add(&mut self, path: SafePath, part: Part<'m>) -> Result<(), TargetError> {
        let twice = || incomplete(format!("two parts of the manifest would be at `{path}`"));
        match self.parts.contains_key(&path) {
            true => Err(twice()),
            false => {
                self.parts.insert(path, part);
                Ok(())
            }
        }
    }
}

/// The place of a part: the page of a scope, or what is asked for of datasets on a platform.
struct PartPlace<'p> {
    platform: &'p SafePath,
    scope: Option<&'p SafePath>,
    number: usize,
}

impl PartPlace<'_> {
    fn path(&self, side: &str) -> Result<SafePath, TargetError> {
        let Self { platform, scope, number } = self;
        match scope {
            Some(scope) => part_path(&format!("{side}/{platform}/{scope}/{number}")),
            None => part_path(&format!("{side}_owed/{platform}/{number}")),
        }
    }
}

/// The path of a part that has nodes of a platform.
fn nodes_path(platform: &SafePath, number: usize) -> Result<SafePath, TargetError> {
    part_path(&format!("{RENDERED}_nodes/{platform}/{number}"))
}

fn lock_path() -> Result<SafePath, TargetError> {
    part_path("lock")
}

fn part_path(name: &str) -> Result<SafePath, TargetError> {
    let path = format!("{PARTS}/{name}.json.gz");
    path.parse().map_err(|error| incomplete(format!("a part of the manifest has no path: {error}")))
}

fn owed_count(owed: &Owed) -> usize {
    page::count(owed.len(), DATASETS_IN_PART)
}

fn nodes_count(nodes: &RenderedNodes) -> usize {
    page::count(nodes.len(), NODES_IN_PART)
}

fn node_parts(nodes: &RenderedNodes) -> Vec<Part<'_>> {
    let count = nodes_count(nodes);
    let mut parts = vec![BTreeMap::new(); count];
    for (key, node) in nodes {
        if let Some(part) = parts.get_mut(page::number(page::unit(key), count)) {
            part.insert(key, &**node);
        }
    }
    parts.into_iter().map(Part::Nodes).collect()
}

/// The parts of what is asked for, by number; of those that changed alone, if that is known.
fn owed_parts<'o>(owed: &'o Owed, changed: Option<&BTreeSet<usize>>) -> BTreeMap<usize, Part<'o>> {
    let count = owed_count(owed);
    let mut parts: BTreeMap<usize, BTreeMap<&DatasetKey, &Custody>> = match changed {
        Some(changed) => changed.iter().map(|number| (*number, BTreeMap::new())).collect(),
        None => (0..count).map(|number| (number, BTreeMap::new())).collect(),
    };
    let is_any = !parts.is_empty();
    for (dataset, custody) in owed.iter().filter(|_| is_any) {
        if let Some(part) = parts.get_mut(&page::number(dataset.datastore.as_str(), count)) {
            part.insert(dataset, custody);
        }
    }
    parts.into_iter().map(|(number, part)| (number, Part::Owed(part))).collect()
}

/// Returns the numbers of the parts in which something else is asked for than before; `None` if there are not as many parts as before.
fn changed_owed_parts(before: &Owed, now: &Owed) -> Option<BTreeSet<usize>> {
    let count = owed_count(now);
    let number = |item| {
        let (DiffItem::Add(dataset, _)
        | DiffItem::Remove(dataset, _)
        | DiffItem::Update { new: (dataset, _), .. }): DiffItem<'_, '_, DatasetKey, Custody> = item;
        page::number(dataset.datastore.as_str(), count)
    };
    (owed_count(before) == count).then(|| before.diff(now).map(number).collect())
}

/// The index of a manifest as text, with the hashes of the texts of its parts.
pub(super) fn index_text(
    manifest: &Manifest,
    hashes: &BTreeMap<SafePath, Fingerprint>,
) -> Result<String, TargetError> {
    let index = index::Index::new(manifest, hashes)?;
    let text = serde_json::to_string_pretty(&index);
    Ok(text.map_err(|error| incomplete(format!("the manifest cannot be written: {error}")))? + "\n")
}

fn incomplete(error: String) -> TargetError {
    TargetError::bug(&INCOMPLETE, MANIFEST, error)
}
