//! The side of the host: a platform like any other, which is another program.

use super::{
    connection::{Connection, ConnectionLimits, OperationStep},
    credential_values::CredentialValues,
    hook_questions::HookQuestions,
    judgements::RemoteChange,
    protocol::{Handshake, PROTOCOL, PlanForm, Request, Response},
};
use crate::{
    change::{Judgement, RenderingChange},
    credential::Secret,
    descriptor::PlatformDescriptor,
    error::{PlatformError, PlatformErrorKind},
    factory::{PlatformFactory, agrees, speaks},
    instance::PlatformInstance,
    lint::{LintView, Reporter},
    offer::Offer,
    plan::Plan,
    platform::DataPlatform,
    rendering::Rendering,
    runtime::{Runtime, RuntimeContext},
    shared::SharedPart,
    view::{NodeView, ScopeView},
    weights::Weights,
};
use datasurface_graph::NodeFacts;
use datasurface_model::{CodeInfo, Json, PlatformKind};
use semver::Version;
use std::{
    borrow::Cow,
    fmt,
    io::{Read, Write},
    process::Command,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

/// The program of a platform cannot be asked.
pub static UNREACHABLE: CodeInfo = CodeInfo::error(
    "remote/unreachable",
    "the program of a platform does not answer",
    "This platform is another program, and that program died, wrote something that is no answer, or took too long. \
     Whatever it was asked before may have been answered with nothing, so nothing is rendered by it. What the program \
     wrote to its standard error may tell why; then start again.",
);

/// The noun of such a program in errors.
const NOUN: &str = "platform's program";

/// A kind of platform that is another program.
#[derive(Clone)]
pub struct RemoteFactory {
    connection: Arc<Connection>,
    hello: Handshake,
    /// The descriptor of each instance, as the program gave it first.
    described: Arc<Mutex<Vec<(PlatformInstance, PlatformDescriptor)>>>,
}

impl RemoteFactory {
    /// Starts a program, and asks who it is. Its standard input and output are taken; its standard error is left as the
    /// command says. It ends when the last platform that it serves is dropped.
    ///
    /// # Errors
    ///
    /// If the program cannot be started, or does not answer as the protocol wants.
    pub fn spawn(command: Command) -> Result<Self, PlatformError> {
        Self::spawn_with_limits(command, ConnectionLimits::default())
    }

    /// Starts a program that must keep within these bounds.
    ///
    /// # Errors
    ///
    /// If the program cannot be started, exceeds a limit, or does not answer as the protocol wants.
    pub fn spawn_with_limits(command: Command, bounds: ConnectionLimits) -> Result<Self, PlatformError> {
        Self::greet(Connection::spawn(command, bounds, CredentialValues::default(), None, NOUN)?)
    }

    /// Starts a program that must keep within these bounds, and write none of these values of credentials. It is not given them; if it
    /// answers with one nevertheless, it is asked no more, and nothing shows what it wrote. What it writes to its standard error goes to the log, with
    /// asterisks in the place of each value.
    ///
    /// # Errors
    ///
    /// If the program cannot be started, exceeds a limit, writes such a value, or does not answer as the protocol wants.
    pub fn spawn_withholding(
        command: Command,
        bounds: ConnectionLimits,
        values: impl IntoIterator<Item = Secret>,
        log: impl Write + Send + 'static,
    ) -> Result<Self, PlatformError> {
        let (values, log) = (CredentialValues::new(values), Some(Box::new(log) as _));
        Self::greet(Connection::spawn(command, bounds, values, log, NOUN)?)
    }

    /// Talks to a program that runs already, wherever it is: through a socket, or the streams of a container.
    ///
    /// # Errors
    ///
    /// If the program does not answer as the protocol wants.
    pub fn connect(
        input: impl Read + Send + 'static,
        output: impl Write + Send + 'static,
        bounds: ConnectionLimits,
    ) -> Result<Self, PlatformError> {
        Self::greet(Connection::connect(input, output, bounds, NOUN)?)
    }

    fn greet(connection: Connection) -> Result<Self, PlatformError> {
        let request = Request::Hello { protocol: PROTOCOL };
        let hello = connection.ask(request, |response| match response {
            Response::Hello(hello) => Some(hello),
            _ => None,
        })?;
        if hello.protocol != PROTOCOL {
            let message = format!("it speaks protocol {}, this host {PROTOCOL}", hello.protocol);
            return Err(connection.failed(&message));
        }
        speaks(&hello.contract)?;
        Ok(Self { connection: Arc::new(connection), hello, described: Arc::default() })
    }

    /// Remembers the descriptor of an instance. What was placed by one descriptor must not be rendered by another one.
    fn describe(
        &self,
        instance: &PlatformInstance,
        descriptor: &PlatformDescriptor,
    ) -> Result<(), PlatformError> {
        let mut described = self.described.lock().unwrap_or_else(PoisonError::into_inner);
        match described.iter().find(|(known, _)| known == instance) {
            Some((_, before)) if before == descriptor => Ok(()),
            Some(_) => Err(self.connection.failed("it describes an instance otherwise than before")),
            None => {
                described.push((instance.clone(), descriptor.clone()));
                Ok(())
            }
        }
    }
}

impl fmt::Debug for RemoteFactory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} (remote)", self.hello.kind, self.hello.version)
    }
}

impl PlatformFactory for RemoteFactory {
    fn kind(&self) -> &PlatformKind {
        &self.hello.kind
    }

    fn version(&self) -> &Version {
        &self.hello.version
    }

    fn config_schema(&self) -> Json {
        self.hello.config_schema.clone()
    }

    fn create(&self, instance: &PlatformInstance) -> Result<Box<dyn DataPlatform>, PlatformError> {
        let request = Request::Create { instance: Cow::Borrowed(instance) };
        let (number, descriptor, has_runtime, asks_hooks) =
            self.connection.ask(request, |response| match response {
                Response::Created { platform, descriptor, runtime, hooks } => {
                    Some((platform, descriptor, runtime, hooks))
                }
                _ => None,
            })?;
        agrees(&descriptor, instance)?;
        self.describe(instance, &descriptor)?;
        Ok(Box::new(RemotePlatform {
            connection: Arc::clone(&self.connection),
            number,
            descriptor: *descriptor,
            plan: self.hello.plan,
            has_runtime,
            asks_hooks,
            failure: OnceLock::new(),
        }))
    }
}

/// A platform that is another program.
///
/// Weighing, offering and sharing have no way to fail, so a failure there is remembered: every later lint reports it as
/// `remote/unreachable`, and nothing is rendered or compared any more. A failure never passes for an empty answer.
#[derive(Debug)]
pub struct RemotePlatform {
    connection: Arc<Connection>,
    pub(super) number: u64,
    descriptor: PlatformDescriptor,
    plan: PlanForm,
    has_runtime: bool,
    asks_hooks: bool,
    failure: OnceLock<String>,
}

impl RemotePlatform {
    /// Asks, unless an answer is missing already that nobody could be told of.
    fn ask<T>(
        &self,
        request: Request<'_>,
        expected: impl FnOnce(Response) -> Option<T>,
    ) -> Result<T, PlatformError> {
        match self.failure.get() {
            Some(reason) => Err(PlatformError::new(PlatformErrorKind::External, reason.as_str())),
            None => self.connection.ask(request, expected),
        }
    }

    /// Asks for an operation, which may take longer. The observer is told what begins, and may cancel it.
    pub(super) fn operate<T>(
        &self,
        site: &RuntimeContext<'_>,
        request: Request<'_>,
        expected: impl FnOnce(Response) -> Option<T>,
    ) -> Result<T, PlatformError> {
        self.connection.operate(
            request,
            site.watcher,
            |response| match response {
                Response::Started(address) => Ok(OperationStep::Started(address)),
                response => Ok(OperationStep::Done(response)),
            },
            expected,
        )
    }

    /// Asks for an operation of which the program may ask hooks.
    pub(super) fn operate_asking<T>(
        &self,
        site: &RuntimeContext<'_>,
        request: Request<'_>,
        asked: &mut HookQuestions<'_>,
        expected: impl FnOnce(Response) -> Option<T>,
    ) -> Result<T, PlatformError> {
        self.connection.operate(request, site.watcher, |response| asked.step(response), expected)
    }

    /// Whether the program runs transformers, and asks no hooks before.
    pub(super) fn runs_unasked_transformers(&self) -> bool {
        !self.asks_hooks && !self.descriptor.artifacts().is_empty()
    }

    /// The error of a program that did not do what it says.
    pub(super) fn lied(&self, reason: &str) -> PlatformError {
        self.connection.failed(reason)
    }

    /// Asks for something that cannot fail, and remembers if it did.
    fn ask_or_remember<T: Default>(
        &self,
        request: Request<'_>,
        expected: impl FnOnce(Response) -> Option<T>,
    ) -> T {
        self.ask(request, expected).unwrap_or_else(|error| {
            self.failure.get_or_init(|| error.report());
            T::default()
        })
    }
}

impl DataPlatform for RemotePlatform {
    fn descriptor(&self) -> &PlatformDescriptor {
        &self.descriptor
    }

    fn weigh(&self, node: &NodeFacts) -> Weights {
        let request = Request::Weigh { platform: self.number, node: Cow::Borrowed(node) };
        self.ask_or_remember(request, |response| match response {
            Response::Weights(weights) => Some(weights),
            _ => None,
        })
    }

    fn offer(&self, node: &NodeFacts) -> Vec<Offer> {
        let request = Request::Offer { platform: self.number, node: Cow::Borrowed(node) };
        self.ask_or_remember(request, |response| match response {
            Response::Offers(offers) => Some(offers),
            _ => None,
        })
    }

    fn lint(&self, lint_view: LintView<'_>, found: &mut Reporter<'_>) {
        let platform = self.number;
        let request = match lint_view {
            LintView::Node(node) => Request::LintNode { platform, node: Cow::Borrowed(node) },
            LintView::Platform(view) => Request::LintPlatform { platform, view: Cow::Borrowed(view) },
        };
        let place = lint_view.path();
        let findings = self.ask_or_remember(request, |response| match response {
            Response::Findings(findings) => Some(findings),
            _ => None,
        });
        found.extend(findings.into_iter().map(|finding| finding.into_diagnostic(place.clone())));
        if let Some(reason) = self.failure.get() {
            let help = "see what the program wrote to its standard error, and start again";
            found.report(&UNREACHABLE, reason, help);
        }
    }

    fn shares(&self, node: &NodeView) -> Vec<SharedPart> {
        let request = Request::Shares { platform: self.number, node: Cow::Borrowed(node) };
        self.ask_or_remember(request, |response| match response {
            Response::Shares(shares) => Some(shares),
            _ => None,
        })
    }

    fn render(&self, scope: &ScopeView) -> Result<Rendering, PlatformError> {
        let request = Request::Render { platform: self.number, scope: Cow::Borrowed(scope) };
        self.ask(request, |response| match response {
            Response::Rendering(rendering) => Some(rendering),
            _ => None,
        })
    }

    fn diff(&self, change: &RenderingChange<'_>) -> Result<Plan, PlatformError> {
        match self.plan {
            PlanForm::Whole => self.whole_plan(change),
            PlanForm::Structural => self.structural_plan(change),
        }
    }

    fn runtime(&self) -> Option<&dyn Runtime> {
        self.has_runtime.then_some(self)
    }
}

impl RemotePlatform {
    fn whole_plan(&self, change: &RenderingChange<'_>) -> Result<Plan, PlatformError> {
        let request = Request::Diff { platform: self.number, change: change.to_owned()? };
        self.ask(request, |response| match response {
            Response::Plan(plan) => Some(plan),
            _ => None,
        })
    }

    fn structural_plan(&self, change: &RenderingChange<'_>) -> Result<Plan, PlatformError> {
        let transition = change.transition_name()?;
        let mut files = Vec::new();
        let plan = change.structural_in_batch(|changes| {
            if changes.is_empty() {
                return Ok(Vec::new());
            }
            let changes = changes.iter().map(|placed| RemoteChange::new(placed, change));
            let changes = changes.collect::<Result<_, _>>()?;
            let request = Request::Judge { platform: self.number, transition, changes };
            let judged = self.ask(request, |response| match response {
                Response::Judgements(judgements) => Some(judgements),
                _ => None,
            })?;
            files = judged.transition;
            Ok(judged.changes.into_iter().map(Judgement::from).collect())
        })?;
        Ok(files.into_iter().fold(plan, Plan::transition_file))
    }
}
