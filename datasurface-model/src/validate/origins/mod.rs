//! Origins: where the data of a dataset comes from, as far as policies and approvals follow it.
//!
//! What is captured has the zone of its datastore, and that of the container. What a transformer makes has the origins of its inputs
//! besides; so has what is captured from a site to which data is delivered. `lineage_graph` knows who derives from what,
//! `evaluate` says what one step passes on, `implicit` what of it may be in columns that do not say so, `index` repeats that along consumers until nothing changes; `lineage_path` tells a way,
//! and `provenance` what is done to data on all of them.
//! `recapture` finds what the names of the model do not show.

mod delivered;
mod delivered_names;
mod described_column;
mod evaluate;
mod fingerprint;
mod implicit;
mod index;
mod lineage_graph;
mod lineage_path;
mod provenance;
mod recapture;
mod stated_names;

pub(crate) use delivered::ClassifiedData;
pub(super) use fingerprint::named as named_in_release;
pub(crate) use fingerprint::{ReleaseFingerprints, ReleaseKey};
pub(crate) use implicit::{ImplicitClasses, ZoneData, in_any_column};
pub(super) use index::OriginIndex;
pub(crate) use lineage_path::{LineageKey, LineagePath};
pub use provenance::Provenance;
pub use recapture::{FormerDelivery, Recapture};

use datasurface_schema::{DatasetKey, DatasetName, PolicyKey, PolicyName, ZoneName};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The origins of a dataset that derives from other data of the ecosystem. Values, never paths: how many ways lead to a dataset
/// makes no difference.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Origins {
    /// Zones whose policies hold for the data, each with those of its policies from which it was freed on the way.
    pub zones: BTreeMap<ZoneName, BTreeSet<PolicyName>>,
    /// Storage policies that data asked for by name.
    pub storage: BTreeSet<PolicyKey>,
    /// Datasets of closed datastores: who reads the data needs an approval for each.
    pub closed: BTreeSet<DatasetKey>,
    /// What may be in its columns without their saying so.
    pub(crate) implicit: ImplicitClasses,
    /// The delivered data that may be captured again here. What derives from this dataset inherits its classifications, and not these.
    pub(crate) recaptured: ClassifiedData,
}

/// The origins that datasets have besides those that follow from an ecosystem: data of earlier versions is kept with theirs.
pub type KeptOrigins = BTreeMap<DatasetKey, Origins>;

/// The origins of the datasets of one datastore.
pub(crate) type DatastoreOrigins = BTreeMap<DatasetName, Arc<Origins>>;

impl Origins {
    /// Adds what is inherited by another input. A policy holds unless every input was freed from it.
    pub fn merge(&mut self, other: &Self) {
        self.merge_all_but_closed(other);
        self.closed.extend(other.closed.iter().cloned());
    }

    fn merge_all_but_closed(&mut self, other: &Self) {
        for (zone, freed) in &other.zones {
            self.add_zone(zone, freed);
        }
        self.storage.extend(other.storage.iter().cloned());
    }

    fn add_zone(&mut self, zone: &ZoneName, freed: &BTreeSet<PolicyName>) {
        match self.zones.get_mut(zone) {
            Some(known) => known.retain(|policy| freed.contains(policy)),
            None => drop(self.zones.insert(zone.clone(), freed.clone())),
        }
    }
}
