//! Hooks that are modules.

use crate::module::Module;
use datasurface_platform::{
    PlatformError, PlatformErrorKind,
    hook::{HookRequest, HookResponse, HookTransport, TransportHook},
    remote::{RequestLine, ResponseLine},
};

/// A hook that is a module: `TransportHook::new(module, settings)`. Each event has an instance of its own.
pub type WasmHook = TransportHook<Module>;

/// The number of the only request of an instance.
const NUMBER: u64 = 1;

impl HookTransport for Module {
    fn response(&self, request: HookRequest<'_>) -> Result<HookResponse, PlatformError> {
        let line = serde_json::to_string(&RequestLine { number: NUMBER, request }).map_err(|error| {
            PlatformError::new(PlatformErrorKind::Internal, "writing a request").caused_by(error)
        })?;
        let answer = self.answer(&line)?;
        let answered: ResponseLine<HookResponse> = serde_json::from_str(&answer)
            .map_err(|error| failed(&format!("it gave something that is no answer: {error}")))?;
        match answered.number {
            NUMBER => Ok(answered.response),
            other => Err(failed(&format!("it answered request {other}, but {NUMBER} was asked"))),
        }
    }
}

fn failed(reason: &str) -> PlatformError {
    PlatformError::new(PlatformErrorKind::External, format!("the WebAssembly module failed: {reason}"))
}
