//! A collection of entities by name.

use crate::name::Name;
use std::{borrow::Borrow, fmt, hash::Hash, sync::Arc};

/// Something that is known by a name among its siblings.
pub trait Entity: Clone + Ord {
    /// The type of the name.
    type Name: Clone + Ord + Hash + fmt::Debug + fmt::Display;

    /// The name.
    fn name(&self) -> &Self::Name;
}

impl<T: Entity> Entity for Arc<T> {
    type Name = T::Name;

    fn name(&self) -> &T::Name {
        T::name(self)
    }
}

/// Entities by name: iterated in canonical order, equal whatever the order of insertion, and keeping duplicates,
/// which validation then reports.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Named<T> {
    /// Sorted by name, and by content where names are equal.
    sorted: Vec<T>,
}

impl<T: Entity> Named<T> {
    /// Adds an entity. One that is already there under this name stays.
    pub fn insert(&mut self, entity: T) {
        let goes_last = |last: &T| (last.name(), last) <= (entity.name(), &entity);
        if self.sorted.last().is_none_or(goes_last) {
            self.sorted.push(entity);
        } else {
            let before = |other: &T| (other.name(), other) < (entity.name(), &entity);
            self.sorted.insert(self.sorted.partition_point(before), entity);
        }
    }

    /// The first entity of this name.
    pub fn get<Q>(&self, name: &Q) -> Option<&T>
    where
        T::Name: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        let at = self.position(name);
        self.sorted.get(at).filter(|found| found.name().borrow() == name)
    }

    /// The position of the first entity of this name in the order of names.
    pub fn index_of<Q>(&self, name: &Q) -> Option<usize>
    where
        T::Name: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        let at = self.position(name);
        self.sorted.get(at).filter(|found| found.name().borrow() == name).map(|_| at)
    }

    /// Takes every entity of this name out and gives the first one back.
    pub fn remove<Q>(&mut self, name: &Q) -> Option<T>
    where
        T::Name: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        let from = self.position(name);
        let to =
            from + self.sorted.iter().skip(from).take_while(|found| found.name().borrow() == name).count();
        self.sorted.drain(from..to).next()
    }

    fn position<Q>(&self, name: &Q) -> usize
    where
        T::Name: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        self.sorted.partition_point(|other| other.name().borrow() < name)
    }
}

impl<T> Named<T> {
    /// The entities, ordered by name.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.sorted.iter()
    }

    /// The entity at this position in the order of names.
    #[must_use]
    pub fn at(&self, position: usize) -> Option<&T> {
        self.sorted.get(position)
    }

    /// How many there are, duplicates included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sorted.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }
}

impl<T: Entity> Named<T>
where
    T::Name: Name,
{
    /// The names, in order.
    pub fn names(&self) -> impl Iterator<Item = &T::Name> {
        self.sorted.iter().map(Entity::name)
    }
}

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self { sorted: Vec::new() }
    }
}

impl<T: fmt::Debug> fmt::Debug for Named<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.sorted).finish()
    }
}

impl<T: Entity> Extend<T> for Named<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, entities: I) {
        self.sorted.extend(entities);
        self.sorted.sort_by(|a, b| (a.name(), a).cmp(&(b.name(), b)));
    }
}

impl<T: Entity> FromIterator<T> for Named<T> {
    fn from_iter<I: IntoIterator<Item = T>>(entities: I) -> Self {
        let mut named = Self::default();
        named.extend(entities);
        named
    }
}

impl<'a, T> IntoIterator for &'a Named<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
