//! Workspaces: what a consumer wants, and where.

use super::{
    DataTransformer, Deadline, Entitlement, Latency, Milestoning, Principal, Priority, ProductionStatus,
    Requirements, Retention,
};
use chrono::NaiveDate;
use datasurface_schema::{
    Annotations, Classification, ContainerKey, DatasetKey, Entity, GroupName, Named, PlatformName, Regulator,
    Set, Sparse, WorkspaceName, documented, renamed,
};

/// A consumer: groups of datasets, brought into one container; or the inputs of a transformer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Workspace {
    name: WorkspaceName,
    container: Option<ContainerKey>,
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
    /// A workspace that asks for nothing yet.
    pub fn new(name: impl Into<WorkspaceName>) -> Self {
        Self {
            name: name.into(),
            container: None,
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

    /// Where the data is wanted.
    #[must_use]
    pub fn with_container(mut self, container: impl Into<ContainerKey>) -> Self {
        self.container = Some(container.into());
        self
    }

    /// How much it matters.
    #[must_use]
    pub fn with_priority(mut self, priority: Priority) -> Self {
        self.priority = Some(priority);
        self
    }

    /// By when the data must be complete, every day.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Deadline) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Says that the business depends on it.
    #[must_use]
    pub fn in_production(mut self) -> Self {
        self.production = ProductionStatus::Production;
        self
    }

    /// May hold data of these classifications alone, and none that is not classified.
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

    /// Makes the data of this workspace the input of a transformer.
    #[must_use]
    pub fn with_transformer(mut self, transformer: DataTransformer) -> Self {
        self.transformer = Some(transformer);
        self
    }

    /// Lets somebody read what the workspace gets.
    #[must_use]
    pub fn granted(mut self, principal: Principal) -> Self {
        self.entitlement = self.entitlement.granted(principal);
        self
    }

    documented!();
    renamed!(WorkspaceName);

    /// Where the data is wanted.
    #[must_use]
    pub fn container(&self) -> Option<&ContainerKey> {
        self.container.as_ref()
    }

    /// How much it matters, if anybody said so.
    #[must_use]
    pub fn priority(&self) -> Option<Priority> {
        self.priority
    }

    /// By when the data must be complete, every day.
    #[must_use]
    pub fn deadline(&self) -> Option<&Deadline> {
        self.deadline.as_ref()
    }

    /// Whether the business depends on it.
    #[must_use]
    pub fn production_status(&self) -> ProductionStatus {
        self.production
    }

    /// The classifications that it may hold alone; nothing means: any.
    #[must_use]
    pub fn classification_limit(&self) -> Option<&Set<Classification>> {
        self.classification_limit.as_ref()
    }

    /// What it asks for.
    #[must_use]
    pub fn groups(&self) -> &Named<DatasetGroup> {
        &self.groups
    }

    /// What is made of the data.
    #[must_use]
    pub fn transformer(&self) -> Option<&DataTransformer> {
        self.transformer.as_ref()
    }

    /// Who may read what the workspace gets.
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
    /// A group that wants nothing yet: live data, as late as it likes.
    pub fn new(name: impl Into<GroupName>) -> Self {
        Self {
            name: name.into(),
            sinks: Named::default(),
            requirements: Requirements::default(),
            wish: None,
            about: Sparse::default(),
        }
    }

    /// Wants one dataset more.
    #[must_use]
    pub fn sink(mut self, sink: impl Into<DatasetSink>) -> Self {
        self.sinks.insert(sink.into());
        self
    }

    /// Wants these datasets too.
    #[must_use]
    pub fn with_sinks<S: Into<DatasetSink>>(mut self, sinks: impl IntoIterator<Item = S>) -> Self {
        self.sinks.extend(sinks.into_iter().map(Into::into));
        self
    }

    /// Which versions of a record.
    #[must_use]
    pub fn with_milestoning(mut self, milestoning: Milestoning) -> Self {
        self.requirements.milestoning = milestoning;
        self
    }

    /// How late the data may be.
    #[must_use]
    pub fn with_latency(mut self, latency: Latency) -> Self {
        self.requirements.latency = Some(latency);
        self
    }

    /// How long data must stay reproducible.
    #[must_use]
    pub fn with_retention(mut self, retention: Retention) -> Self {
        self.requirements.retention = Some(retention);
        self
    }

    /// Who may ask for proof.
    #[must_use]
    pub fn regulator(mut self, regulator: impl Into<Regulator>) -> Self {
        self.requirements.regulators.insert(regulator.into());
        self
    }

    /// Would like to be served by this platform; whoever operates the platforms decides.
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

    /// What they must be like.
    #[must_use]
    pub fn requirements(&self) -> &Requirements {
        &self.requirements
    }

    /// The platform that it would like to be served by.
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
    /// Wants this dataset, and will not have it deprecated.
    pub fn new(dataset: impl Into<DatasetKey>) -> Self {
        Self { dataset: dataset.into(), accepts_deprecated_until: None }
    }

    /// Accepts deprecated data until this day, inclusive.
    #[must_use]
    pub fn with_consent_until(mut self, last: NaiveDate) -> Self {
        self.accepts_deprecated_until = Some(last);
        self
    }

    /// The last day on which deprecated data is acceptable; none means never.
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
