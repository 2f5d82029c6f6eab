//! Causes: which nodes came, went or changed, and who owns what changed.

use super::views::PlatformViews;
use crate::output::Manifest;
use datasurface_graph::{Fingerprint, IntentionGraphs, NodeDetail, NodeKey};
use datasurface_model::{DatasetName, DatastoreName, Ecosystem, PlatformName, Repository, TeamKey, Valid};
use datasurface_platform::Cause;
use std::collections::{BTreeMap, BTreeSet};

/// The cause of each node that came, went or changed, by platform. A capture that changed because of its exports names
/// them: they are why.
pub(super) fn causes(
    ecosystem: &Valid<Ecosystem>,
    graphs: &IntentionGraphs,
    manifest: Option<&Manifest>,
    views: &BTreeMap<PlatformName, PlatformViews>,
) -> BTreeMap<PlatformName, BTreeMap<NodeKey, Cause>> {
    let before = nodes_before(manifest);
    let nodes = || views.values().flat_map(|views| views.nodes.iter().map(move |node| (views, node)));
    let after: BTreeMap<NodeKey, (&NodeKey, Fingerprint)> = nodes()
        .map(|(views, node)| (node.facts().storage_key(), (node.key(), views.fingerprint(node))))
        .collect();
    let came_or_changed = after
        .iter()
        .filter(|(key, (_, fingerprint))| before.get(key) != Some(fingerprint))
        .map(|(_, (now, _))| *now);
    let gone = before.keys().filter(|key| !after.contains_key(*key)).copied();
    let changed: BTreeSet<&NodeKey> = came_or_changed.chain(gone).collect();

    let exports = exports_by_datastore(&changed);
    let mut causes: BTreeMap<PlatformName, BTreeMap<NodeKey, Cause>> = BTreeMap::new();
    for key in &changed {
        let because_of = exports_of(key, &exports);
        let nodes = if because_of.is_empty() { [(*key).clone()].into() } else { because_of };
        let owners = nodes.iter().flat_map(|node| owners(ecosystem, graphs, node)).collect();
        causes.entry(key.platform().clone()).or_default().insert((*key).clone(), Cause { nodes, owners });
    }
    causes
}

fn nodes_before(manifest: Option<&Manifest>) -> BTreeMap<&NodeKey, Fingerprint> {
    let platforms = manifest.into_iter().flat_map(|manifest| manifest.platforms().values());
    platforms
        .flat_map(|platform| platform.base_scopes())
        .flat_map(|entry| entry.nodes.iter().map(|(key, fingerprint)| (key, *fingerprint)))
        .collect()
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
fn exports_of(ingest: &NodeKey, exports: &Exports<'_>) -> BTreeSet<NodeKey> {
    let NodeKey::Ingest { platform, datastore, dataset } = ingest else {
        return BTreeSet::new();
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
        NodeKey::Export { container, .. } => match graphs.node(key).map(|node| node.facts().detail.clone()) {
            Some(NodeDetail::Export(export)) => export
                .consumers
                .iter()
                .filter_map(|consumer| ecosystem.workspace(&consumer.group.workspace))
                .map(|workspace| TeamKey::clone(&workspace.team))
                .collect(),
            _ => vec![container.team_key()],
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

fn owner(ecosystem: &Ecosystem, team: &TeamKey) -> Option<Repository> {
    let zone = ecosystem.zones().get(&team.zone)?.definition()?;
    Some(zone.teams().get(&team.team)?.owner().clone())
}
