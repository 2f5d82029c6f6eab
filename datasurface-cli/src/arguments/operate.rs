//! What `run` and `status` are asked for.

use super::{Format, date};
use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use datasurface_model::DatasetKey;
use std::path::PathBuf;

/// What was rendered, and where it runs.
#[derive(Debug, Args)]
pub(crate) struct TargetArguments {
    /// The folder that was rendered into; for `move` and `release` also a branch, `git:BRANCH` or `git:BRANCH:path`.
    #[arg(long, value_name = "TARGET")]
    pub(crate) target: PathBuf,

    /// The folder that relative paths in the model are relative to. Without it, the one that was applied to last, or the
    /// current one.
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Secrets are taken from the environment: the value of the credential `name` of the team `EU/Sales` is \
    DATASURFACE_CREDENTIAL_EU__Sales__name, or the content of the file that DATASURFACE_CREDENTIAL_EU__Sales__name_FILE names; \
    with DATASURFACE_CREDENTIAL_EU__Sales__name_HOST set, it is shown to that host alone."
)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) site: TargetArguments,

    /// How to print the answer.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,

    /// Run until no job has anything left to move, rather than every job once.
    #[arg(long)]
    pub(crate) until_idle: bool,

    /// Run now, and again whenever a timetable names a minute, until interrupted: what is due then, and what it moves.
    /// What waits for somebody to ask for it runs at first only. With `--format json` there is an object for each round.
    #[arg(long)]
    pub(crate) follow: bool,

    /// Show values of rows that failed, of columns that are classified as `Public` and nothing else.
    #[arg(long)]
    pub(crate) show_values: bool,

    /// Run only this: a datastore, a dataset as `datastore/dataset`, a workspace, or a job by its address. It may be given
    /// several times. What follows from it runs with the next run.
    #[arg(long, value_name = "NAME", conflicts_with = "follow")]
    pub(crate) select: Vec<String>,

    /// Read everything of this dataset again, or make it again, whatever was read before. Nothing else runs, unless it is selected.
    #[arg(long, value_name = "DATASET", conflicts_with = "follow")]
    pub(crate) full_refresh: Vec<DatasetKey>,

    /// Make the copies of this consumer again, from what the platform keeps: a workspace, a group as `workspace/group`, or a
    /// container as `zone/team/container`. Whoever reads them sees them as they were, and then as they are. Nothing else runs, unless
    /// it is selected.
    #[arg(long, value_name = "CONSUMER", conflicts_with = "follow")]
    pub(crate) resync: Vec<String>,

    /// Compare these copies with what the platform keeps, and change nothing: exit with 1 where they differ. Nothing is applied.
    #[arg(long, requires = "resync", conflicts_with_all = ["select", "full_refresh", "until_idle"])]
    pub(crate) verify: bool,

    /// Begin anew if the database that the target was applied to is not there, or take another one in its place.
    #[arg(long)]
    pub(crate) begin_anew: bool,

    /// The clock is right up to the end of this day: what is too old may go, also if nothing ran for a week.
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) trust_clock: Option<NaiveDate>,

    /// How often to run before it ends.
    #[arg(long, value_name = "N", hide = true, requires = "follow")]
    pub(crate) rounds: Option<u32>,
}

#[derive(Debug, Args)]
pub(crate) struct Status {
    #[command(flatten)]
    pub(crate) site: TargetArguments,

    /// Show values of rows that failed, of columns that are classified as `Public` and nothing else.
    #[arg(long)]
    pub(crate) show_values: bool,

    /// How to print the answer.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: StatusFormat,

    /// Write the answer to this file, which is replaced at once, rather than to the standard output.
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Show the last runs of each job, too, this many of each at most: when they began, how long they took, and how many
    /// records they moved.
    #[arg(long, value_name = "N")]
    pub(crate) history: Option<usize>,

    /// Exit with 0 where a consumer is late, or something failed, too.
    #[arg(long)]
    pub(crate) exit_zero: bool,
}

/// How to print how far consumers are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum StatusFormat {
    /// For people.
    #[default]
    Text,
    /// For programs: one object.
    Json,
    /// For monitoring: metrics in the text format of OpenMetrics, such as Prometheus reads them, and the collector of text
    /// files of its exporter.
    #[value(name = "openmetrics")]
    OpenMetrics,
}
