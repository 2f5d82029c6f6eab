//! Where database files are: below the root, in no link, and apart from what data is captured from.

use super::rendered::Rendered;
use crate::{file_name::database_name_error, prelude::*, sql::engine::Engine};
use datasurface_platform::RuntimeContext;
use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

/// Returns the path of a database file, and whether the file is there. Refuses a file that is not below the root, or that
/// a link leads to.
pub(super) fn database_path(site: &RuntimeContext<'_>, file: &str) -> Result<(PathBuf, bool), PlatformError> {
    if let Some(error) = database_name_error(file) {
        return Err(refused(format!("the name of the database file `{file}` {error}")));
    }
    below_root(site, file)
}

/// Returns the path of the file that is locked by whoever works on a database.
pub(super) fn lock_path(site: &RuntimeContext<'_>, database: &str) -> Result<PathBuf, PlatformError> {
    database_path(site, database)?;
    below_root(site, &format!("{database}.lock")).map(|(path, _)| path)
}

/// Returns the path of a folder in which batches are published. Refuses one that is not below the root, or that a link leads to.
pub(super) fn folder_path(site: &RuntimeContext<'_>, folder: &str) -> Result<PathBuf, PlatformError> {
    if let Some(error) = database_name_error(folder) {
        return Err(refused(format!("the name of the folder `{folder}` {error}")));
    }
    // The file that is looked for is in it, and is never there: all that leads to it are folders.
    below_root(site, &format!("{folder}/.none")).map(|(path, _)| path).map(|mut path| {
        path.pop();
        path
    })
}

fn below_root(site: &RuntimeContext<'_>, file: &str) -> Result<(PathBuf, bool), PlatformError> {
    let mut path = root(site)?;
    let name = ContainerKind::plain_file(file);
    let mut parts = name.split('/').peekable();
    while let Some(part) = parts.next() {
        path.push(part);
        let found = match fs::symlink_metadata(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                path.extend(parts);
                return Ok((path, false));
            }
            found => found.map_err(|error| {
                refused(format!("looking for the database file `{file}`")).caused_by(error)
            })?,
        };
        let is_as_it_should_be = if parts.peek().is_some() { found.is_dir() } else { found.is_file() };
        if !is_as_it_should_be {
            let reason = if found.is_symlink() { "a link, and links are not followed" } else { "in the way" };
            let context = format!(
                "the database file `{file}` cannot be used: {} is {reason}; put the file itself there, or name another one",
                path.display()
            );
            return Err(refused(context));
        }
    }
    Ok((path, true))
}

/// Returns the folder that files are relative to. It is never made: one that is not there may be another one than was meant.
pub(super) fn root(site: &RuntimeContext<'_>) -> Result<PathBuf, PlatformError> {
    let root = if site.root.as_os_str().is_empty() { Path::new(".") } else { site.root };
    let context = || {
        let shown = root.display();
        refused(format!(
            "the root {shown} is no folder that is there: make it, or name the right one by `--root`"
        ))
    };
    let found = root.canonicalize().map_err(|error| context().caused_by(error))?;
    if found.is_dir() { Ok(found) } else { Err(context()) }
}

/// Refuses to write into files that data is captured from: whoever produces it would find our tables there. Refuses one file under two
/// names as well: the model tells files apart by their names, and with them owners and places.
pub(super) fn check_source_files(
    site: &RuntimeContext<'_>,
    rendered: &Rendered,
) -> Result<(), PlatformError> {
    let mut sources: Vec<(_, &Text, &DatastoreName)> = Vec::new();
    for job in rendered.captures.iter().filter(|job| job.is_of_producer()) {
        if let Some(ContainerKind::Sqlite { file }) = &job.source
            && let Some(identity) = identity(&site.root.join(file))
        {
            let is_same_name = |other: &str| {
                ContainerKind::plain_file(file).to_lowercase()
                    == ContainerKind::plain_file(other).to_lowercase()
            };
            if let Some((_, other, datastore)) =
                sources.iter().find(|(source, other, _)| *source == identity && !is_same_name(other))
            {
                return Err(refused(format!(
                    "the file `{file}` that `{}` is captured from is the file `{other}` that `{datastore}` is captured from: \
                     name it in one way in the model, so that it has one owner and one place",
                    job.datastore
                )));
            }
            sources.push((identity, file, &job.datastore));
        }
    }
    for database in
        rendered.databases().into_iter().filter(|file| Engine::from_database(file) == Engine::Sqlite)
    {
        let (path, is_there) = database_path(site, database)?;
        let own = is_there.then(|| identity(&path)).flatten();
        if let Some((_, file, datastore)) = sources.iter().find(|(source, _, _)| Some(source) == own.as_ref())
        {
            return Err(refused(format!(
                "the database file `{database}` is the file `{file}` that `{datastore}` is captured from: nothing is \
                 written into a source; give the platform, or the container of the consumer, another file"
            )));
        }
    }
    Ok(())
}

/// What a file is by, whatever it is called.
#[cfg(unix)]
pub(super) fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    let found = fs::metadata(path).ok()?;
    Some((found.dev(), found.ino()))
}

/// What a file is called, however it is reached.
#[cfg(not(unix))]
pub(super) fn identity(path: &Path) -> Option<PathBuf> {
    path.canonicalize().ok()
}

pub(super) fn refused(context: String) -> PlatformError {
    PlatformError::new(PlatformErrorKind::External, context)
}
