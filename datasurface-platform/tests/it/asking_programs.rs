//! Programs that run jobs and ask the hooks of their host, and those that do not, or do not do as they are told.

use crate::{
    example_graph,
    hostile_programs::{BOUNDS, greeting_with, third},
    operation::{Watcher, plan, rendered, site},
};
use datasurface_platform::{
    JobFailure, JobRemark, NoObserver, RunReport, RunRequest, RuntimeContext, WaitReason, WaitingJob,
    hook::*,
    prelude::*,
    remote::{ConnectionLimits, Response},
};
use std::{
    collections::BTreeSet,
    fs,
    sync::{Arc, Mutex},
    time::Duration,
};

/// A hook that answers always alike, and keeps what it was asked.
#[derive(Clone, Debug, Default)]
struct Answering {
    answer: HookAnswer<TriggerDecision>,
    asked: Arc<Mutex<Vec<TriggerDue>>>,
    told: Arc<Mutex<Vec<DatasetLoaded>>>,
}

impl Hook for Answering {
    fn events(&self) -> BTreeSet<EventKind> {
        [EventKind::TriggerDue, EventKind::DatasetLoaded].into()
    }

    fn trigger_due(&self, event: &TriggerDue) -> Result<HookAnswer<TriggerDecision>, PlatformError> {
        self.asked.lock().unwrap().push(event.clone());
        Ok(self.answer.clone())
    }

    fn dataset_loaded(&self, event: &DatasetLoaded) -> Result<HookAnswer<NoDecision>, PlatformError> {
        self.told.lock().unwrap().push(event.clone());
        Ok(HookAnswer::default().note("it came"))
    }
}

impl Answering {
    fn new(answer: HookAnswer<TriggerDecision>) -> Self {
        Self { answer, ..Self::default() }
    }

    fn hooks(&self, policy: FailurePolicy) -> Hooks {
        Hooks::new().with_hook("guard", policy, self.clone()).unwrap()
    }
}

/// A program that runs transformers, and asks hooks or says that it does not.
fn platform_that(behaviour: &str, hooks: bool, bounds: ConnectionLimits) -> Box<dyn DataPlatform> {
    let descriptor = PlatformDescriptor::new("connectors", Version::new(1, 0, 0)).with_artifacts(["sql"]);
    let created = Response::Created { platform: 0, descriptor: Box::new(descriptor), runtime: true, hooks };
    let command = greeting_with(created, behaviour);
    let values = [datasurface_platform::Secret::new("Swordfish")];
    let factory = RemoteFactory::spawn_withholding(command, bounds, values, std::io::sink()).unwrap();
    factory.create(&example_graph::plain_instance()).unwrap()
}

fn run_watched(
    platform: &dyn DataPlatform,
    hooks: &Hooks,
    watcher: &Watcher,
) -> Result<RunReport, PlatformError> {
    let rendered = rendered();
    let instance = "Stream".into();
    let site = RuntimeContext { hooks: PlatformHooks::new(hooks, &instance), ..site(&rendered, watcher) };
    platform.runtime().unwrap().run(&site, &RunRequest::once())
}

fn run(platform: &dyn DataPlatform, hooks: &Hooks) -> Result<RunReport, PlatformError> {
    run_watched(platform, hooks, &Watcher::default())
}

/// Asks about a transformer, as if it were of another platform and at another time, and reads the answer.
fn asks() -> String {
    let event = r#"{"trigger_due":{"platform":"Other","now":"2001-01-01T00:00:00Z","workspace":"Make","job":"transform.Make",
        "trigger":"any_input_moved","inputs":[],"outputs":["Made/a"]}}"#;
    format!("{}; read decided", third(&event.replace('\n', "")))
}

const RAN: &str = r#"{"ran":{"datasets":[]}}"#;

#[test]
fn a_program_is_told_what_the_hooks_decide_and_the_host_reports_it() {
    let trace = std::env::temp_dir().join(format!("datasurface-asked-{}", std::process::id()));
    let behaviour = format!("{}; echo \"$decided\" > '{}'; {}", asks(), trace.display(), third(RAN));
    let job = || ResourceAddress::from("transform.Make");
    let note = HookRemark { hook: "guard".into(), kind: RemarkKind::Note, text: "odd".to_owned() };
    let noted = JobRemark { job: job(), remark: note };
    let failure =
        JobFailure { job: job(), reason: "the hook `guard` refuses: no".to_owned(), examples: Vec::new() };
    let waiting = WaitingJob { job: job(), waits_for: WaitReason::Hooks };
    for (decision, word, failures, waiting) in [
        (None, "{\"remarks\"", vec![], vec![]),
        (Some(TriggerDecision::RunInFull), "{\"decision\":\"run_in_full\"", vec![], vec![]),
        (Some(TriggerDecision::RunIncrementally), "{\"decision\":\"run_incrementally\"", vec![], vec![]),
        (Some(TriggerDecision::Skip), "{\"decision\":\"skip\"", vec![], vec![waiting]),
        (
            Some(TriggerDecision::Refuse("no".to_owned())),
            "{\"decision\":{\"refuse\":\"no\"}",
            vec![failure],
            vec![],
        ),
    ] {
        let hook = Answering::new(HookAnswer { decision, notes: vec!["odd".to_owned()] });
        let platform = platform_that(&behaviour, true, BOUNDS);
        let report = run(&*platform, &hook.hooks(FailurePolicy::Refuse)).unwrap();
        let expected = RunReport { remarks: vec![noted.clone()], failures, waiting, ..RunReport::default() };
        assert_eq!(report, expected);
        let told = fs::read_to_string(&trace).unwrap();
        assert!(told.starts_with(&format!("{{\"number\":3,\"request\":{{\"hooks\":{word}")), "{told}");
        let asked = hook.asked.lock().unwrap();
        assert_eq!(asked.len(), 1);
        assert_eq!(asked[0].platform, Some("Stream".into()), "that is not up to the program");
        assert_eq!(asked[0].now.to_rfc3339(), "2026-11-21T10:00:00+00:00");
    }
    fs::remove_file(trace).unwrap();
}

#[test]
fn a_batch_that_a_program_loaded_is_told_to_the_hooks() {
    let batch =
        r#"{"dataset":"Made/a","batch":2,"inserted":1,"updated":0,"deleted":0,"unchanged":0,"failure":null}"#;
    let loaded = third(&format!(r#"{{"dataset_loaded":{{"now":"2001-01-01T00:00:00Z","batch":{batch}}}}}"#));
    let platform = platform_that(&format!("{loaded}; read noted; {}", third(RAN)), true, BOUNDS);
    let hook = Answering::default();
    let report = run(&*platform, &hook.hooks(FailurePolicy::Refuse)).unwrap();
    let said: Vec<String> =
        report.remarks.iter().map(|said| format!("{}: {}", said.job, said.remark)).collect();
    assert_eq!(said, ["Made/a: the hook `guard` notes: it came"]);
    let told = hook.told.lock().unwrap();
    assert_eq!((told[0].platform.clone(), told[0].batch.batch), (Some("Stream".into()), 2));
}

#[test]
fn a_program_that_begins_what_a_hook_did_not_let_run_is_asked_no_more() {
    let begins = third(r#"{"started":"transform.Make"}"#);
    let behaviour = format!("{}; {begins}; {}", asks(), third(RAN));
    for (decision, is_let) in [
        (TriggerDecision::RunInFull, true),
        (TriggerDecision::Skip, false),
        (TriggerDecision::Refuse("no".to_owned()), false),
    ] {
        let platform = platform_that(&behaviour, true, BOUNDS);
        let watcher = Watcher::default();
        let hooks = Answering::new(HookAnswer::new(decision)).hooks(FailurePolicy::Refuse);
        match (run_watched(&*platform, &hooks, &watcher), is_let) {
            (Ok(_), true) => assert_eq!(watcher.started.into_inner().unwrap(), ["transform.Make"]),
            (Err(error), false) => {
                let said = error.report();
                assert!(said.contains("it began `transform.Make`, which a hook did not let run"), "{said}");
                assert!(run(&*platform, &hooks).is_err(), "it is asked no more");
            }
            (outcome, _) => panic!("{outcome:?}"),
        }
    }
}

/// A guard that is passed by a program that does not ask is none.
#[test]
fn a_program_that_asks_no_hooks_is_the_failure_of_each_hook_that_listens() {
    let hook = Answering::new(HookAnswer::new(TriggerDecision::Skip));
    let trace = std::env::temp_dir().join(format!("datasurface-unasked-{}", std::process::id()));
    let behaviour = format!("touch '{}'; {}", trace.display(), third(RAN));
    let unasking = platform_that(&behaviour, false, BOUNDS);
    let error = run(&*unasking, &hook.hooks(FailurePolicy::Refuse)).unwrap_err();
    assert_eq!(error.kind(), PlatformErrorKind::Unsupported);
    assert!(error.report().contains("the hook `guard` failed: the program of the platform runs"), "{error}");
    assert!(!trace.exists(), "it was not even asked to run");
    let report = run(&*unasking, &hook.hooks(FailurePolicy::Continue)).unwrap();
    assert_eq!(report.remarks.len(), 1);
    assert_eq!(report.remarks[0].job.as_str(), "Stream");
    assert_eq!(report.remarks[0].remark.kind, RemarkKind::FailureIgnored);
    fs::remove_file(trace).unwrap();
    let unasking = platform_that(&third(RAN), false, BOUNDS);
    assert_eq!(run(&*unasking, &Hooks::new()).unwrap(), RunReport::default(), "nobody listens");
}

#[test]
fn questions_that_cannot_be_answered_end_the_conversation() {
    let hook = Answering::new(HookAnswer::new(TriggerDecision::RunInFull));
    let hooks = hook.hooks(FailurePolicy::Refuse);
    let bounds = ConnectionLimits { longest_operation: Duration::from_secs(2), ..BOUNDS };
    for (behaviour, expected) in [
        (third(r#"{"trigger_due":{"job":"transform.Make"}}"#), "missing field"),
        (third(r#"{"trigger_due":"transform.Make"}"#), "is no answer"),
        (third(r#"{"plan_ready":{}}"#), "unknown variant `plan_ready`"),
        (asks().replace("\"number\":3", "\"number\":4"), "answered request 4, but 3 was asked"),
        (asks().replace("transform.Make", "Swordfish"), "the value of a credential"),
        (format!("{}; exit 3", asks()), "ended without an answer"),
        (format!("while :; do {}; done", asks()), "it was not done in 2s"),
        // It does not read the answers.
        (format!("while :; do {}; done", asks().replace("; read decided", "")), "it was not done in 2s"),
    ] {
        let said = run(&*platform_that(&behaviour, true, bounds), &hooks).unwrap_err().report();
        assert!(said.contains(expected), "{behaviour}: {said}");
        assert!(!said.contains("Swordfish"), "{said}");
    }
    assert!(hook.asked.lock().unwrap().iter().all(|event| event.job.as_str() == "transform.Make"));
}

/// Where nothing runs, there is nothing to ask about.
#[test]
fn hooks_are_asked_while_jobs_run_only() {
    let platform = platform_that(&asks(), true, BOUNDS);
    let rendered = rendered();
    let error = platform.runtime().unwrap().apply(&site(&rendered, &NoObserver), &plan(1)).unwrap_err();
    assert!(error.report().contains("something else than what it was asked"), "{}", error.report());
}
