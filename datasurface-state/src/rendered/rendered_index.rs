//! An index of what is rendered: the scope of each address, what occupies each place, and what each scope needs of others.
//!
//! It is kept up: what is other than when it was asked last is taken out and put in, scope by scope, and of a scope that is as it was nothing is
//! looked at. So it tells at once whether something is there twice; only if so, all scopes are searched for it, in their order.

use super::Entries;
use crate::ScopeEntry;
use datasurface_model::{DatasetKey, DatastoreName, PlatformName};
use datasurface_platform::{Resource, ResourceAddress, SafePath, Scope, ScopeRecord};
use rustc_hash::FxHashMap;
use std::{
    collections::{BTreeMap, BTreeSet, hash_map::Entry},
    hash::Hash,
    sync::Arc,
};

/// The other scopes that each scope needs, with their folders.
pub type Needs<'i> = BTreeMap<&'i Scope, BTreeMap<&'i Scope, &'i SafePath>>;

/// The index of all platforms.
#[derive(Debug, Default)]
pub struct RenderedIndex {
    platforms: BTreeMap<PlatformName, PlatformIndex>,
    places: Bearers<String>,
    /// What was touched on platforms that are gone.
    touched: BTreeSet<DatastoreName>,
}

/// The index of one platform.
#[derive(Debug, Default)]
pub struct PlatformIndex {
    scopes: BTreeMap<Scope, IndexedScope>,
    addresses: Bearers<ResourceAddress>,
    /// The number of resources that say what their address was.
    readdressed: usize,
    /// The number of resources that hold data of each dataset.
    stored: BTreeMap<DatasetKey, usize>,
    /// The datastores of which something else may be stored than when somebody asked last.
    touched: BTreeSet<DatastoreName>,
}

#[derive(Debug)]
struct IndexedScope {
    entry: Arc<ScopeEntry>,
    /// The resources of other scopes that its own depend on.
    needs: BTreeSet<ResourceAddress>,
}

/// The scope of each of many names. Nearly every name is in one.
#[derive(Debug)]
struct Bearers<N> {
    one: FxHashMap<N, Arc<ScopeEntry>>,
    /// The other scopes of a name, also the same one again.
    others: BTreeMap<N, Vec<Arc<ScopeEntry>>>,
}

impl RenderedIndex {
    /// Takes in what is rendered now.
    pub fn update(&mut self, entries: &Entries) {
        let gone: Vec<PlatformName> =
            self.platforms.keys().filter(|name| !entries.contains_key(*name)).cloned().collect();
        for name in gone.iter().chain(entries.keys()) {
            let now = entries.get(name).map_or(&[][..], Vec::as_slice);
            let platform = self.platforms.entry(name.clone()).or_default();
            let (removed, added) = platform.update(now);
            removed.iter().flat_map(places).for_each(|(place, entry)| self.places.remove(place, entry));
            added.iter().flat_map(places).for_each(|(place, entry)| self.places.add(place, entry));
        }
        for name in gone {
            let platform = self.platforms.remove(&name).unwrap_or_default();
            self.touched.extend(platform.touched);
        }
    }

    /// Whether something occupies a place that is occupied already.
    pub fn has_places_twice(&self) -> bool {
        self.places.has_twice()
    }

    /// Returns the storage names of the datasets of a datastore whose data is stored, on whatever platform.
    pub fn stored_of<'i>(&'i self, store: &'i DatastoreName) -> impl Iterator<Item = &'i DatasetKey> {
        let from = DatasetKey::new(store, "");
        let ranges = self.platforms.values().map(move |platform| platform.stored.range(from.clone()..));
        ranges
            .flat_map(move |stored| stored.map(|(key, _)| key).take_while(move |key| key.datastore == *store))
    }

    /// Returns the storage names of all datastores of which data is stored.
    pub fn stores(&self) -> BTreeSet<DatastoreName> {
        let stored = self.platforms.values().flat_map(|platform| platform.stored.keys());
        stored.map(|dataset| dataset.datastore.clone()).collect()
    }

    /// Returns the datastores, by their storage names, of which something else may be stored than when this was asked last.
    pub fn take_touched(&mut self) -> BTreeSet<DatastoreName> {
        let touched = self.platforms.values_mut().map(|platform| &mut platform.touched);
        touched.flat_map(std::mem::take).chain(std::mem::take(&mut self.touched)).collect()
    }

    /// Returns what is rendered on a platform.
    pub fn platform(&self, name: &PlatformName) -> Option<&PlatformIndex> {
        self.platforms.get(name)
    }
}

impl PlatformIndex {
    /// Creates the index of these scopes.
    pub fn of(entries: &[Arc<ScopeEntry>]) -> Self {
        let mut index = Self::default();
        index.update(entries);
        index
    }

    /// Takes in what is rendered now. Returns what was taken out, and what was put in.
    fn update(&mut self, entries: &[Arc<ScopeEntry>]) -> (Vec<Arc<ScopeEntry>>, Vec<Arc<ScopeEntry>>) {
        let now: BTreeMap<&Scope, &Arc<ScopeEntry>> =
            entries.iter().map(|entry| (&entry.scope, entry)).collect();
        let is_same = |one: &ScopeEntry, other: &ScopeEntry| Arc::ptr_eq(&one.record, &other.record);
        let is_gone =
            |known: &Arc<ScopeEntry>| now.get(&known.scope).is_none_or(|entry| !is_same(known, entry));
        let known = self.scopes.values().map(|scope| &scope.entry);
        let removed: Vec<Arc<ScopeEntry>> = known.filter(|known| is_gone(known)).cloned().collect();
        // An address that goes from one scope to another is at no time in both.
        removed.iter().for_each(|entry| self.remove(entry));
        let is_new = |entry: &&&Arc<ScopeEntry>| !self.scopes.contains_key(&entry.scope);
        let added: Vec<Arc<ScopeEntry>> =
            now.values().filter(is_new).map(|entry| Arc::clone(entry)).collect();
        added.iter().for_each(|entry| self.add(entry));
        (removed, added)
    }

    fn add(&mut self, entry: &Arc<ScopeEntry>) {
        let resources = &entry.record.resources;
        let is_outside = |address: &&ResourceAddress| !resources.contains_key(*address);
        let needed = resources.values().flat_map(Resource::dependencies).filter(is_outside);
        let needs = needed.cloned().collect();
        resources.keys().for_each(|address| self.addresses.add(address, entry));
        self.readdressed += readdressed(&entry.record);
        for dataset in stored(&entry.record) {
            *self.stored.entry(dataset.clone()).or_default() += 1;
            self.touched.insert(dataset.datastore.clone());
        }
        self.scopes.insert(entry.scope.clone(), IndexedScope { entry: Arc::clone(entry), needs });
    }

    fn remove(&mut self, entry: &Arc<ScopeEntry>) {
        entry.record.resources.keys().for_each(|address| self.addresses.remove(address, entry));
        self.readdressed = self.readdressed.saturating_sub(readdressed(&entry.record));
        for dataset in stored(&entry.record) {
            let count = self.stored.entry(dataset.clone()).or_default();
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.stored.remove(dataset);
            }
            self.touched.insert(dataset.datastore.clone());
        }
        self.scopes.remove(&entry.scope);
    }

    /// Whether an address is in two scopes.
    pub fn has_addresses_twice(&self) -> bool {
        self.addresses.has_twice()
    }

    /// Whether a resource says what its address was.
    pub fn has_former_addresses(&self) -> bool {
        self.readdressed > 0
    }

    /// Returns the resource of an address.
    pub fn resource(&self, address: &ResourceAddress) -> Option<&Resource> {
        self.addresses.one.get(address)?.record.resources.get(address)
    }

    /// Whether a resource holds data of a dataset of this storage name.
    pub fn stores(&self, dataset: &DatasetKey) -> bool {
        self.stored.contains_key(dataset)
    }

    /// The scopes, in order.
    pub fn scopes(&self) -> impl Iterator<Item = &ScopeEntry> {
        self.scopes.values().map(|scope| &*scope.entry)
    }

    /// Returns the other scopes that each scope needs.
    pub fn needs(&self) -> Needs<'_> {
        let of_scope = |scope: &IndexedScope| {
            let others = scope.needs.iter().filter_map(|address| self.addresses.one.get(address));
            others.map(|other| (&other.scope, &other.folder)).collect()
        };
        self.scopes.iter().map(|(scope, indexed)| (scope, of_scope(indexed))).collect()
    }
}

/// The datasets whose data is held in a scope, one for each resource.
fn stored(record: &ScopeRecord) -> impl Iterator<Item = &DatasetKey> {
    record.resources.values().filter_map(|resource| Some(&resource.held_data()?.dataset))
}

/// The number of resources that say what their address was.
fn readdressed(record: &ScopeRecord) -> usize {
    record.resources.values().filter(|resource| resource.former_address().is_some()).count()
}

fn places(entry: &Arc<ScopeEntry>) -> impl Iterator<Item = (&String, &Arc<ScopeEntry>)> {
    entry.record.resources.values().flat_map(Resource::occupied_places).map(move |place| (place, entry))
}

impl<N> Default for Bearers<N> {
    fn default() -> Self {
        Self { one: FxHashMap::default(), others: BTreeMap::new() }
    }
}

impl<N: Clone + Ord + Hash> Bearers<N> {
    fn add(&mut self, name: &N, bearer: &Arc<ScopeEntry>) {
        match self.one.entry(name.clone()) {
            Entry::Vacant(vacant) => {
                vacant.insert(Arc::clone(bearer));
            }
            Entry::Occupied(_) => self.others.entry(name.clone()).or_default().push(Arc::clone(bearer)),
        }
    }

    fn remove(&mut self, name: &N, bearer: &Arc<ScopeEntry>) {
        let Some(others) = self.others.get_mut(name) else {
            self.one.remove(name);
            return;
        };
        match others.iter().position(|other| Arc::ptr_eq(other, bearer)) {
            Some(position) => drop(others.swap_remove(position)),
            None => self.one.extend(others.pop().map(|next| (name.clone(), next))),
        }
        if others.is_empty() {
            self.others.remove(name);
        }
    }

    fn has_twice(&self) -> bool {
        !self.others.is_empty()
    }
}
