//! Hooks decide whether a transformer runs, and how much of it.

use super::{context::RunContext, job::TriggerJob, selection::Selection, transform::Inputs};
use crate::prelude::*;
use datasurface_platform::{
    DatasetRun,
    hook::{DatasetLoaded, HookOutcome, NoDecision, TriggerDecision, TriggerDue, TriggerInput},
};
use std::collections::BTreeSet;

/// The outputs of a transformer that a run makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// All of them.
    Full,
    /// Those that read an input that moved.
    Incremental {
        /// The inputs that moved, by the names that the transformer knows.
        moved: BTreeSet<String>,
        /// The outputs that somebody asked for, whatever they read.
        requested: BTreeSet<DatasetKey>,
    },
}

impl RunContext<'_> {
    /// Asks the hooks about a transformer that is due.
    pub(super) fn ask_hooks(
        &self,
        trigger: &TriggerJob,
        inputs: &Inputs,
        is_requested: bool,
    ) -> Result<HookOutcome<TriggerDecision>, PlatformError> {
        self.site.hooks.trigger_due(|| self.trigger_due(trigger, inputs, is_requested))
    }

    /// Tells the hooks of a batch that became visible.
    pub(super) fn tell_hooks(&self, batch: &DatasetRun) -> HookOutcome<NoDecision> {
        let hooks = self.site.hooks;
        hooks.dataset_loaded(|| {
            let batch = DatasetRun { dataset: self.rendered.called.dataset(&batch.dataset), ..batch.clone() };
            DatasetLoaded { platform: hooks.platform(), now: self.site.now, batch }
        })
    }

    fn trigger_due(
        &self,
        trigger: &TriggerJob,
        inputs: &Inputs,
        is_requested: bool,
    ) -> Result<TriggerDue, PlatformError> {
        let now = &self.rendered.called;
        let input = |(position, seen): (&super::context::InputPosition, &u64)| {
            Ok(TriggerInput {
                dataset: now.dataset(&position.dataset),
                batch: position.batch,
                seen_batch: *seen,
                changed_records: self.moved_since(&position.dataset, *seen, position.batch)?,
            })
        };
        Ok(TriggerDue {
            platform: self.site.hooks.platform(),
            now: self.site.now,
            workspace: now.workspace(&trigger.workspace),
            job: trigger.starts.as_str().into(),
            trigger: trigger.trigger.clone(),
            inputs: inputs
                .seen
                .iter()
                .zip(&inputs.seen_before)
                .map(input)
                .collect::<Result<_, PlatformError>>()?,
            outputs: self.transform_of(trigger)?.outputs.iter().map(|output| now.dataset(output)).collect(),
            last_run: self.last_begin(&trigger.starts)?,
            is_requested,
        })
    }

    /// The extent of a run that makes no more than has to be made.
    pub(super) fn incremental(
        &self,
        trigger: &TriggerJob,
        inputs: &Inputs,
        asked: &Selection,
    ) -> Result<Extent, PlatformError> {
        let moved =
            inputs.seen.iter().zip(&inputs.seen_before).filter(|(position, seen)| position.batch > **seen);
        let name = |dataset: &DatasetKey| self.rendered.called.dataset(dataset).input_name();
        let outputs = self.transform_of(trigger)?.outputs.iter();
        Ok(Extent::Incremental {
            moved: moved.map(|(position, _)| name(&position.dataset)).collect(),
            requested: outputs.filter(|output| asked.reads_again(output)).cloned().collect(),
        })
    }
}
