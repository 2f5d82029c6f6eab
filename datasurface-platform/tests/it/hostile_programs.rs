//! Platforms that are programs, say who they are, and then misbehave: each is stopped, what it did is said, and nothing is rendered by it.

use crate::{example_graph, program::findings};
use datasurface_platform::{
    prelude::*,
    remote::{ConnectionLimits, Handshake, PROTOCOL, PlanForm, Response, ResponseLine},
};
use std::{
    fs,
    process::Command,
    time::{Duration, Instant},
};

pub(crate) const BOUNDS: ConnectionLimits = ConnectionLimits {
    longest_line: 1 << 20,
    longest_wait: Duration::from_secs(20),
    longest_operation: Duration::from_secs(20),
    most_memory: None,
};
pub(crate) const IMPATIENT: ConnectionLimits =
    ConnectionLimits { longest_wait: Duration::from_secs(2), ..BOUNDS };

/// An answer to the third request, which is the first one after the greeting.
pub(crate) fn third(response: &str) -> String {
    format!("echo '{{\"number\":3,\"response\":{response}}}'")
}

fn rendering(files: &str, resources: &str) -> String {
    third(&format!("{{\"rendering\":{{\"files\":[{files}],\"resources\":[{resources}]}}}}"))
}

fn empty_file(path: &str) -> String {
    format!("{{\"path\":\"{path}\",\"media_type\":\"text/plain\",\"text\":\"\"}}")
}

/// A program that greets, makes an instance, with a runtime or without, reads one more request, and then runs this.
pub(crate) fn greeting_then(behaviour: &str, runtime: bool) -> Command {
    let descriptor = PlatformDescriptor::new("connectors", Version::new(1, 0, 0));
    let created = Response::Created { platform: 0, descriptor: Box::new(descriptor), runtime, hooks: false };
    greeting_with(created, behaviour)
}

/// A program that greets, makes this instance, reads one more request, and then runs this.
pub(crate) fn greeting_with(created: Response, behaviour: &str) -> Command {
    let hello = Response::Hello(Handshake {
        protocol: PROTOCOL,
        kind: "connectors".into(),
        version: Version::new(1, 0, 0),
        contract: PlatformDescriptor::CONTRACT,
        config_schema: Json::object(),
        plan: PlanForm::Whole,
    });
    let mut script = String::new();
    for (number, response) in [(1, hello), (2, created)] {
        let line = serde_json::to_string(&ResponseLine { number, response }).unwrap();
        script.push_str(&format!("read asked; echo '{line}'; "));
    }
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{script} read asked; {behaviour}")]);
    command
}

/// What is said when this program is asked for a rendering. Nothing that it is asked afterwards is answered either.
fn said(behaviour: &str, bounds: ConnectionLimits) -> String {
    let instance = example_graph::plain_instance();
    let factory = RemoteFactory::spawn_with_limits(greeting_then(behaviour, false), bounds).unwrap();
    let platform = factory.create(&instance).unwrap();
    let error = platform.render(&example_graph::shard(&instance)).unwrap_err();
    assert_eq!(error.kind(), PlatformErrorKind::External, "{behaviour}: {}", error.report());
    let again = platform.render(&example_graph::shard(&instance)).unwrap_err();
    assert_eq!(again.report(), error.report(), "{behaviour}: it is asked no more");
    for view in &example_graph::node_views() {
        let found = findings(&*platform, LintView::Node(view));
        let codes: Vec<_> = found.iter().map(Diagnostic::code).collect();
        assert_eq!(codes, ["remote/unreachable"], "{behaviour}");
        assert_eq!(found[0].message(), error.report(), "{behaviour}");
    }
    error.report()
}

#[test]
fn a_program_that_does_not_answer_is_stopped() {
    let before = Instant::now();
    for (behaviour, expected) in [
        ("exec sleep 600", "no answer came"),
        ("while :; do :; done", "no answer came"),
        ("while :; do printf x; sleep 0.1; done", "no answer came"),
        ("trap '' TERM INT HUP; while :; do sleep 1; done", "no answer came"),
        ("exec >&-; exec sleep 600", "ended without an answer"),
        ("exit 3", "ended without an answer"),
        ("kill -9 $$", "ended without an answer"),
    ] {
        let said = said(behaviour, IMPATIENT);
        assert!(said.contains(expected), "{behaviour}: {said}");
    }
    assert!(before.elapsed() < Duration::from_secs(120), "none of them was waited for");
}

#[test]
fn a_program_that_answers_too_much_is_stopped() {
    for (behaviour, expected) in [
        ("exec cat /dev/zero", "a line that is too long"),
        ("exec yes loading", "is no answer"),
        (
            "printf '{\"number\":3,\"response\":{\"hello\":{\"config_schema\":'; head -c 500000 /dev/zero | tr '\\0' '['; echo",
            "recursion limit",
        ),
    ] {
        let said = said(behaviour, BOUNDS);
        assert!(said.contains(expected), "{behaviour}: {said}");
        assert!(said.len() < 1000, "a diagnostic is short: {said}");
    }
}

/// The host keeps no more of it than a line may have.
#[test]
fn a_line_of_a_gibibyte_is_not_read_to_its_end() {
    let said = said("exec head -c 1073741824 /dev/zero", ConnectionLimits::default());
    assert!(said.contains("a line that is too long"), "{said}");
}

#[test]
fn a_program_may_give_any_reason_and_somebody_reads_its_beginning() {
    let long = "x".repeat(500_000);
    let behaviour = third(&format!(r#"{{"error":{{"kind":"internal","context":"why","reason":"{long}"}}}}"#));
    let instance = example_graph::plain_instance();
    let factory = RemoteFactory::spawn_with_limits(through_a_file(&behaviour), BOUNDS).unwrap();
    let error = factory.create(&instance).unwrap().render(&example_graph::shard(&instance)).unwrap_err();
    assert_eq!(error.kind(), PlatformErrorKind::Internal);
    let said = error.report();
    assert!(said.starts_with("why: xxx") && said.ends_with("x…") && said.len() < 11_000, "{}", said.len());
}

/// The same program, whose script is too long for an argument.
fn through_a_file(behaviour: &str) -> Command {
    let file = std::env::temp_dir().join(format!("datasurface-long-{}", std::process::id()));
    fs::write(&file, behaviour).unwrap();
    greeting_then(&format!(". '{0}'; rm '{0}'", file.display()), false)
}

/// The second answer is taken for no answer to the next request.
#[test]
fn a_program_that_answers_twice_is_stopped_at_the_next_request() {
    let answer = rendering("", "");
    let command = greeting_then(&format!("{answer}; {answer}; read asked; {answer}"), false);
    let factory = RemoteFactory::spawn_with_limits(command, BOUNDS).unwrap();
    let instance = example_graph::plain_instance();
    let platform = factory.create(&instance).unwrap();
    assert_eq!(platform.render(&example_graph::shard(&instance)).unwrap(), Rendering::new());
    let said = platform.render(&example_graph::shard(&instance)).unwrap_err().report();
    assert!(said.contains("answered request 3, but 4 was asked"), "{said}");
}

/// What was placed by one descriptor is not rendered by another one.
#[test]
fn a_program_that_describes_an_instance_otherwise_than_before_is_refused() {
    let created = |descriptor: PlatformDescriptor| Response::Created {
        platform: 0,
        descriptor: Box::new(descriptor),
        runtime: false,
        hooks: false,
    };
    let plain = || PlatformDescriptor::new("connectors", Version::new(1, 0, 0));
    let again = |number, descriptor| {
        serde_json::to_string(&ResponseLine { number, response: created(descriptor) }).unwrap()
    };
    let behaviour = format!(
        "echo '{}'; read asked; echo '{}'",
        again(3, plain()),
        again(4, plain().with_artifacts(["sql"]))
    );
    let command = greeting_with(created(plain()), &behaviour);
    let factory = RemoteFactory::spawn_with_limits(command, BOUNDS).unwrap();
    let instance = example_graph::plain_instance();
    assert!(factory.create(&instance).is_ok());
    assert!(factory.create(&instance).is_ok(), "the same one");
    let said = factory.create(&instance).unwrap_err().report();
    assert!(said.contains("it describes an instance otherwise than before"), "{said}");
}

/// It keeps 100 MB before it answers.
#[cfg(target_os = "linux")]
#[test]
fn a_program_that_takes_too_much_memory_ends() {
    let greedy = format!("x=$(head -c 100000000 /dev/zero | tr '\\0' x); {}", rendering("", ""));
    let limited = |bytes: u64| ConnectionLimits { most_memory: Some(bytes), ..BOUNDS };
    let said = said(&greedy, limited(32 << 20));
    assert!(said.contains("ended without an answer"), "{said}");
    for bounds in [limited(2 << 30), BOUNDS] {
        let factory = RemoteFactory::spawn_with_limits(greeting_then(&greedy, false), bounds).unwrap();
        let instance = example_graph::plain_instance();
        let platform = factory.create(&instance).unwrap();
        assert_eq!(platform.render(&example_graph::shard(&instance)).unwrap(), Rendering::new());
    }
}

#[test]
fn what_is_no_sound_answer_is_no_answer() {
    let resource = serde_json::to_string(&Resource::new("topic.a", "topic")).unwrap();
    for (behaviour, expected) in [
        ("printf '{\"number\":3,\"respon'".to_owned(), "EOF while parsing"),
        ("printf '{\"number\":3,\"response\":\"\\377\"}\\n'".to_owned(), "is no answer"),
        ("echo".to_owned(), "is no answer"),
        ("echo '{\"number\":99999999999999999999999}'".to_owned(), "is no answer"),
        (
            "echo '{\"number\":2,\"response\":{\"offers\":[]}}'".to_owned(),
            "answered request 2, but 3 was asked",
        ),
        (
            "echo '{\"number\":4,\"response\":{\"offers\":[]}}'".to_owned(),
            "answered request 4, but 3 was asked",
        ),
        (third(r#"{"offers":[]}"#), "something else than what it was asked"),
        (third(r#"{"secrets":[]}"#), "unknown variant `secrets`"),
        (third(r#"{"rendering":{"files":[],"resources":[],"more":1}}"#), "unknown field `more`"),
        (rendering(&empty_file("../../etc/passwd"), ""), "not a safe relative path"),
        (rendering(&empty_file("/etc/passwd"), ""), "not a safe relative path"),
        (rendering(&empty_file("a.json"), ""), "declares no resource"),
        (rendering("", &resource), "is in no rendered file"),
        (third(r#"{"error":{"kind":"magic","context":"x"}}"#), "is no answer"),
    ] {
        let said = said(&behaviour, BOUNDS);
        assert!(said.contains(expected), "{behaviour}: {said}");
    }
}

/// A stray line ends the conversation: the sound answer behind it is taken for no answer, neither to this request nor to the next one.
#[test]
fn a_program_is_asked_no_more_after_a_stray_line() {
    let trace = std::env::temp_dir().join(format!("datasurface-stray-{}", std::process::id()));
    let answer = rendering("", "");
    let asked_on = format!("read asked && echo again >> '{}'", trace.display());
    let said = said(&format!("echo 'found 3 topics'; {answer}; {answer}; {asked_on}"), BOUNDS);
    assert!(said.contains(r#"it is "found 3 topics""#), "{said}");
    assert!(said.contains("belongs on its standard error"), "{said}");
    assert!(!trace.exists(), "{}", fs::read_to_string(&trace).unwrap());
}

/// Where a line means to be an answer, it is not said to belong elsewhere.
#[test]
fn an_answer_with_a_mistake_is_not_taken_for_a_stray_line() {
    let said = said(&third(r#"{"rendering":{"files":[]}}"#), BOUNDS);
    assert!(said.contains("missing field `resources`"), "{said}");
    assert!(!said.contains("standard error"), "{said}");
}
