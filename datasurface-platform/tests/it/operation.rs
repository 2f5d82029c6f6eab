//! Programs that apply what they render and run jobs: what they answer is what a runtime here would.

use crate::program::findings;
use chrono::{DateTime, Utc};
use datasurface_platform::{
    ApplyReport, DatasetRun, DriftedResource, EnvironmentCredentials, JobFailure, JobOutcome, JobRun,
    NoObserver, OperatorConfirmations, PlatformView, PreviousTarget, RenderedFiles, RunMode, RunNames,
    RunObserver, RunReport, RunRequest, Runtime, RuntimeContext, Status,
    hook::{EventKind, HookOutcome, PlatformHooks, TriggerDue},
    prelude::*,
    remote::{ConnectionLimits, MAX_LINE_LENGTH, RemoteContext, Request, RequestLine},
};
use std::{
    borrow::Cow,
    io::{BufReader, pipe},
    path::Path,
    sync::Mutex,
    thread,
};

static ODD: CodeInfo =
    CodeInfo::warning("echo/odd", "a platform is odd", "It only reports what it was given.");

/// A platform whose runtime does nothing, and reports what it was given.
#[derive(Debug)]
struct Echo(PlatformDescriptor);

impl PlatformPlugin for Echo {
    type Config = NoSettings;
    const KIND: &'static str = "echo";

    fn version() -> Version {
        Version::new(1, 0, 0)
    }

    fn configure(_: &PlatformInstance, _: NoSettings) -> Result<Self, PlatformError> {
        Ok(Self(PlatformDescriptor::for_plugin::<Self>()))
    }
}

impl DataPlatform for Echo {
    fn descriptor(&self) -> &PlatformDescriptor {
        &self.0
    }

    fn weigh(&self, _: &NodeFacts) -> Weights {
        Weights::new()
    }

    fn offer(&self, _: &NodeFacts) -> Vec<Offer> {
        Vec::new()
    }

    fn lint(&self, view: LintView<'_>, found: &mut Reporter<'_>) {
        if let LintView::Platform(_) = view {
            found.report(&ODD, "it does nothing", "do something");
        }
    }

    fn render(&self, _: &ScopeView) -> Result<Rendering, PlatformError> {
        Ok(Rendering::new())
    }

    fn diff(&self, change: &RenderingChange<'_>) -> Result<Plan, PlatformError> {
        change.structural(|_| Judgement::update(Effect::InPlace, ""))
    }

    fn runtime(&self) -> Option<&dyn Runtime> {
        Some(self)
    }
}

impl Runtime for Echo {
    fn apply(&self, site: &RuntimeContext<'_>, plan: &Plan) -> Result<ApplyReport, PlatformError> {
        plan.steps().iter().for_each(|step| site.watcher.job_started(step.resource.as_str()));
        Ok(ApplyReport { done: plan.steps().len(), done_before: 0, identity: Some("here".to_owned()) })
    }

    fn run(&self, site: &RuntimeContext<'_>, request: &RunRequest) -> Result<RunReport, PlatformError> {
        if request.verify {
            return Err(
                PlatformError::new(PlatformErrorKind::Unsupported, "comparing copies").caused_by("none")
            );
        }
        let run = |name: &String| {
            assert_ne!(name, "panics", "on purpose");
            site.watcher.job_started(name);
            let dataset = name.as_str().into();
            let (batch, inserted, updated, deleted, unchanged, rejected) = (1, 2, 3, 4, 5, 6);
            DatasetRun { dataset, batch, inserted, updated, deleted, unchanged, rejected, failure: None }
        };
        let refused = |name: &String| {
            let outcome = site.hooks.trigger_due(|| Ok::<_, PlatformError>(due(site, name))).ok()?;
            let reason = outcome.blocking_remark()?.to_string();
            Some(JobFailure { job: name.as_str().into(), reason, examples: Vec::new() })
        };
        let failures = request.select.iter().filter_map(refused).collect();
        let datasets = request.select.iter().map(run).collect();
        Ok(RunReport { datasets, failures, ..RunReport::default() })
    }

    fn run_names(&self, site: &RuntimeContext<'_>) -> Result<RunNames, PlatformError> {
        let names = site.rendered.iter().map(|(path, _)| path.to_string());
        Ok(RunNames { selectable: names.collect(), ..RunNames::default() })
    }

    fn status(&self, site: &RuntimeContext<'_>) -> Result<Status, PlatformError> {
        let RuntimeContext { rendered, root, now, applied_to, confirmed, .. } = site;
        let problem = format!("{rendered:?} {root:?} {now} {applied_to:?} {confirmed:?}");
        let drifted = DriftedResource { resource: "context".into(), problem, is_repaired_by_run: false };
        Ok(Status { drifted: vec![drifted], ..Status::default() })
    }

    fn history(&self, site: &RuntimeContext<'_>, most: usize) -> Result<Vec<JobRun>, PlatformError> {
        let job = ResourceAddress::from("job");
        let outcome = JobOutcome::Failed("why".to_owned());
        let run = JobRun { job, began_at: site.now, milliseconds: Some(7), records: None, outcome };
        Ok(vec![run; most])
    }

    fn next_due(&self, site: &RuntimeContext<'_>) -> Result<Option<DateTime<Utc>>, PlatformError> {
        Ok(Some(site.now))
    }
}

/// A transformer that is about to run.
fn due(site: &RuntimeContext<'_>, name: &str) -> TriggerDue {
    TriggerDue {
        platform: site.hooks.platform(),
        now: site.now,
        workspace: "Make".into(),
        job: name.into(),
        trigger: TransformTrigger::AnyInputMoved,
        inputs: Vec::new(),
        outputs: Vec::new(),
        last_run: None,
        is_requested: false,
    }
}

/// Remembers what began, and cancels after that many.
#[derive(Debug, Default)]
pub(crate) struct Watcher {
    pub(crate) started: Mutex<Vec<String>>,
    pub(crate) cancels_after: Option<usize>,
}

impl RunObserver for Watcher {
    fn job_started(&self, address: &str) {
        self.started.lock().unwrap().push(address.to_owned());
    }

    fn is_cancelled(&self) -> bool {
        self.cancels_after.is_some_and(|most| self.started.lock().unwrap().len() >= most)
    }
}

pub(crate) fn rendered() -> RenderedFiles {
    let files: [(&str, &[u8]); 2] = [("foundation/a.sql", b"select 1"), ("shards/main/b", b"\xff\0")];
    RenderedFiles::new("/out/Echo", files.map(|(path, bytes)| (path.parse().unwrap(), bytes.to_vec())))
}

pub(crate) fn site<'a>(rendered: &'a RenderedFiles, watcher: &'a dyn RunObserver) -> RuntimeContext<'a> {
    let now = "2026-11-21T10:00:00Z".parse().unwrap();
    RuntimeContext {
        rendered,
        root: Path::new("/company"),
        credentials: &EnvironmentCredentials,
        now,
        watcher,
        applied_to: PreviousTarget::This("here"),
        confirmed: OperatorConfirmations { accept_other_database: false, clock_until: Some(now) },
        hooks: PlatformHooks::default(),
    }
}

/// The same platform here, and behind pipes.
pub(crate) fn here_and_there() -> [Box<dyn DataPlatform>; 2] {
    let (asked, ask) = pipe().unwrap();
    let (answers, answered) = pipe().unwrap();
    thread::spawn(move || serve(&TypedFactory::<Echo>::new(), BufReader::new(asked), answered));
    let there = RemoteFactory::connect(answers, ask, ConnectionLimits::default()).unwrap();
    let instance = PlatformInstance::new("Echo".into(), "echo".into(), Version::new(1, 0, 0), Json::object());
    [TypedFactory::<Echo>::new().create(&instance).unwrap(), there.create(&instance).unwrap()]
}

/// A plan of so many steps.
pub(crate) fn plan(steps: usize) -> Plan {
    let mut rendering = Rendering::new();
    for number in 0..steps {
        let resource = Resource::new(format!("table.{number}"), "table");
        rendering.add(File::sql(&format!("{number}.sql"), "").unwrap(), [resource]).unwrap();
    }
    let change = crate::program::change(&rendering);
    let plan = change.as_change().structural(|_| Judgement::update(Effect::InPlace, "")).unwrap();
    assert_eq!(plan.steps().len(), steps + 1, "one goes");
    plan
}

#[test]
fn every_operation_is_the_same_here_and_there() {
    let platforms = here_and_there();
    let rendered = rendered();
    let done = platforms.each_ref().map(|platform| {
        let (runtime, watcher) = (platform.runtime().unwrap(), Watcher::default());
        let site = site(&rendered, &watcher);
        let applied = runtime.apply(&site, &plan(2)).unwrap();
        let ran = runtime.run(&site, &RunRequest::from(RunMode::Due).select("A/b").select("C/d")).unwrap();
        let names = runtime.run_names(&site).unwrap();
        let status = runtime.status(&site).unwrap();
        let history = runtime.history(&site, 2).unwrap();
        let due = runtime.next_due(&site).unwrap();
        let refused = runtime.run(&site, &RunRequest::once().verify()).unwrap_err();
        let started = watcher.started.into_inner().unwrap();
        (applied, ran, names, status, history, due, (refused.kind(), refused.report()), started)
    });
    assert_eq!(done[0], done[1]);
    let (applied, ran, names, status, .., started) = &done[1];
    assert_eq!((applied.done, ran.datasets.len(), names.selectable.len()), (3, 2, 2));
    assert!(status.drifted[0].problem.contains("[255, 0]"), "bytes that are no text: {status:?}");
    assert_eq!(started.len(), 5);
}

#[test]
fn findings_have_their_severity_and_help_here_and_there() {
    let instance = PlatformInstance::new("Echo".into(), "echo".into(), Version::new(1, 0, 0), Json::object());
    let view = PlatformView::new(instance.into(), Vec::new());
    let [here, there] = here_and_there().map(|platform| findings(&*platform, LintView::Platform(&view)));
    assert_eq!((here[0].severity(), here[0].help()), (Severity::Warning, Some("do something")));
    assert_eq!(here, there);
}

/// A program outlives its platform's bugs: the next request is answered.
#[test]
fn an_operation_that_panics_is_an_error_of_the_platform() {
    let [_, there] = here_and_there();
    let (runtime, rendered) = (there.runtime().unwrap(), rendered());
    let site = site(&rendered, &NoObserver);
    let error = runtime.run(&site, &RunRequest::once().select("panics")).unwrap_err();
    assert_eq!(error.kind(), PlatformErrorKind::Internal);
    assert!(error.report().contains("the platform panicked"), "{}", error.report());
    assert!(runtime.status(&site).is_ok());
}

#[test]
fn an_answer_that_is_too_long_for_a_line_is_an_error() {
    let [_, there] = here_and_there();
    let (runtime, rendered) = (there.runtime().unwrap(), rendered());
    let site = site(&rendered, &NoObserver);
    let error = runtime.history(&site, 1_000_000).map(|runs| runs.len()).unwrap_err();
    assert_eq!(error.kind(), PlatformErrorKind::Internal, "and not an empty answer");
    assert!(error.report().contains("an answer is longer than"), "{}", error.report());
    assert_eq!(runtime.history(&site, 2).unwrap().len(), 2, "serving goes on");
}

/// The lines with which a program answers these.
fn answers(lines: &[String]) -> Vec<serde_json::Value> {
    let mut output = Vec::new();
    serve(&TypedFactory::<Echo>::new(), lines.join("\n").as_bytes(), &mut output).unwrap();
    let text = String::from_utf8(output).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn request(number: u64, request: Request<'_>) -> String {
    serde_json::to_string(&RequestLine { number, request }).unwrap()
}

/// A host that asks again and again does not fill the memory of a program.
#[test]
fn what_is_equal_is_created_once() {
    let instance =
        |name: &str| PlatformInstance::new(name.into(), "echo".into(), Version::new(1, 0, 0), Json::object());
    let lines = [(1, "A"), (2, "A"), (3, "B"), (4, "A")]
        .map(|(number, name)| request(number, Request::Create { instance: Cow::Owned(instance(name)) }));
    let created = answers(&lines);
    let numbers: Vec<_> =
        created.iter().map(|line| line["response"]["created"]["platform"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [0, 0, 1, 0]);
}

#[test]
fn a_request_that_is_too_long_is_refused_and_serving_goes_on() {
    let long = format!("{{\"number\":1,\"request\":\"{}\"}}", "x".repeat(MAX_LINE_LENGTH));
    let said = answers(&[long, request(2, Request::Hello { protocol: 1 })]);
    assert_eq!(said.len(), 2, "one answer each");
    let reason = said[0]["response"]["error"]["context"].as_str().unwrap();
    assert!(reason.contains("a request is longer than"), "{reason}");
    assert_eq!(said[1]["response"]["hello"]["kind"], "echo");
}

/// Of events to which no hook listens, nobody is told.
#[test]
fn a_program_asks_about_the_events_that_hooks_listen_to() {
    let instance = PlatformInstance::new("Echo".into(), "echo".into(), Version::new(1, 0, 0), Json::object());
    let rendered = rendered();
    let context = RemoteContext::from(&site(&rendered, &NoObserver));
    let create = request(1, Request::Create { instance: Cow::Owned(instance) });
    let asked = RunRequest::once().select("transform.A");
    let run = request(2, Request::Run { platform: 0, context, request: asked });
    let said = answers(&[create, run]);
    assert!(said.iter().all(|line| line["response"].get("trigger_due").is_none()), "{said:?}");
    assert_eq!(said.last().unwrap()["response"]["ran"]["failures"], serde_json::Value::Null, "{said:?}");
}

/// A host that ends, or says something else, may have refused.
#[test]
fn a_question_to_hooks_that_the_host_does_not_answer_is_refused() {
    let instance = PlatformInstance::new("Echo".into(), "echo".into(), Version::new(1, 0, 0), Json::object());
    let rendered = rendered();
    let context = RemoteContext {
        hooks: [EventKind::TriggerDue].into(),
        ..RemoteContext::from(&site(&rendered, &NoObserver))
    };
    let request = RunRequest::once().select("transform.A");
    let line = |number, request| serde_json::to_string(&RequestLine { number, request }).unwrap();
    let create = line(1, Request::Create { instance: Cow::Borrowed(&instance) });
    let run = line(2, Request::Run { platform: 0, context, request });
    let sound = Request::Hooks(HookOutcome { decision: None, remarks: Vec::new() });
    for (answer, failures) in [
        (String::new(), 1),
        ("no".to_owned(), 1),
        (line(3, sound.clone()), 1),
        (line(2, Request::Hello { protocol: 1 }), 1),
        (line(2, sound.clone()), 0),
    ] {
        let mut output = Vec::new();
        let input = format!("{create}\n{run}\n{answer}\n");
        serve(&TypedFactory::<Echo>::new(), input.as_bytes(), &mut output).unwrap();
        let answers = String::from_utf8(output).unwrap();
        let ran = answers.lines().find(|line| line.contains(r#"{"ran""#)).unwrap();
        assert_eq!(ran.matches("the hook `host` failed: the host gave no answer").count(), failures, "{ran}");
    }
    let mut output = Vec::new();
    serve(&TypedFactory::<Echo>::new(), line(1, sound).as_bytes(), &mut output).unwrap();
    assert!(String::from_utf8(output).unwrap().contains("no hooks were asked"));
}
