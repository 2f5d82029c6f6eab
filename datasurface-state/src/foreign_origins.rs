//! What data derives from besides its own zone, by the model of now: kept up from one version of an ecosystem to the next, datastore by
//! datastore.

use crate::{kept_origins::StoredOrigins, storage::StorageRecord};
use datasurface_graph::StorageOf;
use datasurface_model::{DatasetKey, Datastore, DatastoreName, Ecosystem, Entity, Located, Origins, Valid};
use imbl::OrdMap;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The origins of all that derives from data of others, and of what is captured from a container of another zone, by storage names. Cheap
/// to clone.
#[derive(Clone, Debug)]
pub struct ForeignOrigins {
    ecosystem: Valid<Ecosystem>,
    names: StorageRecord,
    datastores: OrdMap<DatastoreName, Arc<BTreeMap<DatasetKey, StoredOrigins>>>,
}

impl ForeignOrigins {
    /// Finds the origins of the data of an ecosystem. Those of an earlier one, whatever it is, save work: the cost follows the difference.
    #[must_use]
    pub fn since(earlier: Option<&Self>, ecosystem: &Valid<Ecosystem>, names: &StorageRecord) -> Self {
        let earlier = earlier.filter(|earlier| earlier.names == *names);
        let mut datastores = earlier.map(|earlier| earlier.datastores.clone()).unwrap_or_default();
        let changed: BTreeSet<DatastoreName> = match earlier {
            Some(earlier) => {
                let changes = ecosystem.changes_since(&earlier.ecosystem).datastores;
                let derived = ecosystem.changed_origins_since(&earlier.ecosystem);
                changes.iter().chain(derived).cloned().collect()
            }
            None => ecosystem.datastores().into_iter().map(|found| found.entity.name().clone()).collect(),
        };
        for name in changed {
            let found = ecosystem.datastore(&name).map(|found| of_datastore(ecosystem, found, names));
            match found.filter(|found| !found.is_empty()) {
                Some(found) => drop(datastores.insert(name, Arc::new(found))),
                None => drop(datastores.remove(&name)),
            }
        }
        Self { ecosystem: ecosystem.clone(), names: names.clone(), datastores }
    }

    /// The origins of each dataset that has some.
    pub(crate) fn by_dataset(&self) -> BTreeMap<DatasetKey, StoredOrigins> {
        let all = self.datastores.values().flat_map(|datasets| datasets.iter());
        all.map(|(dataset, origins)| (dataset.clone(), origins.clone())).collect()
    }
}

/// The origins of the datasets of one datastore, by storage names.
fn of_datastore(
    ecosystem: &Valid<Ecosystem>,
    found: &Located<Datastore>,
    names: &StorageRecord,
) -> BTreeMap<DatasetKey, StoredOrigins> {
    let (store, own) = (&found.entity, &found.team.zone);
    let source = store.capture().map(|capture| &capture.container().zone).filter(|zone| *zone != own);
    let is_of_others = |origins: &&Origins| {
        !origins.closed.is_empty()
            || !origins.storage.is_empty()
            || origins.zones.keys().any(|zone| zone != own)
    };
    let origins = store.datasets().names().filter_map(|dataset| {
        let key = DatasetKey::new(store.name(), dataset);
        let derived = ecosystem.origins(&key).filter(is_of_others);
        let derived = derived.map(|origins| StoredOrigins::new(origins, names));
        let captured = || source.map(|source| StoredOrigins::captured([source, own], names));
        Some((names.dataset(&key), derived.or_else(captured)?))
    });
    origins.collect()
}
