//! The order in which platforms operate: each after those that it takes data from.

use datasurface_model::{CodeInfo, Diagnostic, ModelPath, PlatformName, segment};
use datasurface_state::{Manifest, PlatformRecord};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) static CYCLE: CodeInfo = CodeInfo::note(
    "run/cycle",
    "platforms take data from each other",
    "A platform that takes data from another one runs after it, so it has at once what the other one brought. Where each of several takes data \
     from the others, no order does that: these run by name, and the first of them has what the others brought at the run before. \
     Let one of them capture what both need, with `primary_pins`, or run more often.",
);

/// The records of platforms in the order in which they operate.
#[derive(Debug)]
pub(crate) struct PlatformOrder<'m> {
    records: Vec<&'m PlatformRecord>,
    upstream: Upstream<'m>,
}

impl<'m> PlatformOrder<'m> {
    /// Orders the platforms of a manifest: each after all that it takes data from, and otherwise by name. Those that take data from each other
    /// are ordered by name among themselves.
    pub(crate) fn new(manifest: Option<&'m Manifest>) -> Self {
        let mut records: Vec<&PlatformRecord> =
            manifest.into_iter().flat_map(|manifest| manifest.platforms().values()).collect();
        let upstream = Upstream::new(&records);
        // Whatever is before a platform has less before it than the platform itself.
        records.sort_by_cached_key(|record| {
            (upstream.before(record.instance.storage_name()), &record.instance.name)
        });
        Self { records, upstream }
    }

    /// The records, in order.
    pub(crate) fn records(&self) -> &[&'m PlatformRecord] {
        &self.records
    }

    /// Returns a finding for each cycle of platforms that take data from each other.
    pub(crate) fn cycles(&self) -> impl Iterator<Item = Diagnostic> {
        let cycles: BTreeSet<Vec<&PlatformName>> =
            self.records.iter().map(|record| self.cycle(record)).collect();
        cycles.into_iter().filter_map(|cycle| {
            let first = cycle.first()?;
            let path = ModelPath::root().child(segment::PLATFORMS, first);
            let names: Vec<String> = cycle.iter().map(|name| format!("`{name}`")).collect();
            let message = format!("{} take data from each other, and run by name", names.join(", "));
            let help = format!(
                "`{first}` has what the others brought at the run before: run more often where that is late"
            );
            Some(Diagnostic::new(&CYCLE, path, message).with_help(help))
        })
    }

    /// The names of the platforms that take data from each other with this one, in order; none if there are no others.
    fn cycle(&self, record: &PlatformRecord) -> Vec<&'m PlatformName> {
        let platform = record.instance.storage_name();
        let is_inside = |other: &&&PlatformRecord| {
            let other = other.instance.storage_name();
            self.upstream.takes_from(platform, other) && self.upstream.takes_from(other, platform)
        };
        let mut cycle: Vec<_> =
            self.records.iter().filter(is_inside).map(|other| &other.instance.name).collect();
        cycle.sort_unstable();
        cycle
    }
}

/// All platforms that each one takes data from, directly or through others, by storage names.
#[derive(Debug)]
struct Upstream<'m>(BTreeMap<&'m PlatformName, BTreeSet<&'m PlatformName>>);

impl<'m> Upstream<'m> {
    fn new(records: &[&'m PlatformRecord]) -> Self {
        let direct: BTreeMap<_, _> =
            records.iter().map(|record| (record.instance.storage_name(), &record.takes_from)).collect();
        Self(direct.keys().map(|platform| (*platform, reach(platform, &direct))).collect())
    }

    /// The number of platforms that come before one.
    fn before(&self, platform: &PlatformName) -> usize {
        let upstream = self.0.get(platform).into_iter().flatten();
        upstream.filter(|source| !self.takes_from(source, platform)).count()
    }

    fn takes_from(&self, platform: &PlatformName, source: &PlatformName) -> bool {
        self.0.get(platform).is_some_and(|upstream| upstream.contains(source))
    }
}

/// Returns the platforms that one takes data from, directly or through others.
fn reach<'m>(
    platform: &PlatformName,
    direct: &BTreeMap<&PlatformName, &'m BTreeSet<PlatformName>>,
) -> BTreeSet<&'m PlatformName> {
    let sources = |platform: &PlatformName| direct.get(platform).copied().into_iter().flatten();
    let mut reached = BTreeSet::new();
    let mut waiting: Vec<&PlatformName> = sources(platform).collect();
    while let Some(source) = waiting.pop() {
        if reached.insert(source) {
            waiting.extend(sources(source));
        }
    }
    reached
}
