//! The order inside a circle: where it is entered, since something has to come up before what it needs.

use crate::fragments::StartCondition;
use std::collections::{BTreeMap, BTreeSet};

/// How well something does that comes up before all that it needs is there.
#[derive(Clone, Copy, Debug)]
pub(super) struct CycleEntry {
    /// What of that it waits for before it runs.
    pub(super) waits: StartCondition,
    /// Whether nothing that it needs is there.
    pub(super) has_nothing: bool,
}

impl CycleEntry {
    /// Whether it does not run yet, and whether nothing that it needs is there: smaller is better.
    fn rank(self) -> (bool, bool) {
        let is_waiting = match self.waits {
            StartCondition::Nothing => false,
            StartCondition::Any => self.has_nothing,
            StartCondition::All => true,
        };
        (is_waiting, self.has_nothing)
    }
}

/// The members of a circle, each after all that it needs, as far as that can be: wherever all that is left waits for
/// something else that is left, the best entry comes next. Where the order is free, smaller ones come first. `needing` is
/// what needs a member directly, each once; whatever has no entry needs one thing at most.
pub(super) fn entered<T: Ord + Copy>(
    cycle: &[T],
    needing: impl Fn(T) -> Vec<T>,
    entry: impl Fn(T) -> Option<CycleEntry>,
) -> Vec<T> {
    let mut left: BTreeMap<T, PendingMember> =
        cycle.iter().map(|member| (*member, PendingMember { needs: 0, entry: entry(*member) })).collect();
    for after in cycle.iter().flat_map(|member| needing(*member)) {
        left.entry(after).and_modify(|left| left.needs += 1);
    }
    let entries = left.iter().filter_map(|(member, left)| Some((left.entry?.rank(), *member)));
    let mut entries: BTreeSet<((bool, bool), T)> = entries.collect();
    let mut ready: BTreeSet<T> = BTreeSet::new();
    let mut order = Vec::with_capacity(cycle.len());
    while let Some(next) = ready.pop_first().or_else(|| Some(entries.first()?.1)) {
        if let Some(PendingMember { entry: Some(entry), .. }) = left.remove(&next) {
            entries.remove(&(entry.rank(), next));
        }
        order.push(next);
        for after in needing(next) {
            let Some(waiting) = left.get_mut(&after) else { continue };
            waiting.needs = waiting.needs.saturating_sub(1);
            if let Some(entry) = &mut waiting.entry {
                entries.remove(&(entry.rank(), after));
                entry.has_nothing = false;
                entries.insert((entry.rank(), after));
            }
            if waiting.needs == 0 {
                ready.insert(after);
            }
        }
    }
    order
}

/// A member that has not come up yet.
struct PendingMember {
    /// How much of the circle it needs that has not come up either.
    needs: usize,
    entry: Option<CycleEntry>,
}
