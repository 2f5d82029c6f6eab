//! All drafts, by datastore.

use super::draft::Draft;
use crate::{
    assignments::{in_graph, primary},
    estate::{Estate, Origin},
};
use datasurface_model::DatastoreName;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// The drafts, each made from what is there when it is looked at first.
#[derive(Debug, Default)]
pub(super) struct Drafts {
    drafts: Vec<Draft>,
    /// Where the draft of each datastore is.
    places: FxHashMap<DatastoreName, usize>,
}

impl Drafts {
    /// The draft of a datastore, if there is such.
    pub(super) fn open(&mut self, name: &DatastoreName, estate: &mut Estate) -> Option<&mut Draft> {
        let place = self.place(name, estate)?;
        self.at(place)
    }

    /// Where the draft of a datastore is, if there is such. Apart from [`Self::at`], so that who looks for many can look for
    /// all of the places, and then into all of them: in between there is nothing to wait for.
    pub(super) fn place(&mut self, name: &DatastoreName, estate: &mut Estate) -> Option<usize> {
        if let Some(place) = self.places.get(name) {
            return Some(*place);
        }
        let draft = estate.draft(name)?;
        let place = self.drafts.len();
        self.drafts.push(draft);
        self.places.insert(name.clone(), place);
        Some(place)
    }

    /// The draft at this place.
    pub(super) fn at(&mut self, place: usize) -> Option<&mut Draft> {
        self.drafts.get_mut(place)
    }

    /// The draft of a datastore, if it was looked at.
    pub(super) fn get(&self, name: &DatastoreName) -> Option<&Draft> {
        self.drafts.get(*self.places.get(name)?)
    }

    /// All of them, in the order in which they were looked at.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Draft> {
        self.drafts.iter_mut()
    }

    /// All of them, by name.
    pub(super) fn into_sorted(self) -> impl Iterator<Item = (DatastoreName, Draft)> {
        let mut places: Vec<(DatastoreName, usize)> = self.places.into_iter().collect();
        places.sort_unstable();
        let mut drafts: Vec<Option<Draft>> = self.drafts.into_iter().map(Some).collect();
        places.into_iter().filter_map(move |(name, place)| Some((name, drafts.get_mut(place)?.take()?)))
    }
}

impl Estate {
    /// The draft of a datastore, with those who need it now.
    fn draft(&mut self, name: &DatastoreName) -> Option<Draft> {
        let datastore = Arc::clone(self.ecosystem.datastore(name)?.entity());
        let maker = self.transformers.maker_of(name);
        let makers = maker.map(|maker| maker.group);
        let origin = match maker {
            Some(maker) => Origin::Made { by: maker.name.clone() },
            None => {
                let capture = datastore.capture()?.clone();
                Origin::Captured { site: self.site(capture.container())?, capture }
            }
        };
        let decided = self.assignments.primaries_of(name);
        let primary = decided.and_then(primary).cloned();
        let capturing = decided.into_iter().flat_map(in_graph).cloned().collect();
        let draft = Draft::new(datastore, origin, makers, primary, capturing);
        Some(match self.supplies.get(name) {
            Some(before) => draft.following(before),
            None => draft,
        })
    }
}
