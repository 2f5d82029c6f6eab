//! A disk that does not tell cases apart, as on macOS and Windows.

use crate::output::disk::{Disk, DiskLock, FileKind, Publication, RealDisk};
use std::{
    ffi::OsString,
    io,
    path::{Path, PathBuf},
};

/// Below a folder, names that differ in case only are the same; a name keeps the case that it was made with.
#[derive(Debug)]
pub(super) struct FoldingDisk {
    pub(super) below: PathBuf,
}

impl FoldingDisk {
    fn real(&self, path: &Path) -> PathBuf {
        let Ok(inside) = path.strip_prefix(&self.below) else {
            return path.to_owned();
        };
        let mut real = self.below.clone();
        for part in inside.components() {
            let wanted = part.as_os_str().to_ascii_lowercase();
            let listed = RealDisk.list(&real).unwrap_or_default();
            let found = listed.into_iter().find(|name| name.to_ascii_lowercase() == wanted);
            real.push(found.unwrap_or_else(|| part.as_os_str().to_owned()));
        }
        real
    }
}

impl Disk for FoldingDisk {
    fn kind(&self, path: &Path) -> io::Result<Option<FileKind>> {
        RealDisk.kind(&self.real(path))
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        RealDisk.read(&self.real(path))
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        RealDisk.list(&self.real(folder))
    }

    fn write(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        RealDisk.write(&self.real(path), content)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        RealDisk.rename(&self.real(from), &self.real(to))
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        RealDisk.remove_file(&self.real(path))
    }

    fn remove_dir(&self, folder: &Path) -> io::Result<()> {
        RealDisk.remove_dir(&self.real(folder))
    }

    fn create_dir(&self, folder: &Path) -> io::Result<()> {
        RealDisk.create_dir(&self.real(folder))
    }

    fn sync(&self, paths: &[PathBuf]) -> io::Result<()> {
        RealDisk.sync(&paths.iter().map(|path| self.real(path)).collect::<Vec<_>>())
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn DiskLock>>> {
        RealDisk.lock(&self.real(path))
    }

    fn is_locked(&self, path: &Path) -> io::Result<bool> {
        RealDisk.is_locked(&self.real(path))
    }

    fn publication(&self) -> Option<&dyn Publication> {
        None
    }
}
