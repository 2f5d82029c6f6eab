//! Abilities: the one table of what can be asked of a platform. Whoever chooses a platform and whoever refuses a node ask the descriptor
//! about the same abilities, and name them in the same words.

use super::{CheckKind, PrincipalKind, TriggerKind};
use crate::{PlatformDescriptor, format::Format, lint_subject::LintSubject};
use datasurface_graph::{Custody, RetentionPeriod};
use datasurface_model::{
    ArtifactTechnology, CaptureTechnology, ColumnName, Consistency, ContainerTechnology, DataType,
    DatasetKey, GroupKey, Latency, Milestoning, Principal, Requirements, TableSchema,
};
use serde::Serialize;
use std::fmt;

/// An ability that a task needs of a platform.
///
/// Its text follows "it cannot": "capture by cdc".
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Ability {
    /// A way of capture.
    CaptureKind(CaptureTechnology),
    /// A technology of containers to capture from.
    CaptureSource(ContainerTechnology),
    /// A consistency of captures.
    Consistency(Consistency),
    /// A start of captures or transformers.
    Trigger(TriggerKind),
    /// A kind of code of transformers.
    Artifact(ArtifactTechnology),
    /// A technology of containers to export to.
    ExportTarget(ContainerTechnology),
    /// A format of what is read.
    Format {
        /// The format.
        format: Format,
        /// The address of what is read.
        address: String,
    },
    /// A type of a column.
    Type {
        /// The dataset.
        dataset: DatasetKey,
        /// The column.
        column: ColumnName,
        /// The type.
        data_type: DataType,
        /// The containers that cannot have it, if others can.
        #[serde(skip_serializing_if = "Option::is_none")]
        container: Option<ContainerTechnology>,
    },
    /// Datasets without a key, such as this one.
    Keyless(DatasetKey),
    /// A quality check.
    Check {
        /// The dataset that is checked.
        dataset: DatasetKey,
        /// The kind of the check.
        kind: CheckKind,
    },
    /// A place for invalid rows of a dataset.
    SetAside(DatasetKey),
    /// Every version of a record, where data is kept.
    History,
    /// The versions of a record that are to be seen.
    Milestoning(Milestoning),
    /// A latency.
    Latency(Latency),
    /// The time for which data must stay reproducible.
    Retention(RetentionPeriod),
    /// A grant to somebody who is entitled to what a group gets.
    Grant {
        /// The group.
        group: GroupKey,
        /// Who may read.
        principal: Principal,
        /// The technology of the container in which the data is read.
        container: ContainerTechnology,
    },
}

impl Ability {
    /// Returns the abilities to bring a group what it asks for.
    pub fn of_requirements(wanted: &Requirements) -> impl Iterator<Item = Self> {
        let retention = Custody::for_consumer(wanted).retention;
        let times = wanted.latency.map(Self::Latency).into_iter().chain(retention.map(Self::Retention));
        std::iter::once(Self::Milestoning(wanted.milestoning)).chain(times)
    }

    /// The part of a node that needs the ability.
    #[must_use]
    pub fn subject(&self) -> LintSubject {
        match self {
            Self::Type { dataset, column, .. } => LintSubject::Column(dataset.clone(), column.clone()),
            Self::Check { dataset, .. } | Self::SetAside(dataset) | Self::Keyless(dataset) => {
                LintSubject::Dataset(dataset.clone())
            }
            Self::Grant { group, .. } => LintSubject::Consumer(group.clone()),
            _ => LintSubject::Node,
        }
    }

    /// Returns the way to do without the ability: a clause that follows "or".
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Trigger(_) => "let it be started in another way",
            Self::Type { .. } => "give the column another type",
            Self::Check { .. } => "remove the check",
            Self::SetAside(_) => "let invalid rows fail",
            Self::Grant { .. } => "grant it where the data is read, and not in the model",
            _ => "ask for less",
        }
    }
}

impl fmt::Display for Ability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CaptureKind(kind) => write!(f, "capture by {kind}"),
            Self::CaptureSource(technology) => write!(f, "capture from {technology}"),
            Self::Consistency(Consistency::MultiDataset) => {
                f.write_str("read a datastore in one transaction")
            }
            Self::Consistency(Consistency::SingleDataset) => f.write_str("read datasets one by one"),
            Self::Trigger(kind) => write!(f, "start a job {kind}"),
            Self::Artifact(kind) => write!(f, "run transformers in {kind}"),
            Self::ExportTarget(technology) => write!(f, "bring data to {technology}"),
            Self::Format { format, address } => write!(f, "read the format `{format}` at `{address}`"),
            Self::Type { dataset, column, data_type, container } => {
                write!(f, "carry the column `{column}` of `{dataset}`, which is `{data_type}`")?;
                container.iter().try_for_each(|technology| write!(f, ", from or to {technology}"))
            }
            Self::Keyless(dataset) => write!(f, "keep datasets without a key, such as `{dataset}`"),
            Self::Check { dataset, kind } => write!(f, "run the check `{kind}` of `{dataset}`"),
            Self::SetAside(dataset) => write!(f, "set invalid rows of `{dataset}` aside"),
            Self::History => f.write_str("keep every version of a record"),
            Self::Milestoning(milestoning) => write!(f, "show {milestoning}"),
            Self::Latency(wanted) => write!(f, "be as fast as {wanted}"),
            Self::Retention(wanted) => write!(f, "keep data for {wanted}"),
            Self::Grant { group, principal, container } => {
                write!(f, "grant to `{principal}` in {container} what `{group}` may read")
            }
        }
    }
}

impl PlatformDescriptor {
    /// Returns whether the platform claims an ability.
    #[must_use]
    pub fn claims(&self, ability: &Ability) -> bool {
        match ability {
            Ability::CaptureKind(kind) => self.captures().contains(kind),
            Ability::CaptureSource(technology) => self.capture_sources().contains(technology),
            Ability::Consistency(consistency) => self.consistencies().contains(consistency),
            Ability::Trigger(kind) => self.triggers().contains(kind),
            Ability::Artifact(kind) => self.artifacts().contains(kind),
            Ability::ExportTarget(technology) => self.export_targets().contains(technology),
            Ability::Format { format, address } => self.formats().contains(format, address),
            Ability::Type { data_type, container, .. } => self.carries(data_type, container.as_ref()),
            Ability::Keyless(_) => self.keeps_keyless(),
            Ability::Check { kind, .. } => self.quality_checks().contains(kind),
            Ability::SetAside(_) => self.sets_rows_aside(),
            Ability::History => self.milestonings().iter().any(|shown| shown.has_history()),
            Ability::Milestoning(milestoning) => self.milestonings().contains(milestoning),
            Ability::Latency(wanted) => self.best_latency().is_none_or(|least| least <= *wanted),
            Ability::Retention(wanted) => {
                self.longest_retention().is_none_or(|most| *wanted <= RetentionPeriod::For(most))
            }
            Ability::Grant { principal, container, .. } => {
                let granted = self.grants().get(container);
                granted.is_some_and(|kinds| kinds.contains(&PrincipalKind::from(principal)))
            }
        }
    }

    /// Returns whether values of a type are carried, from or to containers of a technology, if one is named.
    #[must_use]
    pub fn carries(&self, data_type: &DataType, container: Option<&ContainerTechnology>) -> bool {
        let excluded = container.and_then(|container| self.types_missing_in().get(container));
        self.types().contains_but(data_type, |kind| excluded.is_some_and(|kinds| kinds.contains(&kind)))
    }

    /// Returns what is lacking to carry the columns of a dataset, from or to containers of a technology, if one is named.
    pub fn uncarried<'t>(
        &'t self,
        dataset: &'t DatasetKey,
        table: &'t TableSchema,
        container: Option<&'t ContainerTechnology>,
    ) -> impl Iterator<Item = Ability> + 't {
        let columns = table.columns().iter();
        columns.filter(move |column| !self.carries(column.data_type(), container)).map(move |column| {
            let is_of_container = self.carries(column.data_type(), None);
            Ability::Type {
                dataset: dataset.clone(),
                column: column.name().clone(),
                data_type: column.data_type().clone(),
                container: container.filter(|_| is_of_container).cloned(),
            }
        })
    }
}
