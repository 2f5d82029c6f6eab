//! The side of the program: answering.

use super::{
    finding::Finding,
    line::{Line, MAX_LINE_LENGTH, read_line},
    protocol::{Answers, Handshake, PROTOCOL, PlanForm, Request, RequestLine, Response, ResponseLine},
};
use crate::{
    descriptor::PlatformDescriptor,
    error::{PlatformError, PlatformErrorKind},
    factory::PlatformFactory,
    instance::PlatformInstance,
    lint::{LintView, Reporter},
    platform::DataPlatform,
};
use serde::{Deserialize, de::DeserializeOwned};
use std::io::{self, BufRead, Write};

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
    answer_lines(input, output, |request| program.respond(request))
}

/// Answers every line of the input with one line of output, until the input ends: by `respond`, where a line can be read.
pub(crate) fn answer_lines<Q: DeserializeOwned, R: Answers>(
    mut input: impl BufRead,
    mut output: impl Write,
    mut respond: impl FnMut(Q) -> Result<R, PlatformError>,
) -> io::Result<()> {
    loop {
        let answered: ResponseLine<R> = match read_line(&mut input, MAX_LINE_LENGTH)? {
            Line::End => return Ok(()),
            Line::Whole(line) => answer(&line, &mut respond),
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
    respond: &mut impl FnMut(Q) -> Result<R, PlatformError>,
) -> ResponseLine<R> {
    match serde_json::from_slice::<RequestLine<Q>>(line) {
        Ok(asked) => {
            ResponseLine { number: asked.number, response: respond(asked.request).unwrap_or_else(R::error) }
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
    fn respond(&mut self, request: Request<'_>) -> Result<Response, PlatformError> {
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
        Ok(Response::Created {
            platform,
            descriptor: Box::new(self.platform(platform)?.descriptor().clone()),
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
