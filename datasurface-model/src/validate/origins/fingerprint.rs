//! The fingerprint to which a zone consents.

use datasurface_ecosystem::CodeArtifact;
use datasurface_schema::{Classification, DatasetKey, Schema, Text};
use serde::Serialize;
use std::collections::BTreeSet;

/// What is said of a dataset: to another dataset, nobody has consented.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct DescribedDataset<'a> {
    pub(crate) key: &'a DatasetKey,
    pub(crate) schema: Option<&'a Schema>,
    pub(crate) classifications: BTreeSet<&'a Classification>,
}

/// Returns the fingerprint of what a transformer runs, of what it reads, in whatever order, and of what it makes; and of how the data
/// of the zone came to be what is read, which is empty where that is as the zone has it.
pub(crate) fn release_fingerprint<'a>(
    artifact: &CodeArtifact,
    inputs: impl IntoIterator<Item = DescribedDataset<'a>>,
    output: &DescribedDataset<'a>,
    provenance: &str,
) -> Text {
    let inputs: BTreeSet<DescribedDataset<'a>> = inputs.into_iter().collect();
    // These have no maps and nothing that cannot be serialized; a text that is cut off would be another fingerprint.
    let text = serde_json::to_string(&(artifact, inputs, output)).unwrap_or_default();
    let mut hasher = blake3::Hasher::new();
    hasher.update(text.as_bytes()).update(provenance.as_bytes());
    hasher.finalize().to_hex().as_str().into()
}
