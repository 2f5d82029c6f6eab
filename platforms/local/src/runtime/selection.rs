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
pub(super) struct Selection<'r> {
    request: &'r RunRequest,
    /// The datasets to be read or made; none where everything is.
    datasets: Option<BTreeSet<DatasetKey>>,
}

impl<'r> Selection<'r> {
    pub(super) fn new(rendered: &Rendered, request: &'r RunRequest) -> Self {
        if request.is_unrestricted() {
            return Self { request, datasets: None };
        }
        let mut datasets: BTreeSet<DatasetKey> = request.full_refresh.clone();
        for name in &request.select {
            datasets.extend(rendered.datasets_called(name));
        }
        Self { request, datasets: Some(datasets) }
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
        self.request.full_refresh.contains(dataset)
    }
}

fn captures_of<'r>(
    rendered: &'r Rendered,
    workspace: &WorkspaceName,
) -> impl Iterator<Item = &'r CaptureJob> {
    rendered.captures.iter().filter(move |job| job.transformer() == Some(workspace))
}

impl Rendered {
    /// The names by which something can be asked for.
    pub(super) fn names(&self) -> RunNames {
        let mut names = RunNames::default();
        for job in &self.captures {
            names.selectable.extend([job.job.clone(), job.datastore.to_string()]);
            names.datasets.extend(job.datasets.iter().map(|captured| captured.dataset.clone()));
        }
        names.selectable.extend(names.datasets.iter().map(ToString::to_string));
        for trigger in &self.triggers {
            names.selectable.extend([trigger.workspace.to_string(), trigger.starts.clone()]);
        }
        for (group, _, _) in self.views() {
            names.selectable.insert(group.workspace.to_string());
            names.consumers.extend([group.workspace.to_string(), group.to_string()]);
        }
        names.consumers.extend(self.copies_by_container().map(|(container, _)| container.to_string()));
        names
    }

    /// The datasets that a name asks for: those of a datastore, of a job, or that a workspace reads, if it has no transformer;
    /// otherwise those that this makes.
    fn datasets_called(&self, name: &str) -> BTreeSet<DatasetKey> {
        let made_by = |trigger: &TriggerJob| trigger.workspace.as_str() == name || trigger.starts == name;
        let makers: Vec<&WorkspaceName> = self
            .triggers
            .iter()
            .filter(|trigger| made_by(trigger))
            .map(|trigger| &trigger.workspace)
            .collect();
        let mut called = BTreeSet::new();
        for job in &self.captures {
            let is_whole = job.job == name
                || job.datastore.as_str() == name
                || job.transformer().is_some_and(|workspace| makers.contains(&workspace));
            let datasets = job.datasets.iter().map(|captured| &captured.dataset);
            called.extend(datasets.filter(|dataset| is_whole || dataset.to_string() == name).cloned());
        }
        if makers.is_empty() {
            let views = self.views().filter(|(group, _, _)| group.workspace.as_str() == name);
            called.extend(views.map(|(_, dataset, _)| dataset));
        }
        called
    }

    /// The resources of the copies that a consumer of this name reads.
    pub(super) fn copies_called(&self, name: &str) -> BTreeSet<&str> {
        let views: BTreeSet<(&str, DatasetKey)> = self
            .views()
            .filter(|(group, _, _)| group.workspace.as_str() == name || group.to_string() == name)
            .map(|(_, dataset, view)| (view.database(), dataset))
            .collect();
        let of_views =
            self.copies().filter(|(dataset, copy)| views.contains(&(copy.database(), (*dataset).clone())));
        let of_container = self.copies_by_container().filter(|(container, _)| container.to_string() == name);
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
