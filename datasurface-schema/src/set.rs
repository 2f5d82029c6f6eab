//! A set of a few things.
//!
//! A collection that grows large, one by one and out of order, is collected first and then becomes a set: each insertion moves what
//! comes behind it.

use serde::{Deserialize, Deserializer, Serialize};
use std::{borrow::Borrow, fmt, slice, vec};

/// A set in order, made for the handful of things that most of what is said of an entity is: one sorted vector. Building
/// one takes no longer than sorting does; [inserting](Self::insert) into one moves whatever comes behind.
///
/// ```
/// use datasurface_schema::{Set, Tag};
/// let tags: Set<Tag> = ["gold", "daily", "gold"].map(Tag::from).into();
/// assert!(tags.contains("gold") && tags.len() == 2);
/// assert_eq!(tags.first(), Some(&Tag::from("daily")));
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Set<T>(Vec<T>);

impl<T> Set<T> {
    /// Creates an empty set.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// The elements, in order.
    pub fn iter(&self) -> slice::Iter<'_, T> {
        self.0.iter()
    }

    /// The count of elements.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The least element.
    #[must_use]
    pub fn first(&self) -> Option<&T> {
        self.0.first()
    }
}

impl<T: Ord> Set<T> {
    /// Adds an element. Returns whether it was new.
    pub fn insert(&mut self, element: T) -> bool {
        if self.0.last().is_none_or(|last| *last < element) {
            // Most sets stay with one element, and a vector that grows makes room for four.
            if self.0.is_empty() {
                self.0.reserve_exact(1);
            }
            self.0.push(element);
            return true;
        }
        let Err(place) = self.search(&element) else { return false };
        self.0.insert(place, element);
        true
    }

    /// Whether the set contains this element.
    pub fn contains<Q>(&self, element: &Q) -> bool
    where
        T: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        self.search(element).is_ok()
    }

    /// Returns the elements from this one on, in order; it need not be there.
    pub fn iter_from<Q>(&self, first: &Q) -> slice::Iter<'_, T>
    where
        T: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        let (Ok(start) | Err(start)) = self.search(first);
        self.0.get(start..).unwrap_or_default().iter()
    }

    /// Returns the index of an element, or as an error the index at which to insert it.
    fn search<Q>(&self, element: &Q) -> Result<usize, usize>
    where
        T: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        self.0.binary_search_by(|other| other.borrow().cmp(element))
    }
}

impl<T> Default for Set<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for Set<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self).finish()
    }
}

impl<T: Ord> Extend<T> for Set<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, elements: I) {
        self.0.extend(elements);
        self.0.sort();
        self.0.dedup();
    }
}

impl<T: Ord> FromIterator<T> for Set<T> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        Self::from(elements.into_iter().collect::<Vec<T>>())
    }
}

impl<T: Ord> From<Vec<T>> for Set<T> {
    fn from(mut elements: Vec<T>) -> Self {
        elements.sort();
        elements.dedup();
        elements.shrink_to_fit();
        Self(elements)
    }
}

impl<T: Ord, const N: usize> From<[T; N]> for Set<T> {
    fn from(elements: [T; N]) -> Self {
        Self::from(Vec::from(elements))
    }
}

impl<T> IntoIterator for Set<T> {
    type Item = T;
    type IntoIter = vec::IntoIter<T>;

    fn into_iter(self) -> vec::IntoIter<T> {
        self.0.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Set<T> {
    type Item = &'a T;
    type IntoIter = slice::Iter<'a, T>;

    fn into_iter(self) -> slice::Iter<'a, T> {
        self.iter()
    }
}

impl<'de, T: Deserialize<'de> + Ord> Deserialize<'de> for Set<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(feature = "json-schema")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for Set<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        std::collections::BTreeSet::<T>::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        std::collections::BTreeSet::<T>::json_schema(generator)
    }
}
