//! Moves of a state from one store to another one, with the same content.
//!
//! The file `state.json` in the folder of the target says which store counts. So a move has one decisive step, which is to write that file, or
//! to remove it; before it, the new store has a copy that nobody reads, and after it the old one has. Killed in between, a move is done or was never
//! begun. A copy that was left in the folder is taken away by the next write or move.

use super::{FolderState, OpenDatabase, StateContent, StatePlace, StatePointer, StateStore, open_database};
use crate::output::{
    Target, busy, busy_with,
    codes::OTHER_STATE,
    disk::RealDisk,
    error::TargetError,
    relative_path,
    stored_manifest::unpack,
    target_folder::{STATE, TargetFolder},
};
use datasurface_model::CredentialKey;
use datasurface_platform::{CredentialError, CredentialSource, Secret};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

impl Target {
    /// Opens a target whose state may be in a database that asks for a password.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), or if there is no such password.
    ///
    /// A target whose state is on a PostgreSQL server waits for it in a runtime of its own: in an asynchronous program, it is used where blocking
    /// is allowed.
    pub fn open_with_credentials(
        root: impl Into<PathBuf>,
        credentials: &dyn CredentialSource,
    ) -> Result<Self, TargetError> {
        let open = |place: &StatePlace, root: &Path| open_database(place, root, credentials, false);
        Self::open_in(root.into(), Arc::new(RealDisk), &open)
    }

    /// The place of the state of the target; `None` if that is in the folder itself.
    #[must_use]
    pub fn state_place(&self) -> Option<&StatePlace> {
        self.ground.place.as_ref()
    }

    /// Moves the state of the target to another place, or into the folder itself. Rendered files and lock stay as they are.
    /// A relative path of a database in `to` starts from the current folder.
    ///
    /// # Errors
    ///
    /// If the target is a branch; if a write was interrupted, or another process writes; if either place cannot be reached; or if the state
    /// of something else is in the new one.
    pub fn move_state(
        &mut self,
        to: Option<&StatePlace>,
        credentials: &dyn CredentialSource,
    ) -> Result<(), TargetError> {
        self.move_state_by(to, &|place, root| open_database(place, root, credentials, true))
    }

    pub(in crate::output) fn move_state_by(
        &mut self,
        to: Option<&StatePlace>,
        open: &OpenDatabase<'_>,
    ) -> Result<(), TargetError> {
        let ground = &self.ground;
        if ground.publication().is_some() {
            return Err(of_branch(ground));
        }
        if !ground.is_there()? {
            ground.make_folder(&ground.root)?;
            ground.make_folder(&ground.own_folder())?;
        }
        let place = to.map(|place| from_target(place, &ground.root)).transpose()?;
        let _lock = ground.lock()?.ok_or_else(|| busy(ground))?;
        if place == ground.place {
            return ground.files.forget_unused(place.as_ref());
        }
        if ground.has_leftovers()? {
            return Err(busy_with(ground, "has an interrupted write, which must be finished"));
        }
        if ground.state.index_hash()? != self.hash {
            return Err(busy_with(ground, "was written since it was opened"));
        }
        let content = self.content()?;
        let store: Box<dyn StateStore> = match &place {
            None => Box::new(ground.files.clone()),
            Some(place) => open(place, &ground.root)?,
        };
        let _new_lock = store.lock()?.ok_or_else(|| busy(ground))?;
        store.import(&content)?;
        match &place {
            Some(place) => StatePointer::new(place.clone(), self.hash).write(&ground.files)?,
            None => ground.files.remove(STATE)?,
        }
        // From here on, the new one counts.
        self.ground.place = place;
        let old = std::mem::replace(&mut self.ground.state, store);
        old.forget()
    }

    /// Takes back a write that was decided in another folder and cannot be finished there any more. The state is as if that write had never begun.
    ///
    /// # Errors
    ///
    /// If the state is in the folder itself; if nothing was decided, or in this folder, which finishes it; if somebody writes; or if the state
    /// cannot be reached.
    pub fn abandon_write(root: &Path, credentials: &dyn CredentialSource) -> Result<(), TargetError> {
        let ground = TargetFolder::open(root.to_owned(), Arc::new(RealDisk), &|place, root| {
            open_database(place, root, credentials, false)
        })?;
        let refused = |message: &str| {
            let path = ground.root.display();
            let message = format!("`{path}` {message}");
            let help = "the next `datasurface render` into the folder where the write began finishes it";
            Err(TargetError::new(&OTHER_STATE, &path, message).help(help))
        };
        let _lock = ground.lock()?.ok_or_else(|| busy(&ground))?;
        if !ground.state.has_journal()? {
            return refused("has no write that was interrupted");
        }
        if ground.has_staging()? || ground.place.is_none() {
            return refused("has what an interrupted write needs");
        }
        ground.state.abandon()
    }

    /// Reads all of the state, and makes sure that it is whole.
    fn content(&self) -> Result<StateContent, TargetError> {
        let state = self.ground.state.snapshot()?;
        let mut parts = BTreeMap::new();
        for (path, hash) in &self.parts {
            let part = state.part(path)?;
            unpack(path, *hash, part.as_deref())?;
            parts.extend(part.map(|part| (path.to_string(), part)));
        }
        Ok(StateContent::new(state.index()?, None, parts))
    }
}

impl FolderState {
    /// Takes away what a move left of a state that is elsewhere now.
    pub(in crate::output) fn forget_unused(&self, place: Option<&StatePlace>) -> Result<(), TargetError> {
        if place.is_some() { self.forget() } else { Ok(()) }
    }
}

pub(in crate::output) fn of_branch(ground: &TargetFolder) -> TargetError {
    let path = ground.root.display();
    let message = format!("`{path}` is a branch, which keeps its state in itself");
    TargetError::new(&OTHER_STATE, &path, message)
        .help("each commit of it has files and state together, and only one of two writers moves it: nothing else is needed for a team")
}

/// The place as the target names it: with a path that starts from its folder, so that both can be moved together.
fn from_target(place: &StatePlace, root: &Path) -> Result<StatePlace, TargetError> {
    let StatePlace::Sqlite { file, name } = place else {
        return Ok(place.clone());
    };
    let path = PathBuf::from(file);
    let odd = || {
        TargetError::new(
            &OTHER_STATE,
            file,
            format!("`{file}` is no path of a file in a folder that is there"),
        )
        .help("make the folder first, and name a file in it")
    };
    let name_of_file = path.file_name().and_then(|name| name.to_str()).ok_or_else(odd)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let way = relative_path::between(root, folder).ok_or_else(odd)?;
    let file = match (path.is_absolute(), way.as_str()) {
        (true, _) => file.clone(),
        (false, ".") => name_of_file.to_owned(),
        (false, way) => format!("{way}/{name_of_file}"),
    };
    Ok(StatePlace::Sqlite { file, name: name.clone() })
}

/// No password is known.
#[derive(Debug)]
pub(in crate::output) struct NoCredentials;

impl CredentialSource for NoCredentials {
    fn secret(&self, credential: &CredentialKey, _: &str) -> Result<Secret, CredentialError> {
        Err(CredentialError::missing(
            credential.clone(),
            "it where the target is opened, with `Target::open_with_credentials`",
        ))
    }
}
