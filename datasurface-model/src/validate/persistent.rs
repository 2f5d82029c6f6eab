//! Maps of which every version is kept at the cost of what changed.

use rpds::HashTrieMapSync;
use rustc_hash::FxHasher;
use std::{
    borrow::Borrow,
    hash::{BuildHasherDefault, Hash},
};

type Trie<K, V> = HashTrieMapSync<K, V, BuildHasherDefault<FxHasher>>;

/// How many children a node has at most. A change copies the nodes on one path, and counts one reference more to each of
/// their children, wherever these are in memory; so few are better than many, though the path is a little longer.
const DEGREE: u8 = 16;

/// A map that shares with the one that it was cloned from all that did not change since. In no order.
#[derive(Clone, Debug)]
pub(super) struct PersistentMap<K: Eq + Hash, V> {
    trie: Trie<K, V>,
}

impl<K: Eq + Hash, V> PersistentMap<K, V> {
    pub(super) fn get<Q>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.trie.get(key)
    }

    pub(super) fn insert(&mut self, key: K, value: V) {
        self.trie.insert_mut(key, value);
    }

    pub(super) fn remove(&mut self, key: &K) {
        self.trie.remove_mut(key);
    }

    pub(super) fn len(&self) -> usize {
        self.trie.size()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.trie.iter()
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &K> {
        self.trie.keys()
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &V> {
        self.trie.values()
    }
}

impl<K: Clone + Eq + Hash, V: Clone> PersistentMap<K, V> {
    /// For a change of what no other version has from now on.
    pub(super) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.trie.get_mut(key)
    }
}

impl<K: Eq + Hash, V> Default for PersistentMap<K, V> {
    fn default() -> Self {
        Self { trie: Trie::new_with_hasher_and_degree_and_ptr_kind(BuildHasherDefault::default(), DEGREE) }
    }
}
