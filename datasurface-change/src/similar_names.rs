//! Search among entities that differ in their names only, for those with a name similar to another one.

use std::collections::BTreeMap;

/// The count of neighbours that are compared, in each order and on each side of a name.
const NEIGHBOURS: usize = 8;

/// Things by what they are, to be [put in order](Alike::in_order) by their names.
pub(super) struct NamesByKind<K, T>(BTreeMap<K, Vec<(String, T)>>);

/// Things by what they are, and by what their names begin and end with.
pub(super) struct SortedNames<K, T>(BTreeMap<K, Names<T>>);

struct Names<T> {
    forwards: Vec<(String, T)>,
    backwards: Vec<(String, T)>,
}

impl<K, T> Default for NamesByKind<K, T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord, T: Copy> NamesByKind<K, T> {
    pub(super) fn add(&mut self, kind: K, name: &str, thing: T) {
        self.0.entry(kind).or_default().push((name.to_lowercase(), thing));
    }

    pub(super) fn in_order(self) -> SortedNames<K, T> {
        let names = self.0.into_iter().map(|(kind, things)| (kind, Names::new(things)));
        SortedNames(names.collect())
    }
}

impl<K: Ord, T: Copy> SortedNames<K, T> {
    /// A few things of this kind, among them those whose names begin or end most like this one: a name that is nearly
    /// another one does either. All of them if there are few. Some may come twice.
    pub(super) fn near<'n>(&'n self, kind: K, name: &str) -> impl Iterator<Item = T> + use<'n, K, T> {
        let name = name.to_lowercase();
        let around = |names: &'n Names<T>| {
            (around(&names.forwards, &name), around(&names.backwards, &reversed(&name)))
        };
        let (one, other) = self.0.get(&kind).map(around).unwrap_or_default();
        one.iter().chain(other).map(|(_, thing)| *thing)
    }
}

impl<T: Copy> Names<T> {
    fn new(mut forwards: Vec<(String, T)>) -> Self {
        let mut backwards: Vec<_> = forwards.iter().map(|(name, thing)| (reversed(name), *thing)).collect();
        for names in [&mut forwards, &mut backwards] {
            names.sort_by(|(one, _), (other, _)| one.cmp(other));
        }
        Self { forwards, backwards }
    }
}

fn around<'n, T>(names: &'n [(String, T)], name: &str) -> &'n [(String, T)] {
    let at = names.partition_point(|(other, _)| other.as_str() < name);
    let until = names.len().min(at + NEIGHBOURS);
    names.get(at.saturating_sub(NEIGHBOURS)..until).unwrap_or_default()
}

fn reversed(name: &str) -> String {
    name.chars().rev().collect()
}
