//! A disk that loses, with the power, what was not waited for.

use crate::output::disk::{Disk, DiskLock, FileKind, Publication, RealDisk};
use std::{
    collections::BTreeSet,
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard},
};

/// Remembers what was not waited for. It waits for nothing itself.
#[derive(Debug, Default)]
pub(super) struct ForgettingDisk {
    pending: Mutex<Pending>,
}

#[derive(Debug, Default)]
struct Pending {
    /// The files whose bytes were not waited for.
    contents: BTreeSet<PathBuf>,
    /// The changes of names, in order, each with the folder that has to be waited for.
    changes: Vec<(PathBuf, Change)>,
}

/// A change of a name, with what it takes to undo it.
#[derive(Debug)]
enum Change {
    FileWritten { path: PathBuf, before: Option<Vec<u8>> },
    FileMoved { from: PathBuf, to: PathBuf, before: Option<Vec<u8>> },
    FileRemoved { path: PathBuf, before: Vec<u8> },
    FolderMade(PathBuf),
    FolderRemoved(PathBuf),
}

impl ForgettingDisk {
    /// Cuts the power. Of the changes of names that nobody waited for, these are lost, by their number in order, and those that would not
    /// have been possible without them; and so are the bytes of all files that nobody waited for.
    pub(super) fn cut_power(&self, is_lost: impl Fn(usize) -> bool) {
        let mut pending = self.pending();
        for path in std::mem::take(&mut pending.contents) {
            if path.exists() {
                fs::write(path, "").unwrap();
            }
        }
        let mut lost: Vec<Change> = Vec::new();
        for (number, (_, change)) in std::mem::take(&mut pending.changes).into_iter().enumerate() {
            if is_lost(number) || lost.iter().any(|lost| change.needs(lost)) {
                lost.push(change);
            }
        }
        lost.into_iter().rev().for_each(Change::undo);
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap()
    }

    fn changed(&self, path: &Path, change: Change) {
        self.pending().changes.push((path.parent().unwrap().to_owned(), change));
    }
}

impl Change {
    fn paths(&self) -> Vec<&Path> {
        match self {
            Self::FileMoved { from, to, .. } => vec![from, to],
            Self::FileWritten { path, .. }
            | Self::FileRemoved { path, .. }
            | Self::FolderMade(path)
            | Self::FolderRemoved(path) => vec![path],
        }
    }

    /// Whether it is about the same file or folder as an earlier change, or one that is in it.
    fn needs(&self, earlier: &Self) -> bool {
        let earlier = earlier.paths();
        let is_one =
            |path: &Path| earlier.iter().any(|other| path.starts_with(other) || other.starts_with(path));
        self.paths().into_iter().any(is_one)
    }

    /// Where the folder is lost that something was in before, that is lost, too.
    fn undo(self) {
        let restore = |path: &Path, before: Option<Vec<u8>>| match before {
            Some(bytes) => drop(fs::write(path, bytes)),
            None => drop(fs::remove_file(path)),
        };
        match self {
            Self::FileWritten { path, before } => restore(&path, before),
            Self::FileMoved { from, to, before } => {
                let _ = fs::rename(&to, &from);
                restore(&to, before);
            }
            Self::FileRemoved { path, before } => restore(&path, Some(before)),
            Self::FolderMade(path) => drop(fs::remove_dir_all(path)),
            Self::FolderRemoved(path) => drop(fs::create_dir(path)),
        }
    }
}

impl Disk for ForgettingDisk {
    fn kind(&self, path: &Path) -> io::Result<Option<FileKind>> {
        RealDisk.kind(path)
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        RealDisk.read(path)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        RealDisk.list(folder)
    }

    fn write(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        let before = fs::read(path).ok();
        RealDisk.write(path, content)?;
        self.pending().contents.insert(path.to_owned());
        self.changed(path, Change::FileWritten { path: path.to_owned(), before });
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let before = fs::read(to).ok();
        RealDisk.rename(from, to)?;
        if self.pending().contents.remove(from) {
            self.pending().contents.insert(to.to_owned());
        }
        self.changed(to, Change::FileMoved { from: from.to_owned(), to: to.to_owned(), before });
        Ok(())
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        let before = fs::read(path)?;
        RealDisk.remove_file(path)?;
        self.pending().contents.remove(path);
        self.changed(path, Change::FileRemoved { path: path.to_owned(), before });
        Ok(())
    }

    fn remove_dir(&self, folder: &Path) -> io::Result<()> {
        RealDisk.remove_dir(folder)?;
        self.changed(folder, Change::FolderRemoved(folder.to_owned()));
        Ok(())
    }

    fn create_dir(&self, folder: &Path) -> io::Result<()> {
        RealDisk.create_dir(folder)?;
        self.changed(folder, Change::FolderMade(folder.to_owned()));
        Ok(())
    }

    fn sync(&self, paths: &[PathBuf]) -> io::Result<()> {
        let mut pending = self.pending();
        for path in paths {
            pending.contents.remove(path);
            pending.changes.retain(|(folder, _)| folder != path);
        }
        Ok(())
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn DiskLock>>> {
        RealDisk.lock(path)
    }

    fn is_locked(&self, path: &Path) -> io::Result<bool> {
        RealDisk.is_locked(path)
    }

    fn publication(&self) -> Option<&dyn Publication> {
        None
    }
}
