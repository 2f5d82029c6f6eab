//! Removals: what a transformer takes out of the data.

use datasurface_schema::ColumnName;
use std::collections::BTreeMap;

/// The declaration that a classification of the inputs is not in some columns of an output dataset any more.
///
/// ```
/// use datasurface_ecosystem::{DataTransformer, Removal};
/// let masked = Removal::new("calls are counted, not traced").column("phone", "replaced by a constant");
/// let transformer = DataTransformer::sql("Masked")
///     .select("customers", "SELECT id, '-' AS phone FROM Shop_customers")
///     .removal("customers", "PII", masked);
/// assert_eq!(transformer.removals().len(), 1);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Removal {
    reason: String,
    columns: BTreeMap<ColumnName, String>,
}

impl Removal {
    /// Creates a removal for a reason. It frees no column before one is named.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), columns: BTreeMap::new() }
    }

    /// Adds a column of the output from which the classification is removed, and the way in which that is done.
    #[must_use]
    pub fn column(mut self, column: impl Into<ColumnName>, method: impl Into<String>) -> Self {
        self.columns.insert(column.into(), method.into());
        self
    }

    /// Adds several columns from which the classification is removed in one way.
    #[must_use]
    pub fn with_columns<N: Into<ColumnName>>(
        self,
        columns: impl IntoIterator<Item = N>,
        method: impl Into<String>,
    ) -> Self {
        let method = method.into();
        columns.into_iter().fold(self, |removal, column| removal.column(column, method.as_str()))
    }

    /// The reason.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The columns of the output from which the classification is removed, each with the way in which that is done.
    #[must_use]
    pub fn columns(&self) -> &BTreeMap<ColumnName, String> {
        &self.columns
    }
}
