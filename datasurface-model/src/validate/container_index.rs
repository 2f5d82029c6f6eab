//! Containers by name and by site. Those that share an address are one physical database, whatever each is called, and so is a prefix of
//! a bucket with a container that has all of it; so are those that one between them joins, as two brokers that a third container names
//! as one cluster.

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
    /// The containers that are a part of what has an address, or at a host.
    inner: MultiIndex<Text, ContainerKey>,
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
        let mut differing = DifferingAddresses::default();
        for change in changes {
            self.update_team(change, &mut moved, &mut differing, touched);
        }
        self.update_sites(&differing, &mut moved);
        touched.extend(differing.own.into_iter().map(Subject::Address));
        moved.retain(|key, before| self.place(key) != *before);
        moved
    }

    /// The site and the kind of a container, whether it exists or not.
    pub(super) fn place(&self, key: &ContainerKey) -> ContainerPlace {
        ContainerPlace { site: self.site(key), kind: self.get(key).map(|container| container.kind().clone()) }
    }

    fn update_team(
        &mut self,
        change: &UnitChange,
        moved: &mut MovedContainers,
        differing: &mut DifferingAddresses,
        touched: &mut FxHashSet<Subject>,
    ) {
        let Some(team) = change.key.team() else { return };
        let (old, new) = (containers(change.old.as_ref()), containers(change.new.as_ref()));
        // Where several have one name or one address, all of them are made anew.
        let names: BTreeSet<_> =
            old.difference(&new).filter_map(|(old, new)| old.or(new)).map(Entity::name).collect();
        let mut addresses = DifferingAddresses::default();
        for name in names {
            let key = ContainerKey::new(&team.zone, &team.team, name);
            moved.entry(key.clone()).or_insert_with(|| self.place(&key));
            touched.insert(Subject::Container(key.clone()));
            if old.get(name).is_none() || new.get(name).is_none() {
                touched.insert(Subject::ContainerNames);
            }
            old.get_all(name).chain(new.get_all(name)).for_each(|container| addresses.add(container));
            self.containers.release(&key, &change.key);
            for container in new.get_all(name) {
                self.containers.claim(key.clone(), &change.key, container.clone());
            }
        }
        if addresses.own.is_empty() {
            return;
        }
        addresses.own.iter().for_each(|address| self.addresses.release(address, &change.key));
        addresses
            .outer
            .iter()
            .chain(&addresses.hosts)
            .for_each(|address| self.inner.release(address, &change.key));
        for container in &new {
            let key = ContainerKey::new(&team.zone, &team.team, container.name());
            let claims = DifferingAddresses::of(container);
            for address in claims.own.intersection(&addresses.own) {
                self.addresses.claim(address.clone(), &change.key, key.clone());
            }
            let outer = claims.outer.intersection(&addresses.outer);
            for address in outer.chain(claims.hosts.intersection(&addresses.hosts)) {
                self.inner.claim(address.clone(), &change.key, key.clone());
            }
        }
        differing.own.append(&mut addresses.own);
        differing.outer.append(&mut addresses.outer);
        differing.hosts.append(&mut addresses.hosts);
    }

    /// Follows containers that got an address or lost one. Of what was one site, each part that is left has one of these addresses, is a
    /// part of what had one, or is one of these containers.
    fn update_sites(&mut self, differing: &DifferingAddresses, moved: &mut MovedContainers) {
        let mut waiting: BTreeSet<ContainerKey> = moved.keys().cloned().collect();
        waiting.extend(differing.own.iter().flat_map(|address| self.joined_by(address)).cloned());
        waiting.extend(differing.outer.iter().flat_map(|address| self.all_at(address)).cloned());
        waiting.extend(differing.hosts.iter().flat_map(|address| self.joined_by(address)).cloned());
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
            let containers = self.containers.all(&resident).map(|(_, container)| container);
            for address in containers.flat_map(|container| self.joining_addresses(container)) {
                if known_addresses.contains(&address) {
                    continue;
                }
                let near = self.joined_by(&address);
                waiting.extend(near.filter(|container| residents.insert((*container).clone())).cloned());
                known_addresses.insert(address);
            }
        }
        let site =
            known_addresses.pop_first().map_or_else(|| Site::Container(container.clone()), Site::Address);
        (site, residents)
    }

    /// The addresses that join a container with others: its own, those of containers that it is a part of, and those of hosts.
    fn joining_addresses(&self, container: &DataContainer) -> impl Iterator<Item = Text> {
        let outer = container.outer_addresses().into_iter();
        let outer = outer.filter(|address| self.first_at(address).is_some());
        container.addresses().into_iter().chain(outer).chain(container.host_addresses())
    }

    /// The containers that have an address, and those that are a part of them.
    fn joined_by(&self, address: &Text) -> impl Iterator<Item = &ContainerKey> {
        self.all_at(address).chain(self.inner.all(address).map(|(_, container)| container))
    }
}

/// The addresses of containers that changed.
#[derive(Default)]
struct DifferingAddresses {
    own: BTreeSet<Text>,
    /// Of what the containers are a part of.
    outer: BTreeSet<Text>,
    /// Of what is at their hosts, by whichever port.
    hosts: BTreeSet<Text>,
}

impl DifferingAddresses {
    fn of(container: &DataContainer) -> Self {
        let mut addresses = Self::default();
        addresses.add(container);
        addresses
    }

    fn add(&mut self, container: &DataContainer) {
        self.own.extend(container.addresses());
        self.outer.extend(container.outer_addresses());
        self.hosts.extend(container.host_addresses());
    }
}
