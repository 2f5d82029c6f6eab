//! What the target would remember.

use super::{
    memory::RoundMemory,
    proposal::Proposed,
    render::platform_folder,
    rendering_id::RenderingHistory,
    staying::Kept,
    views::{PlatformViews, Views},
};
use crate::placed::Placed;
use datasurface_graph::{NodeKey, StorageOf};
use datasurface_model::{DatasetKey, PlatformName};
use datasurface_platform::{File, FileRecord, NodeView, PLAN_FILE, Plan, Revision, SafePath};
use datasurface_state::rendered::{self, Entries, PlatformDifferences, PlatformIndex, ScopeDifference};
use datasurface_state::{
    ApplyState, EarlierApplied, EarlierTransition, Manifest, Owed, PlanFile, PlatformRecord, RenderedNode,
    RenderedNodes, RenderingId, ScopeEntry,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What the target would remember of each platform. Of one that has nothing any more, the files are remembered that it
/// takes to get there.
pub(super) fn records(
    proposed: &mut BTreeMap<PlatformName, Proposed>,
    mut entries: Entries,
    (placed, revision, renderings): (&Placed, &Revision, &RenderingHistory),
    (manifest, memory): (Option<&Manifest>, &RoundMemory),
    (views, kept): (&Views, &Kept<'_>),
) -> Vec<PlatformRecord> {
    let mut records = Vec::new();
    let (nowhere, nothing) = (PlatformIndex::default(), PlatformDifferences::default());
    for (name, proposed) in proposed {
        let rendered = memory.index.platform(name).unwrap_or(&nowhere);
        let differences = memory.differences.of(name).unwrap_or(&nothing);
        let Some(folder) = platform_folder(proposed.configured.instance().storage_name()) else {
            continue;
        };
        let scopes = entries.remove(name).unwrap_or_default();
        let before =
            manifest.and_then(|manifest| Some((manifest.platform(name)?, manifest.reached_revision(name))));
        let standing = standing(before, &proposed.plan);
        let gone = match standing {
            // What runs is what is rendered: nothing is to be taken down any more.
            ApplyState::Applied => Vec::new(),
            ApplyState::Rendered | ApplyState::Behind(_) => gone(before.map(|(before, _)| before), &scopes),
        };
        let left = left(before.map(|(before, _)| before), rendered, differences);
        let (from, to) = (manifest.map(|manifest| manifest.base_revision(name).clone()), revision.clone());
        let heading = PlanFile { from, to: Some(to), rendering: Some(renderings.id), ..PlanFile::default() };
        proposed.plan_file = plan_file(heading, &standing, &proposed.plan, rendered, &gone);
        let files = || proposed.transition_files();
        let own = || files().map(|file| (file.path().clone(), file.record())).collect();
        let is_applied_by_others = proposed.is_applied_by_others();
        let last = manifest.map(|manifest| manifest.reached_rendering(name).rendering);
        let (transition, earlier) = match (&standing, before) {
            // What another tool applies may be several revisions behind: what leads to each of them stays until it is recorded as applied.
            (ApplyState::Rendered, Some((before, base))) if is_applied_by_others => {
                if proposed.plan.is_empty() && last == Some(renderings.id) {
                    (before.transition.clone(), before.earlier.clone())
                } else {
                    let transition: BTreeMap<SafePath, FileRecord> = own();
                    let is_over = |path: &SafePath| {
                        transition.contains_key(path)
                            || is_rendered(path, &scopes)
                            || proposed.plan.withdrawn_files().contains(path)
                    };
                    let earlier = earlier((before, base, last), is_over);
                    (transition, earlier)
                }
            }
            (ApplyState::Rendered, Some((before, _))) if proposed.plan.is_empty() && !scopes.is_empty() => {
                (before.transition.clone(), Vec::new())
            }
            _ => (own(), Vec::new()),
        };
        if scopes.is_empty() && transition.is_empty() && earlier.is_empty() {
            continue;
        }
        let instance = (**proposed.configured.instance()).clone();
        let owed = kept_owed(kept, before.map(|(before, _)| before), placed.owed_today(name));
        let names = placed.lock.storage_names();
        let taken_from = placed.graphs.handover_platforms(name).into_iter();
        let mut takes_from: BTreeSet<PlatformName> =
            taken_from.map(|platform| names.platform(platform)).collect();
        let storage = proposed.configured.instance().storage_name();
        let of_kept = kept.views_of(storage).flat_map(|view| {
            view.inputs().iter().map(|input| view.facts().storage.platform(input.platform()))
        });
        takes_from.extend(of_kept.filter(|platform| platform != storage));
        let waits = kept.units.iter().filter(|(unit, _)| unit.0 == *storage);
        let waits_for = waits.map(|(_, wait)| wait.platform.clone()).collect();
        let before_record = before.map(|(before, _)| before);
        let is_alone = kept.staying.is_some();
        let nodes = rendered_nodes(placed, views.get(name), (proposed, before_record), is_alone);
        let applied_to = before.and_then(|(before, _)| before.applied_to.clone());
        records.push(PlatformRecord {
            instance,
            folder,
            scopes,
            transition,
            earlier,
            gone,
            left,
            owed,
            standing,
            takes_from,
            applied_to,
            reached: None,
            nodes,
            waits_for,
        });
    }
    records.extend(staying_records(kept, revision));
    records
}

/// What consumers ask for of a platform, with what they asked for of the parts that stay as they were.
pub(super) fn kept_owed(kept: &Kept<'_>, before: Option<&PlatformRecord>, today: Owed) -> Owed {
    match before {
        Some(before) => kept.owed(before.instance.storage_name(), &before.owed, today),
        None => today,
    }
}

/// The records of platforms that stay, as they are, with the rendering that they stay at.
fn staying_records(kept: &Kept<'_>, revision: &Revision) -> Vec<PlatformRecord> {
    let Some((staying, manifest)) = kept.staying.and_then(|staying| Some((staying, staying.manifest?)))
    else {
        return Vec::new();
    };
    let stay = staying.platforms.iter().filter_map(|name| {
        let reached = manifest.reached_rendering(name);
        // Where the model is the same, the target still is at one revision.
        let reached = Some(reached).filter(|reached| reached.revision != *revision);
        Some(PlatformRecord { reached, ..staying.record(name)?.clone() })
    });
    stay.collect()
}

/// The nodes of a platform that hands data over, or takes it, or that goes forward alone. What is as it was is the one of before.
fn rendered_nodes(
    placed: &Placed,
    views: Option<&Arc<PlatformViews>>,
    (proposed, before): (&Proposed, Option<&PlatformRecord>),
    is_alone: bool,
) -> RenderedNodes {
    let instance = proposed.configured.instance();
    let takes = |name| placed.graphs.handover_platforms(name);
    let mut others = placed.graphs.iter().map(|graph| graph.platform());
    let Some(views) = views.filter(|_| {
        is_alone
            || !takes(&instance.name).is_empty()
            || others.any(|other| takes(other).contains(&instance.name))
    }) else {
        return RenderedNodes::new();
    };
    let before = before.filter(|before| before.instance == **instance);
    let known = |key: &NodeKey, view: &NodeView| {
        let known = before?.nodes.get(key)?;
        known.view.view().is_ok_and(|known| known == view).then(|| Arc::clone(known))
    };
    let node = |view: &NodeView| {
        let key = view.facts().storage_key();
        let made = || {
            let offers = proposed.configured.platform().offer(view.facts());
            Arc::new(RenderedNode { view: view.clone().into(), offers })
        };
        let node = known(&key, view).unwrap_or_else(made);
        (key, node)
    };
    views.nodes.iter().map(node).collect()
}

/// The earlier renderings that still have transition files, in order, without those files that are over.
fn earlier(
    (before, revision, rendering): (&PlatformRecord, &Revision, Option<RenderingId>),
    is_over: impl Fn(&SafePath) -> bool,
) -> Vec<EarlierTransition> {
    let last = EarlierTransition { to: revision.clone(), rendering, files: before.transition.clone() };
    let all = before.earlier.iter().cloned().chain([last]).map(|mut earlier| {
        earlier.files.retain(|path, _| !is_over(path));
        earlier
    });
    all.filter(|earlier| !earlier.files.is_empty()).collect()
}

/// Whether a scope renders this path, relative to the folder of its platform.
fn is_rendered(path: &SafePath, scopes: &[Arc<ScopeEntry>]) -> bool {
    scopes.iter().any(|entry| {
        let inside =
            path.as_str().strip_prefix(entry.folder.as_str()).and_then(|rest| rest.strip_prefix('/'));
        inside.is_some_and(|inside| entry.record.files.contains_key(inside))
    })
}

/// Once something was applied, it is what runs until something else is.
fn standing(before: Option<(&PlatformRecord, &Revision)>, plan: &Plan) -> ApplyState {
    let Some((before, revision)) = before else {
        return ApplyState::Rendered;
    };
    match &before.standing {
        ApplyState::Rendered => ApplyState::Rendered,
        ApplyState::Applied | ApplyState::Behind(_) if plan.is_empty() => ApplyState::Applied,
        ApplyState::Behind(behind) => ApplyState::Behind(behind.clone()),
        ApplyState::Applied => ApplyState::Behind(Box::new(EarlierApplied {
            revision: revision.clone(),
            scopes: before.scopes.clone(),
            owed: before.owed.clone(),
        })),
    }
}

/// The folders of scopes that are rendered no more, in the order in which they are taken down: those that went before, then those that go
/// now, of which each comes before those that it needs.
fn gone(before: Option<&PlatformRecord>, scopes: &[Arc<ScopeEntry>]) -> Vec<SafePath> {
    let here: BTreeSet<&SafePath> = scopes.iter().map(|entry| &entry.folder).collect();
    let Some(before) = before else { return Vec::new() };
    if before.gone.is_empty() && before.scopes.iter().all(|entry| here.contains(&entry.folder)) {
        return Vec::new();
    }
    let going =
        rendered::order(&PlatformIndex::of(&before.scopes)).into_iter().rev().map(|ordered| ordered.folder);
    before.gone.iter().cloned().chain(going).filter(|folder| !here.contains(folder)).collect()
}

/// The datasets whose data may be there, since an earlier rendering has it, and that is rendered no more.
fn left(
    before: Option<&PlatformRecord>,
    rendered: &PlatformIndex,
    differences: &PlatformDifferences,
) -> BTreeSet<DatasetKey> {
    let Some(before) = before else { return BTreeSet::new() };
    let other = differences.all().flat_map(ScopeDifference::resources);
    let stored = other.filter_map(|resource| Some(&resource.held_data()?.dataset));
    stored.chain(&before.left).filter(|dataset| !rendered.stores(dataset)).cloned().collect()
}

/// The plan file of a platform, with what it leads to; none if there is nothing to do.
fn plan_file(
    heading: PlanFile,
    standing: &ApplyState,
    plan: &Plan,
    rendered: &PlatformIndex,
    gone: &[SafePath],
) -> Option<File> {
    if plan.is_empty() {
        return None;
    }
    let applied = Some(plan).filter(|_| matches!(standing, ApplyState::Behind(_)));
    let content = PlanFile {
        scopes: rendered::order(rendered),
        gone: gone.to_vec(),
        steps: applied.map(|plan| plan.steps().to_vec()).unwrap_or_default(),
        transition: applied.map(|plan| plan.transition_files().to_vec()).unwrap_or_default(),
        ..heading
    };
    File::json(PLAN_FILE, &content).ok()
}
