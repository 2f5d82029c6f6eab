//! Waiting until something is on the disk of this machine.

use std::{fs::File, io, path::PathBuf};

/// Waits until files and folders are on the disk. Many are waited for together where the system can do that: one after the other, each
/// would wait for a turn of the disk of its own.
pub(super) fn sync(paths: &[PathBuf]) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    if paths.len() > together::FEW {
        return together::sync(paths);
    }
    paths.iter().try_for_each(one)
}

#[cfg(unix)]
fn one(path: &PathBuf) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Other systems do not open folders, and keep them in order by themselves. They synchronise no file that was opened for reading.
#[cfg(not(unix))]
fn one(path: &PathBuf) -> io::Result<()> {
    match path.is_dir() {
        true => Ok(()),
        false => std::fs::OpenOptions::new().write(true).open(path)?.sync_all(),
    }
}

#[cfg(target_os = "linux")]
mod together {
    use std::{collections::BTreeSet, fs::File, io, os::unix::fs::MetadataExt, path::PathBuf};

    /// So many are waited for one by one: what other programs write to the same file system is waited for, too, if it is
    /// synchronised as a whole.
    pub(super) const FEW: usize = 64;

    /// Synchronises the file systems that these paths are on.
    pub(super) fn sync(paths: &[PathBuf]) -> io::Result<()> {
        let mut done = BTreeSet::new();
        for path in paths {
            if done.insert(path.symlink_metadata()?.dev()) {
                rustix::fs::syncfs(File::open(path)?)?;
            }
        }
        Ok(())
    }
}
