//! The recording: a wrapper between the broker and a platform that records questions and answers.

use datasurface_model::{Diagnostic, Json, PlatformKind, PlatformName};
use datasurface_platform::{
    DataPlatform, LintView, NodeView, Offer, OwnedChange, Plan, PlatformDescriptor, PlatformError,
    PlatformErrorKind, PlatformFactory, PlatformInstance, PlatformView, Registry, Rendering, RenderingChange,
    Reporter, Runtime, ScopeView, SharedPart, Weights, graph::NodeFacts, prelude::Version, reads_of_nodes,
};
use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The questions to platforms, and their answers.
#[derive(Debug, Default)]
pub(crate) struct Log {
    pub(crate) lints: Vec<LintCall>,
    pub(crate) renderings: Vec<RenderCall>,
    pub(crate) diffs: Vec<DiffCall>,
    pub(crate) panics: Vec<Panic>,
}

/// The findings of a platform about a node, or about itself.
#[derive(Debug)]
pub(crate) struct LintCall {
    pub(crate) platform: PlatformName,
    pub(crate) subject: Subject,
    pub(crate) findings: Vec<Diagnostic>,
}

#[derive(Debug)]
pub(crate) enum Subject {
    Node(Box<NodeView>),
    Platform(PlatformView),
}

/// The rendering of a scope by a platform, or its error.
#[derive(Debug)]
pub(crate) struct RenderCall {
    pub(crate) platform: PlatformName,
    pub(crate) view: ScopeView,
    pub(crate) result: Result<Rendering, String>,
    /// How often nodes of the view were read.
    pub(crate) reads: u64,
}

/// The plan of a platform from one rendering to another, or its error.
#[derive(Debug)]
pub(crate) struct DiffCall {
    pub(crate) change: OwnedChange,
    pub(crate) result: Result<Plan, String>,
}

/// The question at which a platform panicked, and the message.
#[derive(Debug)]
pub(crate) struct Panic {
    pub(crate) platform: PlatformName,
    pub(crate) question: String,
    pub(crate) message: String,
}

/// The log that every recording wrapper of a registry writes.
#[derive(Clone, Debug, Default)]
pub(crate) struct SharedLog(Arc<Mutex<Log>>);

impl SharedLog {
    fn open(&self) -> MutexGuard<'_, Log> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the entries since the last call.
    pub(crate) fn take(&self) -> Log {
        std::mem::take(&mut self.open())
    }
}

/// Returns a registry of the same kinds of platforms, each in a recording wrapper.
pub(crate) fn recording_registry(registry: &Registry, log: &SharedLog) -> Registry {
    let mut with_witnesses = Registry::new();
    for (kind, version) in registry.kinds() {
        with_witnesses = with_witnesses.with_factory(RecordingFactory {
            kind: kind.clone(),
            version: version.clone(),
            registry: registry.clone(),
            log: log.clone(),
        });
    }
    with_witnesses
}

/// The factory of exactly this kind and version.
pub(crate) fn factory<'r>(
    registry: &'r Registry,
    kind: &PlatformKind,
    version: &Version,
) -> Option<&'r dyn PlatformFactory> {
    let exactly = datasurface_model::VersionRequirement::from(format!("={version}").as_str());
    registry.find(kind, &exactly.parse().ok()?)
}

#[derive(Debug)]
struct RecordingFactory {
    kind: PlatformKind,
    version: Version,
    registry: Registry,
    log: SharedLog,
}

impl PlatformFactory for RecordingFactory {
    fn kind(&self) -> &PlatformKind {
        &self.kind
    }

    fn version(&self) -> &Version {
        &self.version
    }

    fn config_schema(&self) -> Json {
        factory(&self.registry, &self.kind, &self.version)
            .map(PlatformFactory::config_schema)
            .unwrap_or_default()
    }

    fn create(&self, instance: &PlatformInstance) -> Result<Box<dyn DataPlatform>, PlatformError> {
        let create = || {
            let factory = factory(&self.registry, &self.kind, &self.version)
                .ok_or_else(|| error("the factory is not there any more"))?;
            let platform = factory.create(instance)?;
            let descriptor = platform.descriptor().clone();
            Ok((platform, descriptor))
        };
        let name = &instance.name;
        let (platform, descriptor) =
            guarded(&self.log, name, || "making an instance".to_owned(), create).ok_or_else(panicked)??;
        Ok(Box::new(RecordingPlatform { name: name.clone(), platform, descriptor, log: self.log.clone() }))
    }
}

#[derive(Debug)]
struct RecordingPlatform {
    name: PlatformName,
    platform: Box<dyn DataPlatform>,
    descriptor: PlatformDescriptor,
    log: SharedLog,
}

impl RecordingPlatform {
    fn ask<T>(&self, question: impl FnOnce() -> String, answer: impl FnOnce() -> T) -> Option<T> {
        guarded(&self.log, &self.name, question, answer)
    }
}

impl DataPlatform for RecordingPlatform {
    fn descriptor(&self) -> &PlatformDescriptor {
        &self.descriptor
    }

    fn weigh(&self, node: &NodeFacts) -> Weights {
        let question = || format!("weighing `{}`", &node.key);
        self.ask(question, || self.platform.weigh(node)).unwrap_or_default()
    }

    fn offer(&self, node: &NodeFacts) -> Vec<Offer> {
        let question = || format!("offers of `{}`", &node.key);
        self.ask(question, || self.platform.offer(node)).unwrap_or_default()
    }

    fn lint(&self, lint_view: LintView<'_>, found: &mut Reporter<'_>) {
        let mut findings = Vec::new();
        let question = || format!("lint of {}", lint_view.path());
        self.ask(question, || {
            self.platform.lint(lint_view, &mut Reporter::new(&lint_view, &mut findings));
        });
        found.extend(findings.iter().cloned());
        let subject = match lint_view {
            LintView::Node(node) => Subject::Node(Box::new(node.clone())),
            LintView::Platform(view) => Subject::Platform(view.clone()),
            _ => return,
        };
        self.log.open().lints.push(LintCall { platform: self.name.clone(), subject, findings });
    }

    fn shares(&self, node: &NodeView) -> Vec<SharedPart> {
        let question = || format!("what `{}` shares", node.key());
        self.ask(question, || self.platform.shares(node)).unwrap_or_default()
    }

    fn render(&self, scope: &ScopeView) -> Result<Rendering, PlatformError> {
        let question = || format!("rendering {}", scope.scope());
        let before = reads_of_nodes();
        let result = self.ask(question, || self.platform.render(scope)).ok_or_else(panicked)?;
        self.log.open().renderings.push(RenderCall {
            platform: self.name.clone(),
            view: scope.clone(),
            result: result.as_ref().map_err(PlatformError::report).cloned(),
            reads: reads_of_nodes().wrapping_sub(before),
        });
        result
    }

    fn diff(&self, change: &RenderingChange<'_>) -> Result<Plan, PlatformError> {
        let question = || "a diff".to_owned();
        let result = self.ask(question, || self.platform.diff(change)).ok_or_else(panicked)?;
        self.log.open().diffs.push(DiffCall {
            change: change.to_owned()?,
            result: result.as_ref().map_err(PlatformError::report).cloned(),
        });
        result
    }

    fn runtime(&self) -> Option<&dyn Runtime> {
        self.platform.runtime()
    }
}

/// The answer, unless there was a panic, which is then in the log.
fn guarded<T>(
    log: &SharedLog,
    platform: &PlatformName,
    question: impl FnOnce() -> String,
    answer: impl FnOnce() -> T,
) -> Option<T> {
    match catch_unwind(AssertUnwindSafe(answer)) {
        Ok(answer) => Some(answer),
        Err(payload) => {
            log.open().panics.push(Panic {
                platform: platform.clone(),
                question: question(),
                message: message(&*payload),
            });
            None
        }
    }
}

/// Returns the message of a panic.
pub(crate) fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_owned())
}

fn panicked() -> PlatformError {
    error("the platform panicked")
}

fn error(operation: &str) -> PlatformError {
    PlatformError::new(PlatformErrorKind::Internal, operation)
}
