//! When it was last confirmed that what consumers have is what the sources are.

use super::{context::RunContext, topic};
use crate::prelude::*;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// For each dataset, the last time at which what is kept of it was all that there was at the source. A dataset that a
/// transformer made is as old as the oldest of its inputs, as long as it saw all that they are now: nothing runs where
/// nothing moved.
#[derive(Clone, Debug, Default)]
pub(super) struct ConfirmedTimes(BTreeMap<DatasetKey, DateTime<Utc>>);

impl ConfirmedTimes {
    pub(super) fn load(work: &RunContext<'_>) -> Result<Self, PlatformError> {
        let mut confirmed = Self::default();
        for job in &work.rendered.captures {
            if let Some(at) = work.last_success(&job.job)? {
                // The writer of a topic may have been behind its source.
                let at = topic::confirmed(work, job)?.map_or(at, |until| until.min(at));
                confirmed.0.extend(job.datasets.iter().map(|captured| (captured.dataset.clone(), at)));
            }
        }
        for behind in work.datasets_behind()? {
            let dataset = behind.failure.dataset;
            match behind.confirmed_at {
                None => _ = confirmed.0.remove(&dataset),
                Some(at) => _ = confirmed.0.insert(dataset, at),
            }
        }
        for trigger in work.rendered.triggers_in_order() {
            let inputs = trigger.inputs.iter().map(|input| confirmed.get(input));
            let Some(Some(oldest)) = inputs.min() else {
                continue;
            };
            // What it reads may be out of reach; then nothing newer is known.
            if work.inputs(trigger).is_ok_and(|inputs| !inputs.any_moved) {
                for captured in work.captures_of(&trigger.workspace).flat_map(|job| &job.datasets) {
                    if let Some(at) = confirmed.0.get_mut(&captured.dataset) {
                        *at = oldest.max(*at);
                    }
                }
            }
        }
        Ok(confirmed)
    }

    /// When that was; None if it never was.
    pub(super) fn get(&self, dataset: &DatasetKey) -> Option<DateTime<Utc>> {
        self.0.get(dataset).copied()
    }
}
