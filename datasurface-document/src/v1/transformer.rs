//! Transformers.

use super::{artifact::ArtifactObject, release::ReleaseObject, sets::set, settings::unique};
use crate::shape::Shaped;
use datasurface_model::{
    Classification, ColumnName, Cron, DataTransformer, DatasetName, DatastoreName, Release, Removal, Set,
    TransformTrigger,
};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};
use std::{collections::BTreeMap, fmt};

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a transformer, as an object")]
pub(super) struct TransformerObject {
    output: DatastoreName,
    artifact: ArtifactObject,
    #[serde(default, skip_serializing_if = "When::is_default")]
    trigger: When,
    #[serde(default, deserialize_with = "set", skip_serializing_if = "Set::is_empty")]
    releases: Set<ReleaseObject>,
    #[serde(default, deserialize_with = "unique", skip_serializing_if = "BTreeMap::is_empty")]
    removes: BTreeMap<DatasetName, OutputRemovals>,
}

/// What is removed from one output dataset.
#[derive(Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
struct OutputRemovals(BTreeMap<Classification, RemovalObject>);

impl<'de> Deserialize<'de> for OutputRemovals {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RemovalsVisitor)
    }
}

struct RemovalsVisitor;

impl<'de> Visitor<'de> for RemovalsVisitor {
    type Value = OutputRemovals;

    // Whoever wrote one for all outputs learns how it is written for each.
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "what is removed from an output dataset, as `<dataset>: {PII: {why: …, columns: {<column>: …}}}`",
        )
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<OutputRemovals, A::Error> {
        unique(MapAccessDeserializer::new(members)).map(OutputRemovals)
    }
}

#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a removal, as `{why: …, columns: {<column>: how it is removed}}`")]
struct RemovalObject {
    why: String,
    /// The columns of the output, each with how the classification is removed from it.
    #[serde(deserialize_with = "unique")]
    columns: BTreeMap<ColumnName, String>,
}

#[derive(Default, PartialEq, Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(
    rename_all = "snake_case",
    expecting = "a trigger, as `any_input_moved`, `all_inputs_moved`, `external` or `{\"cron\": …}`"
)]
enum When {
    #[default]
    AnyInputMoved,
    AllInputsMoved,
    Cron(Cron),
    External,
}

impl When {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl TransformerObject {
    pub(super) fn into_model(self) -> DataTransformer {
        let transformer = DataTransformer::new(self.artifact.into_model(), self.output);
        let transformer = transformer.with_trigger(match self.trigger {
            When::Cron(cron) => TransformTrigger::Cron(cron),
            When::External => TransformTrigger::External,
            When::AnyInputMoved => TransformTrigger::AnyInputMoved,
            When::AllInputsMoved => TransformTrigger::AllInputsMoved,
        });
        let releases = self.releases.into_iter().map(Release::from);
        let transformer = releases.fold(transformer, DataTransformer::release);
        let removes = self.removes.into_iter().flat_map(|(dataset, OutputRemovals(removals))| {
            removals
                .into_iter()
                .map(move |(classification, removal)| (dataset.clone(), classification, removal))
        });
        removes.fold(transformer, |transformer, (dataset, classification, RemovalObject { why, columns })| {
            let removal = columns
                .into_iter()
                .fold(Removal::new(why), |removal, (column, method)| removal.column(column, method));
            transformer.removal(dataset, classification, removal)
        })
    }
}

impl From<&DataTransformer> for TransformerObject {
    fn from(transformer: &DataTransformer) -> Self {
        Self {
            output: transformer.output().clone(),
            artifact: transformer.artifact().into(),
            trigger: match transformer.trigger().clone() {
                TransformTrigger::Cron(cron) => When::Cron(cron),
                TransformTrigger::External => When::External,
                TransformTrigger::AnyInputMoved => When::AnyInputMoved,
                TransformTrigger::AllInputsMoved => When::AllInputsMoved,
            },
            releases: transformer.releases().iter().map(ReleaseObject::from).collect(),
            removes: transformer.removals().iter().map(output_removals).collect(),
        }
    }
}

fn output_removals(
    (dataset, removals): (&DatasetName, &BTreeMap<Classification, Removal>),
) -> (DatasetName, OutputRemovals) {
    let removals = removals.iter().map(|(classification, removal)| {
        let object = RemovalObject { why: removal.reason().to_owned(), columns: removal.columns().clone() };
        (classification.clone(), object)
    });
    (dataset.clone(), OutputRemovals(removals.collect()))
}
