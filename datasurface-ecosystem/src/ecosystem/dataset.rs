//! Datasets: one table of a datastore.

use super::{Deprecation, InvalidRows, QualityCheck};
use datasurface_schema::{
    Annotations, Classification, Column, DatasetKey, DatasetName, Entity, PolicyName, Schema, Set, Sparse,
    documented, renamed,
};

/// A table of a datastore.
///
/// ```
/// use datasurface_ecosystem::Dataset;
/// let customers = Dataset::new("customers", "customer_id VarChar(5) key, city VarChar(15)").classified("PII");
/// assert_eq!(customers.schema().table().columns().len(), 2);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dataset {
    name: DatasetName,
    schema: Schema,
    classifications: Sparse<Set<Classification>>,
    about: Sparse<Annotations<DatasetName>>,
    details: Sparse<Details>,
}

/// Attributes that few datasets have.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Details {
    deprecation: Option<Deprecation>,
    quality_checks: Set<QualityCheck>,
    invalid_rows: InvalidRows,
    storage_policies: Set<PolicyName>,
    continues: Option<DatasetKey>,
}

static UNCLASSIFIED: Set<Classification> = Set::new();

impl Dataset {
    /// Creates a dataset with this schema.
    pub fn new(name: impl Into<DatasetName>, schema: impl Into<Schema>) -> Self {
        Self {
            name: name.into(),
            schema: schema.into(),
            classifications: Sparse::default(),
            about: Sparse::default(),
            details: Sparse::default(),
        }
    }

    /// Classifies the whole dataset. Classify it or its columns, not both.
    #[must_use]
    pub fn classified(mut self, classification: impl Into<Classification>) -> Self {
        self.classifications.make_mut().insert(classification.into());
        self
    }

    /// Classifies the whole dataset in all these ways, and in no other.
    #[must_use]
    pub fn with_classifications(mut self, classifications: Set<Classification>) -> Self {
        self.classifications = Sparse::new(classifications);
        self
    }

    /// Declares the dataset deprecated: consumers should leave.
    #[must_use]
    pub fn deprecated(mut self, deprecation: Deprecation) -> Self {
        self.details.make_mut().deprecation = Some(deprecation);
        self
    }

    /// Replaces the storage policies that it asks for.
    pub(crate) fn with_storage_policies(mut self, policies: Set<PolicyName>) -> Self {
        self.details.make_mut().storage_policies = policies;
        self
    }

    /// Adds a storage policy of the zone that must hold for the dataset wherever it is stored. Mandatory ones need
    /// not be named.
    #[must_use]
    pub fn storage_policy(mut self, policy: impl Into<PolicyName>) -> Self {
        self.details.make_mut().storage_policies.insert(policy.into());
        self
    }

    /// Adds a check that the data must pass.
    #[must_use]
    pub fn quality_check(mut self, check: QualityCheck) -> Self {
        self.details.make_mut().quality_checks.insert(check);
        self
    }

    /// Sets the treatment of rows that break the schema.
    #[must_use]
    pub fn with_invalid_rows(mut self, invalid_rows: InvalidRows) -> Self {
        if invalid_rows != self.invalid_rows() {
            self.details.make_mut().invalid_rows = invalid_rows;
        }
        self
    }

    /// Makes the dataset take up the data that is held of one that is not declared any more: its history, and what is still promised of
    /// it. Only the team that declared that dataset last may do so, and only a new dataset may be declared so.
    ///
    /// ```
    /// use datasurface_ecosystem::Dataset;
    /// let orders = Dataset::new("orders", "id Integer key").continuing("Shop/orders");
    /// assert_eq!(orders.continues().unwrap().to_string(), "Shop/orders");
    /// ```
    #[must_use]
    pub fn continuing(mut self, dataset: impl Into<DatasetKey>) -> Self {
        self.details.make_mut().continues = Some(dataset.into());
        self
    }

    documented!();
    renamed!(DatasetName);

    /// The schema.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The classifications of the dataset as a whole. Empty: only its columns may be classified.
    #[must_use]
    pub fn classifications(&self) -> &Set<Classification> {
        self.classifications.get().unwrap_or(&UNCLASSIFIED)
    }

    /// Every classification that the dataset or one of its columns has.
    #[must_use]
    pub fn all_classifications(&self) -> Set<Classification> {
        let columns = self.schema.classified_columns().iter();
        columns.flat_map(|column| column.classifications()).chain(self.classifications()).cloned().collect()
    }

    /// Whether it is classified as a whole, or in every column.
    #[must_use]
    pub fn is_classified_completely(&self) -> bool {
        let columns = self.schema.classified_columns();
        let are_columns_classified = || columns.iter().all(|column| !column.classifications().is_empty());
        !self.classifications().is_empty()
            || (!columns.is_empty()
                && are_columns_classified()
                && self.schema.unreadable_columns().is_empty())
    }

    /// Whether it is certain that it is not classified completely. Where columns cannot be read, neither may be.
    #[must_use]
    pub fn is_classified_incompletely(&self) -> bool {
        let is_unclassified = |column: &Column| column.classifications().is_empty();
        !self.is_classified_completely()
            && (!self.may_be_classified_further()
                || self.schema.readable().columns().iter().any(is_unclassified))
    }

    /// Whether columns that cannot be read may be classified. In text no column is, nor is any where the dataset is as a whole.
    #[must_use]
    pub fn may_be_classified_further(&self) -> bool {
        self.schema.avro().is_some()
            && !self.schema.unreadable_columns().is_empty()
            && self.classifications().is_empty()
    }

    /// The deprecation, if the dataset itself is deprecated.
    #[must_use]
    pub fn deprecation(&self) -> Option<&Deprecation> {
        self.details.get()?.deprecation.as_ref()
    }

    /// The dataset whose held data this one takes up, by the name under which its data is stored.
    #[must_use]
    pub fn continues(&self) -> Option<&DatasetKey> {
        self.details.get()?.continues.as_ref()
    }

    /// The storage policies of the zone that the dataset asks for, in order.
    pub fn storage_policies(&self) -> impl Iterator<Item = &PolicyName> {
        self.details.get().into_iter().flat_map(|details| &details.storage_policies)
    }

    /// The treatment of rows that break the schema.
    #[must_use]
    pub fn invalid_rows(&self) -> InvalidRows {
        self.details.get().map_or_else(InvalidRows::default, |details| details.invalid_rows)
    }

    /// The checks that the data must pass, in order.
    pub fn quality_checks(&self) -> impl Iterator<Item = &QualityCheck> {
        self.details.get().into_iter().flat_map(|details| &details.quality_checks)
    }
}

impl Entity for Dataset {
    type Name = DatasetName;

    fn name(&self) -> &DatasetName {
        &self.name
    }
}
