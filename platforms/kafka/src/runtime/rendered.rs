//! What was rendered, read from files.

use crate::{
    render::{self, AccessList, Connector, Job, Reception, Rule, Subscription, Topic},
    transition::{REMOVALS_FILE, Removals, SNAPSHOT_FILE, Signal},
};
use datasurface_platform::{RenderedFiles, prelude::*};
use std::collections::BTreeMap;

/// The rendered files of an instance, by the addresses of their resources.
#[derive(Debug, Default)]
pub(super) struct Rendered {
    pub(super) topics: BTreeMap<ResourceAddress, Topic>,
    pub(super) access: BTreeMap<ResourceAddress, AccessList>,
    pub(super) connectors: BTreeMap<ResourceAddress, Connector>,
    pub(super) jobs: BTreeMap<ResourceAddress, Job>,
    pub(super) receptions: BTreeMap<ResourceAddress, Reception>,
    pub(super) subscriptions: Vec<Subscription>,
    /// The records that sources are still to be sent.
    pub(super) signals: Vec<Signal>,
    /// What is still to go.
    pub(super) removals: Vec<Removals>,
}

impl Rendered {
    /// Reads the files.
    ///
    /// # Errors
    ///
    /// If one has another form than this version of the plug-in renders.
    pub(super) fn read(files: &RenderedFiles) -> Result<Self, PlatformError> {
        let mut all = Self::default();
        for (path, content) in files.in_folder("shards").chain(files.in_folder("shared")) {
            let Some(address) = file_name(path).strip_suffix(".json") else { continue };
            let kind = address.split('.').next().unwrap_or_default();
            let address = ResourceAddress::from(address);
            match kind {
                render::TOPIC | render::SERVICE_TOPIC => {
                    all.topics.insert(address, parsed(path, content)?);
                }
                render::ACL => {
                    all.access.insert(address, parsed(path, content)?);
                }
                kind if render::is_connector(kind) => {
                    all.connectors.insert(address, parsed(path, content)?);
                }
                render::JOB => {
                    all.jobs.insert(address, parsed(path, content)?);
                }
                render::RECEPTION => {
                    let reception: Reception = parsed(path, content)?;
                    if !reception.rules.is_empty() {
                        let list = AccessList { principal: None, rules: reception.rules.clone() };
                        all.access.insert(address.clone(), list);
                    }
                    all.receptions.insert(address, reception);
                }
                render::SUBSCRIPTION => all.subscriptions.push(parsed(path, content)?),
                _ => {}
            }
        }
        for (path, content) in files.transition_files() {
            match file_name(path) {
                SNAPSHOT_FILE => all.signals.push(parsed(path, content)?),
                REMOVALS_FILE => all.removals.push(parsed(path, content)?),
                _ => {}
            }
        }
        all.leave_out_rendered();
        Ok(all)
    }

    /// The sources.
    pub(super) fn sources(&self) -> impl Iterator<Item = &Connector> {
        self.connectors.values().filter(|connector| connector.is_source())
    }

    /// The source that writes each topic, by the name of the topic.
    pub(super) fn sources_by_topic(&self) -> BTreeMap<String, &Connector> {
        let written = |source| Connector::routed(source).into_iter().map(move |(_, topic)| (topic, source));
        self.sources().flat_map(written).collect()
    }

    /// The job that writes each topic, with its address, by the name of the topic.
    pub(super) fn jobs_by_topic(&self) -> BTreeMap<&str, &Job> {
        self.jobs.values().flat_map(|job| job.writes.iter().map(move |topic| (topic.as_str(), job))).collect()
    }

    /// Leaves out of what is to go whatever is rendered: a file of an earlier revision may name it.
    fn leave_out_rendered(&mut self) {
        let (topics, connectors, jobs, access) = (&self.topics, &self.connectors, &self.jobs, &self.access);
        for removals in &mut self.removals {
            removals.jobs.retain(|name| jobs.values().all(|job| job.name != *name));
            for gone in &mut removals.access {
                let is_rendered = |rule: &Rule| {
                    let mut lists = access.values().filter(|list| list.principal == gone.principal);
                    lists.any(|list| list.rules.contains(rule))
                };
                let left = gone.rules.iter().filter(|rule| !is_rendered(rule)).cloned().collect();
                gone.rules = left;
            }
            removals.topics.retain(|name| topics.values().all(|topic| topic.name != *name));
            removals.subjects.retain(|name| topics.values().all(|topic| !topic.subjects.contains_key(name)));
            removals
                .connectors
                .retain(|gone| connectors.values().all(|connector| connector.name != gone.name));
        }
    }
}

fn file_name(path: &SafePath) -> &str {
    path.parts().last().unwrap_or_default()
}

fn parsed<T: for<'de> Deserialize<'de>>(path: &SafePath, content: &[u8]) -> Result<T, PlatformError> {
    serde_json::from_slice(content).map_err(|error| {
        let context = format!("reading the rendered file `{path}`");
        PlatformError::new(PlatformErrorKind::External, context).caused_by(error)
    })
}
