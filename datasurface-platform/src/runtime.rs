//! Runtimes: platforms that apply their own plans and run their own jobs.

use crate::{
    credential::CredentialSource,
    error::PlatformError,
    history::JobRun,
    hook::{HookRemark, PlatformHooks},
    plan::Plan,
    rendered_files::RenderedFiles,
    rendering::ResourceAddress,
    request::{RunNames, RunRequest},
    waiting::WaitingJob,
};
use chrono::{DateTime, Utc};
use datasurface_model::{ColumnName, DatasetKey, GroupKey, Latency};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{fmt, path::Path};

/// Applies plans and runs jobs. What it executes is what was rendered: it makes up no statements of its own. Killed at
/// any moment, it goes on where it was when it is called again.
pub trait Runtime: fmt::Debug + Send + Sync {
    /// Makes what was rendered exist: the steps of a plan, in order. Applying a plan again changes nothing.
    ///
    /// # Errors
    ///
    /// If a database cannot be opened, or a step fails. Steps that were recorded stay done; calling again carries out the others.
    fn apply(&self, site: &RuntimeContext<'_>, plan: &Plan) -> Result<ApplyReport, PlatformError>;

    /// Runs jobs.
    ///
    /// # Errors
    ///
    /// If nothing can run at all: the platform's own database cannot be opened, for example. The failure of a job is in the
    /// report.
    fn run(&self, site: &RuntimeContext<'_>, request: &RunRequest) -> Result<RunReport, PlatformError>;

    /// Returns the names by which a request can ask for something. Without any, all of it runs or nothing.
    ///
    /// # Errors
    ///
    /// If the names cannot be read.
    fn run_names(&self, _site: &RuntimeContext<'_>) -> Result<RunNames, PlatformError> {
        Ok(RunNames::default())
    }

    /// Returns the status of every sink, the jobs that wait, and the resources that drifted.
    ///
    /// # Errors
    ///
    /// If the status cannot be read.
    fn status(&self, site: &RuntimeContext<'_>) -> Result<Status, PlatformError>;

    /// Returns the last runs of each job, at most as many of each as requested: by job, the newest first. A platform that keeps no
    /// history returns none.
    ///
    /// # Errors
    ///
    /// If the history cannot be read.
    fn history(&self, _site: &RuntimeContext<'_>, _most: usize) -> Result<Vec<JobRun>, PlatformError> {
        Ok(Vec::new())
    }

    /// Returns the time at which the next job is due by its timetable; `None` if no job has one.
    ///
    /// # Errors
    ///
    /// If the last runs cannot be read.
    fn next_due(&self, _site: &RuntimeContext<'_>) -> Result<Option<DateTime<Utc>>, PlatformError> {
        Ok(None)
    }
}

/// A receiver of the progress of a runtime, which may also cancel a run.
pub trait RunObserver: fmt::Debug + Sync {
    /// Receives the address of a job, or of a step of a plan, that begins.
    fn job_started(&self, address: &str);

    /// Whether the call is to end: it fails as soon as it can, and the next one goes on where it was. It is asked often, and from
    /// other threads.
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// The observer that ignores everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoObserver;

impl RunObserver for NoObserver {
    fn job_started(&self, _address: &str) {}
}

/// The context of a runtime: rendered files, root, credentials, time.
#[derive(Clone, Copy, Debug)]
pub struct RuntimeContext<'a> {
    /// The rendered files of this instance.
    pub rendered: &'a RenderedFiles,
    /// The folder that relative paths in the model are relative to.
    pub root: &'a Path,
    /// The source of secrets.
    pub credentials: &'a dyn CredentialSource,
    /// The time that it is.
    pub now: DateTime<Utc>,
    /// The observer of the progress.
    pub watcher: &'a dyn RunObserver,
    /// The target that the rendered files were applied to before.
    pub applied_to: PreviousTarget<'a>,
    /// The confirmations of the operator.
    pub confirmed: OperatorConfirmations,
    /// The hooks, which a runtime asks before a transformer runs, and tells of every batch that became visible.
    pub hooks: PlatformHooks<'a>,
}

/// The file with the plan that is still to be applied, in the folder of a platform.
pub const PLAN_FILE: &str = "plan.json";

impl RuntimeContext<'_> {
    /// Whether a plan was rendered and is still to be applied: until then, what is there is not what is rendered.
    #[must_use]
    pub fn has_pending_plan(&self) -> bool {
        PLAN_FILE.parse().is_ok_and(|path| self.rendered.get(&path).is_some())
    }
}

/// The target that rendered files were applied to before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PreviousTarget<'a> {
    /// None, as far as is known.
    #[default]
    Nothing,
    /// A target without an identity.
    Something,
    /// The target with this identity, as in [`ApplyReport`].
    This(&'a str),
}

/// The confirmations of an operator, of facts that no program can know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OperatorConfirmations {
    /// Whether the target that rendered files were applied to before is not needed any more, so that they may be applied to
    /// another one.
    #[serde(default)]
    pub accept_other_database: bool,
    /// Up to this time, the clock is right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_until: Option<DateTime<Utc>>,
}

/// The part of a plan that was applied.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplyReport {
    /// Steps that were carried out now.
    pub done: usize,
    /// Steps that had been carried out before.
    pub done_before: usize,
    /// The identity of the target that the plan was applied to, if it has one: it stays the same for as long as the target
    /// exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
}

/// The data that a run moved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RunReport {
    /// The moves, by dataset and batch, in the order in which they were done. What was read and found unchanged is here too, with
    /// the batch that it was found to be at.
    pub datasets: Vec<DatasetRun>,
    /// Jobs that failed, in the order in which they did. What needs them stood still; the rest went on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<JobFailure>,
    /// Jobs that have something to do and waited, in the order in which they run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<WaitingJob>,
    /// Columns in which a transformer made values with more digits than their types keep, in the order in which they were made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rounded: Vec<RoundedValues>,
    /// Copies that were compared with what the platform keeps, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub compared: Vec<CopyComparison>,
    /// The remarks of hooks, in the order in which they were asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<JobRemark>,
}

/// A remark of a hook about a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JobRemark {
    /// The address of the job.
    pub job: ResourceAddress,
    /// The remark.
    pub remark: HookRemark,
}

/// The difference between a copy and the data that the platform keeps, as counts of versions of records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CopyComparison {
    /// The copy.
    pub copy: ResourceAddress,
    /// The dataset.
    pub dataset: DatasetKey,
    /// Versions that are missing in the copy.
    pub missing: u64,
    /// Versions that nobody brought there.
    pub added: u64,
    /// Versions that read otherwise.
    pub different: u64,
}

impl CopyComparison {
    /// Whether there is no difference.
    #[must_use]
    pub fn is_equal(&self) -> bool {
        self.missing == 0 && self.added == 0 && self.different == 0
    }
}

/// Values that were rounded, half away from zero, to what the type of their column keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoundedValues {
    /// The dataset.
    pub dataset: DatasetKey,
    /// The column.
    pub column: ColumnName,
    /// The number of values.
    pub values: u64,
}

/// A job that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JobFailure {
    /// The address of the job, or of what it was to bring up to date.
    pub job: ResourceAddress,
    /// The failure, and every reason behind it: tables, columns, rules and counts; never a secret, and no value of data.
    pub reason: String,
    /// Values of rows that are the reason, of columns that are classified as `Public` and nothing else, for those who ask for values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<String>,
}

/// The changes of one dataset in one batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DatasetRun {
    /// The dataset.
    pub dataset: DatasetKey,
    /// The number of the batch of its datastore.
    pub batch: u64,
    /// Records that were not there.
    pub inserted: u64,
    /// Records that are different.
    pub updated: u64,
    /// Records that are not there any more.
    pub deleted: u64,
    /// Records that are as they were.
    pub unchanged: u64,
    /// Records that are set aside now, since they break what the schema says.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub rejected: u64,
    /// The reason why the batch did not become visible, if it did not.
    pub failure: Option<String>,
}

/// The status of a platform.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Status {
    /// The sinks, by group and dataset, in order.
    pub sinks: Vec<SinkStatus>,
    /// Jobs that have something to do and wait, in the order in which they run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<WaitingJob>,
    /// The resources that are not as they were rendered any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drifted: Vec<DriftedResource>,
}

/// A resource that is not as it was rendered: somebody dropped or changed it, or put something else in its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DriftedResource {
    /// The resource.
    pub resource: ResourceAddress,
    /// The difference from what was rendered, and what is to be done about it. It has no value of data.
    pub problem: String,
    /// Whether the next run makes it again by itself.
    #[serde(rename = "is_made_again")]
    pub is_repaired_by_run: bool,
}

/// The status of one dataset of one group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SinkStatus {
    /// The group.
    pub group: GroupKey,
    /// The dataset.
    pub dataset: DatasetKey,
    /// The storage name of the dataset, by which logs and addresses call it; `None` if it is its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stored_as: Option<DatasetKey>,
    /// The last batch that arrived, and when.
    pub last_batch: Option<(u64, DateTime<Utc>)>,
    /// The version of the dataset's schema that this batch has: 1 for the first, and one more for each that was another one than before. None where the platform does not know.
    pub schema_version: Option<u64>,
    /// The time of the last complete read of the source. What arrived equals the source at that time, whether it had changed or not. The output of a transformer is as old as its inputs.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// The greatest delay that this group was promised, whatever other groups were.
    pub promised: Option<Latency>,
    /// Records that the platform has, and that are still to be delivered to this consumer; none where it does not count them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undelivered: Option<u64>,
    /// Records that are set aside for all, since they break what the schema says.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub rejected: u64,
    /// Versions of records that are set aside for this consumer alone: its database has no such values.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unfit: u64,
    /// The reason why the last attempt failed, if it did: to bring the dataset here, or to get its inputs. It has no value of data.
    pub last_failure: Option<String>,
    /// Values of rows that are the reason, of columns that are classified as `Public` and nothing else, for those who ask for values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}
