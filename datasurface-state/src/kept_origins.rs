//! The origins of data that is stored: what was derived under an earlier version of the model stays in a dataset until it is replaced, and
//! among its versions for as long as these are kept. It is shown to whoever reads them.
//!
//! A model tells where the data of now comes from. An output that derives from fewer zones than before has rows of before, so the lock
//! remembers their origins for as long as rows may be there.

use crate::{
    foreign_origins::ForeignOrigins,
    storage::{DeclaredNames, StorageRecord},
};
use chrono::{Days, NaiveDate, TimeDelta};
use datasurface_graph::{Custody, RetentionPeriod, StorageOf};
use datasurface_model::{
    DatasetKey, Ecosystem, KeptOrigins, Origins, PolicyKey, PolicyName, Valid, ZoneName,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The origins of datasets that are stored, by storage names: of those that derive from data of others.
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
    /// The day on which it was found that nothing derives from them any more.
    since: NaiveDate,
    /// The last day on which such rows are kept as versions, by what was asked for at last; `None` if some stay for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<NaiveDate>,
}

/// Origins by storage names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredOrigins {
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
    pub(crate) fn new(origins: &Origins, names: &StorageRecord) -> Self {
        let zones = origins.zones.iter().map(|(zone, freed)| (names.zone(zone), freed.clone()));
        let policies = origins.storage.iter().map(|key| PolicyKey::new(names.zone(&key.zone), &key.policy));
        Self {
            zones: zones.collect(),
            storage: policies.collect(),
            closed: origins.closed.iter().map(|key| names.dataset(key)).collect(),
        }
    }

    /// The origins of data that is captured in one zone from a container of another one.
    pub(crate) fn captured(zones: [&ZoneName; 2], names: &StorageRecord) -> Self {
        let zones = zones.map(|zone| (names.zone(zone), BTreeSet::new())).into();
        Self { zones, ..Self::default() }
    }

    /// The same by the names of now. What is not declared any more asks for nothing.
    fn of_now(&self, declared: &DeclaredNames<'_>) -> Origins {
        let mut origins = Origins::default();
        let zones = self.zones.iter().filter_map(|(zone, freed)| {
            let zone = declared.zone(zone)?;
            // What was free once is free as long as the zone says so.
            let freed = freed.iter().filter(|policy| declared.frees(zone, policy));
            Some((zone.clone(), freed.cloned().collect()))
        });
        origins.zones = zones.collect();
        let policies = self.storage.iter();
        origins.storage =
            policies.filter_map(|key| Some(PolicyKey::new(declared.zone(&key.zone)?, &key.policy))).collect();
        origins.closed = self.closed.iter().filter_map(|key| declared.dataset(key)).collect();
        origins
    }

    /// Whether nothing of the other one is missing. What a zone frees its data from is its own affair, whenever it says so.
    fn covers(&self, other: &Self) -> bool {
        other.zones.keys().all(|zone| self.zones.contains_key(zone))
            && other.storage.is_subset(&self.storage)
            && other.closed.is_subset(&self.closed)
    }
}

impl DatasetOrigins {
    /// Follows the model to what the dataset derives from now.
    fn follow(&self, now: StoredOrigins, custody: Custody, on: NaiveDate) -> Self {
        let there = self.former.iter().filter(|former| !former.is_over(on));
        let mut former: Vec<FormerOrigins> = there.map(|former| former.asked_for(custody, on)).collect();
        if !now.covers(&self.now) {
            former.push(FormerOrigins::new(self.now.clone(), custody, on));
        }
        former.retain(|former| !now.covers(&former.origins));
        Self { now, former }
    }

    /// Whether former origins are what these say, or what following the model makes of them: then rows are kept as long as there.
    fn accounts_for(&self, former: &FormerOrigins, followed: &Self, on: NaiveDate) -> bool {
        let lately = on.checked_sub_days(REPLACED).unwrap_or(NaiveDate::MIN);
        let is_new = self.now == former.origins && (lately..=on).contains(&former.since);
        let mut followed = followed.former.iter().filter(|one| one.origins == former.origins);
        self.former.contains(former)
            || followed.any(|one| {
                one == former || (is_new && one.since == on && one.time_kept() == former.time_kept())
            })
    }
}

impl FormerOrigins {
    fn new(origins: StoredOrigins, custody: Custody, on: NaiveDate) -> Self {
        Self { origins, since: on, until: last_day(custody, on) }
    }

    /// Whether there is no such row any more.
    fn is_over(&self, on: NaiveDate) -> bool {
        let last = self.until.and_then(|until| until.checked_add_days(REPLACED));
        last.is_some_and(|last| last < on)
    }

    /// The same where other versions are asked for, while such rows are there.
    fn asked_for(&self, custody: Custody, on: NaiveDate) -> Self {
        let asked = last_day(custody, self.since);
        // Where less is asked for than before, they are let go now.
        let until = asked.map(|asked| asked.max(self.until.map_or(on, |until| until.min(on))));
        let is_less = asked.is_some_and(|asked| self.until.is_none_or(|until| asked < until));
        Self { until: if is_less { until } else { asked }, ..self.clone() }
    }

    fn time_kept(&self) -> Option<TimeDelta> {
        self.until.map(|until| until - self.since)
    }
}

/// The last day on which a version is kept that was superseded on this day; none if it is kept for ever.
fn last_day(custody: Custody, on: NaiveDate) -> Option<NaiveDate> {
    let days = match custody.retention {
        Some(RetentionPeriod::ForEver) => return None,
        Some(RetentionPeriod::For(retention)) => retention.as_days(),
        None => 0,
    };
    on.checked_add_days(Days::new(u64::from(days)))
}

/// The time within which a change of the model is rendered, applied, and run: then rows of before are replaced.
const REPLACED: Days = Days::new(7);

impl OriginRecord {
    /// Whether nothing is recorded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Follows the model to what data derives from now: what derives from less than before has the former origins, too, for as long as rows of
    /// before are there. `of_before` are the origins where these rows have theirs.
    #[must_use]
    pub fn follow(
        &self,
        origins: &ForeignOrigins,
        of_before: Option<&ForeignOrigins>,
        kept: impl Fn(&DatasetKey) -> Option<Custody>,
        on: NaiveDate,
    ) -> Self {
        let mut now = origins.by_dataset();
        let followed = self.with(now.clone(), &kept, on);
        if let Some(of_before) = of_before {
            // A dataset's own rows of before are no reason for what it derives from now; those of what it reads are.
            let has_own =
                |dataset: &DatasetKey| followed.0.get(dataset).is_some_and(|one| !one.former.is_empty());
            now.extend(of_before.by_dataset().into_iter().filter(|(dataset, _)| !has_own(dataset)));
            return self.with(now, &kept, on);
        }
        followed
    }

    fn with(
        &self,
        mut now: BTreeMap<DatasetKey, StoredOrigins>,
        kept: &dyn Fn(&DatasetKey) -> Option<Custody>,
        on: NaiveDate,
    ) -> Self {
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

    /// Returns the datasets, by storage names, of which this record says otherwise than `earlier` although rows are kept, and otherwise than what
    /// following the model makes of that.
    #[must_use]
    pub fn unaccounted(
        &self,
        earlier: &Self,
        followed: &Self,
        kept: impl Fn(&DatasetKey) -> Option<Custody>,
        on: NaiveDate,
    ) -> Vec<DatasetKey> {
        let nothing = DatasetOrigins::default();
        let datasets: BTreeSet<&DatasetKey> = self.0.keys().chain(earlier.0.keys()).collect();
        let is_unaccounted = |dataset: &&DatasetKey| {
            let of = |record: &'_ Self| record.0.get(*dataset).unwrap_or(&nothing).clone();
            let (before, after, followed) = (of(earlier), of(self), of(followed));
            let is_known = |origins: &StoredOrigins| {
                let mut known = after.former.iter().map(|former| &former.origins).chain([&after.now]);
                known.any(|known| known.covers(origins))
            };
            let there =
                before.former.iter().filter(|former| !former.is_over(on)).map(|former| &former.origins);
            let is_lost = kept(dataset).is_some() && !there.chain([&before.now]).all(is_known);
            let is_now = [&before.now, &followed.now, &nothing.now].contains(&&after.now);
            is_lost || !is_now || !after.former.iter().all(|one| before.accounts_for(one, &followed, on))
        };
        datasets.into_iter().filter(is_unaccounted).cloned().collect()
    }
}
