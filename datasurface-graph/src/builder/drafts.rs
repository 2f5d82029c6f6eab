//! All drafts, by datastore.

use super::fragment::FragmentBuilder;
use crate::{
    assignments::{in_graph, primary},
    fragments::{Fragments, Origin},
};
use datasurface_model::DatastoreName;
use indexmap::{IndexMap, map::Entry};
use rustc_hash::FxBuildHasher;
use std::sync::Arc;

/// The drafts, each made from what is there when it is looked at first, in the order in which that happened.
#[derive(Debug, Default)]
pub(super) struct FragmentBuilders(IndexMap<DatastoreName, FragmentBuilder, FxBuildHasher>);

impl FragmentBuilders {
    /// The draft of a datastore, if there is such.
    pub(super) fn open(
        &mut self,
        name: &DatastoreName,
        fragments: &mut Fragments,
    ) -> Option<&mut FragmentBuilder> {
        match self.0.entry(name.clone()) {
            Entry::Occupied(draft) => Some(draft.into_mut()),
            Entry::Vacant(place) => Some(place.insert(fragments.draft(name)?)),
        }
    }

    /// The draft of a datastore, if it was looked at.
    pub(super) fn get(&self, name: &DatastoreName) -> Option<&FragmentBuilder> {
        self.0.get(name)
    }

    /// All of them, in the order in which they were looked at.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut FragmentBuilder> {
        self.0.values_mut()
    }

    /// All of them, by name.
    pub(super) fn into_sorted(mut self) -> impl Iterator<Item = (DatastoreName, FragmentBuilder)> {
        self.0.sort_unstable_keys();
        self.0.into_iter()
    }
}

impl Fragments {
    /// The draft of a datastore, with those who need it now.
    fn draft(&mut self, name: &DatastoreName) -> Option<FragmentBuilder> {
        let datastore = Arc::clone(&self.ecosystem.datastore(name)?.entity);
        let maker = self.transformers.maker_of(name);
        let makers = maker.map(|maker| maker.group);
        let origin = match maker {
            Some(maker) => Origin::Made { by: maker.name.clone() },
            None => {
                let capture = datastore.capture()?.clone();
                let credential = self.ecosystem.capture_credential(name).map(Box::new);
                Origin::Captured { site: self.container(capture.container())?, capture, credential }
            }
        };
        let decided = self.assignments.primary_stages(name);
        let primary = decided.and_then(primary).cloned();
        let capturing = decided.into_iter().flat_map(in_graph).cloned().collect();
        let draft = FragmentBuilder::new(datastore, origin, makers, primary, capturing);
        Some(match self.datastore_fragments.get(name) {
            Some(before) => draft.with_previous(before),
            None => draft,
        })
    }
}
