//! Scopes that are as they were: rendered from the same view, so with the same files, resources and nodes.
//!
//! What is judged by comparing two renderings need not look into them. A shared scope knows its members beside its view, and is seldom large.

use datasurface_platform::Scope;
use datasurface_state::ScopeEntry;
use std::sync::Arc;

/// Returns the entry of a scope, of those that are ordered by scope.
pub(super) fn entry_of<'e>(entries: &'e [Arc<ScopeEntry>], scope: &Scope) -> Option<&'e Arc<ScopeEntry>> {
    let position = entries.binary_search_by(|entry| entry.scope.cmp(scope)).ok()?;
    entries.get(position)
}

/// Whether a scope was rendered from the same view as among these, which are ordered by scope.
pub(super) fn is_same(others: &[Arc<ScopeEntry>], entry: &ScopeEntry) -> bool {
    entry_of(others, &entry.scope).is_some_and(|other| other.fingerprint == entry.fingerprint)
}

/// Returns the entries of scopes that are other than among these, which are ordered by scope.
pub(super) fn other_than<'e>(
    others: &'e [Arc<ScopeEntry>],
    entries: &'e [Arc<ScopeEntry>],
) -> impl Iterator<Item = &'e Arc<ScopeEntry>> {
    entries.iter().filter(|entry| !is_same(others, entry))
}
