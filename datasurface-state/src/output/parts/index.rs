//! The index of a manifest: what is about a whole target, platform or scope, and the hashes of the parts.

use super::{
    APPLIED, PartPlace, RENDERED, incomplete, lock_path, nodes_count, nodes_path, owed_count,
    page::{PageWire, page_count},
};
use crate::{
    lock::{Lock, LockWire},
    output::{
        AcceptedEdit, AppliedTarget, ApplyState, EarlierApplied, EarlierTransition, Manifest, Owed,
        PlatformRecord, RenderedNode, RenderedNodes, RenderedRevision, RenderingId, ScopeEntry,
        codes::UNREADABLE, error::TargetError, manifest::SameScopes, target_folder::MANIFEST,
    },
};
use datasurface_graph::{Custody, Fingerprint, NodeKey};
use datasurface_model::{DatasetKey, PlatformName};
use datasurface_platform::{FileRecord, PlatformInstance, Revision, SafePath, Scope};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The format of a manifest in parts. The one before, `datasurface-target/1`, has everything in one text.
const FORMAT: &str = "datasurface-target/2";

/// The index, as it is written and read.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Index {
    format: String,
    revision: Revision,
    lock: Fingerprint,
    rendering: RenderingId,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    unapplied: Vec<RenderedRevision>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    applied: Option<RenderedRevision>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    recorded_lock: Option<RecordedLock>,
    platforms: Vec<PlatformIndex>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    accepted: BTreeMap<SafePath, AcceptedEdit>,
}

/// The recorded lock: its part, and the revision that it names.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordedLock {
    hash: Fingerprint,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reached: Option<Revision>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlatformIndex {
    instance: PlatformInstance,
    folder: SafePath,
    scopes: Vec<ScopeIndex>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    owed: Vec<Fingerprint>,
    transition: BTreeMap<SafePath, FileRecord>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    earlier: Vec<EarlierTransition>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    gone: Vec<SafePath>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    left: BTreeSet<DatasetKey>,
    standing: ApplyStateIndex,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    takes_from: BTreeSet<PlatformName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    applied_to: Option<AppliedTarget>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reached: Option<RenderedRevision>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    nodes: Vec<Fingerprint>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    waits_for: BTreeSet<PlatformName>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ApplyStateIndex {
    Rendered,
    Applied,
    Behind(BehindIndex),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BehindIndex {
    revision: Revision,
    scopes: Vec<ScopeIndex>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    owed: Vec<Fingerprint>,
}

/// A scope, with the hashes of its pages in order.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ScopeIndex {
    scope: Scope,
    folder: SafePath,
    fingerprint: Fingerprint,
    pages: Vec<Fingerprint>,
}

impl Index {
    /// Creates the index of a manifest from the hashes of its parts.
    pub(super) fn new(
        manifest: &Manifest,
        hashes: &BTreeMap<SafePath, Fingerprint>,
    ) -> Result<Self, TargetError> {
        let of_part = |path: &SafePath| {
            let missing = || incomplete(format!("the part `{path}` of the manifest has no hash"));
            hashes.get(path).copied().ok_or_else(missing)
        };
        let recorded = |lock: &Lock| {
            Ok::<_, TargetError>(RecordedLock {
                hash: of_part(&lock_path()?)?,
                reached: lock.reached.clone(),
            })
        };
        let platforms = manifest.platforms().values().map(|record| PlatformIndex::new(record, hashes));
        Ok(Self {
            format: FORMAT.to_owned(),
            revision: manifest.revision().clone(),
            lock: manifest.lock(),
            rendering: manifest.rendering(),
            unapplied: manifest.unapplied_renderings().to_vec(),
            applied: manifest.applied_rendering().cloned(),
            recorded_lock: manifest.recorded_lock().map(recorded).transpose()?,
            platforms: platforms.collect::<Result<_, _>>()?,
            accepted: manifest.accepted().clone(),
        })
    }
}

impl PlatformIndex {
    fn new(record: &PlatformRecord, hashes: &BTreeMap<SafePath, Fingerprint>) -> Result<Self, TargetError> {
        let side = |side| Side { side, platform: &record.folder, hashes };
        let standing = match &record.standing {
            ApplyState::Rendered => ApplyStateIndex::Rendered,
            ApplyState::Applied => ApplyStateIndex::Applied,
            ApplyState::Behind(behind) => ApplyStateIndex::Behind(BehindIndex {
                revision: behind.revision.clone(),
                scopes: side(APPLIED).scopes(&behind.scopes)?,
                owed: side(APPLIED).hashes(None, owed_count(&behind.owed))?,
            }),
        };
        Ok(Self {
            instance: record.instance.clone(),
            folder: record.folder.clone(),
            scopes: side(RENDERED).scopes(&record.scopes)?,
            owed: side(RENDERED).hashes(None, owed_count(&record.owed))?,
            transition: record.transition.clone(),
            earlier: record.earlier.clone(),
            gone: record.gone.clone(),
            left: record.left.clone(),
            standing,
            takes_from: record.takes_from.clone(),
            applied_to: record.applied_to.clone(),
            reached: record.reached.clone(),
            nodes: nodes_hashes(record, hashes)?,
            waits_for: record.waits_for.clone(),
        })
    }
}

fn nodes_hashes(
    record: &PlatformRecord,
    hashes: &BTreeMap<SafePath, Fingerprint>,
) -> Result<Vec<Fingerprint>, TargetError> {
    let of = |number| {
        let hash = hashes.get(&nodes_path(&record.folder, number)?).copied();
        hash.ok_or_else(|| incomplete("a part of the manifest has no hash".to_owned()))
    };
    (0..nodes_count(&record.nodes)).map(of).collect()
}

/// What is rendered of a platform, or what was applied.
struct Side<'s> {
    side: &'static str,
    platform: &'s SafePath,
    hashes: &'s BTreeMap<SafePath, Fingerprint>,
}

impl Side<'_> {
    fn scopes(&self, entries: &[Arc<ScopeEntry>]) -> Result<Vec<ScopeIndex>, TargetError> {
        let of = |entry: &Arc<ScopeEntry>| {
            Ok(ScopeIndex {
                scope: entry.scope.clone(),
                folder: entry.folder.clone(),
                fingerprint: entry.fingerprint,
                pages: self.hashes(Some(&entry.folder), page_count(entry))?,
            })
        };
        entries.iter().map(of).collect()
    }

    /// What is applied as it is rendered has no part of its own.
    fn hashes(&self, scope: Option<&SafePath>, count: usize) -> Result<Vec<Fingerprint>, TargetError> {
        let of = |number| {
            let place = PartPlace { platform: self.platform, scope, number };
            let own = self.hashes.get(&place.path(self.side)?);
            let shared = || Ok::<_, TargetError>(self.hashes.get(&place.path(RENDERED)?));
            let hash = if own.is_some() { own } else { shared()? };
            hash.copied().ok_or_else(|| incomplete("a part of the manifest has no hash".to_owned()))
        };
        (0..count).map(of).collect()
    }
}

/// A manifest that was read from its parts.
#[derive(Debug)]
pub(in crate::output) struct ReadManifest {
    pub(in crate::output) manifest: Manifest,
    /// The hashes of the texts of its parts, by path in our own folder; none if it was in one text.
    pub(in crate::output) parts: BTreeMap<SafePath, Fingerprint>,
}

/// The member that every format has: enough to tell one from another.
#[derive(Deserialize)]
struct Probe {
    format: String,
}

/// Returns the text of the part at a path, which has this hash.
pub(in crate::output) type PartLoader<'l> =
    dyn Fn(&SafePath, Fingerprint) -> Result<Vec<u8>, TargetError> + 'l;

/// Reads a manifest from the text of its index, or from the one text of the format before. `load` returns the texts of
/// its parts.
///
/// # Errors
///
/// If the text, or that of a part, is no such text, or has another format.
pub(in crate::output) fn read(text: &[u8], load: &PartLoader<'_>) -> Result<ReadManifest, TargetError> {
    let is_in_parts = serde_json::from_slice::<Probe>(text).is_ok_and(|probe| probe.format == FORMAT);
    if !is_in_parts {
        let manifest = Manifest::from_json(text).map_err(|error| unreadable(MANIFEST, error))?;
        return Ok(ReadManifest { manifest, parts: BTreeMap::new() });
    }
    let index: Index = serde_json::from_slice(text).map_err(|error| unreadable(MANIFEST, error))?;
    let mut reader = Reader { load, parts: BTreeMap::new(), shared: BTreeMap::new() };
    let number = index.platforms.len();
    let platforms = index.platforms.into_iter().map(|platform| reader.platform(platform));
    let platforms = platforms.collect::<Result<Vec<_>, _>>()?;
    let mut manifest = Manifest::new(index.revision, index.lock, platforms)
        .with_renderings(index.rendering, index.unapplied, index.applied)
        .with_accepted(index.accepted);
    if let Some(recorded) = index.recorded_lock {
        let wire: LockWire = reader.part(lock_path()?, recorded.hash)?;
        if !wire.is_known() {
            return Err(unreadable(lock_path()?, "it has another format"));
        }
        manifest = manifest.with_recorded_lock(Lock { reached: recorded.reached, ..Lock::from(wire) });
    }
    if manifest.platforms().len() < number {
        return Err(unreadable(MANIFEST, "a platform is there twice"));
    }
    match manifest.inconsistency(&SameScopes::default()) {
        Some(error) => Err(unreadable(MANIFEST, error)),
        None => Ok(ReadManifest { manifest, parts: reader.parts }),
    }
}

struct Reader<'r> {
    load: &'r PartLoader<'r>,
    parts: BTreeMap<SafePath, Fingerprint>,
    /// The pages that are applied as they are rendered, by path of the rendered one.
    shared: BTreeMap<SafePath, PageWire>,
}

impl Reader<'_> {
    fn part<T: DeserializeOwned>(&mut self, path: SafePath, hash: Fingerprint) -> Result<T, TargetError> {
        let text = (self.load)(&path, hash)?;
        let part = serde_json::from_slice(&text).map_err(|error| unreadable(&path, error))?;
        self.parts.insert(path, hash);
        Ok(part)
    }

    fn platform(&mut self, index: PlatformIndex) -> Result<PlatformRecord, TargetError> {
        let PlatformIndex {
            instance,
            folder,
            scopes,
            owed,
            transition,
            earlier,
            gone,
            left,
            standing,
            takes_from,
            applied_to,
            reached,
            nodes,
            waits_for,
        } = index;
        let shared = match &standing {
            ApplyStateIndex::Behind(behind) => shared_pages(&folder, &scopes, &behind.scopes)?,
            ApplyStateIndex::Rendered | ApplyStateIndex::Applied => BTreeSet::new(),
        };
        let scopes = scopes.into_iter().map(|scope| self.rendered(&folder, scope, &shared));
        let scopes = scopes.collect::<Result<_, _>>()?;
        let rendered_owed = self.owed(&folder, RENDERED, &owed, &[])?;
        let standing = match standing {
            ApplyStateIndex::Rendered => ApplyState::Rendered,
            ApplyStateIndex::Applied => ApplyState::Applied,
            ApplyStateIndex::Behind(behind) => {
                let scopes = behind.scopes.into_iter().map(|scope| self.applied(&folder, scope));
                ApplyState::Behind(Box::new(EarlierApplied {
                    revision: behind.revision,
                    scopes: scopes.collect::<Result<_, _>>()?,
                    owed: self.owed(&folder, APPLIED, &behind.owed, &owed)?,
                }))
            }
        };
        let owed = rendered_owed;
        let nodes = self.nodes(&folder, &nodes)?;
        Ok(PlatformRecord {
            instance,
            folder,
            scopes,
            transition,
            earlier,
            gone,
            left,
            standing,
            owed,
            takes_from,
            applied_to,
            reached,
            nodes,
            waits_for,
        })
    }

    fn rendered(
        &mut self,
        platform: &SafePath,
        index: ScopeIndex,
        shared: &BTreeSet<SafePath>,
    ) -> Result<Arc<ScopeEntry>, TargetError> {
        let mut entry = empty_entry(&index);
        let mut pages = Vec::with_capacity(index.pages.len());
        for (number, hash) in index.pages.into_iter().enumerate() {
            let path = PartPlace { platform, scope: Some(&index.folder), number }.path(RENDERED)?;
            let page: PageWire = self.part(path.clone(), hash)?;
            if shared.contains(&path) {
                self.shared.insert(path, page.clone());
            }
            pages.push(page);
        }
        PageWire::join(pages, &mut entry);
        Ok(Arc::new(entry))
    }

    fn applied(&mut self, platform: &SafePath, index: ScopeIndex) -> Result<Arc<ScopeEntry>, TargetError> {
        let mut entry = empty_entry(&index);
        let mut pages = Vec::with_capacity(index.pages.len());
        for (number, hash) in index.pages.into_iter().enumerate() {
            let place = PartPlace { platform, scope: Some(&index.folder), number };
            pages.push(match self.shared.remove(&place.path(RENDERED)?) {
                Some(page) => page,
                None => self.part(place.path(APPLIED)?, hash)?,
            });
        }
        PageWire::join(pages, &mut entry);
        Ok(Arc::new(entry))
    }

    /// Reads the nodes of a platform as they were rendered.
    fn nodes(&mut self, platform: &SafePath, hashes: &[Fingerprint]) -> Result<RenderedNodes, TargetError> {
        let mut nodes = RenderedNodes::new();
        for (number, hash) in hashes.iter().enumerate() {
            let part: BTreeMap<NodeKey, RenderedNode> = self.part(nodes_path(platform, number)?, *hash)?;
            nodes.extend(part.into_iter().map(|(key, node)| (key, Arc::new(node))));
        }
        Ok(nodes)
    }

    /// Reads what is asked for of datasets; those parts whose hashes are `shared` are the rendered ones.
    fn owed(
        &mut self,
        platform: &SafePath,
        side: &str,
        hashes: &[Fingerprint],
        shared: &[Fingerprint],
    ) -> Result<Owed, TargetError> {
        let mut owed = Owed::new();
        for (number, hash) in hashes.iter().enumerate() {
            let side = if shared.get(number) == Some(hash) { RENDERED } else { side };
            let path = PartPlace { platform, scope: None, number }.path(side)?;
            owed.extend(self.part::<BTreeMap<DatasetKey, Custody>>(path, *hash)?);
        }
        Ok(owed)
    }
}

/// The paths of the rendered pages that are applied as they are.
fn shared_pages(
    platform: &SafePath,
    rendered: &[ScopeIndex],
    applied: &[ScopeIndex],
) -> Result<BTreeSet<SafePath>, TargetError> {
    let rendered: BTreeMap<&SafePath, &[Fingerprint]> =
        rendered.iter().map(|index| (&index.folder, index.pages.as_slice())).collect();
    let mut shared = BTreeSet::new();
    for index in applied {
        let others = rendered.get(&index.folder).copied().unwrap_or_default();
        for (number, _) in index.pages.iter().zip(others).enumerate().filter(|(_, (one, other))| one == other)
        {
            shared.insert(PartPlace { platform, scope: Some(&index.folder), number }.path(RENDERED)?);
        }
    }
    Ok(shared)
}

fn empty_entry(index: &ScopeIndex) -> ScopeEntry {
    ScopeEntry {
        scope: index.scope.clone(),
        folder: index.folder.clone(),
        fingerprint: index.fingerprint,
        record: Arc::default(),
        views: BTreeMap::new(),
        nodes: BTreeMap::new(),
        metadata: BTreeMap::new(),
        members: Arc::default(),
    }
}

fn unreadable(path: impl std::fmt::Display, error: impl std::fmt::Display) -> TargetError {
    TargetError::new(&UNREADABLE, &path, format!("`{path}` cannot be read: {error}"))
        .help("restore it, for example from git, or use the version of datasurface that wrote it")
}
