//! The lock of the model, which is written together with the target: it names the revision that the target reached.

use super::{
    codes::{FOREIGN_FILE, FOREIGN_JOURNAL, INCOMPLETE, INTERRUPTED, UNWRITABLE},
    disk::FileKind,
    error::TargetError,
    target_folder::{TargetFolder, reading},
    verify::edited,
};
use datasurface_graph::Fingerprint;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The new text of a lock.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LockWrite {
    path: String,
    text: String,
    /// What was there before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    replaces: Option<Fingerprint>,
}

impl LockWrite {
    /// The text that a lock will have. Makes the folder of the lock, so that nothing can go wrong there later.
    pub(super) fn plan(
        ground: &TargetFolder,
        path: &Path,
        text: &str,
        expected: Fingerprint,
    ) -> Result<Self, TargetError> {
        let shown = path.display();
        if Fingerprint::of_bytes(text.as_bytes()) != expected {
            let error = format!("the text of `{shown}` is not the one that the manifest goes with");
            return Err(TargetError::bug(&INCOMPLETE, &shown, error));
        }
        // A write may be finished by a process that was started elsewhere.
        let path = reading(path, std::path::absolute(path))?;
        let Some(text_of_path) = path.to_str() else {
            let error = format!("the path `{shown}` is not text");
            return Err(TargetError::new(&UNWRITABLE, &shown, error).help("rename its folders"));
        };
        let mut lock = Self { path: text_of_path.to_owned(), text: text.to_owned(), replaces: None };
        lock.check()?;
        if let Some(folder) = path.parent() {
            ground.make_folder(folder)?;
        }
        lock.replaces = lock.current(ground)?;
        Ok(lock)
    }

    /// The path of the lock.
    pub(super) fn path(&self) -> &Path {
        Path::new(&self.path)
    }

    /// The same for a lock at another path: the folder that it is in was moved.
    pub(super) fn moved_to(self, path: &Path) -> Result<Self, TargetError> {
        let path = reading(path, std::path::absolute(path))?;
        let moved = Self { path: path.to_str().map_or_else(|| self.path.clone(), str::to_owned), ..self };
        moved.check()?;
        Ok(moved)
    }

    /// Whether it is the one that goes with a manifest.
    pub(super) fn goes_with(&self, lock: Fingerprint) -> bool {
        Fingerprint::of_bytes(self.text.as_bytes()) == lock
    }

    /// Whether there is nothing to write.
    pub(super) fn is_there(&self) -> bool {
        self.replaces == Some(Fingerprint::of_bytes(self.text.as_bytes()))
    }

    /// Refuses to write another lock than the one that a command was given. A journal may come from anywhere, together with
    /// the folder that it is in.
    pub(super) fn check_is(&self, given: Option<&Path>, manifest: Fingerprint) -> Result<(), TargetError> {
        let Some(given) = given else {
            let error = format!(
                "a rendering was interrupted, which also writes the lock `{}`: the target is half written",
                self.path
            );
            return Err(TargetError::new(&INTERRUPTED, &self.path, error)
                .help("run `datasurface render` with the same model and lock: it finishes the write"));
        };
        self.check()?;
        if !is_same_path(Path::new(&self.path), given) {
            let error = format!(
                "a write was interrupted that goes with the lock `{}`, and not with `{}`",
                self.path,
                given.display()
            );
            return Err(foreign(error));
        }
        if Fingerprint::of_bytes(self.text.as_bytes()) != manifest {
            return Err(foreign(
                "a write was interrupted whose lock is not the one of its manifest".to_owned(),
            ));
        }
        Ok(())
    }

    /// The text that it is to have, unless somebody edited it meanwhile.
    pub(super) fn text(&self, ground: &TargetFolder) -> Result<&str, TargetError> {
        match self.current(ground)? {
            now if now == self.replaces => Ok(&self.text),
            Some(now) if now == Fingerprint::of_bytes(self.text.as_bytes()) => Ok(&self.text),
            _ => Err(edited(&self.path).into()),
        }
    }

    /// Refuses names that no lock has.
    pub(super) fn check(&self) -> Result<(), TargetError> {
        let path = Path::new(&self.path);
        if path.is_absolute() && path.extension().is_some_and(|extension| extension == "lock") {
            return Ok(());
        }
        let error = format!("`{}` cannot be a lock: the name of a lock ends in `.lock`", self.path);
        Err(TargetError::new(&UNWRITABLE, &self.path, error).help("call it `datasurface.lock`"))
    }

    /// Writes it beside the old one, then puts it in its place. Returns the folder that has to be waited for.
    pub(super) fn finish(&self, ground: &TargetFolder) -> Result<Option<PathBuf>, TargetError> {
        let path = Path::new(&self.path);
        match self.current(ground)? {
            Some(now) if now == Fingerprint::of_bytes(self.text.as_bytes()) => {
                return Ok(path.parent().map(Path::to_owned));
            }
            Some(now) if Some(now) != self.replaces => return Err(edited(&self.path).into()),
            _ => {}
        }
        let beside = beside(path, "new");
        ground.write(&beside, self.text.as_bytes())?;
        ground.sync(&beside)?;
        ground.rename(&beside, path)?;
        Ok(path.parent().map(Path::to_owned))
    }

    fn current(&self, ground: &TargetFolder) -> Result<Option<Fingerprint>, TargetError> {
        let path = Path::new(&self.path);
        match ground.kind(path)? {
            None => Ok(None),
            Some(FileKind::File) => ground.hash(path).map(Some),
            Some(_) => {
                Err(TargetError::new(&FOREIGN_FILE, &self.path, format!("`{}` is not a file", self.path))
                    .help("move it away, or name another lock"))
            }
        }
    }
}

pub(super) fn beside(lock: &Path, suffix: &str) -> PathBuf {
    let mut path = lock.as_os_str().to_owned();
    path.push(format!(".datasurface-{suffix}"));
    path.into()
}

pub(super) fn foreign(error: String) -> TargetError {
    TargetError::new(&FOREIGN_JOURNAL, "journal.json", error).help(
        "name the lock that the target was rendered with; if nobody rendered into this folder here, delete \
         `journal.json` and `staging` in its folder `.datasurface`",
    )
}

/// Whether two paths lead to one file: links on the way are followed, as a person's shell does.
fn is_same_path(one: &Path, other: &Path) -> bool {
    let found = |path: &Path| {
        let path = std::path::absolute(path).ok()?;
        let folder = path.parent()?;
        Some(folder.canonicalize().unwrap_or_else(|_| folder.to_owned()).join(path.file_name()?))
    };
    found(one).is_some_and(|one| found(other) == Some(one))
}
