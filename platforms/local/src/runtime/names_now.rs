//! Reports in the names of now: inside, everything is called as it is stored.

use super::rendered::Rendered;
use crate::prelude::*;
use datasurface_platform::{RunReport, Status};

impl Rendered {
    /// Returns the report of a run with the names of now. Addresses of jobs stay as they are.
    pub(super) fn called_now(&self, mut report: RunReport) -> RunReport {
        if self.called.is_empty() {
            return report;
        }
        let datasets = report.datasets.iter_mut().map(|run| &mut run.dataset);
        let datasets = datasets.chain(report.rounded.iter_mut().map(|rounded| &mut rounded.dataset));
        let datasets = datasets.chain(report.compared.iter_mut().map(|compared| &mut compared.dataset));
        datasets.for_each(|dataset| *dataset = self.called.dataset(dataset));
        report
    }

    /// Returns a status with the names of now, and with the storage names of datasets where they differ.
    pub(super) fn status_now(&self, mut status: Status) -> Status {
        if self.called.is_empty() {
            return status;
        }
        for sink in &mut status.sinks {
            let now: DatasetKey = self.called.dataset(&sink.dataset);
            sink.group = self.called.group(&sink.group);
            if now != sink.dataset {
                sink.stored_as = Some(std::mem::replace(&mut sink.dataset, now));
            }
        }
        status.sinks.sort_by(|a, b| (&a.group, &a.dataset).cmp(&(&b.group, &b.dataset)));
        status
    }
}
