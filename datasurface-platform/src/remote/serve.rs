//! The side of the program: answering.

use super::{
    answer_lines::{Asides, answer_lines},
    finding::Finding,
    host_hooks::{Host, Message},
    operation::RemoteContext,
    protocol::{Handshake, PROTOCOL, PlanForm, Request, Response},
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
    runtime::{Runtime, RuntimeContext},
};
use std::{
    io::{self, BufRead, Write},
    path::Path,
    sync::mpsc,
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
    answer_lines(input, output, |request, host| program.respond(request, host))
}

struct Program<'a> {
    factory: &'a dyn PlatformFactory,
    /// What is equal is created once, so that a host that asks again and again does not fill the memory.
    created: Vec<(PlatformInstance, Box<dyn DataPlatform>)>,
}

impl Program<'_> {
    fn respond(&mut self, request: Request<'_>, host: &mut Asides<'_>) -> Result<Response, PlatformError> {
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
                return Err(unsupported("this program makes whole plans, and judges no single changes"));
            }
            Request::Hooks(_) => return Err(unsupported("no hooks were asked")),
            Request::Apply { platform, context, plan } => {
                let report =
                    self.operate(platform, &context, host, |runtime, site| runtime.apply(site, &plan))?;
                Response::Applied(report)
            }
            Request::Run { platform, context, request } => {
                let report =
                    self.operate(platform, &context, host, |runtime, site| runtime.run(site, &request))?;
                Response::Ran(report)
            }
            Request::RunNames { platform, context } => {
                Response::RunNames(
                    self.operate(platform, &context, host, |runtime, site| runtime.run_names(site))?,
                )
            }
            Request::Status { platform, context } => {
                Response::Status(
                    self.operate(platform, &context, host, |runtime, site| runtime.status(site))?,
                )
            }
            Request::History { platform, context, most } => {
                Response::History(
                    self.operate(platform, &context, host, |runtime, site| runtime.history(site, most))?,
                )
            }
            Request::NextDue { platform, context } => {
                Response::NextDue(
                    self.operate(platform, &context, host, |runtime, site| runtime.next_due(site))?,
                )
            }
        })
    }

    /// Carries out an operation, while what it says is written, and what it asks is answered.
    fn operate<T: Send>(
        &self,
        number: u64,
        context: &RemoteContext,
        host: &mut Asides<'_>,
        operate: impl FnOnce(&dyn Runtime, &RuntimeContext<'_>) -> Result<T, PlatformError> + Send,
    ) -> Result<T, PlatformError> {
        let runtime = self.platform(number)?.runtime();
        let runtime = runtime.ok_or_else(|| unsupported("this platform applies nothing by itself"))?;
        let rendered = context.rendered_files();
        let (says, said) = mpsc::channel();
        // Whoever talks to the host may not leave this thread.
        let outcome = thread::scope(|threads| {
            let operation = threads.spawn(|| {
                let host = Host::new(says, context.hooks.clone());
                let site = RuntimeContext {
                    rendered: &rendered,
                    root: Path::new(&context.root),
                    credentials: &EnvironmentCredentials,
                    now: context.now,
                    watcher: &host,
                    applied_to: context.previous_target(),
                    confirmed: context.confirmed,
                    hooks: PlatformHooks::of_host(&host),
                };
                operate(runtime, &site)
            });
            for message in &said {
                match message {
                    Message::Report(response) => host.tell(response),
                    Message::Question(question, answers) => {
                        // Without an answer its sender is dropped, and whoever waits for it knows.
                        if let Some(Request::Hooks(outcome)) = host.ask(question) {
                            let _ = answers.send(outcome);
                        }
                    }
                }
            }
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
            return Err(unsupported(message));
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
            // The contract asks it of every runtime.
            hooks: true,
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
        let unknown = || unsupported(format!("no platform {number} was created"));
        created.map(|(_, platform)| &**platform).ok_or_else(unknown)
    }
}

fn unsupported(message: impl Into<String>) -> PlatformError {
    PlatformError::new(PlatformErrorKind::Unsupported, message)
}
