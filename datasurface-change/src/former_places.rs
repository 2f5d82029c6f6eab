//! The places that things had before a change, by those that they have after it.

use crate::{
    diff::{DifferenceKind, ModelDiff},
    former_names::FormerNames,
};
use datasurface_model::{ModelPath, ownership::OwnedPart, segment};
use std::collections::HashMap;

/// The renames and moves of a change, by the path of what was renamed or moved.
pub(super) struct FormerPlaces<'f> {
    names: &'f FormerNames,
    renamed: HashMap<ModelPath, FormerPlace>,
}

struct FormerPlace {
    path: ModelPath,
    /// Whether it is told with all that was around it, as it was.
    is_whole: bool,
}

impl<'f> FormerPlaces<'f> {
    pub(super) fn new(diff: &ModelDiff, names: &'f FormerNames) -> Self {
        let mut renamed = HashMap::new();
        for difference in diff.iter() {
            let is_whole = match difference.kind() {
                DifferenceKind::Renamed { .. } => false,
                DifferenceKind::Moved { .. } => true,
                _ => continue,
            };
            let now = difference.path();
            if let Some(former) = difference.places().into_iter().find(|former| *former != now) {
                renamed.entry(now).or_insert(FormerPlace { path: former, is_whole });
            }
        }
        Self { names, renamed }
    }

    /// How keys of datasets were written before, and how those of all in a datastore began, by how they are written now.
    pub(super) fn keys(&self) -> HashMap<String, String> {
        let keys = self.renamed.keys().filter_map(|now| keys_in(now).zip(keys_in(&self.of(now))));
        keys.filter(|(now, before)| now != before).collect()
    }

    /// The place that something had before: each rename of it and around it is undone, the innermost first.
    pub(super) fn of(&self, place: &ModelPath) -> ModelPath {
        let part = OwnedPart::from_path(place);
        let around = (part.path(), self.names.part(&part).path());
        let segments: Vec<&str> = place.segments().collect();
        let mut former = place.clone();
        for end in (1..=segments.len()).rev() {
            let outside = ModelPath::from_segments(segments.iter().take(end));
            let with = |outside: &ModelPath, former: &ModelPath| {
                ModelPath::from_segments(outside.segments().chain(former.segments().skip(end)))
            };
            former = match self.renamed.get(&outside) {
                Some(FormerPlace { path, is_whole: true }) => return with(path, &former),
                Some(FormerPlace { path, is_whole: false }) => with(path, &former),
                None if outside == around.0 => with(&around.1, &former),
                None => former,
            };
        }
        former
    }
}

/// How the key of a dataset is written, or how those of all in a datastore begin.
fn keys_in(path: &ModelPath) -> Option<String> {
    let segments: Vec<&str> = path.segments().collect();
    match segments.as_slice() {
        [segment::ZONES, _, segment::TEAMS, _, segment::DATASTORES, store] => Some(format!("{store}/")),
        [segment::ZONES, _, segment::TEAMS, _, segment::DATASTORES, store, segment::DATASETS, dataset] => {
            Some(format!("{store}/{dataset}"))
        }
        _ => None,
    }
}
