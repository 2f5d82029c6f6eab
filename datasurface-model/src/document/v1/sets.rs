//! Sets, as lists that say nothing twice: of two that are the same, one may have been meant to be another.

use super::settings::given_twice;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeSeed, SeqAccess, Visitor},
};
use std::{collections::BTreeSet, fmt, marker::PhantomData};

/// A set.
pub(super) fn set<'de, D, T>(deserializer: D) -> Result<BTreeSet<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Ord + Serialize,
{
    deserializer.deserialize_seq(SetVisitor(PhantomData))
}

/// A set that means something else than none, even if it is empty. So `null` must not be taken for nothing: in YAML it is what an
/// empty list looks like to whoever forgot the brackets.
pub(super) fn said_set<'de, D, T>(deserializer: D) -> Result<Option<BTreeSet<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Ord + Serialize,
{
    set(deserializer).map(Some)
}

struct SetVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de> + Ord + Serialize> Visitor<'de> for SetVisitor<T> {
    type Value = BTreeSet<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<BTreeSet<T>, A::Error> {
        let mut set = BTreeSet::new();
        while elements.next_element_seed(Added(&mut set))?.is_some() {}
        Ok(set)
    }
}

/// An element that is new: read one by one, so that it is the second one that is refused.
struct Added<'s, T>(&'s mut BTreeSet<T>);

impl<'de, T: Deserialize<'de> + Ord + Serialize> DeserializeSeed<'de> for Added<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let element = T::deserialize(deserializer)?;
        if self.0.contains(&element) {
            return Err(given_twice(written(&element)));
        }
        self.0.insert(element);
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
