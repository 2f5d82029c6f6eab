//! Files that are replaced at once.

use std::{
    ffi::OsString,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process,
};

/// Writes a file beside another one, and puts it in its place when all of it was written. If that fails, nothing is left
/// of it.
pub(crate) fn replace(file: &Path, write: impl FnOnce(&File) -> io::Result<()>) -> io::Result<()> {
    let part = part_of(file)?;
    let written = write_new(&part, write).and_then(|()| fs::rename(&part, file));
    if written.is_err() {
        // What went wrong has been said.
        let _ = fs::remove_file(&part);
    }
    written
}

fn write_new(part: &Path, write: impl FnOnce(&File) -> io::Result<()>) -> io::Result<()> {
    // One of the same name is left of a process that was killed, or somebody else put it there, perhaps as a link.
    match fs::remove_file(part) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let new = File::options().write(true).create_new(true).open(part)?;
    write(&new)?;
    new.sync_all()
}

/// Returns the name under which it is written, which no collector takes for one of its files.
fn part_of(file: &Path) -> io::Result<PathBuf> {
    let name = file.file_name().ok_or_else(|| io::Error::other("it is no name of a file"))?;
    let mut part = OsString::from(".");
    part.push(name);
    part.push(format!(".{}.part", process::id()));
    Ok(file.with_file_name(part))
}
