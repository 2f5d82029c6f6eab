//! The runtime: it makes what was rendered exist, by the protocol of the brokers and the REST API of Connect, and says how it is.
//!
//! | file | idea |
//! |---|---|
//! | `rendered.rs` | what was rendered, read from files |
//! | `clients.rs` | the brokers and Connect, with the login of the settings |
//! | `topics.rs`, `access.rs`, `connectors.rs` | each looks first at what is there, and changes what differs |
//! | `removal.rs` | what is to go |
//! | `status.rs`, `drift.rs`, `failure.rs` | what is there, held against what was rendered |
//!
//! Nothing is remembered: what is there is asked for. So an apply that was killed, or is called twice, does what is left to do. Data moves
//! without the runtime: Connect runs its connectors by itself, and starts them again where a worker dies.

mod access;
mod clients;
mod connectors;
mod drift;
mod failure;
mod removal;
mod rendered;
mod status;
mod topics;

use crate::KafkaPlatform;
use clients::Clients;
use datasurface_platform::{
    ApplyReport, JobFailure, RunReport, RunRequest, RuntimeContext, Status, prelude::*,
};
use rendered::Rendered;

impl Runtime for KafkaPlatform {
    fn apply(&self, site: &RuntimeContext<'_>, _plan: &Plan) -> Result<ApplyReport, PlatformError> {
        let rendered = Rendered::read(site.rendered)?;
        let mut clients = Clients::connect(self.settings(), site)?;
        let mut report = ApplyReport::default();
        let mut count = |address: &ResourceAddress, is_changed: bool| {
            site.watcher.job_started(address.as_str());
            match is_changed {
                true => report.done += 1,
                false => report.done_before += 1,
            }
        };
        for (address, topic) in &rendered.topics {
            count(address, topics::ensure(&mut clients.kafka, topic)?);
        }
        for (address, list) in &rendered.access {
            count(address, access::ensure(&mut clients.kafka, list)?);
        }
        for (address, connector) in &rendered.connectors {
            let is_asked = rendered.signals.iter().any(|signal| connectors::is_for(connector, signal));
            count(address, connectors::ensure(&clients.connect, site, connector, is_asked)?);
        }
        for signal in &rendered.signals {
            connectors::send(&mut clients.kafka, signal, site.now)?;
        }
        removal::remove(&mut clients, site, &rendered.removals)?;
        Ok(report)
    }

    fn run(&self, site: &RuntimeContext<'_>, _request: &RunRequest) -> Result<RunReport, PlatformError> {
        let rendered = Rendered::read(site.rendered)?;
        let clients = Clients::connect(self.settings(), site)?;
        let mut report = RunReport::default();
        for (address, connector) in &rendered.connectors {
            if let Some(reason) = connectors::restart_failed(&clients.connect, connector)? {
                report.failures.push(JobFailure { job: address.clone(), reason, examples: Vec::new() });
            }
        }
        Ok(report)
    }

    fn status(&self, site: &RuntimeContext<'_>) -> Result<Status, PlatformError> {
        let rendered = Rendered::read(site.rendered)?;
        let mut clients = Clients::connect(self.settings(), site)?;
        Ok(Status {
            sinks: status::sinks(&mut clients, &rendered)?,
            waiting: Vec::new(),
            drifted: drift::all(&mut clients, &rendered)?,
        })
    }
}
