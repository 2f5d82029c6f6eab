//! Slips in waivers of a side that cannot be read completely: wherever it can, they are seen.

use crate::side::ReviewSide;
use chrono::NaiveDate;
use datasurface_broker::unknown_waiver_codes;
use datasurface_change::new_findings;
use datasurface_model::{Diagnostic, Ecosystem, Findings, ModelPath, Valid, Validation, segment};

/// Returns the findings about the waivers themselves that the old side has not, of as much of both as can be read. None of them is a
/// consequence of what cannot.
pub(super) fn new_waiver_slips([old, new]: [&ReviewSide; 2], on: NaiveDate) -> Findings {
    let (before, old_ecosystem) = waiver_slips(old, on);
    let (after, ecosystem) = waiver_slips(new, on);
    let slips = new_findings(&before, &after, [&old_ecosystem, &ecosystem]);
    new.documents.located(slips.with_addressees(&ecosystem))
}

fn waiver_slips(side: &ReviewSide, on: NaiveDate) -> (Findings, Valid<Ecosystem>) {
    let mut model = side.documents.load_partly();
    let mut slips = Findings::default();
    if model.ecosystem.all_waivers().next().is_some() {
        if !side.unread.is_empty() {
            // A file that cannot be read may have had anything in it.
            model.unread.push(ModelPath::root());
        }
        slips.extend(model.validate(&Validation::on(on)).findings.into_iter().filter(is_about_a_waiver));
        slips.extend(unknown_waiver_codes(&model.ecosystem));
    }
    // What is declared and renamed can be told of a model with errors, too.
    (slips, Valid::assume_valid(model.ecosystem))
}

/// Whether a finding is at a waiver of the ecosystem, of a zone or of a team.
fn is_about_a_waiver(finding: &Diagnostic) -> bool {
    finding.path().segments().step_by(2).take(3).any(|collection| collection == segment::WAIVERS)
}
