//! Databases that fail.

use super::{
    StateContent, StatePlace, StateStore,
    database::{ChangedRows, DatabaseState, Decision, Head, Reason, Rows},
    open_rows,
};
use crate::output::{
    TargetError,
    disk::{DiskLock, FailingDisk},
};
use datasurface_platform::CredentialSource;
use std::path::Path;

/// The rows of a state whose database fails where a disk does. A transaction fails in two ways: it did not happen, or it happened and the answer
/// was lost.
#[derive(Debug)]
pub(in crate::output) struct FailingRows {
    rows: Box<dyn Rows>,
    disk: FailingDisk,
}

impl FailingRows {
    pub(in crate::output) fn open(
        place: &StatePlace,
        root: &Path,
        credentials: &dyn CredentialSource,
        (disk, makes): (FailingDisk, bool),
    ) -> Result<Box<dyn StateStore>, TargetError> {
        let rows = Self { rows: open_rows(place, root, credentials, makes).unwrap(), disk };
        Ok(Box::new(DatabaseState::new(Box::new(rows), place.clone(), root.display().to_string())))
    }

    fn transaction<T>(&self, work: impl FnOnce() -> Result<T, Reason>) -> Result<T, Reason> {
        self.disk.change().map_err(|error| error.to_string())?;
        let done = work();
        self.disk.change().map_err(|_| "the answer was lost".to_owned())?;
        done
    }
}

impl Rows for FailingRows {
    fn load(&self) -> Result<Option<StateContent>, Reason> {
        self.rows.load()
    }

    fn head(&self) -> Result<Option<Head>, Reason> {
        self.rows.head()
    }

    fn decide(&self, base: Option<&str>, journal: &[u8], decision: &Decision) -> Result<bool, Reason> {
        self.transaction(|| self.rows.decide(base, journal, decision))
    }

    fn complete(&self, leads_to: &str, changed: &ChangedRows) -> Result<bool, Reason> {
        self.transaction(|| self.rows.complete(leads_to, changed))
    }

    fn import(&self, content: &StateContent) -> Result<bool, Reason> {
        self.transaction(|| self.rows.import(content))
    }

    fn abandon(&self, leads_to: &str) -> Result<bool, Reason> {
        self.transaction(|| self.rows.abandon(leads_to))
    }

    fn forget(&self) -> Result<(), Reason> {
        self.transaction(|| self.rows.forget())
    }

    fn lock(&self) -> Result<Option<Box<dyn DiskLock>>, Reason> {
        self.disk.change().map_err(|error| error.to_string())?;
        self.rows.lock()
    }

    fn is_locked(&self) -> Result<bool, Reason> {
        self.rows.is_locked()
    }
}

/// The paths of the parts that a database has.
pub(in crate::output) fn stored_parts(
    place: &StatePlace,
    root: &Path,
    credentials: &dyn CredentialSource,
) -> Vec<String> {
    let content = open_rows(place, root, credentials, false).unwrap().load().unwrap();
    content.unwrap_or_default().parts.into_keys().collect()
}
