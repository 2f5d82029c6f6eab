//! `laws`: checks that a platform keeps the laws of the contract, on NorthWind and on generated ecosystems. A platform that is a program is
//! proved so without any Rust.

use crate::{answer::Answer, arguments::LawsArguments, schema::unknown_kind};
use datasurface_document::read_text;
use datasurface_model::{Findings, ModelPath, segment};
use datasurface_platform::Registry;
use datasurface_testkit::{Laws, northwind};
use std::path::Path;

/// The report of the check. The error is a text for people.
pub(crate) fn laws(arguments: &LawsArguments, registry: &Registry) -> Result<Answer<'static>, String> {
    // Of this kind alone: the platforms of NorthWind become platforms of it.
    let of_kind = registry.of_kind(&arguments.kind);
    if of_kind.kinds().next().is_none() {
        return Err(unknown_kind(&arguments.kind, registry));
    }
    let laws = Laws::new(of_kind).with_seed(arguments.seed);
    let laws = match &arguments.settings {
        Some(file) => laws.with_settings(settings(file)?),
        None => laws,
    };
    let of_northwind = laws.check(&laws.adapted(&northwind()));
    let generated = laws.check_generated(arguments.ecosystems);
    let is_kept = of_northwind.passed() && generated.passed();
    let text = format!("NorthWind: {of_northwind}\ngenerated ecosystems: {generated}");
    Ok(Answer::text(text, &Findings::default(), is_kept))
}

/// The settings in a file.
fn settings(file: &Path) -> Result<serde_json::Value, String> {
    let name = file.display().to_string();
    let place = ModelPath::root().child(segment::DOCUMENTS, &name);
    let text = read_text(file, place).map_err(|findings| findings.to_string())?;
    serde_json::from_str(&text).map_err(|error| format!("the settings in `{name}` are no JSON: {error}"))
}
