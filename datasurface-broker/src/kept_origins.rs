//! Rows of before: who reads the versions of a dataset reads what was derived under earlier models, too.

use crate::placed::Placed;
use chrono::NaiveDate;
use datasurface_graph::{Custody, StorageOf};
use datasurface_model::{
    DatasetKey, Diagnostic, Ecosystem, Entity, Findings, ModelPath, Origins, Valid, segment,
};
use datasurface_state::{Lock, OriginRecord, storage::StorageRecord};
use std::collections::BTreeMap;

/// How many of the datasets that keep rows a finding names.
const NAMED: usize = 3;

impl Placed {
    /// Follows the origins of data whose versions are kept: what `lock` holds is among it. An earlier outcome, whatever it is of, saves work.
    pub(crate) fn follow_origins(&self, lock: &Lock, earlier: Option<&Self>) -> OriginRecord {
        let on = self.ecosystem.validated_on().unwrap_or(NaiveDate::MIN);
        let kept = |dataset: &DatasetKey| self.kept_versions(dataset, lock, earlier);
        self.given.origins.follow(&self.ecosystem, lock.storage_names(), kept, on)
    }

    /// Returns the datasets, by storage names, of whose rows of before the given lock knows less than another one does.
    pub(crate) fn lost_origins(&self, earlier: &Lock, on: NaiveDate) -> Vec<DatasetKey> {
        self.given.origins.lost(&earlier.origins, |dataset| self.kept_versions(dataset, &self.lock, None), on)
    }

    /// The versions of a dataset, by its storage name, that are kept: for those who ask for them, and for others. None if none are.
    fn kept_versions(&self, dataset: &DatasetKey, lock: &Lock, earlier: Option<&Self>) -> Option<Custody> {
        let owed = self.owed.get_or_init(|| self.compute_owed(earlier));
        let owed = owed.values().filter_map(|owed| owed.get(dataset).copied());
        let held = lock.all_held().map(|(_, held)| &held.holds);
        let held = held.filter(|held| held.dataset == *dataset).map(|held| held.custody);
        owed.chain(held).filter(|custody| custody.keeps_versions()).reduce(Custody::join)
    }
}

/// Returns the ecosystem where rows of before have their origins; `None` if there are none that matter.
///
/// # Errors
///
/// If policies or approvals deny such rows to somebody.
pub(crate) fn with_rows_of_before(
    ecosystem: &Valid<Ecosystem>,
    lock: &Lock,
    names: &StorageRecord,
) -> Result<Option<Valid<Ecosystem>>, Findings> {
    if lock.origins.is_empty() {
        return Ok(None);
    }
    let on = ecosystem.validated_on().unwrap_or(NaiveDate::MIN);
    // Who asks for versions matters only where something may be kept besides.
    let for_ever = Custody { live: true, history: true, retention: None };
    let if_kept = lock.origins.follow(ecosystem, names, |_| Some(for_ever), on);
    if if_kept.former(ecosystem, names).is_empty() {
        return Ok(None);
    }
    let kept = kept_versions(ecosystem, lock, names);
    let followed = lock.origins.follow(ecosystem, names, |dataset| kept.get(dataset).copied(), on);
    let former = followed.former(ecosystem, names);
    if former.is_empty() {
        return Ok(None);
    }
    let keeping: Vec<_> =
        former.iter().filter_map(|(dataset, origins)| place(ecosystem, dataset, origins)).collect();
    let explained =
        |denied: Findings| denied.iter().map(|finding| explained(finding.clone(), &keeping)).collect();
    ecosystem.with_kept_origins(former).map(Some).map_err(explained)
}

/// The versions that are kept by what a model and a lock say, by storage names. A transformer reads its inputs as they are.
fn kept_versions(
    ecosystem: &Valid<Ecosystem>,
    lock: &Lock,
    names: &StorageRecord,
) -> BTreeMap<DatasetKey, Custody> {
    let workspaces = ecosystem.workspaces().into_iter().map(|found| &found.entity);
    let groups = workspaces.filter(|one| one.transformer().is_none()).flat_map(|one| one.groups());
    let owed = groups.flat_map(|group| {
        let custody = Custody::for_consumer(group.requirements());
        group.sinks().iter().map(move |sink| (names.dataset(sink.name()), custody))
    });
    let held = lock.all_held().map(|(_, held)| (held.holds.dataset.clone(), held.holds.custody));
    let mut kept: BTreeMap<DatasetKey, Custody> = BTreeMap::new();
    for (dataset, custody) in owed.chain(held).filter(|(_, custody)| custody.keeps_versions()) {
        let known = kept.entry(dataset).or_insert(custody);
        *known = known.join(custody);
    }
    kept
}

/// Where rows of before are kept, and what they were derived from.
fn place(
    ecosystem: &Valid<Ecosystem>,
    dataset: &DatasetKey,
    origins: &Origins,
) -> Option<(ModelPath, String)> {
    let store = ecosystem.datastore(&dataset.datastore)?;
    let zones =
        origins.zones.keys().filter(|zone| **zone != store.team.zone).map(|zone| format!("data of `{zone}`"));
    let from: Vec<String> = zones.chain(origins.closed.iter().map(|closed| format!("`{closed}`"))).collect();
    let path = store.path().child(segment::DATASETS, &dataset.dataset);
    Some((path, format!("keeps rows that were derived from {}", from.join(", "))))
}

/// A finding that nothing but rows of before accounts for.
fn explained(finding: Diagnostic, keeping: &[(ModelPath, String)]) -> Diagnostic {
    let help = "derive it from the same as before, give what is derived otherwise another name, or let the owner of the rows waive this; or \
                wait until the versions of before are over";
    keeping
        .iter()
        .take(NAMED)
        .fold(finding, |finding, (path, keeps)| finding.related_place(path.clone(), keeps.as_str()))
        .with_help(help)
}
