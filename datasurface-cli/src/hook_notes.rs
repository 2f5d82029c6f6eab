//! What hooks say of findings that are about to be reported.

use datasurface_model::{Diagnostic, Findings, ModelPath};
use datasurface_platform::hook::{EventKind, FindingRaised, Hooks, RemarkKind};

/// Asks the hooks about each finding, and returns all of them with what hooks say, at the same places. A hook that fails does so for the whole
/// report: that is said once.
pub(crate) fn annotated(findings: Findings, hooks: &Hooks) -> Findings {
    if !hooks.listen_to(EventKind::FindingRaised) {
        return findings;
    }
    let mut said: Vec<Diagnostic> = Vec::new();
    for finding in &findings {
        let outcome = hooks.finding_raised(|| FindingRaised { finding: finding.clone() });
        for remark in outcome.remarks {
            let place = match remark.kind {
                RemarkKind::Note => finding.path().clone(),
                RemarkKind::Refused | RemarkKind::Failed | RemarkKind::FailureIgnored => ModelPath::root(),
            };
            let remark = remark.diagnostic(place);
            if !said.contains(&remark) {
                said.push(remark);
            }
        }
    }
    findings.into_iter().chain(said).collect()
}
