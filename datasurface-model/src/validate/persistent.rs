//! Maps of which every version is kept at the cost of what changed.

use imbl::{GenericHashMap, shared_ptr::DefaultSharedPtr};
use rustc_hash::FxBuildHasher;
use std::{borrow::Borrow, hash::Hash, sync::Arc};

/// A map that shares with the one that it was cloned from all that did not change since. In no order.
///
/// Keys stand in nodes that are wide, so that one of ten thousand is found in the third; values stand apart, since a change
/// copies what is beside it.
#[derive(Clone, Debug)]
pub(super) struct PersistentMap<K, V> {
    values: GenericHashMap<K, Arc<V>, FxBuildHasher, DefaultSharedPtr>,
}

impl<K, V> PersistentMap<K, V> {
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.values.iter().map(|(key, value)| (key, &**value))
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &K> {
        self.values.keys()
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &V> {
        self.values.values().map(|value| &**value)
    }
}

impl<K: Clone + Eq + Hash, V> PersistentMap<K, V> {
    pub(super) fn get<Q>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.values.get(key).map(|value| &**value)
    }

    pub(super) fn insert(&mut self, key: K, value: V) {
        self.values.insert(key, Arc::new(value));
    }

    pub(super) fn remove(&mut self, key: &K) {
        self.values.remove(key);
    }
}

impl<K: Clone + Eq + Hash, V: Clone> PersistentMap<K, V> {
    /// For a change of what no other version has from now on.
    pub(super) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.values.get_mut(key).map(Arc::make_mut)
    }
}

impl<K, V> Default for PersistentMap<K, V> {
    fn default() -> Self {
        Self { values: GenericHashMap::with_hasher(FxBuildHasher) }
    }
}
