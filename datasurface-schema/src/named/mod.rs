//! A collection of entities by name.

mod difference;
mod iter;
mod node;
#[cfg(test)]
mod tests;

pub use difference::Difference;
pub use iter::Iter;

use crate::name::Name;
use node::{Node, WIDTH, own};
use std::{
    borrow::Borrow,
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};

/// An entity, which is known by a name among its siblings.
pub trait Entity: Clone + Ord {
    /// The type of the name.
    type Name: Clone + Ord + fmt::Debug;

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
///
/// A clone is cheap, and shares with the original what neither has changed since: of two versions, it takes no longer to
/// find [what differs](Self::difference) than there is difference.
///
/// ```
/// use datasurface_schema::{DatasetName, Entity, Named};
/// #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
/// struct Dataset(DatasetName);
/// impl Entity for Dataset {
///     type Name = DatasetName;
///     fn name(&self) -> &DatasetName {
///         &self.0
///     }
/// }
///
/// let dataset = |name: &str| Dataset(name.into());
/// let old: Named<Dataset> = ["customers", "orders"].map(dataset).into_iter().collect();
/// let mut new = old.clone();
/// new.insert(dataset("products"));
/// assert_eq!(old.difference(&new).collect::<Vec<_>>(), [(None, Some(&dataset("products")))]);
/// ```
#[derive(Clone)]
pub struct Named<T> {
    /// Sorted by name, and by content where names are equal. Nothing if there is none.
    root: Option<Arc<Node<T>>>,
}

impl<T: Entity> Named<T> {
    /// Adds an entity. One that is already there under this name stays.
    pub fn insert(&mut self, entity: T) {
        let is_before = |other: &T| order(other, &entity).is_lt();
        let index = match &self.root {
            Some(root) if !root.last().is_none_or(is_before) => root.rank(&is_before),
            _ => self.len(),
        };
        self.insert_at(index, entity);
    }

    fn insert_at(&mut self, index: usize, entity: T) {
        match &mut self.root {
            None => self.root = Some(Arc::new(Node::Leaf(vec![entity]))),
            Some(root) => {
                let right = own(root).and_then(|root| root.insert(index, entity));
                if let Some(right) = right {
                    *root = Arc::new(Node::from_children(vec![Arc::clone(root), Arc::new(right)]));
                }
            }
        }
    }

    /// Builds a collection from sorted entities, with nodes as full as can be.
    fn from_sorted(sorted: Vec<T>) -> Self {
        let mut nodes = rows(sorted, Node::Leaf);
        while nodes.len() > 1 {
            nodes = rows(nodes, Node::from_children);
        }
        Self { root: nodes.pop() }
    }

    /// Returns the first entity of this name.
    pub fn get<Q>(&self, name: &Q) -> Option<&T>
    where
        T::Name: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        // Few large entities, of which most are in no cache: in turn, a processor loads many at once. Of a search by halves,
        // each step waits for the one before.
        self.near(name).iter().find(|entity| entity.name().borrow() == name)
    }

    /// Returns a few entities in a row, among which is the first one of this name, if there is any: the first step of
    /// [`get`](Self::get), for those who look many names up in many collections.
    pub fn near<Q>(&self, name: &Q) -> &[T]
    where
        T::Name: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        match &self.root {
            Some(root) => root.leaf(&|other: &T| other.name().borrow() < name),
            None => &[],
        }
    }

    /// Returns every entity of this name: several only if the name is a duplicate.
    pub fn get_all<'a, Q>(&'a self, name: &'a Q) -> impl Iterator<Item = &'a T>
    where
        T::Name: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        let from = self.index_of(name).unwrap_or(self.len());
        (from..).map_while(|at| self.get_index(at)).take_while(move |entity| entity.name().borrow() == name)
    }

    /// Returns the position of the first entity of this name in the order of names.
    pub fn index_of<Q>(&self, name: &Q) -> Option<usize>
    where
        T::Name: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        let is_before = |other: &T| other.name().borrow() < name;
        let root = self.root.as_ref()?;
        let index = root.rank(&is_before);
        root.get(index).filter(|entity| entity.name().borrow() == name).map(|_| index)
    }

    /// Removes every entity of this name and returns the first one.
    pub fn remove<Q>(&mut self, name: &Q) -> Option<T>
    where
        T::Name: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        let mut first = None;
        while let Some(index) = self.index_of(name) {
            let removed = self.remove_at(index);
            first = first.or(removed);
        }
        first
    }

    /// Removes and returns one entity that is equal to this one.
    pub fn take(&mut self, entity: &T) -> Option<T> {
        let index = self.root.as_ref()?.rank(&|other: &T| order(other, entity).is_lt());
        self.get_index(index).filter(|found| *found == entity)?;
        self.remove_at(index)
    }

    fn remove_at(&mut self, index: usize) -> Option<T> {
        let root = self.root.as_mut()?;
        let removed = own(root)?.remove(index);
        while let Some(child) = root.lowered() {
            *root = child;
        }
        if root.len() == 0 {
            self.root = None;
        }
        removed
    }

    /// Compares this collection with a newer version: returns entities that were removed, entities that were added,
    /// and pairs of the same name that differ. Entities of the same name are paired in order.
    #[must_use]
    pub fn difference<'a>(&'a self, newer: &'a Self) -> Difference<'a, T> {
        Difference::between(self.root.as_ref(), newer.root.as_ref())
    }
}

impl<T> Named<T> {
    /// The entities, ordered by name.
    #[must_use]
    pub fn iter(&self) -> Iter<'_, T> {
        Iter::new(self.root.as_ref())
    }

    /// Returns the entity at this position in the order of names.
    #[must_use]
    pub fn get_index(&self, position: usize) -> Option<&T> {
        self.root.as_ref()?.get(position)
    }

    /// The count of entities, duplicates included.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.root {
            Some(root) => root.len(),
            None => 0,
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.root.is_none()
    }
}

impl<T: Entity> Named<T>
where
    T::Name: Name,
{
    /// The names, in order.
    pub fn names(&self) -> impl Iterator<Item = &T::Name> + Clone {
        self.iter().map(Entity::name)
    }
}

/// By name, and by content where names are equal.
fn order<T: Entity>(one: &T, other: &T) -> Ordering {
    one.name().cmp(other.name()).then_with(|| one.cmp(other))
}

/// Nodes over as many elements, or nodes, as one can have, in order.
fn rows<E, T>(elements: Vec<E>, node: impl Fn(Vec<E>) -> Node<T>) -> Vec<Arc<Node<T>>> {
    let mut rest = elements.into_iter();
    let row = || Some(rest.by_ref().take(WIDTH).collect::<Vec<_>>()).filter(|row| !row.is_empty());
    std::iter::from_fn(row).map(|row| Arc::new(node(row))).collect()
}

/// In the order in which a [`Named`] has them.
pub(crate) fn sorted<T: Entity>(mut entities: Vec<T>) -> Vec<T> {
    entities.sort_by(order);
    entities
}

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self { root: None }
    }
}

impl<T: Entity> PartialEq for Named<T> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len()
            && match (self.root.as_deref(), other.root.as_deref()) {
                // Most collections are small: two runs of elements need not be walked beside each other as trees are.
                (Some(Node::Leaf(one)), Some(Node::Leaf(two))) => std::ptr::eq(one, two) || one == two,
                _ => self.difference(other).next().is_none(),
            }
    }
}

impl<T: Entity> Eq for Named<T> {}

impl<T: Entity> PartialOrd for Named<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: Entity> Ord for Named<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.iter().cmp(other.iter())
    }
}

impl<T: Hash> Hash for Named<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_usize(self.len());
        self.iter().for_each(|entity| entity.hash(state));
    }
}

impl<T: fmt::Debug> fmt::Debug for Named<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<T: Entity> Extend<T> for Named<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, entities: I) {
        if self.is_empty() {
            *self = Self::from_sorted(sorted(entities.into_iter().collect()));
            return;
        }
        for entity in entities {
            self.insert(entity);
        }
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
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}
