//! The JSON Schemas of the lines between a host and a hook.

use super::protocol::{HookRequest, HookResponse};
use crate::remote::{RequestLine, ResponseLine, schema_of};
use datasurface_model::Json;

/// Returns the JSON Schema of each line that a host writes to a hook. It is that of `docs/hooks.requests.schema.json`.
#[must_use]
pub fn hook_request_schema() -> Json {
    schema_of::<RequestLine<HookRequest<'static>>>("A line to a hook")
}

/// Returns the JSON Schema of each line that a hook writes. It is that of `docs/hooks.schema.json`.
///
/// It says what the host can read, and how many notes there may be. It does not say that a text of blanks is refused.
#[must_use]
pub fn hook_answer_schema() -> Json {
    schema_of::<ResponseLine<HookResponse>>("A line from a hook")
}
