//! Scopes that are rendered from another view than before, and what of each of them differs.
//!
//! What is planned starts at what was reached, so in the course of a session more and more scopes differ from that; but from one plan to the next, only
//! those that an edit is about. A pair of a scope as it was and as it is, which are the same two in memory as for the last plan, differs as it did then.

use super::Entries;
use crate::{Manifest, PlatformRecord, ScopeEntry, StoredView};
use datasurface_graph::NodeKey;
use datasurface_model::PlatformName;
use datasurface_platform::{Resource, ResourceAddress, Scope};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The scopes of all platforms that differ, and what the next comparison may need again.
#[derive(Debug, Default)]
pub struct Differences {
    platforms: BTreeMap<PlatformName, PlatformDifferences>,
}

/// The scopes of one platform that differ.
#[derive(Debug, Default)]
pub struct PlatformDifferences {
    /// The scopes that differ between the base revision and what is rendered now.
    pub base: Vec<ScopeDifference>,
    /// The scopes that differ between what was rendered since the base revision and what is rendered now.
    pub since: Vec<ScopeDifference>,
}

/// A scope that differs.
#[derive(Clone, Debug)]
pub struct ScopeDifference {
    /// The scope as it was; `None` if it is new.
    pub before: Option<Arc<ScopeEntry>>,
    /// The scope as it is now; `None` if it is gone.
    pub after: Option<Arc<ScopeEntry>>,
    content: Arc<Content>,
}

/// What differs of a scope.
#[derive(Debug)]
struct Content {
    /// The resources that are other than they were, or gone.
    resources: Vec<ResourceAddress>,
    /// The resources whose nodes, as they are kept for what holds data, are other than they were, or gone.
    views: Vec<ResourceAddress>,
    /// The nodes that came, went or are other than they were, by their storage names; none of a scope that is new or gone, of which all nodes did.
    nodes: BTreeSet<NodeKey>,
}

impl Differences {
    /// Compares what was reached with what is rendered now.
    pub fn update(&mut self, base: Option<&Manifest>, entries: &Entries) {
        let mut known = std::mem::take(&mut self.platforms);
        let records = base.into_iter().flat_map(Manifest::platforms);
        let names: BTreeSet<&PlatformName> = records.map(|(name, _)| name).chain(entries.keys()).collect();
        for name in names {
            let known = known.remove(name).unwrap_or_default();
            let record = base.and_then(|base| base.platform(name));
            let after = entries.get(name).map_or(&[][..], Vec::as_slice);
            let before = record.map_or(&[][..], PlatformRecord::base_scopes);
            let since = record.map_or(&[][..], PlatformRecord::scopes_since_base);
            let compared = PlatformDifferences {
                base: compared(before, after, known.base),
                // Nothing was rendered since the base revision where that is what was rendered last.
                since: if since.is_empty() { Vec::new() } else { compared(since, after, known.since) },
            };
            self.platforms.insert(name.clone(), compared);
        }
    }

    /// Returns the scopes of a platform that differ.
    pub fn of(&self, platform: &PlatformName) -> Option<&PlatformDifferences> {
        self.platforms.get(platform)
    }

    /// The scopes of all platforms that differ from the base revision.
    pub fn since_base(&self) -> impl Iterator<Item = (&PlatformName, &ScopeDifference)> {
        self.platforms
            .iter()
            .flat_map(|(name, platform)| platform.base.iter().map(move |scope| (name, scope)))
    }

    /// The scopes of all platforms that differ from the base revision, or from what was rendered since.
    pub fn all(&self) -> impl Iterator<Item = &ScopeDifference> {
        self.platforms.values().flat_map(PlatformDifferences::all)
    }
}

impl PlatformDifferences {
    /// The scopes that differ from the base revision, and then those that differ from what was rendered since.
    pub fn all(&self) -> impl Iterator<Item = &ScopeDifference> {
        self.base.iter().chain(&self.since)
    }
}

/// Compares scopes, both sides ordered by scope. Those that are rendered from the same view do not differ.
fn compared(
    before: &[Arc<ScopeEntry>],
    after: &[Arc<ScopeEntry>],
    known: Vec<ScopeDifference>,
) -> Vec<ScopeDifference> {
    let pairs = before.iter().map(|before| (Some(before), entry_of(after, &before.scope)));
    let is_new = |after: &&Arc<ScopeEntry>| entry_of(before, &after.scope).is_none();
    let came = after.iter().filter(is_new).map(|after| (None, Some(after)));
    let differs = |(before, after): &(Option<&Arc<ScopeEntry>>, Option<&Arc<ScopeEntry>>)| {
        before.map(|entry| entry.fingerprint) != after.map(|entry| entry.fingerprint)
    };
    let known: BTreeMap<Scope, ScopeDifference> =
        known.into_iter().filter_map(|one| Some((one.scope()?.clone(), one))).collect();
    let compare = |(before, after): (Option<&Arc<ScopeEntry>>, Option<&Arc<ScopeEntry>>)| {
        let known = before.or(after).and_then(|entry| known.get(&entry.scope));
        match known.filter(|known| is_one(&known.before, before) && is_one(&known.after, after)) {
            Some(known) => known.clone(),
            None => ScopeDifference::between(before, after),
        }
    };
    pairs.chain(came).filter(differs).map(compare).collect()
}

/// Returns the entry of a scope, of those that are ordered by scope.
fn entry_of<'e>(entries: &'e [Arc<ScopeEntry>], scope: &Scope) -> Option<&'e Arc<ScopeEntry>> {
    let position = entries.binary_search_by(|entry| entry.scope.cmp(scope)).ok()?;
    entries.get(position)
}

fn is_one(known: &Option<Arc<ScopeEntry>>, entry: Option<&Arc<ScopeEntry>>) -> bool {
    match (known, entry) {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other),
        (one, other) => one.is_none() && other.is_none(),
    }
}

impl ScopeDifference {
    fn between(before: Option<&Arc<ScopeEntry>>, after: Option<&Arc<ScopeEntry>>) -> Self {
        let (none, nothing) = (BTreeMap::new(), BTreeMap::new());
        let [old, new] = [before, after].map(|entry| entry.map_or(&none, |entry| &entry.record.resources));
        let [kept, keeps] = [before, after].map(|entry| entry.map_or(&nothing, |entry| &entry.views));
        let content = Content {
            resources: other_than(new, old),
            views: other_than(keeps, kept),
            nodes: other_nodes(before, after),
        };
        Self { before: before.cloned(), after: after.cloned(), content: Arc::new(content) }
    }

    /// The scope.
    fn scope(&self) -> Option<&Scope> {
        self.before.as_ref().or(self.after.as_ref()).map(|entry| &entry.scope)
    }

    /// The resources of before that are other now, or gone.
    pub fn resources(&self) -> impl Iterator<Item = &Resource> {
        let resources = self.before.iter().map(|before| &before.record.resources);
        resources
            .flat_map(|resources| self.content.resources.iter().filter_map(|address| resources.get(address)))
    }

    /// The nodes of before of what holds data, as far as they are other now, or gone.
    pub fn views(&self) -> impl Iterator<Item = &StoredView> {
        let views = self.before.iter().map(|before| &before.views);
        views.flat_map(|views| self.content.views.iter().filter_map(|address| views.get(address)))
    }

    /// The nodes that came, went or are other than they were, by their storage names, in order.
    pub fn nodes(&self) -> impl Iterator<Item = &NodeKey> {
        let alone = match (&self.before, &self.after) {
            (Some(one), None) | (None, Some(one)) => Some(one.nodes.keys()),
            _ => None,
        };
        alone.into_iter().flatten().chain(&self.content.nodes)
    }

    /// The nodes that are not placed in the scope any more, by their storage names.
    pub fn nodes_gone(&self) -> impl Iterator<Item = &NodeKey> {
        let is_of = |entry: &Option<Arc<ScopeEntry>>, key: &NodeKey| {
            entry.as_ref().is_some_and(|entry| entry.nodes.contains_key(key))
        };
        self.nodes().filter(move |key| is_of(&self.before, key) && !is_of(&self.after, key))
    }
}

/// The keys of the values that are other now, or gone. Values that are one in memory are equal at once.
fn other_than<K: Clone + Ord, V: PartialEq>(now: &BTreeMap<K, V>, before: &BTreeMap<K, V>) -> Vec<K> {
    let (mut now, mut other) = (now.iter().peekable(), Vec::new());
    for (key, value) in before {
        while now.next_if(|(one, _)| *one < key).is_some() {}
        let same = now.next_if(|(one, _)| *one == key);
        if same.is_none_or(|(_, one)| one != value) {
            other.push(key.clone());
        }
    }
    other
}

/// The nodes of a scope that stays which are other than they were.
fn other_nodes(before: Option<&Arc<ScopeEntry>>, after: Option<&Arc<ScopeEntry>>) -> BTreeSet<NodeKey> {
    let Some((before, after)) = before.zip(after) else { return BTreeSet::new() };
    let ways = [
        other_than(&after.nodes, &before.nodes),
        other_than(&before.nodes, &after.nodes),
        other_than(&after.metadata, &before.metadata),
        other_than(&before.metadata, &after.metadata),
    ];
    ways.into_iter().flatten().collect()
}
