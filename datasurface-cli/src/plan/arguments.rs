//! What `plan` and `render` are asked for.

use crate::arguments::{Format, Model};
use clap::Args;
use datasurface_broker::Advance;
use std::path::PathBuf;

/// The two sides of a plan: what is asked for, and what was rendered.
#[derive(Clone, Debug, Args)]
pub(crate) struct PlanInputs {
    #[command(flatten)]
    pub(crate) model: Model,

    /// The folder that was rendered into, or will be; or a branch of the repository around the current folder, `git:BRANCH`, or a folder in it,
    /// `git:BRANCH:path`, which is written without a checkout.
    #[arg(long, value_name = "TARGET")]
    pub(crate) target: PathBuf,

    /// How to print the plan.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,

    /// Also show how rendered files and transition files change.
    #[arg(long)]
    pub(crate) diff: bool,

    /// The platforms that go forward, for `advance`.
    #[arg(skip)]
    pub(crate) advance: Advance,
}

#[derive(Debug, Args)]
pub(crate) struct Plan {
    #[command(flatten)]
    pub(crate) inputs: PlanInputs,

    /// Also write the plan to this file, for approval: `render --proposal FILE` then renders this and nothing else.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,

    /// Exit with 0 where there is nothing to do, with 2 where there is, and with 1 where something stands in the way or the
    /// command line is wrong.
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Watch {
    #[command(flatten)]
    pub(crate) inputs: PlanInputs,

    /// How many seconds to wait before looking again.
    #[arg(long, value_name = "SECONDS", default_value_t = 1)]
    pub(crate) every: u64,

    /// How often to look before it ends.
    #[arg(long, value_name = "N", hide = true)]
    pub(crate) rounds: Option<u32>,
}

#[derive(Debug, Args)]
pub(crate) struct Render {
    #[command(flatten)]
    pub(crate) inputs: PlanInputs,

    /// Render what this file of `plan --out` says, as of its day, and refuse anything else: where the model, the lock, the target or a
    /// platform is not as it was then, nothing is written.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["on", "remake", "restore_lock"])]
    pub(crate) proposal: Option<PathBuf>,

    /// The target is lost: make it again, from the model that was rendered last and as the lock says.
    #[arg(long)]
    pub(crate) remake: bool,

    /// The lock is lost, or entries of it are: take it from the target, which has a copy of it as it was rendered.
    #[arg(long, conflicts_with = "remake")]
    pub(crate) restore_lock: bool,
}
