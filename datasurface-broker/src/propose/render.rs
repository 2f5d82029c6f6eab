//! Rendering: each scope whose view changed, once.

use super::views::{PlatformViews, ViewedScope, Views};
use crate::{
    configured_platform::{ConfiguredPlatform, failure},
    each,
    progress::Progress,
};
use datasurface_model::{CodeInfo, DatasetKey, Diagnostic, ModelPath, PlatformName, segment};
use datasurface_platform::{
    HeldState, NodeView, PlatformError, Rendering, Resource, ResourceAddress, SafePath, Scope, ScopeRecord,
    ScopedNode, slug,
};
use datasurface_state::rendered::{Entries, PlatformIndex};
use datasurface_state::{Manifest, ScopeEntry, StoredView};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

pub(crate) static ADDRESS_TWICE: CodeInfo = CodeInfo::error(
    "platform/address-twice",
    "a platform uses one address in two scopes",
    "An address is the identity of a resource on its whole platform. This is a bug of the plug-in.",
);
pub(crate) static FOLDER_TWICE: CodeInfo = CodeInfo::error(
    "platform/folder-twice",
    "two scopes of a platform have one folder",
    "Each scope has a folder of its own. Names of shards, and keys under which a plug-in shares things, that differ in case alone are one \
     folder on many disks.",
);
pub(crate) static NOT_RENDERED: CodeInfo = CodeInfo::error(
    "held/not-rendered",
    "a platform does not render what is held",
    "Data that was promised is held after its last consumer left. Its platform must render it on. That it does not is a \
     bug of the plug-in; nothing is written, so that nothing is lost.",
);

pub(crate) static OF_NO_CAPTURE: CodeInfo = CodeInfo::error(
    "platform/holder-of-no-capture",
    "a shared scope holds data that no capture shares",
    "Data is held by the capture that it came from: only what an ingest shares may hold data in a shared scope. Nothing would hold this \
     data once its last consumer left. This is a bug of the plug-in.",
);

/// The folder of a platform in a target.
pub(crate) fn platform_folder(platform: &PlatformName) -> Option<SafePath> {
    slug(&[platform.as_str()], 48).parse().ok()
}

/// The folder of a scope in that of its platform.
pub(crate) fn scope_folder(scope: &Scope) -> Option<SafePath> {
    scope.folder().parse().ok()
}

/// The scopes of a platform that were rendered, each as it was rendered for the last plans, the last one first.
pub(super) type Renderings = BTreeMap<Scope, Vec<Arc<ScopeEntry>>>;

/// The number of renderings of a scope that are remembered. A plan can need as many: with what is held, with what begins to be held, and with other
/// addresses of that.
const REMEMBERED: usize = 3;

/// Renders the scopes of all platforms that have views.
pub(super) fn render_all(
    platforms: &BTreeMap<PlatformName, Arc<ConfiguredPlatform>>,
    views: &Views,
    (manifest, memory): (Option<&Manifest>, &mut BTreeMap<PlatformName, Renderings>),
    found: &mut Vec<Diagnostic>,
) -> Entries {
    let mut entries = Entries::new();
    memory.retain(|name, _| views.contains_key(name));
    for (name, views) in views {
        if let Some(configured) = platforms.get(name) {
            let memory = memory.entry(name.clone()).or_default();
            entries.insert(name.clone(), render(name, configured, views, (manifest, memory), found));
        }
    }
    entries
}

/// Renders the scopes of a platform; what a target already has of the same view is taken from there, and what was rendered of it before, from
/// memory.
pub(super) fn render(
    name: &PlatformName,
    configured: &ConfiguredPlatform,
    views: &PlatformViews,
    (manifest, memory): (Option<&Manifest>, &mut Renderings),
    found: &mut Vec<Diagnostic>,
) -> Vec<Arc<ScopeEntry>> {
    let path = ModelPath::root().child(segment::PLATFORMS, name);
    let mut entries = Vec::new();
    check_folders(views.scopes.iter().map(|scope| scope.view.scope()), &path, found);
    memory.retain(|scope, _| views.scope(scope).is_some());
    let progress = Progress::of_rendering(name, views.scopes.len());
    let before = &*memory;
    let made = each::scope(&views.scopes, |scope| {
        progress.advance();
        render_scope(name, configured, scope, (manifest, before))
    });
    for made in made {
        match made {
            Ok(Some((entry, is_reached))) => {
                if !is_reached {
                    remember(memory, &entry);
                }
                entries.push(with_members(&entry, views));
            }
            Ok(None) => {}
            Err(error) => found.push(failure(&error, path.clone())),
        }
    }
    entries
}

/// Returns a scope as it is rendered, and whether the target has it like that; none if it can have no folder.
fn render_scope(
    name: &PlatformName,
    configured: &ConfiguredPlatform,
    scope: &ViewedScope,
    (manifest, memory): (Option<&Manifest>, &Renderings),
) -> Result<Option<(Arc<ScopeEntry>, bool)>, PlatformError> {
    let (view, fingerprint) = (&scope.view, scope.fingerprint());
    let reached = manifest.and_then(|manifest| manifest.scope(name, view.scope()));
    if let Some(entry) = reached.filter(|entry| entry.fingerprint == fingerprint) {
        return Ok(Some((Arc::clone(entry), true)));
    }
    let known = memory.get(view.scope()).map_or(&[][..], Vec::as_slice);
    if let Some(entry) = known.iter().find(|entry| entry.fingerprint == fingerprint) {
        return Ok(Some((Arc::clone(entry), false)));
    }
    let Some(folder) = scope_folder(view.scope()) else { return Ok(None) };
    let rendering = configured.platform().render(view)?;
    let before = known.first().or(reached).map(|entry| &*entry.record);
    Ok(Some((Arc::new(entry(scope, folder, (rendering, before))), false)))
}

/// Remembers a rendering as the last one of its scope.
fn remember(memory: &mut Renderings, entry: &Arc<ScopeEntry>) {
    let known = memory.entry(entry.scope.clone()).or_default();
    known.retain(|one| one.fingerprint != entry.fingerprint);
    known.insert(0, Arc::clone(entry));
    known.truncate(REMEMBERED);
}

/// Checks what is rendered of a platform: each address is there once, what is held is there, and what holds data in a shared scope has a node.
pub(super) fn check(
    name: &PlatformName,
    views: &PlatformViews,
    (entries, index): (&[Arc<ScopeEntry>], &PlatformIndex),
    found: &mut Vec<Diagnostic>,
) {
    let path = ModelPath::root().child(segment::PLATFORMS, name);
    if index.has_addresses_twice() {
        check_addresses(entries, &path, found);
    }
    check_held(&views.held, (entries, index), &path, found);
    check_holders(entries, &path, found);
}

/// What is recorded of a scope that was rendered.
fn entry(
    scope: &ViewedScope,
    folder: SafePath,
    (rendering, before): (Rendering, Option<&ScopeRecord>),
) -> ScopeEntry {
    let view = &scope.view;
    let mut record = ScopeRecord::from(rendering);
    // What is as it was before is one with that in memory, so that nobody has to compare it again.
    for (address, resource) in &mut record.resources {
        let same = before.and_then(|before| before.resources.get(address)).filter(|one| *one == resource);
        if let Some(same) = same {
            *resource = same.clone();
        }
    }
    let nodes = view.nodes().iter().map(ScopedNode::view);
    let fingerprints =
        view.whole_nodes().map(|node| (node.facts().storage_key(), node.fingerprints(scope.instance)));
    let fingerprints: Vec<_> = fingerprints.collect();
    ScopeEntry {
        scope: view.scope().clone(),
        folder,
        fingerprint: scope.fingerprint(),
        views: views_of_holders(nodes, view.held(), &record),
        record: Arc::new(record),
        nodes: fingerprints.iter().map(|(key, [content, _])| (key.clone(), *content)).collect(),
        metadata: fingerprints.into_iter().map(|(key, [_, metadata])| (key, metadata)).collect(),
        members: Arc::default(),
    }
}

/// The node of each resource that holds data, as it is rendered now: what is needed to render it on when nobody asks for it
/// any more.
fn views_of_holders<'v>(
    nodes: impl Iterator<Item = &'v NodeView>,
    held: &[HeldState],
    record: &ScopeRecord,
) -> BTreeMap<ResourceAddress, StoredView> {
    let resources = || record.resources.values();
    let kept: BTreeSet<&DatasetKey> =
        resources().filter_map(Resource::held_data).map(|held| &held.dataset).collect();
    if kept.is_empty() {
        return BTreeMap::new();
    }
    let held: BTreeMap<&ResourceAddress, &NodeView> =
        held.iter().map(|held| (&held.resource, &held.node)).collect();
    let by_dataset =
        |node: &NodeView| node.divided(|dataset| kept.get(dataset.storage_key()).map(|key| (*key).clone()));
    let captures: BTreeMap<DatasetKey, NodeView> = nodes.flat_map(by_dataset).collect();
    let view_of = |resource: &Resource| {
        let dataset = &resource.held_data()?.dataset;
        let former = || held.get(resource.former_address()?);
        match held.get(resource.address()).or_else(former) {
            Some(node) => Some((*node).clone()),
            None => captures.get(dataset).cloned(),
        }
    };
    resources().filter_map(|resource| Some((resource.address().clone(), view_of(resource)?.into()))).collect()
}

/// Returns an entry with the nodes that share its scope, which are no part of what it is rendered from.
fn with_members(entry: &Arc<ScopeEntry>, views: &PlatformViews) -> Arc<ScopeEntry> {
    let Scope::Shared(key) = &entry.scope else { return Arc::clone(entry) };
    let Some(shared) = views.shared.get(key) else { return Arc::clone(entry) };
    Arc::new(ScopeEntry {
        views: views_of_holders(shared.fed.iter(), &views.held, &entry.record),
        members: Arc::clone(&shared.members),
        ..ScopeEntry::clone(entry)
    })
}

/// What holds data in a shared scope has a node from which it is rendered on when nobody asks for it any more.
fn check_holders(entries: &[Arc<ScopeEntry>], path: &ModelPath, found: &mut Vec<Diagnostic>) {
    for entry in entries.iter().filter(|entry| matches!(entry.scope, Scope::Shared(_))) {
        let holders = entry.record.resources.values().filter(|resource| resource.held_data().is_some());
        for holder in holders.filter(|holder| !entry.views.contains_key(holder.address())) {
            let message =
                format!("`{}` in {} holds data that no capture shares", holder.address(), entry.scope);
            let help = "report this to the author of the plug-in: the ingest of a dataset shares what holds its data";
            found.push(Diagnostic::new(&OF_NO_CAPTURE, path.clone(), message).with_help(help));
        }
    }
}

fn check_folders<'s>(scopes: impl Iterator<Item = &'s Scope>, path: &ModelPath, found: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<String, &Scope> = BTreeMap::new();
    for scope in scopes {
        let Some(folder) = scope_folder(scope) else { continue };
        if let Some(other) = seen.insert(folder.case_folded(), scope) {
            let message = format!("{other} and {scope} differ in case alone, so they have one folder");
            let help =
                "give the shard another name in the lock; a key of what is shared is given by the plug-in";
            found.push(Diagnostic::new(&FOLDER_TWICE, path.clone(), message).with_help(help));
        }
    }
}

fn check_addresses(entries: &[Arc<ScopeEntry>], path: &ModelPath, found: &mut Vec<Diagnostic>) {
    let mut seen = BTreeSet::new();
    for address in entries.iter().flat_map(|entry| entry.record.resources.keys()) {
        if !seen.insert(address) {
            let message = format!("the address `{address}` is used in two scopes");
            found.push(
                Diagnostic::new(&ADDRESS_TWICE, path.clone(), message).with_help(
                    "report this to the author of the plug-in: an address is unique on its platform",
                ),
            );
        }
    }
}

fn check_held(
    held: &[HeldState],
    (entries, index): (&[Arc<ScopeEntry>], &PlatformIndex),
    path: &ModelPath,
    found: &mut Vec<Diagnostic>,
) {
    for held in held {
        let rendered = match index.has_addresses_twice() {
            true => entries.iter().find_map(|entry| entry.record.resources.get(&held.resource)),
            false => index.resource(&held.resource),
        };
        // What is held under a former address is there under the one of now.
        let readdressed = entries.iter().filter(|_| index.has_former_addresses());
        let all = || readdressed.clone().flat_map(|entry| entry.record.resources.values());
        let renamed = || all().find(|one| one.former_address() == Some(&held.resource));
        let rendered = rendered.or_else(renamed);
        let keeps = rendered.and_then(|resource| resource.held_data()).is_some_and(|data| {
            data.dataset == held.holds.dataset && data.custody.covers(held.holds.custody)
        });
        if !keeps {
            let message = format!("`{}` is held, but its platform does not render it", held.resource);
            found.push(Diagnostic::new(&NOT_RENDERED, path.clone(), message).with_help(
                "report this to the author of the plug-in; the data is safe as long as nothing is written",
            ));
        }
    }
}
