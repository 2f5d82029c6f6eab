//! Retirement: deprecate, let consumers agree and leave, wait for the sunset, remove.

use super::{
    changed_datastores::{self, RetirementDates},
    uses::{DatasetUse, DatasetUses},
};
use chrono::NaiveDate;
use datasurface_model::{DatasetKey, Ecosystem, Entity, GroupKey, ModelPath, TeamKey, Valid};
use serde::Serialize;
use std::{collections::BTreeSet, fmt};

/// The state of the retirement of a dataset on a day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Retirement {
    /// The dataset that is retired.
    pub dataset: DatasetKey,
    /// The path of the dataset in the model; after the removal, the last one.
    pub path: ModelPath,
    /// The day since which it is deprecated.
    pub since: NaiveDate,
    /// The last day on which the dataset is available, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_day: Option<NaiveDate>,
    /// The stage.
    pub stage: RetirementStage,
    /// The answers of the groups that want the dataset itself.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub consents: BTreeSet<Consent>,
}

/// The stages of a retirement, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RetirementStage {
    /// A dataset that will be deprecated on a later day.
    Announced,
    /// A deprecated dataset with at least one consumer that did not agree, or not for long enough.
    AwaitingConsent,
    /// A deprecated dataset with consumers, all of which agreed.
    Leaving,
    /// A deprecated dataset without consumers, whose last day is not over, or not known yet.
    AwaitingSunset,
    /// A deprecated dataset without consumers, whose last day is over, so that it can be removed.
    Removable,
    /// A dataset that was removed.
    Removed,
}

/// The answer of a group that uses a deprecated dataset: a consent, or a missing one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Consent {
    /// The group.
    pub group: GroupKey,
    /// The team whose group it is.
    pub team: TeamKey,
    /// The last day on which the group agreed to use the deprecated dataset; none if it did not agree.
    pub until: Option<NaiveDate>,
    /// Whether the group did not agree, or not for long enough.
    pub is_missing: bool,
}

impl fmt::Display for Consent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` of the team `{}` ", self.group, self.team)?;
        match self.until {
            Some(last) if self.is_missing => write!(f, "agreed until {last}, which is over"),
            Some(last) => write!(f, "agreed until {last}"),
            None => f.write_str("did not agree"),
        }
    }
}

impl Retirement {
    /// Returns the retirement of every deprecated dataset of an ecosystem, as of a day.
    #[must_use]
    pub fn all(ecosystem: &Valid<Ecosystem>, on: NaiveDate) -> Vec<Self> {
        let mut retiring = Vec::new();
        for store in ecosystem.datastores() {
            for dataset in store.entity.datasets() {
                if changed_datastores::retiring(&store.entity, dataset).is_some() {
                    retiring.push(DatasetKey::new(store.entity.name(), dataset.name()));
                }
            }
        }
        let uses = DatasetUses::new(ecosystem, retiring.clone());
        retiring.iter().filter_map(|dataset| Self::for_dataset(ecosystem, dataset, &uses, on)).collect()
    }

    /// Returns the retirement of a dataset; none if it is not deprecated.
    pub(super) fn for_dataset(
        ecosystem: &Valid<Ecosystem>,
        dataset: &DatasetKey,
        uses: &DatasetUses<'_>,
        on: NaiveDate,
    ) -> Option<Self> {
        let located = ecosystem.datastore(&dataset.datastore)?;
        let found = located.entity.datasets().get(&dataset.dataset)?;
        let retiring = changed_datastores::retiring(&located.entity, found)?;
        let placed =
            changed_datastores::LocatedStore { team: TeamKey::clone(&located.team), store: &located.entity };
        let consents: BTreeSet<_> =
            uses.direct(dataset).iter().map(|used| Consent::from_use(used, on)).collect();
        let stage = if on < retiring.since {
            RetirementStage::Announced
        } else if consents.iter().any(|consent| consent.is_missing) {
            RetirementStage::AwaitingConsent
        } else if !consents.is_empty() {
            RetirementStage::Leaving
        } else if retiring.last_day.is_some_and(|last| last < on) {
            RetirementStage::Removable
        } else {
            RetirementStage::AwaitingSunset
        };
        Some(Self::new(dataset.clone(), placed.dataset_path(found), retiring, stage, consents))
    }

    /// The end of the retirement of a dataset that is gone.
    pub(super) fn removed(dataset: DatasetKey, path: ModelPath, retiring: RetirementDates) -> Self {
        Self::new(dataset, path, retiring, RetirementStage::Removed, BTreeSet::new())
    }

    fn new(
        dataset: DatasetKey,
        path: ModelPath,
        RetirementDates { since, last_day }: RetirementDates,
        stage: RetirementStage,
        consents: BTreeSet<Consent>,
    ) -> Self {
        Self { dataset, path, since, last_day, stage, consents }
    }

    /// Returns the answers of the groups that did not agree, or not for long enough.
    pub fn missing_consents(&self) -> impl Iterator<Item = &Consent> {
        self.consents.iter().filter(|consent| consent.is_missing)
    }
}

impl Consent {
    fn from_use(used: &DatasetUse<'_>, on: NaiveDate) -> Self {
        let until = used.sink.consent_until();
        let is_missing = until.is_none_or(|last| last < on);
        Self { group: used.group.clone(), team: used.team.clone(), until, is_missing }
    }
}

impl fmt::Display for RetirementStage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Announced => "announced",
            Self::AwaitingConsent => "waits for consent",
            Self::Leaving => "waits for its consumers to leave",
            Self::AwaitingSunset => "waits for its sunset",
            Self::Removable => "can be removed",
            Self::Removed => "is gone",
        })
    }
}
