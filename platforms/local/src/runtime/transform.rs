//! Transformers: when they run, and what they may see.

use super::{
    database::Database,
    job::{CaptureJob, TransformJob, TriggerJob},
    only_inputs,
    work::{Seen, Work},
};
use crate::{prelude::*, sql::script::Script};
use datasurface_platform::graph::Fingerprint;

/// The inputs of a transformer.
#[derive(Clone, Debug)]
pub(super) struct Inputs {
    pub(super) seen: Vec<Seen>,
    /// Whether each of them moved since it last ran, or it is another transformer now.
    pub(super) all_moved: bool,
    /// Whether one of them did.
    pub(super) any_moved: bool,
}

impl Work<'_> {
    /// What a transformer would see now, if it is to run: if all of its inputs moved since it last ran. One with a
    /// timetable runs if any of them did.
    pub(super) fn is_due(&self, trigger: &TriggerJob) -> Result<Option<Vec<Seen>>, PlatformError> {
        let inputs = self.inputs(trigger)?;
        let is_due = match trigger.trigger {
            TransformTrigger::AllInputsMoved => inputs.all_moved && inputs.any_moved,
            _ => inputs.any_moved,
        };
        Ok(is_due.then_some(inputs.seen))
    }

    /// What a transformer would see now, and whether that is what it saw when it last ran.
    pub(super) fn inputs(&self, trigger: &TriggerJob) -> Result<Inputs, PlatformError> {
        let transform = self.transform_of(trigger)?;
        let script = self.rendered.script(&transform.runs)?;
        let captured: Vec<_> = self.captures_of(&trigger.workspace).map(|job| &job.datasets).collect();
        let made_by = Fingerprint::of(&(script.to_string(), captured)).to_string();
        let mut inputs = Inputs { seen: Vec::new(), all_moved: true, any_moved: false };
        for dataset in &trigger.inputs {
            let batch = self.last_move(dataset, self.arrived(script, dataset)?)?;
            let moved = batch > self.input_seen(&trigger.workspace, dataset, &made_by)?;
            inputs.all_moved &= moved;
            inputs.any_moved |= moved;
            let workspace = trigger.workspace.clone();
            inputs.seen.push(Seen { workspace, dataset: dataset.clone(), batch, made_by: made_by.clone() });
        }
        Ok(inputs)
    }

    /// The last batch of an input where the transformer reads it.
    fn arrived(&self, script: &Script, dataset: &DatasetKey) -> Result<u64, PlatformError> {
        let copy = script.reads().and_then(|attached| self.rendered.copy_in(attached, dataset));
        let batch = match copy {
            None => self.last_batch(dataset)?,
            Some(copy) => self.arrived_in(copy)?,
        };
        Ok(batch.map_or(0, |batch| batch.number))
    }

    /// Makes the outputs of a transformer. They are captured afterwards, and only then it has seen its inputs: cut off
    /// before, it runs again.
    pub(super) fn transform(&self, trigger: &TriggerJob) -> Result<(), PlatformError> {
        let transform = self.transform_of(trigger)?;
        let script = self.rendered.script(&transform.runs)?;
        // A connection of its own: nothing that is temporary elsewhere is visible to it.
        let mut database = Database::open_for(&self.site, script, self.breakpoint)?;
        database.execute(script, "inputs", &[])?;
        let watch = only_inputs::allow(&mut database.connection, script)?;
        let filled = database.together(|| database.execute(script, "fill", &[]));
        filled.map_err(|error| watch.explain(error))?;
        only_inputs::end(&mut database.connection, script)?;
        database.execute(script, "close", &[])
    }

    pub(super) fn transform_of(&self, trigger: &TriggerJob) -> Result<&TransformJob, PlatformError> {
        self.rendered.transforms.get(&trigger.starts).ok_or_else(|| {
            let context = format!("`{}` starts `{}`, which no list of jobs has", trigger.job, trigger.starts);
            PlatformError::new(PlatformErrorKind::Rendering, context)
        })
    }

    /// The captures of what a transformer made.
    pub(super) fn captures_of(&self, workspace: &WorkspaceName) -> impl Iterator<Item = &CaptureJob> {
        self.rendered.captures.iter().filter(move |job| job.transformer() == Some(workspace))
    }
}
