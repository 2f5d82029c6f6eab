//! The lock of the model, which is written together with the target: it names the revision that the target reached.

use super::{
    codes::{FOREIGN_FILE, INCOMPLETE, UNWRITABLE},
    disk::Kind,
    error::TargetError,
    ground::{Ground, reading},
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
        ground: &Ground,
        path: &Path,
        text: &str,
        expected: Fingerprint,
    ) -> Result<Self, TargetError> {
        let shown = path.display();
        if Fingerprint::of_bytes(text.as_bytes()) != expected {
            let problem = format!("the text of `{shown}` is not the one that the manifest goes with");
            return Err(TargetError::bug(&INCOMPLETE, &shown, problem));
        }
        // A write may be finished by a process that was started elsewhere.
        let path = reading(path, std::path::absolute(path))?;
        let Some(text_of_path) = path.to_str() else {
            let problem = format!("the path `{shown}` is not text");
            return Err(TargetError::new(&UNWRITABLE, &shown, problem).help("rename its folders"));
        };
        let mut lock = Self { path: text_of_path.to_owned(), text: text.to_owned(), replaces: None };
        lock.check()?;
        if let Some(folder) = path.parent() {
            ground.make_folder(folder)?;
        }
        lock.replaces = lock.current(ground)?;
        Ok(lock)
    }

    /// Whether there is nothing to write.
    pub(super) fn is_there(&self) -> bool {
        self.replaces == Some(Fingerprint::of_bytes(self.text.as_bytes()))
    }

    /// A journal may come from anywhere, together with the folder that it is in: it must not be able to write just any
    /// file.
    pub(super) fn check(&self) -> Result<(), TargetError> {
        let path = Path::new(&self.path);
        if path.is_absolute() && path.extension().is_some_and(|extension| extension == "lock") {
            return Ok(());
        }
        let problem = format!("`{}` cannot be a lock: the name of a lock ends in `.lock`", self.path);
        Err(TargetError::new(&UNWRITABLE, &self.path, problem).help("call it `datasurface.lock`"))
    }

    /// Writes it beside the old one, then puts it in its place.
    pub(super) fn finish(&self, ground: &Ground) -> Result<(), TargetError> {
        let path = Path::new(&self.path);
        match self.current(ground)? {
            Some(now) if now == Fingerprint::of_bytes(self.text.as_bytes()) => return Ok(()),
            Some(now) if Some(now) != self.replaces => return Err(edited(&self.path).into()),
            _ => {}
        }
        let beside = self.beside();
        ground.write(&beside, self.text.as_bytes())?;
        ground.rename(&beside, path)?;
        path.parent().map_or(Ok(()), |folder| ground.sync(folder))
    }

    fn beside(&self) -> PathBuf {
        PathBuf::from(format!("{}.datasurface-new", self.path))
    }

    fn current(&self, ground: &Ground) -> Result<Option<Fingerprint>, TargetError> {
        let path = Path::new(&self.path);
        match ground.kind(path)? {
            None => Ok(None),
            Some(Kind::File) => ground.hash(path).map(Some),
            Some(_) => {
                Err(TargetError::new(&FOREIGN_FILE, &self.path, format!("`{}` is not a file", self.path))
                    .help("move it away, or name another lock"))
            }
        }
    }
}
