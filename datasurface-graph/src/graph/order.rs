//! The canonical order of a graph's nodes: that of their keys.

use super::At;
use crate::estate::{Derivation, Estate, Export, Supply};
use datasurface_model::{ContainerKey, PlatformName};
use rustc_hash::FxHashMap;
use std::{cmp::Ordering, sync::Arc};

/// Where the nodes are, in the order of their keys: exports, ingests, transforms, triggers.
#[derive(Debug)]
pub(super) struct Order {
    /// By name, and the place of the platform's part in each.
    supplies: Vec<(Arc<Supply>, usize)>,
    /// By workspace.
    derivations: Vec<Arc<Derivation>>,
    /// By container, datastore and dataset: the places of supplies, and of exports in them.
    exports: Vec<(u32, u32)>,
    /// By datastore and dataset: the places of supplies, and of ingests in them.
    ingests: Vec<(u32, u32)>,
}

impl Order {
    pub(super) fn of(estate: &Estate, platform: &PlatformName) -> Self {
        let supplies: Vec<(Arc<Supply>, usize)> = estate
            .supplies
            .values()
            .filter_map(|supply| {
                let part = supply.parts().iter().position(|part| part.platform == *platform)?;
                Some((Arc::clone(supply), part))
            })
            .collect();
        let derivations = estate.derivations.values();
        let mut order = Self {
            exports: Vec::new(),
            ingests: Vec::new(),
            supplies,
            derivations: derivations.filter(|derivation| derivation.on == *platform).cloned().collect(),
        };
        let mut by_container: FxHashMap<&ContainerKey, Vec<(u32, u32)>> = FxHashMap::default();
        for (at, part) in order
            .supplies
            .iter()
            .enumerate()
            .filter_map(|(at, (supply, part))| Some((short(at), supply.parts().get(*part)?)))
        {
            order.ingests.extend((0..part.ingests.len()).map(|ingest| (at, short(ingest))));
            for (export, Export { site, .. }) in part.exports.iter().enumerate() {
                by_container.entry(&site.key).or_default().push((at, short(export)));
            }
        }
        let mut containers: Vec<_> = by_container.into_iter().collect();
        containers.sort_unstable_by_key(|(container, _)| *container);
        order.exports = containers.into_iter().flat_map(|(_, exports)| exports).collect();
        order
    }

    pub(super) fn len(&self) -> usize {
        self.exports.len() + self.ingests.len() + 2 * self.derivations.len()
    }

    /// The position of a node.
    pub(super) fn position(&self, at: At<'_>) -> Option<usize> {
        let name_at = |at: u32| self.supplies.get(at as usize).map(|(supply, _)| supply.name());
        let ingests = self.exports.len();
        match at {
            At::Export { supply, export, .. } => {
                let place = |(at, other): &(u32, u32)| {
                    let other = self.export(*at, *other)?;
                    let container = other.site.cmp_key(&export.site);
                    let datastore = name_at(*at)?.cmp(supply.name());
                    Some(container.then(datastore).then(other.dataset.cmp(&export.dataset)))
                };
                self.exports.binary_search_by(|known| place(known).unwrap_or(Ordering::Less)).ok()
            }
            At::Ingest { supply, part, ingest } => {
                let first = self.ingests.partition_point(|(at, _)| name_at(*at) < Some(supply.name()));
                let among = part.position(ingest)?;
                Some(ingests + first + among)
            }
            At::Transform(derivation) => Some(ingests + self.ingests.len() + self.derivation(derivation)?),
            At::Trigger(derivation) => {
                let transforms = ingests + self.ingests.len();
                Some(transforms + self.derivations.len() + self.derivation(derivation)?)
            }
        }
    }

    fn derivation(&self, derivation: &Derivation) -> Option<usize> {
        self.derivations.binary_search_by(|other| other.name().cmp(derivation.name())).ok()
    }

    fn export(&self, supply: u32, export: u32) -> Option<&Export> {
        let (supply, part) = self.supplies.get(supply as usize)?;
        supply.parts().get(*part)?.exports.get(export as usize)
    }

    /// The node at a position.
    #[expect(
        clippy::indexing_slicing,
        reason = "positions are below the length, and the order never changes"
    )]
    pub(super) fn at(&self, position: usize) -> At<'_> {
        let part = |at: u32| {
            let (supply, part) = &self.supplies[at as usize];
            (&**supply, &supply.parts()[*part])
        };
        if let Some((at, export)) = self.exports.get(position) {
            let (supply, part) = part(*at);
            return At::Export { supply, part, export: &part.exports[*export as usize] };
        }
        let position = position - self.exports.len();
        if let Some((at, ingest)) = self.ingests.get(position) {
            let (supply, part) = part(*at);
            return At::Ingest { supply, part, ingest: &part.ingests[*ingest as usize] };
        }
        let position = position - self.ingests.len();
        match self.derivations.get(position) {
            Some(derivation) => At::Transform(derivation),
            None => At::Trigger(&self.derivations[position - self.derivations.len()]),
        }
    }
}

/// More than u32::MAX units do not fit in memory.
fn short(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
