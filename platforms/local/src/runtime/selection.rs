//! What a run is asked for: everything, or what is named.

use super::{
    job::{CaptureJob, TriggerJob},
    rendered::Rendered,
};
use crate::{names::address, prelude::*};
use datasurface_platform::{RunNames, RunRequest};
use std::collections::BTreeSet;

/// What a run is asked for.
#[derive(Clone, Debug)]
pub(super) struct Selection {
    /// The datasets to be read or made, by storage names; none where everything is.
    datasets: Option<BTreeSet<DatasetKey>>,
    /// Those of them of which everything is read again.
    again: BTreeSet<DatasetKey>,
}

impl Selection {
    pub(super) fn new(rendered: &Rendered, request: &RunRequest) -> Self {
        if request.is_unrestricted() {
            return Self { datasets: None, again: BTreeSet::new() };
        }
        let again = rendered.stored(&request.full_refresh);
        let mut datasets = again.clone();
        for name in &request.select {
            datasets.extend(rendered.datasets_called(name));
        }
        Self { datasets: Some(datasets), again }
    }

    /// Whether everything is to run.
    pub(super) fn is_all(&self) -> bool {
        self.datasets.is_none()
    }

    /// Whether a capture is to run. What is captured together is read together.
    pub(super) fn has(&self, job: &CaptureJob) -> bool {
        let Some(datasets) = &self.datasets else { return true };
        job.datasets.iter().any(|captured| datasets.contains(&captured.dataset))
    }

    /// Whether the transformer of this trigger is to run.
    pub(super) fn has_transformer(&self, rendered: &Rendered, trigger: &TriggerJob) -> bool {
        self.is_all() || captures_of(rendered, &trigger.workspace).any(|job| self.has(job))
    }

    /// Whether a transformer is to run although nothing that it reads moved.
    pub(super) fn makes_again(&self, rendered: &Rendered, trigger: &TriggerJob) -> bool {
        let mut made = captures_of(rendered, &trigger.workspace).flat_map(|job| &job.datasets);
        made.any(|captured| self.reads_again(&captured.dataset))
    }

    /// Whether all of a dataset is to be read again.
    pub(super) fn reads_again(&self, dataset: &DatasetKey) -> bool {
        self.again.contains(dataset)
    }
}

fn captures_of<'r>(
    rendered: &'r Rendered,
    workspace: &WorkspaceName,
) -> impl Iterator<Item = &'r CaptureJob> {
    rendered.captures.iter().filter(move |job| job.transformer() == Some(workspace))
}

impl Rendered {
    /// The storage names of datasets that are given by their names of now.
    pub(super) fn stored(&self, datasets: &BTreeSet<DatasetKey>) -> BTreeSet<DatasetKey> {
        if datasets.is_empty() {
            return BTreeSet::new();
        }
        let storage = self.called.clone().reversed();
        datasets.iter().map(|dataset| storage.dataset(dataset)).collect()
    }

    /// The names by which something can be asked for: names of now, and addresses of jobs.
    pub(super) fn names(&self) -> RunNames {
        let mut names = RunNames::default();
        let now = &self.called;
        for job in &self.captures {
            names.selectable.extend([job.job.clone(), now.datastore(&job.datastore).to_string()]);
            names.datasets.extend(job.datasets.iter().map(|captured| now.dataset(&captured.dataset)));
        }
        names.selectable.extend(names.datasets.iter().map(ToString::to_string));
        for trigger in &self.triggers {
            names.selectable.extend([now.workspace(&trigger.workspace).to_string(), trigger.starts.clone()]);
        }
        for (group, _, _) in self.views() {
            let group = now.group(&group);
            names.selectable.insert(group.workspace.to_string());
            names.consumers.extend([group.workspace.to_string(), group.to_string()]);
        }
        names
            .consumers
            .extend(self.copies_by_container().map(|(container, _)| now.container(&container).to_string()));
        names
    }

    /// The datasets that a name asks for: those of a datastore, of a job, or that a workspace reads, if it has no transformer;
    /// otherwise those that this makes.
    fn datasets_called(&self, name: &str) -> BTreeSet<DatasetKey> {
        let now = &self.called;
        let made_by = |trigger: &TriggerJob| {
            now.workspace(&trigger.workspace).as_str() == name || trigger.starts == name
        };
        let makers: Vec<&WorkspaceName> = self
            .triggers
            .iter()
            .filter(|trigger| made_by(trigger))
            .map(|trigger| &trigger.workspace)
            .collect();
        let mut called = BTreeSet::new();
        for job in &self.captures {
            let is_whole = job.job == name
                || now.datastore(&job.datastore).as_str() == name
                || job.transformer().is_some_and(|workspace| makers.contains(&workspace));
            let datasets = job.datasets.iter().map(|captured| &captured.dataset);
            called.extend(
                datasets.filter(|dataset| is_whole || now.dataset(dataset).to_string() == name).cloned(),
            );
        }
        if makers.is_empty() {
            let views = self.views().filter(|(group, _, _)| now.group(group).workspace.as_str() == name);
            called.extend(views.map(|(_, dataset, _)| dataset));
        }
        called
    }

    /// The resources of the copies that a consumer of this name reads.
    pub(super) fn copies_called(&self, name: &str) -> BTreeSet<&str> {
        let views: BTreeSet<(&str, DatasetKey)> = self
            .views()
            .filter(|(group, _, _)| {
                let group = self.called.group(group);
                group.workspace.as_str() == name || group.to_string() == name
            })
            .map(|(_, dataset, view)| (view.database(), dataset))
            .collect();
        let of_views =
            self.copies().filter(|(dataset, copy)| views.contains(&(copy.database(), (*dataset).clone())));
        let of_container = self
            .copies_by_container()
            .filter(|(container, _)| self.called.container(container).to_string() == name);
        let copies = of_views.map(|(_, copy)| copy.resource());
        copies.chain(of_container.map(|(_, copy)| copy)).collect()
    }

    /// The resources of copies, with the containers that they are in.
    fn copies_by_container(&self) -> impl Iterator<Item = (ContainerKey, &str)> {
        self.copies().filter_map(|(dataset, copy)| {
            let resource = copy.resource();
            Some((address::container_of(resource, dataset)?, resource))
        })
    }
}
