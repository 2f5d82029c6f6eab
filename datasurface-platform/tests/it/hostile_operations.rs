//! Programs that misbehave while they apply or run: each is ended, and what it did is said.

use crate::{
    example_graph,
    hostile_programs::{BOUNDS, greeting_then, third},
    operation::{Watcher, plan, rendered, site},
};
use datasurface_platform::{
    NoObserver, OperatorConfirmations, RunNames, RunRequest, RuntimeContext, Secret, prelude::*,
    remote::ConnectionLimits,
};
use std::time::{Duration, Instant};

/// A platform of a program that greets, says that it has a runtime, and then does this.
fn platform_that(behaviour: &str, bounds: ConnectionLimits) -> Box<dyn DataPlatform> {
    let values = [Secret::new("Swordfish")];
    let factory =
        RemoteFactory::spawn_withholding(greeting_then(behaviour, true), bounds, values, std::io::sink())
            .unwrap();
    factory.create(&example_graph::plain_instance()).unwrap()
}

/// What is said when this program is asked to apply a plan of two steps. Nothing that it is asked afterwards is answered either.
fn said(behaviour: &str, bounds: ConnectionLimits) -> String {
    let platform = platform_that(behaviour, bounds);
    let (runtime, rendered) = (platform.runtime().unwrap(), rendered());
    let error = runtime.apply(&site(&rendered, &NoObserver), &plan(1)).unwrap_err();
    assert_eq!(error.kind(), PlatformErrorKind::External, "{behaviour}: {}", error.report());
    assert!(error.report().len() < 1000, "{behaviour}: a diagnostic is short");
    assert!(runtime.status(&site(&rendered, &NoObserver)).is_err(), "{behaviour}");
    error.report()
}

const STARTED: &str = r#"{"started":"table.a"}"#;

#[test]
fn operations_that_do_not_end_are_ended() {
    let bounds = ConnectionLimits { longest_operation: Duration::from_secs(1), ..BOUNDS };
    let before = Instant::now();
    for behaviour in [
        "exec sleep 600".to_owned(),
        "while :; do :; done".to_owned(),
        format!("while :; do {}; done", third(STARTED)),
        format!("{}; exec sleep 600", third(STARTED)),
        "while :; do printf x; sleep 0.1; done".to_owned(),
    ] {
        let said = said(&behaviour, bounds);
        assert!(said.contains("it was not done in 1s"), "{behaviour}: {said}");
    }
    assert!(before.elapsed() < Duration::from_secs(60), "none of them was waited for");
}

#[test]
fn answers_to_operations_that_cannot_be_believed_are_errors() {
    let applied = |done: &str| third(&format!("{{\"applied\":{done}}}"));
    for (behaviour, expected) in [
        ("exec cat /dev/zero".to_owned(), "a line that is too long"),
        (format!("{}; kill -9 $$", third(STARTED)), "ended without an answer"),
        (format!("{}; echo applied everything", third(STARTED)), "is no answer"),
        (format!("{}; printf '{{\"number\":3,\"resp'", third(STARTED)), "EOF while parsing"),
        (third(r#"{"ran":{"datasets":[]}}"#), "something else than what it was asked"),
        (third(STARTED).replace('3', "4"), "answered request 4, but 3 was asked"),
        (applied(r#"{"done":99,"done_before":0,"identity":"here"}"#), "it says that 99 of 2 steps are done"),
        (applied(r#"{"done":0,"done_before":0,"identity":"here"}"#), "it says that 0 of 2 steps are done"),
        (applied(r#"{"done":18446744073709551615,"done_before":3}"#), "of 2 steps are done"),
        (applied(r#"{"done":-1,"done_before":3}"#), "is no answer"),
        (applied(r#"{"done":1,"done_before":1,"identity":"elsewhere"}"#), "another target than before"),
        (applied(r#"{"done":1,"done_before":1}"#), "another target than before"),
        (applied(r#"{"done":1,"done_before":1,"identity":"here","more":1}"#), "unknown field `more`"),
        (third(r#"{"started":"Swordfish"}"#), "the value of a credential"),
        ("echo the password is Swordfish".to_owned(), "the value of a credential"),
    ] {
        let platform = platform_that(&behaviour, BOUNDS);
        let (runtime, rendered) = (platform.runtime().unwrap(), rendered());
        let error = runtime.apply(&site(&rendered, &NoObserver), &plan(1)).unwrap_err();
        assert_eq!(error.kind(), PlatformErrorKind::External, "{behaviour}: {}", error.report());
        let said = error.report();
        assert!(said.contains(expected), "{behaviour}: {said}");
        assert!(!said.contains("Swordfish"), "{said}");
    }
}

/// The operator may mean another target than before.
#[test]
fn another_target_is_believed_where_it_is_confirmed() {
    let applied = third(r#"{"applied":{"done":1,"done_before":1,"identity":"elsewhere"}}"#);
    let platform = platform_that(&applied, BOUNDS);
    let (runtime, rendered) = (platform.runtime().unwrap(), rendered());
    let confirmed = OperatorConfirmations { accept_other_database: true, clock_until: None };
    let site = RuntimeContext { confirmed, ..site(&rendered, &NoObserver) };
    assert_eq!(runtime.apply(&site, &plan(1)).unwrap().identity.as_deref(), Some("elsewhere"));
}

#[test]
fn an_operation_that_is_cancelled_is_ended() {
    let behaviour = format!("{}; {}; exec sleep 600", third(STARTED), third(STARTED));
    let platform = platform_that(&behaviour, BOUNDS);
    let watcher = Watcher { cancels_after: Some(2), ..Watcher::default() };
    let (before, rendered) = (Instant::now(), rendered());
    let error = platform.runtime().unwrap().run(&site(&rendered, &watcher), &RunRequest::once()).unwrap_err();
    assert!(error.report().contains("it was cancelled"), "{}", error.report());
    assert!(before.elapsed() < Duration::from_secs(10));
    assert_eq!(watcher.started.into_inner().unwrap(), ["table.a", "table.a"]);
}

#[test]
fn what_begins_is_said_of_operations_only() {
    let platform = platform_that(&third(STARTED), BOUNDS);
    let error = platform.render(&example_graph::shard(&example_graph::plain_instance())).unwrap_err();
    assert!(error.report().contains("something else than what it was asked"), "{}", error.report());
}

#[test]
fn what_a_program_begins_is_cut_short_and_what_it_does_not_support_has_a_default() {
    let long = "x".repeat(100_000);
    let unsupported = third(r#"{"error":{"kind":"unsupported","context":"names"}}"#);
    let behaviour = format!("{}; {unsupported}", third(&format!("{{\"started\":\"{long}\"}}")));
    let platform = platform_that(&behaviour, BOUNDS);
    let (watcher, rendered) = (Watcher::default(), rendered());
    let names = platform.runtime().unwrap().run_names(&site(&rendered, &watcher)).unwrap();
    assert_eq!(names, RunNames::default());
    assert_eq!(watcher.started.into_inner().unwrap()[0].len(), 200);
}

#[test]
fn a_program_without_a_runtime_applies_nothing() {
    let factory = RemoteFactory::spawn_with_limits(greeting_then("exit 1", false), BOUNDS).unwrap();
    assert!(factory.create(&example_graph::plain_instance()).unwrap().runtime().is_none());
}
