//! Datasets: one table of a datastore.

use super::Deprecation;
use crate::{
    name::{Classification, DatasetName},
    named::Entity,
    schema::Schema,
};
use std::collections::BTreeSet;

/// A table of a datastore.
///
/// ```
/// use datasurface_model::Dataset;
/// let customers = Dataset::new("customers", "customer_id VarChar(5) key, city VarChar(15)").classified("PII");
/// assert_eq!(customers.schema().table().columns().len(), 2);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dataset {
    name: DatasetName,
    schema: Schema,
    classifications: BTreeSet<Classification>,
    deprecation: Option<Deprecation>,
}

impl Dataset {
    /// A dataset of this shape.
    pub fn new(name: impl Into<DatasetName>, schema: impl Into<Schema>) -> Self {
        Self { name: name.into(), schema: schema.into(), classifications: BTreeSet::new(), deprecation: None }
    }

    /// Classifies the whole dataset. Classify it or its columns, not both.
    #[must_use]
    pub fn classified(mut self, classification: impl Into<Classification>) -> Self {
        self.classifications.insert(classification.into());
        self
    }

    /// Says that consumers should leave.
    #[must_use]
    pub fn deprecated(mut self, deprecation: Deprecation) -> Self {
        self.deprecation = Some(deprecation);
        self
    }

    /// Its shape.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// How sensitive the dataset is as a whole.
    #[must_use]
    pub fn classifications(&self) -> &BTreeSet<Classification> {
        &self.classifications
    }

    /// Every classification that the dataset or one of its columns has.
    #[must_use]
    pub fn all_classifications(&self) -> BTreeSet<Classification> {
        let columns = self.schema.table().columns().iter();
        columns.flat_map(|column| column.classifications()).chain(&self.classifications).cloned().collect()
    }

    /// Whether, since when and why consumers should leave.
    #[must_use]
    pub fn deprecation(&self) -> Option<&Deprecation> {
        self.deprecation.as_ref()
    }
}

impl Entity for Dataset {
    type Name = DatasetName;

    fn name(&self) -> &DatasetName {
        &self.name
    }
}
