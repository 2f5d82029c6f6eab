//! How the data of a zone came to be what a transformer reads, or what a dataset is. A zone that lets go of totals has not consented to
//! the rows that another statement upstream passes on under the same name.

use super::{
    super::{statement_inputs::sinks, unit_index::UnitIndex},
    evaluate::delivering,
    lineage_graph::{LineageGraph, LineageNode},
    lineage_path::{LineageKey, is_of_zone},
    stated_names::{StatedNames, has_word},
};
use datasurface_ecosystem::{CaptureKind, CodeArtifact, ContainerKind, DataContainer, Workspace};
use datasurface_schema::{DatasetKey, DatastoreName, Text, ZoneName};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// How the data of a dataset comes to be: the statement that makes it, or the table that is captured, and what is done to data of a zone
/// before. Values to compare, which say nothing by themselves.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Provenance {
    /// By the names of now.
    present: Text,
    /// By the names before the renames that are stated.
    former: Text,
}

impl Provenance {
    /// Whether data comes to be in the same way here and there: renames that are stated make no difference.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let texts = [&self.present, &self.former];
        texts.into_iter().any(|text| [&other.present, &other.former].contains(&text))
    }

    pub(super) fn find(
        dataset: &DatasetKey,
        zone: Option<&ZoneName>,
        lineage: &LineageGraph,
        directory: &UnitIndex,
    ) -> Self {
        let digest = |are_former: bool| {
            let names = StatedNames { directory, are_former };
            // As for fingerprints: nothing in these cannot be serialized.
            let own = serde_json::to_string(&last_step(dataset, zone, &names)).unwrap_or_default();
            let datastore = dataset.datastore.clone();
            let before =
                zone.map(|zone| provenance(&LineageKey { datastore, zone: zone.clone() }, lineage, &names));
            let mut hasher = blake3::Hasher::new();
            hasher.update(own.as_bytes()).update(before.unwrap_or_default().as_bytes());
            hasher.finalize().to_hex().as_str().into()
        };
        Self { present: digest(false), former: digest(true) }
    }
}

/// What makes one dataset.
#[derive(Serialize)]
struct LastStep<'a> {
    code: Option<CodeArtifact>,
    /// What the code reads: of a statement, what it names.
    inputs: BTreeSet<DatasetKey>,
    /// The table, topic or files that are captured, and from where: by its address, whatever it is called.
    capture: Option<(Text, Option<&'a ContainerKind>)>,
}

/// Returns the step that makes a dataset; none if a zone has it by itself.
fn last_step<'a>(key: &DatasetKey, zone: Option<&ZoneName>, names: &StatedNames<'a>) -> Option<LastStep<'a>> {
    let directory = names.directory;
    if let Some(workspace) = directory.producers().get(&key.datastore) {
        let (_, found) = directory.workspaces().get(workspace)?;
        let (workspace, output) = (found.entity(), names.dataset(key).dataset);
        let mut code = names.artifact(workspace, workspace.transformer()?);
        let mut inputs: BTreeSet<_> = sinks(workspace).map(|key| names.dataset(key)).collect();
        if let CodeArtifact::Sql { selects } = &mut code {
            selects.retain(|select| select.dataset == output);
            let is_named = |key: &DatasetKey| selects.iter().any(|one| has_word(&one.sql, &key.input_name()));
            inputs.retain(is_named);
        }
        return Some(LastStep { code: Some(code), inputs, capture: None });
    }
    let (_, store) = directory.datastores().get(&key.datastore)?;
    let capture = store.entity().capture()?;
    let is_own = |zone: &ZoneName| store.located().team.zone == *zone && capture.container().zone == *zone;
    if zone.is_some_and(is_own) {
        return None;
    }
    let (_, stated) = capture.kind().sources();
    let source =
        stated.get(&key.dataset).cloned().unwrap_or_else(|| names.dataset(key).dataset.as_str().into());
    let container = directory.containers().get(capture.container()).map(DataContainer::kind);
    Some(LastStep { code: None, inputs: BTreeSet::new(), capture: Some((source, container)) })
}

/// What fills a datastore.
#[derive(Serialize)]
struct ProvenanceStep<'a> {
    transformer: Option<CodeArtifact>,
    /// How it is captured, and from where: by its address, whatever it is called.
    capture: Option<(&'a CaptureKind, Option<&'a ContainerKind>)>,
    /// What the transformer reads, or what is delivered to where the datastore is captured from.
    inputs: BTreeSet<DatasetKey>,
}

/// Returns the digest of all steps between data of a zone and what the transformer of a datastore reads; empty, if it reads the data
/// as the zone has it. Releases on the way make no difference: what is released is of the zone no less.
pub(super) fn provenance(key: &LineageKey, lineage: &LineageGraph, names: &StatedNames<'_>) -> Text {
    let steps: BTreeMap<DatastoreName, ProvenanceStep<'_>> = filled(key, lineage, names.directory)
        .into_iter()
        .filter_map(|name| Some((names.datastore(name), step(name, names)?)))
        .collect();
    if steps.is_empty() {
        return Text::default();
    }
    // As for fingerprints: nothing in these cannot be serialized.
    let text = serde_json::to_string(&steps).unwrap_or_default();
    blake3::hash(text.as_bytes()).to_hex().as_str().into()
}

/// Returns what is read by all of these steps.
pub(super) fn read_upstream(
    key: &LineageKey,
    lineage: &LineageGraph,
    directory: &UnitIndex,
) -> BTreeSet<DatasetKey> {
    let names = StatedNames { directory, are_former: false };
    let steps = filled(key, lineage, directory).into_iter().filter_map(|name| step(name, &names));
    steps.flat_map(|step| step.inputs).collect()
}

/// The datastores that these steps fill, in order.
fn filled<'a>(
    key: &LineageKey,
    lineage: &'a LineageGraph,
    directory: &UnitIndex,
) -> BTreeSet<&'a DatastoreName> {
    let target = LineageNode::Datastore(key.datastore.clone());
    let upstream = reachable(lineage.inputs(&target), |node| lineage.inputs(node));
    let of_zone = upstream.iter().copied().filter(|node| match node {
        LineageNode::Datastore(name) => is_of_zone(name, &key.zone, directory),
        LineageNode::Site(_) => false,
    });
    let is_in_zone = |name: &DatastoreName| {
        let found = directory.datastores().get(name);
        found.is_some_and(|(_, store)| store.located().team.zone == key.zone)
    };
    let downstream = reachable(of_zone, |node| lineage.readers(node).iter().map(|reader| &**reader));
    let steps = upstream.intersection(&downstream).filter_map(|node| match node {
        // What the zone captures itself is as it has it.
        LineageNode::Datastore(name) if !lineage.inputs(node).is_empty() || !is_in_zone(name) => Some(name),
        _ => None,
    });
    steps.collect()
}

/// Returns some nodes and all to which they lead.
fn reachable<'a, N: IntoIterator<Item = &'a LineageNode>>(
    from: impl IntoIterator<Item = &'a LineageNode>,
    next: impl Fn(&'a LineageNode) -> N,
) -> BTreeSet<&'a LineageNode> {
    let mut waiting: Vec<&LineageNode> = from.into_iter().collect();
    let mut reached = BTreeSet::new();
    while let Some(node) = waiting.pop() {
        if reached.insert(node) {
            waiting.extend(next(node));
        }
    }
    reached
}

fn step<'a>(name: &DatastoreName, names: &StatedNames<'a>) -> Option<ProvenanceStep<'a>> {
    let directory = names.directory;
    let keys = |workspace: &Workspace| sinks(workspace).map(|key| names.dataset(key)).collect::<Vec<_>>();
    if let Some(workspace) = directory.producers().get(name) {
        let (_, found) = directory.workspaces().get(workspace)?;
        let workspace = found.entity();
        let transformer = workspace.transformer().map(|transformer| names.artifact(workspace, transformer));
        return Some(ProvenanceStep {
            transformer,
            capture: None,
            inputs: keys(workspace).into_iter().collect(),
        });
    }
    let (_, datastore) = directory.datastores().get(name)?;
    let capture = datastore.entity().capture()?;
    let site = directory.containers().site(capture.container());
    let inputs = delivering(&site, directory).flat_map(|workspace| keys(&workspace.entity)).collect();
    let container = directory.containers().get(capture.container()).map(DataContainer::kind);
    Some(ProvenanceStep { transformer: None, capture: Some((capture.kind(), container)), inputs })
}
