//! Operations on a disk, as few as possible, so that a test can stop after any of them.

mod failing;
mod real;
mod sync;

pub use failing::FailingDisk;
pub use real::RealDisk;

use std::{
    ffi::OsString,
    fmt, io,
    path::{Path, PathBuf},
    sync::Arc,
};

/// The kind of an entry at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link, or something else that is neither file nor folder. Nothing of this kind is followed.
    Other,
}

/// A lock that is held. No other process has it before this is dropped.
pub trait DiskLock: fmt::Debug + Send + Sync {}

/// A disk.
/// A change either happens or fails as a whole; only [`write`](Disk::write) may leave half of its work behind.
pub trait Disk: fmt::Debug + Send + Sync {
    /// Returns the kind of the entry at a path; `None` if nothing is there.
    /// A link at the end of the path is not followed.
    ///
    /// # Errors
    ///
    /// If the entry cannot be examined, for example for lack of permission.
    fn kind(&self, path: &Path) -> io::Result<Option<FileKind>>;

    /// Reads the bytes of a file.
    ///
    /// # Errors
    ///
    /// If the file is missing or cannot be read.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// Returns the names in a folder, in order.
    ///
    /// # Errors
    ///
    /// If the folder is missing or cannot be read.
    fn list(&self, folder: &Path) -> io::Result<Vec<OsString>>;

    /// Returns the names of the files in a folder, in order; neither those of folders nor those of links.
    ///
    /// # Errors
    ///
    /// If the folder is missing or cannot be read.
    fn files(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        let mut files = Vec::new();
        for name in self.list(folder)? {
            if self.kind(&folder.join(&name))? == Some(FileKind::File) {
                files.push(name);
            }
        }
        Ok(files)
    }

    /// Creates a file with these bytes, in place of one that is there. They need not be on the disk before [`sync`](Disk::sync).
    ///
    /// # Errors
    ///
    /// If the file cannot be replaced or written. Half of its bytes may be there then.
    fn write(&self, path: &Path, content: &[u8]) -> io::Result<()>;

    /// Moves a file, in place of one that is there.
    ///
    /// # Errors
    ///
    /// If the file is missing or cannot be moved.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file, or a link.
    ///
    /// # Errors
    ///
    /// If the file is missing or cannot be removed.
    fn remove_file(&self, path: &Path) -> io::Result<()>;

    /// Removes an empty folder.
    ///
    /// # Errors
    ///
    /// If the folder is missing, not empty, or cannot be removed.
    fn remove_dir(&self, folder: &Path) -> io::Result<()>;

    /// Creates a folder in one that is there.
    ///
    /// # Errors
    ///
    /// If the parent is missing, if something is at the path already, or if the folder cannot be created.
    fn create_dir(&self, folder: &Path) -> io::Result<()>;

    /// Waits until the bytes of files, and what was created, moved and removed in folders, are on the disk.
    ///
    /// # Errors
    ///
    /// If one of them is missing or cannot be synchronised.
    fn sync(&self, paths: &[PathBuf]) -> io::Result<()>;

    /// Takes the lock that a file represents, creating the file if need be; `None` if somebody else has the lock.
    ///
    /// # Errors
    ///
    /// If the file cannot be opened, created or locked.
    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn DiskLock>>>;

    /// Tells whether somebody has the lock that a file represents. Creates no file.
    ///
    /// # Errors
    ///
    /// If a file that is there cannot be opened or examined.
    fn is_locked(&self, path: &Path) -> io::Result<bool>;

    /// Returns the publication that changes wait for; `None` if everybody sees each change at once.
    fn publication(&self) -> Option<&dyn Publication>;
}

/// The publication of changes that nobody else sees before: all of them at once, or none.
/// Whoever looks sees what was there before or what is there after, so no journal of them is needed.
pub trait Publication: fmt::Debug + Send + Sync {
    /// Makes sure that what was read is what is there, and that it may be replaced.
    ///
    /// # Errors
    ///
    /// With the kind [`ResourceBusy`](io::ErrorKind::ResourceBusy) if it is not what is there any more; if it may not be replaced, or cannot be
    /// examined.
    fn check(&self) -> io::Result<()>;

    /// Publishes what was changed since the last time, with a message for people; without a change, does nothing.
    ///
    /// # Errors
    ///
    /// As of [`check`](Self::check), or if the changes cannot be written. Nothing is published then.
    fn publish(&self, message: &str) -> io::Result<()>;
}

/// A disk may be shared.
impl<D: Disk + ?Sized> Disk for Arc<D> {
    fn kind(&self, path: &Path) -> io::Result<Option<FileKind>> {
        (**self).kind(path)
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        (**self).read(path)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        (**self).list(folder)
    }

    fn files(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        (**self).files(folder)
    }

    fn write(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        (**self).write(path, content)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        (**self).rename(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        (**self).remove_file(path)
    }

    fn remove_dir(&self, folder: &Path) -> io::Result<()> {
        (**self).remove_dir(folder)
    }

    fn create_dir(&self, folder: &Path) -> io::Result<()> {
        (**self).create_dir(folder)
    }

    fn sync(&self, paths: &[PathBuf]) -> io::Result<()> {
        (**self).sync(paths)
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn DiskLock>>> {
        (**self).lock(path)
    }

    fn is_locked(&self, path: &Path) -> io::Result<bool> {
        (**self).is_locked(path)
    }

    fn publication(&self) -> Option<&dyn Publication> {
        (**self).publication()
    }
}
