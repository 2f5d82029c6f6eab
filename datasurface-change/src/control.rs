//! Judging a change: the one way in.

use super::{
    authorization::{Authorization, ChangeSource},
    changed_datastores::{self, Change, LocatedStore, RetirementDates, StoreChange},
    codes,
    compatibility::CompatibilityChecker,
    diff::{ModelDiff, Pruned},
    reach::ReachedConsumers,
    rename,
    report::ChangeReport,
    retirement::{Retirement, RetirementStage},
    uses::{self, DatasetUses},
};
use chrono::NaiveDate;
use datasurface_model::{CodeInfo, Dataset, DatasetKey, Diagnostic, Ecosystem, Entity, Severity, Valid};
use std::collections::{BTreeMap, BTreeSet};

/// The check of changes from one source, as of one day, strict or not.
///
/// ```
/// use datasurface_model::{Ecosystem, InfrastructureVendor, Valid};
/// use datasurface_change::{ChangeControl, ChangeSource};
///
/// let old = Ecosystem::new("NorthWind", "github:nw/model@main", "github:nw/live@main");
/// let new = old.clone().vendor(InfrastructureVendor::new("Azure"));
/// let (old, new) = (Valid::assume_valid(old), Valid::assume_valid(new));
/// let on = chrono::NaiveDate::MIN;
///
/// let by_owner = ChangeControl::new(ChangeSource::new("github:nw/model@main"), on);
/// assert!(by_owner.judge(&old, &new).is_allowed());
/// let by_stranger = ChangeControl::new(ChangeSource::new("github:else/where@main"), on);
/// assert!(!by_stranger.judge(&old, &new).is_allowed());
/// ```
#[derive(Clone, Debug)]
pub struct ChangeControl {
    source: ChangeSource,
    on: NaiveDate,
    is_strict: bool,
}

impl ChangeControl {
    /// Creates a check of changes from this source as of a day: the library reads no clock.
    #[must_use]
    pub fn new(source: ChangeSource, on: NaiveDate) -> Self {
        Self { source, on, is_strict: false }
    }

    /// Makes the check strict: warnings refuse a change, too, such as a breaking change that concerns no consumer
    /// yet.
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.is_strict = true;
        self
    }

    /// Judges the change from one ecosystem to another: who may make it, what it breaks, and for whom.
    ///
    /// The new one should be valid, too: what validation finds is not repeated here. If it is taken for valid without
    /// being so, nothing is allowed for that reason that would otherwise be refused.
    #[must_use]
    pub fn judge(&self, old: &Valid<Ecosystem>, new: &Valid<Ecosystem>) -> ChangeReport {
        let pruned = Pruned::new(old, new);
        let diff = ModelDiff::from_pruned(&pruned);
        let authorization = Authorization::evaluate(&diff, old, new, &self.source);
        let changes = changed_datastores::stores(&pruned);
        let former = former_keys(&changes);
        let reach = ReachedConsumers::new(&pruned, &changes, new);
        let retiring = retiring_keys(&pruned, &changes, new);
        let asked = reach.datasets().chain(former.values().cloned()).chain(retiring.iter().cloned());
        let uses = DatasetUses::new(new, asked);
        let judge = CompatibilityChecker {
            old,
            uses: &uses,
            former: &former,
            on: self.on,
            is_strict: self.is_strict,
        };
        let breaking = judge.breaking(&changes);
        let retirements = self.retirements(&changes, &retiring, new, &uses);
        let concerns = self.concerns(&retirements, old, &former);
        ChangeReport::new(
            self.source.repository().clone(),
            authorization,
            breaking,
            concerns,
            reach.notices(&uses),
            retirements,
            rename::proposals(&changes),
            diff,
        )
    }

    /// The retirements that the change is about: of datasets that it touches, and of those that the groups want that it
    /// touches.
    fn retirements(
        &self,
        changes: &[StoreChange<'_>],
        retiring: &BTreeSet<DatasetKey>,
        new: &Valid<Ecosystem>,
        uses: &DatasetUses<'_>,
    ) -> Vec<Retirement> {
        let going =
            retiring.iter().filter_map(|dataset| Retirement::for_dataset(new, dataset, uses, self.on));
        let mut retirements: Vec<_> = going.collect();
        for_each_dataset(changes, |change| {
            if let Change::Gone((store, dataset)) = change
                && let Some(retiring) = store.retiring(dataset)
            {
                let path = store.dataset_path(dataset);
                retirements.push(Retirement::removed(store.key(dataset), path, retiring));
            }
        });
        retirements.sort();
        retirements
    }

    /// Returns the findings about deprecations that this change makes.
    fn concerns(
        &self,
        retirements: &[Retirement],
        old: &Valid<Ecosystem>,
        former: &BTreeMap<DatasetKey, DatasetKey>,
    ) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for retirement in retirements.iter().filter(|retirement| retirement.stage != RetirementStage::Removed)
        {
            let name = &retirement.dataset;
            let before = retiring_before(old, former.get(name).unwrap_or(name));
            let now = RetirementDates { since: retirement.since, last_day: retirement.last_day };
            if before == Some(now) {
                continue;
            }
            if retirement.stage == RetirementStage::AwaitingConsent {
                let groups: Vec<_> =
                    retirement.missing_consents().map(|c| format!("`{}`", c.group)).collect();
                let message = format!(
                    "`{name}` is deprecated since {}, without consent of {}",
                    now.since,
                    groups.join(", ")
                );
                found.push(self.concern(&codes::NO_CONSENT, retirement, message));
            }
            let last_before = before.and_then(|before| before.last_day);
            if let Some(last) = now.last_day.filter(|last| *last < self.on && last_before != Some(*last)) {
                let message = format!("the last day of `{name}` is set to {last}, which is over");
                found.push(self.concern(&codes::SUNSET_PASSED, retirement, message));
            }
        }
        found.sort();
        found
    }

    fn concern(&self, code: &CodeInfo, retirement: &Retirement, message: String) -> Diagnostic {
        let severity = if self.is_strict { Severity::Error } else { code.severity };
        let code = CodeInfo { severity, ..*code };
        Diagnostic::new(&code, retirement.path.clone(), message).with_help(code.explanation)
    }
}

/// Returns the dates of the retirement of a dataset before the change, if it was retired.
fn retiring_before(old: &Valid<Ecosystem>, dataset: &DatasetKey) -> Option<RetirementDates> {
    let store = &old.datastore(&dataset.datastore)?.entity;
    changed_datastores::retiring(store, store.datasets().get(&dataset.dataset)?)
}

type LocatedDataset<'c, 'e> = (&'c LocatedStore<'e>, &'e Dataset);

/// Every dataset that is not equal on both sides.
fn for_each_dataset<'c, 'e>(
    changes: &'c [StoreChange<'e>],
    mut visit: impl FnMut(Change<LocatedDataset<'c, 'e>>),
) {
    for change in changes {
        match change {
            Change::Gone(store) => {
                store.store.datasets().iter().for_each(|d| visit(Change::Gone((store, d))))
            }
            Change::New(store) => store.store.datasets().iter().for_each(|d| visit(Change::New((store, d)))),
            Change::Both { old, new } => {
                for change in changed_datastores::datasets(old, new) {
                    visit(match change {
                        Change::Gone(dataset) => Change::Gone((old, dataset)),
                        Change::New(dataset) => Change::New((new, dataset)),
                        Change::Both { old: before, new: after } => {
                            Change::Both { old: (old, before), new: (new, after) }
                        }
                    });
                }
            }
        }
    }
}

/// Returns the former keys of all datasets that changed, also where the key is still the same.
fn former_keys(changes: &[StoreChange<'_>]) -> BTreeMap<DatasetKey, DatasetKey> {
    let mut former = BTreeMap::new();
    for_each_dataset(changes, |change| match change {
        Change::Both { old: (old_store, old), new: (new_store, new) } => {
            former.insert(new_store.key(new), old_store.key(old));
        }
        Change::Gone((store, dataset)) => {
            former.insert(store.key(dataset), store.key(dataset));
        }
        Change::New(_) => {}
    });
    former
}

/// Datasets whose retirement the change can be about.
fn retiring_keys(
    pruned: &Pruned,
    changes: &[StoreChange<'_>],
    new: &Valid<Ecosystem>,
) -> BTreeSet<DatasetKey> {
    let mut keys = BTreeSet::new();
    for change in changes {
        if let Change::New(store) | Change::Both { new: store, .. } = change
            && let Some(whole) = new.datastore(store.store.name())
        {
            // What the datastore says concerns every dataset of it.
            let is_whole = whole.entity.deprecation().is_some();
            let store = if is_whole { &whole.entity } else { store.store };
            let datasets = store
                .datasets()
                .iter()
                .filter(|dataset| changed_datastores::retiring(store, dataset).is_some());
            keys.extend(datasets.map(|dataset| DatasetKey::new(store.name(), dataset.name())));
        }
    }
    for placed in uses::workspaces(&pruned.new) {
        for sink in placed.workspace.groups().iter().flat_map(|group| group.sinks()) {
            let key = sink.name();
            let store = new.datastore(&key.datastore).map(|store| &store.entity);
            let is_retiring = store.is_some_and(|store| {
                let dataset = store.datasets().get(&key.dataset);
                dataset.is_some_and(|dataset| changed_datastores::retiring(store, dataset).is_some())
            });
            if is_retiring {
                keys.insert(key.clone());
            }
        }
    }
    keys
}
