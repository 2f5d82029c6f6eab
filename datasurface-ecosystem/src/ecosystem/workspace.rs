//! Workspaces: what a consumer wants, and where.

use super::{
    DataTransformer, Deadline, Entitlement, Latency, Milestoning, Principal, Priority, ProductionStatus,
    Requirements, Retention, edit::edited,
};
use chrono::NaiveDate;
use datasurface_schema::{
    Annotations, Classification, ContainerKey, CredentialName, DatasetKey, Entity, GroupName, Named,
    PlatformName, Regulator, Set, Sparse, WorkspaceName, documented, renamed,
};

/// A consumer: groups of datasets, brought into one container; or the inputs of a transformer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Workspace {
    name: WorkspaceName,
    container: Option<ContainerKey>,
    credential: Option<CredentialName>,
    priority: Option<Priority>,
    deadline: Option<Deadline>,
    production: ProductionStatus,
    classification_limit: Option<Set<Classification>>,
    groups: Named<DatasetGroup>,
    transformer: Option<DataTransformer>,
    entitlement: Entitlement,
    about: Sparse<Annotations<WorkspaceName>>,
}

impl Workspace {
    /// Creates a workspace without dataset groups.
    pub fn new(name: impl Into<WorkspaceName>) -> Self {
        Self {
            name: name.into(),
            container: None,
            credential: None,
            priority: None,
            deadline: None,
            production: ProductionStatus::NotProduction,
            classification_limit: None,
            groups: Named::default(),
            transformer: None,
            entitlement: Entitlement::new(),
            about: Sparse::default(),
        }
    }

    /// Sets the container into which the data is brought.
    #[must_use]
    pub fn with_container(mut self, container: impl Into<ContainerKey>) -> Self {
        self.container = Some(container.into());
        self
    }

    /// Sets the credential for delivering the data, by name: one of the workspace's own team.
    #[must_use]
    pub fn with_credential(mut self, credential: impl Into<CredentialName>) -> Self {
        self.credential = Some(credential.into());
        self
    }

    /// Sets the priority.
    #[must_use]
    pub fn with_priority(mut self, priority: Priority) -> Self {
        self.priority = Some(priority);
        self
    }

    /// Sets the deadline, by which the data must be complete, every day.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Deadline) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Declares that the business depends on the workspace.
    #[must_use]
    pub fn in_production(mut self) -> Self {
        self.production = ProductionStatus::Production;
        self
    }

    /// Restricts the workspace to data of these classifications; data that is not classified is excluded, too.
    #[must_use]
    pub fn with_classification_limit<C: Into<Classification>>(
        mut self,
        classifications: impl IntoIterator<Item = C>,
    ) -> Self {
        self.classification_limit = Some(classifications.into_iter().map(Into::into).collect());
        self
    }

    /// Adds a group of datasets.
    #[must_use]
    pub fn group(mut self, group: DatasetGroup) -> Self {
        self.groups.insert(group);
        self
    }

    /// Replaces a group by the result of `change`.
    #[must_use]
    pub fn edit_group(mut self, name: &GroupName, change: impl FnOnce(DatasetGroup) -> DatasetGroup) -> Self {
        self.groups = edited(self.groups, name, change);
        self
    }

    /// Removes the groups of this name.
    #[must_use]
    pub fn without_group(mut self, name: &GroupName) -> Self {
        self.groups.remove(name);
        self
    }

    /// Sets the transformer, whose input is the data of the workspace.
    #[must_use]
    pub fn with_transformer(mut self, transformer: DataTransformer) -> Self {
        self.transformer = Some(transformer);
        self
    }

    /// Grants a principal access to the data of the workspace.
    #[must_use]
    pub fn granted(mut self, principal: Principal) -> Self {
        self.entitlement = self.entitlement.granted(principal);
        self
    }

    documented!();
    renamed!(WorkspaceName);

    /// The container into which the data is brought, if one is declared.
    #[must_use]
    pub fn container(&self) -> Option<&ContainerKey> {
        self.container.as_ref()
    }

    /// The name of the credential of the workspace's own team for delivering the data, if one is named.
    #[must_use]
    pub fn credential(&self) -> Option<&CredentialName> {
        self.credential.as_ref()
    }

    /// The priority, if one is declared.
    #[must_use]
    pub fn priority(&self) -> Option<Priority> {
        self.priority
    }

    /// The deadline, by which the data must be complete, every day; none if there is none.
    #[must_use]
    pub fn deadline(&self) -> Option<&Deadline> {
        self.deadline.as_ref()
    }

    /// The production status: whether the business depends on the workspace.
    #[must_use]
    pub fn production_status(&self) -> ProductionStatus {
        self.production
    }

    /// The only classifications of data in the workspace; none means any.
    #[must_use]
    pub fn classification_limit(&self) -> Option<&Set<Classification>> {
        self.classification_limit.as_ref()
    }

    /// The dataset groups, each with its requirements.
    #[must_use]
    pub fn groups(&self) -> &Named<DatasetGroup> {
        &self.groups
    }

    /// The transformer of the data, if there is one.
    #[must_use]
    pub fn transformer(&self) -> Option<&DataTransformer> {
        self.transformer.as_ref()
    }

    /// The entitlement: the principals that may read the data of the workspace.
    #[must_use]
    pub fn entitlement(&self) -> &Entitlement {
        &self.entitlement
    }
}

impl Entity for Workspace {
    type Name = WorkspaceName;

    fn name(&self) -> &WorkspaceName {
        &self.name
    }
}

/// Datasets that are wanted with the same requirements.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DatasetGroup {
    name: GroupName,
    sinks: Named<DatasetSink>,
    requirements: Requirements,
    wish: Option<PlatformName>,
    about: Sparse<Annotations<GroupName>>,
}

impl DatasetGroup {
    /// Creates a group without datasets, for live data without limits of latency and retention.
    pub fn new(name: impl Into<GroupName>) -> Self {
        Self {
            name: name.into(),
            sinks: Named::default(),
            requirements: Requirements::default(),
            wish: None,
            about: Sparse::default(),
        }
    }

    /// Replaces all sinks by these.
    #[must_use]
    pub fn wanting(mut self, sinks: impl IntoIterator<Item = DatasetSink>) -> Self {
        self.sinks = sinks.into_iter().collect();
        self
    }

    /// Adds a sink: a dataset that the group wants.
    #[must_use]
    pub fn sink(mut self, sink: impl Into<DatasetSink>) -> Self {
        self.sinks.insert(sink.into());
        self
    }

    /// Adds sinks: datasets that the group wants.
    #[must_use]
    pub fn with_sinks<S: Into<DatasetSink>>(mut self, sinks: impl IntoIterator<Item = S>) -> Self {
        self.sinks.extend(sinks.into_iter().map(Into::into));
        self
    }

    /// Sets the milestoning: the versions of a record that the consumer sees.
    #[must_use]
    pub fn with_milestoning(mut self, milestoning: Milestoning) -> Self {
        self.requirements.milestoning = milestoning;
        self
    }

    /// Sets the greatest latency.
    #[must_use]
    pub fn with_latency(mut self, latency: Latency) -> Self {
        self.requirements.latency = Some(latency);
        self
    }

    /// Sets the retention: the time for which data must stay reproducible.
    #[must_use]
    pub fn with_retention(mut self, retention: Retention) -> Self {
        self.requirements.retention = Some(retention);
        self
    }

    /// Adds a regulator, which may ask the consumer for proof.
    #[must_use]
    pub fn regulator(mut self, regulator: impl Into<Regulator>) -> Self {
        self.requirements.regulators.insert(regulator.into());
        self
    }

    /// Sets the preferred platform. The operators' pins and the lock take precedence.
    #[must_use]
    pub fn with_preferred_platform(mut self, platform: impl Into<PlatformName>) -> Self {
        self.wish = Some(platform.into());
        self
    }

    documented!();
    renamed!(GroupName);

    /// The datasets.
    #[must_use]
    pub fn sinks(&self) -> &Named<DatasetSink> {
        &self.sinks
    }

    /// Takes away what the group says of how its datasets are delivered.
    pub(crate) fn without_requirements(mut self) -> Self {
        self.requirements = Requirements::default();
        self
    }

    /// The requirements on the datasets.
    #[must_use]
    pub fn requirements(&self) -> &Requirements {
        &self.requirements
    }

    /// The preferred platform, if one is declared.
    #[must_use]
    pub fn preferred_platform(&self) -> Option<&PlatformName> {
        self.wish.as_ref()
    }
}

impl Entity for DatasetGroup {
    type Name = GroupName;

    fn name(&self) -> &GroupName {
        &self.name
    }
}

/// A dataset that a group wants.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DatasetSink {
    dataset: DatasetKey,
    accepts_deprecated_until: Option<NaiveDate>,
}

impl DatasetSink {
    /// Creates a sink for this dataset, without consent to a deprecation.
    pub fn new(dataset: impl Into<DatasetKey>) -> Self {
        Self { dataset: dataset.into(), accepts_deprecated_until: None }
    }

    /// Wants another dataset, under the same terms.
    pub(crate) fn of(mut self, dataset: DatasetKey) -> Self {
        self.dataset = dataset;
        self
    }

    /// Sets the consent to deprecated data, until this day, inclusive.
    #[must_use]
    pub fn with_consent_until(mut self, last: NaiveDate) -> Self {
        self.accepts_deprecated_until = Some(last);
        self
    }

    /// The last day of the consent to deprecated data; none if there is no consent.
    #[must_use]
    pub fn consent_until(&self) -> Option<NaiveDate> {
        self.accepts_deprecated_until
    }
}

impl From<&str> for DatasetSink {
    fn from(dataset: &str) -> Self {
        Self::new(dataset)
    }
}

impl From<DatasetKey> for DatasetSink {
    fn from(dataset: DatasetKey) -> Self {
        Self::new(dataset)
    }
}

impl Entity for DatasetSink {
    type Name = DatasetKey;

    fn name(&self) -> &DatasetKey {
        &self.dataset
    }
}
