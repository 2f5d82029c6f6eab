//! Transformers.

use super::{artifact::ArtifactObject, release::ReleaseObject, sets::set, settings::unique};
use crate::shape::Shaped;
use datasurface_model::{
    Classification, Cron, DataTransformer, DatastoreName, Release, Set, TransformTrigger,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
    removes: BTreeMap<Classification, String>,
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
        let removes = self.removes.into_iter();
        removes.fold(transformer, |transformer, (classification, reason)| {
            transformer.removal(classification, reason)
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
            removes: transformer.removals().clone(),
        }
    }
}
