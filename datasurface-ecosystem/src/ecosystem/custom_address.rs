//! The place of a container that a plug-in knows: what its properties say of it.

use super::address::canonical_host;
use datasurface_schema::{Json, Text, Value};
use std::collections::BTreeSet;

/// The names of properties that say where something is, in small letters without what parts words. Others say how it is used.
const PLACES: [&str; 20] = [
    "account", "address", "bucket", "catalog", "cluster", "database", "db", "endpoint", "file", "folder",
    "host", "hostname", "instance", "path", "project", "schema", "server", "service", "uri", "url",
];

/// Returns the address of a container of a technology with these properties; none if they say nothing, so that a plug-in alone knows what it is.
/// Properties that say no place are the address all together.
pub(super) fn custom_address(technology: &str, properties: &Json) -> Option<Text> {
    if matches!(properties.as_str(), "{}" | "null") {
        return None;
    }
    // Whatever each is called: one writes `host`, and another one `server`.
    let mut places = BTreeSet::new();
    let mut open = vec![(false, properties.value())];
    while let Some((is_place, value)) = open.pop() {
        match value {
            Value::Object(members) => {
                open.extend(members.into_iter().map(|(name, value)| (is_place || names_place(&name), value)));
            }
            Value::Array(elements) => open.extend(elements.into_iter().map(|value| (is_place, value))),
            Value::String(text) if is_place => drop(places.insert(canonical_host(&text.to_lowercase()))),
            Value::Number(number) if is_place => drop(places.insert(number.to_string())),
            _ => {}
        }
    }
    let place = match places.is_empty() {
        true => properties.as_str().to_owned(),
        false => places.into_iter().collect::<Vec<_>>().join(" "),
    };
    Some(format!("custom {} {place}", technology.to_lowercase()).into())
}

fn names_place(name: &str) -> bool {
    let letters: String = name.chars().filter(|letter| letter.is_alphanumeric()).collect();
    PLACES.contains(&&*letters.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_place_is_told_by_properties_that_say_one() {
        let address = |properties: serde_json::Value| custom_address("teradata", &properties.into());
        let place = address(json!({"host": "td.example", "database": "sales"}));
        for same in [
            json!({"host": "td.example", "database": "sales", "note": "x", "port": 1025}),
            json!({"Host": "TD.example.", "database": "SALES"}),
            json!({"server": {"host-name": "td.example"}, "db": "sales"}),
        ] {
            assert_eq!(address(same.clone()), place, "{same}");
        }
        for other in [
            json!({"host": "td2.example", "database": "sales"}),
            json!({"host": "td.example", "database": "hr"}),
            json!({"host": "td.example"}),
            json!({"note": "td.example"}),
        ] {
            assert_ne!(address(other.clone()), place, "{other}");
        }
        assert_eq!(address(json!({})), None);
        assert_ne!(address(json!({"shelf": 1})), address(json!({"shelf": 2})));
    }
}
