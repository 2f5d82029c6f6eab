//! The order in which the scopes of a platform are applied, read off the dependencies of their resources.

use super::rendered_index::{Needs, PlatformIndex};
use crate::{OrderedScope, ScopeEntry};
use datasurface_platform::{SafePath, Scope, SharedKey, SharedStage};
use std::collections::{BTreeMap, BTreeSet};

/// A scope that is to be ordered: its stage first, since that is the order of those that do not need each other.
type StagedScope<'a> = (Stage, &'a Scope);

/// The stage of a scope: what is there in an earlier one may be needed in a later one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Foundation,
    BeforeShards,
    Shards,
    AfterShards,
}

impl From<&Scope> for Stage {
    fn from(scope: &Scope) -> Self {
        match scope {
            Scope::Foundation => Self::Foundation,
            Scope::Shared(SharedKey { stage: SharedStage::Before, .. }) => Self::BeforeShards,
            Scope::Shard(_) => Self::Shards,
            Scope::Shared(SharedKey { stage: SharedStage::After, .. }) => Self::AfterShards,
        }
    }
}

/// Orders scopes: each after the foundation and those on whose resources its own depend, and otherwise by stage and name. Where scopes need each other in a
/// circle, the first one by stage and name does not wait for the others.
pub fn order(rendered: &PlatformIndex) -> Vec<OrderedScope> {
    let needs = rendered.needs();
    // What is in the foundation may be needed by all, whether a resource names it or not.
    let foundation = rendered.scopes().find(|one| one.scope == Scope::Foundation);
    let foundation = foundation.map(|one| (&one.scope, &one.folder));
    let mut waiting: BTreeMap<StagedScope<'_>, &ScopeEntry> =
        rendered.scopes().map(|entry| (((&entry.scope).into(), &entry.scope), entry)).collect();
    let mut ordered = Vec::with_capacity(waiting.len());
    let mut done: BTreeSet<&Scope> = BTreeSet::new();
    while let Some(first) = waiting.keys().next().copied() {
        for key in next(&waiting, &needs, &done, first) {
            let Some(entry) = waiting.remove(&key) else { continue };
            let needed = needs.get(&entry.scope).into_iter().flatten();
            let needed = needed.map(|(scope, folder)| (*scope, *folder)).chain(foundation);
            let after: BTreeMap<&Scope, &SafePath> =
                needed.filter(|(scope, _)| done.contains(*scope) && **scope != entry.scope).collect();
            let after = after.into_values().cloned().collect();
            ordered.push(OrderedScope { folder: entry.folder.clone(), after });
            done.insert(&entry.scope);
        }
    }
    ordered
}

/// The scopes of the earliest stage that wait for nothing any more; the first one, if all wait.
fn next<'a>(
    waiting: &BTreeMap<StagedScope<'a>, &'a ScopeEntry>,
    needs: &Needs<'_>,
    done: &BTreeSet<&Scope>,
    first: StagedScope<'a>,
) -> Vec<StagedScope<'a>> {
    let is_ready = |(_, scope): &&StagedScope<'a>| {
        needs.get(scope).is_none_or(|needs| needs.keys().all(|needed| done.contains(needed)))
    };
    let mut ready = waiting.keys().filter(is_ready).copied().peekable();
    match ready.peek().copied() {
        Some((stage, _)) => ready.take_while(|(other, _)| *other == stage).collect(),
        None => vec![first],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use datasurface_graph::Fingerprint;
    use datasurface_platform::{Rendering, Resource, ScopeRecord};
    use std::sync::Arc;

    /// A scope with one resource, which needs others.
    fn entry(scope: Scope, resource: &str, needs: &[&str]) -> Arc<ScopeEntry> {
        let resource = Resource::new(resource, "thing").with_dependencies(needs.iter().copied());
        Arc::new(ScopeEntry {
            folder: scope.folder().parse().unwrap(),
            scope,
            fingerprint: Fingerprint::of_bytes(b""),
            record: Arc::new(ScopeRecord::from(Rendering::from_resources([resource]).unwrap())),
            views: BTreeMap::new(),
            nodes: BTreeMap::new(),
            metadata: BTreeMap::new(),
            members: Default::default(),
        })
    }

    fn shard(name: &str, resource: &str, needs: &[&str]) -> Arc<ScopeEntry> {
        entry(Scope::Shard(name.into()), resource, needs)
    }

    #[track_caller]
    fn check(entries: &[Arc<ScopeEntry>], expected: &[(&str, &[&str])]) {
        for rotated in 0..entries.len() {
            let mut entries = entries.to_vec();
            entries.rotate_left(rotated);
            let ordered = order(&PlatformIndex::of(&entries));
            let ordered: Vec<(&str, Vec<&str>)> = ordered
                .iter()
                .map(|one| (one.folder.as_str(), one.after.iter().map(SafePath::as_str).collect()))
                .collect();
            let expected: Vec<_> = expected.iter().map(|(folder, after)| (*folder, after.to_vec())).collect();
            assert_eq!(ordered, expected);
        }
    }

    #[test]
    fn scopes_are_in_the_order_of_their_needs_and_otherwise_of_their_stages() {
        check(
            &[
                entry(Scope::Shared(SharedKey::after("role", "r")), "role", &[]),
                entry(Scope::Shared(SharedKey::after("sink", "s")), "sink", &["a", "b", "nowhere"]),
                entry(Scope::Shared(SharedKey::before("key", "k")), "key", &["base"]),
                entry(Scope::Foundation, "base", &[]),
                shard("a", "a", &["key", "b"]),
                shard("b", "b", &["key", "b"]),
            ],
            &[
                ("foundation", &[]),
                ("shared/before/key/k", &["foundation"]),
                ("shards/b", &["foundation", "shared/before/key/k"]),
                ("shards/a", &["foundation", "shards/b", "shared/before/key/k"]),
                ("shared/after/role/r", &["foundation"]),
                ("shared/after/sink/s", &["foundation", "shards/a", "shards/b"]),
            ],
        );
    }

    #[test]
    fn in_a_circle_the_first_one_does_not_wait() {
        check(
            &[
                shard("a", "a", &["b"]),
                shard("b", "b", &["a"]),
                shard("c", "c", &["a"]),
                entry(Scope::Foundation, "x", &["c"]),
            ],
            &[
                ("foundation", &[]),
                ("shards/a", &["foundation"]),
                ("shards/b", &["foundation", "shards/a"]),
                ("shards/c", &["foundation", "shards/a"]),
            ],
        );
    }
}
