//! Transformers: when they run, and what they may see.

use super::{
    cast::Casts,
    context::{InputPosition, RunContext},
    database::{outside, section_of},
    job::{CaptureJob, CapturedDataset, TransformJob, TriggerJob},
    place,
    source::RowCallback,
    stage::StagedDatasets,
    trigger_hooks::Extent,
};
use crate::{
    address::SelectAddress,
    prelude::*,
    render::select_section,
    sandbox::{Sandbox, SelectError, file_of_inputs},
    sql::script::Script,
};
use datasurface_platform::{RoundedValues, WaitReason, graph::Fingerprint};
use std::{borrow::Cow, collections::BTreeSet};

/// The inputs of a transformer.
#[derive(Clone, Debug, Default)]
pub(super) struct Inputs {
    pub(super) seen: Vec<InputPosition>,
    /// The batch of each input that the transformer saw before, in the same order; 0 if it was another transformer then.
    pub(super) seen_before: Vec<u64>,
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
pub(super) enum RunDecision {
    /// It is, and would see these.
    Due(Inputs),
    /// Nothing moved since it last ran.
    Rests,
    Waits(WaitReason),
}

/// What a transformer made.
#[derive(Debug, Default)]
pub(super) struct TransformResult<'j> {
    /// What is staged of it, by capture.
    pub(super) staged: Vec<(&'j CaptureJob, StagedDatasets<'j>)>,
    /// The values that were rounded to what their columns keep.
    pub(super) rounded: Vec<RoundedValues>,
    /// How many records there are.
    pub(super) records: u64,
}

impl RunContext<'_> {
    /// Whether a transformer is to run, where these jobs failed on the way to its inputs. It never runs on inputs some of
    /// which are new while others could not be read, and not before there is a batch of each. Asked to make its output again, it
    /// need not have anything new to read.
    pub(super) fn turn(
        &self,
        trigger: &TriggerJob,
        failed: &[&str],
        is_made_again: bool,
    ) -> Result<RunDecision, PlatformError> {
        let inputs = self.inputs(trigger)?;
        if !inputs.any_moved && !is_made_again {
            return Ok(RunDecision::Rests);
        }
        let failed = failed.iter().map(|job| ResourceAddress::from(*job));
        let broken: Vec<ResourceAddress> = failed.chain(inputs.behind.iter().cloned()).collect();
        if !broken.is_empty() {
            return Ok(RunDecision::Waits(WaitReason::Repaired(broken)));
        }
        let mut missing = inputs.missing.clone();
        // A loop begins without what it is to make itself.
        missing.retain(|input| !self.rendered.is_made_from(input, &trigger.workspace));
        if !missing.is_empty() {
            return Ok(RunDecision::Waits(WaitReason::Arrived(missing)));
        }
        Ok(match trigger.trigger {
            TransformTrigger::AllInputsMoved if !inputs.resting.is_empty() && !is_made_again => {
                RunDecision::Waits(WaitReason::Moved(inputs.resting))
            }
            _ => RunDecision::Due(Inputs { missing, behind: Vec::new(), ..inputs }),
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
            let seen = self.input_seen(&trigger.workspace, dataset, &made_by)?;
            inputs.seen_before.push(seen);
            if batch > seen {
                inputs.any_moved = true;
            } else {
                inputs.resting.push(dataset.clone());
            }
            if last == 0 {
                inputs.missing.push(dataset.clone());
            }
            let workspace = trigger.workspace.clone();
            inputs.seen.push(InputPosition {
                workspace,
                dataset: dataset.clone(),
                batch,
                made_by: made_by.clone(),
            });
        }
        Ok(inputs)
    }

    /// The copy of an input that a transformer reads; none if it reads the platform's own table.
    fn copy_read_by(&self, script: &Script, dataset: &DatasetKey) -> Option<&Script> {
        script.attached().and_then(|attached| self.rendered.copy_in(&attached.file, dataset))
    }

    /// The captures of what a run of a transformer makes: all of them, or those of the outputs that an extent names, with no others.
    pub(super) fn captures_in(
        &self,
        trigger: &TriggerJob,
        extent: &Extent,
    ) -> Result<Vec<Cow<'_, CaptureJob>>, PlatformError> {
        let all = self.captures_of(&trigger.workspace);
        let Extent::Incremental { moved, requested } = extent else {
            return Ok(all.map(Cow::Borrowed).collect());
        };
        let transform = self.transform_of(trigger)?;
        let script = self.rendered.script(&transform.runs)?;
        let sandbox = self.sandbox(transform)?;
        let mut made = BTreeSet::new();
        for output in &transform.outputs {
            let section = select_section(&output.dataset);
            let reads = || {
                sandbox
                    .reads_any(section_of(script, &section)?, moved)
                    .map_err(|error| failed_select(script, &section, error))
            };
            if requested.contains(output) || reads()? {
                made.insert(output.clone());
            }
        }
        Ok(all.filter_map(|job| job.restricted_to(&made)).map(Cow::Owned).collect())
    }

    /// Makes what these captures of a transformer read: what its SELECTs return is staged for them, and nothing is kept until all of
    /// them have ended. Cut off before it is captured, the transformer runs again.
    pub(super) fn transform<'j>(
        &'j self,
        trigger: &TriggerJob,
        captures: &'j [Cow<'_, CaptureJob>],
    ) -> Result<TransformResult<'j>, PlatformError> {
        let transform = self.transform_of(trigger)?;
        let sandbox = self.sandbox(transform)?;
        let mut made = TransformResult::default();
        let staged: Result<Vec<_>, PlatformError> = captures
            .iter()
            .map(|job| {
                let job: &CaptureJob = job;
                let staged = self.stage_rows(job, |captured, _, each| {
                    self.select(&sandbox, transform, captured, &mut made, each)
                });
                staged.map(|staged| (job, staged))
            })
            .collect();
        if staged.is_err() {
            // The next batch begins with this, too.
            captures.iter().for_each(|job| _ = self.unstage(job));
        }
        made.staged = staged?;
        Ok(made)
    }

    /// The sandbox in which a transformer sees its inputs, and nothing else.
    fn sandbox(&self, transform: &TransformJob) -> Result<Sandbox, PlatformError> {
        let script = self.rendered.script(&transform.runs)?;
        let inputs = section_of(script, "inputs")?;
        let file = file_of_inputs(script);
        let (path, _) = place::database_path(&self.site, file)?;
        Sandbox::open(&path, inputs, transform.limits)
            .map_err(|error| outside(format!("{} [inputs]: opening `{file}`", script.resource()), error))
    }

    /// Hands on what the SELECT of a dataset returns, as its columns keep it.
    fn select(
        &self,
        sandbox: &Sandbox,
        transform: &TransformJob,
        captured: &CapturedDataset,
        made: &mut TransformResult<'_>,
        each: &mut RowCallback<'_>,
    ) -> Result<(), PlatformError> {
        let dataset = &captured.dataset;
        let address = SelectAddress::read(&captured.read).ok_or_else(|| {
            let context = format!(
                "the file of the capture of `{dataset}` names no SELECT of its transformer: render again"
            );
            PlatformError::new(PlatformErrorKind::Rendering, context)
        })?;
        let script = self.rendered.script(&address.output)?;
        let section = select_section(&address.dataset);
        let select = section_of(script, &section)?;
        let mut casts = Casts::new(dataset, transform.types.get(&address.dataset).map_or(&[], Vec::as_slice));
        self.breakpoint.before(|| format!("{} [{section}]", script.resource()));
        let records = &mut made.records;
        sandbox
            .rows(select, self.site.watcher, |row| {
                *records += 1;
                each(&casts.cast(row)?)
            })
            .map_err(|error| failed_select(script, &section, error))?;
        made.rounded.extend(casts.rounded());
        Ok(())
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

/// Says why a SELECT of a transformer failed.
fn failed_select(script: &Script, section: &str, error: SelectError) -> PlatformError {
    let context = format!("{} [{section}]", script.resource());
    let failure =
        |cause: String| PlatformError::new(PlatformErrorKind::External, context.clone()).caused_by(cause);
    match error {
        SelectError::Receiver(error) => error,
        SelectError::Sqlite(error) => outside(context, error),
        other => failure(other.to_string()),
    }
}
