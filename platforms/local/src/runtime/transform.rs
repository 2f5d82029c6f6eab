//! Transformers: when they run, and what they may see.

use super::{
    database::Database,
    job::{CaptureJob, TransformJob, TriggerJob},
    only_inputs,
    work::{Seen, Work},
};
use crate::{prelude::*, sql::script::Script};
use datasurface_platform::{WaitsFor, graph::Fingerprint};

/// The inputs of a transformer.
#[derive(Clone, Debug, Default)]
pub(super) struct Inputs {
    pub(super) seen: Vec<Seen>,
    /// Whether one of them moved since it last ran, or it is another transformer now.
    pub(super) any_moved: bool,
    /// Those that did not move.
    resting: Vec<DatasetKey>,
    /// Those of which there is no batch.
    missing: Vec<DatasetKey>,
    /// The copies that it reads and that are not at the last batch.
    behind: Vec<ResourceAddress>,
}

/// Whether a transformer is to run, as far as its inputs tell.
#[derive(Clone, Debug)]
pub(super) enum Turn {
    /// It is, and would see this.
    Due(Vec<Seen>),
    /// Nothing moved since it last ran.
    Rests,
    Waits(WaitsFor),
}

impl Work<'_> {
    /// Whether a transformer is to run, where these jobs failed on the way to its inputs. It never runs on inputs some of
    /// which are new while others could not be read, and not before there is a batch of each.
    pub(super) fn turn(&self, trigger: &TriggerJob, failed: &[&str]) -> Result<Turn, PlatformError> {
        let inputs = self.inputs(trigger)?;
        if !inputs.any_moved {
            return Ok(Turn::Rests);
        }
        let failed = failed.iter().map(|job| ResourceAddress::from(*job));
        let broken: Vec<ResourceAddress> = failed.chain(inputs.behind).collect();
        if !broken.is_empty() {
            return Ok(Turn::Waits(WaitsFor::Repaired(broken)));
        }
        let mut missing = inputs.missing;
        // A loop begins without what it is to make itself.
        missing.retain(|input| !self.rendered.is_made_from(input, &trigger.workspace));
        if !missing.is_empty() {
            return Ok(Turn::Waits(WaitsFor::Arrived(missing)));
        }
        Ok(match trigger.trigger {
            TransformTrigger::AllInputsMoved if !inputs.resting.is_empty() => {
                Turn::Waits(WaitsFor::Moved(inputs.resting))
            }
            _ => Turn::Due(inputs.seen),
        })
    }

    /// What a transformer would see now, and whether that is what it saw when it last ran.
    pub(super) fn inputs(&self, trigger: &TriggerJob) -> Result<Inputs, PlatformError> {
        let transform = self.transform_of(trigger)?;
        let script = self.rendered.script(&transform.runs)?;
        let captured: Vec<_> = self.captures_of(&trigger.workspace).map(|job| &job.datasets).collect();
        let made_by = Fingerprint::of(&(script.to_string(), captured)).to_string();
        let mut inputs = Inputs::default();
        for dataset in &trigger.inputs {
            let last = self.last_batch(dataset)?.map_or(0, |batch| batch.number);
            let arrived = match self.copy_read_by(script, dataset) {
                None => last,
                Some(copy) => {
                    let arrived = self.arrived_in(copy)?.map_or(0, |batch| batch.number);
                    if arrived < last {
                        inputs.behind.push(copy.resource().into());
                    }
                    arrived
                }
            };
            let batch = self.last_move(dataset, arrived)?;
            if batch > self.input_seen(&trigger.workspace, dataset, &made_by)? {
                inputs.any_moved = true;
            } else {
                inputs.resting.push(dataset.clone());
            }
            if last == 0 {
                inputs.missing.push(dataset.clone());
            }
            let workspace = trigger.workspace.clone();
            inputs.seen.push(Seen { workspace, dataset: dataset.clone(), batch, made_by: made_by.clone() });
        }
        Ok(inputs)
    }

    /// The copy of an input that a transformer reads; none if it reads the platform's own table.
    fn copy_read_by(&self, script: &Script, dataset: &DatasetKey) -> Option<&Script> {
        script.reads().and_then(|attached| self.rendered.copy_in(&attached.file, dataset))
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
