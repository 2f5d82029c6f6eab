//! The two sides of a change.

use crate::{
    attributes::{ViewAttributes, read_attributes},
    prelude::*,
    server_address::same_database,
};
use std::collections::{BTreeMap, BTreeSet};

/// The resources of all scopes that differ, as they were and as they are.
#[derive(Default)]
pub(super) struct ChangeSides {
    pub(super) before: BTreeMap<ResourceAddress, Resource>,
    pub(super) after: BTreeMap<ResourceAddress, Resource>,
}

/// The views of a copy, as they were and as they are. They are rendered by the same node, so they are in the same scope.
#[derive(Default)]
pub(super) struct Views {
    pub(super) before: Vec<ViewAttributes>,
    pub(super) after: Vec<ViewAttributes>,
}

impl ChangeSides {
    pub(super) fn new(change: &RenderingChange<'_>) -> Result<Self, PlatformError> {
        let mut sides = Self::default();
        for scope in change.scopes() {
            let scope = scope?;
            sides.before.extend(scope.old.resources.clone());
            sides.after.extend(scope.new.resources.clone());
        }
        Ok(sides)
    }

    /// The databases of consumers in which nothing is rendered any more.
    pub(super) fn left(&self) -> BTreeSet<String> {
        let is_own = |resource: &Resource| matches!(resource.kind(), "table" | "database");
        let before: BTreeSet<String> = self.before.values().filter_map(database_of).collect();
        if before.is_empty() {
            return before;
        }
        // There are thousands of resources, and few databases.
        let kept: BTreeSet<String> = self
            .after
            .values()
            .chain(self.before.values().filter(|resource| is_own(resource)))
            .filter_map(database_of)
            .collect();
        let is_left = |database: &String| !kept.iter().any(|kept| same_database(kept, database));
        before.into_iter().filter(|database| !kept.contains(database) && is_left(database)).collect()
    }

    /// The views of a copy.
    pub(super) fn views_of(&self, copy: &ResourceAddress) -> Result<Views, PlatformError> {
        Ok(Views { before: views_of(&self.before, copy)?, after: views_of(&self.after, copy)? })
    }
}

fn database_of(resource: &Resource) -> Option<String> {
    resource.attribute_as("database")
}

fn views_of(
    side: &BTreeMap<ResourceAddress, Resource>,
    copy: &ResourceAddress,
) -> Result<Vec<ViewAttributes>, PlatformError> {
    let views = side.values().filter(|resource| resource.kind() == "view");
    views.filter(|view| view.dependencies().contains(copy)).map(read_attributes).collect()
}
