//! Containers and captures of the technologies that a platform claims.

use crate::platform_under_test::list;
use datasurface_model::ContainerTechnology;
use datasurface_platform::PlatformDescriptor;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// The ways of capture that any datastore can be captured by, those that say least first. A watermark is not among them: it needs a column
/// that only grows.
const WAYS: [&str; 4] = ["sql_snapshot", "cdc", "kafka", "object_files"];

/// Rewrites what is captured, and from where, and where data is exported to.
pub(super) fn rewrite(document: &mut Value, descriptor: &PlatformDescriptor) {
    let way = WAYS.into_iter().find(|way| descriptor.captures().contains(*way));
    let (mut sources, mut targets) = (BTreeSet::new(), BTreeSet::new());
    for (_, team) in teams(document) {
        for store in list(team, "datastores") {
            if let Some(capture) = store.get_mut("capture").and_then(Value::as_object_mut) {
                sources.extend(text(capture, "container"));
            }
            capture(store, way, descriptor);
        }
        for workspace in list(team, "workspaces") {
            targets.extend(workspace.as_object().and_then(|workspace| text(workspace, "container")));
        }
    }
    for (key, team) in teams(document) {
        for container in list(team, "containers").filter_map(Value::as_object_mut) {
            let name = format!("{key}/{}", text(container, "name").unwrap_or_default());
            let claimed: Vec<&str> = match (sources.contains(&name), targets.contains(&name)) {
                (true, false) => captured_from(way, descriptor),
                (false, true) => {
                    descriptor.export_targets().iter().map(ContainerTechnology::as_str).collect()
                }
                _ => continue,
            };
            let kind = container.get("kind").and_then(Value::as_object);
            let is_claimed =
                kind.is_some_and(|kind| kind.keys().all(|kind| claimed.contains(&kind.as_str())));
            if let Some(kind) =
                claimed.iter().find_map(|technology| located(technology, &name)).filter(|_| !is_claimed)
            {
                container.insert("kind".to_owned(), kind);
            }
        }
    }
}

/// Every team, with the first part of the keys of its containers.
fn teams(document: &mut Value) -> impl Iterator<Item = (String, &mut Value)> {
    let named = |value: &Value| value.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    list(document, "zones").flat_map(move |zone| {
        let name = named(zone);
        list(zone, "teams").map(move |team| (format!("{name}/{}", named(team)), team))
    })
}

fn text(object: &Map<String, Value>, member: &str) -> Option<String> {
    object.get(member).and_then(Value::as_str).map(str::to_owned)
}

/// The claimed containers that a way of capture reads.
fn captured_from<'d>(way: Option<&str>, descriptor: &'d PlatformDescriptor) -> Vec<&'d str> {
    let mut claimed: Vec<&str> =
        descriptor.capture_sources().iter().map(ContainerTechnology::as_str).collect();
    match way {
        Some("kafka") => claimed.retain(|technology| *technology == "kafka"),
        Some("object_files") => claimed.retain(|technology| *technology == "object_storage"),
        _ => claimed.retain(|technology| !matches!(*technology, "kafka" | "object_storage")),
    }
    claimed
}

/// Captures a datastore in a claimed way, and as consistently as is claimed.
fn capture(store: &mut Value, way: Option<&str>, descriptor: &PlatformDescriptor) {
    let names: Vec<String> =
        list(store, "datasets").filter_map(|dataset| text(dataset.as_object()?, "name")).collect();
    let store_name = store.as_object().and_then(|store| text(store, "name")).unwrap_or_default();
    let (Some(capture), Some(way)) = (store.get_mut("capture").and_then(Value::as_object_mut), way) else {
        return;
    };
    let kind = capture.get("kind").and_then(Value::as_object);
    let is_claimed =
        kind.is_some_and(|kind| kind.keys().all(|kind| descriptor.captures().contains(kind.as_str())));
    let tables = kind.and_then(|kind| kind.values().next()?.get("tables").cloned()).unwrap_or(json!({}));
    if !is_claimed {
        let prefixes: Map<String, Value> =
            names.iter().map(|name| (name.clone(), json!(format!("{store_name}/{name}/")))).collect();
        let settings = match way {
            "kafka" => json!({ "topics": tables }),
            "object_files" => json!({ "format": "parquet", "prefixes": prefixes }),
            _ => json!({ "tables": tables }),
        };
        capture.insert("kind".to_owned(), json!({ way: settings }));
    }
    let claimed: Vec<Value> = descriptor.consistencies().iter().map(|one| json!(one)).collect();
    let wanted = capture.get("consistency");
    if let Some(first) =
        claimed.first().filter(|_| claimed.len() == 1 || !wanted.is_none_or(|one| claimed.contains(one)))
    {
        capture.insert("consistency".to_owned(), first.clone());
    }
}

/// A container of a technology, at an address of its own; none if nothing is known of its addresses.
fn located(technology: &str, name: &str) -> Option<Value> {
    let name: String = name
        .chars()
        .map(|character| if character.is_ascii_alphanumeric() { character } else { '_' })
        .collect();
    let settings = match technology {
        "sqlite" | "duckdb" => json!({ "file": format!("{name}.db") }),
        "postgres" | "mysql" | "sql_server" | "oracle" | "db2" => {
            json!({ "host": "db.example.org", "database": name })
        }
        "snowflake" => json!({ "account": "example-account", "database": name }),
        "object_storage" => json!({ "bucket": name.to_ascii_lowercase().replace('_', "-") }),
        "kafka" => {
            json!({ "brokers": [format!("{}.example.org:9092", name.to_ascii_lowercase().replace('_', "-"))] })
        }
        _ => return None,
    };
    Some(json!({ technology: settings }))
}
