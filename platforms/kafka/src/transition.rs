//! Transition files: what is to be done once, when a revision takes the place of an earlier one.
//!
//! | file | content |
//! |---|---|
//! | `snapshot.json` | the record that asks a source to read tables that were added to it |
//! | `removals.json` | the names of topics, connectors, jobs and rules that are to go |
//!
//! A source that runs takes no snapshot of a table that it gets, nor of rows that were there before a column was. A signal asks for one,
//! which is taken in chunks while changes go on. It may be sent twice: then rows are read again, and arrive as they are. What is to go may be
//! gone already.

use crate::render::{self, AccessList, Rule};
use datasurface_platform::{ScopeChange, prelude::*};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The file with the record for a source.
pub(crate) const SNAPSHOT_FILE: &str = "snapshot.json";

/// The file with what is to go.
pub(crate) const REMOVALS_FILE: &str = "removals.json";

/// A record by which a source is asked for something.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Signal {
    pub(crate) topic: String,
    /// The name by which a source knows that it is meant.
    pub(crate) key: String,
    pub(crate) value: Value,
}

/// What is to go.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Removals {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) connectors: Vec<RemovedConnector>,
    /// The names of jobs of Flink.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) jobs: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) topics: Vec<String>,
    /// The subjects that a registry has of these topics.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) subjects: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) access: Vec<AccessList>,
}

/// A connector that is to go.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RemovedConnector {
    pub(crate) name: String,
    /// The replication slot that it drops at its source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) slot: Option<String>,
}

/// Returns the tables that a source gets, and those of which it gets columns, as signals name them.
pub(crate) fn grown_tables(before: &Resource, after: &Resource) -> BTreeSet<String> {
    let (before, after) = (members(before, render::SOURCE_TABLES), members(after, render::SOURCE_TABLES));
    let grows = |name: &str, table: &Value| {
        let former = before.and_then(|before| before.get(name));
        // Most tables are as they were.
        former != Some(table) && !columns(Some(table)).is_subset(&columns(former))
    };
    let grown = after.into_iter().flatten().filter(|(name, table)| grows(name, table));
    grown.map(|(name, _)| name.clone()).collect()
}

fn columns(table: Option<&Value>) -> BTreeSet<&str> {
    table.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Returns the members of an attribute that is an object; `None` if there is no such attribute.
pub(crate) fn members<'r>(resource: &'r Resource, attribute: &str) -> Option<&'r Map<String, Value>> {
    resource.attributes().get(attribute)?.as_object()
}

/// Adds the transition files of the steps of a plan.
pub(crate) fn with_transitions(change: &RenderingChange<'_>, plan: Plan) -> Result<Plan, PlatformError> {
    let retired = plan.steps().iter().filter(|step| step.action == Action::Retire);
    let retired: BTreeSet<ResourceAddress> = retired.map(|step| step.resource.clone()).collect();
    let mut plan = plan;
    for scope in change.scopes() {
        let ScopeChange { scope, old, new } = scope?;
        let mut removals = Removals::default();
        for before in old.resources.values() {
            match new.resources.get(before.address()) {
                None if retired.contains(before.address()) => removals.add(before),
                Some(after) if matches!(after.kind(), render::ACL | render::RECEPTION) => {
                    removals.add_rules(before, after);
                }
                Some(after) if after.kind() == render::TOPIC => removals.add_row_subject(before, after),
                Some(after) if after.kind() == render::SOURCE => {
                    let tables = grown_tables(before, after);
                    if !tables.is_empty() {
                        let path = format!("{}/{SNAPSHOT_FILE}", change.transition_folder(&scope)?);
                        plan = plan.transition_file(File::json(&path, &snapshot(after, &tables))?);
                    }
                }
                _ => {}
            }
        }
        if removals != Removals::default() {
            let path = format!("{}/{REMOVALS_FILE}", change.transition_folder(&scope)?);
            plan = plan.transition_file(File::json(&path, &removals)?);
        }
    }
    Ok(plan)
}

impl Removals {
    fn add(&mut self, gone: &Resource) {
        let text = |name: &str| gone.attributes().get(name).and_then(Value::as_str).map(str::to_owned);
        match gone.kind() {
            kind if render::is_connector(kind) => {
                let removed = text(render::CONNECTOR_NAME)
                    .map(|name| RemovedConnector { name, slot: text(render::SLOT) });
                self.connectors.extend(removed);
            }
            render::TOPIC | render::SERVICE_TOPIC => {
                self.topics.extend(text(render::NAME));
                self.subjects
                    .extend(members(gone, render::SUBJECTS).into_iter().flat_map(Map::keys).cloned());
            }
            render::JOB => self.jobs.extend(text(render::NAME)),
            render::ACL | render::RECEPTION => self.access.extend(access_list(gone)),
            _ => {}
        }
    }

    /// Adds the subject of a producer who describes a topic no more.
    fn add_row_subject(&mut self, before: &Resource, after: &Resource) {
        let [before, after] = [before, after].map(Resource::attributes);
        let is_gone = before.contains_key(render::ROW_SCHEMA) && !after.contains_key(render::ROW_SCHEMA);
        let topic = before.get(render::NAME).and_then(Value::as_str).filter(|_| is_gone);
        self.subjects.extend(topic.map(render::row_subject));
    }

    /// Adds the rules of a principal that are there no more.
    fn add_rules(&mut self, before: &Resource, after: &Resource) {
        let Some(before) = access_list(before) else { return };
        // Where nobody asks for rules any more, there are none.
        let rules: BTreeSet<Rule> = match access_list(after) {
            Some(after) if before.principal == after.principal => {
                before.rules.difference(&after.rules).cloned().collect()
            }
            _ => before.rules,
        };
        if !rules.is_empty() {
            self.access.push(AccessList { principal: before.principal, rules });
        }
    }
}

/// The rules that a resource declares.
fn access_list(resource: &Resource) -> Option<AccessList> {
    let attribute = |name: &str| resource.attributes().get(name).cloned().unwrap_or_default();
    let list = json!({"principal": attribute(render::PRINCIPAL), "rules": attribute(render::RULES)});
    serde_json::from_value(list).ok()
}

/// The record that asks for a snapshot.
fn snapshot(source: &Resource, tables: &BTreeSet<String>) -> Signal {
    let text =
        |name: &str| source.attributes().get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let kind = source.attributes().get(render::SNAPSHOTS).cloned().unwrap_or_else(|| json!("INCREMENTAL"));
    let data = BTreeMap::from([("type", kind), ("data-collections", json!(tables))]);
    Signal {
        topic: text(render::SIGNALS),
        key: text(render::SERVER),
        value: json!({"type": "execute-snapshot", "data": data}),
    }
}
