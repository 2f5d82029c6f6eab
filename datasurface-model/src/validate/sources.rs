//! Sources: the tables, topics and files that datasets are captured from, and the same one captured twice.

use super::{index::MultiIndex, unit::UnitKey, unit_index::UnitIndex};
use crate::ecosystem::{Capture, CaptureKind, ContainerKind, Dataset, Datastore};
use datasurface_schema::{ContainerKey, DatasetName, DatastoreName, Entity};
use rustc_hash::{FxHashSet, FxHasher};
use std::{
    borrow::Cow,
    cell::LazyCell,
    hash::{Hash, Hasher},
};

/// A dataset that is captured from the source of another datastore, which comes first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SharedSource {
    pub(crate) dataset: DatasetName,
    /// The other datastore.
    pub(crate) other: UnitKey,
    pub(crate) other_dataset: DatasetName,
}

/// The captured datasets by a hash of container and source: one small entry for each. Sources with one hash need not be the same.
#[derive(Clone, Debug, Default)]
pub(super) struct SourceIndex(MultiIndex<u64, DatasetName>);

impl SourceIndex {
    /// Follows the change of a datastore. Returns the keys under which it has entries no more, or new ones.
    pub(super) fn update(
        &mut self,
        unit: &UnitKey,
        old: Option<&Datastore>,
        new: Option<&Datastore>,
    ) -> FxHashSet<u64> {
        fn entries(datastore: Option<&Datastore>) -> Vec<(u64, &DatasetName)> {
            let captured = datastore.and_then(|datastore| Some((datastore, datastore.capture()?)));
            let entries = captured.into_iter().flat_map(|(datastore, capture)| {
                let keys = SourceKeys::new(capture.container());
                sources(capture, datastore).map(move |(dataset, source)| (keys.key(source), dataset))
            });
            entries.collect()
        }
        let (before, now) = (entries(old), entries(new));
        let changed: FxHashSet<u64> = match before.is_empty() {
            true => now.iter().map(|(key, _)| *key).collect(),
            false => {
                let (before, now): (FxHashSet<_>, FxHashSet<_>) =
                    (before.into_iter().collect(), now.iter().copied().collect());
                before.symmetric_difference(&now).map(|(key, _)| *key).collect()
            }
        };
        // A unit may have several entries under one key: all of them are made anew.
        changed.iter().for_each(|key| self.0.release(key, unit));
        for (key, dataset) in now.into_iter().filter(|(key, _)| changed.contains(key)) {
            self.0.claim(key, unit, dataset.clone());
        }
        changed
    }

    /// Returns the later datastores with entries under a key: only those are told of an earlier one.
    pub(super) fn later<'i>(&'i self, key: u64, unit: &'i UnitKey) -> impl Iterator<Item = &'i UnitKey> {
        self.0.all(&key).map(|(other, _)| other).filter(move |other| *other > unit)
    }
}

/// Returns the datasets of a datastore that are captured from what an earlier datastore captures, each with the first of those.
pub(super) fn shared_sources(datastore: &DatastoreName, directory: &UnitIndex) -> Vec<SharedSource> {
    let Some((unit, found)) = directory.datastores().get(datastore) else { return Vec::new() };
    let Some(capture) = found.entity().capture() else { return Vec::new() };
    let Some(kind) = directory.containers().get(capture.container()).map(|container| container.kind()) else {
        return Vec::new();
    };
    // What each platform keeps for itself is nothing that two could capture.
    if matches!(kind, ContainerKind::PlatformManaged) {
        return Vec::new();
    }
    let places = directory.containers_at_place_of(capture.container());
    let mut shared = Vec::new();
    let places: Vec<SourceKeys> = places.iter().map(SourceKeys::new).collect();
    for (dataset, source) in sources(capture, found.entity()) {
        // Most often nobody else has the key.
        let own = LazyCell::new(|| identity(Some(kind), capture.kind(), source));
        let is_same = |(other, other_dataset): &&(UnitKey, DatasetName)| {
            let captured = source_in(other, other_dataset, directory);
            captured.is_some_and(|(capture, source)| identity(Some(kind), capture.kind(), source) == *own)
        };
        // Entries are in order: the first one decides, however many there are.
        let first = places.iter().filter_map(|place| {
            let entries = directory.sources().0.all(&place.key(source));
            entries.take_while(|(other, _)| other < unit).find(is_same)
        });
        if let Some((other, other_dataset)) = first.min() {
            let (dataset, other_dataset) = (dataset.clone(), other_dataset.clone());
            shared.push(SharedSource { dataset, other: other.clone(), other_dataset });
        }
    }
    shared
}

/// The capture of a unit, and the source of one of its datasets.
fn source_in<'a>(
    unit: &UnitKey,
    dataset: &DatasetName,
    directory: &'a UnitIndex,
) -> Option<(&'a Capture, &'a str)> {
    let (found, member) = directory.datastores().get(&unit.name().into())?;
    let capture = member.entity().capture().filter(|_| found == unit)?;
    let dataset = member.entity().datasets().get(dataset)?;
    Some((capture, source_of(capture, dataset)?))
}

/// The datasets of a datastore whose sources are known, with these.
pub(super) fn sources<'a>(
    capture: &'a Capture,
    datastore: &'a Datastore,
) -> impl Iterator<Item = (&'a DatasetName, &'a str)> {
    let datasets = datastore.datasets().iter();
    datasets.filter_map(|dataset| Some((dataset.name(), source_of(capture, dataset)?)))
}

/// The source of a dataset; none where it is not declared. Where no table is, it is that of the same name, or of the former one.
pub(super) fn source_of<'a>(capture: &'a Capture, dataset: &'a Dataset) -> Option<&'a str> {
    if let Some(former) = capture.former_source(dataset) {
        return Some(former.as_str());
    }
    declared_source(capture, dataset.name())
}

/// The source of a dataset, without regard to its former name.
pub(super) fn declared_source<'a>(capture: &'a Capture, dataset: &'a DatasetName) -> Option<&'a str> {
    let (_, sources) = capture.kind().sources();
    let source = match capture.kind() {
        CaptureKind::Kafka { .. } | CaptureKind::ObjectFiles { .. } => sources.get(dataset)?.as_str(),
        _ => capture.source_name(dataset),
    };
    // Every file has a key that begins with nothing.
    let is_everything = source.is_empty() && matches!(capture.kind(), CaptureKind::ObjectFiles { .. });
    (is_everything || !source.trim().is_empty()).then_some(source)
}

/// The keys of the sources in a container.
#[derive(Clone)]
pub(super) struct SourceKeys(FxHasher);

impl SourceKeys {
    pub(super) fn new(container: &ContainerKey) -> Self {
        let mut hasher = FxHasher::default();
        container.hash(&mut hasher);
        Self(hasher)
    }

    /// Returns the key of a source, which is the same for all spellings of it: only the last part of a name counts, without quotes and
    /// regard to case.
    pub(super) fn key(&self, source: &str) -> u64 {
        let mut hasher = self.0.clone();
        let name = source.trim_end_matches('/');
        let name = name.rsplit('.').next().unwrap_or(name);
        // What is not ASCII may be in other letters.
        let lowered = match name.is_ascii() {
            true => Cow::Borrowed(name),
            false => Cow::Owned(name.chars().flat_map(char::to_lowercase).collect::<String>()),
        };
        let letters = lowered.bytes().filter(|letter| !matches!(letter, b'"' | b'`' | b'[' | b']'));
        letters.for_each(|letter| hasher.write_u8(letter.to_ascii_lowercase()));
        hasher.finish()
    }
}

/// Returns a text that two sources in one container have in common exactly if they are one: the engine folds the case of names in its
/// own way, and adds a schema where none is written. `kind` is none where the container is unknown.
pub(super) fn identity<'s>(
    kind: Option<&ContainerKind>,
    capture: &CaptureKind,
    source: &'s str,
) -> Cow<'s, str> {
    match capture {
        CaptureKind::Kafka { .. } => return Cow::Borrowed(source),
        CaptureKind::ObjectFiles { .. } => return Cow::Borrowed(source),
        _ => {}
    }
    let (folds, implied): (fn(&Part) -> String, Vec<&str>) = match kind {
        // A dot is a letter like others there.
        Some(ContainerKind::Sqlite { .. }) => return Cow::Owned(source.to_ascii_lowercase()),
        Some(ContainerKind::DuckDb { .. }) => (folded, vec!["main"]),
        Some(ContainerKind::SqlServer { database, .. }) => (folded, vec![database, "dbo"]),
        // Platforms quote the names of tables as they are written.
        Some(ContainerKind::Postgres { database, .. }) => (as_written, vec![database, "public"]),
        // Whether cases differ is a setting of the server.
        Some(ContainerKind::MySql { database, .. }) => (as_written, vec![database]),
        Some(ContainerKind::Snowflake { database, .. }) => (in_capitals, vec![database, "PUBLIC"]),
        // Without a schema, it is that of the user.
        Some(ContainerKind::Oracle { .. } | ContainerKind::Db2 { .. }) => (in_capitals, Vec::new()),
        _ => return Cow::Borrowed(source),
    };
    let Some(parts) = parts(source) else { return Cow::Borrowed(source) };
    let folded: Vec<String> = parts.iter().map(folds).collect();
    let mut rest = folded.as_slice();
    // With all parts before the name of the table, the first are the implied ones, from the last one on.
    for at in 0..implied.len() {
        let expected = implied.get(at..).unwrap_or_default();
        let is_implied = rest.len() == expected.len() + 1
            && rest.iter().zip(expected).all(|(part, implied)| part.eq_ignore_ascii_case(implied));
        if is_implied {
            rest = rest.get(expected.len()..).unwrap_or_default();
        }
    }
    Cow::Owned(rest.join("\u{1f}"))
}

/// A part of the name of a table.
struct Part {
    text: String,
    is_quoted: bool,
}

fn folded(part: &Part) -> String {
    part.text.to_lowercase()
}

fn as_written(part: &Part) -> String {
    part.text.clone()
}

fn in_capitals(part: &Part) -> String {
    if part.is_quoted { part.text.clone() } else { part.text.to_uppercase() }
}

/// The parts of the name of a table, each of which may be in quotes; none if it is not written so.
fn parts(name: &str) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut rest = name;
    loop {
        let closing = match rest.chars().next()? {
            '[' => Some(']'),
            quote @ ('"' | '`') => Some(quote),
            _ => None,
        };
        let (text, after) = match closing {
            Some(closing) => {
                let inside = rest.get(1..)?;
                let end = inside.find(closing)?;
                (inside.get(..end)?, inside.get(end + 1..)?)
            }
            None => rest.split_at(rest.find('.').unwrap_or(rest.len())),
        };
        parts.push(Part { text: text.to_owned(), is_quoted: closing.is_some() });
        if after.is_empty() {
            return Some(parts);
        }
        rest = after.strip_prefix('.')?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_one_however_it_is_written() {
        let postgres = ContainerKind::Postgres { host: "h".into(), port: 1, database: "shop".into() };
        let server = ContainerKind::SqlServer { host: "h".into(), port: 1, database: "shop".into() };
        let oracle = ContainerKind::Oracle { host: "h".into(), port: 1, database: "shop".into() };
        let snowflake = ContainerKind::Snowflake { account: "a".into(), database: "shop".into() };
        let sqlite = ContainerKind::Sqlite { file: "a.db".into() };
        let duckdb = ContainerKind::DuckDb { file: "a.db".into() };
        let snapshot = Capture::sql_snapshot("Z/T/C");
        let same = |kind: &ContainerKind, one: &str, other: &str| {
            let container = ContainerKey::from("Z/T/C");
            let is_same =
                identity(Some(kind), snapshot.kind(), one) == identity(Some(kind), snapshot.kind(), other);
            let keys = SourceKeys::new(&container);
            assert!(!is_same || keys.key(one) == keys.key(other), "{one} {other}");
            is_same
        };
        for (kind, one, other) in [
            (&postgres, "orders", "public.orders"),
            (&postgres, "orders", "shop.public.orders"),
            (&postgres, "\"orders\"", "public.\"orders\""),
            (&server, "Orders", "[dbo].[orders]"),
            (&server, "SHOP.DBO.orders", "orders"),
            (&oracle, "orders", "ORDERS"),
            (&snowflake, "orders", "Shop.public.Orders"),
            (&sqlite, "Orders", "orders"),
            (&duckdb, "main.Orders", "orders"),
        ] {
            assert!(same(kind, one, other), "{one} {other}");
        }
        for (kind, one, other) in [
            (&postgres, "orders", "Orders"),
            (&postgres, "orders", "sales.orders"),
            (&postgres, "orders", "\"public.orders\""),
            (&server, "sales.orders", "orders"),
            (&oracle, "\"orders\"", "orders"),
            (&oracle, "sales.orders", "orders"),
            (&sqlite, "main.orders", "orders"),
        ] {
            assert!(!same(kind, one, other), "{one} {other}");
        }
    }
}
