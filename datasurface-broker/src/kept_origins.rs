//! Rows of before: who reads the versions of a dataset reads what was derived under earlier models, too.

use crate::placed::Placed;
use chrono::NaiveDate;
use datasurface_graph::Custody;
use datasurface_model::{
    DatasetKey, Diagnostic, Ecosystem, Findings, KeptOrigins, ModelPath, Origins, Valid, segment,
};
use datasurface_state::{Lock, OriginRecord};

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
        let has_versions = |custody: &Custody| custody.history || custody.retention.is_some();
        owed.chain(held).filter(has_versions).reduce(Custody::join)
    }
}

/// Returns what policies and approvals deny of rows of before.
pub(crate) fn denied(ecosystem: &Valid<Ecosystem>, kept: KeptOrigins) -> Findings {
    if kept.is_empty() {
        return Findings::default();
    }
    let keeping: Vec<_> =
        kept.iter().filter_map(|(dataset, origins)| place(ecosystem, dataset, origins)).collect();
    let denied = ecosystem.denied_with(kept);
    denied.iter().map(|finding| explained(finding.clone(), &keeping)).collect()
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
