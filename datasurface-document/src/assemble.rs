//! Puts together what the documents of a model say, each of a part. The order of the documents makes no difference.

use super::{
    codes::{INCOMPLETE, TWICE},
    definitions::{Defined, Definitions},
    part::{DocumentPart, PartialEcosystem},
    undeclared::Elsewhere,
};
use datasurface_model::{Diagnostic, Ecosystem, ModelPath, Repository, segment};

/// The word for the outermost part in messages.
const ECOSYSTEM: &str = "the ecosystem";

/// Puts the ecosystem together as far as documents describe it, and finds what is wrong with that.
pub(super) fn assemble<'p>(
    parts: impl IntoIterator<Item = (&'p str, &'p DocumentPart)>,
    elsewhere: &dyn Elsewhere,
    findings: &mut Vec<Diagnostic>,
) -> Defined {
    let mut frames: Vec<(&str, &PartialEcosystem)> = Vec::new();
    let mut definitions = Definitions::default();
    for (document, part) in parts {
        match part {
            DocumentPart::Ecosystem(frame) => frames.push((document, frame)),
            DocumentPart::Zone(zone, definition) => {
                definitions.zones.entry(zone.clone()).or_default().push((document, definition))
            }
            DocumentPart::Team(team, definition) => {
                definitions.teams.entry(team.clone()).or_default().push((document, definition))
            }
        }
    }
    let name = single_value(&frames, segment::NAME, |frame| frame.name.as_ref(), findings);
    let owner = single_value(&frames, segment::OWNER, |frame| frame.owner.as_ref(), findings);
    let live = single_value(&frames, segment::LIVE, |frame| frame.live.as_ref(), findings);
    let ecosystem = match (frames.as_slice(), name, owner, live) {
        ([(_, frame)], Some(_), Some(_), Some(_)) => frame.content.clone(),
        (frames, Some(name), Some(owner), Some(live)) => {
            let empty = Ecosystem::new(name, owner, live);
            frames_joined(empty, frames, findings)
        }
        (frames, name, owner, live) => {
            // Not complete; what is declared is still asked for below.
            let unsaid = || Repository::from("");
            let empty = Ecosystem::new(
                name.cloned().unwrap_or_else(|| "".into()),
                owner.cloned().unwrap_or_else(unsaid),
                live.cloned().unwrap_or_else(unsaid),
            );
            frames_joined(empty, frames, findings)
        }
    };
    definitions.define(ecosystem, elsewhere, findings)
}

fn frames_joined(
    empty: Ecosystem,
    frames: &[(&str, &PartialEcosystem)],
    findings: &mut Vec<Diagnostic>,
) -> Ecosystem {
    let mut twice = Vec::new();
    let whole = frames.iter().fold(empty, |whole, (_, frame)| whole.merged(&frame.content, &mut twice));
    let ecosystem = ModelPath::root();
    findings.extend(twice.into_iter().map(|attribute| conflict(&ecosystem, ECOSYSTEM, attribute)));
    whole
}

/// Returns the finding about an attribute that several documents declare. The path leads to all the places.
pub(super) fn conflict(thing: &ModelPath, reason: &str, attribute: &'static str) -> Diagnostic {
    let path = thing.attribute(attribute);
    Diagnostic::new(&TWICE, path.clone(), format!("the `{attribute}` of {reason} is said twice"))
        .with_help("let one document say it")
        .related_place(path, "said here first")
}

/// Returns the value that exactly one document must declare.
fn single_value<'p, T>(
    frames: &[(&'p str, &'p PartialEcosystem)],
    attribute: &'static str,
    said: impl Fn(&'p PartialEcosystem) -> Option<&'p T>,
    findings: &mut Vec<Diagnostic>,
) -> Option<&'p T> {
    let mut all = frames.iter().filter_map(|(_, frame)| said(frame));
    let first = all.next();
    if all.next().is_some() {
        findings.push(conflict(&ModelPath::root(), ECOSYSTEM, attribute));
    }
    if first.is_none() {
        let message = format!("no document says the `{attribute}` of {ECOSYSTEM}");
        let finding = Diagnostic::new(&INCOMPLETE, ModelPath::root().attribute(attribute), message)
            .with_help(format!("add `{attribute}` to the document that begins with {ECOSYSTEM}"));
        findings.push(finding);
    }
    first
}
