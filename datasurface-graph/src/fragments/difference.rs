//! What two estates do not have in common.
//!
//! This is the one place that compares two sets of fragments.

use super::{DatastoreFragment, Fragments, Origin, TransformerFragment};
use datasurface_model::{DatastoreName, Entity, PlatformName, WorkspaceName};
use imbl::{OrdMap, ordmap::DiffItem};
use rustc_hash::FxHashSet;
use std::{collections::BTreeSet, sync::Arc};

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

    /// The same, together with what both have of these datastores, of the transformers that make or read them on a platform, and of these
    /// transformers.
    pub(crate) fn difference_with<'e>(
        &'e self,
        newer: &'e Self,
        (datastores, mut transformers): (BTreeSet<&'e DatastoreName>, BTreeSet<&'e WorkspaceName>),
        platform: &PlatformName,
    ) -> FragmentsDifference<'e> {
        let FragmentsDifference { mut datastore_fragments, mut transformer_fragments } =
            self.difference(newer);
        let pair = |name| (self.datastore_fragments.get(name), newer.datastore_fragments.get(name));
        let all = datastores.iter().map(|name| pair(*name)).flat_map(|(old, new)| [old, new]).flatten();
        transformers.extend(all.flat_map(|fragment| fragment.transformers(platform)));
        let known = datastore_fragments.iter().filter_map(|(old, new)| Some(old.or(*new)?.name()));
        let known: FxHashSet<&DatastoreName> = known.collect();
        datastore_fragments.extend(datastores.into_iter().filter(|name| !known.contains(name)).map(pair));
        let known = transformer_fragments.iter().filter_map(|(old, new)| Some(old.or(*new)?.name()));
        let known: FxHashSet<&WorkspaceName> = known.collect();
        let pair = |name| (self.transformer_fragments.get(name), newer.transformer_fragments.get(name));
        transformer_fragments.extend(transformers.into_iter().filter(|name| !known.contains(name)).map(pair));
        FragmentsDifference { datastore_fragments, transformer_fragments }
    }
}

impl DatastoreFragment {
    /// The workspace of the transformer that makes it, and those of whoever reads it on a platform: a transformer, or not.
    fn transformers(&self, platform: &PlatformName) -> impl Iterator<Item = &WorkspaceName> {
        let maker = match &self.origin {
            Origin::Made { by } => Some(by),
            Origin::Captured { .. } => None,
        };
        let readers = self.part(platform).into_iter().flat_map(|part| part.all_readers());
        maker.into_iter().chain(readers.map(|reader| &reader.consumer.group.workspace))
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
