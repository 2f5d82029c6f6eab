//! Differences between the attributes of a resource and those that it had.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::{collections::BTreeMap, fmt};

/// The members that identify the elements of lists, such as columns.
const NAMES: [&str; 3] = ["name", "key", "dataset"];

/// A value in the attributes of a resource that differs from what it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttributeDifference {
    /// The path of the value, from the outside in: `columns.city.data_type`. An element of a list is identified by its name.
    pub path: String,
    /// The value as it was; `None` if there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// The value as it is; `None` if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

/// `columns.city.data_type: "text" -> "integer"`.
impl fmt::Display for AttributeDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let written = |value: &Option<Value>| value.as_ref().map_or("nothing".to_owned(), Value::to_string);
        write!(f, "{}: {} -> {}", self.path, written(&self.before), written(&self.after))
    }
}

/// Returns every value that differs, ordered by path. What is on one side only is one difference, whatever is in it.
pub(super) fn between(
    old: &BTreeMap<String, Value>,
    new: &BTreeMap<String, Value>,
) -> Vec<AttributeDifference> {
    let mut waiting: Vec<(String, Option<Value>, Option<Value>)> = Vec::new();
    let names = old.keys().chain(new.keys().filter(|name| !old.contains_key(*name)));
    waiting.extend(names.map(|name| (name.clone(), old.get(name).cloned(), new.get(name).cloned())));
    let mut found = Vec::new();
    while let Some((path, before, after)) = waiting.pop() {
        if before == after {
            continue;
        }
        match before.as_ref().and_then(members).zip(after.as_ref().and_then(members)) {
            // The same members in another order differ as a whole.
            Some((old, new)) if old != new => waiting.extend(in_either(&path, old, new)),
            _ => found.push(AttributeDifference { path, before, after }),
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

fn in_either(
    path: &str,
    mut old: Map<String, Value>,
    new: Map<String, Value>,
) -> Vec<(String, Option<Value>, Option<Value>)> {
    let inside = |name: &str| format!("{path}.{name}");
    let pair = |(name, after): (String, Value)| (inside(&name), old.remove(&name), Some(after));
    let mut pairs: Vec<_> = new.into_iter().map(pair).collect();
    pairs.extend(old.into_iter().map(|(name, before)| (inside(&name), Some(before), None)));
    pairs
}

/// The members of an object, or the elements of a list by name, if each has a name, and none the same.
fn members(value: &Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(members) => Some(members.clone()),
        Value::Array(list) => {
            let named = list.iter().map(|element| {
                let name = NAMES.iter().find_map(|name| element.get(name)?.as_str())?;
                Some((name.to_owned(), element.clone()))
            });
            let named = named.collect::<Option<Map<String, Value>>>()?;
            (named.len() == list.len()).then_some(named)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(old: &Value, new: &Value) -> Vec<String> {
        let [old, new] = [old, new].map(|value| value.as_object().unwrap().clone().into_iter().collect());
        between(&old, &new).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn elements_of_lists_are_compared_by_name() {
        let old = json!({"columns": [{"name": "a", "type": "text"}, {"name": "b"}], "key": ["a"], "same": 1});
        let new = json!({"columns": [{"name": "c"}, {"name": "a", "type": "date"}], "key": ["c"], "same": 1});
        assert_eq!(
            said(&old, &new),
            [
                r#"columns.a.type: "text" -> "date""#,
                r#"columns.b: {"name":"b"} -> nothing"#,
                r#"columns.c: nothing -> {"name":"c"}"#,
                r#"key: ["a"] -> ["c"]"#,
            ]
        );
    }

    #[test]
    fn another_order_is_a_difference() {
        let old = json!({"columns": [{"name": "a"}, {"name": "b"}]});
        let new = json!({"columns": [{"name": "b"}, {"name": "a"}]});
        assert_eq!(said(&old, &new).len(), 1);
        assert!(said(&old, &old).is_empty());
    }
}
