//! The documents in which parts stand, where folders of a repository tell its owners apart.

use super::{Difference, ModelDiff, former_places::FormerPlaces, source::OwnerPaths};
use datasurface_document::Documents;
use datasurface_model::{CodeInfo, Diagnostic, ModelPath, Repository, Text};
use std::collections::{BTreeMap, BTreeSet};

/// Documents know as many positions of a path, and no more.
const MOST_POSITIONS: usize = 8;

static PLACE: CodeInfo = CodeInfo::error("authorization/place", "", "");

/// The documents in which differences stand, before and after a change.
pub(super) struct PartFiles {
    paths: OwnerPaths,
    files: BTreeMap<ModelPath, BTreeSet<Text>>,
    /// Places that are written more often than can be told.
    uncertain: BTreeSet<ModelPath>,
}

impl PartFiles {
    /// Looks for the differences in the documents from which both ecosystems were loaded, which are called by their paths
    /// in the repository.
    pub(super) fn new(
        paths: OwnerPaths,
        diff: &ModelDiff,
        former: &FormerPlaces<'_>,
        [old, new]: [&Documents; 2],
    ) -> Self {
        let places: BTreeSet<ModelPath> = diff.iter().flat_map(Difference::places).collect();
        let mut found = Self { paths, files: BTreeMap::new(), uncertain: BTreeSet::new() };
        let mut around = BTreeMap::<ModelPath, BTreeSet<Text>>::new();
        // What is gone of something that was renamed is told by the present name.
        let before = places.iter().map(|place| (former.of(place), place));
        let before: BTreeMap<_, _> = before.filter(|(before, place)| before != *place).collect();
        let now: BTreeMap<_, _> = places.iter().map(|place| (place.clone(), place)).collect();
        for (documents, wanted) in [(old, &now), (old, &before), (new, &now)] {
            let findings = wanted.keys().map(|place| Diagnostic::new(&PLACE, place.clone(), ""));
            for located in &documents.located(findings.collect()) {
                let Some(place) = wanted.get(located.path()).copied() else { continue };
                let others =
                    located.related_places().iter().filter_map(|related| related.position.as_deref());
                let positions: Vec<_> = located.position().into_iter().chain(others).collect();
                if positions.len() >= MOST_POSITIONS {
                    found.uncertain.insert(place.clone());
                }
                for position in positions {
                    let files = if position.is_inexact { &mut around } else { &mut found.files };
                    files.entry(place.clone()).or_default().insert(position.document.clone());
                }
            }
        }
        // What is written nowhere was taken from what is around it.
        for (place, files) in around {
            found.files.entry(place).or_insert(files);
        }
        found
    }

    /// Returns the documents of a difference that are not the owner's, by the longest owner's path that covers each.
    pub(super) fn outside_of(&self, owner: &Repository, difference: &Difference) -> BTreeSet<Text> {
        let own = owner.owner_path().unwrap_or_default();
        let mut outside = BTreeSet::new();
        for place in difference.places() {
            let files = self.files.get(&place).into_iter().flatten();
            outside.extend(files.filter(|file| self.paths.of_file(file) != Some(own)).cloned());
            // Where there are more documents than are known, one of them may be anywhere.
            if self.uncertain.contains(&place) {
                outside.insert("…".into());
            }
        }
        outside
    }
}
