//! Two versions of a lock: what is held goes by release, by date, or because somebody is promised as much again.

use super::codes::{HELD_CHANGED, HELD_NAME, LOCK_GONE};
use crate::{lock::Lock, placed::Placed, propose::owed_today};
use chrono::NaiveDate;
use datasurface_graph::Custody;
use datasurface_model::{DatasetKey, Diagnostic, Ecosystem, Entity, ModelPath, PlatformName, Valid, segment};
use datasurface_platform::HeldState;
use std::collections::BTreeMap;

/// The locks of both sides, and what the new one is judged with.
pub(super) struct LockChange<'a> {
    pub(super) old: &'a Lock,
    pub(super) new: &'a Lock,
    pub(super) is_gone: bool,
    pub(super) ecosystems: [&'a Valid<Ecosystem>; 2],
    /// The new model, if it could be placed.
    pub(super) placed: Option<&'a Placed>,
    pub(super) on: NaiveDate,
}

impl LockChange<'_> {
    /// Returns everything that a change must not do to the lock, whoever makes it.
    pub(super) fn findings(&self) -> Vec<Diagnostic> {
        if self.is_gone {
            let message = "the lock of the live model is missing in the proposed one";
            let finding = Diagnostic::new(&LOCK_GONE, lock_path(), message);
            return vec![finding.with_help("restore `datasurface.lock` from version control")];
        }
        let mut found = Vec::new();
        for (platform, lock) in &self.old.platforms {
            let owed = self.placed.map(|placed| owed_today(placed, platform)).unwrap_or_default();
            for state in &lock.held {
                found.extend(self.taken_name(state));
                if !self.may_become(platform, state, &owed) {
                    let (resource, dataset) = (&state.resource, &state.holds.dataset);
                    let message = format!(
                        "`{resource}` of `{platform}` holds `{dataset}`, which was neither released nor is over"
                    );
                    let help = "restore the entry of the lock, and release it if nobody needs it";
                    found.push(Diagnostic::new(&HELD_CHANGED, lock_path(), message).with_help(help));
                }
            }
        }
        found
    }

    /// Whether an entry may become what the new lock makes of it.
    fn may_become(
        &self,
        platform: &PlatformName,
        state: &HeldState,
        owed: &BTreeMap<DatasetKey, Custody>,
    ) -> bool {
        let still = self.new.held(platform).iter().find(|held| held.resource == state.resource);
        let is_kept = still.is_some_and(|still| {
            let is_as_long = match (state.owed_until, still.owed_until) {
                (_, None) => true,
                (Some(before), Some(after)) => before <= after,
                (None, Some(_)) => false,
            };
            let (before, after) = (&state.holds, &still.holds);
            is_as_long && before.dataset == after.dataset && after.custody.covers(before.custody)
        });
        let is_owed_again = || {
            owed.get(&state.holds.dataset).is_some_and(|custody| {
                let as_long = state.owed_until.is_some() || custody.promised_retention().is_none();
                as_long && custody.covers(state.holds.custody)
            })
        };
        is_kept || state.release_reason(self.on, self.old.base_revision()).is_some() || is_owed_again()
    }

    /// A datastore that comes with this change, and has the name of what is held.
    fn taken_name(&self, state: &HeldState) -> Option<Diagnostic> {
        let name = &state.holds.dataset.datastore;
        let [old, new] = self.ecosystems;
        let store = new.datastore(name)?;
        let known = [Some(store.entity.name()), store.entity.former_name()];
        if known.into_iter().flatten().any(|name| old.datastore(name).is_some()) {
            return None;
        }
        let message =
            format!("the datastore `{name}` is new, and `{}` holds data of that name", state.resource);
        let help = "take another name, or wait until the data is released";
        Some(Diagnostic::new(&HELD_NAME, store.path(), message).with_help(help))
    }
}

fn lock_path() -> ModelPath {
    ModelPath::root().attribute(segment::LOCK)
}
