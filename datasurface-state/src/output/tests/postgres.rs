//! A PostgreSQL server, and what becomes of writes when it goes.

use super::{
    Place, Store, in_store, killed,
    processes::order,
    stores::{TestCredentials, move_to},
};
use crate::output::state::StatePlace;
use datasurface_model::CredentialKey;
use datasurface_platform::{CredentialError, CredentialSource, Secret};
use datasurface_test_support::postgres::{PASSWORD, Server};
use std::{
    fs, thread,
    time::{Duration, Instant},
};

/// The place of a state on a server.
pub(super) fn place_on(server: &Server, name: String) -> StatePlace {
    StatePlace::Postgres {
        host: "127.0.0.1".to_owned(),
        port: server.port,
        database: "postgres".to_owned(),
        user: "postgres".to_owned(),
        credential: "EU/Ops/state".to_owned(),
        name,
    }
}

/// Lets a process write without end while something is done to its server, and looks at what it leaves.
fn endured(disturb: impl Fn(&mut Server, u64)) {
    let Some(mut server) = Server::start() else { return };
    let place = Place::new();
    let name = place.folder.path().display().to_string();
    move_to(&place, &place_on(&server, name)).unwrap();
    place.write(&killed::old()).unwrap();
    let mut child = order(&place, "endure");
    // The writes that were done, and those that were not; nothing while they are written down.
    let counts = || -> Vec<u32> {
        let text = fs::read_to_string(place.folder.path().join("counts")).unwrap_or_default();
        text.split_whitespace().filter_map(|count| count.parse().ok()).collect()
    };
    let until = Instant::now() + Duration::from_secs(180);
    let mut round = 0;
    while round < 40 || counts().into_iter().filter(|count| *count > 5).count() < 2 {
        assert!(Instant::now() < until, "writes that were done, and that were not: {:?}", counts());
        round += 1;
        thread::sleep(Duration::from_millis(50 + 2 * round));
        // On a slow machine, no write would be done in a time that is always short.
        let done = counts().first().copied();
        while round % 4 == 0 && counts().first().copied() == done && Instant::now() < until {
            thread::sleep(Duration::from_millis(20));
        }
        disturb(&mut server, round);
        assert!(child.try_wait().unwrap().is_none(), "it found something that it should not");
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let mut target = place.open();
    target.finish(Some(&place.lock())).unwrap();
    let target = place.open();
    assert!(target.inspect().unwrap().is_empty());
    let is_new = target.manifest() == Some(&killed::new().manifest());
    let now = if is_new { killed::new() } else { killed::old() };
    assert_eq!(target.manifest(), Some(&now.manifest()));
    assert_eq!(fs::read_to_string(place.lock()).unwrap(), now.lock);
}

#[test]
fn connections_that_are_lost_at_any_moment_lose_nothing() {
    endured(|server, _| {
        let all =
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'datasurface'";
        server.owner("postgres").batch_execute(all).unwrap();
    });
}

#[test]
fn a_server_that_crashes_loses_nothing() {
    endured(|server, round| {
        if round % 8 == 0 {
            server.crash();
            server.recover();
        }
    });
}

#[test]
fn a_server_elsewhere_speaks_tls_or_is_refused() {
    let Some(server) = Server::shared() else { return };
    // Another name of this machine, which is not known to be one.
    let mut elsewhere = place_on(server, "any".to_owned());
    if let StatePlace::Postgres { host, .. } = &mut elsewhere {
        *host = "LOCALHOST".to_owned();
    }
    #[derive(Debug)]
    struct Anywhere;
    impl CredentialSource for Anywhere {
        fn secret(&self, _: &CredentialKey, _: &str) -> Result<Secret, CredentialError> {
            Ok(Secret::new(PASSWORD))
        }
    }
    let place = Place::new();
    let error = place.open().move_state(Some(&elsewhere), &Anywhere).unwrap_err();
    assert_eq!(error.diagnostic().code(), "target/state-unreachable");
    assert!(error.to_string().contains("TLS") || error.to_string().contains("authority"), "{error}");
    assert_eq!(place.open().state_place(), None);
}

#[test]
fn a_password_that_is_wrong_or_missing_is_in_no_message() {
    #[derive(Debug)]
    struct Wrong;
    impl CredentialSource for Wrong {
        fn secret(&self, _: &CredentialKey, _: &str) -> Result<Secret, CredentialError> {
            Ok(Secret::new("opensesame"))
        }
    }
    if Server::shared().is_none() {
        return;
    }
    in_store(Store::Postgres, || {
        let place = Place::new();
        place.write(&killed::old()).unwrap();
        let wrong = crate::output::Target::open_with_credentials(place.root(), &Wrong).unwrap_err();
        let missing = crate::output::Target::open(place.root()).unwrap_err();
        for error in [&wrong, &missing] {
            assert_eq!(error.diagnostic().code(), "target/state-unreachable");
            assert!(!format!("{error:?}").contains("opensesame") && !format!("{error:?}").contains(PASSWORD));
        }
        assert!(wrong.to_string().contains("password authentication failed"), "{wrong}");
        assert!(missing.to_string().contains("EU/Ops/state"), "{missing}");
        assert!(crate::output::Target::open_with_credentials(place.root(), &TestCredentials).is_ok());
    });
}
