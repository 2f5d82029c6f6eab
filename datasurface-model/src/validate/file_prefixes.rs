//! The files that datasets are captured from, by what their keys begin with: those of one dataset may be among those of another.

use super::{
    container_index::{ContainerIndex, ContainerPlace, MovedContainers, Site},
    facts::Subject,
    sources::sources,
    unit::UnitKey,
};
use datasurface_ecosystem::{Capture, CaptureKind, Datastore, UnitPlace, source_identity};
use datasurface_schema::{DatasetName, Text};
use imbl::OrdSet;
use rustc_hash::FxHashSet;
use std::{collections::BTreeSet, sync::Arc};

/// A prefix from which a dataset is captured, from the root of its bucket on. In order, whatever begins with a prefix comes right behind it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CapturedPrefix {
    site: Site,
    pub(super) prefix: Text,
    pub(super) unit: UnitKey,
    pub(super) dataset: DatasetName,
}

/// All prefixes from which datasets are captured.
#[derive(Clone, Debug, Default)]
pub(super) struct FilePrefixes(OrdSet<CapturedPrefix>);

impl FilePrefixes {
    /// Follows datastores before and after, those among them that changed in nothing but in where their containers are. Notes what is
    /// captured from files that are among those of somebody else now, or no more.
    pub(super) fn update<'a>(
        &mut self,
        datastores: impl Iterator<Item = (&'a UnitKey, [Option<&'a Arc<Datastore>>; 2])>,
        containers: &ContainerIndex,
        moved: &MovedContainers,
        touched: &mut FxHashSet<Subject>,
    ) {
        let mut changed = BTreeSet::new();
        for (unit, [old, new]) in datastores {
            let before = captured(unit, old, |capture| {
                let moved = moved.get(capture.container()).cloned();
                moved.unwrap_or_else(|| containers.place(capture.container()))
            });
            let now = captured(unit, new, |capture| containers.place(capture.container()));
            for lost in before.difference(&now) {
                self.0.remove(lost);
            }
            for added in now.difference(&before) {
                self.0.insert(added.clone());
            }
            changed.extend(before.symmetric_difference(&now).cloned());
        }
        // What begins with a prefix begins with those that this one begins with: the widest are enough.
        let mut widest: Option<CapturedPrefix> = None;
        for captured in changed {
            if widest.as_ref().is_some_and(|widest| captured.is_in(widest)) {
                continue;
            }
            let within = self.0.range(first_of(&captured.site, &captured.prefix)..);
            let within = within.take_while(|other| other.is_in(&captured));
            touched.extend(within.map(|other| Subject::Sources(other.unit.name().into())));
            widest = Some(captured);
        }
    }

    /// The capture by another unit from files that a prefix is among: of several, the one with the longest prefix, which is shorter than
    /// this one.
    pub(super) fn around(&self, site: &Site, prefix: &str, unit: &UnitKey) -> Option<&CapturedPrefix> {
        let shorter = prefix.char_indices().rev().filter_map(|(end, _)| prefix.get(..end));
        shorter.filter_map(|shorter| self.of_another(site, shorter, unit)).next()
    }

    /// The first capture of exactly this prefix by another unit.
    fn of_another(&self, site: &Site, prefix: &str, unit: &UnitKey) -> Option<&CapturedPrefix> {
        let first = first_of(site, prefix);
        let behind_own = CapturedPrefix { unit: unit.next(), ..first.clone() };
        let is_same = |found: &&CapturedPrefix| found.site == *site && found.prefix == prefix;
        let before_own = self.0.range(first..).next().filter(is_same).filter(|found| found.unit != *unit);
        before_own.or_else(|| self.0.range(behind_own..).next().filter(is_same))
    }
}

impl CapturedPrefix {
    /// Whether the files of this one are among those of the other.
    fn is_in(&self, other: &Self) -> bool {
        self.site == other.site && self.prefix.starts_with(other.prefix.as_str())
    }
}

/// What comes before all captures of a prefix.
fn first_of(site: &Site, prefix: &str) -> CapturedPrefix {
    let unit = UnitKey::new(UnitPlace::Ecosystem);
    CapturedPrefix { site: site.clone(), prefix: prefix.into(), unit, dataset: "".into() }
}

/// What a datastore captures, if it captures files.
fn captured(
    unit: &UnitKey,
    datastore: Option<&Arc<Datastore>>,
    place: impl FnOnce(&Capture) -> ContainerPlace,
) -> BTreeSet<CapturedPrefix> {
    let Some(datastore) = datastore else { return BTreeSet::new() };
    let capture =
        datastore.capture().filter(|capture| matches!(capture.kind(), CaptureKind::ObjectFiles { .. }));
    let Some(capture) = capture else { return BTreeSet::new() };
    let ContainerPlace { site, kind } = place(capture);
    let sources = sources(capture, datastore).map(|(dataset, prefix)| CapturedPrefix {
        site: site.clone(),
        prefix: source_identity(kind.as_ref(), capture.kind(), prefix).as_ref().into(),
        unit: unit.clone(),
        dataset: dataset.clone(),
    });
    sources.collect()
}
