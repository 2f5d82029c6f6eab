//! What there is to adjust in the document of an ecosystem.

use crate::{names::choose, plan::Choice};
use datasurface_model::Ecosystem;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The name of the credential that a capture is given.
const READER: &str = "another_reader";

/// The document of an ecosystem, whose parts are found by choice.
pub(super) struct Targets {
    pub(super) document: Value,
}

impl Targets {
    pub(super) fn new(ecosystem: &Ecosystem) -> Self {
        Self { document: datasurface_document::to_value(ecosystem) }
    }

    /// The ecosystem that the document is of now; the original, if it is none.
    pub(super) fn into_ecosystem(self, original: Ecosystem) -> Ecosystem {
        datasurface_document::from_value(self.document).unwrap_or(original)
    }

    /// The JSON pointers of all elements of a list that teams have, such as `workspaces`.
    pub(super) fn all(&self, list: &str) -> Vec<String> {
        let mut found = Vec::new();
        for team in self.teams() {
            let count = self
                .document
                .pointer(&format!("{team}/{list}"))
                .and_then(Value::as_array)
                .map_or(0, Vec::len);
            found.extend((0..count).map(|at| format!("{team}/{list}/{at}")));
        }
        found
    }

    fn teams(&self) -> Vec<String> {
        let mut found = Vec::new();
        let count = |at: &str| self.document.pointer(at).and_then(Value::as_array).map_or(0, Vec::len);
        for zone in 0..count("/zones") {
            let teams = format!("/zones/{zone}/definition/teams");
            found.extend((0..count(&teams)).map(|team| format!("{teams}/{team}/definition")));
        }
        found
    }

    pub(super) fn get(&self, at: &str) -> Option<&Value> {
        self.document.pointer(at)
    }

    pub(super) fn text(&self, at: &str) -> Option<&str> {
        self.get(at)?.as_str()
    }

    /// Sets a member of an object.
    pub(super) fn put(&mut self, at: &str, member: &str, value: &Value) {
        if let Some(object) = self.document.pointer_mut(at).and_then(Value::as_object_mut) {
            object.insert(member.to_owned(), value.clone());
        }
    }

    pub(super) fn set(&mut self, list: &str, at: Choice, member: &str, value: &Value) {
        if let Some(chosen) = choose(&self.all(list), at) {
            self.put(chosen, member, value);
        }
    }

    /// Sets what is captured in another way.
    pub(super) fn set_capture(&mut self, at: Choice, member: &str, value: &Value) {
        if let Some(store) = choose(&self.captured(), at) {
            self.put(&format!("{store}/capture"), member, value);
        }
    }

    /// The datastores that are captured.
    pub(super) fn captured(&self) -> Vec<String> {
        let mut stores = self.all("datastores");
        stores.retain(|store| self.get(&format!("{store}/capture")).is_some());
        stores
    }

    /// Sets something of a group of consumers that may ask for versions: all of its datasets have a key.
    pub(super) fn set_group(&mut self, at: Choice, member: &str, value: &Value) {
        let keyless = self.without_key();
        let has_key = |group: &String| self.sinks(group).iter().all(|sink| !keyless.contains(sink));
        let groups: Vec<String> = self.groups().into_iter().filter(has_key).collect();
        if let Some(group) = choose(&groups, at) {
            self.put(group, member, value);
        }
    }

    pub(super) fn set_any_group(&mut self, at: Choice, member: &str, value: &Value) {
        if let Some(group) = choose(&self.groups(), at) {
            self.put(group, member, value);
        }
    }

    /// The groups of workspaces without a transformer.
    fn groups(&self) -> Vec<String> {
        let workspaces = self.all("workspaces").into_iter();
        let consumers = workspaces.filter(|space| self.get(&format!("{space}/transformer")).is_none());
        let groups = consumers.flat_map(|space| {
            let count = self.get(&format!("{space}/groups")).and_then(Value::as_array).map_or(0, Vec::len);
            (0..count).map(move |group| format!("{space}/groups/{group}"))
        });
        groups.collect()
    }

    /// The datasets that a group reads.
    pub(super) fn sinks(&self, group: &str) -> BTreeSet<String> {
        let sinks = self.get(&format!("{group}/sinks")).and_then(Value::as_array);
        let name = |sink: &Value| sink.as_str().or_else(|| sink.get("dataset")?.as_str()).map(str::to_owned);
        sinks.into_iter().flatten().filter_map(name).collect()
    }

    /// The datasets that transformers read.
    pub(super) fn transformed(&self) -> BTreeSet<String> {
        let workspaces = self.all("workspaces").into_iter();
        let transformers = workspaces.filter(|space| self.get(&format!("{space}/transformer")).is_some());
        let groups = transformers.flat_map(|space| {
            let count = self.get(&format!("{space}/groups")).and_then(Value::as_array).map_or(0, Vec::len);
            (0..count).map(move |group| format!("{space}/groups/{group}"))
        });
        groups.flat_map(|group| self.sinks(&group)).collect()
    }

    /// Datasets whose capture says that they have no key, and what is made of them.
    fn without_key(&self) -> BTreeSet<String> {
        let stores = self.captured().into_iter();
        let of_store = |store: String| {
            let name = self.text(&format!("{store}/name")).unwrap_or_default().to_owned();
            let kind = self.get(&format!("{store}/capture/kind/sql_snapshot/keyless"));
            let datasets = kind.and_then(Value::as_array).cloned().unwrap_or_default();
            datasets.into_iter().filter_map(move |dataset| Some(format!("{name}/{}", dataset.as_str()?)))
        };
        stores.flat_map(of_store).collect()
    }

    /// Moves a container to another file, host, bucket or cluster.
    pub(super) fn move_container(&mut self, at: Choice) {
        let Some(container) = choose(&self.all("containers"), at).cloned() else {
            return;
        };
        let Some(kind) =
            self.document.pointer_mut(&format!("{container}/kind")).and_then(Value::as_object_mut)
        else {
            return;
        };
        for properties in kind.values_mut().filter_map(Value::as_object_mut) {
            for (name, value) in properties {
                match (name.as_str(), &value) {
                    ("file" | "host" | "bucket", Value::String(address)) => {
                        *value = json!(format!("moved-{address}"))
                    }
                    ("brokers", Value::Array(_)) => *value = json!(["moved.example.org:9092"]),
                    _ => {}
                }
            }
        }
    }

    /// Moves a container to the place of another one.
    pub(super) fn relocate_container(&mut self, at: Choice, to: Choice) {
        let containers = self.all("containers");
        let places: Vec<Value> =
            containers.iter().filter_map(|one| self.get(&format!("{one}/locations")).cloned()).collect();
        if let (Some(container), Some(places)) = (choose(&containers, at), choose(&places, to)) {
            self.put(container, "locations", places);
        }
    }

    /// Captures with a credential that was not there before.
    pub(super) fn change_credential(&mut self, at: Choice) {
        let Some(store) = choose(&self.captured(), at).cloned() else {
            return;
        };
        let (Some((team, _)), Some(container)) =
            (store.split_once("/datastores"), self.text(&format!("{store}/capture/container")))
        else {
            return;
        };
        let credential = json!({ "name": READER, "opens": [container] });
        let list = format!("{team}/credentials");
        let mut credentials = self.get(&list).and_then(Value::as_array).cloned().unwrap_or_default();
        if credentials.iter().all(|other| other.get("name") != Some(&json!(READER))) {
            credentials.push(credential);
            self.put(team, "credentials", &json!(credentials));
            self.put(&format!("{store}/capture"), "credential", &json!(READER));
        }
    }

    /// Selects what was selected before, with a limit that is never reached.
    pub(super) fn change_sql(&mut self, at: Choice, to: Choice) {
        let spaces = self.all("workspaces").into_iter();
        let selects: Vec<String> =
            spaces.map(|space| format!("{space}/transformer/artifact/sql/selects/0")).collect();
        let selects: Vec<String> = selects.into_iter().filter(|select| self.get(select).is_some()).collect();
        if let Some(select) = choose(&selects, at)
            && let Some(sql) = self.text(&format!("{select}/sql")).map(str::to_owned)
        {
            let limit = 1_000_000 + u32::from(to);
            self.put(select, "sql", &json!(format!("{sql} LIMIT {limit}")));
        }
    }

    /// Adds a dataset to a captured datastore, classified as another one is.
    pub(super) fn add_dataset(&mut self, at: Choice, to: Choice) {
        let Some(store) = choose(&self.captured(), at).cloned() else {
            return;
        };
        let list = format!("{store}/datasets");
        let mut datasets = self.get(&list).and_then(Value::as_array).cloned().unwrap_or_default();
        let classifications = datasets.first().and_then(|first| first.get("classifications").cloned());
        let mut dataset =
            json!({ "name": format!("new_{to}"), "schema": "id Integer key, city VarChar(15)" });
        if let (Some(object), Some(classifications)) = (dataset.as_object_mut(), classifications) {
            object.insert("classifications".to_owned(), classifications);
        }
        datasets.push(dataset);
        self.put(&store, "datasets", &json!(datasets));
    }
}
