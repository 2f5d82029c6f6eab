//! What a write would change, and whether it may. It is decided before anything visible happens, and for every file in
//! one go.

use super::{
    accepted::hashes_on_disk,
    codes::{EDITED, FOREIGN_FILE, INCOMPLETE, MISSING_FILE, NOT_RENDERED},
    disk::FileKind,
    error::{A_BUG, TargetError, finding},
    journal::{Removal, Write},
    manifest::{Manifest, SameScopes},
    present_files::PresentFiles,
    target_folder::{FileState, TargetFolder, reading},
};
use datasurface_graph::Fingerprint;
use datasurface_model::Diagnostic;
use datasurface_platform::{FileRecord, SafePath};
use std::collections::{BTreeMap, BTreeSet};

/// Content that waits to become a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Staged {
    pub(super) number: u64,
    pub(super) hash: Fingerprint,
}

/// What a write changes.
#[derive(Debug, Default)]
pub(super) struct TargetChanges {
    pub(super) writes: Vec<Write>,
    pub(super) removals: Vec<Removal>,
}

/// What leads from one manifest to another one that has no files but some of those: what goes.
pub(super) fn removals(
    ground: &TargetFolder,
    old: Option<&Manifest>,
    new: &Manifest,
) -> Result<TargetChanges, TargetError> {
    let same = old.map(|old| SameScopes::between(old, new)).unwrap_or_default();
    let old = hashes_on_disk(ground, old.map(|old| same.files_beside(old)), old)?;
    let new = same.files_beside(new);
    if let Some(path) = new.keys().find(|path| !old.contains_key(*path)) {
        return Err(incomplete(path, &format!("`{path}` was not there before")).into());
    }
    let mut verification = Verification::new(ground, &old, &new);
    let goes = |path: &SafePath| !new.contains_key(path) && same.file(path).is_none();
    for (path, hash) in old.iter().filter(|(path, _)| goes(path)) {
        verification.removal(path, *hash)?;
    }
    TargetError::refuse(verification.findings)?;
    Ok(verification.changes)
}

/// What leads from one manifest to the next.
pub(super) fn verify(
    ground: &TargetFolder,
    old: Option<&Manifest>,
    new: &Manifest,
    (staged, present): (&BTreeMap<SafePath, Staged>, &mut PresentFiles),
) -> Result<TargetChanges, TargetError> {
    // Of the scopes that stay as they are, files are looked at where they are: most targets are large, and most changes are small.
    let same = old.map(|old| SameScopes::between(old, new)).unwrap_or_default();
    if let Some(error) = new.inconsistency(&same) {
        return Err(incomplete("manifest", &error).into());
    }
    let old = hashes_on_disk(ground, old.map(|old| same.files_beside(old)), old)?;
    let new = same.files_beside(new);
    let mut verification = Verification::new(ground, &old, &new);
    for (path, staged) in staged.iter().filter(|(path, _)| !new.contains_key(*path)) {
        match same.file(path) {
            Some(record) => verification.write(path, record, Some(record.hash), Some(*staged))?,
            None => {
                let error = format!("`{path}` was put, and is not in the manifest");
                verification.findings.push(incomplete(path, &error));
            }
        }
    }
    for (folder, entry) in same.scopes() {
        for inside in present.missing(ground, folder, entry.record.files.keys())? {
            let path = inside.joined_to(folder);
            if let Some(record) = entry.record.files.get(inside).filter(|_| !staged.contains_key(&path)) {
                verification.write(&path, record, Some(record.hash), None)?;
            }
        }
    }
    for (path, hash) in &old {
        if !new.contains_key(path) {
            verification.removal(path, *hash)?;
        }
    }
    let mut folder = String::new();
    for (path, record) in &new {
        let (before, staged) = (old.get(path).copied(), staged.get(path).copied());
        // What stays as it is and was not put is not read: a write costs what it changes. `Target::inspect` reads everything.
        let stays = staged.is_none() && before == Some(record.hash);
        if !(stays && ground.next_kind_at(path, &mut folder)? == Some(FileKind::File)) {
            verification.write(path, record, before, staged)?;
        }
    }
    TargetError::refuse(verification.findings)?;
    Ok(verification.changes)
}

/// What is to be said of a file of ours in this state, if anything.
pub(super) fn judge(path: &SafePath, state: FileState) -> Option<Diagnostic> {
    match state {
        FileState::Same => None,
        FileState::Missing => Some(
            finding(&MISSING_FILE, path, format!("`{path}` is missing"))
                .with_help("nothing has to be done: it will be written again"),
        ),
        FileState::Edited(_) => Some(edited(path)),
        FileState::Replaced => Some(
            finding(
                &FOREIGN_FILE,
                path,
                format!(
                    "`{path}` was rendered as a file, and now it is a folder or there is a link on its way"
                ),
            )
            .with_help("move the folder or the link away: the file will be written again"),
        ),
    }
}

/// Says why a file of ours cannot be executed in this state.
pub(super) fn not_rendered(path: &SafePath, state: FileState) -> Option<Diagnostic> {
    let (text, help) = match state {
        FileState::Same => return None,
        FileState::Missing => ("is missing", "render again: it will be written again"),
        FileState::Edited(_) => (
            "was edited after it was rendered",
            "move the edit into the model, then delete the file or `datasurface accept` it, and render again",
        ),
        FileState::Replaced => (
            "was rendered as a file, and now it is a folder or there is a link on its way",
            "move the folder or the link away, and render again",
        ),
    };
    let message = format!("`{path}` {text}, and nothing is executed that was not rendered");
    Some(finding(&NOT_RENDERED, path, message).with_help(help))
}

pub(super) fn edited(path: impl std::fmt::Display) -> Diagnostic {
    finding(&EDITED, &path, format!("`{path}` was edited after it was rendered")).with_help(
        "move the edit into the model or the platform, then delete the file to have it rendered again, or `datasurface accept` it",
    )
}

fn incomplete(path: impl std::fmt::Display, error: &str) -> Diagnostic {
    finding(&INCOMPLETE, path, error).with_help(A_BUG)
}

struct Verification<'a> {
    ground: &'a TargetFolder,
    /// Files of ours that will be removed.
    going: BTreeSet<SafePath>,
    /// The names in a folder, by how they look without regard to case.
    names: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    changes: TargetChanges,
    findings: Vec<Diagnostic>,
}

impl<'a> Verification<'a> {
    fn new(
        ground: &'a TargetFolder,
        old: &BTreeMap<SafePath, Fingerprint>,
        new: &BTreeMap<SafePath, &FileRecord>,
    ) -> Self {
        let going = old.keys().filter(|path| !new.contains_key(*path));
        Self {
            ground,
            going: going.cloned().collect(),
            names: BTreeMap::new(),
            changes: TargetChanges::default(),
            findings: Vec::new(),
        }
    }

    /// One that is missing already is removed once more: its folder may still be there.
    fn removal(&mut self, path: &SafePath, hash: Fingerprint) -> Result<(), TargetError> {
        match self.ground.state(path, hash)? {
            FileState::Same | FileState::Missing => {
                self.changes.removals.push(Removal { path: path.clone(), hash })
            }
            other => self.findings.extend(judge(path, other)),
        }
        Ok(())
    }

    fn write(
        &mut self,
        path: &SafePath,
        record: &FileRecord,
        before: Option<Fingerprint>,
        staged: Option<Staged>,
    ) -> Result<(), TargetError> {
        let state = match before {
            Some(before) => self.ground.state(path, before)?,
            None => FileState::Missing,
        };
        let (is_there, replaces) = match state {
            FileState::Same => (before == Some(record.hash), before),
            // What a person wrote is what we would write: nothing is lost.
            FileState::Edited(now) if now == record.hash => (true, None),
            FileState::Edited(_) | FileState::Replaced => {
                self.findings.extend(judge(path, state));
                return Ok(());
            }
            FileState::Missing => (false, None),
        };
        if state == FileState::Missing {
            self.obstacles(path)?;
        }
        match staged {
            Some(staged) if staged.hash != record.hash => {
                let error = format!("what was put at `{path}` is not what the manifest says");
                self.findings.push(incomplete(path, &error));
            }
            _ if is_there => {}
            Some(staged) => self.changes.writes.push(Write {
                staged: staged.number,
                path: path.clone(),
                hash: staged.hash,
                replaces,
            }),
            None => {
                let error =
                    format!("`{path}` is in the manifest, was not put, and is not there with that content");
                self.findings.push(incomplete(path, &error));
            }
        }
        Ok(())
    }

    /// What is where a new file has to go, or a folder of it. Names that differ in case only are the same.
    fn obstacles(&mut self, path: &SafePath) -> Result<(), TargetError> {
        let mut folders = vec![String::new()];
        let mut parts = path.parts().peekable();
        while let Some(part) = parts.next() {
            let is_file = parts.peek().is_none();
            let mut inner = Vec::new();
            for folder in &folders {
                for here in self.named(folder, part)? {
                    match self.ground.kind(&self.ground.root.join(&here))? {
                        None => {}
                        Some(FileKind::File) if self.going.contains(here.as_str()) => {}
                        Some(FileKind::Folder) if !is_file => inner.push(here),
                        Some(FileKind::Folder) if self.goes(&here)? => {}
                        Some(kind) => self.findings.push(obstacle(path, &here, kind, is_file)),
                    }
                }
            }
            folders = inner;
        }
        Ok(())
    }

    /// Whether a folder will be gone when everything that goes is gone.
    fn goes(&mut self, folder: &str) -> Result<bool, TargetError> {
        let mut open = vec![folder.to_owned()];
        while let Some(folder) = open.pop() {
            let names: Vec<String> = self.names(&folder)?.values().flatten().cloned().collect();
            if names.is_empty() {
                return Ok(false);
            }
            for name in names {
                let here = format!("{folder}/{name}");
                match self.ground.kind(&self.ground.root.join(&here))? {
                    Some(FileKind::Folder) => open.push(here),
                    Some(FileKind::File) if self.going.contains(here.as_str()) => {}
                    None => {}
                    Some(_) => return Ok(false),
                }
            }
        }
        Ok(true)
    }

    /// What in a folder has this name, without regard to case.
    fn named(&mut self, folder: &str, name: &str) -> Result<Vec<String>, TargetError> {
        let names = self.names(folder)?.get(&name.to_lowercase());
        let inside = |name: &String| match folder {
            "" => name.clone(),
            _ => format!("{folder}/{name}"),
        };
        Ok(names.into_iter().flatten().map(inside).collect())
    }

    fn names(&mut self, folder: &str) -> Result<&BTreeMap<String, Vec<String>>, TargetError> {
        if !self.names.contains_key(folder) {
            let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
            let at = self.ground.root.join(folder);
            if self.ground.kind(&at.join("."))?.is_some() {
                for name in reading(&at, self.ground.disk.list(&at))? {
                    let name = name.to_string_lossy().into_owned();
                    names.entry(name.to_lowercase()).or_default().push(name);
                }
            }
            self.names.insert(folder.to_owned(), names);
        }
        Ok(self.names.entry(folder.to_owned()).or_default())
    }
}

fn obstacle(path: &SafePath, here: &str, kind: FileKind, is_file: bool) -> Diagnostic {
    let text = match kind {
        FileKind::File => "a file that is not ours",
        FileKind::Folder => "a folder",
        FileKind::Other => "a link, and links are never followed",
    };
    let message = if is_file {
        format!("`{path}` has to be written, and `{here}` is {text}")
    } else {
        format!("`{path}` has to be written, and `{here}`, on its way, is {text}")
    };
    finding(&FOREIGN_FILE, here, message).with_help("move it away, or give the platform another folder")
}
