//! The data that a finding is about.

use datasurface_model::{
    Classification, Dataset, DatasetKey, DatasetName, Datastore, Diagnostic, Ecosystem, Entity, GroupKey,
    Located, ModelPath, PolicyKey, Provenance, Valid, Workspace, ZoneName, ownership::OwnedPart, segment,
};
use std::collections::BTreeSet;

/// A dataset that a finding is about.
pub(super) struct FindingData {
    pub(super) place: ModelPath,
    /// How the data comes to be, from what whoever may accept the finding has; none where only that it is there is accepted.
    pub(super) provenance: Option<Provenance>,
    /// The classes of data that comes from elsewhere, where a zone accepts it that receives it.
    pub(super) classes: BTreeSet<Classification>,
}

/// Returns the datasets that a finding is about, as far as whoever may accept it has a say in them. What the ecosystem may accept is not
/// about data, but for the code of transformers.
pub(super) fn finding_data(ecosystem: &Valid<Ecosystem>, finding: &Diagnostic) -> Vec<FindingData> {
    // The keys of groups and datasets are one segment each.
    let path = finding.path().to_string();
    let segments: Vec<&str> = path.split('/').collect();
    let is_of_code = segments.get(6) == Some(&segment::TRANSFORMER);
    let guardian = finding.guardian();
    if guardian == OwnedPart::Ecosystem && !is_of_code {
        return Vec::new();
    }
    let policy = finding.policy();
    // For what a zone receives, its policies hold whatever it comes from.
    let is_received =
        policy.as_ref().is_some_and(|policy| receiving(ecosystem, &segments).contains(&policy.zone));
    let is_own = |key: &DatasetKey| policy.as_ref().is_none_or(|policy| is_under(ecosystem, key, policy));
    let is_meant = |key: &DatasetKey| is_received || is_own(key);
    // Whose container others deliver to has no say in what they deliver.
    let is_delivered = segments.get(6) == Some(&segment::CONTAINER);
    // Of a container that is captured from, each table is what its team lends.
    let is_lent = matches!(guardian, OwnedPart::Team(_)) && segments.get(6) == Some(&segment::CAPTURE);
    let zone = zone_of(&guardian).filter(|_| !is_lent);
    let datasets = named(ecosystem, &segments).into_iter().filter(is_meant);
    datasets
        .filter_map(|key| {
            let is_own = is_own(&key);
            let provenance = (!is_delivered && is_own).then(|| ecosystem.provenance(&key, zone));
            let found = ecosystem.dataset(&key).filter(|_| !is_own);
            let classes = found.into_iter().flat_map(classes).cloned().collect();
            Some(FindingData { place: place(ecosystem, &key)?, provenance, classes })
        })
        .collect()
}

/// The datasets at a place: one, those of a datastore, or those that a group or a workspace receives or makes.
fn named(ecosystem: &Valid<Ecosystem>, segments: &[&str]) -> BTreeSet<DatasetKey> {
    let of_datastore = |name: &str| {
        let found: Option<&Located<Datastore>> = ecosystem.datastore(&name.into());
        let keys = found.into_iter().flat_map(|found| found.entity.datasets().names());
        keys.map(|dataset| DatasetKey::new(name, dataset)).collect()
    };
    let of_group = |workspace: &str, group: &str| {
        let sinks = ecosystem.group(&GroupKey::new(workspace, group)).map(|group| group.sinks());
        sinks.into_iter().flatten().map(|sink| sink.name().clone()).collect()
    };
    let workspace = |name: &str| -> Option<&Workspace> { Some(&ecosystem.workspace(&name.into())?.entity) };
    match *segments {
        [segment::PRIMARY_PINS, datastore, ..] => of_datastore(datastore),
        [segment::GROUP_PINS, workspace, group, ..] => of_group(workspace, group),
        [_, _, _, _, segment::DATASTORES, datastore, segment::DATASETS, dataset, ..] => {
            BTreeSet::from([DatasetKey::new(datastore, dataset)])
        }
        [_, _, _, _, segment::DATASTORES, datastore, ..] => of_datastore(datastore),
        [_, _, _, _, segment::WORKSPACES, _, segment::GROUPS, _, segment::SINKS, datastore, dataset, ..] => {
            BTreeSet::from([DatasetKey::new(datastore, dataset)])
        }
        [_, _, _, _, segment::WORKSPACES, workspace, segment::GROUPS, group, ..] => {
            of_group(workspace, group)
        }
        [_, _, _, _, segment::WORKSPACES, name, segment::TRANSFORMER, ref inside @ ..] => {
            let output = workspace(name).and_then(Workspace::transformer).map(|found| found.output());
            let all = output.map(|output| of_datastore(output.as_str())).unwrap_or_default();
            let is_about = |key: &DatasetKey| inside.contains(&key.dataset.as_str());
            match all.iter().any(is_about) {
                true => all.into_iter().filter(is_about).collect(),
                false => all,
            }
        }
        [_, _, _, _, segment::WORKSPACES, name, ..] => {
            let groups = workspace(name).into_iter().flat_map(Workspace::groups);
            groups.flat_map(|group| of_group(name, group.name().as_str())).collect()
        }
        _ => BTreeSet::new(),
    }
}

/// The zones that receive what a workspace at a place gets: its own, and that of its container.
fn receiving(ecosystem: &Valid<Ecosystem>, segments: &[&str]) -> BTreeSet<ZoneName> {
    let name = match *segments {
        [segment::GROUP_PINS, name, ..] | [_, _, _, _, segment::WORKSPACES, name, ..] => name,
        _ => return BTreeSet::new(),
    };
    let found = ecosystem.workspace(&name.into());
    let zones = found.map(|found| {
        let container = found.entity.container().map(|container| container.zone.clone());
        container.into_iter().chain([found.team.zone.clone()])
    });
    zones.into_iter().flatten().collect()
}

fn classes(dataset: &Dataset) -> impl Iterator<Item = &Classification> {
    let columns = dataset.schema().table().columns();
    dataset.classifications().iter().chain(columns.iter().flat_map(|column| column.classifications()))
}

/// Whether a policy holds for a dataset: it has data of the zone, and was not freed from it.
fn is_under(ecosystem: &Valid<Ecosystem>, key: &DatasetKey, policy: &PolicyKey) -> bool {
    if let Some(origins) = ecosystem.origins(key) {
        return origins.zones.get(&policy.zone).is_some_and(|freed| !freed.contains(&policy.policy))
            || origins.storage.contains(policy);
    }
    ecosystem.datastore(&key.datastore).is_some_and(|found| {
        let source = found.entity.capture().map(|capture| &capture.container().zone);
        found.team.zone == policy.zone || source == Some(&policy.zone)
    })
}

fn place(ecosystem: &Valid<Ecosystem>, key: &DatasetKey) -> Option<ModelPath> {
    let DatasetKey { datastore, dataset, .. } = key;
    let found = ecosystem.datastore(datastore)?;
    let team = OwnedPart::Team((*found.team).clone()).path();
    let name: &DatasetName = dataset;
    Some(team.child(segment::DATASTORES, datastore).child(segment::DATASETS, name))
}

fn zone_of(part: &OwnedPart) -> Option<&ZoneName> {
    match part {
        OwnedPart::Ecosystem => None,
        OwnedPart::Zone(zone) => Some(zone),
        OwnedPart::Team(team) => Some(&team.zone),
    }
}
