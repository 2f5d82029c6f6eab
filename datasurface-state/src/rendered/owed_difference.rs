//! Datasets of which consumers ask for something else than at the base revision, or since.
//!
//! Both sides are persistent maps. What was asked for stays the same from one plan to the next, so only what is asked for now is compared with what was
//! asked for in the last plan.

use crate::{Owed, PlatformRecord};
use datasurface_model::{DatasetKey, PlatformName};
use imbl::ordmap::DiffItem;
use std::collections::{BTreeMap, BTreeSet};

/// The datasets of all platforms, and what the next comparison may need again.
#[derive(Debug, Default)]
pub struct OwedDifferences(BTreeMap<PlatformName, [OwedDifference; 2]>);

/// The datasets of one platform of which consumers ask for something else than they did, or for nothing any more.
#[derive(Debug)]
pub struct LeftDatasets<'d> {
    /// Than at the base revision.
    pub since_base: &'d BTreeSet<DatasetKey>,
    /// Than in the rendering after that.
    pub since_last: &'d BTreeSet<DatasetKey>,
}

#[derive(Debug, Default)]
struct OwedDifference {
    before: Owed,
    now: Owed,
    left: BTreeSet<DatasetKey>,
}

impl OwedDifferences {
    /// Compares what consumers of a platform asked for with what they ask for today.
    pub fn update(
        &mut self,
        platform: &PlatformName,
        before: &PlatformRecord,
        today: &Owed,
    ) -> LeftDatasets<'_> {
        let [base, last] = self.0.entry(platform.clone()).or_default();
        base.update(before.base_owed(), today);
        last.update(&before.owed, today);
        LeftDatasets { since_base: &base.left, since_last: &last.left }
    }
}

impl OwedDifference {
    fn update(&mut self, before: &Owed, now: &Owed) {
        if !self.before.ptr_eq(before) {
            *self = Self { before: before.clone(), now: before.clone(), left: BTreeSet::new() };
        }
        for item in self.now.diff(now) {
            let (DiffItem::Add(dataset, _)
            | DiffItem::Remove(dataset, _)
            | DiffItem::Update { new: (dataset, _), .. }) = item;
            match before.get(dataset).is_some_and(|custody| now.get(dataset) != Some(custody)) {
                true => self.left.insert(dataset.clone()),
                false => self.left.remove(dataset),
            };
        }
        self.now = now.clone();
    }
}
