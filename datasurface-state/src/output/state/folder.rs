//! State in the folder of the target, as files that people can commit: `manifest.json`, `parts/` and `journal.json` in `.datasurface`.

use super::{StateChange, StateContent, StateSnapshot, StateStore};
use crate::output::{
    codes::UNREADABLE,
    disk::{Disk, DiskLock, FileKind},
    error::TargetError,
    file_tree::{FileTree, folders_of},
    journal::damaged,
    target_folder::{JOURNAL, MANIFEST, NEW_JOURNAL, OWN, PARTS, changing, reading},
};
use datasurface_graph::Fingerprint;
use datasurface_platform::SafePath;
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
};

/// The state as files in our own folder.
#[derive(Clone, Debug)]
pub(in crate::output) struct FolderState {
    own: PathBuf,
    disk: Arc<dyn Disk>,
}

/// The lock of the folder is enough.
#[derive(Debug)]
struct Included;

impl DiskLock for Included {}

impl FolderState {
    /// The state in the target at this root.
    pub(in crate::output) fn new(root: &Path, disk: Arc<dyn Disk>) -> Self {
        Self { own: root.join(OWN), disk }
    }

    /// Whether a file of ours is there. What is neither missing nor a file is refused.
    pub(in crate::output) fn has(&self, name: &str) -> Result<bool, TargetError> {
        let path = self.own.join(name);
        match reading(&path, self.disk.kind(&path))? {
            None => Ok(false),
            Some(FileKind::File) => Ok(true),
            Some(_) => {
                let name = format!("{OWN}/{name}");
                Err(TargetError::new(&UNREADABLE, &name, format!("`{name}` is not a file"))
                    .help("restore it, for example from git: datasurface keeps its own files there"))
            }
        }
    }

    pub(in crate::output) fn read(&self, name: &str) -> Result<Option<Vec<u8>>, TargetError> {
        let path = self.own.join(name);
        match self.has(name)? {
            true => reading(&path, self.disk.read(&path)).map(Some),
            false => Ok(None),
        }
    }

    /// Parts of manifests have safe paths.
    fn tree(&self) -> FileTree<'_> {
        FileTree { root: self.own.clone(), disk: &*self.disk }
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<(), TargetError> {
        changing(to, self.disk.rename(from, to))
    }

    fn sync(&self, paths: impl IntoIterator<Item = PathBuf>) -> Result<(), TargetError> {
        let paths: Vec<PathBuf> = paths.into_iter().collect();
        changing(paths.first().unwrap_or(&self.own), self.disk.sync(&paths))
    }

    /// Writes a file beside its place, and puts it there: whoever finds it finds all of it.
    pub(in crate::output) fn replace(
        &self,
        (name, new): (&str, &str),
        content: &[u8],
    ) -> Result<(), TargetError> {
        let (path, new) = (self.own.join(name), self.own.join(new));
        changing(&new, self.disk.write(&new, content))?;
        self.sync([new.clone()])?;
        self.rename(&new, &path)?;
        self.sync([self.own.clone()])
    }

    /// Removes a file of ours.
    pub(in crate::output) fn remove(&self, name: &str) -> Result<(), TargetError> {
        let path = self.own.join(name);
        changing(&path, self.disk.remove_file(&path))?;
        self.sync([self.own.clone()])
    }

    /// Removes a folder with all that is in it. No link is followed.
    fn remove_folder(&self, folder: &Path) -> Result<(), TargetError> {
        let (mut folders, mut next) = (vec![folder.to_owned()], 0);
        while let Some(folder) = folders.get(next).cloned() {
            for name in reading(&folder, self.disk.list(&folder))? {
                let at = folder.join(name);
                match reading(&at, self.disk.kind(&at))? {
                    Some(FileKind::Folder) => folders.push(at),
                    _ => changing(&at, self.disk.remove_file(&at))?,
                }
            }
            next += 1;
        }
        for folder in folders.iter().rev() {
            changing(folder, self.disk.remove_dir(folder))?;
        }
        self.sync([self.own.clone()])
    }

    /// Once the new manifest is in its place, nobody needs these parts.
    fn drop_parts(&self, dropped: &[SafePath]) -> Result<(), TargetError> {
        let tree = self.tree();
        let mut folders = BTreeSet::new();
        for path in dropped {
            if tree.kind_at(path)? == Some(FileKind::File) {
                let at = tree.path_of(path);
                changing(&at, self.disk.remove_file(&at))?;
            }
            folders.extend(folders_of(path));
        }
        match folders.is_empty() {
            true => Ok(()),
            false => self.sync(tree.tidy(&folders)?),
        }
    }
}

impl StateStore for FolderState {
    /// It is read as it is asked for: whoever writes excludes others by the lock of the folder.
    fn snapshot(&self) -> Result<Box<dyn StateSnapshot>, TargetError> {
        Ok(Box::new(self.clone()))
    }

    fn index_hash(&self) -> Result<Option<Fingerprint>, TargetError> {
        Ok(self.read(MANIFEST)?.as_deref().map(Fingerprint::of_bytes))
    }

    fn has_journal(&self) -> Result<bool, TargetError> {
        self.has(JOURNAL)
    }

    fn lock(&self) -> Result<Option<Box<dyn DiskLock>>, TargetError> {
        Ok(Some(Box::new(Included)))
    }

    fn is_locked(&self) -> Result<bool, TargetError> {
        Ok(false)
    }

    /// The index was compared when the lock of the folder was taken.
    fn decide(&self, _: Option<Fingerprint>, journal: &[u8], _: Fingerprint) -> Result<(), TargetError> {
        self.replace((JOURNAL, NEW_JOURNAL), journal)
    }

    fn complete(&self, change: StateChange<'_>) -> Result<(), TargetError> {
        let (tree, mut touched) = (self.tree(), change.touched);
        let mut folders = BTreeSet::new();
        let is_staged =
            |path: &Path| reading(path, self.disk.kind(path)).map(|kind| kind == Some(FileKind::File));
        for (part, staged) in &change.parts {
            if is_staged(staged)? {
                let path = tree.path_of(part);
                touched.extend(tree.make_way(part, &mut folders)?);
                self.rename(staged, &path)?;
                touched.extend(path.parent().map(Path::to_owned));
            }
        }
        if is_staged(&change.index)? {
            self.rename(&change.index, &self.own.join(MANIFEST))?;
        } else if self.index_hash()? != Some(change.hash) {
            return Err(damaged(MANIFEST, "is neither staged nor in its place"));
        }
        touched.insert(self.own.clone());
        self.sync(touched)?;
        self.drop_parts(change.dropped)?;
        let journal = self.own.join(JOURNAL);
        changing(&journal, self.disk.remove_file(&journal))?;
        self.sync([self.own.clone()])
    }

    /// What is there is a copy that nobody reads.
    fn import(&self, content: &StateContent) -> Result<(), TargetError> {
        self.forget()?;
        let Some(index) = &content.index else {
            return Ok(());
        };
        let (tree, mut folders) = (self.tree(), BTreeSet::new());
        let mut touched = BTreeSet::from([self.own.clone()]);
        let texts = content.parts.iter().map(|(path, text)| (path.as_str(), text));
        for (path, text) in texts.chain([(MANIFEST, index)]) {
            let path: SafePath = path.parse().map_err(|error| {
                TargetError::new(&UNREADABLE, path, format!("`{path}` is no part of a manifest: {error}"))
                    .help("restore the database: what is in it was not written by datasurface")
            })?;
            touched.extend(tree.make_way(&path, &mut folders)?);
            let at = tree.path_of(&path);
            changing(&at, self.disk.write(&at, text))?;
            touched.extend(at.parent().map(Path::to_owned));
            touched.insert(at);
        }
        self.sync(touched)
    }

    fn forget(&self) -> Result<(), TargetError> {
        if self.has(MANIFEST)? {
            self.remove(MANIFEST)?;
        }
        let parts = self.own.join(PARTS);
        match reading(&parts, self.disk.kind(&parts))? {
            Some(FileKind::Folder) => self.remove_folder(&parts),
            _ => Ok(()),
        }
    }

    /// Whoever reads the folder finishes what was decided in it.
    fn decided_in(&self) -> Result<Option<String>, TargetError> {
        Ok(None)
    }

    fn abandon(&self) -> Result<(), TargetError> {
        Ok(())
    }
}

impl StateSnapshot for FolderState {
    fn index(&self) -> Result<Option<Vec<u8>>, TargetError> {
        self.read(MANIFEST)
    }

    fn part(&self, path: &SafePath) -> Result<Option<Vec<u8>>, TargetError> {
        let tree = self.tree();
        match tree.kind_at(path)? {
            None => Ok(None),
            Some(FileKind::File) => {
                reading(path.as_str().as_ref(), self.disk.read(&tree.path_of(path))).map(Some)
            }
            Some(_) => {
                let message =
                    format!("`{path}`, a part of the manifest, is not a file, or there is a link on its way");
                Err(TargetError::new(&UNREADABLE, path, message)
                    .help("restore the folder `.datasurface` of the target, for example from git"))
            }
        }
    }

    fn journal(&self) -> Result<Option<Vec<u8>>, TargetError> {
        self.read(JOURNAL)
    }
}
