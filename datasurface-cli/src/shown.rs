//! Findings as each verb shows them.

use datasurface_model::Findings;
use serde::Serialize;

/// The greatest number of findings that are shown, the gravest first. Nobody reads more, and a report of a hostile model has an end.
pub(crate) const MAX_FINDINGS: usize = 1000;

/// Findings, of which the gravest are shown, with long texts cut, and the count of the others.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(into = "ShownJson")]
pub(crate) struct Shown<'a>(pub(crate) &'a Findings);

/// The findings that are shown, beside the answer of a verb.
#[derive(Serialize)]
struct ShownJson {
    findings: Findings,
    /// The count of findings that are not shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    omitted: Option<usize>,
}

impl Shown<'_> {
    /// Returns the findings that are shown, and the count of the others.
    pub(crate) fn parts(self) -> (Findings, usize) {
        let (findings, omitted) = self.0.clone().gravest(MAX_FINDINGS);
        (findings.abridged(), omitted)
    }
}

impl From<Shown<'_>> for ShownJson {
    fn from(shown: Shown<'_>) -> Self {
        let (findings, omitted) = shown.parts();
        Self { findings, omitted: (omitted > 0).then_some(omitted) }
    }
}
