//! The demand for a datastore: who reads it, of those whom somebody serves, and of the transformers that run.

use crate::{Choice, chosen::Chosen, policy::DatasetReader};
use datasurface_model::{
    DatasetGroup, DatasetName, DatasetSink, DatastoreName, Entity, Located, PlatformName, Workspace,
};
use std::collections::BTreeSet;

/// A group that reads a datastore.
type Reading<'a> = (&'a Located<Workspace>, &'a DatasetGroup);

/// Who reads a datastore.
#[derive(Default)]
pub(crate) struct Demand<'a> {
    /// The platforms that have a use for it: those that serve somebody who reads it, or run a transformer that does.
    pub(crate) asked_by: BTreeSet<PlatformName>,
    /// The groups that are served, in order.
    served: Vec<Reading<'a>>,
    /// The groups of transformers whose output is needed, by the output.
    feeding: Vec<(&'a DatastoreName, Reading<'a>)>,
}

impl<'a> Demand<'a> {
    /// Finds who reads a datastore, as far as that was chosen.
    pub(crate) fn new(question: &Choice<'a>, chosen: &Chosen, datastore: &DatastoreName) -> Self {
        let mut demand = Self::default();
        for key in chosen.groups().readers(datastore) {
            let Some(workspace) = question.ecosystem.workspace(&key.workspace) else { continue };
            let Some(group) = workspace.entity.groups().get(&key.group) else { continue };
            let Some(transformer) = workspace.entity.transformer() else {
                let mut serving = chosen.assignments().serving_platforms(key).cloned().peekable();
                if serving.peek().is_some() {
                    demand.served.push((workspace, group));
                }
                demand.asked_by.extend(serving);
                continue;
            };
            let output = transformer.output();
            if !chosen.needs(output) {
                continue;
            }
            demand.feeding.push((output, (workspace, group)));
            // A transformer runs where its output is captured: that platform asks for the inputs.
            if output != datastore {
                demand.asked_by.extend(chosen.assignments().capturing_platforms(output).cloned());
            }
        }
        demand.feeding.sort_by_key(|(output, _)| *output);
        demand
    }

    /// Whether somebody needs the datastore. That its own transformer reads what it made before does not count.
    pub(crate) fn is_any(&self, datastore: &DatastoreName) -> bool {
        !self.served.is_empty() || self.feeding.iter().any(|(output, _)| *output != datastore)
    }

    /// The sinks by which the datastore is read: those of served groups come first, and then those of transformers.
    pub(crate) fn readings(
        &self,
        datastore: &'a DatastoreName,
    ) -> impl Iterator<Item = DatasetReader<'a>> + use<'a, '_> {
        let feeding = self.feeding.iter().map(|(_, reading)| reading);
        self.served.iter().chain(feeding).flat_map(move |&(workspace, group)| {
            let sinks = group.sinks().iter().map(DatasetSink::name);
            let here = sinks.filter(move |dataset| dataset.datastore == *datastore);
            here.map(|dataset| DatasetReader { workspace, group: group.name(), dataset })
        })
    }

    /// The datasets that somebody reads.
    pub(crate) fn datasets(&self, datastore: &'a DatastoreName) -> BTreeSet<&'a DatasetName> {
        self.readings(datastore).map(|reading| &reading.dataset.dataset).collect()
    }
}
