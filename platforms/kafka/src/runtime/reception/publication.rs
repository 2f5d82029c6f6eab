//! Publications: whether what is published follows what was written before. Numbers alone do not say so: a database that was made anew counts from 1 again.

use super::position::{Position, WrittenBatches};
use datasurface_platform::{BatchCounts, BatchManifest, prelude::*};
use std::collections::BTreeMap;

/// The relation of a publication to what was written before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Continuity {
    /// It has the last batch that was written.
    Same,
    /// It lacks that batch, and begins with the same one: the database is an older one.
    Older,
    /// It begins with another batch: the database was made anew.
    Recreated,
}

/// The batches of a dataset that are published, with the times at which they became visible.
#[derive(Debug)]
pub(super) struct PublishedBatches<'m>(BTreeMap<u64, &'m str>);

impl<'m> PublishedBatches<'m> {
    /// Creates them from manifests, the earliest of which may be superseded.
    pub(super) fn new(manifests: &'m [BatchManifest], dataset: &DatasetName) -> Self {
        let base = manifests.iter().rposition(|manifest| manifest.after.is_none()).unwrap_or_default();
        let parts = manifests.iter().skip(base).filter_map(|manifest| manifest.datasets.get(dataset));
        let time = |counts: &'m BatchCounts| (counts.batch, counts.visible_at.as_str());
        Self(parts.flat_map(|part| &part.batches).map(time).collect())
    }

    /// Compares them with what was written. Of a dataset of which nothing was, or is published, there is nothing to compare.
    pub(super) fn continuity(&self, position: &Position) -> Continuity {
        let (Some(written), Some((_, first))) = (&position.written, self.0.first_key_value()) else {
            return Continuity::Same;
        };
        if self.0.get(&written.last).is_some_and(|at| *at == written.last_visible_at) {
            Continuity::Same
        } else if *first == written.first_visible_at {
            Continuity::Older
        } else {
            Continuity::Recreated
        }
    }

    /// Returns what is written when all of them are.
    pub(super) fn written(&self) -> Option<WrittenBatches> {
        let ((_, first), (last, last_visible_at)) = (self.0.first_key_value()?, self.0.last_key_value()?);
        Some(WrittenBatches {
            first_visible_at: (*first).to_owned(),
            last: *last,
            last_visible_at: (*last_visible_at).to_owned(),
        })
    }
}

/// Returns manifests whose batches have numbers that are greater by `shift`.
pub(super) fn shifted(manifests: &[BatchManifest], shift: u64) -> Vec<BatchManifest> {
    let mut manifests = manifests.to_vec();
    for manifest in &mut manifests {
        manifest.batch = manifest.batch.saturating_add(shift);
        manifest.after = manifest.after.map(|after| after.saturating_add(shift));
        for counts in manifest.datasets.values_mut().flat_map(|part| &mut part.batches) {
            counts.batch = counts.batch.saturating_add(shift);
        }
    }
    manifests
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A manifest: its number, the one before it, and the batches of the dataset with their times.
    type Described<'d> = (u64, Option<u64>, &'d [(u64, &'d str)]);

    fn manifests(all: &[Described<'_>]) -> Vec<BatchManifest> {
        let manifest = |(batch, after, listed): &Described<'_>| {
            let counts = |(batch, at): &(u64, &str)| json!({"batch": batch, "visible_at": at, "inserted": 0, "updated": 0, "deleted": 0, "unchanged": 0});
            let batches: Vec<_> = listed.iter().map(counts).collect();
            let part = json!({"whole": after.is_none(), "columns": [], "key": [], "file": "f", "lines": 0, "blake3": "", "batches": batches});
            let json = json!({"version": 1, "datastore": "S", "batch": batch, "after": after, "datasets": {"d": part}});
            serde_json::from_value(json).unwrap()
        };
        all.iter().map(manifest).collect()
    }

    #[test]
    fn a_database_made_anew_is_known_by_its_batches_and_not_by_their_numbers() {
        let dataset = DatasetName::from("d");
        let first = manifests(&[(1, None, &[(1, "a")]), (3, Some(1), &[(3, "c")])]);
        let position =
            Position { written: PublishedBatches::new(&first, &dataset).written(), ..Position::default() };
        let continuity =
            |all: &[Described<'_>]| PublishedBatches::new(&manifests(all), &dataset).continuity(&position);
        assert_eq!(continuity(&[(3, None, &[(1, "a"), (3, "c")]), (4, Some(3), &[])]), Continuity::Same);
        // What was published before is removed a moment later.
        assert_eq!(
            continuity(&[(3, None, &[(1, "a"), (3, "c")]), (4, None, &[(4, "x")])]),
            Continuity::Recreated
        );
        assert_eq!(continuity(&[(2, None, &[(1, "a"), (2, "b")])]), Continuity::Older);
        for caught_up in [&[(1, "a"), (3, "x")][..], &[(1, "a"), (4, "x")]] {
            assert_eq!(continuity(&[(4, None, caught_up)]), Continuity::Older);
        }
        for anew in [&[(1, "x")][..], &[(1, "x"), (3, "y")], &[(5, "x")]] {
            assert_eq!(continuity(&[(5, None, anew)]), Continuity::Recreated);
        }
        assert_eq!(continuity(&[(5, None, &[])]), Continuity::Same);
    }

    #[test]
    fn numbers_go_on_behind_those_that_were_written() {
        let moved = shifted(&manifests(&[(1, None, &[(1, "a")]), (3, Some(1), &[(2, "b"), (3, "c")])]), 7);
        assert_eq!(moved, manifests(&[(8, None, &[(8, "a")]), (10, Some(8), &[(9, "b"), (10, "c")])]));
    }
}
