//! Which platforms are shown, or why what was asked for cannot be.

use crate::{codes::UNKNOWN_PLATFORM, versions::Versions};
use datasurface_graph::IntentionGraphs;
use datasurface_model::{Diagnostic, ModelPath, PlatformName, diagnostic::nearest};
use std::collections::BTreeSet;

/// The platforms that somebody wants to see, of those that are there or were before.
pub(crate) fn shown<'g>(
    before: Option<&'g IntentionGraphs>,
    graphs: &'g IntentionGraphs,
    only: Option<&PlatformName>,
) -> Result<Vec<Versions<'g>>, Box<Diagnostic>> {
    let mut shown = Versions::of_all(before, graphs);
    if let Some(only) = only {
        if !shown.iter().any(|versions| versions.are_of(only)) {
            return Err(Box::new(unknown_platform(&shown, only)));
        }
        shown.retain(|versions| versions.are_of(only));
    }
    Ok(shown)
}

fn unknown_platform(all: &[Versions<'_>], wanted: &PlatformName) -> Diagnostic {
    let known: BTreeSet<&str> = all.iter().flat_map(Versions::names).map(PlatformName::as_str).collect();
    let names: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    let help = match names.len() {
        0 => "no platform is declared".to_owned(),
        _ => format!("declared are {}", names.join(", ")),
    };
    let help = match nearest(wanted.as_str(), known) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => help,
    };
    let path = ModelPath::root().child("platforms", wanted);
    Diagnostic::new(&UNKNOWN_PLATFORM, path, format!("no platform `{wanted}` is declared")).help(help)
}
