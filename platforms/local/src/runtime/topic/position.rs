//! How far a topic was read, and whether it can be read on from there.

use super::connect::kafka_failed;
use crate::{prelude::*, runtime::context::time};
use chrono::{DateTime, TimeDelta, Utc};
use datasurface_kafka_client::{KafkaClient, Offsets};
use rusqlite::Row;
use std::{collections::BTreeMap, ops::Range};

/// How far a partition was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position {
    partition: i32,
    /// The offset that is read next.
    pub(super) next: i64,
    /// The last record before it, if one was read: its offset, and its time. A topic that was made anew has another one there.
    pub(super) last: Option<(i64, i64)>,
}

impl Position {
    pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let (last, appended_at): (Option<i64>, Option<i64>) = (row.get("last")?, row.get("appended_at")?);
        Ok(Self { partition: row.get("partition")?, next: row.get("next")?, last: last.zip(appended_at) })
    }
}

/// The positions of a topic, within what is there of it.
pub(super) struct Positions<'t> {
    read: BTreeMap<i32, Position>,
    firsts: &'t Offsets,
    ends: &'t Offsets,
}

impl<'t> Positions<'t> {
    /// Holds positions against the topic as it is now.
    ///
    /// # Errors
    ///
    /// If records are gone that were not read, or the topic is another one than was read.
    pub(super) fn new(
        topic: &str,
        file: &str,
        read: Vec<Position>,
        firsts: &'t Offsets,
        ends: &'t Offsets,
    ) -> Result<Self, PlatformError> {
        let read: BTreeMap<i32, Position> = read.into_iter().map(|one| (one.partition, one)).collect();
        if read.values().any(|one| ends.get(&one.partition).is_none_or(|end| *end < one.next)) {
            return Err(another_topic(topic, file));
        }
        for (partition, first) in firsts {
            let next = read.get(partition).map_or(0, |position| position.next);
            if *first > next {
                return Err(gone(topic, *partition, next..*first, file));
            }
        }
        Ok(Self { read, firsts, ends })
    }

    /// Returns the partitions with something to read: each with its position, and the offsets that are read. The last record that was read comes
    /// once more, to be recognized.
    pub(super) fn ranges(&self) -> impl Iterator<Item = (i32, Option<Position>, Range<i64>)> {
        let range = |(partition, end): (&i32, &i64)| {
            let position = self.read.get(partition).copied();
            let first = self.firsts.get(partition).copied().unwrap_or_default();
            let from = position.map_or(0, |position| position.last.map_or(position.next, |(last, _)| last));
            (*partition, position, first.max(from)..*end)
        };
        self.ends.iter().map(range).filter(|(_, _, offsets)| !offsets.is_empty())
    }
}

/// Returns whether a topic may have forgotten a deletion since it was read: compaction removes the record of one after a time.
///
/// # Errors
///
/// If the brokers do not say how the topic is configured.
pub(super) fn has_forgotten(
    kafka: &mut KafkaClient,
    topic: &str,
    read_at: &str,
    now: DateTime<Utc>,
) -> Result<bool, PlatformError> {
    let failed = |error| kafka_failed(format!("reading the configuration of the topic `{topic}`"), error);
    let configs = kafka.topic_configs(topic).map_err(failed)?;
    let value = |name: &str| configs.get(name).and_then(|config| config.value.as_deref());
    let is_compacted = value("cleanup.policy").is_none_or(|policy| policy.contains("compact"));
    let kept = value("delete.retention.ms").and_then(|kept| kept.parse().ok()).map(TimeDelta::milliseconds);
    Ok(is_compacted && kept.is_none_or(|kept| now - time(read_at).unwrap_or_default() >= kept))
}

/// The failure to read on in a topic that is another one than was read.
pub(super) fn another_topic(topic: &str, file: &str) -> PlatformError {
    let context = format!(
        "the topic `{topic}` is not the one that was read before: if it has all rows, remove the file `{file}`, and it is read from \
         its beginning; otherwise let the platform that captures it read its source again first"
    );
    PlatformError::new(PlatformErrorKind::External, context)
}

fn gone(topic: &str, partition: i32, offsets: Range<i64>, file: &str) -> PlatformError {
    let Range { start, end } = offsets;
    let context = format!(
        "the records {start} to {} of the partition {partition} of the topic `{topic}` are gone, and were not read: let the platform that \
         captures it read its source again, then remove the file `{file}`; keep records for longer, or run more often",
        end - 1
    );
    PlatformError::new(PlatformErrorKind::External, context)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(partition: i32, next: i64) -> Position {
        Position { partition, next, last: (next > 0).then_some((next - 1, 77)) }
    }

    fn failure(positions: Vec<Position>, firsts: &[(i32, i64)], ends: &[(i32, i64)]) -> String {
        let [firsts, ends] = [firsts, ends].map(|offsets| offsets.iter().copied().collect::<Offsets>());
        Positions::new("t", "f.db", positions, &firsts, &ends)
            .err()
            .map(|error| error.report())
            .unwrap_or_default()
    }

    #[test]
    fn a_topic_is_read_on_from_the_last_record() {
        let (firsts, ends) =
            (Offsets::from([(0, 0), (1, 0), (2, 4)]), Offsets::from([(0, 9), (1, 3), (2, 5)]));
        let positions =
            Positions::new("t", "f.db", vec![read(0, 5), read(2, 4)], &firsts, &ends).ok().unwrap();
        let ranges: Vec<_> = positions.ranges().map(|(number, _, offsets)| (number, offsets)).collect();
        assert_eq!(ranges, [(0, 4..9), (1, 0..3), (2, 4..5)]);
    }

    #[test]
    fn records_that_are_gone_are_no_silence() {
        let late = failure(vec![read(0, 5)], &[(0, 8)], &[(0, 9)]);
        assert!(late.contains("the records 5 to 7 of the partition 0 of the topic `t` are gone"), "{late}");
        // Who was never there missed what was before it came.
        assert!(failure(Vec::new(), &[(0, 2)], &[(0, 9)]).contains("the records 0 to 1"));
        assert_eq!(failure(vec![read(0, 8)], &[(0, 8)], &[(0, 9)]), "");
    }

    #[test]
    fn a_topic_that_is_shorter_than_what_was_read_is_another_one() {
        for ends in [&[(0, 4)][..], &[]] {
            assert!(failure(vec![read(0, 5)], &[], ends).contains("is not the one that was read before"));
        }
    }
}
