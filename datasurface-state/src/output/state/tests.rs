//! Databases that fail.

use super::{
    StateContent, StatePlace, StateStore,
    database::{ChangedRows, DatabaseState, Decision, Head, Reason, Rows},
    open_rows,
};
use crate::output::{
    TargetError,
    disk::{DiskLock, FailingDisk},
    tests::{
        Place, for_each_database,
        stores::{TestCredentials, current_store, database},
    },
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

fn a_database_compares_what_a_write_starts_from() {
    let place = Place::new();
    let database = database(&place, current_store()).unwrap();
    let open = || open_rows(&database, &place.root(), &TestCredentials, false).unwrap();
    let (one, other) = (open(), open());
    let decision = |leads_to: &str| Decision { leads_to: leads_to.to_owned(), folder: "here".to_owned() };
    let change = |index: &str, part: &str| ChangedRows {
        index: index.into(),
        parts: vec![(part.to_owned(), part.into())],
        dropped: vec!["first".to_owned()],
    };
    let parts = || other.load().unwrap().unwrap().parts.into_keys().collect::<Vec<_>>();

    assert!(!one.decide(Some("another"), b"journal", &decision("a")).unwrap(), "nothing is there yet");
    assert!(!one.complete("a", &change("a", "first")).unwrap(), "nothing was decided");
    assert!(one.decide(None, b"journal", &decision("a")).unwrap());
    assert!(!other.decide(None, b"journal", &decision("b")).unwrap(), "one write at a time");
    assert_eq!(other.head().unwrap(), Some(Head { index: None, decided: Some(decision("a")) }));
    assert_eq!(other.load().unwrap().unwrap().journal.as_deref(), Some(&b"journal"[..]));
    assert!(!other.complete("b", &change("b", "second")).unwrap(), "that was not decided");
    assert!(!other.abandon("b").unwrap());
    assert!(one.complete("a", &change("a", "first")).unwrap());
    assert_eq!(other.head().unwrap(), Some(Head { index: Some("a".to_owned()), decided: None }));
    assert_eq!((parts(), other.load().unwrap().unwrap().journal), (vec!["first".to_owned()], None));

    assert!(!other.decide(None, b"journal", &decision("b")).unwrap(), "it starts from before");
    assert!(other.decide(Some("a"), b"journal", &decision("b")).unwrap());
    assert!(one.abandon("b").unwrap());
    assert!(!other.complete("b", &change("b", "second")).unwrap(), "it was taken back");
    assert_eq!(parts(), ["first"], "what is refused changes nothing");
    assert!(one.decide(Some("a"), b"journal", &decision("b")).unwrap());
    assert!(other.complete("b", &change("b", "second")).unwrap());
    assert_eq!(parts(), ["second"]);

    // Others are locked out, also in other folders, until the lock is dropped or the connection ends.
    let lock = one.lock().unwrap().unwrap();
    assert!(other.lock().unwrap().is_none());
    assert!(other.is_locked().unwrap());
    drop(lock);
    assert!(!other.is_locked().unwrap());
    let lock = other.lock().unwrap().unwrap();
    assert!(one.is_locked().unwrap());
    drop((lock, other));
    assert!(one.lock().unwrap().is_some());
}

for_each_database!(a_database_compares_what_a_write_starts_from);
