//! Causes: which nodes came, went or changed, and who owns what changed.

use super::{metadata::owner, views::Views};
use datasurface_graph::{Fingerprint, IntentionGraphs, NodeKey};
use datasurface_model::{
    DatasetName, DatastoreName, Ecosystem, PlatformName, Repository, Set, TeamKey, Valid,
};
use datasurface_platform::{Cause, Scope, SharedCause, SharedKey};
use datasurface_state::rendered::{Differences, Entries};
use datasurface_state::{Manifest, PlatformRecord, ScopeEntry};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The nodes that came, went or changed since a manifest was written, by their names of now; those that are gone by their storage
/// names.
#[derive(Debug, Default)]
pub(super) struct ChangedNodes<'a> {
    nodes: BTreeSet<&'a NodeKey>,
    /// Those of them of which nothing but metadata changed.
    metadata: BTreeSet<&'a NodeKey>,
}

impl<'a> ChangedNodes<'a> {
    /// Compares what was reached of each node with what it is now.
    pub(super) fn new(differences: &'a Differences, views: &'a Views) -> Self {
        let mut before: BTreeMap<&NodeKey, RecordedNode> = BTreeMap::new();
        for (_, scope) in differences.since_base() {
            let Some(entry) = &scope.before else { continue };
            for key in scope.nodes() {
                if let Some((key, fingerprint)) = entry.nodes.get_key_value(key) {
                    before.entry(key).or_default().content = Some(*fingerprint);
                }
                if let Some((key, fingerprint)) = entry.metadata.get_key_value(key) {
                    before.entry(key).or_default().metadata = Some(*fingerprint);
                }
            }
        }
        let mut changed = Self::default();
        for (name, scope) in differences.since_base() {
            let (Some(entry), Some(views)) = (&scope.after, views.get(name)) else { continue };
            for stored in scope.nodes().filter(|key| entry.nodes.contains_key(*key)) {
                let recorded = before.remove(stored).unwrap_or_default();
                let Some(node) = views.stored_as(stored) else { continue };
                let [content, metadata] = node.fingerprints(views.instance);
                let is_same = recorded.content == Some(content);
                let is_said_the_same = recorded.metadata == Some(metadata);
                if !(is_same && is_said_the_same) {
                    changed.nodes.insert(node.key());
                }
                if is_same && !is_said_the_same {
                    changed.metadata.insert(node.key());
                }
            }
        }
        changed
            .nodes
            .extend(before.into_iter().filter(|(_, node)| node.content.is_some()).map(|(key, _)| key));
        changed
    }

    /// The cause of each node, by platform. A capture that changed because of its exports names them: they are why.
    pub(super) fn causes(
        &self,
        ecosystem: &Valid<Ecosystem>,
        graphs: &IntentionGraphs,
    ) -> BTreeMap<PlatformName, BTreeMap<NodeKey, Arc<Cause>>> {
        let exports = exports_by_datastore(&self.nodes);
        let mut causes: BTreeMap<PlatformName, Vec<(NodeKey, Arc<Cause>)>> = BTreeMap::new();
        for key in &self.nodes {
            let because_of = exports_of(key, &exports);
            let nodes = if because_of.is_empty() { [(*key).clone()].into() } else { because_of };
            let owners = nodes.iter().flat_map(|node| owners(ecosystem, graphs, node)).collect();
            let cause = Arc::new(Cause { nodes, owners });
            causes.entry(key.platform().clone()).or_default().push(((*key).clone(), cause));
        }
        // Each map is made at once: one that grows is half empty.
        causes.into_iter().map(|(platform, causes)| (platform, causes.into_iter().collect())).collect()
    }

    /// The nodes of which nothing but metadata changed, by platform.
    pub(super) fn of_metadata(&self) -> BTreeMap<PlatformName, BTreeSet<NodeKey>> {
        let mut by_platform: BTreeMap<PlatformName, BTreeSet<NodeKey>> = BTreeMap::new();
        for key in &self.metadata {
            by_platform.entry(key.platform().clone()).or_default().insert((*key).clone());
        }
        by_platform
    }
}

/// The causes of the changes of shared scopes, by platform: the nodes of which something else is shared than before.
pub(super) fn of_shared_scopes(
    (ecosystem, graphs): (&Valid<Ecosystem>, &IntentionGraphs),
    views: &Views,
    base: Option<&Manifest>,
    entries: &Entries,
    causes: &BTreeMap<PlatformName, BTreeMap<NodeKey, Arc<Cause>>>,
) -> BTreeMap<PlatformName, Vec<SharedCause>> {
    let platforms: BTreeSet<&PlatformName> =
        entries.keys().chain(base.into_iter().flat_map(|base| base.platforms().keys())).collect();
    let of_platform = |name: &PlatformName| {
        let before = base.and_then(|base| base.platform(name)).into_iter();
        let before = shared_entries(before.flat_map(PlatformRecord::base_scopes));
        let after = shared_entries(entries.get(name).into_iter().flatten());
        let keys: BTreeSet<&SharedKey> = before.keys().chain(after.keys()).copied().collect();
        let is_changed = |key: &&SharedKey| {
            before.get(*key).map(|entry| entry.fingerprint) != after.get(*key).map(|entry| entry.fingerprint)
        };
        let changed: Vec<&SharedKey> = keys.into_iter().filter(is_changed).collect();
        if changed.is_empty() {
            return Vec::new();
        }
        let views = views.get(name);
        let now = |node| Some(views?.stored_as(node)?.key());
        let causes = changed.into_iter().map(|key| {
            let nodes = changed_members(before.get(key).copied(), after.get(key).copied());
            let nodes = nodes.map(|node| now(node).unwrap_or(node));
            // A capture that changed because of its exports names them here, too.
            let because_of = |node: &NodeKey| match causes.get(name).and_then(|causes| causes.get(node)) {
                Some(cause) => cause.nodes.clone(),
                None => [node.clone()].into(),
            };
            let nodes: Set<NodeKey> = nodes.flat_map(because_of).collect();
            let owners = nodes.iter().flat_map(|node| owners(ecosystem, graphs, node)).collect();
            SharedCause { key: key.clone(), cause: Arc::new(Cause { nodes, owners }) }
        });
        causes.collect()
    };
    platforms.into_iter().map(|name| (name.clone(), of_platform(name))).collect()
}

fn shared_entries<'e>(
    entries: impl Iterator<Item = &'e Arc<ScopeEntry>>,
) -> BTreeMap<&'e SharedKey, &'e ScopeEntry> {
    let shared = |entry: &'e Arc<ScopeEntry>| match &entry.scope {
        Scope::Shared(key) => Some((key, &**entry)),
        Scope::Foundation | Scope::Shard(_) => None,
    };
    entries.filter_map(shared).collect()
}

/// The nodes that add something else to a shared scope than before, or nothing any more, by their storage names.
fn changed_members<'e>(
    before: Option<&'e ScopeEntry>,
    after: Option<&'e ScopeEntry>,
) -> impl Iterator<Item = &'e NodeKey> {
    let members = |entry: Option<&'e ScopeEntry>| entry.into_iter().flat_map(|entry| entry.members.iter());
    let added = move |entry: Option<&'e ScopeEntry>, node| entry.and_then(|entry| entry.members.get(node));
    let nodes: BTreeSet<&NodeKey> = members(before).chain(members(after)).map(|(node, _)| node).collect();
    nodes.into_iter().filter(move |node| added(before, node) != added(after, node))
}

/// What a manifest has of a node.
#[derive(Clone, Copy, Default)]
struct RecordedNode {
    content: Option<Fingerprint>,
    metadata: Option<Fingerprint>,
}

type Exports<'a> = BTreeMap<(&'a PlatformName, &'a DatastoreName), Vec<(&'a DatasetName, &'a NodeKey)>>;

fn exports_by_datastore<'a>(changed: &BTreeSet<&'a NodeKey>) -> Exports<'a> {
    let mut exports = Exports::new();
    for key in changed {
        if let NodeKey::Export { platform, dataset, .. } = key {
            exports.entry((platform, &dataset.datastore)).or_default().push((&dataset.dataset, key));
        }
    }
    exports
}

/// The exports of what an ingest captures. Those of a datastore are ordered by dataset, as keys are.
fn exports_of(ingest: &NodeKey, exports: &Exports<'_>) -> Set<NodeKey> {
    let NodeKey::Ingest { platform, datastore, dataset } = ingest else {
        return Set::new();
    };
    let mut captured = exports.get(&(platform, datastore)).map_or(&[][..], Vec::as_slice);
    if let Some(only) = dataset {
        let from = captured.partition_point(|(dataset, _)| *dataset < only);
        let to = captured.partition_point(|(dataset, _)| *dataset <= only);
        captured = captured.get(from..to).unwrap_or_default();
    }
    captured.iter().map(|(_, key)| (*key).clone()).collect()
}

/// The repositories of the teams that ask for a node: of the consumers of an export, of the workspace of a transformer, of
/// the producer of a datastore. For a node that is gone, the team of its container stands for its consumers.
fn owners(ecosystem: &Valid<Ecosystem>, graphs: &IntentionGraphs, key: &NodeKey) -> BTreeSet<Repository> {
    let teams: Vec<TeamKey> = match key {
        NodeKey::Export { container, .. } => match graphs.node(key) {
            Some(node) => node
                .consumers()
                .filter_map(|consumer| ecosystem.workspace(&consumer.group.workspace))
                .map(|workspace| TeamKey::clone(&workspace.team))
                .collect(),
            None => vec![container.team_key()],
        },
        NodeKey::Ingest { datastore, .. } => {
            ecosystem.datastore(datastore).map(|located| TeamKey::clone(&located.team)).into_iter().collect()
        }
        NodeKey::Transform { workspace, .. } | NodeKey::Trigger { workspace, .. } => {
            ecosystem.workspace(workspace).map(|located| TeamKey::clone(&located.team)).into_iter().collect()
        }
    };
    teams.iter().filter_map(|team| owner(ecosystem, team)).collect()
}
