//! Facts of a node that differ in one respect, as if the model said something else.

use datasurface_graph::{
    CaptureFacts, Custody, DatasetFacts, IngestSource, NodeDetail, NodeFacts, RetentionPeriod,
};
use datasurface_model::{
    Column, CredentialKey, DataContainer, DataType, DatasetKey, Milestoning, Retention, TableSchema,
};
use datasurface_platform::{PlatformDescriptor, ScopedNode};
use serde_json::{Value, json};

/// The address of containers in altered facts.
pub(super) const ELSEWHERE: &str = "elsewhere.example";

/// The name of credentials in altered facts.
pub(super) const OTHER_CREDENTIAL: &str = "other_credential";

/// Other facts of a node, and the fact that is another one.
pub(super) struct Alteration {
    pub(super) fact: String,
    /// The storage name of the dataset whose versions are concerned: the fact is about what keeps its data.
    pub(super) kept: Option<DatasetKey>,
    pub(super) facts: NodeFacts,
}

/// Returns other facts of every dataset of a capture that is placed here: columns, key, and what must be kept.
pub(super) fn datasets(node: &ScopedNode, descriptor: &PlatformDescriptor) -> Vec<Alteration> {
    let facts = node.view().facts();
    let mut altered = Vec::new();
    for dataset in node.datasets() {
        let mut add = |fact: &str, change: Option<DatasetFacts>| {
            if let Some(changed) = change {
                let replace =
                    |old: DatasetFacts| Some(if old.key == changed.key { changed.clone() } else { old });
                let kept = (changed.custody != dataset.custody).then(|| dataset.storage_key().clone());
                let fact = format!("{fact} of `{}`", dataset.key);
                altered.push(Alteration { fact, kept, facts: facts.clone().map_datasets(replace) });
            }
        };
        add("columns", Some(with_column(dataset)));
        add("key", with_key(dataset));
        add("retention", with_retention(dataset));
        add("history", with_history(dataset, descriptor));
    }
    altered
}

/// Returns other facts of an export: the versions that a consumer sees, the address of the container, the credential.
pub(super) fn export(node: &ScopedNode, descriptor: &PlatformDescriptor) -> Vec<Alteration> {
    let facts = node.view().facts();
    let NodeDetail::Export(export) = &facts.detail else {
        return Vec::new();
    };
    let mut altered = Vec::new();
    if let Some(container) = readdressed(&export.container) {
        let mut export = export.clone();
        export.container = container;
        let fact = format!("address of `{}`", export.container_key);
        altered.push(Alteration { fact, kept: None, facts: with_detail(facts, NodeDetail::Export(export)) });
    }
    for (at, consumer) in export.consumers.iter().enumerate().filter(|(_, consumer)| !consumer.transforms) {
        let milestoning = other_milestoning(consumer.requirements.milestoning, descriptor);
        let credential = needs_credential(&export.container).then(other_credential);
        let mut changed = export.clone();
        if let (Some(consumer), Some(milestoning)) = (changed.consumers.get_mut(at), milestoning) {
            consumer.requirements.milestoning = milestoning;
            let fact = format!("milestoning of `{}`", consumer.group);
            altered.push(Alteration {
                fact,
                kept: None,
                facts: with_detail(facts, NodeDetail::Export(changed)),
            });
        }
        let mut changed = export.clone();
        if let (Some(consumer), Some(credential)) = (changed.consumers.get_mut(at), credential) {
            consumer.credential = Some(credential);
            let fact = format!("credential of `{}`", consumer.group);
            altered.push(Alteration {
                fact,
                kept: None,
                facts: with_detail(facts, NodeDetail::Export(changed)),
            });
        }
    }
    altered
}

/// Returns the facts of a capture from another address, and those with another credential, each with the text that is to be seen.
pub(super) fn capture(node: &ScopedNode) -> Vec<(Alteration, &'static str)> {
    let facts = node.view().facts();
    let NodeDetail::Ingest(ingest) = &facts.detail else {
        return Vec::new();
    };
    let IngestSource::Container(capture) = &ingest.source else {
        return Vec::new();
    };
    let with_source = |fact: String, capture: CaptureFacts| {
        let mut ingest = ingest.clone();
        ingest.source = IngestSource::Container(Box::new(capture));
        Alteration { fact, kept: None, facts: with_detail(facts, NodeDetail::Ingest(ingest)) }
    };
    let mut altered = Vec::new();
    if let Some(container) = readdressed(&capture.container) {
        let mut changed = (**capture).clone();
        changed.container = container;
        altered.push((with_source(format!("address of `{}`", capture.container_key), changed), ELSEWHERE));
    }
    if needs_credential(&capture.container) {
        let mut changed = (**capture).clone();
        changed.credential = Some(other_credential());
        let fact = format!("credential for `{}`", capture.container_key);
        altered.push((with_source(fact, changed), OTHER_CREDENTIAL));
    }
    altered
}

/// Returns the dataset with one more column.
pub(super) fn with_column(dataset: &DatasetFacts) -> DatasetFacts {
    let table = dataset.schema.table();
    let added = Column::new("another_column", DataType::Integer);
    with_table(
        dataset,
        TableSchema::new(table.columns().iter().cloned().chain([added])).keyed(table.key().iter().cloned()),
    )
}

/// Returns the dataset without its last column outside of the key; none if there is none.
pub(super) fn without_column(dataset: &DatasetFacts) -> Option<DatasetFacts> {
    let table = dataset.schema.table();
    let last = table.columns().iter().rev().find(|column| !table.is_key(column.name()))?;
    let kept = table.columns().iter().filter(|column| column.name() != last.name()).cloned();
    Some(with_table(dataset, TableSchema::new(kept).keyed(table.key().iter().cloned())))
}

/// Returns the dataset with one more column in its key; none if it has no key, or all columns are in it.
pub(super) fn with_key(dataset: &DatasetFacts) -> Option<DatasetFacts> {
    let table = dataset.schema.table();
    let added = table.columns().iter().find(|column| !table.is_key(column.name()))?.name();
    if table.key().is_empty() {
        return None;
    }
    let columns = table.columns().iter().map(|column| match column.name() == added {
        true => column.clone().not_null(),
        false => column.clone(),
    });
    let key = table.key().iter().chain([added]).cloned();
    Some(with_table(dataset, TableSchema::new(columns).keyed(key)))
}

fn with_table(dataset: &DatasetFacts, table: TableSchema) -> DatasetFacts {
    let mut changed = dataset.clone();
    changed.schema = table.into();
    changed
}

/// Where versions need not stay, there is nothing to be seen of a retention.
fn with_retention(dataset: &DatasetFacts) -> Option<DatasetFacts> {
    let retention = dataset.custody.retention?;
    let [short, shorter] = [5, 3].map(|days| RetentionPeriod::For(Retention::days(days)));
    let mut changed = dataset.clone();
    changed.custody.retention = Some(if retention == short { shorter } else { short });
    Some(changed)
}

/// Between versions that nobody sees and versions that consumers see, there need be no difference where they are kept: so either all
/// versions stay, or none.
fn with_history(dataset: &DatasetFacts, descriptor: &PlatformDescriptor) -> Option<DatasetFacts> {
    let keeps_versions = dataset.custody.history || dataset.custody.retention.is_some();
    let history = !keeps_versions;
    let is_claimed = descriptor.milestonings().iter().any(|shown| shown.has_history() == history);
    let has_key = !dataset.schema.table().key().is_empty();
    let mut changed = dataset.clone();
    let retention = history.then_some(RetentionPeriod::ForEver);
    changed.custody = Custody { live: true, history, retention };
    (has_key && is_claimed).then_some(changed)
}

fn other_milestoning(now: Milestoning, descriptor: &PlatformDescriptor) -> Option<Milestoning> {
    descriptor.milestonings().iter().copied().find(|claimed| *claimed != now)
}

fn with_detail(facts: &NodeFacts, detail: NodeDetail) -> NodeFacts {
    let mut changed = facts.clone();
    changed.detail = detail;
    changed
}

fn other_credential() -> CredentialKey {
    CredentialKey::new("other_zone", "other_team", OTHER_CREDENTIAL)
}

/// A file is opened without a credential.
fn needs_credential(container: &DataContainer) -> bool {
    !matches!(container.kind().technology(), "sqlite" | "duckdb" | "platform_managed")
}

/// Returns the container at another address; none if nothing is known of its address.
fn readdressed(container: &DataContainer) -> Option<DataContainer> {
    let mut document = serde_json::to_value(container).ok()?;
    let is_changed = readdress(&mut document);
    let changed = serde_json::from_value(document).ok()?;
    is_changed.then_some(changed)
}

/// The member of a container's document that says where it is is not the same for every technology.
fn readdress(value: &mut Value) -> bool {
    let Value::Object(members) = value else {
        return false;
    };
    let mut is_changed = false;
    for (name, member) in members {
        is_changed |= match name.as_str() {
            "file" | "host" | "account" | "bucket" if member.is_string() => {
                *member = json!(ELSEWHERE);
                true
            }
            "brokers" if member.is_array() => {
                *member = json!([format!("{ELSEWHERE}:9092")]);
                true
            }
            _ => readdress(member),
        };
    }
    is_changed
}
