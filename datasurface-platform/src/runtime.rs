//! Runtimes: platforms that apply their own plans and run their own jobs.

use crate::{
    credential::CredentialSource,
    error::PlatformError,
    history::JobRun,
    plan::Plan,
    rendered_files::RenderedFiles,
    rendering::ResourceAddress,
    request::{RunNames, RunRequest},
    waiting::WaitingJob,
};
use chrono::{DateTime, Utc};
use datasurface_model::{ColumnName, DatasetKey, GroupKey, Latency};
use serde::{Deserialize, Serialize};
use std::{fmt, path::Path};

/// Applies plans and runs jobs. What it executes is what was rendered: it makes up no statements of its own. Killed at
/// any moment, it goes on where it was when it is called again.
pub trait Runtime: fmt::Debug + Send + Sync {
    /// Makes what was rendered exist: the steps of a plan, in order. Applying a plan again changes nothing.
    fn apply(&self, site: &RuntimeContext<'_>, plan: &Plan) -> Result<ApplyReport, PlatformError>;

    /// Runs jobs.
    fn run(&self, site: &RuntimeContext<'_>, request: &RunRequest) -> Result<RunReport, PlatformError>;

    /// The names by which a request can ask for something. Without any, all of it runs or nothing.
    fn run_names(&self, _site: &RuntimeContext<'_>) -> Result<RunNames, PlatformError> {
        Ok(RunNames::default())
    }

    /// How far each consumer is.
    fn status(&self, site: &RuntimeContext<'_>) -> Result<Status, PlatformError>;

    /// The last runs of each job, this many of each at most: by job, the newest first. A platform that keeps none has none.
    fn history(&self, _site: &RuntimeContext<'_>, _most: usize) -> Result<Vec<JobRun>, PlatformError> {
        Ok(Vec::new())
    }

    /// When the next job is due by its timetable. None means that none has one.
    fn next_due(&self, _site: &RuntimeContext<'_>) -> Result<Option<DateTime<Utc>>, PlatformError> {
        Ok(None)
    }
}

/// Who is told what a runtime does, while it does it.
pub trait RunObserver: fmt::Debug + Sync {
    /// A job begins, or a step of a plan, or whatever else takes its time: its address.
    fn job_started(&self, address: &str);

    /// Whether the call is to end: it fails as soon as it can, and the next one goes on where it was. It is asked often, and from
    /// other threads.
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// Nobody watches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoObserver;

impl RunObserver for NoObserver {
    fn job_started(&self, _address: &str) {}
}

/// Where a runtime works.
#[derive(Clone, Copy, Debug)]
pub struct RuntimeContext<'a> {
    /// The rendered files of this instance.
    pub rendered: &'a RenderedFiles,
    /// The folder that relative paths in the model are relative to.
    pub root: &'a Path,
    /// Where secrets come from.
    pub credentials: &'a dyn CredentialSource,
    /// The time that it is.
    pub now: DateTime<Utc>,
    /// Who is told what is being done.
    pub watcher: &'a dyn RunObserver,
    /// What the rendered files were applied to before.
    pub applied_to: PreviousTarget<'a>,
    /// What whoever operates confirms.
    pub confirmed: OperatorConfirmations,
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

/// What rendered files were applied to before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PreviousTarget<'a> {
    /// Nothing, as far as is known.
    #[default]
    Nothing,
    /// Something that has no identity.
    Something,
    /// What has this identity: the one of [`Applied`].
    This(&'a str),
}

/// What whoever operates confirms, since no program can know it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OperatorConfirmations {
    /// What rendered files were applied to before is not needed any more: they may be applied to something else.
    pub accept_other_database: bool,
    /// Up to this time, the clock is right.
    pub clock_until: Option<DateTime<Utc>>,
}

/// What was applied of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApplyReport {
    /// Steps that were carried out now.
    pub done: usize,
    /// Steps that had been carried out before.
    pub done_before: usize,
    /// What tells that to which this was applied from everything else of its kind, if anything does: it stays the same for
    /// as long as that exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
}

/// What was moved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunReport {
    /// By dataset and batch, in the order in which they were moved. What was read and found unchanged is here too, with
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
}

/// How a copy differs from what the platform keeps: counts of versions of records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoundedValues {
    /// The dataset.
    pub dataset: DatasetKey,
    /// The column.
    pub column: ColumnName,
    /// How many values.
    pub values: u64,
}

/// A job that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JobFailure {
    /// The address of the job, or of what it was to bring up to date.
    pub job: ResourceAddress,
    /// What failed, and every reason behind it: tables, columns, rules and counts; never a secret, and no value of data.
    pub reason: String,
    /// Values of rows that are the reason, of columns that are classified as `Public` and nothing else, for those who
    /// ask for values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<String>,
}

/// What one batch did to one dataset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Why the batch did not become visible, if it did not.
    pub failure: Option<String>,
}

/// How far each consumer is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Status {
    /// By group and dataset, in order.
    pub sinks: Vec<SinkStatus>,
    /// Jobs that have something to do and wait, in the order in which they run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<WaitingJob>,
    /// What is not as it was rendered any more, by resource.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drifted: Vec<DriftedResource>,
}

/// A resource that is not as it was rendered: somebody dropped or changed it, or put something else in its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DriftedResource {
    /// The resource.
    pub resource: ResourceAddress,
    /// How it is not as it was rendered, and what is to be done about it; no value of data is in it.
    pub problem: String,
    /// Whether the next run makes it again by itself.
    #[serde(rename = "is_made_again")]
    pub is_repaired_by_run: bool,
}

/// How far one dataset of one group is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SinkStatus {
    /// The group.
    pub group: GroupKey,
    /// The dataset.
    pub dataset: DatasetKey,
    /// The last batch that arrived, and when.
    pub last_batch: Option<(u64, DateTime<Utc>)>,
    /// The version of the dataset's schema that this batch has: 1 for the first, and one more for each that was another
    /// one than before. None where the platform does not know.
    #[serde(default)]
    pub schema_version: Option<u64>,
    /// When its source was last read as a whole: what arrived is what the source was then, whether it had changed or
    /// not. What a transformer made is as old as what it was made of.
    #[serde(default)]
    pub confirmed_at: Option<DateTime<Utc>>,
    /// How late it may be: what this group was promised, whatever others are.
    #[serde(default)]
    pub promised: Option<Latency>,
    /// Records that are set aside for all, since they break what the schema says.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub rejected: u64,
    /// Versions of records that are set aside for this consumer alone: its database has no such values.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unfit: u64,
    /// Why the last attempt failed, if it did: to bring it here, or to get what it is made of. No value of data is in it.
    pub last_failure: Option<String>,
    /// Values of rows that are the reason, of columns that are classified as `Public` and nothing else, for those who
    /// ask for values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}
