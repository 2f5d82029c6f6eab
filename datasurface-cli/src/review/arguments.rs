//! The command line of `review`.

use crate::{
    arguments::{date, plain_folder},
    clock::today,
};
use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct Review {
    /// The model that is live, with its lock beside it: a file, a folder, or a commit as `git:REV` or `git:REV:PATH`
    /// [default: the tip of the live branch].
    #[arg(value_name = "OLD", requires = "new")]
    pub(crate) old: Option<PathBuf>,

    /// The model that is proposed, in the same forms: the result of the merge, not the branch alone [default: the merge of the live
    /// branch with the work tree].
    #[arg(value_name = "NEW")]
    pub(crate) new: Option<PathBuf>,

    /// The live branch [default: `origin/HEAD`, or else `origin/main`].
    #[arg(long, value_name = "BRANCH", conflicts_with = "old")]
    pub(crate) live: Option<String>,

    /// Merge this commit with the live branch, rather than the work tree. It need not be checked out.
    #[arg(long, value_name = "REV", conflicts_with = "old")]
    pub(crate) head: Option<String>,

    /// The folder of the model in its repository, or its document, if that is not all of it. Files tell the owners of one repository
    /// apart.
    #[arg(long, value_name = "PATH", default_value = "", hide_default_value = true, value_parser = plain_folder)]
    pub(crate) folder: String,

    /// Nothing is live yet: this is the first check-in. Refused if something is.
    #[arg(long)]
    pub(crate) first: bool,

    /// The repository that the change comes from, as `github:owner/repository@branch`, where `branch` is the one that it is merged
    /// into.
    #[arg(long, value_name = "REPOSITORY")]
    pub(crate) source: String,

    /// An approval, as `repository=fingerprint`, where the fingerprint is that of the proposal. It may be given several times, and is
    /// taken on trust.
    #[arg(long, value_name = "REPOSITORY=FINGERPRINT")]
    pub(crate) approved_by: Vec<String>,

    /// The commit of the live model, which the answer names: it is void at another one. If git knows the commit, it must be this one.
    #[arg(long, value_name = "COMMIT")]
    pub(crate) tip: Option<String>,

    /// The day as of which to judge [default: today, in UTC].
    #[arg(long, value_name = "DATE", value_parser = date)]
    on: Option<NaiveDate>,

    /// Refuse what would break something if anybody used it, too.
    #[arg(long)]
    pub(crate) strict: bool,

    /// How to print the answer.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ReviewFormat,

    /// Write the answer to this file, which is replaced at once, rather than to the standard output.
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// How to print a review.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReviewFormat {
    /// For people.
    #[default]
    Text,
    /// For programs: one object.
    Json,
    /// For code review: the Static Analysis Results Interchange Format, version 2.1.0.
    Sarif,
    /// For servers of continuous integration: JUnit XML.
    #[value(name = "junit")]
    JUnit,
    /// For a comment at the proposed change.
    Markdown,
}

impl Review {
    /// The day as of which to judge.
    pub(crate) fn date(&self) -> NaiveDate {
        self.on.unwrap_or_else(today)
    }
}
