//! Documents as they are saved, damaged anywhere: what people, and programs, get wrong.

use super::arbitrary::{adversarial_strings, arbitrary_ecosystems};
use crate::ecosystems;
use datasurface_document::to_value;
use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Parts of the paths below which any value is allowed.
const FREE: [&str; 5] = ["/config", "/settings", "/properties", "/avro", "/schema"];

/// Generates documents with one to three damages.
pub fn damaged(documents: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    (documents, vec(damages(), 1..4)).prop_map(|(document, damages)| {
        damages.into_iter().fold(document, |document, damage| damage.apply(document))
    })
}

/// Returns the document with every damage at each of its places, one at a time. Of places that are the same to the
/// format, only the first is damaged, and none that is in `seen`, which lists the places of earlier documents.
pub fn all_damaged(document: &Value, seen: &mut BTreeSet<String>) -> impl Iterator<Item = Value> {
    let replaced = invalid_values().into_iter().map(DamageKind::Replace);
    let kind: Vec<DamageKind> =
        replaced.chain([DamageKind::Wrap(Value::Null), DamageKind::Remove, DamageKind::Repeat]).collect();
    let place = |path: &str| path.replace(|digit: char| digit.is_ascii_digit(), "");
    let new = paths(document).into_iter().filter(|path| seen.insert(place(path)));
    new.collect::<Vec<_>>().into_iter().flat_map(move |path| {
        let damaged = |kind: &DamageKind| damaged_at(document.clone(), &path, kind.clone(), None);
        kind.iter().map(damaged).collect::<Vec<_>>()
    })
}

/// Generates documents with one object replaced by a list of its values, or of the first few of them.
pub fn with_positional_object(documents: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    let document = (documents, any::<Index>(), any::<Index>());
    document.prop_filter_map("nothing is an object", |(mut document, at, length)| {
        let is_object = |path: &String| {
            document.pointer(path).is_some_and(Value::is_object)
                && !FREE.iter().any(|free| path.contains(free))
        };
        let objects: Vec<String> = paths(&document).into_iter().filter(is_object).collect();
        if objects.is_empty() {
            return None;
        }
        let node = document.pointer_mut(at.get(&objects).as_str())?;
        let values: Vec<Value> = node.as_object()?.values().cloned().collect();
        // serde would take a shorter list, too, where what is missing can be left out.
        let length = length.index(values.len() + 1);
        *node = values.into_iter().take(length).collect();
        Some(document)
    })
}

/// Generates documents of ecosystems, as trees: of valid ecosystems, and of arbitrary ones.
pub fn documents() -> impl Strategy<Value = Value> {
    prop_oneof![
        arbitrary_ecosystems().prop_map(|ecosystem| to_value(&ecosystem)),
        ecosystems().prop_map(|ecosystem| to_value(&ecosystem)),
    ]
}

#[derive(Debug)]
struct Damage {
    at: Index,
    kind: DamageKind,
}

#[derive(Clone, Debug)]
enum DamageKind {
    Replace(Value),
    /// By a value from elsewhere in the document.
    Copy(Index),
    /// By an object in which it is what the text means, or a member.
    Wrap(Value),
    Remove,
    Add(String, Value),
    Repeat,
}

fn damages() -> impl Strategy<Value = Damage> {
    let values = prop_oneof![
        adversarial_strings().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        select(invalid_values()),
    ];
    let names = select(vec![
        "name",
        "documentation",
        "renamed_from",
        "production",
        "allow",
        "columns",
        "avro",
        "postgres",
        "nonsense",
    ]);
    let kind = prop_oneof![
        values.clone().prop_map(DamageKind::Replace),
        any::<Index>().prop_map(DamageKind::Copy),
        values.clone().prop_map(DamageKind::Wrap),
        Just(DamageKind::Remove),
        (names, values).prop_map(|(name, value)| DamageKind::Add(name.to_owned(), value)),
        Just(DamageKind::Repeat),
    ];
    (any::<Index>(), kind).prop_map(|(at, kind)| Damage { at, kind })
}

/// Returns values that are wrong nearly everywhere.
fn invalid_values() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(99_999),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(-0.0),
        json!(1e300),
        json!([]),
        json!({}),
        json!("external"),
        json!("platform_managed"),
        json!("high"),
        json!("5min"),
        json!(" 5 min"),
        json!("0 days"),
        json!("2026-1-1"),
        json!("+2026-01-01"),
        json!("06:30 Europe/Berlin"),
        json!("6:30 UTC"),
    ]
}

impl Damage {
    fn apply(self, document: Value) -> Value {
        let paths = paths(&document);
        let copied = match &self.kind {
            DamageKind::Copy(from) => document.pointer(from.get(&paths).as_str()).cloned(),
            _ => None,
        };
        damaged_at(document, self.at.get(&paths).as_str(), self.kind, copied)
    }
}

fn damaged_at(mut document: Value, at: &str, kind: DamageKind, copied: Option<Value>) -> Value {
    if let DamageKind::Remove = kind {
        remove(&mut document, at);
        return document;
    }
    let Some(node) = document.pointer_mut(at) else { return document };
    match (kind, &mut *node) {
        (DamageKind::Replace(value), _) => *node = value,
        (DamageKind::Copy(_), _) => *node = copied.unwrap_or_default(),
        (DamageKind::Wrap(value), Value::String(name)) => {
            *node = Map::from_iter([(name.clone(), value)]).into()
        }
        (DamageKind::Wrap(_), _) => *node = json!([node.take()]),
        (DamageKind::Add(name, value), Value::Object(members)) => _ = members.insert(name, value),
        (DamageKind::Add(_, value), Value::Array(elements)) => elements.push(value),
        (DamageKind::Repeat, Value::Array(elements)) => elements.extend_from_within(..elements.len().min(1)),
        (DamageKind::Add(..) | DamageKind::Repeat | DamageKind::Remove, _) => {}
    }
    document
}

fn remove(document: &mut Value, at: &str) {
    let Some((parent, last)) = at.rsplit_once('/') else { return };
    match document.pointer_mut(parent) {
        Some(Value::Object(members)) => _ = members.shift_remove(&last.replace("~1", "/").replace("~0", "~")),
        Some(Value::Array(elements)) => _ = last.parse().map(|at: usize| elements.remove(at)),
        _ => {}
    }
}

/// Where there are values inside a document, as JSON pointers.
fn paths(document: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = vec![(String::new(), document)];
    while let Some((path, value)) = rest.pop() {
        match value {
            Value::Object(members) => {
                let escaped = |name: &str| name.replace('~', "~0").replace('/', "~1");
                rest.extend(members.iter().map(|(name, value)| (format!("{path}/{}", escaped(name)), value)));
            }
            Value::Array(elements) => {
                rest.extend(elements.iter().enumerate().map(|(at, value)| (format!("{path}/{at}"), value)));
            }
            _ => {}
        }
        found.push(path);
    }
    found.retain(|path| !path.is_empty());
    found
}
