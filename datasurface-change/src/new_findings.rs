//! Findings that a change brings: those of the new ecosystem that the old one has not.

use crate::{diff::ModelDiff, former_names::FormerNames, former_places::FormerPlaces};
use datasurface_model::{Diagnostic, Ecosystem, Findings, ModelPath, Severity, Valid};
use rustc_hash::FxHashMap;
use std::iter;

/// What makes a finding the same before and after a change, besides its message: its place, its kind, and the places that it names.
/// Texts about those places are none of it: a reason that is corrected makes nothing new.
type Identity<'f> = (ModelPath, &'f str, Severity, Vec<ModelPath>);

/// Returns the findings of `new` that `old` has not. One of `old` hides one of `new`, and no second one. What the change between the
/// ecosystems renames or moves is the same place, whatever the message calls it.
#[must_use]
pub fn new_findings(old: &Findings, new: &Findings, ecosystems: [&Valid<Ecosystem>; 2]) -> Findings {
    let (known, added) =
        unmatched(old.iter().collect(), new.iter().collect(), ModelPath::clone, |_, _| false);
    // Most often nothing is left on both sides, and nobody asks for renames.
    let added = if known.is_empty() || added.is_empty() {
        added
    } else {
        let [old, new] = ecosystems;
        let diff = ModelDiff::between(old, new);
        let names = FormerNames::from_diff(&diff);
        let former = FormerPlaces::new(&diff, &names);
        unmatched(
            known,
            added,
            |path| former.with_references(path),
            |before, now| former.has_renamed(before, now),
        )
        .1
    };
    added.into_iter().cloned().collect()
}

/// Returns the findings of each side that have no equal on the other one, where a place of the new side is known by its former path, and names
/// are compared by `is_renamed`.
fn unmatched<'f>(
    old: Vec<&'f Diagnostic>,
    new: Vec<&'f Diagnostic>,
    former: impl Fn(&ModelPath) -> ModelPath,
    is_renamed: impl Fn(&str, &str) -> bool,
) -> (Vec<&'f Diagnostic>, Vec<&'f Diagnostic>) {
    let mut known = FxHashMap::<Identity<'_>, Vec<&Diagnostic>>::default();
    for finding in old {
        known.entry(identity(finding, ModelPath::clone)).or_default().push(finding);
    }
    let mut added = Vec::new();
    for finding in new {
        let same = known.get_mut(&identity(finding, &former));
        let found = same.and_then(|same| {
            let at = same.iter().position(|before| says_the_same(before, finding, &is_renamed))?;
            Some(same.swap_remove(at))
        });
        if found.is_none() {
            added.push(finding);
        }
    }
    (known.into_values().flatten().collect(), added)
}

fn identity(finding: &Diagnostic, former: impl Fn(&ModelPath) -> ModelPath) -> Identity<'_> {
    let mut related = Vec::new();
    if !finding.gives_reasons() {
        let places = finding.related_places().iter().filter(|related| related.path != *finding.path());
        related.extend(places.map(|related| former(&related.path)));
        related.sort();
    }
    (former(finding.path()), finding.code(), finding.severity(), related)
}

/// Whether the messages of two findings are the same but for what was renamed. Reasons are not compared: they depend on what else there is.
fn says_the_same(before: &Diagnostic, now: &Diagnostic, is_renamed: impl Fn(&str, &str) -> bool) -> bool {
    before.gives_reasons() || before.message() == now.message() || {
        let [before, now] = [before, now].map(|finding| names_and_words(finding.message()));
        iter::zip(&before, &now).all(|(before, now)| before == now || is_renamed(before, now))
            && before.len() == now.len()
    }
}

/// Returns the names in a message, which stand between backticks and are joined to paths, and what is between them.
fn names_and_words(message: &str) -> Vec<&str> {
    message.split(['`', '/', ':']).collect()
}
