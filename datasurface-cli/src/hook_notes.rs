//! What hooks say of findings that are about to be reported.

use datasurface_model::{Diagnostic, Findings, ModelPath};
use datasurface_platform::hook::{EventKind, FindingRaised, Hooks, RemarkKind};

/// Asks the hooks about each finding, and returns all of them with what hooks say, at the same places. A hook that fails does so for the whole
/// report: that is said once.
pub(crate) fn annotated(findings: Findings, hooks: &Hooks) -> Findings {
    if !hooks.listen_to(EventKind::FindingRaised) {
        return findings;
    }
    let said = |finding: &Diagnostic| {
        let outcome = hooks.finding_raised(|| FindingRaised { finding: finding.clone() });
        let place = |kind| match kind {
            RemarkKind::Note => finding.path().clone(),
            RemarkKind::Refused | RemarkKind::Failed | RemarkKind::FailureIgnored => ModelPath::root(),
        };
        let remarks = outcome.remarks.into_iter().map(|remark| remark.diagnostic(place(remark.kind)));
        remarks.collect::<Vec<_>>()
    };
    let said: Vec<Diagnostic> = findings.iter().flat_map(said).collect();
    // Those that are equal are one.
    findings.into_iter().chain(said).collect()
}
