//! Transformers: when they run, and what they may see.

use super::{
    cast::Casts,
    context::{InputPosition, RunContext},
    database::{Database, outside, section_of},
    job::{CaptureJob, TransformJob, TriggerJob},
    place,
    trigger_hooks::Extent,
};
use crate::{
    prelude::*,
    render::{clear_section, load_section, select_section},
    sandbox::{Sandbox, SelectError, file_of_inputs},
    sql::{milestoned::StoredColumn, script::Script},
};
use datasurface_platform::{RoundedValues, WaitReason, graph::Fingerprint};
use std::collections::BTreeSet;

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
#[derive(Clone, Debug, Default)]
pub(super) struct TransformResult {
    /// The values that were rounded to what their columns keep.
    pub(super) rounded: Vec<RoundedValues>,
    /// How many records there are.
    pub(super) records: u64,
    /// The outputs that were made; the others are as they were.
    pub(super) outputs: BTreeSet<DatasetKey>,
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

    /// Makes the outputs of a transformer: all of them, or those that an extent names. They are captured afterwards, and only then it has
    /// seen its inputs: cut off before, it runs again.
    pub(super) fn transform(
        &self,
        trigger: &TriggerJob,
        extent: &Extent,
    ) -> Result<TransformResult, PlatformError> {
        let transform = self.transform_of(trigger)?;
        let script = self.rendered.script(&transform.runs)?;
        let inputs = section_of(script, "inputs")?;
        let file = file_of_inputs(script);
        let (path, _) = place::database_path(&self.site, file)?;
        let sandbox = Sandbox::open(&path, inputs, transform.limits);
        let sandbox = sandbox
            .map_err(|error| outside(format!("{} [inputs]: opening `{file}`", script.resource()), error))?;
        let database = Database::open(&self.site, script.database(), self.breakpoint)?;
        database.in_transaction(|| {
            let mut made = TransformResult::default();
            for output in &transform.outputs {
                if !is_in(extent, &sandbox, script, output)? {
                    continue;
                }
                let columns = transform.types.get(&output.dataset).map_or(&[][..], Vec::as_slice);
                let filled = self.fill(&sandbox, &database, script, output, columns)?;
                made.rounded.extend(filled.rounded);
                made.records += filled.records;
                made.outputs.insert(output.clone());
            }
            Ok(made)
        })
    }

    /// Fills the table of one dataset with what its SELECT returns.
    fn fill(
        &self,
        sandbox: &Sandbox,
        database: &Database<'_>,
        script: &Script,
        output: &DatasetKey,
        columns: &[StoredColumn],
    ) -> Result<TransformResult, PlatformError> {
        let section = select_section(&output.dataset);
        let select = section_of(script, &section)?;
        database.execute(script, &clear_section(&output.dataset), &[])?;
        let load = load_section(&output.dataset);
        let mut loader = database.loader(script, &load)?;
        let mut casts = Casts::new(output, columns);
        let mut records = 0;
        sandbox
            .rows(select, self.site.watcher, |row| {
                records += 1;
                casts.load(row, &mut loader)
            })
            .map_err(|error| failed_select(script, &section, error))?;
        loader.finish()?.map_or(Ok(()), Err)?;
        Ok(TransformResult { rounded: casts.rounded(), records, ..TransformResult::default() })
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

/// Whether an output is to be made.
fn is_in(
    extent: &Extent,
    sandbox: &Sandbox,
    script: &Script,
    output: &DatasetKey,
) -> Result<bool, PlatformError> {
    let Extent::Incremental { moved, requested } = extent else { return Ok(true) };
    if requested.contains(output) {
        return Ok(true);
    }
    let section = select_section(&output.dataset);
    let reads = sandbox.reads_any(section_of(script, &section)?, moved);
    reads.map_err(|error| failed_select(script, &section, error))
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
