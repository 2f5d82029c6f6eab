//! The side of a hook that is a program: answering.

use super::{
    hooks::Hook,
    protocol::{HOOK_PROTOCOL, HookHandshake, HookRequest, HookResponse},
};
use crate::{error::PlatformError, remote::answer_lines};
use datasurface_model::Json;
use std::io::{self, BufRead, Write};

/// Answers every line of the input with one line of output, until the input ends: with this, a program is made of a hook. What cannot be read
/// or answered is answered with an error, and serving goes on. The settings of the host make the hook.
///
/// ```no_run
/// # use datasurface_platform::hook::*;
/// fn main_of<H: Hook + Default>() -> std::io::Result<()> {
///     serve_hook(|_| Ok(H::default()), std::io::stdin().lock(), std::io::stdout().lock())
/// }
/// ```
///
/// # Errors
///
/// If the input cannot be read or the output cannot be written.
pub fn serve_hook<H: Hook>(
    configure: impl Fn(&Json) -> Result<H, PlatformError>,
    input: impl BufRead,
    output: impl Write,
) -> io::Result<()> {
    answer_lines(input, output, |request: HookRequest<'_>, _| respond(&configure, &request))
}

/// Returns the response to one request.
///
/// # Errors
///
/// If the hook cannot be made, or cannot answer.
pub fn respond<H: Hook>(
    configure: impl Fn(&Json) -> Result<H, PlatformError>,
    request: &HookRequest<'_>,
) -> Result<HookResponse, PlatformError> {
    Ok(match request {
        HookRequest::Hello { settings, .. } => {
            let events = configure(settings)?.events();
            HookResponse::Hello(HookHandshake { protocol: HOOK_PROTOCOL, events })
        }
        HookRequest::DatasetLoaded { settings, event } => {
            HookResponse::DatasetLoaded(configure(settings)?.dataset_loaded(event)?)
        }
        HookRequest::TriggerDue { settings, event } => {
            HookResponse::TriggerDue(configure(settings)?.trigger_due(event)?)
        }
        HookRequest::PlanReady { settings, event } => {
            HookResponse::PlanReady(configure(settings)?.plan_ready(event)?)
        }
        HookRequest::FindingRaised { settings, event } => {
            HookResponse::FindingRaised(configure(settings)?.finding_raised(event)?)
        }
    })
}
