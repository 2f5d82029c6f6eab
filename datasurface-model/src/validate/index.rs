//! Multi-value indexes: the units that have a claim to a key.

use super::{PersistentMap, unit::UnitKey};
use std::{borrow::Borrow, hash::Hash};

/// For each key, the values that units have given for it, in canonical order of the units. Where several units have
/// given one, the first answers. Persistent: a clone costs a counter, and shares what does not change.
#[derive(Clone, Debug)]
pub(super) struct MultiIndex<K, V> {
    claims: PersistentMap<K, IndexEntries<V>>,
}

/// The entries of one key. Most often there is one, which is stored inline.
#[derive(Clone, Debug)]
struct IndexEntries<V> {
    first: (UnitKey, V),
    others: Vec<(UnitKey, V)>,
}

impl<K: Clone + Eq + Hash, V: Clone> MultiIndex<K, V> {
    /// Adds the value of a unit for a key.
    pub(super) fn claim(&mut self, key: K, unit: &UnitKey, value: V) {
        let mut claim = (unit.clone(), value);
        match self.claims.get_mut(&key) {
            Some(IndexEntries { first, others }) => {
                if *unit < first.0 {
                    std::mem::swap(first, &mut claim);
                }
                let at = others.partition_point(|(other, _)| *other <= claim.0);
                others.insert(at, claim);
            }
            None => {
                self.claims.insert(key, IndexEntries { first: claim, others: Vec::new() });
            }
        }
    }

    /// Replaces the value of a unit for a key.
    pub(super) fn renew(&mut self, key: K, unit: &UnitKey, value: V) {
        match self.claims.get_mut(&key) {
            Some(IndexEntries { first: (first, known), .. }) if first == unit => *known = value,
            _ => {
                self.release(&key, unit);
                self.claim(key, unit, value);
            }
        }
    }

    /// Removes the value of a unit for a key.
    pub(super) fn release(&mut self, key: &K, unit: &UnitKey) {
        let Some(IndexEntries { first, others }) = self.claims.get_mut(key) else {
            return;
        };
        let from = others.partition_point(|(other, _)| other < unit);
        let to = others.partition_point(|(other, _)| other <= unit);
        others.drain(from..to);
        if first.0 != *unit {
            return;
        }
        if others.is_empty() {
            self.claims.remove(key);
        } else {
            *first = others.remove(0);
        }
    }

    /// Returns every entry of a key, in canonical order of the units.
    pub(super) fn all<Q>(&self, key: &Q) -> impl Iterator<Item = &(UnitKey, V)> + use<'_, K, V, Q>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.claims.get(key).into_iter().flat_map(IndexEntries::iter)
    }

    /// Returns the first entry of a key.
    pub(super) fn first<Q>(&self, key: &Q) -> Option<&(UnitKey, V)>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.claims.get(key).map(|claims| &claims.first)
    }

    /// Returns the first value of a key.
    pub(super) fn get<Q>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.first(key).map(|(_, value)| value)
    }

    /// Returns the first value that a unit has given for a key.
    pub(super) fn of_unit<Q>(&self, key: &Q, unit: &UnitKey) -> Option<&V>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let IndexEntries { first, others } = self.claims.get(key)?;
        if first.0 == *unit {
            return Some(&first.1);
        }
        let at = others.partition_point(|(other, _)| other < unit);
        others.get(at).filter(|(other, _)| other == unit).map(|(_, value)| value)
    }

    /// The keys, in no order.
    pub(super) fn keys(&self) -> impl Iterator<Item = &K> {
        self.claims.keys()
    }

    /// Returns the entries of all keys, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &(UnitKey, V)> {
        self.claims.values().flat_map(IndexEntries::iter)
    }
}

impl<K: Clone + Eq + Hash> MultiIndex<K, ()> {
    /// Follows what a unit gave before, and gives now. Gives back what may have another answer.
    pub(super) fn update(
        &mut self,
        unit: &UnitKey,
        before: Option<K>,
        now: Option<K>,
    ) -> impl Iterator<Item = K> + use<K> {
        let changed = if before == now { [None, None] } else { [before, now] };
        let [before, now] = &changed;
        before.iter().for_each(|before| self.release(before, unit));
        if let Some(now) = now {
            self.claim(now.clone(), unit, ());
        }
        changed.into_iter().flatten()
    }
}

impl<V> IndexEntries<V> {
    fn iter(&self) -> impl Iterator<Item = &(UnitKey, V)> {
        std::iter::once(&self.first).chain(&self.others)
    }
}

impl<K, V> Default for MultiIndex<K, V> {
    fn default() -> Self {
        Self { claims: PersistentMap::default() }
    }
}
