//! Datastores and datasets.

use super::{
    access::{ApprovalObject, approvals, approved},
    annotations::{DocumentationForm, described, written},
    capture::CaptureObject,
    lifecycle::DeprecationObject,
    objects::{objects, optional_object},
    production::is_production,
    quality::QualityCheckObject,
    schema::{SchemaForm, Schemas},
    sets::{said_object_set, set},
    short_form::ShortForm,
    words::Word,
};
use crate::shape::Shaped;
use datasurface_model::{
    Classification, Dataset, DatasetKey, DatasetName, Datastore, DatastoreName, Entity, InvalidRows,
    PolicyName, Set,
};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a datastore, as an object")]
#[shape(identified_by(name))]
pub(super) struct DatastoreObject {
    name: DatastoreName,
    #[serde(default, deserialize_with = "optional_object", skip_serializing_if = "Option::is_none")]
    capture: Option<CaptureObject>,
    #[serde(default, deserialize_with = "objects", skip_serializing_if = "Vec::is_empty")]
    datasets: Vec<DatasetObject>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    production: bool,
    #[serde(default, deserialize_with = "said_object_set", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "json-schema", schemars(with = "Set<ApprovalObject>"))]
    approved: Option<Set<ApprovalObject>>,
    #[serde(default, deserialize_with = "optional_object", skip_serializing_if = "Option::is_none")]
    deprecation: Option<DeprecationObject<DatastoreName>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    documentation: DocumentationForm,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    renamed_from: Option<DatastoreName>,
}

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a dataset, as an object")]
#[shape(identified_by(name))]
struct DatasetObject {
    name: DatasetName,
    schema: SchemaForm,
    #[serde(default, deserialize_with = "set", skip_serializing_if = "Set::is_empty")]
    classifications: Set<Classification>,
    #[serde(default, deserialize_with = "optional_object", skip_serializing_if = "Option::is_none")]
    // There are many datasets, and few of them are deprecated.
    deprecation: Option<Box<DeprecationObject<DatasetKey>>>,
    #[serde(default, deserialize_with = "set", skip_serializing_if = "Set::is_empty")]
    storage_policies: Set<PolicyName>,
    #[serde(default, deserialize_with = "set", skip_serializing_if = "Set::is_empty")]
    quality_checks: Set<QualityCheckObject>,
    #[serde(default, skip_serializing_if = "Word::is_default")]
    invalid_rows: Word<InvalidRows>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    documentation: DocumentationForm,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    renamed_from: Option<DatasetName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    continues: Option<Box<ShortForm<DatasetKey>>>,
}

impl DatastoreObject {
    pub(super) fn into_model(self, schemas: &mut Schemas) -> Datastore {
        let mut datastore = Datastore::new(self.name);
        if let Some(capture) = self.capture {
            datastore = datastore.captured(capture.into_model());
        }
        if self.production {
            datastore = datastore.in_production();
        }
        if let Some(approvals) = self.approved {
            datastore = approved(datastore, approvals);
        }
        if let Some(deprecation) = self.deprecation {
            datastore = datastore.deprecated(deprecation.into_model());
        }
        let datasets = self.datasets.into_iter().map(|dataset| dataset.into_model(schemas));
        described(
            datastore.with_datasets(datasets),
            self.documentation,
            self.renamed_from,
            Datastore::documented,
            Datastore::renamed_from,
        )
    }
}

impl DatasetObject {
    fn into_model(self, schemas: &mut Schemas) -> Dataset {
        let schema = schemas.intern(self.schema);
        let mut dataset = Dataset::new(self.name, schema).with_classifications(self.classifications);
        if let Some(deprecation) = self.deprecation {
            dataset = dataset.deprecated((*deprecation).into_model());
        }
        dataset = self.storage_policies.into_iter().fold(dataset, Dataset::storage_policy);
        let checks = self.quality_checks.into_iter().map(QualityCheckObject::into_model);
        dataset = checks.fold(dataset, Dataset::quality_check).with_invalid_rows(self.invalid_rows.0);
        if let Some(continues) = self.continues {
            dataset = dataset.continuing(continues.0);
        }
        described(dataset, self.documentation, self.renamed_from, Dataset::documented, Dataset::renamed_from)
    }
}

impl From<&Datastore> for DatastoreObject {
    fn from(datastore: &Datastore) -> Self {
        Self {
            name: datastore.name().clone(),
            capture: datastore.capture().map(CaptureObject::from),
            datasets: datastore.datasets().iter().map(DatasetObject::from).collect(),
            production: is_production(datastore.production_status()),
            approved: approvals(datastore.access()),
            deprecation: datastore.deprecation().map(DeprecationObject::from),
            documentation: written(datastore.documentation()),
            renamed_from: datastore.former_name().cloned(),
        }
    }
}

impl From<&Dataset> for DatasetObject {
    fn from(dataset: &Dataset) -> Self {
        Self {
            name: dataset.name().clone(),
            schema: SchemaForm::Schema(dataset.schema().clone()),
            classifications: dataset.classifications().clone(),
            deprecation: dataset.deprecation().map(|deprecation| Box::new(deprecation.into())),
            storage_policies: dataset.storage_policies().cloned().collect(),
            quality_checks: dataset.quality_checks().map(QualityCheckObject::from).collect(),
            invalid_rows: Word(dataset.invalid_rows()),
            documentation: written(dataset.documentation()),
            renamed_from: dataset.former_name().cloned(),
            continues: dataset.continues().cloned().map(|key| Box::new(ShortForm(key))),
        }
    }
}
