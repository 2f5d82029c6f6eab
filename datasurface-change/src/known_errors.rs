//! Errors that were there before, such as one whose waiver has expired: that they are known lets nobody make more of them.

use super::{
    approval::RequiredApproval,
    changed_model::ChangedModel,
    ends::{Comparison, EndsBefore},
};
use datasurface_model::{Diagnostic, Findings, Severity, ownership::OwnedPart};

/// Whom an error protects did not accept it, and less still what it leads to after the change and did not before.
pub(super) fn of_other_ends(change: &ChangedModel<'_>, required: &mut Vec<RequiredApproval>) {
    let [old, new] = change.found;
    let mut before = None;
    for finding in protecting(new) {
        let before = before.get_or_insert_with(|| EndsBefore::new(change.old, protecting(old)));
        if let Comparison::Other = before.compare(change, finding) {
            let (guardian, place) = (finding.guardian(), finding.path());
            required.push(RequiredApproval {
                path: place.clone(),
                part: OwnedPart::from_path(place),
                owner: change.owner_before(&guardian).clone(),
                reason: format!(
                    "`{}` at {place} was about another container, location or platform, or other data",
                    finding.code()
                ),
                related: guardian.path(),
            });
        }
    }
}

/// The errors that protect somebody else than whom they are found at.
fn protecting(findings: &Findings) -> impl Iterator<Item = &Diagnostic> {
    findings.iter().filter(|finding| {
        let guardian = finding.guardian();
        let is_of_another =
            guardian != OwnedPart::Ecosystem && guardian != OwnedPart::from_path(finding.path());
        finding.severity() == Severity::Error && is_of_another
    })
}
