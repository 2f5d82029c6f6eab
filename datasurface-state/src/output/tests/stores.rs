//! The stores of state, and targets whose state is in one of them: every test of state runs with each.

use super::{Place, postgres::place_on};
use crate::output::{
    Target, TargetError,
    disk::{Disk, FailingDisk},
    state::{
        StatePlace, open_database,
        tests::{FailingRows, stored_parts},
    },
};
use datasurface_model::CredentialKey;
use datasurface_platform::{CredentialError, CredentialSource, Secret};
use datasurface_test_support::postgres::{PASSWORD, Server};
use std::{cell::Cell, path::Path, sync::Arc};

/// A store of state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::output) enum Store {
    Files,
    Sqlite,
    Postgres,
}

thread_local! {
    /// The store of the targets of the test that this thread runs.
    static STORE: Cell<Store> = const { Cell::new(Store::Files) };
}

/// Runs a test on targets whose state is in this store.
pub(in crate::output) fn in_store(store: Store, test: fn()) {
    if store == Store::Postgres && Server::shared().is_none() {
        return;
    }
    STORE.set(store);
    test();
    STORE.set(Store::Files);
}

/// The store of the test that this thread runs.
pub(in crate::output) fn current_store() -> Store {
    STORE.get()
}

/// Runs these tests with the state in each kind of database.
macro_rules! for_each_database {
    ($($name:ident),* $(,)?) => {
        mod in_sqlite {
            use crate::output::tests::{Store, in_store};
            $(#[test] fn $name() { in_store(Store::Sqlite, super::$name) })*
        }
        mod in_postgres {
            use crate::output::tests::{Store, in_store};
            $(#[test] fn $name() { in_store(Store::Postgres, super::$name) })*
        }
    };
}
pub(in crate::output) use for_each_database;

/// The password of the database, where it asks for one.
#[derive(Debug)]
pub(in crate::output) struct TestCredentials;

impl CredentialSource for TestCredentials {
    fn secret(&self, credential: &CredentialKey, host: &str) -> Result<Secret, CredentialError> {
        assert_eq!((credential.to_string().as_str(), host), ("EU/Ops/state", "127.0.0.1"));
        Ok(Secret::new(PASSWORD))
    }
}

/// The place of the state of a target; none for the folder itself.
pub(in crate::output) fn database(place: &Place, store: Store) -> Option<StatePlace> {
    let name = place.folder.path().display().to_string();
    match store {
        Store::Files => None,
        Store::Sqlite => {
            let file = place.root().join(".datasurface/state.db");
            Some(StatePlace::Sqlite { file: file.to_str().unwrap().to_owned(), name })
        }
        Store::Postgres => Server::shared().map(|server| place_on(server, name)),
    }
}

/// Moves the state of a target that is not there yet into the store of the test.
pub(super) fn begin_in_database(place: &Place) {
    if let Some(database) = database(place, STORE.get()) {
        std::fs::create_dir_all(place.root().join(".datasurface")).unwrap();
        move_to(place, &database).unwrap();
    }
}

pub(super) fn move_to(place: &Place, to: &StatePlace) -> Result<(), TargetError> {
    place.open().move_state(Some(to), &TestCredentials)
}

/// The parts that a database has.
pub(super) fn parts(place: &Place) -> Vec<String> {
    match database(place, STORE.get()) {
        None => Vec::new(),
        Some(database) => stored_parts(&database, &place.root(), &TestCredentials),
    }
}

impl Place {
    /// Moves the state into a store, by way of a disk and a database that fail.
    pub(super) fn move_to(&self, store: Store, disk: FailingDisk) -> Result<(), TargetError> {
        let open = |place: &StatePlace, root: &Path| {
            FailingRows::open(place, root, &TestCredentials, (disk.clone(), true))
        };
        let mut target = self.open_failing(disk.clone())?;
        target.move_state_by(database(self, store).as_ref(), &open)
    }

    pub(super) fn open_on(&self, disk: impl Disk + 'static) -> Result<Target, TargetError> {
        let open = |place: &StatePlace, root: &Path| open_database(place, root, &TestCredentials, false);
        Target::open_in(self.root(), Arc::new(disk), &open)
    }

    /// Opens it on a disk that fails, and so does the database: they count together.
    pub(super) fn open_failing(&self, disk: FailingDisk) -> Result<Target, TargetError> {
        let open = |place: &StatePlace, root: &Path| {
            FailingRows::open(place, root, &TestCredentials, (disk.clone(), false))
        };
        Target::open_in(self.root(), Arc::new(disk.clone()), &open)
    }
}
