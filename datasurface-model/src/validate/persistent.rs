//! Maps of which every version is kept at the cost of what changed.

use imbl::{GenericHashMap, shared_ptr::DefaultSharedPtr};
use rustc_hash::FxBuildHasher;
use std::{
    any::Any,
    borrow::Borrow,
    hash::{BuildHasher, Hash},
    marker::PhantomData,
    sync::Arc,
};

/// A map that shares with the one that it was cloned from all that did not change since. In no order.
///
/// Underneath, all such maps are of one type, since the compiler takes long for each type of tree. Places stand in nodes
/// that are wide, so that one of ten thousand is found in the third; entries stand apart, since a change copies what is
/// beside it.
#[derive(Clone, Debug)]
pub(super) struct PersistentMap<K, V> {
    /// Each entry an `Entry<K, V>`.
    tree: GenericHashMap<Place, Arc<dyn Any + Send + Sync>, FxBuildHasher, DefaultSharedPtr>,
    entries: PhantomData<fn() -> Entry<K, V>>,
}

type Entry<K, V> = (K, V);

/// What can be a key.
pub(super) trait Key: Clone + Eq + Hash + Send + Sync + 'static {}

impl<K: Clone + Eq + Hash + Send + Sync + 'static> Key for K {}

/// What can be a value.
pub(super) trait Value: Clone + Send + Sync + 'static {}

impl<V: Clone + Send + Sync + 'static> Value for V {}

/// Where an entry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Place {
    /// Of the key.
    hash: u64,
    /// How many entries stand before it whose keys have the same hash.
    before: u32,
}

impl Place {
    fn first<Q: Hash + ?Sized>(key: &Q) -> Self {
        Self { hash: FxBuildHasher.hash_one(key), before: 0 }
    }

    fn next(self) -> Self {
        Self { before: self.before + 1, ..self }
    }
}

impl<K, V> PersistentMap<K, V> {
    pub(super) fn len(&self) -> usize {
        self.tree.len()
    }
}

impl<K: Key, V: Value> PersistentMap<K, V> {
    pub(super) fn iter(&self) -> impl Iterator<Item = &Entry<K, V>> {
        self.tree.values().filter_map(|entry| entry.downcast_ref())
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &K> {
        self.iter().map(|(key, _)| key)
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }

    pub(super) fn get<Q>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.find(key).ok().map(|(_, value)| value)
    }

    /// For a change of what no other version has from now on.
    pub(super) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let (place, _) = self.find(key).ok()?;
        let entry = self.tree.get_mut(&place)?;
        if Arc::get_mut(entry).is_none() {
            let copy: Entry<K, V> = entry.downcast_ref::<Entry<K, V>>()?.clone();
            *entry = Arc::new(copy);
        }
        let (_, value) = Arc::get_mut(entry)?.downcast_mut::<Entry<K, V>>()?;
        Some(value)
    }

    pub(super) fn insert(&mut self, key: K, value: V) {
        let (Ok((place, _)) | Err(place)) = self.find(&key);
        self.tree.insert(place, Arc::new((key, value)));
    }

    pub(super) fn remove(&mut self, key: &K) {
        let Ok((place, _)) = self.find(key) else { return };
        self.tree.remove(&place);
        // No place is empty before one that is not: each of those behind goes to the place before it.
        let (mut free, mut next) = (place, place.next());
        while let Some(entry) = self.tree.remove(&next) {
            self.tree.insert(free, entry);
            (free, next) = (next, next.next());
        }
    }

    /// The place of a key with its value, or the place at which it would stand.
    fn find<Q>(&self, key: &Q) -> Result<(Place, &V), Place>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let mut place = Place::first(key);
        while let Some((known, value)) =
            self.tree.get(&place).and_then(|entry| entry.downcast_ref::<Entry<K, V>>())
        {
            if known.borrow() == key {
                return Ok((place, value));
            }
            place = place.next();
        }
        Err(place)
    }
}

impl<K, V> Default for PersistentMap<K, V> {
    fn default() -> Self {
        Self { tree: GenericHashMap::with_hasher(FxBuildHasher), entries: PhantomData }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hash::Hasher;

    /// A key whose hash is that of all others.
    #[derive(Clone, Debug, PartialEq, Eq)]
    struct Alike(u8);

    impl Hash for Alike {
        fn hash<H: Hasher>(&self, _: &mut H) {}
    }

    #[test]
    fn keys_with_one_hash_stand_beside_each_other() {
        let mut map = PersistentMap::default();
        (0..5).for_each(|number| map.insert(Alike(number), number));
        map.remove(&Alike(1));
        map.remove(&Alike(4));
        map.insert(Alike(3), 30);
        let found: Vec<_> = (0..5).map(|number| map.get(&Alike(number)).copied()).collect();
        assert_eq!(found, [Some(0), None, Some(2), Some(30), None]);
        assert_eq!(map.values().count(), 3);
    }

    #[test]
    fn a_version_keeps_what_another_one_changes() {
        let mut old = PersistentMap::default();
        (0..100).for_each(|number| old.insert(number, number));
        let mut new = old.clone();
        *new.get_mut(&7).unwrap() = 70;
        new.remove(&8);
        assert_eq!((old.get(&7), old.get(&8), old.len()), (Some(&7), Some(&8), 100));
        assert_eq!((new.get(&7), new.get(&8), new.len()), (Some(&70), None, 99));
    }
}
