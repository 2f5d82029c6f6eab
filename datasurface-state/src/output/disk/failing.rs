//! A disk that fails.

use super::{Disk, DiskLock, FileKind, Publication, RealDisk};
use std::{
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

/// A disk that fails from its n-th change on: to test that nothing is lost when a process is killed there. Reading goes
/// on. A write that fails leaves half of its bytes behind; every other change that fails does not happen. It does not
/// forget what was not waited for, as a disk without power would.
///
/// A clone counts together with the disk that it was made from.
#[derive(Clone, Debug)]
pub struct FailingDisk {
    disk: Arc<dyn Disk>,
    allowed: usize,
    recovers: bool,
    asked: Arc<AtomicUsize>,
}

impl FailingDisk {
    /// Wraps the disk of this machine, and lets `allowed` changes succeed.
    #[must_use]
    pub fn new(allowed: usize) -> Self {
        Self::from_disk(RealDisk, allowed)
    }

    /// Wraps another disk, and lets `allowed` changes succeed.
    pub fn from_disk(disk: impl Disk + 'static, allowed: usize) -> Self {
        Self { disk: Arc::new(disk), allowed, recovers: false, asked: Arc::new(AtomicUsize::new(0)) }
    }

    /// Makes only one change fail: later ones succeed again, as if the process lived on.
    #[must_use]
    pub fn failing_once(mut self) -> Self {
        self.recovers = true;
        self
    }

    /// Whether a change has failed.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.asked.load(Ordering::SeqCst) > self.allowed
    }

    pub(in crate::output) fn change(&self) -> io::Result<()> {
        let before = self.asked.fetch_add(1, Ordering::SeqCst);
        if before < self.allowed || (self.recovers && before > self.allowed) {
            Ok(())
        } else {
            Err(io::Error::other("the disk fails, as it was told to"))
        }
    }
}

impl Disk for FailingDisk {
    fn kind(&self, path: &Path) -> io::Result<Option<FileKind>> {
        self.disk.kind(path)
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.disk.read(path)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        self.disk.list(folder)
    }

    fn write(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        let already_dead = self.has_failed();
        match self.change() {
            Ok(()) => self.disk.write(path, content),
            Err(failure) if already_dead => Err(failure),
            Err(failure) => {
                let half = content.get(..content.len() / 2).unwrap_or_default();
                self.disk.write(path, half)?;
                Err(failure)
            }
        }
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.change()?;
        self.disk.rename(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.change()?;
        self.disk.remove_file(path)
    }

    fn remove_dir(&self, folder: &Path) -> io::Result<()> {
        self.change()?;
        self.disk.remove_dir(folder)
    }

    fn create_dir(&self, folder: &Path) -> io::Result<()> {
        self.change()?;
        self.disk.create_dir(folder)
    }

    fn sync(&self, paths: &[PathBuf]) -> io::Result<()> {
        self.change()?;
        self.disk.sync(paths)
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn DiskLock>>> {
        self.change()?;
        self.disk.lock(path)
    }

    fn is_locked(&self, path: &Path) -> io::Result<bool> {
        self.disk.is_locked(path)
    }

    fn publication(&self) -> Option<&dyn Publication> {
        self.disk.publication().map(|_| self as &dyn Publication)
    }
}

impl Publication for FailingDisk {
    fn check(&self) -> io::Result<()> {
        self.disk.publication().map_or(Ok(()), Publication::check)
    }

    fn publish(&self, message: &str) -> io::Result<()> {
        self.change()?;
        self.disk.publication().map_or(Ok(()), |disk| disk.publish(message))
    }
}
