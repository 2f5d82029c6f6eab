//! The places that things had before a change, by those that they have after it.

use crate::{
    diff::{DifferenceKind, ModelDiff},
    former_names::FormerNames,
};
use datasurface_model::{ModelPath, ownership::OwnedPart};
use std::collections::{BTreeSet, HashMap};

/// What stands between names in a segment that is a reference.
const BETWEEN_NAMES: [char; 2] = ['/', ' '];

/// The renames and moves of a change, by the path of what was renamed or moved.
pub(super) struct FormerPlaces<'f> {
    names: &'f FormerNames,
    renamed: HashMap<ModelPath, FormerPlace>,
    /// The former names of whatever has a name now.
    by_name: HashMap<String, BTreeSet<String>>,
}

struct FormerPlace {
    path: ModelPath,
    /// Whether it is told with all that was around it, as it was.
    is_whole: bool,
}

impl<'f> FormerPlaces<'f> {
    pub(super) fn new(diff: &ModelDiff, names: &'f FormerNames) -> Self {
        let (mut renamed, mut by_name) = (HashMap::new(), HashMap::<_, BTreeSet<_>>::new());
        for difference in diff.iter() {
            let is_whole = match difference.kind() {
                DifferenceKind::Renamed { .. } => false,
                DifferenceKind::Moved { .. } => true,
                _ => continue,
            };
            let now = difference.path();
            if let Some(former) = difference.places().into_iter().find(|former| *former != now) {
                let segments = former.segments().zip(now.segments()).filter(|(former, now)| former != now);
                for (former, now) in segments {
                    by_name.entry(now.to_owned()).or_default().insert(former.to_owned());
                }
                renamed.entry(now).or_insert(FormerPlace { path: former, is_whole });
            }
        }
        Self { names, renamed, by_name }
    }

    /// Whether something that was called by the first name is called by the second one now.
    pub(super) fn has_renamed(&self, former: &str, now: &str) -> bool {
        self.by_name.get(now).is_some_and(|names| names.contains(former))
    }

    /// The place that something had before, by former names also where a segment refers to other things.
    pub(super) fn with_references(&self, place: &ModelPath) -> ModelPath {
        let former = self.of(place);
        let segments = former.segments().zip(place.segments()).map(|(former, now)| match former == now {
            true => now.split_inclusive(BETWEEN_NAMES).map(|piece| self.former_name_in(piece)).collect(),
            false => former.to_owned(),
        });
        ModelPath::from_segments(segments)
    }

    /// A name, with what stands behind it, as it was before, if that is certain.
    fn former_name_in(&self, piece: &str) -> String {
        let name = piece.trim_end_matches(BETWEEN_NAMES);
        let former = self.by_name.get(name).filter(|names| names.len() == 1).and_then(BTreeSet::first);
        piece.replacen(name, former.map_or(name, String::as_str), 1)
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
