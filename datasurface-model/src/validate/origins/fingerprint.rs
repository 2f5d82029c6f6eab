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

/// Returns the fingerprint of what a transformer runs, of what it reads, in whatever order, and of what it makes.
pub(crate) fn release_fingerprint<'a>(
    artifact: &CodeArtifact,
    inputs: impl IntoIterator<Item = DescribedDataset<'a>>,
    output: &DescribedDataset<'a>,
) -> Text {
    let inputs: BTreeSet<DescribedDataset<'a>> = inputs.into_iter().collect();
    // These have no maps and nothing that cannot be serialized; a text that is cut off would be another fingerprint.
    let text = serde_json::to_string(&(artifact, inputs, output)).unwrap_or_default();
    blake3::hash(text.as_bytes()).to_hex().as_str().into()
}
