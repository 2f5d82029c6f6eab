//! Comparison of two renderings: which resources come, stay and differ, and go, whatever scope they are in.

use super::{AttributeDifference, ScopeChange, ScopeRecord, attribute_difference};
use crate::{
    error::{PlatformError, PlatformErrorKind},
    held::HeldState,
    rendering::{FileRecord, Resource, ResourceAddress, SafePath},
    view::Scope,
};
use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

/// A resource that is on both sides, and what it is, what it needs, what it holds or the file that declares it differs.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ResourceChange<'a> {
    /// The resource as it was.
    pub before: &'a Resource,
    /// The resource as it is.
    pub after: &'a Resource,
}

impl ResourceChange<'_> {
    /// The names of the attributes that differ. None if only the text of its file does, or what it needs first.
    #[must_use]
    pub fn attributes(&self) -> BTreeSet<&str> {
        let names = self.before.attributes().keys().chain(self.after.attributes().keys());
        names
            .filter(|name| self.before.attributes().get(*name) != self.after.attributes().get(*name))
            .map(String::as_str)
            .collect()
    }

    /// Every value in the attributes that differs, ordered by path.
    #[must_use]
    pub fn differences(&self) -> Vec<AttributeDifference> {
        attribute_difference::between(self.before.attributes(), self.after.attributes())
    }
}

/// A change that a platform judges: of a resource that comes, stays and differs, or goes.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum JudgedChange<'a> {
    /// A resource that was not there.
    Created(&'a Resource),
    /// A resource that stays and differs.
    Changed(ResourceChange<'a>),
    /// A resource that goes. Where it holds data, the effect is a loss of data, whatever the judgement says.
    Retired(&'a Resource),
}

impl JudgedChange<'_> {
    /// The address of the resource.
    #[must_use]
    pub fn address(&self) -> &ResourceAddress {
        match self {
            Self::Created(resource) | Self::Retired(resource) => resource.address(),
            Self::Changed(change) => change.after.address(),
        }
    }
}

/// A change that a platform judges, and the scope of the resource: of one that goes, the scope in which it was.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PlacedChange<'a> {
    /// The scope.
    pub scope: &'a Scope,
    /// The change.
    pub change: JudgedChange<'a>,
}

/// One side of the change.
#[derive(Default)]
pub(super) struct ChangeSide<'s> {
    pub(super) resources: BTreeMap<&'s ResourceAddress, ScopedResource<'s>>,
    records: BTreeMap<&'s Scope, &'s ScopeRecord>,
}

/// A resource, and where it is.
pub(super) struct ScopedResource<'s> {
    pub(super) scope: &'s Scope,
    pub(super) resource: &'s Resource,
}

impl<'s> ScopedResource<'s> {
    fn placed(&self, change: JudgedChange<'s>) -> PlacedChange<'s> {
        PlacedChange { scope: self.scope, change }
    }

    /// The change to the same resource as it is now.
    fn to(&self, after: &Self) -> PlacedChange<'s> {
        after.placed(JudgedChange::Changed(ResourceChange { before: self.resource, after: after.resource }))
    }
}

impl<'s> ChangeSide<'s> {
    /// Adds a resource of a scope. An address means one resource of a platform, whatever scope it is in.
    fn add(&mut self, scope: &'s Scope, resource: &'s Resource) -> Result<(), PlatformError> {
        match self.resources.entry(resource.address()) {
            Entry::Vacant(vacant) => {
                vacant.insert(ScopedResource { scope, resource });
                Ok(())
            }
            Entry::Occupied(other) => {
                let (address, other) = (other.key(), other.get().scope);
                let said = format!("the resource `{address}` is in {other} and in {scope}");
                Err(PlatformError::new(PlatformErrorKind::Rendering, said))
            }
        }
    }

    /// Returns the record of a file of a scope.
    fn file(&self, scope: &Scope, path: &SafePath) -> Option<&'s FileRecord> {
        self.records.get(scope)?.files.get(path)
    }
}

/// Returns both sides of a change. A resource that is in the same scope on both sides, and is the same there, is on neither: few of a scope that
/// differs do. It is there all the same if it begins to be held.
pub(super) fn sides<'s>(
    scopes: &'s [ScopeChange],
    newly_held: &[HeldState],
) -> Result<(ChangeSide<'s>, ChangeSide<'s>), PlatformError> {
    let held: BTreeSet<&ResourceAddress> = newly_held.iter().map(|held| &held.resource).collect();
    let (mut old, mut new) = (ChangeSide::default(), ChangeSide::default());
    for ScopeChange { scope, old: before, new: after } in scopes {
        old.records.insert(scope, before);
        new.records.insert(scope, after);
        let file = |record: &'s ScopeRecord, resource: &Resource| record.files.get(resource.file()?);
        let mut later = after.resources.values().peekable();
        for resource in before.resources.values() {
            while let Some(added) = later.next_if(|one| one.address() < resource.address()) {
                new.add(scope, added)?;
            }
            let other = later.next_if(|one| one.address() == resource.address());
            if let Some(other) = other {
                let is_same = other == resource && file(after, other) == file(before, resource);
                if is_same && !held.contains(resource.address()) {
                    continue;
                }
                new.add(scope, other)?;
            }
            old.add(scope, resource)?;
        }
        for added in later {
            new.add(scope, added)?;
        }
    }
    Ok((old, new))
}

/// The changes that a platform judges: of what comes, what stays and differs, and what goes; each in the order of addresses.
pub(super) fn changes<'s>(old: &ChangeSide<'s>, new: &ChangeSide<'s>) -> Vec<PlacedChange<'s>> {
    let mut changes = Vec::new();
    for (address, after) in &new.resources {
        match old.resources.get(address) {
            None => changes.push(after.placed(JudgedChange::Created(after.resource))),
            Some(before) if differs(before.resource, after.resource) => changes.push(before.to(after)),
            Some(_) => {}
        }
    }
    let gone = old.resources.iter().filter(|(address, _)| !new.resources.contains_key(*address));
    changes.extend(gone.map(|(_, before)| before.placed(JudgedChange::Retired(before.resource))));
    let rewritten = rewritten(old, new, &changes);
    changes.extend(rewritten);
    changes
}

/// Files whose text changed though nothing that they declare did, as after a change of the platform's version: their
/// first resource stands for them.
fn rewritten<'s>(
    old: &ChangeSide<'s>,
    new: &ChangeSide<'s>,
    changes: &[PlacedChange<'s>],
) -> Vec<PlacedChange<'s>> {
    let changed: BTreeSet<&ResourceAddress> = changes.iter().map(|placed| placed.change.address()).collect();
    let moved = |address: &ResourceAddress, after: &ScopedResource<'_>| {
        let before = old.resources.get(address);
        before.is_some_and(|before| before.scope != after.scope || before.resource.rendered_as().is_some())
    };
    let mut explained: BTreeSet<(&Scope, &SafePath)> = BTreeSet::new();
    for side in [old, new] {
        let stepped = side.resources.iter().filter(|(address, _)| {
            changed.contains(**address)
                || new.resources.get(*address).is_some_and(|after| moved(address, after))
        });
        explained.extend(stepped.filter_map(|(_, placed)| Some((placed.scope, placed.resource.file()?))));
    }
    let mut rewritten = Vec::new();
    for (address, after) in &new.resources {
        let Some(path) = after.resource.file() else {
            continue;
        };
        let has_changed = old.file(after.scope, path) != new.file(after.scope, path);
        if has_changed && explained.insert((after.scope, path)) {
            rewritten.extend(old.resources.get(address).map(|before| before.to(after)));
        }
    }
    rewritten
}

/// Where a resource is there from does not matter to what runs.
pub(super) fn differs(old: &Resource, new: &Resource) -> bool {
    old.kind() != new.kind()
        || old.attributes() != new.attributes()
        || old.dependencies() != new.dependencies()
        || old.held_data() != new.held_data()
        || old.file() != new.file()
}
