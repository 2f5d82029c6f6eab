//! Sets, as lists that say nothing twice: of two that are the same, one may have been meant to be another.

use super::{objects::Object, settings::given_twice};
use datasurface_model::Set;
use rustc_hash::{FxBuildHasher, FxHashSet};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeSeed, SeqAccess, Visitor},
};
use std::{
    fmt,
    hash::{BuildHasher, Hash},
    marker::PhantomData,
};

/// A set.
pub(super) fn set<'de, D, T>(deserializer: D) -> Result<Set<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Ord + Hash + Serialize,
{
    elements::<D, T, T>(deserializer)
}

/// A set that means something else than none, even if it is empty. So `null` must not be taken for nothing: in YAML it is what an
/// empty list looks like to whoever forgot the brackets.
pub(super) fn said_set<'de, D, T>(deserializer: D) -> Result<Option<Set<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Ord + Hash + Serialize,
{
    set(deserializer).map(Some)
}

/// The same, of objects: one with a problem, which is noted, does not keep the others from being read.
pub(super) fn said_object_set<'de, D, T>(deserializer: D) -> Result<Option<Set<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Ord + Hash + Serialize,
{
    elements::<D, Object<T>, T>(deserializer).map(Some)
}

/// A set of what can be made of what is read.
fn elements<'de, D, R, T>(deserializer: D) -> Result<Set<T>, D::Error>
where
    D: Deserializer<'de>,
    R: Deserialize<'de> + Into<Option<T>>,
    T: Ord + Hash + Serialize,
{
    deserializer.deserialize_seq(SetVisitor::<R, T>(PhantomData))
}

struct SetVisitor<R, T>(PhantomData<(R, T)>);

impl<'de, R, T> Visitor<'de> for SetVisitor<R, T>
where
    R: Deserialize<'de> + Into<Option<T>>,
    T: Ord + Hash + Serialize,
{
    type Value = Set<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Set<T>, A::Error> {
        // Nearly every set is of one.
        let mut read = SetElements { elements: Vec::with_capacity(1), hashes: FxHashSet::default() };
        while elements.next_element_seed(ElementSeed::<R, T>(&mut read, PhantomData))?.is_some() {}
        Ok(read.elements.into())
    }
}

/// The elements that were read so far, in the order of the document, and their hashes: a long list may be in any order.
struct SetElements<T> {
    elements: Vec<T>,
    hashes: FxHashSet<u64>,
}

impl<T: Eq + Hash> SetElements<T> {
    fn has(&mut self, element: &T) -> bool {
        let hash = |element: &T| FxBuildHasher.hash_one(element);
        !self.hashes.insert(hash(element)) && self.elements.contains(element)
    }
}

/// An element that is new: read one by one, so that it is the second one that is refused.
struct ElementSeed<'s, R, T>(&'s mut SetElements<T>, PhantomData<R>);

impl<'de, R, T> DeserializeSeed<'de> for ElementSeed<'_, R, T>
where
    R: Deserialize<'de> + Into<Option<T>>,
    T: Eq + Hash + Serialize,
{
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let Some(element) = R::deserialize(deserializer)?.into() else { return Ok(()) };
        if self.0.has(&element) {
            return Err(given_twice(written(&element)));
        }
        self.0.elements.push(element);
        Ok(())
    }
}

/// An element, as a document has it.
fn written<T: Serialize>(element: &T) -> String {
    match serde_json::to_value(element) {
        Ok(serde_json::Value::String(text)) => text,
        Ok(value) => value.to_string(),
        Err(_) => String::new(),
    }
}
