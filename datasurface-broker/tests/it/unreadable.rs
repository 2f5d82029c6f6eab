//! A file that cannot be read is not missing.

use crate::fixture::*;
use datasurface_broker::{
    Target,
    disk::{Disk, DiskLock, FileKind, Publication, RealDisk},
};
use datasurface_model::DatasetGroup;
use std::{
    ffi::OsString,
    io,
    path::{Path, PathBuf},
};

/// The disk of this machine, which fails to read one file.
#[derive(Debug)]
struct BadSector(PathBuf);

impl Disk for BadSector {
    fn kind(&self, path: &Path) -> io::Result<Option<FileKind>> {
        RealDisk.kind(path)
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        if path == self.0 { Err(io::Error::other("a bad sector")) } else { RealDisk.read(path) }
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        RealDisk.list(folder)
    }

    fn write(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        RealDisk.write(path, content)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        RealDisk.rename(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        RealDisk.remove_file(path)
    }

    fn remove_dir(&self, folder: &Path) -> io::Result<()> {
        RealDisk.remove_dir(folder)
    }

    fn create_dir(&self, folder: &Path) -> io::Result<()> {
        RealDisk.create_dir(folder)
    }

    fn sync(&self, paths: &[PathBuf]) -> io::Result<()> {
        RealDisk.sync(paths)
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

/// Taken for missing, a rendered file would be written again, and the file of a transition, which cannot be, be forgotten.
#[test]
fn a_file_that_cannot_be_read_stops_a_write_and_nothing_changes() {
    let site = Site::new();
    let model = |sinks: &[&str]| {
        let group = DatasetGroup::new("g").with_sinks(sinks.iter().copied());
        fixture([minimal_platform("P")], [consumer("W", group)])
    };
    site.render(model(&["S/a", "S/b"]), today());
    let before = site.bytes();
    let proposal = site.propose(model(&["S/a"]), today()).unwrap();
    let changes = proposal.file_changes(&site.target()).unwrap();
    let rendered = &changes.iter().find(|change| change.before.is_some()).unwrap().path;
    let root = site.lock_path().parent().unwrap().to_owned();

    let disk = BadSector(root.join("target").join(rendered.as_str()));
    let mut target = Target::open_with_disk(root.join("target"), disk).unwrap();
    let error = proposal.write(&mut target, &site.lock_path()).unwrap_err();
    assert!(error.findings().to_string().contains("a bad sector"), "{}", error.findings());
    assert_eq!(site.bytes(), before);
}
