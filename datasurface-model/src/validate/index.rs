//! Who has a claim to a name.

use super::unit::UnitKey;
use rpds::HashTrieMapSync;
use rustc_hash::FxHasher;
use std::{
    borrow::Borrow,
    hash::{BuildHasherDefault, Hash},
};

/// A map that shares with the one that it was cloned from all that did not change since. In no order.
pub(super) type PersistentMap<K, V> = HashTrieMapSync<K, V, BuildHasherDefault<FxHasher>>;

/// For each key, the values that units have given for it, in canonical order of the units. Where several units have
/// given one, the first answers. Persistent: a clone costs a counter, and shares what does not change.
#[derive(Clone, Debug)]
pub(super) struct Index<K: Eq + Hash, V> {
    claims: PersistentMap<K, Vec<(UnitKey, V)>>,
}

impl<K: Clone + Eq + Hash, V: Clone> Index<K, V> {
    /// Notes what a unit has to say of a key.
    pub(super) fn claim(&mut self, key: K, unit: &UnitKey, value: V) {
        match self.claims.get_mut(&key) {
            Some(claims) => {
                let at = claims.partition_point(|(other, _)| other <= unit);
                claims.insert(at, (unit.clone(), value));
            }
            None => self.claims.insert_mut(key, vec![(unit.clone(), value)]),
        }
    }

    /// Forgets what a unit has said of a key.
    pub(super) fn release(&mut self, key: &K, unit: &UnitKey) {
        if let Some(claims) = self.claims.get_mut(key) {
            claims.retain(|(other, _)| other != unit);
            if claims.is_empty() {
                self.claims.remove_mut(key);
            }
        }
    }

    /// Everything that was said of a key, first things first.
    pub(super) fn all<Q>(&self, key: &Q) -> &[(UnitKey, V)]
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.claims.get(key).map_or(&[], Vec::as_slice)
    }

    /// Who comes first, and with what.
    pub(super) fn first<Q>(&self, key: &Q) -> Option<&(UnitKey, V)>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.all(key).first()
    }

    /// What answers for a key.
    pub(super) fn get<Q>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.first(key).map(|(_, value)| value)
    }

    /// The keys, in no order.
    pub(super) fn keys(&self) -> impl Iterator<Item = &K> {
        self.claims.keys()
    }

    /// Everything that was said of anything, in no order.
    pub(super) fn values(&self) -> impl Iterator<Item = &V> {
        self.claims.values().flatten().map(|(_, value)| value)
    }
}

impl<K: Eq + Hash, V> Default for Index<K, V> {
    fn default() -> Self {
        Self { claims: PersistentMap::default() }
    }
}
