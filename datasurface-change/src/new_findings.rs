//! Findings that a change brings: those of the new ecosystem that the old one has not.

use datasurface_model::{Diagnostic, Findings, ModelPath, Severity};
use rustc_hash::FxHashMap;

/// What makes a finding the same before and after a change: its place, its kind, its message, and the places that it names. Texts
/// about those places are none of it: a reason that is corrected makes nothing new.
type Identity<'f> = (&'f ModelPath, &'f str, Severity, &'f str, Vec<&'f ModelPath>);

/// Returns the findings of `new` that `old` has not. One of `old` hides one of `new`, and no second one.
#[must_use]
pub fn new_findings(old: &Findings, new: &Findings) -> Findings {
    let mut known = FxHashMap::<Identity<'_>, usize>::default();
    for finding in old {
        *known.entry(identity(finding)).or_default() += 1;
    }
    let mut added = Vec::new();
    for finding in new {
        match known.get_mut(&identity(finding)) {
            Some(count) if *count > 0 => *count -= 1,
            _ => added.push(finding.clone()),
        }
    }
    added.into_iter().collect()
}

fn identity(finding: &Diagnostic) -> Identity<'_> {
    let related = finding.related_places().iter().filter(|related| related.path != *finding.path());
    let mut related: Vec<_> = related.map(|related| &related.path).collect();
    related.sort();
    (finding.path(), finding.code(), finding.severity(), finding.message(), related)
}
