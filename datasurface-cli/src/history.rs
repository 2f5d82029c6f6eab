//! What jobs did: the part of `status` that tells how long they took, and how much they moved.

use crate::table::Table;
use datasurface_model::PlatformName;
use datasurface_platform::{JobOutcome, JobRun};
use serde::Serialize;
use std::collections::BTreeMap;

/// A run of a job of a platform.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PlatformJobRun {
    pub(crate) platform: PlatformName,
    #[serde(flatten)]
    pub(crate) run: JobRun,
}

impl PlatformJobRun {
    /// The runs of all platforms, in order.
    pub(crate) fn from_history(runs: BTreeMap<PlatformName, Vec<JobRun>>) -> Vec<Self> {
        let of = |(platform, runs): (PlatformName, Vec<JobRun>)| {
            runs.into_iter().map(move |run| Self { platform: platform.clone(), run })
        };
        runs.into_iter().flat_map(of).collect()
    }
}

/// The runs, for people. Why one failed, `status` says of those whom it concerns now.
pub(crate) fn summary(history: &[PlatformJobRun]) -> String {
    let mut table = Table::new(["job", "platform", "began"]).numbers(["seconds", "records"]).text("");
    for PlatformJobRun { platform, run } in history {
        let known = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        let remark = match &run.outcome {
            JobOutcome::Done => String::new(),
            other => other.to_string(),
        };
        table.row([
            run.job.to_string(),
            platform.to_string(),
            run.began_at.format("%Y-%m-%d %H:%M:%S UTC").to_string(),
            known(run.milliseconds.map(in_seconds)),
            known(run.records.map(|records| records.to_string())),
            remark,
        ]);
    }
    table.print()
}

/// Milliseconds as seconds: `1.204`.
pub(crate) fn in_seconds(milliseconds: u64) -> String {
    format!("{}.{:03}", milliseconds / 1000, milliseconds % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_are_shown_as_seconds() {
        assert_eq!([0, 7, 61_204].map(in_seconds), ["0.000", "0.007", "61.204"]);
    }
}
