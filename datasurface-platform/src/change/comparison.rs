//! Comparison of two renderings: which resources come, stay and differ, and go, whatever scope they are in.

use super::{AttributeDifference, RenderingChange, ScopeRecord, attribute_difference};
use crate::{
    error::{PlatformError, PlatformErrorKind},
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
pub(super) struct ChangeSide {
    pub(super) resources: BTreeMap<ResourceAddress, ScopedResource>,
    files: BTreeMap<(Scope, SafePath), FileRecord>,
}

/// A resource, and where it is.
pub(super) struct ScopedResource {
    pub(super) scope: Scope,
    pub(super) resource: Resource,
}

impl ScopedResource {
    fn placed<'s>(&'s self, change: JudgedChange<'s>) -> PlacedChange<'s> {
        PlacedChange { scope: &self.scope, change }
    }

    /// The change to the same resource as it is now.
    fn to<'s>(&'s self, after: &'s Self) -> PlacedChange<'s> {
        after.placed(JudgedChange::Changed(ResourceChange { before: &self.resource, after: &after.resource }))
    }
}

impl ChangeSide {
    /// Adds what a scope has. An address means one resource of a platform, whatever scope it is in.
    fn add(&mut self, scope: &Scope, record: ScopeRecord) -> Result<(), PlatformError> {
        for (address, resource) in record.resources {
            match self.resources.entry(address) {
                Entry::Vacant(vacant) => {
                    vacant.insert(ScopedResource { scope: scope.clone(), resource });
                }
                Entry::Occupied(other) => {
                    let (address, other) = (other.key(), &other.get().scope);
                    let said = format!("the resource `{address}` is in {other} and in {scope}");
                    return Err(PlatformError::new(PlatformErrorKind::Rendering, said));
                }
            }
        }
        self.files.extend(record.files.into_iter().map(|(path, file)| ((scope.clone(), path), file)));
        Ok(())
    }
}

impl RenderingChange<'_> {
    pub(super) fn sides(&self) -> Result<(ChangeSide, ChangeSide), PlatformError> {
        let (mut old, mut new) = (ChangeSide::default(), ChangeSide::default());
        for change in self.scopes() {
            let change = change?;
            old.add(&change.scope, change.old)?;
            new.add(&change.scope, change.new)?;
        }
        Ok((old, new))
    }
}

/// The changes that a platform judges: of what comes, what stays and differs, and what goes; each in the order of addresses.
pub(super) fn changes<'s>(old: &'s ChangeSide, new: &'s ChangeSide) -> Vec<PlacedChange<'s>> {
    let mut changes = Vec::new();
    for (address, after) in &new.resources {
        match old.resources.get(address) {
            None => changes.push(after.placed(JudgedChange::Created(&after.resource))),
            Some(before) if differs(&before.resource, &after.resource) => changes.push(before.to(after)),
            Some(_) => {}
        }
    }
    let gone = old.resources.iter().filter(|(address, _)| !new.resources.contains_key(*address));
    changes.extend(gone.map(|(_, before)| before.placed(JudgedChange::Retired(&before.resource))));
    let rewritten = rewritten(old, new, &changes);
    changes.extend(rewritten);
    changes
}

/// Files whose text changed though nothing that they declare did, as after a change of the platform's version: their
/// first resource stands for them.
fn rewritten<'s>(
    old: &'s ChangeSide,
    new: &'s ChangeSide,
    changes: &[PlacedChange<'s>],
) -> Vec<PlacedChange<'s>> {
    let changed: BTreeSet<&ResourceAddress> = changes.iter().map(|placed| placed.change.address()).collect();
    let moved = |address: &ResourceAddress, after: &ScopedResource| {
        let before = old.resources.get(address);
        before.is_some_and(|before| before.scope != after.scope || before.resource.rendered_as().is_some())
    };
    let mut explained: BTreeSet<(&Scope, &SafePath)> = BTreeSet::new();
    for side in [old, new] {
        let stepped = side.resources.iter().filter(|(address, _)| {
            changed.contains(address)
                || new.resources.get(*address).is_some_and(|after| moved(address, after))
        });
        explained.extend(stepped.filter_map(|(_, placed)| Some((&placed.scope, placed.resource.file()?))));
    }
    let mut rewritten = Vec::new();
    for (address, after) in &new.resources {
        let Some(path) = after.resource.file() else {
            continue;
        };
        let file = (after.scope.clone(), path.clone());
        let has_changed = old.files.get(&file) != new.files.get(&file);
        if has_changed && explained.insert((&after.scope, path)) {
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
