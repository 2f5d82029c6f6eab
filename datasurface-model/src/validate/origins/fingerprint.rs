//! The fingerprint to which a zone consents.

use super::{
    super::{
        facts::DatasetClassifications,
        statement_inputs::{is_by_names, sinks},
        unit_index::UnitIndex,
    },
    described_column::DescribedColumn,
    provenance::{movable, provenance, upstream},
    stated_names::StatedNames,
};
use datasurface_ecosystem::{DataTransformer, Workspace};
use datasurface_schema::{Classification, DatasetKey, DatasetName, Text, WorkspaceName, ZoneName};
use serde::Serialize;
use std::collections::BTreeSet;

/// An output of the transformer of a workspace, and the zone that is to let it go.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ReleaseKey {
    pub(crate) workspace: WorkspaceName,
    pub(crate) output: DatasetName,
    pub(crate) zone: ZoneName,
}

/// The fingerprints of what is released, of which a zone consents to either: a rename changes nothing of what is released.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReleaseFingerprints {
    /// By the names of now.
    pub(crate) present: Text,
    /// By the names before the renames that are stated.
    pub(crate) former: Text,
    /// The first dataset on the way whose code can change under its name.
    pub(crate) movable: Option<DatasetKey>,
}

/// What is said of a dataset, and makes a difference to its data: to another dataset, nobody has consented.
#[derive(PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct DescribedDataset<'a> {
    key: DatasetKey,
    columns: Vec<DescribedColumn<'a>>,
    classifications: BTreeSet<&'a Classification>,
}

impl ReleaseFingerprints {
    pub(in crate::validate) fn find(key: &ReleaseKey, directory: &UnitIndex) -> Option<Self> {
        let (_, found) = directory.workspaces().get(&key.workspace)?;
        let transformer = found.entity().transformer()?;
        let fingerprint = |are_former: bool| {
            let names = StatedNames { directory, are_former };
            fingerprint(key, found.entity(), transformer, &names)
        };
        let read: Vec<_> = sinks(found.entity()).cloned().collect();
        let movable = movable(&read, &key.zone, directory);
        Some(Self { present: fingerprint(false), former: fingerprint(true), movable })
    }

    /// Whether a consent to this fingerprint holds.
    pub(crate) fn has(&self, consented: &Text) -> bool {
        *consented == self.present || *consented == self.former
    }
}

/// Returns the datasets that a fingerprint names.
pub(in crate::validate) fn named(key: &ReleaseKey, directory: &UnitIndex) -> BTreeSet<DatasetKey> {
    let found = directory.workspaces().get(&key.workspace).map(|(_, found)| found.entity());
    let Some((workspace, transformer)) = found.and_then(|found| Some((found, found.transformer()?))) else {
        return BTreeSet::new();
    };
    let output = DatasetKey::new(transformer.output(), &key.output);
    let inputs: Vec<_> = sinks(workspace).cloned().collect();
    let mut named = upstream(&inputs, &key.zone, directory);
    named.extend(inputs.into_iter().chain([output]));
    named
}

/// Returns the fingerprint of what a transformer runs, of what it reads, in whatever order, and of what it makes; and of how the data
/// of the zone came to be what is read, which is empty where that is as the zone has it.
fn fingerprint(
    key: &ReleaseKey,
    workspace: &Workspace,
    transformer: &DataTransformer,
    names: &StatedNames<'_>,
) -> Text {
    let is_by_names = is_by_names(workspace, transformer, names.directory, |_| true);
    let described = |key: &DatasetKey| {
        let store = names.directory.datastores().get(&key.datastore);
        let found = store.and_then(|(_, store)| store.entity().datasets().get(&key.dataset));
        let labels = found.map(|found| DatasetClassifications::new(found).labels());
        let columns = found.map(|found| DescribedColumn::all(found.schema(), is_by_names));
        DescribedDataset {
            key: names.dataset(key),
            columns: columns.unwrap_or_default(),
            classifications: labels.into_iter().flatten().collect(),
        }
    };
    let artifact = names.code(workspace, transformer, |_| true);
    let inputs: BTreeSet<DescribedDataset<'_>> = sinks(workspace).map(described).collect();
    let output = described(&DatasetKey::new(transformer.output(), &key.output));
    // These have no maps and nothing that cannot be serialized; a text that is cut off would be another fingerprint.
    let text = serde_json::to_string(&(artifact, inputs, output)).unwrap_or_default();
    let read: Vec<_> = sinks(workspace).cloned().collect();
    let mut hasher = blake3::Hasher::new();
    hasher.update(text.as_bytes()).update(provenance(&read, &key.zone, names).as_bytes());
    hasher.finalize().to_hex().as_str().into()
}
