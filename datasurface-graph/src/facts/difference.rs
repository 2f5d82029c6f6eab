//! Differences between facts, by field.

use serde::Serialize;
use serde_json::{Map, Value};
use std::fmt;

/// The fields that identify the elements of lists: datasets, consumers, columns, statements, deadlines of zones.
const NAMES: [&str; 5] = ["key", "group", "name", "dataset", "zone"];

/// A field whose value differs between facts and earlier ones.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct FieldDifference {
    /// The path of the field, from the outside in: `detail.ingest.datasets.Orders/lines.schema.columns`.
    /// An element of a list is identified by its name.
    pub path: String,
    /// The names of the elements that were added, if the field is a list.
    /// An element without a name is represented by its JSON.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<String>,
    /// The names of the elements that were removed, if the field is a list.
    /// If nothing was added or removed, the value is another one, or the list has another order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<String>,
}

impl FieldDifference {
    /// Returns the difference between two lists, without the differences inside of an element.
    fn between_lists(path: &str, old: &Map<String, Value>, new: &Map<String, Value>) -> Option<Self> {
        let split = |list: &Map<String, Value>, other: &Map<String, Value>| -> (Vec<String>, Vec<String>) {
            list.keys().cloned().partition(|name| other.contains_key(name))
        };
        let ((before, removed), (after, added)) = (split(old, new), split(new, old));
        let is_same = before == after && added.is_empty() && removed.is_empty();
        (!is_same).then(|| Self { path: path.to_owned(), added, removed })
    }
}

/// `obligation.priority`, `detail.ingest.datasets +Orders/lines -Orders/heads`.
impl fmt::Display for FieldDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        self.added.iter().try_for_each(|name| write!(f, " +{name}"))?;
        self.removed.iter().try_for_each(|name| write!(f, " -{name}"))
    }
}

/// Two values of the field at this path.
type Pair = (String, Value, Value);

/// Returns every field in which two values of facts differ, ordered by path.
pub(super) fn between(old: Value, new: Value) -> Vec<FieldDifference> {
    let mut found = Vec::new();
    let mut waiting: Vec<Pair> = vec![(String::new(), old, new)];
    while let Some((path, old, new)) = waiting.pop() {
        match (old, new) {
            (old, new) if old == new => {}
            (Value::Object(old), Value::Object(new)) => waiting.extend(fields(&path, old, new)),
            (old, new) => match elements(old).zip(elements(new)) {
                Some((old, new)) => {
                    found.extend(FieldDifference::between_lists(&path, &old, &new));
                    waiting.extend(in_both(&path, old, new));
                }
                None => found.push(FieldDifference { path, added: Vec::new(), removed: Vec::new() }),
            },
        }
    }
    found.sort_unstable();
    found
}

/// The fields that are in either of two objects. One that is not written has no value.
fn fields(path: &str, mut old: Map<String, Value>, new: Map<String, Value>) -> Vec<Pair> {
    let pair = |(name, new): (String, Value)| {
        let old = old.remove(&name).unwrap_or_default();
        (inside(path, &name), old, new)
    };
    let mut pairs: Vec<Pair> = new.into_iter().map(pair).collect();
    pairs.extend(old.into_iter().map(|(name, old)| (inside(path, &name), old, Value::Null)));
    pairs
}

/// The elements that are in both of two lists.
fn in_both(path: &str, old: Map<String, Value>, mut new: Map<String, Value>) -> Vec<Pair> {
    let pairs =
        old.into_iter().filter_map(|(name, old)| Some((inside(path, &name), old, new.remove(&name)?)));
    pairs.collect()
}

fn inside(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// The elements of a list by name, if no two have the same. An empty list is seldom written.
fn elements(value: Value) -> Option<Map<String, Value>> {
    let list = match value {
        Value::Null => Vec::new(),
        Value::Array(list) => list,
        _ => return None,
    };
    let count = list.len();
    let elements: Map<String, Value> = list.into_iter().map(|element| (name(&element), element)).collect();
    (elements.len() == count).then_some(elements)
}

fn name(element: &Value) -> String {
    let named = NAMES.iter().find_map(|name| element.get(name)?.as_str());
    named.or(element.as_str()).map_or_else(|| element.to_string(), str::to_owned)
}
