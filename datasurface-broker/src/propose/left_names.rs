//! Names that stay taken: data of datasets that are not declared any more is held, or was rendered and may be there until an apply is recorded.

use super::{PlanMemory, memory::Round};
use datasurface_graph::StorageOf;
use datasurface_model::{DatasetKey, DatastoreName, Ecosystem, Valid};
use datasurface_state::rendered::RenderedIndex;
use datasurface_state::{
    Lock, PlatformRecord,
    storage::{DeclaredNames, StorageRecord, StoredData},
};
use std::collections::BTreeSet;

/// What the last plan judged, and what it was judged with.
#[derive(Debug, Default)]
pub(super) struct LeftMemory(Option<Judged>);

#[derive(Debug)]
struct Judged {
    /// The round whose renderings are judged.
    round: Round,
    ecosystem: Valid<Ecosystem>,
    names: StorageRecord,
    /// What is stored, and not rendered.
    others: BTreeSet<DatasetKey>,
    stored: StoredData,
}

/// Records in the lock what is left, and who owns what is stored.
pub(super) fn remember(
    lock: &mut Lock,
    ecosystem: &Valid<Ecosystem>,
    records: &[PlatformRecord],
    (memory, round): (&mut PlanMemory, Round),
) {
    let held = lock.all_held().map(|(_, held)| &held.holds.dataset);
    let others: BTreeSet<DatasetKey> =
        held.chain(records.iter().flat_map(|record| &record.left)).cloned().collect();
    let names = lock.storage_names().clone();
    let index = &mut memory.rounds.entry(round).or_default().index;
    let rendered = index.take_touched();
    let known = memory.left.0.take().filter(|known| known.round == round);
    let since = known.as_ref().and_then(|known| known.touched(ecosystem, &names));
    let (mut stored, touched) = match (known, since) {
        (Some(known), Some(since)) => {
            let others = known.others.iter().chain(&others).map(|dataset| dataset.datastore.clone());
            (known.stored, others.chain(since).chain(rendered).collect::<BTreeSet<_>>())
        }
        _ => {
            let others = others.iter().map(|dataset| dataset.datastore.clone());
            (StoredData::default(), others.chain(index.stores()).collect())
        }
    };
    let declared = DeclaredNames::new(ecosystem, &names);
    for store in &touched {
        stored.judge(&declared, store, stored_of(store, index, &others));
    }
    lock.remember_left(ecosystem, &stored);
    memory.left = LeftMemory(Some(Judged { round, ecosystem: ecosystem.clone(), names, others, stored }));
}

impl Judged {
    /// Returns the storage names of the datastores that are declared otherwise than before; `None` if all have to be judged again.
    fn touched(&self, ecosystem: &Valid<Ecosystem>, names: &StorageRecord) -> Option<Vec<DatastoreName>> {
        let changes = ecosystem.changes_since(&self.ecosystem);
        let is_frame_changed =
            changes.is_ecosystem_changed || !changes.zones.is_empty() || !changes.teams.is_empty();
        let (renamed, _) = names.renamed_since(&self.names).filter(|_| !is_frame_changed)?;
        let touched = changes.datastores.iter().chain(&renamed);
        Some(touched.flat_map(|store| [names.datastore(store), self.names.datastore(store)]).collect())
    }
}

/// The datasets of a datastore of which data is stored, by storage names.
fn stored_of<'s>(
    store: &'s DatastoreName,
    rendered: &'s RenderedIndex,
    others: &'s BTreeSet<DatasetKey>,
) -> impl Iterator<Item = &'s DatasetKey> {
    let others = others.range(DatasetKey::new(store, "")..).take_while(move |key| key.datastore == *store);
    rendered.stored_of(store).chain(others)
}
