//! Transition files: signals by which a source reads tables that were added to it.
//!
//! A source that runs takes no snapshot of a table that it gets, nor of rows that were there before a column was. A signal asks for one,
//! which is taken in chunks while changes go on. It may be sent twice: then rows are read again, and arrive as they are.

use crate::render;
use datasurface_platform::{ScopeChange, prelude::*};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Returns the tables that a source gets, and those of which it gets columns, by schema and name.
pub(crate) fn grown_tables(before: &Resource, after: &Resource) -> BTreeSet<String> {
    let tables = |resource: &Resource| -> Map<String, Value> {
        let tables = resource.attributes().get(render::SOURCE_TABLES).and_then(Value::as_object);
        tables.cloned().unwrap_or_default()
    };
    let (before, after) = (tables(before), tables(after));
    let columns = |table: Option<&Value>| -> BTreeSet<String> {
        let columns = table.and_then(Value::as_array).into_iter().flatten();
        columns.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let grows = |name: &str, table: &Value| !columns(Some(table)).is_subset(&columns(before.get(name)));
    after.iter().filter(|(name, table)| grows(name, table)).map(|(name, _)| name.clone()).collect()
}

/// Adds the signals that a plan needs.
pub(crate) fn with_signals(change: &RenderingChange<'_>, plan: Plan) -> Result<Plan, PlatformError> {
    let mut plan = plan;
    for scope in change.scopes() {
        let ScopeChange { scope, old, new } = scope?;
        let sources = new.resources.values().filter(|resource| resource.kind() == render::SOURCE);
        for source in sources {
            let Some(before) = old.resources.get(source.address()) else { continue };
            let tables = grown_tables(before, source);
            if !tables.is_empty() {
                let path = format!("{}/signal.json", change.transition_folder(&scope)?);
                plan = plan.transition_file(File::json(&path, &signal(source, &tables))?);
            }
        }
    }
    Ok(plan)
}

/// The record that asks for a snapshot: its topic, its key, by which a source knows that it is meant, and its value.
fn signal(source: &Resource, tables: &BTreeSet<String>) -> Value {
    let attribute = |name: &str| source.attributes().get(name).cloned().unwrap_or_default();
    json!({
        "topic": attribute(render::SIGNALS),
        "key": attribute(render::SERVER),
        "value": {
            "type": "execute-snapshot",
            "data": {"type": "INCREMENTAL", "data-collections": tables},
        },
    })
}
