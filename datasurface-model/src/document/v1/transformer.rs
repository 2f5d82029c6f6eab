//! Transformers.

use super::{objects::objects, settings::unique};
use crate::{
    ecosystem::{CodeArtifact, Cron, DataTransformer, Select, TransformTrigger},
    name::{Classification, DatasetName, DatastoreName},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a transformer, as an object")]
pub(super) struct TransformerObject {
    output: DatastoreName,
    artifact: ArtifactObject,
    #[serde(default, skip_serializing_if = "When::is_default")]
    trigger: When,
    #[serde(default, deserialize_with = "unique", skip_serializing_if = "BTreeMap::is_empty")]
    removes: BTreeMap<Classification, String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", expecting = "code, as an object")]
enum ArtifactObject {
    Sql(SqlObject),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "SQL code, as an object")]
struct SqlObject {
    #[serde(default, deserialize_with = "objects", skip_serializing_if = "Vec::is_empty")]
    selects: Vec<SelectObject>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a statement, as an object")]
struct SelectObject {
    dataset: DatasetName,
    sql: String,
}

#[derive(Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", expecting = "a trigger, as `all_inputs_moved` or `{\"cron\": …}`")]
enum When {
    #[default]
    AllInputsMoved,
    Cron(Cron),
}

impl When {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl TransformerObject {
    pub(super) fn into_model(self) -> DataTransformer {
        let ArtifactObject::Sql(SqlObject { selects }) = self.artifact;
        // In the order of the document: it is part of the code.
        let selects = selects.into_iter().map(|SelectObject { dataset, sql }| Select { dataset, sql });
        let artifact = CodeArtifact::Sql { selects: selects.collect() };
        let transformer = DataTransformer::new(artifact, self.output);
        let transformer = match self.trigger {
            When::Cron(cron) => transformer.cron(cron),
            When::AllInputsMoved => transformer,
        };
        let removes = self.removes.into_iter();
        removes.fold(transformer, |transformer, (classification, reason)| {
            transformer.removing(classification, reason)
        })
    }
}

impl From<&DataTransformer> for TransformerObject {
    fn from(transformer: &DataTransformer) -> Self {
        let CodeArtifact::Sql { selects } = transformer.artifact().clone();
        let selects = selects.into_iter().map(|Select { dataset, sql }| SelectObject { dataset, sql });
        Self {
            output: transformer.output().clone(),
            artifact: ArtifactObject::Sql(SqlObject { selects: selects.collect() }),
            trigger: match transformer.trigger().clone() {
                TransformTrigger::Cron(cron) => When::Cron(cron),
                TransformTrigger::AllInputsMoved => When::AllInputsMoved,
            },
            removes: transformer.removes().clone(),
        }
    }
}
