//! Changes: what versions of one row say that happened.

use super::written::{Written, WrittenRow};
use std::collections::BTreeMap;

/// A version of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Version {
    /// The batch with which it became true.
    pub(super) batch_in: u64,
    /// The batch with which it ceased to be.
    pub(super) batch_out: Option<u64>,
    /// The row, as records have it.
    pub(super) row: Vec<u8>,
}

/// Something that happened to a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    /// The batch with which it happened.
    pub(super) batch: u64,
    /// The key, as records have it.
    pub(super) key: Vec<u8>,
    /// The row before, if it is known.
    pub(super) before: Option<Vec<u8>>,
    /// The row afterwards; none if it was deleted.
    pub(super) after: Option<Vec<u8>>,
    /// The whole record, if it is the deletion of a row that was written by another schema, maybe.
    pub(super) record: Option<Vec<u8>>,
}

/// The versions of rows, by their keys.
#[derive(Debug, Default)]
pub(super) struct Versions(BTreeMap<Vec<u8>, Vec<Version>>);

impl Versions {
    pub(super) fn add(&mut self, key: Vec<u8>, version: Version) {
        self.0.entry(key).or_default().push(version);
    }

    /// Returns the changes of batches after this one, in the order of batches, but for those that are written already. With a batch to compare at, these are
    /// all versions that are kept: a row that is written, and has no version, was deleted.
    pub(super) fn changes(self, after: u64, mut written: Written, compared_at: Option<u64>) -> Vec<Change> {
        let mut changes = Vec::new();
        for (key, mut versions) in self.0 {
            let row = written.rows.remove(&key);
            let floor = row.as_ref().map_or(after, |row| row.batch.max(after));
            versions.sort_by_key(|version| version.batch_in);
            let before = changes.len();
            add_changes(&mut changes, &key, &versions, floor);
            let is_there = versions.last().is_some_and(|version| version.batch_out.is_none());
            if !is_there && changes.len() == before {
                changes.extend(row.and_then(|row| deleted(key, row, compared_at)));
            }
        }
        let left = written.rows.into_iter();
        changes.extend(left.filter_map(|(key, row)| deleted(key, row, compared_at)));
        // Those of one row are in order already, and stay so.
        changes.sort_by_key(|change| change.batch);
        changes
    }
}

/// The deletion of a row that was written, and is not kept any more. Later batches may have brought it.
fn deleted(key: Vec<u8>, row: WrittenRow, compared_at: Option<u64>) -> Option<Change> {
    let batch = compared_at.filter(|batch| row.batch <= *batch)?;
    Some(Change { batch, key, before: None, after: None, record: Some(row.deletion?) })
}

/// Adds what happened to a row after a batch. A version that ends when another one begins was updated.
fn add_changes(changes: &mut Vec<Change>, key: &[u8], versions: &[Version], floor: u64) {
    let mut before: Option<&Version> = None;
    for (at, version) in versions.iter().enumerate() {
        if version.batch_in > floor {
            let updated = before.filter(|before| before.batch_out == Some(version.batch_in));
            changes.push(Change {
                batch: version.batch_in,
                key: key.to_vec(),
                before: updated.map(|before| before.row.clone()),
                after: Some(version.row.clone()),
                record: None,
            });
        }
        let next = versions.get(at + 1).map(|next| next.batch_in);
        if let Some(end) = version.batch_out.filter(|end| *end > floor && next != Some(*end)) {
            changes.push(Change {
                batch: end,
                key: key.to_vec(),
                before: Some(version.row.clone()),
                after: None,
                record: None,
            });
        }
        before = Some(version);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The changes of versions of rows, each as the batch, what was before and what is.
    fn changes(
        versions: &[(&str, u64, Option<u64>, &str)],
        after: u64,
        written: &[(&str, u64, Option<&str>)],
        compared_at: Option<u64>,
    ) -> Vec<String> {
        let mut all = Versions::default();
        for (key, batch_in, batch_out, row) in versions {
            let version =
                Version { batch_in: *batch_in, batch_out: *batch_out, row: row.as_bytes().to_vec() };
            all.add(key.as_bytes().to_vec(), version);
        }
        let rows = written.iter().map(|(key, batch, content)| {
            let row = WrittenRow { batch: *batch, deletion: content.map(|row| row.as_bytes().to_vec()) };
            (key.as_bytes().to_vec(), row)
        });
        let shown = |row: Option<Vec<u8>>| {
            row.map_or_else(|| "-".to_owned(), |row| String::from_utf8_lossy(&row).into_owned())
        };
        let changes = all.changes(after, Written { rows: rows.collect() }, compared_at).into_iter();
        changes
            .map(|one| {
                let key = String::from_utf8_lossy(&one.key).into_owned();
                format!("{} {key} {}>{}", one.batch, shown(one.before.or(one.record)), shown(one.after))
            })
            .collect()
    }

    #[test]
    fn versions_are_changes_in_the_order_of_batches() {
        // Not in order, and with a row that was away for a while.
        let versions =
            [("k", 5, None, "d"), ("k", 1, Some(2), "a"), ("l", 2, Some(3), "x"), ("k", 2, Some(3), "b")];
        let all = ["1 k ->a", "2 k a>b", "2 l ->x", "3 k b>-", "3 l x>-", "5 k ->d"];
        assert_eq!(changes(&versions, 0, &[], None), all);
        assert_eq!(changes(&versions, 2, &[], None), all[3..]);
        assert_eq!(changes(&versions, 5, &[], None), [] as [&str; 0]);
    }

    #[test]
    fn what_is_written_of_a_row_is_not_written_twice() {
        let versions =
            [("k", 1, Some(2), "a"), ("k", 2, None, "b"), ("l", 2, Some(3), "x"), ("m", 3, None, "m")];
        let written = [("k", 2, None), ("l", 2, None)];
        assert_eq!(changes(&versions, 1, &written, None), ["3 l x>-", "3 m ->m"]);
    }

    #[test]
    fn what_is_published_anew_lacks_what_was_deleted_and_purged() {
        let versions = [("k", 1, None, "a"), ("l", 8, None, "l"), ("m", 1, Some(2), "m")];
        let written = [("gone", 3, Some("g")), ("before", 4, None), ("k", 1, Some("a")), ("m", 2, Some("m"))];
        let written = [&written[..], &[("later", 10, Some("x"))]].concat();
        let expected = ["8 l ->l", "9 m m>-", "9 gone g>-"];
        assert_eq!(changes(&versions, 7, &written, Some(9)), expected);
        assert_eq!(changes(&versions, 7, &written, None), expected[..1]);
    }
}
