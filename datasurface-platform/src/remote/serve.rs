//! The side of the program: answering.

use super::{
    finding::Finding,
    line::{Line, MAX_LINE_LENGTH, read_line},
    operation::RemoteContext,
    protocol::{Answers, Handshake, PROTOCOL, PlanForm, Request, RequestLine, Response, ResponseLine},
};
use crate::{
    credential::EnvironmentCredentials,
    descriptor::PlatformDescriptor,
    error::{PlatformError, PlatformErrorKind},
    factory::PlatformFactory,
    hook::PlatformHooks,
    instance::PlatformInstance,
    lint::{LintView, Reporter},
    platform::DataPlatform,
    runtime::{RunObserver, Runtime, RuntimeContext},
};
use serde::{Deserialize, de::DeserializeOwned};
use std::{
    io::{self, BufRead, Write},
    path::Path,
    sync::mpsc::{self, Sender},
    thread,
};

/// Answers every line of the input with one line of output, until the input ends. What cannot be read or answered is
/// answered with an error, and serving goes on; it ends early only if the input or the output fails.
///
/// With this, a program is made of a plug-in by a `main` of one line:
///
/// ```no_run
/// # use datasurface_platform::prelude::*;
/// fn main_of<P: PlatformPlugin>() -> std::io::Result<()> {
///     serve(&TypedFactory::<P>::new(), std::io::stdin().lock(), std::io::stdout().lock())
/// }
/// ```
///
/// # Errors
///
/// If the input cannot be read or the output cannot be written.
pub fn serve(factory: &dyn PlatformFactory, input: impl BufRead, output: impl Write) -> io::Result<()> {
    let mut program = Program { factory, created: Vec::new() };
    answer_lines(input, output, |request, before| program.respond(request, before))
}

/// Answers every line of the input with one line of output, until the input ends: by `respond`, where a line can be read. It is also
/// given what writes a line before the answer.
pub(crate) fn answer_lines<Q: DeserializeOwned, R: Answers>(
    mut input: impl BufRead,
    mut output: impl Write,
    mut respond: impl FnMut(Q, &mut dyn FnMut(R)) -> Result<R, PlatformError>,
) -> io::Result<()> {
    loop {
        let answered: ResponseLine<R> = match read_line(&mut input, MAX_LINE_LENGTH)? {
            Line::End => return Ok(()),
            Line::Whole(line) => answer(&line, &mut output, &mut respond),
            Line::TooLong => {
                input.skip_until(b'\n')?;
                refused(0, format!("a request is longer than {MAX_LINE_LENGTH} bytes"))
            }
        };
        output.write_all(&written(&answered))?;
        output.flush()?;
    }
}

fn answer<Q: DeserializeOwned, R: Answers>(
    line: &[u8],
    output: &mut impl Write,
    respond: &mut impl FnMut(Q, &mut dyn FnMut(R)) -> Result<R, PlatformError>,
) -> ResponseLine<R> {
    match serde_json::from_slice::<RequestLine<Q>>(line) {
        Ok(RequestLine { number, request }) => {
            let mut before = |response: R| {
                let line = written(&ResponseLine { number, response });
                // An output that fails now fails for the answer, too.
                let _ = output.write_all(&line).and_then(|()| output.flush());
            };
            let response = respond(request, &mut before).unwrap_or_else(R::error);
            ResponseLine { number, response }
        }
        Err(error) => {
            let number = serde_json::from_slice::<RequestNumber>(line).map_or(0, |numbered| numbered.number);
            refused(number, format!("a request cannot be read: {error}"))
        }
    }
}

struct Program<'a> {
    factory: &'a dyn PlatformFactory,
    /// What is equal is created once, so that a host that asks again and again does not fill the memory.
    created: Vec<(PlatformInstance, Box<dyn DataPlatform>)>,
}

impl Program<'_> {
    fn respond(
        &mut self,
        request: Request<'_>,
        before: &mut dyn FnMut(Response),
    ) -> Result<Response, PlatformError> {
        Ok(match request {
            Request::Hello { protocol } => self.hello(protocol)?,
            Request::Create { instance } => self.create(&instance)?,
            Request::Weigh { platform, node } => Response::Weights(self.platform(platform)?.weigh(&node)),
            Request::Offer { platform, node } => Response::Offers(self.platform(platform)?.offer(&node)),
            Request::LintNode { platform, node } => self.lint(platform, LintView::Node(&node))?,
            Request::LintPlatform { platform, view } => self.lint(platform, LintView::Platform(&view))?,
            Request::Shares { platform, node } => Response::Shares(self.platform(platform)?.shares(&node)),
            Request::Render { platform, scope } => {
                Response::Rendering(self.platform(platform)?.render(&scope)?)
            }
            Request::Diff { platform, change } => {
                Response::Plan(self.platform(platform)?.diff(&change.as_change())?)
            }
            Request::Judge { .. } => {
                let message = "this program makes whole plans, and judges no single changes";
                return Err(PlatformError::new(PlatformErrorKind::Unsupported, message));
            }
            Request::Apply { platform, context, plan } => {
                let report =
                    self.operate(platform, &context, before, |runtime, site| runtime.apply(site, &plan))?;
                Response::Applied(report)
            }
            Request::Run { platform, context, request } => {
                let report =
                    self.operate(platform, &context, before, |runtime, site| runtime.run(site, &request))?;
                Response::Ran(report)
            }
            Request::RunNames { platform, context } => {
                Response::RunNames(
                    self.operate(platform, &context, before, |runtime, site| runtime.run_names(site))?,
                )
            }
            Request::Status { platform, context } => {
                Response::Status(
                    self.operate(platform, &context, before, |runtime, site| runtime.status(site))?,
                )
            }
            Request::History { platform, context, most } => {
                Response::History(
                    self.operate(platform, &context, before, |runtime, site| runtime.history(site, most))?,
                )
            }
            Request::NextDue { platform, context } => {
                Response::NextDue(
                    self.operate(platform, &context, before, |runtime, site| runtime.next_due(site))?,
                )
            }
        })
    }

    /// Carries out an operation, while what it begins is written.
    fn operate<T: Send>(
        &self,
        number: u64,
        context: &RemoteContext,
        before: &mut dyn FnMut(Response),
        operate: impl FnOnce(&dyn Runtime, &RuntimeContext<'_>) -> Result<T, PlatformError> + Send,
    ) -> Result<T, PlatformError> {
        let runtime = self.platform(number)?.runtime().ok_or_else(|| {
            PlatformError::new(PlatformErrorKind::Unsupported, "this platform applies nothing by itself")
        })?;
        let rendered = context.rendered_files();
        let (starts, started) = mpsc::channel();
        // Whoever writes to the output may not leave this thread.
        let outcome = thread::scope(|threads| {
            let operation = threads.spawn(|| {
                let watcher = Starts(starts);
                let site = RuntimeContext {
                    rendered: &rendered,
                    root: Path::new(&context.root),
                    credentials: &EnvironmentCredentials,
                    now: context.now,
                    watcher: &watcher,
                    applied_to: context.previous_target(),
                    confirmed: context.confirmed,
                    hooks: PlatformHooks::default(),
                };
                operate(runtime, &site)
            });
            started.iter().for_each(|address| before(Response::Started(address)));
            operation.join()
        });
        outcome.unwrap_or_else(|_| {
            Err(PlatformError::new(
                PlatformErrorKind::Internal,
                "the platform panicked; its standard error says why",
            ))
        })
    }

    fn hello(&self, protocol: u32) -> Result<Response, PlatformError> {
        if protocol != PROTOCOL {
            let message = format!("the host speaks protocol {protocol}, this program {PROTOCOL}");
            return Err(PlatformError::new(PlatformErrorKind::Unsupported, message));
        }
        Ok(Response::Hello(Handshake {
            protocol: PROTOCOL,
            kind: self.factory.kind().clone(),
            version: self.factory.version().clone(),
            contract: PlatformDescriptor::CONTRACT,
            config_schema: self.factory.config_schema(),
            plan: PlanForm::Whole,
        }))
    }

    fn create(&mut self, instance: &PlatformInstance) -> Result<Response, PlatformError> {
        let position = match self.created.iter().position(|(made, _)| made == instance) {
            Some(position) => position,
            None => {
                let platform = self.factory.create(instance)?;
                self.created.push((instance.clone(), platform));
                self.created.len() - 1
            }
        };
        let platform = position as u64;
        let created = self.platform(platform)?;
        Ok(Response::Created {
            platform,
            descriptor: Box::new(created.descriptor().clone()),
            runtime: created.runtime().is_some(),
        })
    }

    fn lint(&self, platform: u64, view: LintView<'_>) -> Result<Response, PlatformError> {
        let mut findings = Vec::new();
        self.platform(platform)?.lint(view, &mut Reporter::new(&view, &mut findings));
        let place = view.path();
        Ok(Response::Findings(findings.iter().map(|finding| Finding::new(finding, &place)).collect()))
    }

    fn platform(&self, number: u64) -> Result<&dyn DataPlatform, PlatformError> {
        let created = usize::try_from(number).ok().and_then(|at| self.created.get(at));
        let unknown = || {
            let message = format!("no platform {number} was created");
            PlatformError::new(PlatformErrorKind::Unsupported, message)
        };
        created.map(|(_, platform)| &**platform).ok_or_else(unknown)
    }
}

/// Passes on what a runtime begins.
#[derive(Debug)]
struct Starts(Sender<String>);

impl RunObserver for Starts {
    fn job_started(&self, address: &str) {
        // Nobody listens any more only after the end.
        let _ = self.0.send(address.to_owned());
    }
}

/// What is left of a request that cannot be read, with luck.
#[derive(Deserialize)]
struct RequestNumber {
    number: u64,
}

fn refused<R: Answers>(number: u64, message: String) -> ResponseLine<R> {
    let error = PlatformError::new(PlatformErrorKind::Unsupported, message);
    ResponseLine { number, response: R::error(error) }
}

/// The line of an answer; of an error, if the answer cannot be written.
fn written<R: Answers>(answered: &ResponseLine<R>) -> Vec<u8> {
    let server_error = match serde_json::to_vec(answered) {
        Ok(line) if line.len() <= MAX_LINE_LENGTH => return ended(line),
        Ok(_) => format!("an answer is longer than {MAX_LINE_LENGTH} bytes; let there be more shards"),
        Err(error) => format!("an answer cannot be written: {error}"),
    };
    ended(serde_json::to_vec(&refused::<R>(answered.number, server_error)).unwrap_or_default())
}

fn ended(mut line: Vec<u8>) -> Vec<u8> {
    line.push(b'\n');
    line
}
