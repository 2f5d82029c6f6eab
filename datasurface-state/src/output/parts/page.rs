//! Pages: the content of a scope, divided so that all that belongs to a datastore or workspace is on one page, unless a datastore is too
//! large for that.

use crate::output::{ScopeEntry, StoredView, TargetError};
use datasurface_graph::{Fingerprint, NodeKey};
use datasurface_model::{DatasetKey, DatasetName};
use datasurface_platform::{FileRecord, Resource, ResourceAddress, SafePath, ScopeRecord};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The number of resources on a page, if they are evenly spread. A page of the local platform then takes about 100 KB: an edit
/// writes that much, and a target of 100 000 datasets has a thousand pages.
const RESOURCES_ON_PAGE: usize = 512;

/// A page of a scope.
#[derive(Debug, Default, PartialEq, Serialize)]
pub(in crate::output) struct Page<'m> {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    files: BTreeMap<&'m SafePath, &'m FileRecord>,
    /// By address, which each of them has.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resources: Vec<&'m Resource>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    views: BTreeMap<&'m ResourceAddress, AsStored<'m>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    nodes: Fingerprints<'m>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    metadata: Fingerprints<'m>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    members: Fingerprints<'m>,
}

/// A view as it is stored.
#[derive(Clone, Copy, Debug, PartialEq)]
struct AsStored<'m>(&'m StoredView);

impl Serialize for AsStored<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize_as_stored(serializer)
    }
}

fn as_stored<'m>(
    (address, view): (&'m ResourceAddress, &'m StoredView),
) -> (&'m ResourceAddress, AsStored<'m>) {
    (address, AsStored(view))
}

/// A page as it is read.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PageWire {
    files: BTreeMap<SafePath, FileRecord>,
    resources: Vec<Resource>,
    #[serde(deserialize_with = "stored_views")]
    views: BTreeMap<ResourceAddress, StoredView>,
    nodes: BTreeMap<NodeKey, Fingerprint>,
    metadata: BTreeMap<NodeKey, Fingerprint>,
    members: BTreeMap<NodeKey, Fingerprint>,
}

impl PageWire {
    /// Reads what is left to be read until somebody asks for it.
    pub(super) fn read_all(&self) -> Result<(), TargetError> {
        self.views.values().try_for_each(|view| view.view().map(drop))
    }

    /// Sets the content of a scope, which is on these pages. Each map is made at once: one that grows is half empty.
    pub(super) fn join(mut pages: Vec<Self>, entry: &mut ScopeEntry) {
        let resources = pages.iter_mut().flat_map(|page| std::mem::take(&mut page.resources));
        let resources = resources.map(|resource| (resource.address().clone(), resource)).collect();
        let files = joined(&mut pages, |page| &mut page.files);
        entry.record = Arc::new(ScopeRecord { files, resources });
        entry.views = joined(&mut pages, |page| &mut page.views);
        entry.nodes = joined(&mut pages, |page| &mut page.nodes);
        entry.metadata = joined(&mut pages, |page| &mut page.metadata);
        entry.members = joined(&mut pages, |page| &mut page.members).into();
    }
}

fn stored_views<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<ResourceAddress, StoredView>, D::Error> {
    let texts = BTreeMap::<ResourceAddress, Box<RawValue>>::deserialize(deserializer)?;
    Ok(texts.into_iter().map(|(address, text)| (address, StoredView::from_text(text))).collect())
}

fn joined<K: Ord, V>(
    pages: &mut [PageWire],
    of: impl Fn(&mut PageWire) -> &mut BTreeMap<K, V>,
) -> BTreeMap<K, V> {
    pages.iter_mut().flat_map(|page| std::mem::take(of(page))).collect()
}

/// Returns the number of pages of a scope. One without anything has none.
pub(super) fn page_count(entry: &ScopeEntry) -> usize {
    let ScopeEntry { record, views, nodes, metadata, members, .. } = entry;
    let ScopeRecord { files, resources } = &**record;
    let sizes = [files.len(), resources.len(), views.len(), nodes.len(), metadata.len(), members.len()];
    count(sizes.into_iter().max().unwrap_or_default(), RESOURCES_ON_PAGE)
}

/// Divides a scope.
pub(super) fn pages(entry: &ScopeEntry) -> Vec<Page<'_>> {
    let ScopeEntry { record, views, nodes, metadata, members, .. } = entry;
    let ScopeRecord { files, resources } = &**record;
    let groups = resources.values().map(Group::of_resource);
    let mut division = Division::new(page_count(entry), groups);
    // A file is where the first resource is that it declares.
    let mut declaring: BTreeMap<&SafePath, Group<'_>> = BTreeMap::new();
    for (address, resource) in resources {
        let group = Group::of_resource(resource);
        if let Some(file) = resource.file() {
            declaring.entry(file).or_insert(group);
        }
        if let Some(page) = division.page(group) {
            page.resources.push(resource);
            page.views.extend(views.get_key_value(address).map(as_stored));
        }
    }
    for (address, view) in views.iter().filter(|(address, _)| !resources.contains_key(*address)) {
        if let Some(page) = division.page(Group::other(address.as_str())) {
            page.views.insert(address, AsStored(view));
        }
    }
    for (path, file) in files {
        let group = declaring.get(path).copied().unwrap_or(Group::other(path.as_str()));
        if let Some(page) = division.page(group) {
            page.files.insert(path, file);
        }
    }
    division.add(nodes, |page| &mut page.nodes);
    division.add(metadata, |page| &mut page.metadata);
    division.add(members, |page| &mut page.members);
    division.pages
}

/// What belongs on one page: a datastore or workspace, or, of a datastore that is too large for that, a dataset.
#[derive(Clone, Copy, Debug)]
struct Group<'m> {
    unit: &'m str,
    dataset: Option<&'m str>,
}

impl<'m> Group<'m> {
    fn of_resource(resource: &'m Resource) -> Self {
        match (resource.held_data(), resource.origins().first()) {
            (Some(data), _) => Self::of_dataset(&data.dataset),
            (None, Some(node)) => Self::of_node(node),
            (None, None) => Self::other(resource.address().as_str()),
        }
    }

    fn of_node(node: &'m NodeKey) -> Self {
        match node {
            NodeKey::Ingest { datastore, dataset, .. } => {
                Self { unit: datastore.as_str(), dataset: dataset.as_ref().map(DatasetName::as_str) }
            }
            NodeKey::Export { dataset, .. } => Self::of_dataset(dataset),
            NodeKey::Transform { workspace, .. } | NodeKey::Trigger { workspace, .. } => {
                Self::other(workspace.as_str())
            }
        }
    }

    fn of_dataset(dataset: &'m DatasetKey) -> Self {
        Self { unit: dataset.datastore.as_str(), dataset: Some(dataset.dataset.as_str()) }
    }

    fn other(unit: &'m str) -> Self {
        Self { unit, dataset: None }
    }
}

/// Returns the datastore or the workspace that a node belongs to, by which nodes are divided among parts.
pub(super) fn unit(node: &NodeKey) -> &str {
    Group::of_node(node).unit
}

/// Fingerprints of nodes.
type Fingerprints<'m> = BTreeMap<&'m NodeKey, &'m Fingerprint>;

struct Division<'m> {
    pages: Vec<Page<'m>>,
    /// The datastores that are too large for one page.
    large: BTreeSet<&'m str>,
}

impl<'m> Division<'m> {
    fn new(count: usize, groups: impl Iterator<Item = Group<'m>>) -> Self {
        let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
        groups.for_each(|group| *sizes.entry(group.unit).or_default() += 1);
        sizes.retain(|_, size| *size > RESOURCES_ON_PAGE);
        let pages = std::iter::repeat_with(Page::default).take(count).collect();
        Self { pages, large: sizes.into_keys().collect() }
    }

    fn page(&mut self, group: Group<'_>) -> Option<&mut Page<'m>> {
        let dataset = group.dataset.filter(|_| self.large.contains(group.unit));
        let number = match dataset {
            Some(dataset) => number(&format!("{}/{dataset}", group.unit), self.pages.len()),
            None => number(group.unit, self.pages.len()),
        };
        self.pages.get_mut(number)
    }

    fn add(
        &mut self,
        nodes: &'m BTreeMap<NodeKey, Fingerprint>,
        of: impl for<'p> Fn(&'p mut Page<'m>) -> &'p mut Fingerprints<'m>,
    ) {
        for (key, fingerprint) in nodes {
            if let Some(page) = self.page(Group::of_node(key)) {
                of(page).insert(key, fingerprint);
            }
        }
    }
}

/// Returns the number of pages for so many elements: a power of two, so that it seldom changes, and then each page is divided in two; none
/// for nothing.
pub(super) fn count(elements: usize, on_page: usize) -> usize {
    match elements {
        0 => 0,
        _ => elements.div_ceil(on_page).next_power_of_two(),
    }
}

/// Returns the number of the page of a group, which depends on its name alone. The hash is FNV-1a: it is the same in every version
/// of this program, and in every one of the compiler.
pub(super) fn number(group: &str, count: usize) -> usize {
    const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    let hash = group.bytes().fold(BASIS, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME));
    let count = u64::try_from(count).unwrap_or(u64::MAX).max(1);
    usize::try_from(hash % count).unwrap_or_default()
}
