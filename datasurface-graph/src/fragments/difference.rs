//! What two estates do not have in common.
//!
//! This is the one place that compares two sets of fragments.

use super::{DatastoreFragment, Fragments, TransformerFragment};
use datasurface_model::{DatastoreName, Entity};
use imbl::{OrdMap, ordmap::DiffItem};
use rustc_hash::FxHashSet;
use std::sync::Arc;

/// The fragments that only one of two estates has, ordered by name. Where both have one of the same name that is not equal, they come
/// together.
pub(crate) struct FragmentsDifference<'e> {
    pub(crate) datastore_fragments: Vec<Pair<'e, DatastoreFragment>>,
    pub(crate) transformer_fragments: Vec<Pair<'e, TransformerFragment>>,
}

/// A fragment as it was and as it is.
type Pair<'e, T> = (Option<&'e Arc<T>>, Option<&'e Arc<T>>);

impl Fragments {
    /// What these fragments and newer ones do not have in common. What they share in memory is not looked into.
    pub(crate) fn difference<'e>(&'e self, newer: &'e Self) -> FragmentsDifference<'e> {
        let datastore_fragments: Vec<_> =
            differing(&self.datastore_fragments, &newer.datastore_fragments).collect();
        let changed: FxHashSet<&DatastoreName> =
            datastore_fragments.iter().filter_map(|(old, new)| Some(old.or(*new)?.name())).collect();
        // Whatever is read is supplied, so nothing is read otherwise whose supply is as it was.
        let is_read_otherwise = |transformer_fragment: &TransformerFragment| {
            transformer_fragment.sources().iter().any(|datastore| changed.contains(datastore.name()))
        };
        let differs = |(old, new): &Pair<'_, TransformerFragment>| match (old, new) {
            (Some(old), Some(new)) => {
                !old.is_same_but_for_sources(new) || is_read_otherwise(old) || is_read_otherwise(new)
            }
            _ => true,
        };
        let transformer_fragments =
            differing(&self.transformer_fragments, &newer.transformer_fragments).filter(differs).collect();
        FragmentsDifference { datastore_fragments, transformer_fragments }
    }
}

/// The values that are not equal, of both maps.
fn differing<'m, K: Ord, T: PartialEq>(
    old: &'m OrdMap<K, Arc<T>>,
    new: &'m OrdMap<K, Arc<T>>,
) -> impl Iterator<Item = Pair<'m, T>> {
    old.diff(new).map(|item| match item {
        DiffItem::Add(_, value) => (None, Some(value)),
        DiffItem::Update { old: (_, before), new: (_, after) } => (Some(before), Some(after)),
        DiffItem::Remove(_, value) => (Some(value), None),
    })
}
