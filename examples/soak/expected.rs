//! What the source is, computed without the platform.

use crate::Result;
use rusqlite::{Connection, params};
use std::{
    collections::BTreeMap,
    fmt::Write,
    hash::{DefaultHasher, Hash, Hasher},
};

/// The source's tables: records, and the generation that they are of.
pub(crate) const SOURCE: &str = "
PRAGMA journal_mode = WAL;
CREATE TABLE records (id INTEGER PRIMARY KEY, part INTEGER NOT NULL, amount TEXT NOT NULL, note TEXT);
CREATE TABLE generation (id INTEGER PRIMARY KEY, number INTEGER NOT NULL);";

/// Records of a generation. Amounts are in cents.
#[derive(Clone, Debug, Default)]
pub(crate) struct Expected {
    pub(crate) generation: u32,
    records: BTreeMap<u32, (u32, i64, Option<String>)>,
    next: u32,
}

/// How many parts there are.
const PARTS: u32 = 50;

impl Expected {
    /// Adds records.
    pub(crate) fn grow(&mut self, records: u32) {
        for _ in 0..records {
            self.next += 1;
            self.records.insert(self.next, record());
        }
    }

    /// Makes another generation: some records change, some go, some come, and two exchange what they say.
    pub(crate) fn change(&mut self) {
        self.generation += 1;
        let ids: Vec<u32> = self.records.keys().copied().collect();
        let some = |share: usize| fastrand::choose_multiple(ids.iter().copied(), ids.len() / share);
        for id in some(20) {
            self.records.insert(id, record());
        }
        let gone = some(100);
        for id in &gone {
            self.records.remove(id);
        }
        self.grow(u32::try_from(gone.len()).unwrap_or_default());
        let pair = some(ids.len() / 2);
        if let [one, other, ..] = pair[..]
            && let (Some(a), Some(b)) = (self.records.get(&one).cloned(), self.records.get(&other).cloned())
        {
            self.records.insert(one, b);
            self.records.insert(other, a);
        }
    }

    /// Makes the source this, in one transaction.
    pub(crate) fn write_to(&self, source: &Connection) -> Result<()> {
        source.execute_batch("BEGIN; DELETE FROM records; DELETE FROM generation")?;
        source.execute("INSERT INTO generation VALUES (1, ?1)", [self.generation])?;
        let mut insert = source.prepare("INSERT INTO records VALUES (?1, ?2, ?3, ?4)")?;
        for (id, (part, amount, note)) in &self.records {
            insert.execute(params![id, part, decimal(*amount), note])?;
        }
        Ok(source.execute_batch("COMMIT")?)
    }

    /// Returns a fingerprint of all records, as [`of_rows`] makes it of rows.
    pub(crate) fn fingerprint(&self) -> u64 {
        let row = |(id, (part, amount, note)): (&u32, &(u32, i64, Option<String>))| {
            format!("{id}|{part}|{}|{}", decimal(*amount), note.as_deref().unwrap_or("-"))
        };
        of_rows(self.records.iter().map(row))
    }

    /// Returns what the transformer makes: the number of records and the sum of amounts of each part.
    pub(crate) fn parts(&self) -> Vec<String> {
        let mut parts: BTreeMap<u32, (u64, i64)> = BTreeMap::new();
        for (part, amount, _) in self.records.values() {
            let (count, sum) = parts.entry(*part).or_default();
            *count += 1;
            *sum += amount;
        }
        parts.into_iter().map(|(part, (count, sum))| format!("{part}|{count}|{}", decimal(sum))).collect()
    }

    /// Returns how many records there are.
    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }
}

/// Returns a fingerprint of rows in their order.
pub(crate) fn of_rows(rows: impl IntoIterator<Item = String>) -> u64 {
    let mut hasher = DefaultHasher::new();
    rows.into_iter().for_each(|row| row.hash(&mut hasher));
    hasher.finish()
}

fn record() -> (u32, i64, Option<String>) {
    let note = fastrand::bool().then(|| {
        let mut note = String::from("n");
        let _ = write!(note, "{}", fastrand::u32(..));
        note
    });
    (fastrand::u32(0..PARTS), fastrand::i64(-1_000_000..1_000_000), note)
}

fn decimal(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100)
}
