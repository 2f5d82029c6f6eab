//! Rows of before: who reads the versions of a dataset reads what was derived under earlier models, too.

use crate::placed::Placed;
use chrono::NaiveDate;
use datasurface_graph::{Custody, RetentionPeriod, StorageOf};
use datasurface_model::{
    DatasetKey, Diagnostic, Ecosystem, Entity, Findings, ModelPath, Origins, Valid, segment,
};
use datasurface_state::{ForeignOrigins, Lock, OriginRecord, Owed, storage::StorageRecord};
use std::collections::BTreeMap;

/// How many of the datasets that keep rows a finding names.
const NAMED: usize = 3;

impl Placed {
    /// Follows the origins of data that is stored: what `lock` holds is among it. An earlier outcome, whatever it is of, saves work.
    pub(crate) fn follow_origins(&self, lock: &Lock, earlier: Option<&Self>) -> OriginRecord {
        self.follow_origins_with(lock, earlier, &Owed::new())
    }

    /// The same, where something else is stored as well: what stays though the model does not ask for it.
    pub(crate) fn follow_origins_with(
        &self,
        lock: &Lock,
        earlier: Option<&Self>,
        others: &Owed,
    ) -> OriginRecord {
        self.owed.get_or_init(|| self.compute_owed(earlier));
        let mut held = held_until_let_go(lock);
        for (dataset, custody) in others {
            let known = held.entry(dataset).or_default();
            *known = known.join(until_let_go(*custody));
        }
        self.followed(&self.given, |dataset| self.asked_of(dataset, &held))
    }

    fn followed(&self, before: &Lock, kept: impl Fn(&DatasetKey) -> Option<Custody>) -> OriginRecord {
        let of_before = self.origins_of_before.as_ref();
        before.origins.follow(&self.foreign_origins, of_before, kept, judged_on(&self.ecosystem))
    }

    /// What is asked for of a dataset that is stored, by its storage name; what is held stays until it is let go. None if nobody asks for it.
    fn asked_of(&self, dataset: &DatasetKey, held: &BTreeMap<&DatasetKey, Custody>) -> Option<Custody> {
        let owed = self.owed.get_or_init(|| self.compute_owed(None)).values();
        let owed = owed.filter_map(|owed| owed.get(dataset).copied());
        owed.chain(held.get(dataset).copied()).reduce(Custody::join)
    }

    /// Returns the datasets, by storage names, of whose rows of before the given lock says what neither an earlier one says, nor placing makes of
    /// that.
    pub(crate) fn unaccounted_origins(&self, earlier: &Lock, on: NaiveDate) -> Vec<DatasetKey> {
        if self.given.origins == earlier.origins {
            return Vec::new();
        }
        let held = held_until_let_go(&self.lock);
        let kept = |dataset: &DatasetKey| self.asked_of(dataset, &held);
        let followed = self.followed(earlier, kept);
        self.given.origins.unaccounted(&earlier.origins, &followed, kept, on)
    }
}

/// What is held of datasets, by their storage names, as long as nobody lets it go.
fn held_until_let_go(lock: &Lock) -> BTreeMap<&DatasetKey, Custody> {
    let mut kept: BTreeMap<&DatasetKey, Custody> = BTreeMap::new();
    for (_, state) in lock.all_held() {
        let custody = until_let_go(state.holds.custody);
        let known = kept.entry(&state.holds.dataset).or_insert(custody);
        *known = known.join(custody);
    }
    kept
}

fn until_let_go(held: Custody) -> Custody {
    Custody { retention: Some(RetentionPeriod::ForEver), ..held }
}

fn judged_on(ecosystem: &Valid<Ecosystem>) -> NaiveDate {
    ecosystem.validated_on().unwrap_or(NaiveDate::MIN)
}

/// Returns the ecosystem where rows of before have their origins; `None` if there are none that matter.
///
/// # Errors
///
/// If policies or approvals deny such rows to somebody.
pub(crate) fn with_rows_of_before(
    ecosystem: &Valid<Ecosystem>,
    foreign_origins: &ForeignOrigins,
    lock: &Lock,
    names: &StorageRecord,
) -> Result<Option<Valid<Ecosystem>>, Findings> {
    if lock.origins.is_empty() {
        return Ok(None);
    }
    let on = judged_on(ecosystem);
    let follow = |kept: &dyn Fn(&DatasetKey) -> Option<Custody>| {
        lock.origins.follow(foreign_origins, None, kept, on).former(ecosystem, names)
    };
    // Who asks for what matters only where something may be there besides.
    let for_ever = Custody { live: true, history: true, retention: Some(RetentionPeriod::ForEver) };
    if follow(&|_| Some(for_ever)).is_empty() {
        return Ok(None);
    }
    let kept = asked_for(ecosystem, lock, names);
    let former = follow(&|dataset| kept.get(dataset).copied());
    if former.is_empty() {
        return Ok(None);
    }
    let keeping: Vec<_> =
        former.iter().filter_map(|(dataset, origins)| KeptRows::new(ecosystem, dataset, origins)).collect();
    let explained =
        |denied: Findings| denied.iter().map(|finding| explained(finding.clone(), &keeping)).collect();
    ecosystem.with_kept_origins(former).map(Some).map_err(explained)
}

/// What a model and a lock ask for. A transformer reads its inputs as they are.
fn asked_for(
    ecosystem: &Valid<Ecosystem>,
    lock: &Lock,
    names: &StorageRecord,
) -> BTreeMap<DatasetKey, Custody> {
    let workspaces = ecosystem.workspaces().into_iter().map(|found| &found.entity);
    let owed = workspaces.flat_map(|workspace| {
        let is_consumer = workspace.transformer().is_none();
        workspace.groups().iter().flat_map(move |group| {
            let custody = Custody::for_consumer(group.requirements());
            let custody = if is_consumer { custody } else { Custody::default() };
            group.sinks().iter().map(move |sink| (names.dataset(sink.name()), custody))
        })
    });
    let held = held_until_let_go(lock);
    let held = held.into_iter().map(|(dataset, custody)| (dataset.clone(), custody));
    let mut kept: BTreeMap<DatasetKey, Custody> = BTreeMap::new();
    for (dataset, custody) in owed.chain(held) {
        let known = kept.entry(dataset).or_insert(custody);
        *known = known.join(custody);
    }
    kept
}

/// Rows of before in a dataset, for people.
struct KeptRows {
    dataset: DatasetKey,
    path: ModelPath,
    derived_from: String,
}

impl KeptRows {
    fn new(ecosystem: &Valid<Ecosystem>, dataset: &DatasetKey, origins: &Origins) -> Option<Self> {
        let store = ecosystem.datastore(&dataset.datastore)?;
        let zones = origins.zones.keys().filter(|zone| **zone != store.team.zone);
        let zones = zones.map(|zone| format!("data of `{zone}`"));
        let closed = origins.closed.iter().map(|closed| format!("`{closed}`"));
        let derived_from: Vec<String> = zones.chain(closed).collect();
        let path = store.path().child(segment::DATASETS, &dataset.dataset);
        Some(Self { dataset: dataset.clone(), path, derived_from: derived_from.join(", ") })
    }
}

/// A finding that nothing but rows of before accounts for: of the dataset that it is about, or of some that this one may derive from.
fn explained(finding: Diagnostic, keeping: &[KeptRows]) -> Diagnostic {
    let place = finding.path().to_string();
    let own = keeping.iter().find(|kept| place.ends_with(&format!("/{}", kept.dataset)));
    let shown = own.map_or(keeping, std::slice::from_ref).iter().take(NAMED);
    let help = "wait until rows of before are over, or let the owner of what they derive from waive this; or give the dataset that is derived \
                otherwise another name, so that it begins with nothing";
    shown
        .fold(finding, |finding, kept| {
            finding.related_place(
                kept.path.clone(),
                format!("has rows that were derived from {}", kept.derived_from),
            )
        })
        .with_help(help)
}
