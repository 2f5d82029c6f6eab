//! Containers by name and by site. Those that share an address are one physical database, whatever each is called; so are those that
//! share addresses with one that is between them, as two brokers that a third container names as one cluster.

use super::{PersistentMap, changes::containers, facts::Subject, index::MultiIndex, unit_diff::UnitChange};
use datasurface_ecosystem::{ContainerKind, DataContainer};
use datasurface_schema::{ContainerKey, Entity, Text};
use rustc_hash::{FxHashMap, FxHashSet};
use std::{collections::BTreeSet, sync::Arc};

/// A physical database, as far as addresses tell it from others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Site {
    /// The least of the addresses of the containers there.
    Address(Text),
    /// A container without an address is alone.
    Container(ContainerKey),
}

/// Site and kind of a container: what its sources are told apart by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ContainerPlace {
    pub(super) site: Site,
    /// None, if the container does not exist.
    pub(super) kind: Option<ContainerKind>,
}

/// The containers that are at another site than before, or of another kind, with what was before.
pub(super) type MovedContainers = FxHashMap<ContainerKey, ContainerPlace>;

/// Every container. In a valid ecosystem each name stands for one; in others, the first in canonical order answers.
#[derive(Clone, Debug, Default)]
pub(super) struct ContainerIndex {
    containers: MultiIndex<ContainerKey, DataContainer>,
    addresses: MultiIndex<Text, ContainerKey>,
    /// The sites of containers that have an address.
    sites: PersistentMap<ContainerKey, Site>,
    /// The containers at each of these sites, in order.
    residents: PersistentMap<Site, Arc<[ContainerKey]>>,
}

impl ContainerIndex {
    pub(super) fn get(&self, key: &ContainerKey) -> Option<&DataContainer> {
        self.containers.get(key)
    }

    /// The names of all containers, in no order.
    pub(super) fn keys(&self) -> impl Iterator<Item = &ContainerKey> {
        self.containers.keys()
    }

    /// The first container that has an address.
    pub(super) fn first_at(&self, address: &Text) -> Option<&ContainerKey> {
        self.addresses.get(address)
    }

    /// The containers that have an address, in canonical order.
    pub(super) fn all_at(&self, address: &Text) -> impl Iterator<Item = &ContainerKey> {
        self.addresses.all(address).map(|(_, container)| container)
    }

    /// The site of a container, whether it exists or not.
    pub(super) fn site(&self, key: &ContainerKey) -> Site {
        self.sites.get(key).cloned().unwrap_or_else(|| Site::Container(key.clone()))
    }

    /// The containers at a site, in order.
    pub(super) fn residents<'a>(&'a self, site: &'a Site) -> &'a [ContainerKey] {
        match (self.residents.get(site), site) {
            (Some(residents), _) => residents,
            (None, Site::Container(alone)) => std::slice::from_ref(alone),
            (None, Site::Address(_)) => &[],
        }
    }

    /// Follows the changes of teams, and notes which facts have another answer now.
    pub(super) fn update(
        &mut self,
        changes: &[UnitChange],
        touched: &mut FxHashSet<Subject>,
    ) -> MovedContainers {
        let mut moved = MovedContainers::default();
        let mut differing_addresses = BTreeSet::new();
        for change in changes {
            self.update_team(change, &mut moved, &mut differing_addresses, touched);
        }
        self.update_sites(&differing_addresses, &mut moved);
        touched.extend(differing_addresses.into_iter().map(Subject::Address));
        moved.retain(|key, before| self.place(key) != *before);
        moved
    }

    fn place(&self, key: &ContainerKey) -> ContainerPlace {
        ContainerPlace { site: self.site(key), kind: self.get(key).map(|container| container.kind().clone()) }
    }

    fn update_team(
        &mut self,
        change: &UnitChange,
        moved: &mut MovedContainers,
        differing_addresses: &mut BTreeSet<Text>,
        touched: &mut FxHashSet<Subject>,
    ) {
        let Some(team) = change.key.team() else { return };
        let (old, new) = (containers(change.old.as_ref()), containers(change.new.as_ref()));
        // Where several have one name or one address, all of them are made anew.
        let names: BTreeSet<_> =
            old.difference(&new).filter_map(|(old, new)| old.or(new)).map(Entity::name).collect();
        let mut own_addresses = BTreeSet::new();
        for name in names {
            let key = ContainerKey::new(&team.zone, &team.team, name);
            moved.entry(key.clone()).or_insert_with(|| self.place(&key));
            touched.insert(Subject::Container(key.clone()));
            if old.get(name).is_none() || new.get(name).is_none() {
                touched.insert(Subject::ContainerNames);
            }
            own_addresses
                .extend(old.get_all(name).chain(new.get_all(name)).flat_map(DataContainer::addresses));
            self.containers.release(&key, &change.key);
            for container in new.get_all(name) {
                self.containers.claim(key.clone(), &change.key, container.clone());
            }
        }
        if own_addresses.is_empty() {
            return;
        }
        for address in &own_addresses {
            self.addresses.release(address, &change.key);
        }
        for container in &new {
            let key = ContainerKey::new(&team.zone, &team.team, container.name());
            let claimed: BTreeSet<Text> = container.addresses().into_iter().collect();
            for address in claimed.into_iter().filter(|address| own_addresses.contains(address)) {
                self.addresses.claim(address, &change.key, key.clone());
            }
        }
        differing_addresses.extend(own_addresses);
    }

    /// Follows containers that got an address or lost one. Of what was one site, each part that is left has one of these addresses, or
    /// is one of these containers.
    fn update_sites(&mut self, differing_addresses: &BTreeSet<Text>, moved: &mut MovedContainers) {
        let mut waiting: BTreeSet<ContainerKey> = moved.keys().cloned().collect();
        let at_addresses = differing_addresses.iter().flat_map(|address| self.addresses.all(address));
        waiting.extend(at_addresses.map(|(_, container)| container.clone()));
        for container in &waiting {
            self.residents.remove(&self.site(container));
        }
        while let Some(first) = waiting.pop_first() {
            let (site, residents) = self.connected_to(&first);
            for resident in &residents {
                waiting.remove(resident);
                if self.site(resident) != site {
                    moved.entry(resident.clone()).or_insert_with(|| self.place(resident));
                    self.sites.insert(resident.clone(), site.clone());
                }
            }
            match site {
                Site::Address(_) => drop(self.residents.insert(site, residents.into_iter().collect())),
                Site::Container(alone) => drop(self.sites.remove(&alone)),
            }
        }
    }

    /// The site of a container, and all containers there.
    fn connected_to(&self, container: &ContainerKey) -> (Site, BTreeSet<ContainerKey>) {
        let mut residents = BTreeSet::from([container.clone()]);
        let mut known_addresses = BTreeSet::new();
        let mut waiting = vec![container.clone()];
        while let Some(resident) = waiting.pop() {
            for address in self.containers.all(&resident).flat_map(|(_, container)| container.addresses()) {
                if known_addresses.contains(&address) {
                    continue;
                }
                let near = self.addresses.all(&address).map(|(_, container)| container);
                waiting.extend(near.filter(|container| residents.insert((*container).clone())).cloned());
                known_addresses.insert(address);
            }
        }
        let site =
            known_addresses.pop_first().map_or_else(|| Site::Container(container.clone()), Site::Address);
        (site, residents)
    }
}
