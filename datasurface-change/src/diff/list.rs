//! Lists of a document whose elements have names.

use datasurface_model::{Text, segment};
use serde_json::Value;
use std::collections::BTreeMap;

/// The members that can name an element, in this order.
const NAMES: [&str; 4] = [segment::NAME, segment::GROUP, segment::DATASTORE, segment::DATASET];

/// The attribute in which an element says that it had another name.
pub(super) const FORMER_NAME: &str = segment::RENAMED_FROM;

/// The elements of a list by name; nothing if some have none, or two the same.
pub(super) fn by_name(list: &[Value]) -> Option<BTreeMap<&str, &Value>> {
    let mut named = BTreeMap::new();
    for element in list {
        if named.insert(name(element)?, element).is_some() {
            return None;
        }
    }
    Some(named)
}

/// The name of an element.
pub(super) fn name(element: &Value) -> Option<&str> {
    NAMES.iter().find_map(|attribute| element.get(attribute))?.as_str()
}

/// The name that an element says it had before.
pub(super) fn former_name(element: &Value) -> Option<&str> {
    element.get(FORMER_NAME)?.as_str()
}

/// Gives an element another name.
pub(super) fn rename(element: &mut Value, name: &str) {
    if let Some(attribute) = NAMES.iter().find(|attribute| element.get(attribute).is_some())
        && let Some(value) = element.get_mut(attribute)
    {
        *value = name.into();
    }
}

/// The order of the elements of a list while it changes. A list that is sorted stays sorted, any other grows at its
/// end: so that nothing need be said about the order of lists that are always sorted, and everything about that of
/// others.
pub(super) struct ElementOrder(Vec<Text>);

impl ElementOrder {
    pub(super) fn new<'v>(list: impl IntoIterator<Item = &'v Value>) -> Self {
        Self(list.into_iter().map(|element| name(element).unwrap_or_default().into()).collect())
    }

    pub(super) fn remove(&mut self, name: &str) -> Option<usize> {
        let at = self.0.iter().position(|other| other == name)?;
        self.0.remove(at);
        Some(at)
    }

    /// Inserts the next element and returns its index.
    pub(super) fn insert(&mut self, name: &str) -> usize {
        let at = if self.0.is_sorted() {
            self.0.partition_point(|other| other.as_str() < name)
        } else {
            self.0.len()
        };
        self.0.insert(at, name.into());
        at
    }

    /// Renames an element and returns its former and its new index.
    pub(super) fn rename(&mut self, from: &str, to: &str) -> Option<(usize, usize)> {
        let was_sorted = self.0.is_sorted();
        let from = self.remove(from)?;
        let at = if was_sorted { self.0.partition_point(|other| other.as_str() < to) } else { from };
        self.0.insert(at, to.into());
        Some((from, at))
    }

    pub(super) fn into_names(self) -> Vec<Text> {
        self.0
    }
}
