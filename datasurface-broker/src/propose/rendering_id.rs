//! The ID of a proposed rendering, and the renderings before it that nobody recorded as applied.

use super::proposal::Proposed;
use datasurface_graph::Fingerprint;
use datasurface_model::PlatformName;
use datasurface_platform::{Revision, Scope};
use datasurface_state::rendered::Entries;
use datasurface_state::{ApplyState, Manifest, PlatformRecord, RenderedRevision, RenderingId, ScopeEntry};
use std::{collections::BTreeMap, sync::Arc};

/// A proposed rendering, and what the target would remember of earlier ones.
pub(super) struct RenderingHistory {
    pub(super) id: RenderingId,
    pub(super) unapplied: Vec<RenderedRevision>,
    pub(super) applied: Option<RenderedRevision>,
}

impl RenderingHistory {
    /// Identifies the proposed rendering. It is the one of the target if nothing is to be done to get from there to here; otherwise its ID
    /// covers the one before, so that a model that is rendered again after another one gets an ID of its own.
    pub(super) fn new(
        manifest: Option<&Manifest>,
        revision: &Revision,
        entries: &Entries,
        (proposed, is_applied_by_others): (&BTreeMap<PlatformName, Proposed>, impl Fn(&PlatformName) -> bool),
    ) -> Self {
        let scopes: BTreeMap<&PlatformName, Vec<(&Scope, Fingerprint)>> =
            entries.iter().map(|(name, entries)| (name, fingerprints(entries))).collect();
        let Some(manifest) = manifest else {
            let id = RenderingId::new(Fingerprint::of(&(revision, &scopes)));
            return Self { id, unapplied: Vec::new(), applied: None };
        };
        let applied = manifest.applied_rendering().cloned();
        let mut pending = manifest.pending_renderings();
        if is_same(manifest, revision, &scopes, proposed) {
            pending.pop();
            return Self { id: manifest.rendering(), unapplied: pending, applied };
        }
        let id = RenderingId::new(Fingerprint::of(&(manifest.rendering(), revision, &scopes)));
        // The last one does not wait any more if it was recorded, nor does anything where all platforms apply by themselves.
        pending.retain(|one| applied.as_ref().is_none_or(|applied| applied.rendering != one.rendering));
        if !manifest.platforms().keys().any(is_applied_by_others) {
            pending.clear();
        }
        Self { id, unapplied: pending, applied }
    }
}

fn fingerprints(entries: &[Arc<ScopeEntry>]) -> Vec<(&Scope, Fingerprint)> {
    entries.iter().map(|entry| (&entry.scope, entry.fingerprint)).collect()
}

/// Whether the rendering is the one of the target. A plan of a platform that is behind starts before that, and says nothing about it.
fn is_same(
    manifest: &Manifest,
    revision: &Revision,
    scopes: &BTreeMap<&PlatformName, Vec<(&Scope, Fingerprint)>>,
    proposed: &BTreeMap<PlatformName, Proposed>,
) -> bool {
    let is_behind = |record: &PlatformRecord| matches!(record.standing, ApplyState::Behind(_));
    let starts_here = |name: &PlatformName| manifest.platform(name).is_none_or(|record| !is_behind(record));
    let has_steps = proposed.iter().any(|(name, one)| starts_here(name) && !one.plan.is_empty());
    let nothing = Vec::new();
    let is_as_before = |(name, record): (&PlatformName, &PlatformRecord)| {
        fingerprints(&record.scopes) == *scopes.get(name).unwrap_or(&nothing)
    };
    manifest.revision() == revision && !has_steps && manifest.platforms().iter().all(is_as_before)
}
