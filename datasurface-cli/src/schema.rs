//! `schema`: the JSON Schema of the settings of a platform, for editors and for those who write a model; those of the protocols of
//! programs, for those who write a platform or a hook; and that of saved proposals, for those who approve them.

use crate::{answer::Answer, arguments::SchemaArguments, plan::SavedProposal};
use datasurface_model::{PlatformKind, VersionReq};
use datasurface_platform::{
    Registry,
    hook::{hook_answer_schema, hook_request_schema},
    remote::{answer_schema, request_schema},
};

/// The schema of the newest version of the kind. The error is a text for people.
pub(crate) fn schema(arguments: &SchemaArguments, registry: &Registry) -> Result<Answer<'static>, String> {
    let schema = match registry.find(&arguments.kind, &VersionReq::STAR) {
        Some(factory) => factory.config_schema(),
        // These are no kinds, unless a platform is called so.
        None => match arguments.kind.as_str() {
            "protocol" => answer_schema(),
            "protocol-requests" => request_schema(),
            "hooks" => hook_answer_schema(),
            "hooks-requests" => hook_request_schema(),
            "proposal" => SavedProposal::json_schema(),
            _ => return Err(unknown_kind(&arguments.kind, registry)),
        },
    };
    Ok(Answer::json(&schema.value(), true))
}

/// The error that there is no such kind, for people.
pub(crate) fn unknown_kind(kind: &PlatformKind, registry: &Registry) -> String {
    let known: Vec<String> = registry.kinds().map(|(kind, _)| format!("`{kind}`")).collect();
    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    format!("the command has no platform of the kind `{kind}`; it has {known}")
}
