//! A map of a few things.

use crate::gather;
use std::{borrow::Borrow, slice, vec};

/// A map in order of keys: one sorted vector, as a [`Set`](crate::Set) is.
#[derive(Clone, Debug)]
pub(crate) struct Map<K, V>(Vec<(K, V)>);

impl<K: Ord, V> Map<K, V> {
    /// Of pairs with different keys, in any order, however many: inserting each of them would move all that come behind it.
    pub(crate) fn of(mut pairs: Vec<(K, V)>) -> Self {
        gather::sort_by(&mut pairs, |(one, _), (other, _)| one.cmp(other));
        Self(pairs)
    }

    /// All the values of each key, in the order in which they come.
    pub(crate) fn grouped(mut pairs: Vec<(K, V)>) -> Map<K, Vec<V>> {
        gather::sort_by(&mut pairs, |(one, _), (other, _)| one.cmp(other));
        let mut groups: Vec<(K, Vec<V>)> = Vec::new();
        for (key, value) in pairs {
            match groups.last_mut() {
                Some((last, group)) if *last == key => group.push(value),
                _ => groups.push((key, vec![value])),
            }
        }
        Map(groups)
    }

    /// Puts a value in, and gives back the one that was there.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.search(&key) {
            Ok(place) => self.0.get_mut(place).map(|(_, there)| std::mem::replace(there, value)),
            Err(place) => {
                self.0.insert(place, (key, value));
                None
            }
        }
    }

    /// Changes a value, which is made first if there is none.
    pub(crate) fn change<T>(&mut self, key: K, change: impl FnOnce(&mut V) -> T) -> Option<T>
    where
        V: Default,
    {
        let place = self.search(&key).unwrap_or_else(|place| {
            self.0.insert(place, (key, V::default()));
            place
        });
        self.0.get_mut(place).map(|(_, value)| change(value))
    }

    pub(crate) fn get_mut<Q>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        let place = self.search(key).ok()?;
        self.0.get_mut(place).map(|(_, value)| value)
    }

    pub(crate) fn get<Q>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        self.search(key).ok().and_then(|place| self.0.get(place)).map(|(_, value)| value)
    }

    fn search<Q>(&self, key: &Q) -> Result<usize, usize>
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        gather::search(self.0.len(), &|place| Some(self.0.get(place)?.0.borrow().cmp(key)))
    }
}

impl<K, V> Map<K, V> {
    /// In order.
    pub(crate) fn iter(&self) -> slice::Iter<'_, (K, V)> {
        self.0.iter()
    }
}

impl<K, V> Default for Map<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K, V> IntoIterator for Map<K, V> {
    type Item = (K, V);
    type IntoIter = vec::IntoIter<(K, V)>;

    fn into_iter(self) -> vec::IntoIter<(K, V)> {
        self.0.into_iter()
    }
}
