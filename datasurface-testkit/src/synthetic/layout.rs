//! How the parts are numbered, named, and spread over teams.

use super::Synthetic;
use datasurface_model::{ContainerKey, DatasetKey};
use std::ops::Range;

pub(super) const VENDOR: &str = "Cloud";
pub(super) const LOCATION: &str = "East";
pub(super) const PLACE: &str = "Cloud/East";
pub(super) const ZONE: &str = "Zone";
pub(super) const SOURCES: &str = "Sources";
pub(super) const GROUP: &str = "wanted";

/// How many there are of each, and who has which. Workspaces are numbered through, transformers first.
#[derive(Clone, Debug)]
pub(super) struct SyntheticLayout {
    pub(super) teams: usize,
    pub(super) datasets: usize,
    datastores: usize,
    datastores_per_team: usize,
    datasets_per_datastore: usize,
    workspaces: usize,
    workspaces_per_container: usize,
    transformers: usize,
    /// The transformers of each tier.
    tiers: Vec<Range<usize>>,
    outputs_of_one: usize,
}

impl SyntheticLayout {
    pub(super) fn new(parameters: &Synthetic) -> Self {
        Self {
            teams: parameters.datastores.div_ceil(parameters.datastores_per_team).max(1),
            datasets: parameters.datastores * parameters.datasets,
            datastores: parameters.datastores,
            datastores_per_team: parameters.datastores_per_team,
            datasets_per_datastore: parameters.datasets,
            workspaces: parameters.transformers + parameters.consumers,
            workspaces_per_container: parameters.workspaces_per_container,
            transformers: parameters.transformers,
            tiers: tiers(parameters.transformers, &parameters.tiers),
            outputs_of_one: parameters.outputs,
        }
    }

    pub(super) fn datastores_of(&self, team: usize) -> Range<usize> {
        let end = |team: usize| team.saturating_mul(self.datastores_per_team).min(self.datastores);
        end(team)..end(team + 1)
    }

    pub(super) fn workspaces_of(&self, team: usize) -> Range<usize> {
        let end = |team: usize| team * self.workspaces / self.teams;
        end(team)..end(team + 1)
    }

    pub(super) fn container_of(&self, workspace: usize) -> usize {
        workspace / self.workspaces_per_container
    }

    /// Whether the container of a workspace has no workspace before this one. Its team owns the container.
    pub(super) fn begins_container(&self, workspace: usize) -> bool {
        workspace.is_multiple_of(self.workspaces_per_container)
    }

    pub(super) fn container_key(&self, workspace: usize) -> ContainerKey {
        let container_number = self.container_of(workspace);
        let first = container_number * self.workspaces_per_container;
        // The last team that begins at or before the first workspace: the inverse of `workspaces_of`.
        let owner = ((first + 1) * self.teams - 1) / self.workspaces;
        ContainerKey::new(ZONE, team(owner), container(container_number))
    }

    /// The dataset of this number among all that are captured.
    pub(super) fn dataset(&self, number: usize) -> DatasetKey {
        let datastore = number / self.datasets_per_datastore;
        DatasetKey::new(captured(datastore), dataset(number))
    }

    /// The transformers whose outputs a workspace reads: those of the tier before; for a consumer, all.
    pub(super) fn read_by(&self, workspace: usize) -> Range<usize> {
        if workspace >= self.transformers {
            return 0..self.transformers;
        }
        let tier = self.tiers.iter().position(|tier| tier.contains(&workspace));
        let before = tier.and_then(|tier| self.tiers.get(tier.checked_sub(1)?));
        before.cloned().unwrap_or_default()
    }

    /// The output of this number among those of a range of transformers.
    pub(super) fn output(&self, transformers: &Range<usize>, number: usize) -> DatasetKey {
        let transformer = transformers.start + number / self.outputs_of_one;
        DatasetKey::new(made(transformer), output(number % self.outputs_of_one))
    }

    pub(super) fn outputs(&self, transformers: &Range<usize>) -> usize {
        transformers.len() * self.outputs_of_one
    }
}

/// So many transformers in tiers of these weights, one after the other.
fn tiers(transformers: usize, weights: &[usize]) -> Vec<Range<usize>> {
    let all: usize = weights.iter().sum();
    let mut before = 0;
    let ends = weights.iter().map(|weight| {
        before += weight;
        transformers * before / all.max(1)
    });
    let ends: Vec<usize> = ends.collect();
    let starts = [0].into_iter().chain(ends.iter().copied());
    starts.zip(&ends).map(|(start, end)| start..*end).collect()
}

pub(super) fn team(number: usize) -> String {
    format!("team_{number:05}")
}

pub(super) fn container(number: usize) -> String {
    format!("lake_{number:05}")
}

/// A datastore that is captured.
pub(super) fn captured(number: usize) -> String {
    format!("store_{number:05}")
}

/// A datastore that a transformer fills.
pub(super) fn made(transformer: usize) -> String {
    format!("made_{transformer:05}")
}

/// No two datasets that are captured have one name.
pub(super) fn dataset(number: usize) -> String {
    format!("dataset_{number:08}")
}

pub(super) fn output(number: usize) -> String {
    format!("output_{number}")
}

/// A workspace without a transformer.
pub(super) fn consumer(number: usize) -> String {
    format!("consumer_{number:05}")
}

/// A workspace with a transformer.
pub(super) fn transformer(number: usize) -> String {
    format!("transformer_{number:05}")
}
