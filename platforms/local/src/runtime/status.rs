//! How far each consumer is.

use super::{
    copies::job_of,
    job::CaptureJob,
    work::{Work, time},
};
use crate::{names::address, prelude::*, sql::script::Script};
use datasurface_platform::{SinkStatus, Status};

impl Work<'_> {
    pub(super) fn status(&self) -> Result<Status, PlatformError> {
        let mut sinks = Vec::new();
        for (group, dataset, view) in self.rendered.views() {
            sinks.push(self.sink(group, dataset, view)?);
        }
        sinks.sort_by(|a, b| (&a.group, &a.dataset).cmp(&(&b.group, &b.dataset)));
        Ok(Status { sinks })
    }

    fn sink(&self, group: GroupKey, dataset: DatasetKey, view: &Script) -> Result<SinkStatus, PlatformError> {
        let copy = self
            .rendered
            .copies()
            .find(|(of, script)| *of == dataset && script.database() == view.database());
        let copy = copy.map(|(_, script)| script);
        // A database that cannot be looked into does not keep others from being.
        let mut last_failure = None;
        let batch = match copy {
            None => self.last_batch(&dataset)?,
            Some(copy) => match self.arrived_in(copy) {
                Ok(batch) => batch,
                Err(error) => {
                    last_failure = Some(error.report());
                    None
                }
            },
        };
        let last_batch = match batch {
            None => None,
            Some(batch) => Some((batch.number, time(&batch.at)?)),
        };
        let capture = self
            .rendered
            .captures
            .iter()
            .find(|job| job.datasets.iter().any(|captured| captured.dataset == dataset));
        let confirmed_at = match capture {
            None => None,
            Some(capture) => self.last_success(&capture.job)?,
        };
        let shelves = self.shelves(Some(&dataset.datastore));
        let shelf = shelves.iter().find(|shelf| shelf.iter().any(|(_, script)| Some(*script) == copy));
        for job in jobs_behind(capture, shelf.and_then(job_of)) {
            if last_failure.is_none() {
                last_failure = self.last_failure(&job)?;
            }
        }
        let promised = capture.and_then(|capture| capture.latency_seconds);
        Ok(SinkStatus { group, dataset, last_batch, confirmed_at, promised, last_failure })
    }
}

/// What must go well for a consumer, the last of it first.
fn jobs_behind(capture: Option<&CaptureJob>, copy: Option<&str>) -> Vec<String> {
    let copy = copy.map(str::to_owned);
    let transform = capture.and_then(CaptureJob::transformer).map(address::transform);
    copy.into_iter().chain(capture.map(|job| job.job.clone())).chain(transform).collect()
}
