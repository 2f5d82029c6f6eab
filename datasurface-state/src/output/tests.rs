//! Targets under test: files by path, in one scope of one platform.

mod accepted;
mod branch;
mod disk;
mod forgetting_disk;
mod garbage;
mod killed;
mod moves;
mod parts;
mod postgres;
mod power_cut;
mod processes;
mod rules;
pub(super) mod stores;
mod text;
mod views;

pub(super) use stores::for_each_database;
pub(super) use stores::{Store, in_store};

use super::{ApplyState, Manifest, Owed, PlatformRecord, ScopeEntry, Target, TargetError, disk::RealDisk};
use crate::Lock;
use datasurface_graph::Fingerprint;
use datasurface_model::Json;
use datasurface_platform::{File, PlatformInstance, Revision, SafePath, Scope, ScopeRecord};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

/// What a target is to be: the text of every file, by path relative to the folder of the scope.
#[derive(Clone, Debug, PartialEq)]
struct Wanted {
    files: BTreeMap<String, String>,
    lock: String,
}

/// The folder of the only scope.
const FOLDER: &str = "plant/shard-1";

impl Wanted {
    fn new(lock: &str, files: &[(&str, &str)]) -> Self {
        let owned = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
        Self { files: files.iter().map(owned).collect(), lock: lock.to_owned() }
    }

    fn manifest(&self) -> Manifest {
        let file = |(path, text): (&String, &String)| {
            let file = File::sql(path, text.clone()).unwrap();
            (file.path().clone(), file.record())
        };
        let record = ScopeRecord { files: self.files.iter().map(file).collect(), resources: BTreeMap::new() };
        let entry = ScopeEntry {
            scope: Scope::Shard("shard-1".into()),
            folder: safe("shard-1"),
            fingerprint: Fingerprint::of(&self.files),
            record: record.into(),
            views: BTreeMap::new(),
            nodes: BTreeMap::new(),
            metadata: BTreeMap::new(),
            members: Default::default(),
        };
        // A scope without files, whose part comes and goes with the lock.
        let name = format!("of-{}", Fingerprint::of(&self.lock).short());
        let other = ScopeEntry {
            scope: Scope::Shard(name.as_str().into()),
            folder: safe(&name),
            record: std::sync::Arc::default(),
            nodes: BTreeMap::from([("Ingest/plant/store".parse().unwrap(), Fingerprint::of(&self.lock))]),
            ..entry.clone()
        };
        let platform = platform("plant", vec![entry.into(), other.into()]);
        let lock = Fingerprint::of_bytes(self.lock.as_bytes());
        let reached = Some(Revision::new(lock));
        let recorded = Lock { reached: reached.clone(), ..Lock::default() };
        Manifest::new(Revision::new(lock), lock, [platform]).with_recorded_lock(recorded)
    }

    /// Writes all of it, whether it is there or not.
    fn write(&self, target: &mut Target, lock: &Path) -> Result<(), TargetError> {
        target.finish(Some(lock))?;
        let mut writing = target.begin()?;
        for (path, text) in &self.files {
            writing.put(&rendered(path), text.as_bytes())?;
        }
        writing.commit(self.manifest(), Some((lock, &self.lock)))
    }
}

/// What a manifest has of a platform with these scopes.
fn platform(name: &str, scopes: Vec<Arc<ScopeEntry>>) -> PlatformRecord {
    PlatformRecord {
        earlier: Vec::new(),
        gone: Vec::new(),
        left: BTreeSet::new(),
        instance: instance(name),
        folder: safe(name),
        scopes,
        transition: BTreeMap::new(),
        owed: Owed::new(),
        takes_from: BTreeSet::new(),
        applied_to: None,
        reached: None,
        nodes: crate::RenderedNodes::new(),
        waits_for: Default::default(),
        standing: ApplyState::default(),
    }
}

fn instance(name: &str) -> PlatformInstance {
    PlatformInstance::new(name.into(), "test".into(), semver::Version::new(1, 0, 0), Json::object())
}

fn safe(path: &str) -> SafePath {
    path.parse().unwrap()
}

fn rendered(path: &str) -> SafePath {
    safe(path).joined_to(&safe(FOLDER))
}

/// A folder with a target and, beside it, a lock.
pub(super) struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    pub(super) fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        stores::begin_in_database(&place);
        place
    }

    pub(super) fn root(&self) -> PathBuf {
        match self.repository().exists() {
            true => "git:rendered".into(),
            false => self.folder.path().join("target"),
        }
    }

    /// The repository that has the target in a branch, if it is there.
    fn repository(&self) -> PathBuf {
        self.folder.path().join("repository")
    }

    fn lock(&self) -> PathBuf {
        self.folder.path().join("model/datasurface.lock")
    }

    fn at(&self, path: &str) -> PathBuf {
        self.root().join(FOLDER).join(path)
    }

    fn open(&self) -> Target {
        self.open_on(RealDisk).unwrap()
    }

    fn write(&self, wanted: &Wanted) -> Result<(), TargetError> {
        wanted.write(&mut self.open_on(RealDisk)?, &self.lock())
    }

    /// A file that somebody else made.
    fn foreign(&self, path: &str, text: &str) {
        let path = self.at(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Everything that is there, but not in our own folder: files with their text, folders with none.
    fn all(&self) -> BTreeMap<String, Option<String>> {
        let mut found = BTreeMap::new();
        walk(self.folder.path(), self.folder.path(), &mut found);
        found.extend(branch::files(self).into_iter().filter(|(path, _)| !path.contains(".datasurface")));
        found
    }

    /// The files in the folder of parts.
    fn parts(&self) -> Vec<String> {
        let mut found = BTreeMap::new();
        let own = self.root().join(".datasurface");
        if own.join("parts").exists() {
            walk(&own, &own.join("parts"), &mut found);
        }
        let committed = branch::files(self).into_iter();
        found.extend(committed.filter(|(path, _)| path.starts_with("target/.datasurface/parts/")));
        found.extend(stores::parts(self).into_iter().map(|path| (path, None)));
        found.into_keys().filter(|path| path.ends_with(".json.gz")).collect()
    }

    fn own_files(&self) -> Vec<String> {
        let listed = fs::read_dir(self.root().join(".datasurface"));
        let mut names: Vec<String> = listed
            .into_iter()
            .flatten()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .chain(branch::files(self).into_keys().filter_map(|path| {
                path.strip_prefix("target/.datasurface/")?.split('/').next().map(str::to_owned)
            }))
            .collect();
        names.sort();
        names
    }
}

fn walk(root: &Path, folder: &Path, found: &mut BTreeMap<String, Option<String>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.ends_with(".datasurface") || path.ends_with("repository") {
            continue;
        }
        let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            found.insert(name, None);
            walk(root, &path, found);
        } else {
            found.insert(name, Some(String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned()));
        }
    }
}
