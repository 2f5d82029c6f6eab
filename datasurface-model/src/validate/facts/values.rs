//! The answers to questions. An answer is equal to another if a rule cannot tell them apart: it shows nothing that
//! is not compared.

use crate::validate::{
    origins::{ImplicitClasses, Origins},
    unit::UnitKey,
    unit_members::Located,
};
use datasurface_ecosystem::{
    Access, ContainerKind, ContainerUse, DataContainer, Dataset, DatasetGroup, Datastore, Deprecation,
    KeyHolder, ProductionStatus, TransformTrigger, Workspace,
};
use datasurface_schema::{
    Classification, Column, ColumnName, ContainerKey, DatasetKey, DatasetName, DatastoreName, Entity, Place,
    PlatformName, PolicyName, Schema, Set, TeamKey, Text, ZoneName,
};
use std::{collections::BTreeSet, sync::Arc};

/// The attributes of a dataset that a consumer may read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DatasetFact<'a> {
    pub(super) store: StoreFact<'a>,
    pub(super) dataset: &'a Dataset,
    /// Where the data comes from, if it derives from other data.
    pub(super) origins: Option<&'a Arc<Origins>>,
}

impl<'a> DatasetFact<'a> {
    /// The datastore that it belongs to.
    pub(crate) fn store(self) -> StoreFact<'a> {
        self.store
    }

    pub(crate) fn deprecation(self) -> Option<&'a Deprecation> {
        self.dataset.deprecation()
    }

    /// The zones whose policies hold for the data, each once, with those of its policies from which it is free: that of its
    /// datastore, that of the container from which it is captured, and those of all that it derives from.
    pub(crate) fn zones(self) -> impl Iterator<Item = (&'a ZoneName, Option<&'a BTreeSet<PolicyName>>)> {
        let origins = self.origins.map(|origins| &origins.zones);
        let own = self.store.zone();
        let direct = [Some(own), self.store.source_zone().filter(|source| *source != own)];
        let direct = direct.into_iter().flatten().filter(move |_| origins.is_none()).map(|zone| (zone, None));
        direct.chain(origins.into_iter().flatten().map(|(zone, freed)| (zone, Some(freed))))
    }

    /// What may be in its columns without their saying so.
    pub(crate) fn implicit(self) -> Option<&'a ImplicitClasses> {
        self.origins.map(|origins| &origins.implicit).filter(|implicit| !implicit.is_empty())
    }

    /// The storage policies that it, or what it derives from, asks for by name.
    pub(crate) fn asked_policies(self) -> impl Iterator<Item = (&'a ZoneName, &'a PolicyName)> {
        let (origins, zone) = (self.origins.map(|origins| &origins.storage), self.store.zone());
        let own = self.dataset.storage_policies().filter(move |_| origins.is_none());
        let derived = origins.into_iter().flatten().map(|key| (&key.zone, &key.policy));
        own.map(move |policy| (zone, policy)).chain(derived)
    }

    /// The datasets of closed datastores from which the data derives, and for each of which a reader needs an approval.
    pub(crate) fn closed_origins(self) -> impl Iterator<Item = &'a DatasetKey> {
        self.origins.into_iter().flat_map(|origins| &origins.closed)
    }

    /// Whether the data derives from a zone that it is not in.
    pub(crate) fn derives_from(self, zone: &ZoneName) -> bool {
        self.store.zone() != zone
    }

    /// The classifications: a fact of its own, which few consumers read.
    pub(in crate::validate) fn classifications(self) -> DatasetClassifications<'a> {
        DatasetClassifications::new(self.dataset)
    }

    /// Whether its capture says that it has no key.
    pub(crate) fn is_keyless(self) -> bool {
        let capture = self.store.located.entity.capture();
        capture.is_some_and(|capture| capture.is_keyless(self.dataset.name()))
    }
}

impl PartialEq for DatasetFact<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.store == other.store
            && self.is_keyless() == other.is_keyless()
            && self.origins == other.origins
            && (std::ptr::eq(self.dataset, other.dataset)
                || (self.deprecation() == other.deprecation()
                    && self.dataset.storage_policies().eq(other.dataset.storage_policies())))
    }
}

/// The attributes of a datastore that others may read, besides its datasets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StoreFact<'a> {
    pub(super) unit: &'a UnitKey,
    pub(super) located: &'a Located<Datastore>,
}

impl<'a> StoreFact<'a> {
    /// The unit, which has the path and the team.
    pub(crate) fn unit(self) -> &'a UnitKey {
        self.unit
    }

    pub(crate) fn zone(self) -> &'a ZoneName {
        &self.located.team.zone
    }

    /// The zone of the container that its data is captured from.
    pub(crate) fn source_zone(self) -> Option<&'a ZoneName> {
        self.located.entity.capture().map(|capture| &capture.container().zone)
    }

    pub(crate) fn production(self) -> ProductionStatus {
        self.located.entity.production_status()
    }

    pub(crate) fn access(self) -> &'a Access {
        self.located.entity.access()
    }

    pub(crate) fn deprecation(self) -> Option<&'a Deprecation<DatastoreName>> {
        self.located.entity.deprecation()
    }
}

impl PartialEq for StoreFact<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.unit == other.unit
            && (Arc::ptr_eq(&self.located.entity, &other.located.entity)
                || (self.production() == other.production()
                    && self.source_zone() == other.source_zone()
                    && self.access() == other.access()
                    && self.deprecation() == other.deprecation()))
    }
}

/// A container, as those see it who use it, or say something of the same address: neither who else may use it, nor what its team says
/// about it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ContainerFact<'a>(pub(super) &'a DataContainer);

impl<'a> ContainerFact<'a> {
    pub(crate) fn kind(self) -> &'a ContainerKind {
        self.0.kind()
    }

    pub(crate) fn locations(self) -> &'a Set<Place> {
        self.0.locations()
    }

    pub(crate) fn encryption(self) -> Option<KeyHolder> {
        self.0.encryption()
    }

    pub(crate) fn is_read_only(self) -> bool {
        self.0.is_read_only()
    }

    /// The address of the file that it is, which its kind tells.
    pub(crate) fn file_address(self) -> Option<Text> {
        self.0.file_address()
    }
}

impl PartialEq for ContainerFact<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
            || (self.kind() == other.kind()
                && self.locations() == other.locations()
                && self.encryption() == other.encryption()
                && self.is_read_only() == other.is_read_only())
    }
}

/// A team, and what it would do with a container.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct UseKey {
    pub(crate) container: ContainerKey,
    pub(crate) team: TeamKey,
    pub(crate) access: ContainerUse,
}

/// The attributes of a dataset group that a pin may read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GroupFact<'a> {
    pub(super) unit: &'a UnitKey,
    pub(super) workspace: &'a Workspace,
    pub(super) group: Option<&'a DatasetGroup>,
}

impl<'a> GroupFact<'a> {
    /// The unit of its workspace.
    pub(crate) fn unit(self) -> &'a UnitKey {
        self.unit
    }

    /// Whether its data is the input of a transformer.
    pub(crate) fn transforms(self) -> bool {
        self.workspace.transformer().is_some()
    }

    /// Whether the business depends on its workspace.
    pub(crate) fn production(self) -> ProductionStatus {
        self.workspace.production_status()
    }

    /// The zone of the container to which its data is delivered.
    pub(crate) fn container_zone(self) -> Option<&'a ZoneName> {
        self.workspace.container().map(|container| &container.zone)
    }

    /// The preferred platform of the group.
    pub(crate) fn wish(self) -> Option<&'a PlatformName> {
        self.group?.preferred_platform()
    }

    /// The datastores that it reads, each once.
    pub(crate) fn inputs(self) -> Set<&'a DatastoreName> {
        let sinks = self.group.into_iter().flat_map(|group| group.sinks());
        sinks.map(|sink| &sink.name().datastore).collect()
    }
}

impl PartialEq for GroupFact<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.unit == other.unit
            && (std::ptr::eq(self.workspace, other.workspace)
                || (self.transforms() == other.transforms()
                    && self.container_zone() == other.container_zone()
                    && self.production() == other.production()
                    && self.wish() == other.wish()
                    && self.inputs() == other.inputs()))
    }
}

/// The classifications of a dataset, if it exists: its own, and those of its columns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DatasetClassifications<'a>(pub(super) Option<&'a Dataset>);

impl<'a> DatasetClassifications<'a> {
    pub(crate) fn new(dataset: &'a Dataset) -> Self {
        Self(Some(dataset))
    }

    /// Every classification, each once.
    pub(crate) fn labels(self) -> Set<&'a Classification> {
        self.iter().collect()
    }

    /// Whether the dataset is classified as a whole, or in every column.
    pub(crate) fn is_complete(self) -> bool {
        self.0.is_some_and(Dataset::is_classified_completely)
    }

    /// Whether it is not. Where columns cannot be read, neither may be certain.
    pub(crate) fn is_incomplete(self) -> bool {
        self.0.is_none_or(Dataset::is_classified_incompletely)
    }

    /// Whether there may be others, in columns that cannot be read.
    pub(crate) fn may_have_others(self) -> bool {
        self.0.is_some_and(Dataset::may_be_classified_further)
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = &'a Classification> {
        self.0.into_iter().flat_map(classifications_of)
    }
}

impl PartialEq for DatasetClassifications<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self.0, other.0) {
            (Some(one), Some(two)) if std::ptr::eq(one, two) => true,
            _ => {
                self.labels() == other.labels()
                    && self.is_complete() == other.is_complete()
                    && self.is_incomplete() == other.is_incomplete()
                    && self.may_have_others() == other.may_have_others()
            }
        }
    }
}

/// The table of a dataset.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TableFact<'a>(pub(super) &'a Dataset);

impl<'a> TableFact<'a> {
    pub(crate) fn schema(self) -> &'a Schema {
        self.0.schema()
    }

    /// The classifications of the dataset as a whole.
    pub(crate) fn own_labels(self) -> &'a Set<Classification> {
        self.0.classifications()
    }

    /// The classifications of a column on its own.
    pub(crate) fn labels_of(self, column: &ColumnName) -> Option<&'a Set<Classification>> {
        self.schema().readable().column(column).map(Column::classifications)
    }

    /// Whether columns are classified on their own.
    pub(crate) fn is_classified_by_column(self) -> bool {
        self.schema().classified_columns().iter().any(|column| !column.classifications().is_empty())
    }
}

impl PartialEq for TableFact<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
            || (self.schema() == other.schema() && self.own_labels() == other.own_labels())
    }
}

/// The attributes of a datastore that the transformer that fills it may read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OutputFact<'a>(pub(super) &'a Arc<Datastore>);

impl<'a> OutputFact<'a> {
    pub(crate) fn has(self, dataset: &DatasetName) -> bool {
        self.0.datasets().get(dataset).is_some()
    }

    pub(crate) fn datasets(self) -> impl Iterator<Item = &'a DatasetName> {
        self.0.datasets().names()
    }

    /// Whether it says itself where its data comes from.
    pub(crate) fn is_captured(self) -> bool {
        self.0.capture().is_some()
    }

    /// Every dataset, with how it is classified.
    pub(crate) fn classified(self) -> impl Iterator<Item = (&'a DatasetName, DatasetClassifications<'a>)> {
        self.0.datasets().iter().map(|dataset| (dataset.name(), DatasetClassifications::new(dataset)))
    }
}

impl PartialEq for OutputFact<'_> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(self.0, other.0)
            || (self.is_captured() == other.is_captured() && self.classified().eq(other.classified()))
    }
}

fn classifications_of(dataset: &Dataset) -> impl Iterator<Item = &Classification> {
    let columns = dataset.schema().classified_columns().iter();
    dataset.classifications().iter().chain(columns.flat_map(|column| column.classifications()))
}

/// The start condition of a transformer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum StartCondition {
    /// A move of any of its inputs, and nothing else.
    AnyInput,
    /// A move of all of its inputs, and nothing else.
    AllInputs,
    /// A start that does not depend on its inputs.
    Otherwise,
}

impl StartCondition {
    fn from_trigger(trigger: &TransformTrigger) -> Self {
        match trigger {
            TransformTrigger::AnyInputMoved => Self::AnyInput,
            TransformTrigger::AllInputsMoved => Self::AllInputs,
            TransformTrigger::Cron(_) | TransformTrigger::External => Self::Otherwise,
        }
    }
}

/// A transformer, as one node of the graph of all of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TransformerFact {
    unit: UnitKey,
    output: DatastoreName,
    start: StartCondition,
    inputs: Arc<[DatastoreName]>,
}

impl TransformerFact {
    /// The transformer of a workspace, if it has one.
    pub(super) fn from_workspace(
        unit: &UnitKey,
        workspace: &Workspace,
        is_made: impl Fn(&DatastoreName) -> bool,
    ) -> Option<Self> {
        let transformer = workspace.transformer()?;
        let sinks = workspace.groups().iter().flat_map(|group| group.sinks());
        let datastores = sinks.map(|sink| &sink.name().datastore);
        let mut inputs: Vec<_> = datastores.filter(|datastore| is_made(datastore)).cloned().collect();
        inputs.sort();
        inputs.dedup();
        Some(Self {
            unit: unit.clone(),
            output: transformer.output().clone(),
            start: StartCondition::from_trigger(transformer.trigger()),
            inputs: inputs.into(),
        })
    }

    /// The unit of its workspace.
    pub(crate) fn unit(&self) -> &UnitKey {
        &self.unit
    }

    /// The datastore that the transformer fills.
    pub(crate) fn output(&self) -> &DatastoreName {
        &self.output
    }

    /// The start condition.
    pub(crate) fn start(&self) -> StartCondition {
        self.start
    }

    /// The datastores that it reads and transformers fill, each once.
    pub(crate) fn inputs(&self) -> &[DatastoreName] {
        &self.inputs
    }
}

impl Entity for TransformerFact {
    type Name = UnitKey;

    fn name(&self) -> &UnitKey {
        &self.unit
    }
}
