//! Breaking changes, and the consumers of each.

use super::{
    changed_datastores::{self, Change, LocatedStore, RetirementDates, StoreChange},
    codes,
    uses::{AffectedGroup, DatasetUse, DatasetUses},
};
use chrono::NaiveDate;
use datasurface_model::{
    CodeInfo, Dataset, DatasetGroup, DatasetKey, Diagnostic, Ecosystem, Entity, InvalidRows, ModelPath,
    SchemaChange, Severity, Valid, Workspace, segment,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A promise to consumers that a change breaks: an error if the dataset has consumers, or in strict mode; otherwise a
/// warning.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct BreakingChange {
    /// The finding: its path, the rule that is broken, and the severity.
    pub finding: Diagnostic,
    /// The groups that use the dataset, directly or through transformers.
    pub consumers: BTreeSet<AffectedGroup>,
}

/// The check of the changes of datastores.
pub(super) struct CompatibilityChecker<'e> {
    pub(super) old: &'e Valid<Ecosystem>,
    pub(super) uses: &'e DatasetUses<'e>,
    /// The former keys of renamed datasets.
    pub(super) former: &'e BTreeMap<DatasetKey, DatasetKey>,
    pub(super) on: NaiveDate,
    pub(super) is_strict: bool,
}

impl CompatibilityChecker<'_> {
    /// Returns the breaking changes among these.
    pub(super) fn breaking(&self, changes: &[StoreChange<'_>]) -> Vec<BreakingChange> {
        let mut found = Vec::new();
        for change in changes {
            match change {
                Change::New(_) => {}
                Change::Gone(old) => found.extend(self.store_gone(old)),
                Change::Both { old, new } => {
                    if old.store.name() != new.store.name() {
                        found.extend(self.store_renamed(old, new));
                    }
                    self.add_datasets(old, new, &mut found);
                }
            }
        }
        found.sort();
        found
    }

    fn store_gone(&self, old: &LocatedStore<'_>) -> Option<BreakingChange> {
        let unretired = old.store.datasets().iter().filter(|dataset| !self.is_over(old.retiring(dataset)));
        let is_retired = unretired.count() == 0;
        let message = format!("the datastore `{}` is gone", old.store.name());
        let gone = self.judged(&codes::DATASTORE_REMOVED, old.path(), message, old.keys(), is_retired);
        let retiring: Vec<_> = old.store.datasets().iter().map(|dataset| old.retiring(dataset)).collect();
        let latest = |one: RetirementDates, other: RetirementDates| match (one.last_day, other.last_day) {
            (Some(day), Some(last)) if last > day => other,
            (Some(_), None) => other,
            _ => one,
        };
        let all: Option<Vec<_>> = retiring.into_iter().collect();
        let whole = all.and_then(|all| all.into_iter().reduce(latest));
        Some(self.with_next_step(gone?, whole))
    }

    /// Sets the help to the step that comes next, if the retirement of what is gone had begun.
    fn with_next_step(&self, gone: BreakingChange, retiring: Option<RetirementDates>) -> BreakingChange {
        let Some(retiring) = retiring else { return gone };
        let help = match retiring.last_day {
            None => format!(
                "it is deprecated since {}, without a last day: set its sunset, and remove it after that day",
                retiring.since
            ),
            Some(last) if last < self.on => {
                format!(
                    "its last day was {last}, and it is still used: remove it when its consumers have left"
                )
            }
            Some(last) => {
                format!("it is there until {last}: remove it after that day, when its consumers have left")
            }
        };
        let finding = gone.finding.with_help(help);
        BreakingChange { finding, ..gone }
    }

    fn store_renamed(&self, old: &LocatedStore<'_>, new: &LocatedStore<'_>) -> Option<BreakingChange> {
        let message = format!("the datastore `{}` is called `{}` now", old.store.name(), new.store.name());
        self.judged(&codes::DATASTORE_RENAMED, new.path(), message, old.keys(), false)
    }

    fn add_datasets(&self, old: &LocatedStore<'_>, new: &LocatedStore<'_>, found: &mut Vec<BreakingChange>) {
        for change in changed_datastores::datasets(old, new) {
            match change {
                Change::New(_) => {}
                Change::Gone(dataset) => {
                    let message = format!("the dataset `{}` is gone", old.key(dataset));
                    let is_retired = self.is_over(old.retiring(dataset));
                    let path = new.dataset_path(dataset);
                    let keys = [old.key(dataset)];
                    let gone = self.judged(&codes::DATASET_REMOVED, path, message, keys, is_retired);
                    found.extend(gone.map(|gone| self.with_next_step(gone, old.retiring(dataset))));
                }
                Change::Both { old: before, new: after } => {
                    self.add_dataset((old, before), (new, after), found);
                }
            }
        }
    }

    fn add_dataset(
        &self,
        (old_store, old): (&LocatedStore<'_>, &Dataset),
        (new_store, new): (&LocatedStore<'_>, &Dataset),
        found: &mut Vec<BreakingChange>,
    ) {
        let path = new_store.dataset_path(new);
        let is_retired = self.is_over(old_store.retiring(old));
        let (old_key, new_key) = (old_store.key(old), new_store.key(new));
        if old.name() != new.name() {
            let message = format!("the dataset `{old_key}` is called `{}` now", new.name());
            let keys = [old_key.clone()];
            found.extend(self.judged(&codes::DATASET_RENAMED, path.clone(), message, keys, is_retired));
        }
        if old.invalid_rows() != new.invalid_rows() {
            let message = match new.invalid_rows() {
                InvalidRows::SetAside => {
                    format!("rows of `{new_key}` that break its schema are set aside now")
                }
                InvalidRows::Fail => format!("a row of `{new_key}` that breaks its schema fails it now"),
            };
            let path = path.attribute(segment::INVALID_ROWS);
            let keys = [old_key.clone(), new_key.clone()];
            found.extend(self.judged(&codes::INVALID_ROWS, path, message, keys, is_retired));
        }
        if old.schema() == new.schema() {
            return;
        }
        if old.schema().error().is_some() {
            // Nobody was promised anything that could be read: what is readable now is a repair.
            if new.schema().error().is_none() {
                return;
            }
            let message =
                format!("the schema of `{new_key}` is different, and can be read neither before nor after");
            let keys = [old_key.clone(), new_key.clone()];
            let path = path.clone();
            found.extend(self.judged(&codes::UNREADABLE, path, message, keys, is_retired));
        }
        for change in SchemaChange::between(old.schema(), new.schema()) {
            let Some(rule) = change.broken_rule().and_then(codes::code_of) else { continue };
            let path = match change.column() {
                Some(column) => path.child(segment::COLUMNS, column),
                None => path.clone(),
            };
            let message = format!("in `{new_key}`, {change}");
            let keys = [old_key.clone(), new_key.clone()];
            found.extend(self.judged(rule, path, message, keys, is_retired));
        }
    }

    /// Whether the last day is over.
    fn is_over(&self, retiring: Option<RetirementDates>) -> bool {
        retiring.and_then(|retiring| retiring.last_day).is_some_and(|last| last < self.on)
    }

    /// Nothing, if what breaks was retired and nobody uses it any more.
    fn judged(
        &self,
        rule: &CodeInfo,
        path: ModelPath,
        message: String,
        datasets: impl IntoIterator<Item = DatasetKey>,
        is_retired: bool,
    ) -> Option<BreakingChange> {
        let consumers = self.uses.consumers(datasets, |used| self.was_there(used));
        if is_retired && consumers.is_empty() {
            return None;
        }
        let is_error = self.is_strict || !consumers.is_empty();
        let severity = if is_error { Severity::Error } else { Severity::Warning };
        let rule = CodeInfo { severity, ..*rule };
        let finding = Diagnostic::new(&rule, path, message).with_help(rule.explanation);
        Some(BreakingChange { finding, consumers })
    }

    /// Whether a group wanted the dataset before the change, too. Who begins to use something sees what it is; but whoever
    /// fills a datastore did so before, under whatever name: others stand behind it, who see nothing.
    pub(super) fn was_there(&self, used: &DatasetUse<'_>) -> bool {
        let key = used.sink.name();
        let wanted = |group: &DatasetGroup| {
            group.sinks().get(key).or_else(|| group.sinks().get(self.former.get(key)?)).is_some()
        };
        let of_name = |workspace: &Workspace| {
            let former = used.workspace.groups().get(&used.group.group).and_then(DatasetGroup::former_name);
            let groups = workspace.groups();
            groups.get(&used.group.group).or_else(|| groups.get(former?)).is_some_and(wanted)
        };
        let former = || self.old.workspace(used.workspace.former_name()?);
        let workspace = self.old.workspace(used.workspace.name()).or_else(former);
        let maker = used.workspace.transformer().and_then(|made| self.old.producer(made.output()));
        workspace.is_some_and(|workspace| of_name(&workspace.entity))
            || maker.is_some_and(|maker| maker.entity.groups().iter().any(wanted))
    }
}
