//! What is done to a disk, as few operations as it takes: so that a test can stop after any of them.

mod failing;
mod real;

pub use failing::FailingDisk;
pub use real::RealDisk;

use std::{ffi::OsString, fmt, io, path::Path, sync::Arc};

/// What there is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link, or something else that is neither file nor folder. It is never followed.
    Other,
}

/// As long as this lives, no other process has the lock that it stands for.
pub trait DiskLock: fmt::Debug + Send + Sync {}

/// A disk. What changes something either happens or fails; only [`write`](Disk::write) may leave half of its work.
pub trait Disk: fmt::Debug + Send + Sync {
    /// What there is at a path; a link at its end is not followed. None if nothing is there.
    fn kind(&self, path: &Path) -> io::Result<Option<FileKind>>;

    /// The bytes of a file.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// The names in a folder, in order.
    fn list(&self, folder: &Path) -> io::Result<Vec<OsString>>;

    /// Makes a new file with these bytes, in place of one that is there, and waits until they are on the disk.
    fn write(&self, path: &Path, content: &[u8]) -> io::Result<()>;

    /// Moves a file, in place of one that is there.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file, or a link.
    fn remove_file(&self, path: &Path) -> io::Result<()>;

    /// Removes an empty folder.
    fn remove_dir(&self, folder: &Path) -> io::Result<()>;

    /// Makes a folder in one that is there.
    fn create_dir(&self, folder: &Path) -> io::Result<()>;

    /// Waits until what was created, moved and removed in a folder is on the disk.
    fn sync_dir(&self, folder: &Path) -> io::Result<()>;

    /// Takes the lock that a file stands for, making the file if need be; none if somebody else has it.
    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn DiskLock>>>;

    /// Tells whether somebody has the lock that a file stands for. Makes no file.
    fn is_locked(&self, path: &Path) -> io::Result<bool>;
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

    fn sync_dir(&self, folder: &Path) -> io::Result<()> {
        (**self).sync_dir(folder)
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn DiskLock>>> {
        (**self).lock(path)
    }

    fn is_locked(&self, path: &Path) -> io::Result<bool> {
        (**self).is_locked(path)
    }
}
