//! The manifest: the record of what we own in a target, and of the revision that it was made from.
//!
//! It is replaced last in a write, and names each file by its hash, so every reader sees one revision and no mixture.

mod applied;
mod platform_record;
mod rendered_node;
mod same_scopes;
mod stored_view;
mod wire;

pub use applied::{AppliedTarget, ApplyState, EarlierApplied, EarlierTransition};
pub use rendered_node::{RenderedNode, RenderedNodes};
pub use stored_view::StoredView;

pub(super) use same_scopes::SameScopes;

use super::{AcceptedEdit, RenderedRevision, RenderingId};
use crate::lock::Lock;
use datasurface_graph::{Custody, Fingerprint, NodeKey};
use datasurface_model::{DatasetKey, PlatformName};
use datasurface_platform::{
    FileRecord, PlatformInstance, ResourceAddress, Revision, SafePath, Scope, ScopeRecord,
};
use imbl::OrdMap;
use serde::{Deserialize, Serialize};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

/// The custody of each dataset that consumers ask for, by its storage name. Versions that come from each other are compared by what is different.
pub type Owed = OrdMap<DatasetKey, Custody>;

/// The record of what we own in a target, and of the revision that it was made from.
/// Equal manifests have the same bytes.
#[derive(Clone, Debug)]
pub struct Manifest {
    revision: Revision,
    /// The hash of the text of the lock. If it is not given, it is computed of the recorded lock when somebody asks: few plans are written.
    lock: OnceLock<Fingerprint>,
    rendering: RenderingId,
    /// The earlier renderings since the last one that was recorded as applied, in order.
    unapplied: Vec<RenderedRevision>,
    /// The rendering that was recorded as applied last.
    applied: Option<RenderedRevision>,
    /// The lock that goes with it; `None` in a target of an earlier version.
    recorded_lock: Option<Box<Lock>>,
    platforms: BTreeMap<PlatformName, PlatformRecord>,
    /// The edits of files that an operator accepted, by path relative to the target. A new rendering replaces these files.
    accepted: BTreeMap<SafePath, AcceptedEdit>,
}

/// The record of an instance of a platform in a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlatformRecord {
    /// The instance as it was when its files were rendered.
    pub instance: PlatformInstance,
    /// The folder of the instance, relative to the target.
    pub folder: SafePath,
    /// The scopes that the instance rendered, in order, each scope once.
    pub scopes: Vec<Arc<ScopeEntry>>,
    /// The files that exist for one change only, by path relative to the folder of the instance.
    pub transition: BTreeMap<SafePath, FileRecord>,
    /// The earlier renderings that nobody recorded as applied, in order: those that have transition files.
    /// Only a platform that leaves it to other tools to apply what it renders has them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<EarlierTransition>,
    /// The folders of scopes that are rendered no more, and were since the last revision that was recorded as applied, in the order in which
    /// they are taken down.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<SafePath>,
    /// The storage names of the datasets whose data was rendered since the last apply that was recorded, and is rendered no more. It may
    /// be there, so nothing else may be stored under these names.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub left: BTreeSet<DatasetKey>,
    /// The apply state: whether what runs is behind what is rendered.
    #[serde(default, skip_serializing_if = "ApplyState::is_rendered")]
    pub standing: ApplyState,
    /// The custody of each dataset that its consumers asked for.
    /// It cannot be read off a rendering, which also has the data that is held.
    #[serde(default, skip_serializing_if = "OrdMap::is_empty")]
    pub owed: Owed,
    /// The storage names of the other platforms that the instance takes data from: what it reads is there once they ran.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub takes_from: BTreeSet<PlatformName>,
    /// The system of the last apply, if it has an identity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applied_to: Option<AppliedTarget>,
    /// The rendering that the instance stays at while others went on; `None` if it is at the one of the manifest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached: Option<RenderedRevision>,
    /// The nodes as they were rendered, where data goes from one instance to another: what others read of a node that stays as it is,
    /// and what that node reads.
    #[serde(default, skip_serializing_if = "OrdMap::is_empty")]
    pub nodes: RenderedNodes,
    /// The instances that stayed behind when this one went on, and that parts of it wait for.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub waits_for: BTreeSet<PlatformName>,
}

/// The record of a rendered scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScopeEntry {
    /// The scope.
    pub scope: Scope,
    /// The folder of the scope, relative to that of its platform.
    pub folder: SafePath,
    /// The fingerprint of the view that the scope was rendered from.
    /// While the view is the same, so is the rendering.
    pub fingerprint: Fingerprint,
    /// The files and resources of the scope.
    pub record: Arc<ScopeRecord>,
    /// The nodes of the resources that hold data, as they were when the scope was rendered.
    pub views: BTreeMap<ResourceAddress, StoredView>,
    /// The fingerprints of the nodes that were placed in the scope, without their metadata.
    pub nodes: BTreeMap<NodeKey, Fingerprint>,
    /// The fingerprints of the metadata of these nodes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<NodeKey, Fingerprint>,
    /// The nodes that share the scope, by their storage names, with the fingerprint of what each adds to it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub members: Arc<BTreeMap<NodeKey, Fingerprint>>,
}

impl PartialEq for Manifest {
    fn eq(&self, other: &Self) -> bool {
        let Self { revision, lock: _, rendering, unapplied, applied, recorded_lock, platforms, accepted } =
            self;
        let is_same_lock = match (self.lock.get(), other.lock.get()) {
            // Of equal locks, the texts are equal.
            (None, None) => true,
            _ => self.lock() == other.lock(),
        };
        (revision, rendering, unapplied, applied)
            == (&other.revision, &other.rendering, &other.unapplied, &other.applied)
            && (recorded_lock, platforms, accepted)
                == (&other.recorded_lock, &other.platforms, &other.accepted)
            && is_same_lock
    }
}

impl Eq for Manifest {}

impl Manifest {
    /// Creates the manifest of these instances, each under its own name.
    /// `revision` is what they were rendered from, and `lock` is the hash of the text of the lock that goes with them.
    pub fn new(
        revision: Revision,
        lock: Fingerprint,
        platforms: impl IntoIterator<Item = PlatformRecord>,
    ) -> Self {
        let rendering = RenderingId::new(Fingerprint::of(&(&revision, lock)));
        Self { lock: lock.into(), ..Self::of_platforms(revision, rendering, platforms) }
    }

    /// Creates the manifest of these instances, with the lock that goes with them.
    pub fn with_lock(
        revision: Revision,
        rendering: RenderingId,
        lock: Lock,
        platforms: impl IntoIterator<Item = PlatformRecord>,
    ) -> Self {
        Self::of_platforms(revision, rendering, platforms).with_recorded_lock(lock)
    }

    /// Creates the manifest of these instances, without a lock.
    fn of_platforms(
        revision: Revision,
        rendering: RenderingId,
        platforms: impl IntoIterator<Item = PlatformRecord>,
    ) -> Self {
        let in_order = |mut platform: PlatformRecord| {
            platform.scopes.sort_by(|a, b| a.scope.cmp(&b.scope));
            (platform.instance.name.clone(), platform)
        };
        let platforms = platforms.into_iter().map(in_order).collect();
        let (lock, recorded_lock, accepted) = (OnceLock::new(), None, BTreeMap::new());
        Self {
            revision,
            lock,
            rendering,
            unapplied: Vec::new(),
            applied: None,
            recorded_lock,
            platforms,
            accepted,
        }
    }

    /// Sets the ID of the rendering, the earlier ones that nobody recorded as applied, and the last one that somebody did.
    #[must_use]
    pub fn with_renderings(
        self,
        rendering: RenderingId,
        unapplied: Vec<RenderedRevision>,
        applied: Option<RenderedRevision>,
    ) -> Self {
        Self { rendering, unapplied, applied, ..self }
    }

    /// Sets the edits of files that an operator accepted, by path relative to the target.
    #[must_use]
    pub(super) fn with_accepted(self, accepted: BTreeMap<SafePath, AcceptedEdit>) -> Self {
        Self { accepted, ..self }
    }

    /// The edits of files that an operator accepted, by path relative to the target. A new rendering replaces these files.
    #[must_use]
    pub fn accepted(&self) -> &BTreeMap<SafePath, AcceptedEdit> {
        &self.accepted
    }

    /// The ID of the rendering.
    #[must_use]
    pub fn rendering(&self) -> RenderingId {
        self.rendering
    }

    /// The earlier renderings since the last one that was recorded as applied, in order.
    pub(super) fn unapplied_renderings(&self) -> &[RenderedRevision] {
        &self.unapplied
    }

    /// The rendering that was recorded last as applied by another tool; `None` if nothing was.
    #[must_use]
    pub fn applied_rendering(&self) -> Option<&RenderedRevision> {
        self.applied.as_ref()
    }

    /// Adds a copy of the lock that goes with the manifest, from which a lost one is restored.
    #[must_use]
    pub fn with_recorded_lock(mut self, lock: Lock) -> Self {
        self.recorded_lock = Some(Box::new(lock));
        self
    }

    /// The copy of the lock that goes with the manifest, as it was rendered; `None` in a target of an earlier version.
    #[must_use]
    pub fn recorded_lock(&self) -> Option<&Lock> {
        self.recorded_lock.as_deref()
    }

    /// The revision that the target was made from.
    #[must_use]
    pub fn revision(&self) -> &Revision {
        &self.revision
    }

    /// The hash of the text of the lock that goes with the manifest.
    #[must_use]
    pub fn lock(&self) -> Fingerprint {
        let text = || self.recorded_lock.as_ref().map(|lock| lock.to_text()).unwrap_or_default();
        *self.lock.get_or_init(|| Fingerprint::of_bytes(text().as_bytes()))
    }

    /// Returns the text of the recorded lock; `None` if there is none. A hash that was not given is computed from it: it takes long to make that text of a large
    /// model.
    #[must_use]
    pub fn lock_text(&self) -> Option<String> {
        let text = self.recorded_lock.as_ref()?.to_text();
        self.lock.get_or_init(|| Fingerprint::of_bytes(text.as_bytes()));
        Some(text)
    }

    /// The record of each instance.
    #[must_use]
    pub fn platforms(&self) -> &BTreeMap<PlatformName, PlatformRecord> {
        &self.platforms
    }

    /// Returns the record of an instance.
    #[must_use]
    pub fn platform(&self, platform: &PlatformName) -> Option<&PlatformRecord> {
        self.platforms.get(platform)
    }

    /// Returns the base revision of an instance, from which its next plan starts.
    /// It is the revision of the last apply if what runs is behind, and otherwise that of the manifest.
    #[must_use]
    pub fn base_revision(&self, platform: &PlatformName) -> &Revision {
        match self.platforms.get(platform).map(|record| &record.standing) {
            Some(ApplyState::Behind(behind)) => &behind.revision,
            _ => self.reached_revision(platform),
        }
    }

    /// Returns the revision that an instance was rendered from last. It is that of the manifest, unless the instance stayed behind.
    #[must_use]
    pub fn reached_revision(&self, platform: &PlatformName) -> &Revision {
        let record = self.platforms.get(platform);
        record.and_then(|record| record.reached.as_ref()).map_or(&self.revision, |reached| &reached.revision)
    }

    /// Returns the rendering that made the files of an instance. It is that of the manifest, unless the instance stayed behind.
    #[must_use]
    pub fn reached_rendering(&self, platform: &PlatformName) -> RenderedRevision {
        let last = || RenderedRevision { rendering: self.rendering, revision: self.revision.clone() };
        self.platforms.get(platform).and_then(|record| record.reached.clone()).unwrap_or_else(last)
    }

    /// Adds the accepted edits of files of these instances, whose files stay as `before` has them.
    #[must_use]
    pub fn with_accepted_of(mut self, before: &Self, platforms: &BTreeSet<PlatformName>) -> Self {
        let records = platforms.iter().filter_map(|name| before.platform(name));
        let folders: Vec<String> = records.map(|record| format!("{}/", record.folder)).collect();
        let is_here = |path: &SafePath| folders.iter().any(|folder| path.as_str().starts_with(folder));
        let kept = before.accepted.iter().filter(|(path, _)| is_here(path));
        self.accepted.extend(kept.map(|(path, edit)| (path.clone(), edit.clone())));
        self
    }

    /// Returns the manifest with the record of each platform that was renamed since under its name of now.
    #[must_use]
    pub fn under_names_of_now<'i>(
        &self,
        instances: impl Iterator<Item = &'i PlatformInstance>,
    ) -> Cow<'_, Self> {
        let renamed = instances.filter_map(|instance| {
            let storage = instance.storage_name();
            let was = self.platforms.values().find(|record| record.instance.storage_name() == storage)?;
            (was.instance.name != instance.name).then(|| (was.instance.name.clone(), instance.name.clone()))
        });
        let renamed: Vec<(PlatformName, PlatformName)> = renamed.collect();
        if renamed.is_empty() {
            return Cow::Borrowed(self);
        }
        let mut now = self.clone();
        let taken: Vec<_> = renamed
            .iter()
            .filter_map(|(was, name)| Some((name.clone(), now.platforms.remove(was)?)))
            .collect();
        now.platforms.extend(taken);
        Cow::Owned(now)
    }

    /// Returns the manifest with other addresses of the resources of an instance, at its base revision and as rendered last. `renamed` has the addresses of
    /// now by former ones.
    #[must_use]
    pub fn with_addresses(
        mut self,
        platform: &PlatformName,
        renamed: &BTreeMap<ResourceAddress, ResourceAddress>,
    ) -> Self {
        if let Some(record) = self.platforms.get_mut(platform) {
            let base = match &mut record.standing {
                ApplyState::Behind(behind) => behind.scopes.iter_mut(),
                ApplyState::Rendered | ApplyState::Applied => [].iter_mut(),
            };
            for entry in base.chain(&mut record.scopes) {
                let entry = Arc::make_mut(entry);
                let now = |address: ResourceAddress| renamed.get(&address).cloned().unwrap_or(address);
                let record = Arc::make_mut(&mut entry.record);
                let resources = std::mem::take(&mut record.resources).into_values();
                let resources = resources.map(|resource| resource.readdressed(renamed));
                record.resources = resources.map(|resource| (resource.address().clone(), resource)).collect();
                let views = std::mem::take(&mut entry.views).into_iter();
                entry.views = views.map(|(address, view)| (now(address), view)).collect();
            }
        }
        self
    }

    /// Returns the record of a scope of an instance.
    #[must_use]
    pub fn scope(&self, platform: &PlatformName, scope: &Scope) -> Option<&Arc<ScopeEntry>> {
        let scopes = &self.platforms.get(platform)?.scopes;
        let position = scopes.binary_search_by(|entry| entry.scope.cmp(scope)).ok()?;
        scopes.get(position)
    }

    /// Returns every file, by path relative to the target.
    #[must_use]
    pub fn files(&self) -> BTreeMap<SafePath, &FileRecord> {
        self.each_file().collect()
    }

    /// Returns every file, also one that is named twice.
    fn each_file(&self) -> impl Iterator<Item = (SafePath, &FileRecord)> {
        self.platforms.values().flat_map(PlatformRecord::files)
    }

    /// What is wrong with it, in a few words: a scope or a file that is there twice, a file that would be a folder. Inside of `same` scopes, which another manifest has,
    /// nothing is.
    pub(super) fn inconsistency(&self, same: &SameScopes<'_>) -> Option<String> {
        for platform in self.platforms.values() {
            let twice = |(entry, next): (&Arc<ScopeEntry>, &Arc<ScopeEntry>)| entry.scope == next.scope;
            if platform.scopes.iter().zip(platform.scopes.iter().skip(1)).any(twice) {
                return Some(format!("`{}` has a scope twice", platform.instance.name));
            }
        }
        let records = || self.platforms.values();
        let scopes = || {
            records().flat_map(|record| {
                record.scopes.iter().map(|entry| (entry.folder.joined_to(&record.folder), entry))
            })
        };
        let changes = records()
            .flat_map(|record| record.change_files().map(|(path, _)| path.joined_to(&record.folder)));
        // Where folders of scopes are beside each other, a file can be in the way of one of the same scope alone.
        let may_clash = clash(scopes().map(|(folder, _)| folder).chain(changes)).is_some()
            || scopes()
                .filter(|(folder, _)| !same.has(folder))
                .any(|(_, entry)| clash(entry.record.files.keys().cloned()).is_some());
        may_clash.then(|| clash(self.each_file().map(|(path, _)| path))).flatten()
    }
}

/// What two of these files are to each other that cannot be, without regard to case.
fn clash(files: impl Iterator<Item = SafePath>) -> Option<String> {
    let mut paths: BTreeMap<String, SafePath> = BTreeMap::new();
    for path in files {
        if let Some(other) = paths.insert(path.case_folded(), path.clone()) {
            return Some(format!("`{other}` and `{path}` are the same file"));
        }
    }
    // Most files are in the folder of the file before them, which is known to be in no file.
    let mut known = None;
    for (folded, path) in &paths {
        let parent = folded.rsplit_once('/').map(|(parent, _)| parent);
        if parent == known {
            continue;
        }
        known = parent;
        let mut folders = folded.match_indices('/').filter_map(|(end, _)| folded.get(..end));
        if let Some(file) = folders.find_map(|folder| paths.get(folder)) {
            return Some(format!("`{file}` is a file, and the folder of `{path}`"));
        }
    }
    None
}
