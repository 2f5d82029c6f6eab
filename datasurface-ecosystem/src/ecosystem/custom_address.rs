//! The place of a container that a plug-in knows: what its properties say of it.

use super::address::canonical_host;
use datasurface_schema::{Json, Text, Value};
use std::collections::BTreeSet;

/// The most hosts, and the most databases at each, that are compared with those of other technologies.
const MOST: usize = 16;

/// The names of properties that say at which host something is, in small letters without what parts words; and how others end. Others say how it is used.
const HOSTS: [&str; 12] = [
    "account", "address", "cluster", "endpoint", "host", "hostname", "hosts", "instance", "server",
    "service", "uri", "url",
];

/// The names of those that say what it is there.
const DATABASES: [&str; 9] =
    ["bucket", "database", "databasename", "db", "dbname", "file", "folder", "project", "warehouse"];

/// The names of those that say what is inside of that: they tell it from others where nothing else does.
const INSIDE: [&str; 3] = ["catalog", "path", "schema"];

/// Returns the address of a container of a technology with these properties; none if they say nothing, so that a plug-in alone knows what it is.
/// Properties that say no place are the address all together. Where a host and a database are said, nothing else tells it from others.
pub(super) fn custom_address(technology: &str, properties: &Json) -> Option<Text> {
    if matches!(properties.as_str(), "{}" | "null") {
        return None;
    }
    let [hosts, databases] = places(properties);
    let place: Vec<String> = hosts.into_iter().chain(databases).collect();
    let place = if place.is_empty() { properties.as_str().to_owned() } else { place.join(" ") };
    Some(format!("custom {} {place}", technology.to_lowercase()).into())
}

/// Returns the databases at hosts that properties say: what the technology is called there tells none from another one.
pub(super) fn custom_databases(properties: &Json) -> Vec<(String, String)> {
    let [hosts, databases] = places(properties);
    let at = |host: &String| {
        databases.iter().take(MOST).map(|database| (host.clone(), database.clone())).collect::<Vec<_>>()
    };
    hosts.iter().take(MOST).flat_map(at).collect()
}

/// The hosts and the databases that properties say, whatever each is called: one writes `host`, and another one `server`.
fn places(properties: &Json) -> [BTreeSet<String>; 2] {
    let [mut hosts, mut databases, mut inside] = [BTreeSet::new(), BTreeSet::new(), BTreeSet::new()];
    let mut open = vec![(None, properties.value())];
    while let Some((kind, value)) = open.pop() {
        match value {
            Value::Object(members) => {
                open.extend(members.into_iter().map(|(name, value)| (PlaceKind::of(&name).or(kind), value)));
            }
            Value::Array(elements) => open.extend(elements.into_iter().map(|value| (kind, value))),
            // A number at a host is its port.
            Value::String(text) if let Some(PlaceKind::Host) = kind => {
                let (host, behind) = host_and_path(&text.to_lowercase());
                hosts.insert(host);
                inside.extend(behind);
            }
            Value::String(_) | Value::Number(_) => {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_lowercase);
                match kind {
                    Some(PlaceKind::Database) => drop(databases.insert(text)),
                    Some(PlaceKind::Inside) => drop(inside.insert(text)),
                    Some(PlaceKind::Host) | None => {}
                }
            }
            _ => {}
        }
    }
    [hosts, if databases.is_empty() { inside } else { databases }]
}

/// What a property says of a place.
#[derive(Clone, Copy)]
enum PlaceKind {
    Host,
    Database,
    Inside,
}

impl PlaceKind {
    fn of(name: &str) -> Option<Self> {
        let letters: String = name.chars().filter(|letter| letter.is_alphanumeric()).collect();
        let letters = letters.to_lowercase();
        let is_one_of = |names: &[&str]| names.contains(&&*letters);
        match () {
            () if is_one_of(&HOSTS) || letters.ends_with("url") => Some(Self::Host),
            () if is_one_of(&DATABASES) => Some(Self::Database),
            () if is_one_of(&INSIDE) => Some(Self::Inside),
            () => None,
        }
    }
}

/// The host of an address without its port, and what is behind it up to the parameters.
fn host_and_path(address: &str) -> (String, Option<String>) {
    let rest = address.rsplit_once("//").map_or(address, |(_, rest)| rest);
    let rest = rest.split(['?', '#', ';']).next().unwrap_or_default();
    let (server, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = match server.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|letter| letter.is_ascii_digit()) => host,
        _ => server,
    };
    let path = path.trim_matches('/');
    (canonical_host(host), (!path.is_empty()).then(|| path.to_owned()))
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
            json!({"server": {"host-name": "td.example", "port": 1025}, "db": "sales"}),
            json!({"host": "td.example:1025", "database": "sales", "schema": "x", "catalog": "y", "path": "/"}),
            json!({"hosts": ["td.example"], "db_name": "sales"}),
            json!({"jdbc_url": "jdbc:teradata://td.example:1025/sales?mode=x", "note": 1}),
            json!({"url": "td.example/sales"}),
        ] {
            assert_eq!(address(same.clone()), place, "{same}");
        }
        for other in [
            json!({"host": "td2.example", "database": "sales"}),
            json!({"host": "td.example", "database": "hr"}),
            json!({"host": "td.example"}),
            json!({"url": "td.example/hr"}),
            json!({"host": "td.example", "schema": "hr"}),
            json!({"note": "td.example"}),
        ] {
            assert_ne!(address(other.clone()), place, "{other}");
        }
        assert_eq!(address(json!({})), None);
        assert_ne!(address(json!({"shelf": 1})), address(json!({"shelf": 2})));
    }
}
