//! Programs that do not do what they should: errors, never hangs, and never an empty answer.

use crate::{example_graph, program::findings};
use datasurface_platform::{
    prelude::*,
    remote::{ConnectionLimits, Handshake, PROTOCOL, PlanForm, Response, ResponseLine},
};
use std::{
    io,
    process::Command,
    time::{Duration, Instant},
};

pub(crate) const BOUNDS: ConnectionLimits = ConnectionLimits {
    longest_line: 1 << 20,
    longest_wait: Duration::from_secs(20),
    longest_operation: Duration::from_secs(20),
    most_memory: None,
};

#[cfg(unix)]
pub(crate) fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    command
}

#[cfg(unix)]
fn refusal(command: Command, bounds: ConnectionLimits) -> String {
    let error = RemoteFactory::spawn_with_limits(command, bounds).unwrap_err();
    assert_eq!(error.kind(), PlatformErrorKind::External, "{}", error.report());
    error.report()
}

#[cfg(unix)]
#[test]
fn a_program_ends_when_nobody_needs_it_any_more() {
    let mark = std::env::temp_dir().join(format!("datasurface-remote-{}", std::process::id()));
    let hello = line(1, hello(PlatformDescriptor::CONTRACT));
    let script = format!("echo $$ > {}; read asked; echo '{hello}'; exec sleep 60", mark.display());
    let factory = RemoteFactory::spawn_with_limits(shell(&script), BOUNDS).unwrap();
    let id = std::fs::read_to_string(&mark).unwrap();
    std::fs::remove_file(&mark).unwrap();
    let runs = || shell(&format!("kill -0 {} 2>&-", id.trim())).status().unwrap().success();
    assert!(runs());
    drop(factory);
    assert!(!runs(), "it was ended, and waited for");
}

#[cfg(unix)]
#[test]
fn a_program_that_is_no_platform_is_refused() {
    assert!(refusal(Command::new("/no/such/program"), BOUNDS).contains("/no/such/program"));
    refusal(Command::new("true"), BOUNDS);
    assert!(refusal(Command::new("cat"), BOUNDS).contains("is no answer"));
    let stray = refusal(shell("echo loading the catalog; cat"), BOUNDS);
    assert!(stray.contains("is no answer") && stray.contains(r#""loading the catalog""#), "{stray}");
    assert!(refusal(shell("cat /dev/zero"), BOUNDS).contains("too long"));
    let impatient = ConnectionLimits { longest_wait: Duration::from_millis(100), ..BOUNDS };
    let before = Instant::now();
    assert!(refusal(shell("exec sleep 60"), impatient).contains("no answer came"));
    assert!(before.elapsed() < Duration::from_secs(20), "the program was ended");
}

/// The lines that a program answers with, numbered as they are asked for.
fn script(lines: impl IntoIterator<Item = String>) -> Vec<u8> {
    lines.into_iter().collect::<Vec<_>>().join("\n").into_bytes()
}

fn line(number: u64, response: Response) -> String {
    serde_json::to_string(&ResponseLine { number, response }).unwrap()
}

fn hello(contract: Version) -> Response {
    Response::Hello(Handshake {
        protocol: PROTOCOL,
        kind: "connectors".into(),
        version: Version::new(1, 0, 0),
        contract,
        config_schema: Json::object(),
        plan: PlanForm::Whole,
    })
}

fn created() -> Response {
    let descriptor = PlatformDescriptor::new("connectors", Version::new(1, 0, 0));
    Response::Created { platform: 0, descriptor: Box::new(descriptor), runtime: false, hooks: false }
}

/// A platform that says who it is, and then answers with these lines; then it is gone.
fn platform_of(answers: impl IntoIterator<Item = String>) -> Box<dyn DataPlatform> {
    let first = [line(1, hello(PlatformDescriptor::CONTRACT)), line(2, created())];
    let input = io::Cursor::new(script(first.into_iter().chain(answers)));
    let factory = RemoteFactory::connect(input, io::sink(), BOUNDS).unwrap();
    factory.create(&example_graph::plain_instance()).unwrap()
}

#[test]
fn a_failure_is_remembered_and_reported() {
    let instance = example_graph::plain_instance();
    let views = example_graph::node_views();
    let shard = example_graph::shard(&instance);
    let no_answers = [
        Vec::new(),
        vec!["garbage".to_owned()],
        vec![line(3, created())],
        vec![line(2, Response::Offers(Vec::new()))],
    ];
    for answers in no_answers {
        let platform = platform_of(answers.clone());
        assert_eq!(platform.offer(views[0].facts()), []);
        for view in &views {
            assert_eq!(platform.weigh(view.facts()), Weights::new());
            let found = findings(&*platform, LintView::Node(view));
            let codes: Vec<_> = found.iter().map(Diagnostic::code).collect();
            assert_eq!(codes, ["remote/unreachable"], "{answers:?}");
            assert_eq!(found[0].severity(), Severity::Error);
        }
        assert_eq!(platform.render(&shard).unwrap_err().kind(), PlatformErrorKind::External);
        let change = crate::program::change(&Rendering::new());
        assert_eq!(platform.diff(&change.as_change()).unwrap_err().kind(), PlatformErrorKind::External);
        assert_eq!(*platform.descriptor().kind(), "connectors", "this is known already");
    }
}

#[test]
fn an_error_in_place_of_weights_is_remembered_though_the_program_goes_on() {
    let instance = example_graph::plain_instance();
    let view = &example_graph::node_views()[0];
    let error = PlatformError::new(PlatformErrorKind::Internal, "weighing").caused_by("no scales");
    // Were it asked on, there would be an answer to a lint, and one to a rendering.
    let goes_on = [Response::Findings(Vec::new()), Response::Rendering(Rendering::new())];
    let goes_on = (4..).zip(goes_on).map(|(number, response)| line(number, response));
    let answers = [line(3, Response::Error(error))].into_iter().chain(goes_on);
    let platform = platform_of(answers);
    assert_eq!(platform.weigh(view.facts()), Weights::new());
    let found = findings(&*platform, LintView::Node(view));
    assert!(found[0].message().contains("weighing: no scales"), "{found:?}");
    let error = platform.render(&example_graph::shard(&instance)).unwrap_err();
    assert_eq!(error.kind(), PlatformErrorKind::External, "though an answer is waiting");
}

#[test]
fn a_rendering_that_breaks_the_rules_is_no_answer() {
    let unsafe_path = r#"{"number":3,"response":{"rendering":{"files":[{"path":"../x","media_type":"t","text":""}],"resources":[]}}}"#;
    let platform = platform_of([unsafe_path.to_owned()]);
    let error = platform.render(&example_graph::shard(&example_graph::plain_instance())).unwrap_err();
    assert_eq!(error.kind(), PlatformErrorKind::External);
    assert!(error.report().contains("not a safe relative path"), "{}", error.report());
}

#[test]
fn other_protocols_contracts_and_descriptors_are_refused() {
    let newer = script([line(1, hello(Version::new(99, 0, 0)))]);
    let error = RemoteFactory::connect(io::Cursor::new(newer), io::sink(), BOUNDS).unwrap_err();
    assert!(error.report().contains("speaks contract 99"), "{}", error.report());

    let protocol = line(1, hello(PlatformDescriptor::CONTRACT)).replace("\"protocol\":1", "\"protocol\":2");
    let error = RemoteFactory::connect(io::Cursor::new(script([protocol])), io::sink(), BOUNDS).unwrap_err();
    assert!(error.report().contains("it speaks protocol 2, this host 1"), "{}", error.report());

    let first = script([line(1, hello(PlatformDescriptor::CONTRACT)), line(2, created())]);
    let factory = RemoteFactory::connect(io::Cursor::new(first), io::sink(), BOUNDS).unwrap();
    let other = PlatformInstance::new("P".into(), "connectors".into(), Version::new(2, 0, 0), Json::object());
    assert!(factory.create(&other).unwrap_err().report().contains("the descriptor says"));
}

#[test]
fn a_request_that_is_too_long_is_not_sent() {
    let bounds = ConnectionLimits { longest_line: 400, ..BOUNDS };
    let first = script([line(1, hello(PlatformDescriptor::CONTRACT))]);
    let factory = RemoteFactory::connect(io::Cursor::new(first), io::sink(), bounds).unwrap();
    let long = Json::object().with_member("long", "x".repeat(1000));
    let instance = PlatformInstance::new("P".into(), "connectors".into(), Version::new(1, 0, 0), long);
    assert!(factory.create(&instance).unwrap_err().report().contains("longer than 400 bytes"));
}
