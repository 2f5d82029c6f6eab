//! Datastores: what a producer offers.

use super::{Access, Approval, Capture, Dataset, Deprecation, ProductionStatus, edit::edited};
use datasurface_schema::{
    Annotations, DatasetKey, DatasetName, DatastoreName, Entity, Named, Set, Sparse, documented, renamed,
};
use std::collections::BTreeSet;

/// A set of datasets that belong together, and their capture. The output of a transformer has no capture of its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Datastore {
    name: DatastoreName,
    capture: Option<Capture>,
    datasets: Named<Dataset>,
    production: ProductionStatus,
    about: Sparse<Annotations<DatastoreName>>,
    details: Sparse<Details>,
}

/// Attributes that few datastores have.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Details {
    access: Access,
    deprecation: Option<Deprecation<DatastoreName>>,
}

static OPEN: Access = Access::Open;

impl Datastore {
    /// Creates a datastore without datasets.
    pub fn new(name: impl Into<DatastoreName>) -> Self {
        Self {
            name: name.into(),
            capture: None,
            datasets: Named::default(),
            production: ProductionStatus::NotProduction,
            about: Sparse::default(),
            details: Sparse::default(),
        }
    }

    /// Sets the capture.
    #[must_use]
    pub fn captured(mut self, capture: Capture) -> Self {
        self.capture = Some(capture);
        self
    }

    /// Adds a dataset.
    #[must_use]
    pub fn dataset(mut self, dataset: Dataset) -> Self {
        self.datasets.insert(dataset);
        self
    }

    /// Replaces all datasets by these.
    #[must_use]
    pub fn with_datasets(mut self, datasets: impl IntoIterator<Item = Dataset>) -> Self {
        self.datasets = datasets.into_iter().collect();
        self
    }

    /// Removes the datasets of these names, with what the capture says of them.
    #[must_use]
    pub fn without_datasets(mut self, names: &BTreeSet<&DatasetName>) -> Self {
        let is_kept = |dataset: &&Dataset| !names.contains(dataset.name());
        let kept: Vec<Dataset> = self.datasets.iter().filter(is_kept).cloned().collect();
        let kept_names: Set<&DatasetName> = kept.iter().map(Entity::name).collect();
        self.capture = self.capture.map(|capture| capture.restricted_to(&kept_names));
        self.datasets = kept.into_iter().collect();
        self
    }

    /// Replaces a dataset by the result of `change`; nothing changes if there is none of this name.
    #[must_use]
    pub fn edit_dataset(mut self, name: &DatasetName, change: impl FnOnce(Dataset) -> Dataset) -> Self {
        self.datasets = edited(self.datasets, name, change);
        self
    }

    /// Declares that the business depends on the datastore.
    #[must_use]
    pub fn in_production(mut self) -> Self {
        self.production = ProductionStatus::Production;
        self
    }

    /// Restricts the datastore to groups with an [approval](Self::approval).
    #[must_use]
    pub fn restricted(mut self) -> Self {
        let access = &mut self.details.make_mut().access;
        if *access == Access::Open {
            *access = Access::Approved(Set::new());
        }
        self
    }

    /// Adds the approval of a group for a dataset, and restricts the datastore to groups with an approval.
    #[must_use]
    pub fn approval(mut self, approval: Approval) -> Self {
        self = self.restricted();
        if let Access::Approved(approvals) = &mut self.details.make_mut().access {
            approvals.insert(approval);
        }
        self
    }

    /// Replaces all approvals by these.
    pub(crate) fn with_approvals(mut self, approvals: Set<Approval>) -> Self {
        self.details.make_mut().access = Access::Approved(approvals);
        self
    }

    /// Declares the datastore deprecated: consumers of all its datasets should leave.
    #[must_use]
    pub fn deprecated(mut self, deprecation: Deprecation<DatastoreName>) -> Self {
        self.details.make_mut().deprecation = Some(deprecation);
        self
    }

    documented!();
    renamed!(DatastoreName);

    /// The capture; none if a transformer makes the data.
    #[must_use]
    pub fn capture(&self) -> Option<&Capture> {
        self.capture.as_ref()
    }

    /// The datasets.
    #[must_use]
    pub fn datasets(&self) -> &Named<Dataset> {
        &self.datasets
    }

    /// Returns the keys that a dataset had before, as the statements of its rename and of that of the datastore tell.
    #[must_use]
    pub fn former_keys(&self, dataset: &DatasetName) -> Vec<DatasetKey> {
        let present = self.datasets.get(dataset);
        let names = || [Some(dataset), present.and_then(Dataset::former_name)].into_iter().flatten();
        let stores = [Some(&self.name), self.former_name()].into_iter().flatten();
        let keys = stores.flat_map(|store| names().map(move |name| DatasetKey::new(store, name)));
        // The first is the present one.
        keys.skip(1).collect()
    }

    /// The production status: whether the business depends on the datastore.
    #[must_use]
    pub fn production_status(&self) -> ProductionStatus {
        self.production
    }

    /// The access: the groups that may have a sink on the datastore.
    #[must_use]
    pub fn access(&self) -> &Access {
        self.details.get().map_or(&OPEN, |details| &details.access)
    }

    /// The deprecation, if the datastore is deprecated with all its datasets.
    #[must_use]
    pub fn deprecation(&self) -> Option<&Deprecation<DatastoreName>> {
        self.details.get()?.deprecation.as_ref()
    }
}

impl Entity for Datastore {
    type Name = DatastoreName;

    fn name(&self) -> &DatastoreName {
        &self.name
    }
}
