//! Hooks that are other programs.

use super::{
    answer::HookAnswer,
    decision::{NoDecision, PlanDecision, TriggerDecision},
    event::{DatasetLoaded, EventKind, FindingRaised, PlanReady, TriggerDue},
    hooks::Hook,
    protocol::{HOOK_PROTOCOL, HookRequest, HookResponse},
};
use crate::{
    credential::Secret,
    error::{PlatformError, PlatformErrorKind},
    remote::{Connection, ConnectionLimits, CredentialValues},
};
use datasurface_model::Json;
use std::{
    borrow::Cow,
    collections::BTreeSet,
    fmt,
    io::{Read, Write},
    process::Command,
};

/// The noun of such a program in errors.
const NOUN: &str = "hook's program";

/// Carries requests to a hook that is outside of this program, or isolated in it, and brings its responses.
pub trait HookTransport: fmt::Debug + Send + Sync {
    /// Returns the response to a request.
    ///
    /// # Errors
    ///
    /// If there is none.
    fn response(&self, request: HookRequest<'_>) -> Result<HookResponse, PlatformError>;
}

/// A hook that is asked through a transport.
#[derive(Debug)]
pub struct TransportHook<T> {
    transport: T,
    settings: Json,
    events: BTreeSet<EventKind>,
}

/// A hook that is another program: it answers JSON lines, as platforms that are programs do.
pub type ProgramHook = TransportHook<ProgramTransport>;

/// The transport to a program.
#[derive(Debug)]
pub struct ProgramTransport(Connection);

impl HookTransport for ProgramTransport {
    fn response(&self, request: HookRequest<'_>) -> Result<HookResponse, PlatformError> {
        self.0.ask(request, Some)
    }
}

impl ProgramHook {
    /// Starts a program that must keep within these bounds. Its standard input and output are taken; its standard error is left as the
    /// command says. It ends when the hook is dropped.
    ///
    /// # Errors
    ///
    /// If the program cannot be started, exceeds a limit, or does not answer as the protocol wants.
    pub fn spawn(command: Command, bounds: ConnectionLimits, settings: Json) -> Result<Self, PlatformError> {
        let connection = Connection::spawn(command, bounds, CredentialValues::default(), None, NOUN)?;
        Self::new(ProgramTransport(connection), settings)
    }

    /// Starts a program that must also write none of these values of credentials. It is not given them. What it writes to its standard error goes to
    /// the log, with asterisks in the place of each value.
    ///
    /// # Errors
    ///
    /// If the program cannot be started, exceeds a limit, writes such a value, or does not answer as the protocol wants.
    pub fn spawn_withholding(
        command: Command,
        bounds: ConnectionLimits,
        settings: Json,
        values: impl IntoIterator<Item = Secret>,
        log: impl Write + Send + 'static,
    ) -> Result<Self, PlatformError> {
        let (values, log) = (CredentialValues::new(values), Some(Box::new(log) as _));
        Self::new(ProgramTransport(Connection::spawn(command, bounds, values, log, NOUN)?), settings)
    }

    /// Talks to a program that runs already, wherever it is.
    ///
    /// # Errors
    ///
    /// If the program does not answer as the protocol wants.
    pub fn connect(
        input: impl Read + Send + 'static,
        output: impl Write + Send + 'static,
        bounds: ConnectionLimits,
        settings: Json,
    ) -> Result<Self, PlatformError> {
        Self::new(ProgramTransport(Connection::connect(input, output, bounds, NOUN)?), settings)
    }
}

impl<T: HookTransport> TransportHook<T> {
    /// Asks which events the hook listens to.
    ///
    /// # Errors
    ///
    /// If the hook does not answer as the protocol wants.
    pub fn new(transport: T, settings: Json) -> Result<Self, PlatformError> {
        let request = HookRequest::Hello { protocol: HOOK_PROTOCOL, settings: Cow::Borrowed(&settings) };
        let hello = match transport.response(request)? {
            HookResponse::Hello(hello) => hello,
            other => return Err(unexpected(other)),
        };
        if hello.protocol != HOOK_PROTOCOL {
            let message = format!("it speaks protocol {}, this host {HOOK_PROTOCOL}", hello.protocol);
            return Err(PlatformError::new(PlatformErrorKind::Unsupported, message));
        }
        Ok(Self { transport, settings, events: hello.events })
    }

    fn settings(&self) -> Cow<'_, Json> {
        Cow::Borrowed(&self.settings)
    }
}

impl<T: HookTransport> Hook for TransportHook<T> {
    fn events(&self) -> BTreeSet<EventKind> {
        self.events.clone()
    }

    fn dataset_loaded(&self, event: &DatasetLoaded) -> Result<HookAnswer<NoDecision>, PlatformError> {
        let event = Cow::Borrowed(event);
        match self.transport.response(HookRequest::DatasetLoaded { settings: self.settings(), event })? {
            HookResponse::DatasetLoaded(answer) => Ok(answer),
            other => Err(unexpected(other)),
        }
    }

    fn trigger_due(&self, event: &TriggerDue) -> Result<HookAnswer<TriggerDecision>, PlatformError> {
        let event = Cow::Borrowed(event);
        match self.transport.response(HookRequest::TriggerDue { settings: self.settings(), event })? {
            HookResponse::TriggerDue(answer) => Ok(answer),
            other => Err(unexpected(other)),
        }
    }

    fn plan_ready(&self, event: &PlanReady) -> Result<HookAnswer<PlanDecision>, PlatformError> {
        let event = Cow::Borrowed(event);
        match self.transport.response(HookRequest::PlanReady { settings: self.settings(), event })? {
            HookResponse::PlanReady(answer) => Ok(answer),
            other => Err(unexpected(other)),
        }
    }

    fn finding_raised(&self, event: &FindingRaised) -> Result<HookAnswer<NoDecision>, PlatformError> {
        let event = Cow::Borrowed(event);
        match self.transport.response(HookRequest::FindingRaised { settings: self.settings(), event })? {
            HookResponse::FindingRaised(answer) => Ok(answer),
            other => Err(unexpected(other)),
        }
    }
}

/// The error that a response is, or that a response to something else makes.
fn unexpected(response: HookResponse) -> PlatformError {
    match response {
        HookResponse::Error(error) => error,
        _ => {
            let message = "it answered something else than what it was asked";
            PlatformError::new(PlatformErrorKind::External, message)
        }
    }
}
