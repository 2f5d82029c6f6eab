//! Containers in use that another zone declares by now: policies of the zone held for what is captured from them and delivered to them.

use super::{
    approval::RequiredApproval,
    changed_model::ChangedModel,
    required::{declarations, team_path},
};
use datasurface_model::{
    ContainerKey, DataContainer, Ecosystem, Entity, ModelPath, Text, Valid, ownership::OwnedPart, segment,
};
use std::collections::{BTreeMap, BTreeSet};

/// A container is known by its address: no team of another zone can call it by the name that it had.
pub(super) fn of_zones(change: &ChangedModel<'_>, required: &mut Vec<RequiredApproval>) {
    let before = AddressedContainers::new(&change.pruned.old);
    for (key, container) in containers(&change.pruned.new) {
        let former_zone = change.former.part(&OwnedPart::Zone(key.zone.clone()));
        for old in before.overlapping(container) {
            let left = OwnedPart::Zone(old.zone.clone());
            if left == former_zone || !(is_used(change.old, old) || is_used(change.new, &key)) {
                continue;
            }
            let Some(owner) = left.owner(change.old) else { continue };
            required.push(RequiredApproval {
                path: path_of(&key),
                part: OwnedPart::Team(key.team_key()),
                owner: owner.clone(),
                reason: format!("the container `{old}` leaves {left}, whose policies held for what is in it"),
                related: path_of(old),
            });
        }
    }
}

/// The containers of an ecosystem by their addresses, and by those of what they are a part of.
#[derive(Default)]
struct AddressedContainers {
    own: BTreeMap<Text, BTreeSet<ContainerKey>>,
    outer: BTreeMap<Text, BTreeSet<ContainerKey>>,
}

impl AddressedContainers {
    fn new(ecosystem: &Ecosystem) -> Self {
        let mut found = Self::default();
        for (key, container) in containers(ecosystem) {
            for address in container.addresses() {
                found.own.entry(address).or_default().insert(key.clone());
            }
            for address in container.outer_addresses() {
                found.outer.entry(address).or_default().insert(key.clone());
            }
        }
        found
    }

    /// The containers that are the same physical database as this one, or a part of it, or have all of it.
    fn overlapping(&self, container: &DataContainer) -> BTreeSet<&ContainerKey> {
        let (own, outer) = (container.addresses(), container.outer_addresses());
        let same = own.iter().chain(&outer).filter_map(|address| self.own.get(address));
        let inner = own.iter().filter_map(|address| self.outer.get(address));
        same.chain(inner).flatten().collect()
    }
}

/// Whether anything is captured from a container, or delivered to it.
fn is_used(ecosystem: &Valid<Ecosystem>, key: &ContainerKey) -> bool {
    let is_delivered =
        || ecosystem.workspaces().iter().any(|workspace| workspace.entity.container() == Some(key));
    ecosystem.captured_from(key).next().is_some() || is_delivered()
}

fn containers(ecosystem: &Ecosystem) -> impl Iterator<Item = (ContainerKey, &DataContainer)> {
    declarations(ecosystem).flat_map(|(team, declaration)| {
        let own = declaration.definition().into_iter().flat_map(|definition| definition.containers());
        own.map(move |container| (ContainerKey::new(&team.zone, &team.team, container.name()), container))
    })
}

fn path_of(key: &ContainerKey) -> ModelPath {
    team_path(&key.team_key()).child(segment::CONTAINERS, &key.container)
}
