//! Building: from a model and its assignments to graphs, from nothing or from the graphs before.

mod changes;
mod drafts;
mod fragment;
mod graph_builder;

use crate::{assignments::Assignments, fragments::Fragments, graph::IntentionGraphs};
use changes::{Changes, keeps_platforms};
use datasurface_model::{DatastoreName, Ecosystem, PlatformName, Valid};
use graph_builder::GraphBuilder;
use std::{collections::BTreeSet, fmt, sync::Arc};

/// The datastores that are needed, and that no platform captures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoPrimaryError {
    datastores: BTreeSet<DatastoreName>,
}

impl NoPrimaryError {
    /// The datastores without a primary.
    #[must_use]
    pub fn datastores(&self) -> &BTreeSet<DatastoreName> {
        &self.datastores
    }
}

impl std::error::Error for NoPrimaryError {}

impl fmt::Display for NoPrimaryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no platform is assigned to capture")?;
        let mut between = " ";
        for datastore in &self.datastores {
            write!(f, "{between}`{datastore}`")?;
            between = ", ";
        }
        Ok(())
    }
}

impl IntentionGraphs {
    /// Builds the graph of every platform, from the groups that are assigned backwards to what is captured.
    ///
    /// # Errors
    ///
    /// If a datastore is needed that no platform is assigned to capture. The error names all of them.
    pub fn build(ecosystem: &Valid<Ecosystem>, assignments: &Assignments) -> Result<Self, NoPrimaryError> {
        let platforms = platforms_of(ecosystem, assignments);
        let nothing = Fragments::new(ecosystem.clone(), assignments.clone(), platforms);
        let changes = Changes::full(ecosystem, assignments);
        let (fragments, effort) = GraphBuilder::new(nothing).run(&changes)?;
        Ok(Self::from_fragments(fragments, effort))
    }

    /// Builds the graphs of what the model and the assignments have become since these graphs were built.
    /// The result is the same as that of [`build`](Self::build), at a cost that follows what changed.
    ///
    /// # Errors
    ///
    /// If a datastore is needed that no platform is assigned to capture.
    pub fn rebuild(
        &self,
        ecosystem: &Valid<Ecosystem>,
        assignments: &Assignments,
    ) -> Result<Self, NoPrimaryError> {
        let before = self.fragments();
        let platforms = match keeps_platforms(before, ecosystem, assignments) {
            true => Arc::clone(&before.platforms),
            false => platforms_of(ecosystem, assignments),
        };
        let changes = Changes::between(before, ecosystem, assignments);
        let (ecosystem, assignments) = (ecosystem.clone(), assignments.clone());
        let now = Fragments { ecosystem, assignments, platforms, ..before.clone() };
        let (fragments, effort) = GraphBuilder::new(now).run(&changes)?;
        Ok(Self::from_fragments(fragments, effort))
    }
}

/// Returns the platforms that are declared, and those in use whose declaration is gone.
fn platforms_of(ecosystem: &Ecosystem, assignments: &Assignments) -> Arc<[PlatformName]> {
    let serving = assignments.served_groups().map(|(_, platform)| platform);
    let capturing = assignments.capturing_anything();
    let platforms: BTreeSet<&PlatformName> =
        ecosystem.platforms().names().chain(serving).chain(capturing).collect();
    platforms.into_iter().cloned().collect()
}
