//! The origins of data that is kept: what was derived under an earlier version of the model stays among the versions of a dataset, and is
//! shown to whoever reads them.
//!
//! A model tells where the data of now comes from. An output that derives from fewer zones than before keeps rows of before, so the lock
//! remembers their origins for as long as rows may be there.

use crate::storage::{DeclaredNames, StorageRecord};
use chrono::{Days, NaiveDate};
use datasurface_graph::{Custody, RetentionPeriod, StorageOf};
use datasurface_model::{
    DatasetKey, Ecosystem, KeptOrigins, Origins, PolicyKey, PolicyName, Valid, ZoneName,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The origins of datasets whose versions are kept, by storage names: of those that derive from data of others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OriginRecord(BTreeMap<DatasetKey, DatasetOrigins>);

/// The origins of one dataset.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DatasetOrigins {
    /// What it derives from by the model of now.
    now: StoredOrigins,
    /// What it derived from before, and does not any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    former: Vec<FormerOrigins>,
}

/// Origins that rows of before have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FormerOrigins {
    origins: StoredOrigins,
    /// The last day on which such rows are kept; `None` if some stay for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<NaiveDate>,
}

/// Origins by storage names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredOrigins {
    /// Zones, each with those of its policies from which the data was freed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    zones: BTreeMap<ZoneName, BTreeSet<PolicyName>>,
    /// Storage policies.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    storage: BTreeSet<PolicyKey>,
    /// Datasets of closed datastores.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    closed: BTreeSet<DatasetKey>,
}

impl StoredOrigins {
    fn new(origins: &Origins, names: &StorageRecord) -> Self {
        let zones = origins.zones.iter().map(|(zone, freed)| (names.zone(zone), freed.clone()));
        let policies = origins.storage.iter().map(|key| PolicyKey::new(names.zone(&key.zone), &key.policy));
        Self {
            zones: zones.collect(),
            storage: policies.collect(),
            closed: origins.closed.iter().map(|key| names.dataset(key)).collect(),
        }
    }

    /// The same by the names of now. What is not declared any more asks for nothing.
    fn of_now(&self, declared: &DeclaredNames<'_>) -> Origins {
        let mut origins = Origins::default();
        let zones =
            self.zones.iter().filter_map(|(zone, freed)| Some((declared.zone(zone)?.clone(), freed.clone())));
        origins.zones = zones.collect();
        let policies = self.storage.iter();
        origins.storage =
            policies.filter_map(|key| Some(PolicyKey::new(declared.zone(&key.zone)?, &key.policy))).collect();
        origins.closed = self.closed.iter().filter_map(|key| declared.dataset(key)).collect();
        origins
    }

    fn covers(&self, other: &Self) -> bool {
        let is_covered = |(zone, freed): (&ZoneName, &BTreeSet<PolicyName>)| {
            self.zones.get(zone).is_some_and(|known| known.is_subset(freed))
        };
        other.zones.iter().all(is_covered)
            && other.storage.is_subset(&self.storage)
            && other.closed.is_subset(&self.closed)
    }
}

impl DatasetOrigins {
    /// Everything that a row may derive from.
    fn all(&self) -> impl Iterator<Item = &StoredOrigins> {
        self.former.iter().map(|former| &former.origins).chain([&self.now])
    }

    /// Follows the model to what the dataset derives from now.
    fn follow(&self, now: StoredOrigins, custody: Custody, on: NaiveDate) -> Self {
        let mut former = self.former.clone();
        former.retain(|former| former.until.is_none_or(|until| on <= until) && !now.covers(&former.origins));
        if !now.covers(&self.now) {
            former.push(FormerOrigins { origins: self.now.clone(), until: last_day(custody, on) });
        }
        Self { now, former }
    }
}

/// The last day on which a version is kept that was superseded on this day; none if it is kept for ever.
fn last_day(custody: Custody, on: NaiveDate) -> Option<NaiveDate> {
    match custody.retention {
        Some(RetentionPeriod::For(retention)) => {
            on.checked_add_days(Days::new(u64::from(retention.as_days())))
        }
        Some(RetentionPeriod::ForEver) | None => None,
    }
}

impl OriginRecord {
    /// Whether nothing is recorded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Follows the model: what derives from less than before has the former origins, too, for as long as versions are kept.
    #[must_use]
    pub fn follow(
        &self,
        ecosystem: &Valid<Ecosystem>,
        names: &StorageRecord,
        kept: impl Fn(&DatasetKey) -> Option<Custody>,
        on: NaiveDate,
    ) -> Self {
        let derived = ecosystem.derived().filter(|(key, origins)| is_of_others(ecosystem, key, origins));
        let mut now: BTreeMap<DatasetKey, StoredOrigins> =
            derived.map(|(key, origins)| (names.dataset(&key), StoredOrigins::new(origins, names))).collect();
        let known = self.0.iter().filter_map(|(dataset, known)| {
            let now = now.remove(dataset).unwrap_or_default();
            Some((dataset.clone(), known.follow(now, kept(dataset)?, on)))
        });
        let mut followed: BTreeMap<DatasetKey, DatasetOrigins> = known.collect();
        let new = now.into_iter().filter(|(dataset, _)| kept(dataset).is_some());
        followed.extend(new.map(|(dataset, now)| (dataset, DatasetOrigins { now, former: Vec::new() })));
        followed.retain(|_, origins| *origins != DatasetOrigins::default());
        Self(followed)
    }

    /// Returns the origins that datasets have besides those of now, by the names of now.
    #[must_use]
    pub fn former(&self, ecosystem: &Valid<Ecosystem>, names: &StorageRecord) -> KeptOrigins {
        let former = self.0.iter().filter(|(_, origins)| !origins.former.is_empty()).collect::<Vec<_>>();
        if former.is_empty() {
            return KeptOrigins::new();
        }
        let declared = DeclaredNames::new(ecosystem, names);
        let merged = former.into_iter().filter_map(|(dataset, origins)| {
            let mut merged = Origins::default();
            origins.former.iter().for_each(|former| merged.merge(&former.origins.of_now(&declared)));
            Some((declared.dataset(dataset)?, merged))
        });
        merged.collect()
    }

    /// Returns the datasets, by storage names, of which this record knows less than an earlier one does, although versions are kept.
    #[must_use]
    pub fn lost(
        &self,
        earlier: &Self,
        kept: impl Fn(&DatasetKey) -> Option<Custody>,
        on: NaiveDate,
    ) -> Vec<DatasetKey> {
        let is_over = |former: &FormerOrigins| former.until.is_some_and(|until| until < on);
        let is_lost = |(dataset, known): &(&DatasetKey, &DatasetOrigins)| {
            let here = self.0.get(*dataset);
            let asked = known.former.iter().filter(|former| !is_over(former)).map(|former| &former.origins);
            let mut asked = asked.chain([&known.now]).filter(|asked| **asked != StoredOrigins::default());
            kept(dataset).is_some()
                && asked.any(|asked| !here.is_some_and(|here| here.all().any(|known| known.covers(asked))))
        };
        earlier.0.iter().filter(is_lost).map(|(dataset, _)| dataset.clone()).collect()
    }
}

/// Whether anything is asked of data besides what its own zone asks.
fn is_of_others(ecosystem: &Valid<Ecosystem>, key: &DatasetKey, origins: &Origins) -> bool {
    let own = ecosystem.datastore(&key.datastore).map(|store| &store.team.zone);
    !origins.closed.is_empty()
        || !origins.storage.is_empty()
        || origins.zones.keys().any(|zone| Some(zone) != own)
}
