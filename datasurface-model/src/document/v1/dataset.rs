//! Datastores and datasets.

use super::{
    capture::CaptureObject,
    compact::Compactly,
    objects::{objects, optional_object},
    quality::QualityCheckObject,
    quantity::Day,
    schema::{SchemaForm, Schemas},
};
use crate::{
    ecosystem::{Dataset, Datastore, Deprecation, Documentation},
    name::{Classification, DatasetName, DatastoreName},
    named::Entity,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a datastore, as an object")]
pub(super) struct DatastoreObject {
    name: DatastoreName,
    #[serde(default, deserialize_with = "optional_object", skip_serializing_if = "Option::is_none")]
    capture: Option<CaptureObject>,
    #[serde(default, deserialize_with = "objects", skip_serializing_if = "Vec::is_empty")]
    datasets: Vec<DatasetObject>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a dataset, as an object")]
struct DatasetObject {
    name: DatasetName,
    schema: SchemaForm,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    classifications: BTreeSet<Classification>,
    #[serde(default, deserialize_with = "optional_object", skip_serializing_if = "Option::is_none")]
    deprecation: Option<DeprecationObject>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    quality_checks: Vec<QualityCheckObject>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    documentation: Option<Compactly<Documentation>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    renamed_from: Option<DatasetName>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a deprecation, as an object")]
struct DeprecationObject {
    since: Day,
    reason: String,
}

impl DatastoreObject {
    pub(super) fn into_model(self, schemas: &mut Schemas) -> Datastore {
        let datastore = Datastore::new(self.name);
        let datastore = match self.capture {
            Some(capture) => datastore.captured(capture.into_model()),
            None => datastore,
        };
        datastore.datasets_replaced(self.datasets.into_iter().map(|dataset| dataset.into_model(schemas)))
    }
}

impl DatasetObject {
    fn into_model(self, schemas: &mut Schemas) -> Dataset {
        let mut dataset = Dataset::new(self.name, schemas.shared(self.schema.0));
        dataset = self.classifications.into_iter().fold(dataset, Dataset::classified);
        if let Some(DeprecationObject { since, reason }) = self.deprecation {
            dataset = dataset.deprecated(Deprecation::new(since.0, reason));
        }
        let checks = self.quality_checks.into_iter().map(QualityCheckObject::into_model);
        dataset = checks.fold(dataset, Dataset::checked);
        if let Some(Compactly(documentation)) = self.documentation {
            dataset = dataset.documented(documentation);
        }
        self.renamed_from.into_iter().fold(dataset, Dataset::renamed_from)
    }
}

impl From<&Datastore> for DatastoreObject {
    fn from(datastore: &Datastore) -> Self {
        Self {
            name: datastore.name().clone(),
            capture: datastore.capture().map(CaptureObject::from),
            datasets: datastore.datasets().iter().map(DatasetObject::from).collect(),
        }
    }
}

impl From<&Dataset> for DatasetObject {
    fn from(dataset: &Dataset) -> Self {
        Self {
            name: dataset.name().clone(),
            schema: SchemaForm(dataset.schema().clone()),
            classifications: dataset.classifications().clone(),
            deprecation: dataset.deprecation().map(|deprecation| DeprecationObject {
                since: Day(deprecation.since()),
                reason: deprecation.reason().to_owned(),
            }),
            quality_checks: dataset.quality_checks().map(QualityCheckObject::from).collect(),
            documentation: dataset.documentation().cloned().map(Compactly),
            renamed_from: dataset.former_name().cloned(),
        }
    }
}
