//! Where a file is that data is captured from. A model tells files apart by their names, and with them owners, places and the stores of
//! platforms; so a file is read under one name alone.

use crate::{
    prelude::*,
    runtime::place::{identity, refused, root},
};
use datasurface_platform::RuntimeContext;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Returns the path of a file that data is captured from. Refuses a file that has another name: below the root, that is its path from
/// there, elsewhere the absolute path, and no link leads to it.
pub(super) fn source_path(site: &RuntimeContext<'_>, file: &str) -> Result<PathBuf, PlatformError> {
    let found = site.root.join(file).canonicalize().ok().filter(|path| path.is_file());
    let path = found.ok_or_else(|| {
        refused(format!("the source `{file}` is not there: no such file in `{}`", site.root.display()))
    })?;
    let root = root(site)?;
    let name = below(&path, &root).unwrap_or(&path);
    if folded(&name.to_string_lossy()) != folded(file) {
        let name = plain(&name.to_string_lossy());
        return Err(refused(format!(
            "the source `{file}` is the file `{name}`: call it so in the model, which tells files apart by their names"
        )));
    }
    match other_link(&path, &root) {
        Some(other) => Err(refused(format!(
            "the source `{file}` is the file `{}` below the root, too: no row is read from a file with two names; remove one of them",
            other.strip_prefix(&root).unwrap_or(&other).display()
        ))),
        None => Ok(path),
    }
}

/// The path from the root to what is below it, also where the root is mounted elsewhere as well.
fn below<'p>(path: &'p Path, root: &Path) -> Option<&'p Path> {
    let root = identity(root)?;
    let around = path.ancestors().skip(1).find(|folder| identity(folder).as_ref() == Some(&root))?;
    path.strip_prefix(around).ok()
}

/// The name of a file in the form in which the model compares it.
fn folded(file: &str) -> String {
    plain(file).to_lowercase()
}

/// The name of a file as a model has it. What Windows returns begins with a sign of its own.
fn plain(file: &str) -> String {
    let file = file.replace('\\', "/");
    ContainerKind::plain_file(file.strip_prefix("//?/").unwrap_or(&file))
}

/// Another name below the root of a file that has several: stores of platforms and databases of consumers are there.
#[cfg(unix)]
fn other_link(path: &Path, root: &Path) -> Option<PathBuf> {
    use std::os::unix::fs::MetadataExt;
    let own = fs::metadata(path).ok().filter(|found| found.nlink() > 1)?;
    let mut open = vec![root.to_path_buf()];
    while let Some(folder) = open.pop() {
        // A file of a folder that nobody may list is not the file of a platform that runs here.
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(found) = entry.metadata() else { continue };
            if found.dev() != own.dev() {
                continue;
            }
            if found.is_dir() {
                open.push(entry.path());
            } else if found.ino() == own.ino() && entry.path() != path {
                return Some(entry.path());
            }
        }
    }
    None
}

/// Elsewhere, nothing tells how many names a file has.
#[cfg(not(unix))]
fn other_link(_: &Path, _: &Path) -> Option<PathBuf> {
    None
}
