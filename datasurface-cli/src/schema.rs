//! `schema`: the JSON Schema of the settings of a platform, for editors and for those who write a model.

use crate::{answer::Answer, arguments::SchemaArguments};
use datasurface_model::VersionReq;
use datasurface_platform::{PlatformFactory, Registry};

/// The schema of the newest version of the kind. The error is a text for people.
pub(crate) fn schema(arguments: &SchemaArguments, registry: &Registry) -> Result<Answer<'static>, String> {
    let factory = registry.find(&arguments.kind, &VersionReq::STAR);
    let schema = factory.map(PlatformFactory::config_schema).ok_or_else(|| {
        let known: Vec<String> = registry.kinds().map(|(kind, _)| format!("`{kind}`")).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        format!("the command has no platform of the kind `{}`; it has {known}", arguments.kind)
    })?;
    Ok(Answer::json(&schema.value(), true))
}
